"""The page beside the templates names every value that a template can print."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cases.letters import LetterKind
from bot.replies.samples import rich, sample_organisation
from bot.replies.values import Marks, letter_values
from bot.triage.labels import Language

README = Path(__file__).parents[2] / "templates" / "README.md"


def test_the_page_names_every_value_and_no_other() -> None:
    letter = LetterKind.CHALLENGE_REMINDER
    values = letter_values(
        letter,
        (letter,),
        rich(letter, Language.DUTCH),
        sample_organisation(),
        "nl",
        lambda group, key: key,
        Marks(example=False, language="nl", open_texts={}),
        case_years=5,
    )

    first_cells = re.findall(r"^\| (`[^|]+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}

    assert named == set(values)
