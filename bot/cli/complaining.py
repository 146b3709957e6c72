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


def dossier(config: Path | None, ref: str, user: str, out: Path, *, originals: bool, kept: bool, as_json: bool) -> None:
    """The dossier of a case as a zip: as it is now, or as it was kept."""
    with rooms(config) as opened:
        if kept:
            digest = opened.dossiers.take(CaseRef(ref), actor(user), out)
        else:
            digest = opened.dossiers.make(CaseRef(ref), actor(user), out, originals=originals)
    if as_json:
        print_json({"ref": ref, "file": str(out), "sha256": digest})
    else:
        print(f"dossier van {ref} in {out}\nSHA-256 {digest}\nEr is niets verstuurd; bewaar het bestand zelf veilig.")
