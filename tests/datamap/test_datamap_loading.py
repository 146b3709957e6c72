"""A map is read whole or not at all, and the message names the place and the mend."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.datamap.loading import DataMapError, load_datamap
from bot.datamap.model import Anchor
from bot.settings import SettingsError

SHIPPED = Path(__file__).parents[2] / "config" / "datamap.yaml"
ENV = {"KLEINBOEK_DB_URL": "sqlite:///demo.sqlite"}
Change = Callable[[dict[str, Any]], None]


def written(tmp_path: Path, change: Change) -> Path:
    """The shipped map with one thing different."""
    given = copy.deepcopy(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))
    change(given)
    path = tmp_path / "datamap.yaml"
    path.write_text(yaml.safe_dump(given, allow_unicode=True), encoding="utf-8")
    return path


def table(given: dict[str, Any], name: str) -> dict[str, Any]:
    [found] = [one for one in given["systems"][0]["tables"] if one["name"] == name]
    return found


def put(name: str, key: str, value: object) -> Change:
    return lambda given: table(given, name).__setitem__(key, value)


def test_the_shipped_map_loads_with_the_url_from_the_environment() -> None:
    datamap = load_datamap(SHIPPED, ENV)

    assert datamap.urls == {"kleinboek": "sqlite:///demo.sqlite"}
    assert datamap.system("kleinboek").table("nieuwsbrief").person.is_ is Anchor.ADDRESS


def test_a_url_may_come_from_a_file_and_stand_inside_other_text(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("word\n")
    path = written(
        tmp_path, lambda given: given["systems"][0].update(url="postgresql+psycopg://bot:${DB_PASSWORD}@db/kb")
    )

    datamap = load_datamap(path, {"DB_PASSWORD_FILE": str(tmp_path / "secret")})

    assert datamap.urls["kleinboek"] == "postgresql+psycopg://bot:word@db/kb"
    assert "word@" not in repr(datamap)


def test_a_missing_url_names_the_variable_to_set() -> None:
    with pytest.raises(DataMapError, match=r"datamap\.yaml: systems\[0\]\.url: .*set KLEINBOEK_DB_URL"):
        load_datamap(SHIPPED, {})


def test_a_fault_of_the_map_is_a_fault_of_the_settings() -> None:
    assert issubclass(DataMapError, SettingsError)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            put("klanten", "rol", "controller"),
            "systems[0].tables[0].rol: is not a key of the map; remove it",
        ),
        (lambda given: table(given, "klanten").pop("label"), "systems[0].tables[0].label: is missing; add it"),
        (put("klanten", "person", None), "systems[0].tables[0].person: say how the rows hang on the person"),
        (put("debiteuren", "tenant", None), "systems[0].tables[10].tenant: a processor table is read by tenant only"),
        (put("tickets", "person", {}), "systems[0].tables[6].person: give either 'column' or 'via'"),
        (
            put("betalingen", "person", {"via": {"table": "licentie", "column": "licentie_id"}}),
            "systems[0].tables[3].person.via.table: system 'kleinboek' has no table 'licentie'",
        ),
        (
            put("betalingen", "person", {"via": {"table": "licenties", "column": "licentie"}}),
            "systems[0].tables[3].person.via.column: table 'betalingen' has no column 'licentie' in this map; add it",
        ),
        (
            put("betalingen", "person", {"via": {"table": "licenties", "column": ["licentie_id", "betaling_id"]}}),
            "systems[0].tables[3].person.via.column: name as many columns as the key of 'licenties' has",
        ),
        (
            put("licenties", "person", {"via": {"table": "betalingen", "column": "licentie_id", "to": "licentie_id"}}),
            "systems[0].tables[2].person.via: 'licenties' leads back to itself; end at a 'column'",
        ),
        (
            put("betalingen", "person", {"via": {"table": "debiteuren", "column": "licentie_id"}}),
            "systems[0].tables[3].person.via: 'debiteuren' has no 'person' itself; say there how it hangs",
        ),
        (
            put("tickets", "person", {"column": "gebruiker_id", "identity": "niemand"}),
            "systems[0].tables[6].person.identity: no identity is called 'niemand'",
        ),
        (
            put("tickets", "person", {"column": ["gebruiker_id", "ticket_id"]}),
            "systems[0].tables[6].person.column: name as many columns as the key of 'gebruikers' has",
        ),
        (put("tickets", "key", "nummer"), "systems[0].tables[6].key: table 'tickets' has no column 'nummer'"),
        (
            put("tickets", "name", "klanten"),
            "systems[0].tables[6].name: 'klanten' is used twice; give each",
        ),
        (
            put("tickets", "recipients", ["belasting"]),
            "tables[6].recipients[0]: 'belasting' is not a key of",
        ),
        (put("tickets", "legal_basis", "habit"), "systems[0].tables[6].legal_basis: Input should be 'consent'"),
        (put("tickets", "on_erasure", {"action": "keep"}), "systems[0].tables[6].on_erasure: 'keep' needs a 'reason'"),
        (
            put("tickets", "on_erasure", {"action": "delete", "until": {"fiscal": 7, "date_column": "geopend_op"}}),
            "systems[0].tables[6].on_erasure: 'until' belongs to 'keep'",
        ),
        (
            put("tickets", "on_erasure", {"action": "keep", "reason": "r", "until": {"date_column": "geopend_op"}}),
            "systems[0].tables[6].on_erasure.until: give either 'fiscal' (years) or 'months'",
        ),
        (
            put("tickets", "on_erasure", {"action": "keep", "reason": "r", "until": {"fiscal": 7, "date_column": "x"}}),
            "systems[0].tables[6].on_erasure.until: table 'tickets' has no column 'x'",
        ),
        (
            lambda given: table(given, "tickets")["columns"]["status"].update(on_erasure={"action": "null"}),
            "tables[6].columns.status.on_erasure: the rows are 'delete'; a column rule needs rows that stay",
        ),
        (
            lambda given: table(given, "klanten")["columns"]["klant_id"].update(on_erasure={"action": "null"}),
            "tables[0].columns.klant_id.on_erasure: rows hang on this column; it cannot be emptied while they stay",
        ),
        (
            lambda given: table(given, "klanten")["columns"]["iban"].update(on_erasure={"action": "pseudonymise"}),
            "tables[0].columns.iban.on_erasure: 'value' belongs to 'pseudonymise', and is needed there",
        ),
        (
            lambda given: table(given, "klanten")["columns"]["iban"]["correctable"].update(field="rekening"),
            "systems[0].tables[0].columns.iban.correctable.field: Input should be 'name'",
        ),
        (
            lambda given: given["identity"][0].update(table="klant"),
            "identity[0].table: system 'kleinboek' has no",
        ),
        (lambda given: given["identity"][0].update(system="crm"), "identity[0].system: no system is called 'crm'"),
        (
            lambda given: given["identity"][0].update(kvk="kvk"),
            "identity[0].kvk: table 'gebruikers' has no column",
        ),
        (
            lambda given: given["identity"][1].update(find_by=["kvk"]),
            "identity[1].find_by: 'kvk' finds nobody without a 'kvk' column",
        ),
        (
            lambda given: given["identity"][0].update(find_by=["iban"]),
            "identity[0].find_by[0]: Input should be 'customer_number'",
        ),
        (lambda given: given["identity"][0].update(person_name=["naam", "x"]), "identity[0].person_name[1]: table"),
        (lambda given: given["identity"][0].update(address_changed_at="x"), "identity[0].address_changed_at: table"),
        (
            lambda given: given["identity"][0].update(running={"table": "x", "column": "y"}),
            "identity[0].running.tab",
        ),
        (
            lambda given: given["identity"][0].update(customer_number_pattern="("),
            "number_pattern: is no regular",
        ),
        (lambda given: given["identity"][1].update(name="gebruiker"), "identity[1].name: 'gebruiker' is used twice"),
        (lambda given: given["systems"][0].update(driver="http"), "systems[0].driver: Input should be 'sql'"),
        (lambda given: given.update(systems=[]), "systems: Tuple should have at least 1 item"),
        (
            lambda given: given["recipients"]["hosting"].update(confirmed="perhaps"),
            "hosting.confirmed: Input",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, change: Change, message: str) -> None:
    path = written(tmp_path, change)

    with pytest.raises(DataMapError) as refused:
        load_datamap(path, ENV)

    assert str(refused.value).startswith(f"{path}: ")
    assert message in str(refused.value)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    def change(given: dict[str, Any]) -> None:
        table(given, "tickets")["key"] = "x"
        table(given, "klanten")["key"] = "y"

    with pytest.raises(DataMapError) as refused:
        load_datamap(written(tmp_path, change), ENV)

    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; it needs 'identity' and 'systems'"),
        ("- a\n", "is empty; it needs 'identity' and 'systems'"),
        ("systems: [\n", "line 2, column 1: is no YAML"),
        ("systems: []\nsystems: []\n", "line 2, column 1: is no YAML: 'systems' is given twice"),
        ("systems: !!python/object/apply:os.system [echo]\n", "is no YAML"),
    ],
)
def test_what_is_no_map_is_refused_with_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "datamap.yaml"
    path.write_text(text)

    with pytest.raises(DataMapError) as refused:
        load_datamap(path, ENV)

    assert message in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataMapError, match=r"nowhere\.yaml: cannot be read \(FileNotFoundError\)"):
        load_datamap(tmp_path / "nowhere.yaml", ENV)


def test_facts_that_nobody_confirmed_are_questions_with_an_example_that_cannot_be_mistaken_for_true() -> None:
    datamap = load_datamap(SHIPPED, ENV)

    questions = {fact.path: fact.value for fact in datamap.unconfirmed()}

    assert {"recipients.hosting", "recipients.betaaldienst", "recipients.maildienst"} <= questions.keys()
    assert any(path.endswith(".retention") for path in questions)
    assert all(value.nl.startswith("VOORBEELD: ") for value in questions.values())
    assert all(value.en.startswith("EXAMPLE: ") for value in questions.values())


def test_recipients_are_told_by_name_in_the_letters_language() -> None:
    datamap = load_datamap(SHIPPED, ENV)
    payments = datamap.system("kleinboek").table("betalingen")

    assert datamap.recipients_of(payments, "nl")[1] == "VOORBEELD: iDEAL-betaaldienst en uw bank"
    assert datamap.recipients_of(payments, "de")[1] == "EXAMPLE: iDEAL payment provider and your bank"


def test_every_table_says_all_that_an_access_letter_must_say() -> None:
    for table_ in load_datamap(SHIPPED, ENV).system("kleinboek").tables:
        for words in (table_.label, table_.category, table_.purpose, table_.source, table_.retention.value):
            assert words.nl.strip()
            assert words.en.strip()
        assert table_.recipients
