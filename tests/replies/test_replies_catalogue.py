"""The pages that a jurist reads are those that this version would write."""

from __future__ import annotations

from pathlib import Path

from bot.cases.letters import WITH_TEMPLATE
from bot.cli.letters import letters
from bot.replies.catalogue import USES, pages

ROOT = Path(__file__).parents[2]
MEND = "write them anew: privacybot letters --out docs/letters"


def test_the_letters_in_the_documents_are_those_that_leave() -> None:
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs" / "letters").iterdir()}

    assert kept == pages(ROOT / "templates"), MEND


def test_every_letter_says_when_it_leaves() -> None:
    assert set(USES) == set(WITH_TEMPLATE)


def test_the_command_writes_an_index_and_a_page_for_every_letter(tmp_path: Path) -> None:
    letters(tmp_path / "brieven")

    index = (tmp_path / "brieven" / "README.md").read_text(encoding="utf-8")
    for kind in WITH_TEMPLATE:
        assert f"[{kind}]({kind}.md)" in index
        assert (tmp_path / "brieven" / f"{kind}.md").stat().st_size > 0
