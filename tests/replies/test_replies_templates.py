"""Templates are the customer's to change, so every fault in them is told with file and line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.cases.letters import LetterKind
from bot.replies.check import check
from bot.replies.errors import TemplateError
from bot.replies.letters import Letters
from bot.replies.samples import bare, sample_organisation
from bot.triage.identifiers import FIELDS
from bot.triage.labels import Language

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


def _receipt(templates: Path) -> str:
    letters = Letters(templates, sample_organisation())
    blocks = letters.compose(LetterKind.RECEIPT, bare(LetterKind.RECEIPT, Language.DUTCH)).blocks
    return "\n".join(block.text for block in blocks)


def _broken(templates: Path, body: str) -> TemplateError:
    (templates / "nl" / "receipt" / "body.txt").write_text(body, encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        _receipt(templates)
    return caught.value


def test_the_shipped_templates_have_no_faults() -> None:
    assert check(TEMPLATES) == ()


def test_a_company_changes_a_letter_by_changing_its_file(templates: Path) -> None:
    greeting = templates / "nl" / "receipt" / "body.txt"
    greeting.write_text(greeting.read_text(encoding="utf-8").replace("Goedendag", "Moi"), encoding="utf-8")

    assert _receipt(templates).startswith("Moi,")


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("== greeting ==\nHallo\n\n== due ==\nUiterlijk {{ due_onn }}.\n", 5, "due_onn"),
        ("== greeting ==\nHallo {{ name }},\n", 2, "not known"),
        ("== greeting ==\n{% if ref %}\nHallo\n", 3, "endif"),
        ("== greeting ==\nHallo {{ ref \n", 2, "end of"),
        ("== greeting ==\nHallo {{ ref|shout }}\n", 2, "shout"),
        ("== greeting ==\nHallo {{ passphrase }}\n", 2, "passphrase"),
        ("== greeting ==\nHallo {{ ref.__class__.__mro__ }}\n", 2, "unsafe"),
        ("== greeting ==\nHallo {{ 1 // 0 }}\n", 2, "ZeroDivisionError"),
        ("Hallo\n== greeting ==\nHallo\n", 1, "before the first block"),
        ("== greeting ==\nHallo\n== greeting ==\nHallo\n", 3, "twice"),
        ("== greeting ==\nHallo\n==ACC a==\nHallo\n", 3, "a block starts with"),
        ("", 0, "no blocks"),
    ],
)
def test_a_broken_template_is_told_with_its_line(templates: Path, body: str, line: int, words: str) -> None:
    error = _broken(templates, body)

    assert error.file == str(templates / "nl" / "receipt" / "body.txt")
    assert (error.line, words in str(error)) == (line, True), str(error)


def test_a_missing_template_is_named(templates: Path) -> None:
    (templates / "nl" / "receipt" / "subject.txt").unlink()

    with pytest.raises(TemplateError, match=r"nl/receipt/subject\.txt: this template is missing"):
        _receipt(templates)


def test_a_missing_part_is_named(templates: Path) -> None:
    (templates / "nl" / "_parts" / "closing.txt").unlink()

    with pytest.raises(TemplateError, match=r"nl/_parts/closing\.txt: this template is missing"):
        _receipt(templates)


def test_a_fault_in_a_part_is_told_where_it_stands(templates: Path) -> None:
    (templates / "nl" / "_parts" / "closing.txt").write_text("Groet\n\n{{ organisation.fax }}\n", encoding="utf-8")

    with pytest.raises(TemplateError, match=r"nl/_parts/closing\.txt:3: "):
        _receipt(templates)


def test_a_part_outside_the_folder_is_not_read(templates: Path) -> None:
    (templates.parent / "secret.txt").write_text("geheim", encoding="utf-8")

    error = _broken(templates, '== greeting ==\n{% include "../../secret.txt" %}\n')

    assert "outside the templates folder" in str(error)


def test_a_part_that_includes_itself_ends_in_an_error(templates: Path) -> None:
    (templates / "nl" / "_parts" / "closing.txt").write_text('{% include "_parts/closing.txt" %}', encoding="utf-8")

    with pytest.raises(TemplateError):
        _receipt(templates)


def test_bytes_that_are_no_text_are_told_with_their_line(templates: Path) -> None:
    (templates / "nl" / "receipt" / "body.txt").write_bytes(b"== greeting ==\nHallo \xff\n")

    with pytest.raises(TemplateError, match=r"body\.txt:2: this is not UTF-8"):
        _receipt(templates)


def test_a_file_from_windows_reads_the_same(templates: Path) -> None:
    before = _receipt(templates)
    for file in templates.rglob("*.txt"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))

    assert _receipt(templates) == before


@pytest.mark.parametrize("key", ["erasure", FIELDS[0], FIELDS[-1]])
def test_a_missing_word_is_named(templates: Path, key: str) -> None:
    words = templates / "nl" / "words.toml"
    words.write_text(words.read_text(encoding="utf-8").replace(f"\n{key} = ", f"\nx{key} = "), encoding="utf-8")

    assert any("words.toml" in trouble and f"'{key}'" in trouble for trouble in check(templates))


_OLD_COURT = (
    "U kunt naar de rechter gaan (artikel 35 UAVG), binnen zes weken"
    "{% if court_until %}, dus uiterlijk op {{ court_until }}{% endif %}.\n"
)


def test_older_letters_of_a_company_stay_usable_where_nothing_new_is_printed(templates: Path) -> None:
    for language in ("nl", "en"):
        (templates / language / "_parts" / "court.txt").write_text(_OLD_COURT, encoding="utf-8")
        words = templates / language / "words.toml"
        without = re.sub(r"(?ms)^\[prevented\]\n.*?(?=^\[|\Z)", "", words.read_text(encoding="utf-8"))
        words.write_text(without, encoding="utf-8")
        unsure = templates / language / "not_identified" / "body.txt"
        unsure.write_text(unsure.read_text(encoding="utf-8").replace("{{ prevented }}", "iets doet"), encoding="utf-8")

    assert check(templates) == ()

    unsure.write_text(unsure.read_text(encoding="utf-8").replace("iets doet", "{{ prevented }}"), encoding="utf-8")
    assert check(templates) == (f"{words}: [prevented] has no text for 'access'",)


def test_the_letter_about_a_fee_is_missed_only_where_fees_are_allowed(templates: Path) -> None:
    gone = templates / "nl" / "fee_notice" / "body.txt"
    shutil.rmtree(gone.parent)

    assert check(templates, fees=False) == ()
    assert check(templates, fees=True) == (f"{gone}: this template is missing or cannot be read",)


def test_check_names_every_fault_once(templates: Path) -> None:
    (templates / "en" / "challenge" / "body.txt").write_text("== question ==\n{{ code }} {{ x }}\n", encoding="utf-8")
    (templates / "nl" / "_parts" / "authority.txt").unlink()

    troubles = check(templates)

    assert len(troubles) == 2
    assert any("en/challenge/body.txt:2" in trouble for trouble in troubles)


def test_check_notices_a_block_that_the_law_asks_for(templates: Path) -> None:
    body = templates / "nl" / "access" / "body.txt"
    body.write_text(body.read_text(encoding="utf-8").replace("== ACC-2 ==", "== transfers =="), encoding="utf-8")

    assert check(templates) == (f"{body}: block ACC-2 is missing or empty",)
