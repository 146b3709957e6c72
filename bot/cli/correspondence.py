"""The function behind `write`: a letter beside the answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.cases.model import CaseRef
from bot.cli.session import actor, print_json, rooms


def write(
    config: Path | None, ref: str, user: str, *, letter: str, words: str | None, on: date | None, as_json: bool
) -> None:
    with rooms(config) as opened:
        draft = opened.correspondence.write(CaseRef(ref), actor(user), letter, words, on)
    if as_json:
        print_json({"ref": ref, "draft": draft.id, "letter": str(draft.letter)})
    else:
        print(f"{ref}: concept {draft.id} ({draft.letter}) wacht op goedkeuring")
