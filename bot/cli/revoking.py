"""The function behind `privacybot revoke`."""

from __future__ import annotations

from pathlib import Path

from bot.cases.model import CaseRef
from bot.cli.session import actor, print_json, rooms


def revoke(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    """Close every link of the case to our public pages."""
    with rooms(config) as opened:
        closed = opened.handout.revoke(CaseRef(ref), actor(user))
    if as_json:
        print_json({"ref": ref, "links": closed})
    else:
        print(f"{ref}: {closed} link(s) ingetrokken; wat is opgehaald, komt daarmee niet terug")
