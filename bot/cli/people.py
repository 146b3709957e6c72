"""The functions behind the commands about whoever does not simply write for himself."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bot.cases.draft import Draft, content_hash
from bot.cases.errors import RefusedActError
from bot.cases.lifecycle import case_state
from bot.cases.mandates import Ground, Mandate, Standing
from bot.cases.model import Case, CaseRef
from bot.cli.acts import kinds_of
from bot.cli.session import actor, print_json, rooms
from bot.cli.words import STATES


def represents(config: Path | None, ref: str, user: str, who: Standing, *, custody: bool, as_json: bool) -> None:
    with rooms(config) as opened:
        draft = opened.representation.says_who(CaseRef(ref), actor(user), who, custody=custody)
    if as_json:
        print_json({"ref": ref, "who": str(who), "drafts": [] if draft is None else [_draft(draft)]})
    elif draft is None:
        print(f"{ref}: genoteerd")
    else:
        print(f"{ref}: concept {draft.id} ({draft.letter}) wacht op goedkeuring")


def mandate(
    config: Path | None,
    ref: str,
    user: str,
    *,
    ground: Ground,
    principal: str,
    agent: str,
    scope: str,
    signed: datetime,
    begins: datetime,
    ends: datetime,
    receipt: bool,
    note: str,
    known_by: str | None,
    file: Path | None,
    as_json: bool,
) -> None:
    shown = Mandate(
        ground=ground,
        principal=principal,
        agent=agent,
        scope=kinds_of(scope),
        signed_on=signed.date(),
        from_on=begins.date(),
        to_on=ends.date(),
        covers_receipt=receipt,
        note=note,
        sha256=None if file is None else _digest(file),
    )
    with rooms(config) as opened:
        case = opened.representation.mandate(CaseRef(ref), actor(user), shown, known_by)
    _told(case, "machtiging vastgelegd; de persoon zelf wordt nu gevraagd", as_json=as_json)


def to_agent(config: Path | None, ref: str, user: str, note: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        case = opened.representation.to_agent(CaseRef(ref), actor(user), note)
    _told(case, "het antwoord gaat naar de vertegenwoordiger; twee mensen keuren het goed", as_json=as_json)


def masked_copy(config: Path | None, ref: str, user: str, reason: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        draft = opened.representation.masked_copy(CaseRef(ref), actor(user), reason)
    if as_json:
        print_json(_draft(draft))
    else:
        print(f"{ref}: concept {draft.id} ({draft.letter}) wacht op goedkeuring door twee mensen")


def copy_checked(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        case = opened.representation.copy_checked(CaseRef(ref), actor(user))
    _told(case, "gezien; van de kopie zelf blijft niets bewaard", as_json=as_json)


def forward(config: Path | None, ref: str, user: str, company: str, *, as_json: bool) -> None:
    with rooms(config) as opened:
        handed = opened.forwarding.forward(CaseRef(ref), actor(user), company)
    drafts = [one for one in (handed.to_asker, handed.to_customer) if one is not None]
    if as_json:
        print_json({"drafts": [_draft(one) for one in drafts], "customer_found": handed.to_customer is not None})
        return
    for one in drafts:
        print(f"concept {one.id} ({one.letter}) wacht op goedkeuring")
    if handed.to_asker is None:
        print("het record heeft geen e-mailadres: vertel de vrager op papier dat u dit deel aan het bedrijf overlaat")
    if handed.to_customer is None:
        print("geen klant met precies deze naam of dit nummer: alleen de brief aan de vrager, die verklapt dat niet")


def _draft(draft: Draft) -> dict[str, object]:
    return {"draft": draft.id, "letter": str(draft.letter), "hash": content_hash(draft)}


def _told(case: Case, done: str, *, as_json: bool) -> None:
    if as_json:
        states = {str(request.kind): str(request.state) for request in case.requests}
        print_json({"ref": case.ref, "state": str(case_state(case)), "requests": states})
    else:
        print(f"{case.ref}: {done}; stand {STATES[case_state(case)]}")


def _digest(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError as trouble:
        raise RefusedActError(f"{file} cannot be read ({type(trouble).__name__})") from None
