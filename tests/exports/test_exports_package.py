"""The files a person receives, opened as he would open them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import pyzipper
from exports_builders import (
    PASSPHRASE,
    SANNE,
    column,
    make_about,
    make_holding,
    sannes_data,
    text_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.changes import ChangeAction, PlannedChange
from bot.datamap.holdings import Cell
from bot.exports.cells import json_value
from bot.exports.errors import ExportError, ExportLeakError
from bot.exports.package import Built, build, sweep
from bot.exports.typesetting import without_quotes
from bot.triage.labels import Language

PDF = "KB-2026-0042-overzicht.pdf"
DATA = "KB-2026-0042-gegevens.zip"
TRANSFER = "KB-2026-0042-overdracht.zip"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Both exports of everything we hold about Sanne, with a pending change of her IBAN."""
    return build(
        tmp_path_factory.mktemp("scratch"),
        sannes_data(250),
        make_about(pending=(NEW_IBAN,)),
        PASSPHRASE,
        access=True,
        portability=True,
    )


NEW_IBAN = PlannedChange(
    "boekhouding",
    "klanten",
    "Rekeningnummer",
    ChangeAction.CORRECT,
    column="iban",
    key=(("klant_id", "1042"),),
    old="NL91ABNA0417164300",
    new="NL20INGB0001234567",
)


def file_of(built: Built, name: str) -> Path:
    return next(file.path for file in built.files if file.name == name)


def unzipped(path: Path, passphrase: str = PASSPHRASE) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as package:
        package.setpassword(passphrase.encode())
        return {name: package.read(name) for name in package.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def built_from(tmp_path: Path, *holdings: Any, **about: Any) -> Built:
    return build(tmp_path, holdings, make_about(**about), PASSPHRASE, access=True, portability=False)


def test_the_overview_opens_with_the_passphrase_and_with_nothing_else(whole: Built) -> None:
    overview = file_of(whole, PDF)

    for wrong in ("", "k7dm-x93p-4vqr-9hct-m3wz"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(overview, password=wrong)
    with pikepdf.open(overview, password=PASSPHRASE) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert pdf.allow.accessibility


def test_the_overview_is_tagged_in_its_language_and_titled_without_a_name(whole: Built) -> None:
    with pikepdf.open(file_of(whole, PDF), password=PASSPHRASE) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang).startswith("nl")
        assert str(pdf.docinfo["/Title"]) == "Overzicht van uw persoonsgegevens KB-2026-0042"


def test_the_overview_tells_sanne_what_why_from_whom_to_whom_and_how_long(whole: Built) -> None:
    text = " ".join(text_of(file_of(whole, PDF)).split())

    for words in (
        "Sanne de Vries",
        "sanne@klant.example",
        "5 maart 2026",
        "9 maart 2026",
        "het uitvoeren van de overeenkomst",
        "overeenkomst (artikel 6 lid 1 onder b AVG)",
        "Voorbeeldbetaaldienst B.V., Belastingdienst",
        "van uw bank, via iDEAL",
        "tot zeven jaar na het einde van het boekjaar",
        "1.012,10",
        "Autoriteit Persoonsgegevens",
        "088 - 1805 250",
        "Mail naar info@kleinboek.nl en noem kenmerk KB-2026-0042.",
        "Wij hebben hier geen gegevens van u.",
    ):
        assert words in text


def test_no_fact_that_nobody_confirmed_leaves_in_the_overview(whole: Built) -> None:
    text = text_of(file_of(whole, PDF))

    assert not any(words in text for words in ("Nederland", "30 dagen", "VOORBEELD"))


def test_the_overview_shows_200_rows_and_names_the_file_with_the_rest(whole: Built) -> None:
    text = text_of(file_of(whole, PDF))

    assert text.count("Licentie Kleinboek") == 200
    assert "de eerste 200 van 250 rijen" in " ".join(text.split())
    assert "boekhouding-ideal-betalingen.csv" in text


def test_what_was_left_out_is_named_with_the_reason(whole: Built) -> None:
    text = " ".join(text_of(file_of(whole, PDF)).split())

    assert "Wachtwoord: alleen een versleutelde afdruk, nooit leesbaar" in text
    assert "Medewerker: gegevens van een ander (artikel 15 lid 4 AVG)" in text
    assert "Medewerker: gegevens van een ander (artikel 15 lid 4 AVG)" in whole.summaries[2].left_out


def test_a_redacted_column_that_the_source_explains_is_explained_once(tmp_path: Path) -> None:
    holding = make_holding(
        [SANNE], columns=(column("naam", "Naam", third_party=True),), left_out=("Naam: van een ander",)
    )

    assert built_from(tmp_path, holding).summaries[0].left_out == ("Naam: van een ander",)


def test_a_pending_correction_stands_beside_the_old_value(whole: Built) -> None:
    text = " ".join(text_of(file_of(whole, PDF)).split())
    customer = json.loads(unzipped(file_of(whole, DATA))["boekhouding-klanten.json"])

    assert "NL91ABNA0417164300 (wordt: NL20INGB0001234567)" in text
    assert customer["rows"][0]["iban"] == "NL91ABNA0417164300"
    assert customer["pending"] == [{"column": "iban", "old": "NL91ABNA0417164300", "new": "NL20INGB0001234567"}]


def test_the_package_opens_with_the_passphrase_and_with_nothing_else(whole: Built) -> None:
    for name in (DATA, TRANSFER):
        with pytest.raises(RuntimeError):
            unzipped(file_of(whole, name), "verkeerd")
        with pyzipper.AESZipFile(file_of(whole, name)) as package, pytest.raises(RuntimeError):
            package.read("manifest.json")


SEVEN_ZIP = shutil.which("7z") or shutil.which("7zz")


@pytest.mark.skipif(SEVEN_ZIP is None, reason="7-Zip is not installed (7z or 7zz)")
def test_7_zip_opens_the_package_as_aes_256(whole: Built) -> None:
    package = str(file_of(whole, DATA))

    listed = subprocess.run([str(SEVEN_ZIP), "l", "-slt", package], capture_output=True, text=True, check=True).stdout
    tested = subprocess.run([str(SEVEN_ZIP), "t", f"-p{PASSPHRASE}", package], capture_output=True, check=False)
    refused = subprocess.run([str(SEVEN_ZIP), "t", "-pverkeerd", package], capture_output=True, check=False)

    methods = {line for line in listed.splitlines() if line.startswith("Method = ")}
    assert methods == {"Method = AES-256 Deflate"}
    assert tested.returncode == 0
    assert refused.returncode != 0


def test_the_manifest_lists_every_file_with_its_rows_and_digest_and_no_personal_data(whole: Built) -> None:
    files = unzipped(file_of(whole, DATA))
    manifest = json.loads(files["manifest.json"])

    assert {entry["name"] for entry in manifest["files"]} == set(files) - {"manifest.json", "LEESMIJ.txt"}
    for entry in manifest["files"]:
        assert entry["sha256"] == hashlib.sha256(files[entry["name"]]).hexdigest()
        assert entry["size"] == len(files[entry["name"]])
    assert {entry["name"]: entry["rows"] for entry in manifest["files"]}["boekhouding-ideal-betalingen.csv"] == 250
    assert manifest["reference"] == "KB-2026-0042"
    assert not any(word in files["manifest.json"].decode() for word in ("Sanne", "sanne@", "NL91"))


def test_csv_and_json_hold_the_same_rows_and_json_the_true_values(whole: Built) -> None:
    files = unzipped(file_of(whole, DATA))
    payments = json.loads(files["boekhouding-ideal-betalingen.json"])
    tickets = json.loads(files["support-tickets.json"])

    assert (
        payments["row_count"] == len(payments["rows"]) == len(rows_of(files["boekhouding-ideal-betalingen.csv"])) == 250
    )
    assert payments["rows"][0] == {
        "datum": "2025-01-01T09:00:00+00:00",
        "bedrag": "1012.10",
        "omschrijving": "Licentie Kleinboek Plus, een jaar vooruit",
        "betaald": False,
    }
    assert {entry["name"]: entry["label"] for entry in payments["columns"]}["bedrag"] == "Bedrag"
    assert tickets["rows"][0]["onderwerp"] == '=HYPERLINK("https://joris.example")'
    assert rows_of(files["support-tickets.csv"])[0]["onderwerp"] == '\'=HYPERLINK("https://joris.example")'


def test_the_csv_opens_in_a_dutch_spreadsheet(whole: Built) -> None:
    content = unzipped(file_of(whole, DATA))["boekhouding-klanten.csv"]

    assert content.startswith(b"\xef\xbb\xbfklant_id;naam;email;")
    assert content.endswith(b"\r\n")


rows_of_any_kind = st.lists(
    st.fixed_dictionaries(
        {
            "klant_id": st.just(1042),
            "naam": st.one_of(st.none(), st.text(max_size=40)),
            "email": st.one_of(
                st.integers(), st.booleans(), st.dates(), st.binary(max_size=9), st.decimals(allow_nan=False)
            ),
        }
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(rows_of_any_kind)
def test_every_row_comes_out_as_it_went_in(rows: list[dict[str, Cell]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch), [make_holding(rows)], make_about(), PASSPHRASE, access=False, portability=True)
        files = unzipped(file_of(built, TRANSFER))

    told = json.loads(files["boekhouding-klanten.json"])
    assert told["rows"] == [{name: json_value(cell) for name, cell in row.items()} for row in rows]
    assert told["row_count"] == len(rows) == len(rows_of(files["boekhouding-klanten.csv"]))


def test_somebody_elses_name_is_in_no_file(whole: Built) -> None:
    everything = b"".join(unzipped(file_of(whole, DATA)).values()) + b"".join(
        unzipped(file_of(whole, TRANSFER)).values()
    )

    assert b"Lotte" not in everything
    assert "Lotte" not in text_of(file_of(whole, PDF))


def test_the_transfer_package_holds_portable_columns_only(whole: Built) -> None:
    files = unzipped(file_of(whole, TRANSFER))
    customer = json.loads(files["boekhouding-klanten.json"])["rows"][0]

    assert "sinds" not in customer
    assert customer["email"] == "sanne@klant.example"
    assert list(rows_of(files["support-tickets.csv"])[0]) == ["onderwerp", "tekst", "kanaal", "geopend", "gesloten"]
    assert "artikel 20" in files["LEESMIJ.txt"].decode("utf-8-sig")


def test_other_people_in_the_persons_own_bookkeeping_can_be_taken_along(tmp_path: Path) -> None:
    holding = make_holding(
        [SANNE | {"debiteur": "Bakker Jansen"}],
        role="processor",
        columns=(column("klant_id"), column("debiteur", third_party=True)),
    )

    built = build(tmp_path, [holding], make_about(), PASSPHRASE, access=False, portability=True)

    assert b"Bakker Jansen" in unzipped(file_of(built, TRANSFER))["boekhouding-klanten.json"]


def test_a_table_without_portable_columns_is_in_no_transfer_but_in_the_summary(tmp_path: Path) -> None:
    scores = make_holding([SANNE], table="scores", columns=(column("klant_id", "Klant", portable=False),))

    built = build(tmp_path, [scores], make_about(), PASSPHRASE, access=False, portability=True)

    assert set(unzipped(file_of(built, TRANSFER))) == {"manifest.json", "LEESMIJ.txt"}
    assert (built.summaries[0].portable, built.summaries[0].not_portable) == ((), ("Klant",))
    assert built.summaries[0].rows == 1


def test_the_summary_of_a_table_tells_whose_it_is_and_whether_it_is_empty_or_withheld(tmp_path: Path) -> None:
    withheld = make_holding(table="nieuwsbrief", withheld=True, left_out=("van niemand zeker",))
    tables = [make_holding(role="processor"), withheld]

    built = build(tmp_path, tables, make_about(), PASSPHRASE, access=True, portability=False)

    assert [(one.rows, one.role, one.withheld) for one in built.summaries] == [
        (0, "processor", False),
        (0, "controller", True),
    ]


def test_summaries_and_totals_count_what_was_found(whole: Built) -> None:
    assert [(summary.table, summary.rows) for summary in whole.summaries] == [
        ("klanten", 1),
        ("ideal_betalingen", 250),
        ("tickets", 3),
        ("abonnees", 0),
    ]
    assert (whole.totals.tables, whole.totals.tables_with_rows, whole.totals.rows) == (4, 3, 254)


def test_every_file_says_its_size_digest_and_rows(whole: Built) -> None:
    assert [(file.name, file.content_type) for file in whole.files] == [
        (PDF, "application/pdf"),
        (DATA, "application/zip"),
        (TRANSFER, "application/zip"),
    ]
    for file in whole.files:
        content = file.path.read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.manifest["boekhouding.ideal_betalingen"] == 250


def test_only_encrypted_files_are_left_behind(whole: Built) -> None:
    scratch = whole.files[0].path.parent

    assert sorted(path.name for path in scratch.iterdir()) == sorted([PDF, DATA, TRANSFER])
    for path in scratch.iterdir():
        assert b"sanne@klant" not in path.read_bytes()


def test_an_english_export_speaks_english(tmp_path: Path) -> None:
    built = built_from(tmp_path, make_holding([SANNE]), language=Language.ENGLISH)
    overview = file_of(built, "KB-2026-0042-overview.pdf")

    assert "Overview of your personal data" in text_of(overview)
    assert "5 March 2026" in text_of(overview)
    assert "7-Zip" in unzipped(file_of(built, "KB-2026-0042-data.zip"))["README.txt"].decode("utf-8-sig")
    with pikepdf.open(overview, password=PASSPHRASE) as pdf:
        assert str(pdf.Root.Lang).startswith("en")


@pytest.mark.parametrize(
    "rows",
    [
        [SANNE, SANNE | {"klant_id": 1043}],
        [SANNE, SANNE | {"klant_id": None}],
        [{name: value for name, value in SANNE.items() if name != "klant_id"}],
    ],
    ids=["another tenant", "no tenant", "tenant not said"],
)
def test_a_row_of_somebody_else_stops_everything_and_leaves_nothing(
    tmp_path: Path, rows: list[Mapping[str, Cell]]
) -> None:
    with pytest.raises(ExportLeakError) as caught:
        built_from(tmp_path, make_holding(rows))

    assert list(tmp_path.iterdir()) == []
    assert not any(word in str(caught.value) for word in ("Sanne", "sanne@", "1042", "1043"))


def test_two_tables_of_one_system_must_belong_to_the_same_tenant(tmp_path: Path) -> None:
    with pytest.raises(ExportLeakError):
        built_from(tmp_path, make_holding([SANNE]), make_holding([SANNE | {"klant_id": 1043}], table="facturen"))


def test_a_whole_table_of_another_tenant_is_no_export_of_sanne(tmp_path: Path) -> None:
    with pytest.raises(ExportLeakError):
        built_from(tmp_path, make_holding([SANNE | {"klant_id": 1043}]), belongs_to=frozenset({"1042"}))

    assert built_from(tmp_path, make_holding([SANNE]), belongs_to=frozenset({"1042"})).totals.rows == 1


def test_a_row_of_another_tenant_is_found_far_behind_the_rows_on_paper(tmp_path: Path) -> None:
    rows: list[Mapping[str, Cell]] = [SANNE] * 5000 + [SANNE | {"klant_id": 1043}]

    with pytest.raises(ExportLeakError):
        built_from(tmp_path, make_holding(rows))


def test_a_source_that_fails_half_way_leaves_nothing_and_says_so_itself(tmp_path: Path) -> None:
    def failing() -> Iterator[Mapping[str, Cell]]:
        yield SANNE
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        built_from(tmp_path, make_holding([SANNE]), make_holding(rows=(), table="x"), _holding_of(failing()))

    assert list(tmp_path.iterdir()) == []


def _holding_of(rows: Iterator[Mapping[str, Cell]]) -> Any:
    return make_holding(rows, table="stuk")


def test_a_row_without_a_promised_column_is_an_error_and_not_an_empty_cell(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"boekhouding\.klanten"):
        built_from(tmp_path, make_holding([{"klant_id": 1042, "naam": "Sanne"}]))


SMALL_DISK = """
import os, resource, signal, sys
from pathlib import Path
from exports_builders import PASSPHRASE, SANNE, make_about, make_holding
from bot.exports.package import build
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
holding = make_holding([SANNE | {"naam": os.urandom(200_000).hex()}])
build(Path(sys.argv[1]), [holding], make_about(), PASSPHRASE, access=False, portability=True)
"""


def test_a_disk_that_fills_up_leaves_nothing(tmp_path: Path) -> None:
    paths = os.pathsep.join((str(Path(__file__).parent), str(Path(__file__).parents[2])))

    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": paths},
    )

    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_build_left_is_swept_away_and_nothing_outside(tmp_path: Path) -> None:
    scratch, elsewhere = tmp_path / "scratch", tmp_path / "elders"
    (scratch / "export-abc").mkdir(parents=True)
    (scratch / "export-abc" / "klanten.csv").write_text("sanne@klant.example", encoding="utf-8")
    (scratch / PDF).write_bytes(b"sealed")
    elsewhere.mkdir()
    (elsewhere / "brief.txt").write_text("blijft", encoding="utf-8")
    (scratch / "verwijzing").symlink_to(elsewhere)

    assert sweep(scratch) == 3
    assert list(scratch.iterdir()) == []
    assert (elsewhere / "brief.txt").exists()
    assert sweep(tmp_path / "nergens") == 0


def test_a_second_build_of_the_same_case_replaces_the_first(tmp_path: Path) -> None:
    first = built_from(tmp_path, make_holding([SANNE]))
    second = built_from(tmp_path, make_holding([SANNE | {"naam": "Sanne Jansen"}]))

    assert [file.name for file in first.files] == [file.name for file in second.files]
    assert "Sanne Jansen" in text_of(file_of(second, PDF))


HOSTILE = [
    '#read("/etc/passwd")',
    "*vet* _schuin_ = kop",
    '#{ panic("x") }',
    "$ 1/0 $",
    "`code` <label> @ref \\",
    "//commentaar",
    "\x00\x1b[31mrood",
    "{{ 7*7 }}",
    "a" * 5000,
    "😀 漢字 العربية \u202egnp.exe",
    "\ud800 half teken",
    'regel 1\nregel 2;"aanhalings"',
]


def test_what_customers_typed_is_shown_and_never_executed(tmp_path: Path) -> None:
    holding = make_holding(
        [SANNE | {"naam": text} for text in HOSTILE], label='#panic("label")', left_out=("#panic()",)
    )

    built = built_from(tmp_path, holding, subject_name='#read("/etc/passwd")')
    text = text_of(file_of(built, PDF))
    rows = json.loads(unzipped(file_of(built, DATA))["boekhouding-klanten.json"])["rows"]

    assert '#read("/etc/passwd")' in text
    assert "root:" not in text
    assert "*vet* _schuin_ = kop" in text
    assert "{{ 7*7 }}" in text
    assert "1/0" in text
    assert "een leeg vakje" in text
    assert [row["naam"] for row in rows] == HOSTILE


def test_names_inside_the_package_come_from_the_data_map_cleaned_and_unique(tmp_path: Path) -> None:
    built = built_from(
        tmp_path,
        make_holding([SANNE], system="../../etc", table="pass wd"),
        make_holding([SANNE], system="etc", table="Pass-wd"),
    )

    names = set(unzipped(file_of(built, DATA)))
    assert {"etc-pass-wd.csv", "etc-pass-wd-2.csv"} < names
    assert not any("/" in name or ".." in name for name in names)


def test_wide_tables_and_one_column_tables_fit_on_the_page(tmp_path: Path) -> None:
    wide = {f"veld_{n}": f"waarde {n}" for n in range(40)}
    columns = tuple(column(name) for name in wide)

    built = built_from(
        tmp_path,
        make_holding([wide] * 3, table="breed", columns=columns, tenant_column=None),
        make_holding([{"x": Decimal(n)} for n in range(5)], table="smal", columns=(column("x"),), tenant_column=None),
        make_holding([], table="leeg", columns=columns, tenant_column=None),
    )

    assert text_of(file_of(built, PDF)).count("waarde 39") == 3


def test_an_export_without_any_table_still_says_who_and_what(tmp_path: Path) -> None:
    built = built_from(tmp_path)

    assert built.totals.rows == 0
    assert "KB-2026-0042" in text_of(file_of(built, PDF))


def test_an_export_for_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="access"):
        build(tmp_path, [], make_about(), PASSPHRASE, access=False, portability=False)


def many(count: int) -> Iterator[Mapping[str, Cell]]:
    for number in range(count):
        yield {
            "klant_id": 1042,
            "naam": f"regel {number} " + "x" * 60,
            "email": "sanne@klant.example",
            "datum": date(2026, 1, 1),
            "tijd": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "bedrag": Decimal("12.10"),
        }


def peak(tmp_path: Path, count: int) -> int:
    names = ("klant_id", "naam", "email", "datum", "tijd", "bedrag")
    holding = make_holding(many(count), columns=tuple(column(name) for name in names))
    tracemalloc.start()
    try:
        build(tmp_path, [holding], make_about(), PASSPHRASE, access=False, portability=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_rows(tmp_path: Path) -> None:
    peak(tmp_path, 1)  # loads what is loaded once

    few, lots = peak(tmp_path, 500), peak(tmp_path, 8_000)

    assert lots < few + 1_500_000  # bytes: the copying buffer of the package, filled by the larger file only


def test_what_the_typesetter_quotes_in_an_error_stays_unsaid() -> None:
    assert without_quotes('the text "Sanne" could not be displayed with font "X"') == "the text …"
    assert without_quotes("") == "no reason given"
