"""The pages that a jurist reads are those that this version would write."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cases.draft import Block
from bot.cases.letters import WITH_TEMPLATE, LetterKind
from bot.cli.letters import letters
from bot.replies.catalogue import USES, pages
from bot.replies.letters import Letters, missing_blocks, required_blocks
from bot.replies.required import SAME
from bot.replies.samples import rich, sample_organisation
from bot.triage.labels import Language

ROOT = Path(__file__).parents[2]
MEND = "write them anew: privacybot letters --out docs/letters"


def test_the_letters_in_the_documents_are_those_that_leave() -> None:
    kept = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "docs" / "letters").iterdir()}

    assert kept == pages(ROOT / "templates"), MEND


def test_every_letter_says_when_it_leaves() -> None:
    assert set(USES) == set(WITH_TEMPLATE)


@pytest.mark.requirement("ACC-01")
@pytest.mark.parametrize("kind", WITH_TEMPLATE)
def test_every_element_that_the_index_names_is_missed_when_it_is_gone(kind: LetterKind) -> None:
    blocks = Letters(ROOT / "templates", sample_organisation()).compose(kind, rich(kind, Language.DUTCH)).blocks
    row = next(row for row in _index() if row[0] == f"[{kind}]({kind}.md)")
    named = frozenset(row[-1].split(", "))

    assert named == required_blocks(kind)
    assert missing_blocks((kind,), blocks) == frozenset()
    for code in named:
        same = next((group for group in SAME if code in group), frozenset({code}))
        left = [block for block in blocks if block.code not in same]
        emptied = [Block(block.code, "  ") if block.code in same else block for block in blocks]
        assert code in missing_blocks((kind,), left), code
        assert code in missing_blocks((kind,), emptied), code


def _index() -> list[list[str]]:
    """The cells of every row of the index that a jurist reads."""
    lines = (ROOT / "docs" / "letters" / "README.md").read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| [")]


def test_the_command_writes_an_index_and_a_page_for_every_letter(tmp_path: Path) -> None:
    letters(tmp_path / "brieven")

    index = (tmp_path / "brieven" / "README.md").read_text(encoding="utf-8")
    for kind in WITH_TEMPLATE:
        assert f"[{kind}]({kind}.md)" in index
        assert (tmp_path / "brieven" / f"{kind}.md").stat().st_size > 0
