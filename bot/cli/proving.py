"""`privacybot verify`: a proof of identity that was fixed before the case."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.cases.factors import Factor
from bot.cases.lifecycle import case_state
from bot.cases.model import Case, CaseRef
from bot.cli.session import actor, print_json, rooms
from bot.cli.words import STATES


def verify(
    config: Path | None, ref: str, user: str, method: str, note: str, *, begin: bool, code: str | None, as_json: bool
) -> None:
    if (begin or code is not None) and method != Factor.LETTER:
        _wrong_use("--begin and --code belong to --method letter")
    if begin and code is not None:
        _wrong_use("give either --begin or --code")
    if begin:
        _begin_letter(config, ref, user, as_json=as_json)
        return
    with rooms(config) as opened:
        if code is not None:
            case = opened.second_factor.enter_code(CaseRef(ref), actor(user), code, note)
        else:
            case = opened.second_factor.verify(CaseRef(ref), actor(user), method, note)
    _tell(case, as_json=as_json)


def _begin_letter(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    """The letter goes to standard output, for a printer; what to do with it to standard error."""
    with rooms(config) as opened:
        letter = opened.second_factor.begin_letter(CaseRef(ref), actor(user))
    if as_json:
        print_json({"ref": ref, "letter": letter.text, "valid_until": letter.valid_until})
        return
    print(letter.text, end="")
    print(
        f"\nDruk deze brief nu af en doe hem op de post: de code is nergens bewaard en werkt tot en met "
        f"{letter.valid_until}.\nNoemt de klant de code: privacybot verify {ref} --method letter --code CODE",
        file=sys.stderr,
    )


def notify(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        made = opened.account_notices.draft(CaseRef(ref), actor(user))
    if as_json:
        print_json({"ref": ref, "drafts": [{"draft": draft.id, "to": draft.to} for draft in made]})
        return
    for draft in made:
        print(f"concept {draft.id} aan {draft.to} wacht op goedkeuring (approve {ref} --draft {draft.id})")


def _tell(case: Case, *, as_json: bool) -> None:
    if as_json:
        states = {str(request.kind): str(request.state) for request in case.requests}
        print_json({"ref": case.ref, "state": str(case_state(case)), "requests": states})
    else:
        print(f"{case.ref}: bewijs vastgelegd; stand {STATES[case_state(case)]}")


def _wrong_use(words: str) -> None:
    print(f"privacybot: {words}", file=sys.stderr)
    raise SystemExit(2)
