"""The function behind `fee`."""

from __future__ import annotations

from pathlib import Path

from bot.cases.model import CaseRef
from bot.cli.session import actor, print_json, rooms


def announce(config: Path | None, ref: str, user: str, amount: str, reason: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        draft = opened.fees.announce(CaseRef(ref), actor(user), amount, reason)
    if as_json:
        print_json({"ref": ref, "draft": draft.id, "letter": str(draft.letter)})
    else:
        print(f"{ref}: concept {draft.id} ({draft.letter}) wacht op goedkeuring")
