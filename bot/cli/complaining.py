"""The functions behind the commands for complaints."""

from __future__ import annotations

from pathlib import Path

from bot.cases.findings import Upheld
from bot.cases.lifecycle import case_state
from bot.cases.model import CaseRef
from bot.cli.session import actor, print_json, rooms


def finding(
    config: Path | None, ref: str, user: str, text: str, measures: str, upheld: Upheld | None, *, as_json: bool
) -> None:
    """What was found about a complaint, and what is done."""
    with rooms(config) as opened:
        case = opened.complaints.write_finding(CaseRef(ref), actor(user), text, measures, upheld)
    if as_json:
        print_json({"ref": case.ref, "state": str(case_state(case)), "upheld": upheld})
    else:
        print(f"{case.ref}: bevinding en maatregelen vastgelegd; lees het concept met privacybot draft {case.ref}")
