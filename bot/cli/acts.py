"""What staff do, one command each; the rules are enforced in the corridor."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.approval import Given, Renewed
from bot.cases.draft import Draft, content_hash
from bot.cases.errors import RefusedActError
from bot.cases.lifecycle import case_state
from bot.cases.model import Case, CaseRef, Channel
from bot.cases.moments import moment_words
from bot.cases.people import StaffRole
from bot.cli.session import actor, print_json, rooms
from bot.cli.texts import text_as_blocks
from bot.cli.words import STATES
from bot.rooms import Rooms
from bot.store.terms_feed import has_secret
from bot.triage.classify import classify
from bot.triage.labels import RequestKind, Role, Writer


def kinds_of(words: str | None) -> frozenset[RequestKind]:
    """ "access,erasure" as kinds. Raises RefusedActError naming what is known."""
    named = [word.strip() for word in (words or "").split(",") if word.strip()]
    unknown = sorted(set(named) - set(RequestKind))
    if unknown:
        raise RefusedActError(f"unknown kind: {', '.join(unknown)}; known are {', '.join(RequestKind)}")
    return frozenset(map(RequestKind, named))


def _on_case(config: Path | None, as_json: bool, done: str, act: Callable[[Rooms], Case]) -> None:
    with rooms(config) as opened:
        case = act(opened)
    if as_json:
        states = {str(request.kind): str(request.state) for request in case.requests}
        print_json({"ref": case.ref, "state": str(case_state(case)), "requests": states})
    else:
        print(f"{case.ref}: {done}; stand {STATES[case_state(case)]}")


def _on_draft(config: Path | None, as_json: bool, act: Callable[[Rooms], Draft]) -> None:
    with rooms(config) as opened:
        draft = act(opened)
    if as_json:
        print_json({"draft": draft.id, "letter": str(draft.letter), "hash": content_hash(draft)})
    else:
        print(f"concept {draft.id} ({draft.letter}) wacht op goedkeuring")


def approve(
    config: Path | None,
    ref: str,
    user: str,
    *,
    draft_id: int | None,
    seen_hash: str | None,
    typed_reference: str | None,
    reason: str | None,
    as_json: bool,
) -> None:
    with rooms(config) as opened:
        result = opened.decisions.approve(
            CaseRef(ref),
            actor(user),
            draft_id=draft_id,
            seen_hash=seen_hash,
            typed_reference=typed_reference,
            reason=reason,
        )
    match result:
        case Renewed(message=message):
            print(f"privacybot: {message}", file=sys.stderr)
            raise SystemExit(1)
        case Given(draft=draft, leaves_at=leaves_at, message=message) if as_json:
            print_json({"draft": draft.id, "final": leaves_at is not None, "leaves_at": leaves_at, "message": message})
        case Given(leaves_at=None, message=message):
            print(f"{ref}: genoteerd; {message}")
        case Given(leaves_at=datetime() as leaves_at):
            leaves = moment_words(leaves_at, opened.calendar.timezone)
            print(f"{ref}: goedgekeurd, vertrekt {leaves}; terug met: privacybot undo {ref}")


def reject(config: Path | None, ref: str, user: str, reason: str, draft_id: int | None, *, as_json: bool) -> None:
    _on_case(
        config,
        as_json,
        "concept terug, de klant krijgt niets",
        lambda opened: opened.decisions.reject(CaseRef(ref), actor(user), reason, draft_id),
    )


def edit(config: Path | None, ref: str, user: str, file: Path, draft_id: int | None, *, as_json: bool) -> None:
    def act(opened: Rooms) -> Draft:
        blocks = text_as_blocks(_text_of(file))
        return opened.decisions.edit(CaseRef(ref), actor(user), blocks, draft_id)

    _on_draft(config, as_json, act)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise RefusedActError(f"{file} cannot be read as UTF-8 text ({type(trouble).__name__})") from None


def label(
    config: Path | None,
    ref: str,
    user: str,
    kinds: str | None,
    role: Role | None,
    *,
    more: str | None,
    ordinary: bool,
    as_json: bool,
) -> None:
    if sum(map(bool, (kinds, more, ordinary))) != 1:
        print("privacybot: give either --set KIND,KIND or --add KIND,KIND or --ordinary", file=sys.stderr)
        raise SystemExit(2)
    if more and role:
        print("privacybot: --role goes with --set", file=sys.stderr)
        raise SystemExit(2)
    if more:
        _on_case(
            config,
            as_json,
            "toegevoegd",
            lambda opened: opened.handling.label_also(CaseRef(ref), actor(user), kinds_of(more)),
        )
        return
    if ordinary:
        _on_case(
            config, as_json, "gewone mail", lambda opened: opened.handling.label_ordinary(CaseRef(ref), actor(user))
        )
        return
    _on_case(
        config,
        as_json,
        "ingedeeld",
        lambda opened: opened.handling.label(CaseRef(ref), actor(user), kinds_of(kinds), role),
    )


def choose(config: Path | None, ref: str, user: str | None, key: str | None, note: str, *, as_json: bool) -> None:
    """Which record it is; without a key the records that fit are shown."""
    if key is not None and user is not None:
        _on_case(
            config,
            as_json,
            "record gekozen",
            lambda opened: opened.identification.choose(CaseRef(ref), actor(user), key, note),
        )
        return
    with rooms(config) as opened:
        found = opened.identification.candidates(CaseRef(ref))
    rows = [{"key": one.key, "system": one.system, "name": one.name, "address": one.address_of_record} for one in found]
    if as_json:
        print_json({"records": rows})
    for row in rows if not as_json else ():
        print("\t".join(str(value) for value in row.values()))


def refuse(config: Path | None, ref: str, user: str, reason: str, kinds: str | None, *, as_json: bool) -> None:
    _on_draft(
        config,
        as_json,
        lambda opened: opened.decisions.refuse(CaseRef(ref), actor(user), kinds_of(kinds), reason),
    )


def ask(config: Path | None, ref: str, user: str, question: str, *, as_json: bool) -> None:
    _on_draft(config, as_json, lambda opened: opened.decisions.ask(CaseRef(ref), actor(user), question))


def extend(config: Path | None, ref: str, user: str, reason: str, *, as_json: bool) -> None:
    _on_draft(config, as_json, lambda opened: opened.decisions.extend(CaseRef(ref), actor(user), reason))


def passphrase(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    _on_draft(config, as_json, lambda opened: opened.decisions.repeat_passphrase(CaseRef(ref), actor(user)))


def withdraw(config: Path | None, ref: str, user: str, kinds: str | None, reason: str, *, as_json: bool) -> None:
    _on_case(
        config,
        as_json,
        "ingetrokken",
        lambda opened: opened.handling.withdraw(CaseRef(ref), actor(user), kinds_of(kinds), reason),
    )


def escalate(
    config: Path | None,
    ref: str,
    user: str,
    to: str,
    reason: str,
    ap_ref: str | None,
    dossier: Path | None,
    *,
    as_json: bool,
) -> None:
    def to_authority(opened: Rooms) -> Case:
        case = opened.handling.to_authority(CaseRef(ref), actor(user), reason, ap_ref)
        if case.sender is not None and case.writer is not Writer.AUTHORITY and case.open_requests:
            opened.decisions.authority_reference(CaseRef(ref), actor(user), ap_ref)
        if dossier is not None:
            opened.dossiers.make(CaseRef(ref), actor(user), dossier)
        return case

    if to == "ap":
        _on_case(config, as_json, _to_be_kept(ref, made_now=dossier is not None), to_authority)
    else:
        _on_case(
            config,
            as_json,
            "bij de functionaris",
            lambda opened: opened.handling.to_officer(CaseRef(ref), actor(user), reason),
        )


def _to_be_kept(ref: str, *, made_now: bool) -> str:
    """What is kept is made by the worker, of the case as it then finds it."""
    later = (
        "AP-zaak; de bot bewaart het dossier zodra hij eraan toekomt, van de zaak zoals zij dan is "
        f"(privacybot dossier {ref} --kept --as … --out FILE.zip)"
    )
    now = f"; wilt u dat van dit moment, maak het dan nu: privacybot dossier {ref} --as … --out FILE.zip"
    return later if made_now else later + now


def release(config: Path | None, refs: Iterable[str], user: str, *, everything: bool, as_json: bool) -> None:
    named = list(refs)
    if everything:
        with rooms(config) as opened, opened.archive.reading() as tx:
            at_gate = {letter.case_id for letter in tx.outbox.held_automatic()}
            listed = tx.cases.listed()
            held = [case for case in listed if case.id in at_gate or (case.letters_held and case.open_requests)]
            named = [case.ref for case in held]
    for ref in named:
        _on_case(
            config,
            as_json,
            "brieven vrijgegeven",
            lambda opened, ref=ref: opened.handling.release(CaseRef(ref), actor(user)),  # type: ignore[misc]
        )


def undo(config: Path | None, ref: str, user: str, *, as_json: bool) -> None:
    _on_case(
        config, as_json, "goedkeuring teruggenomen", lambda opened: opened.decisions.undo(CaseRef(ref), actor(user))
    )


def lift_hold(config: Path | None, ref: str, user: str, reason: str, *, as_json: bool) -> None:
    _on_case(
        config,
        as_json,
        "niet langer vastgehouden",
        lambda opened: opened.handling.lift_hold(CaseRef(ref), actor(user), reason),
    )


def note(config: Path | None, ref: str, user: str, text: str, *, as_json: bool) -> None:
    _on_case(config, as_json, "notitie", lambda opened: opened.handling.note(CaseRef(ref), actor(user), text))


def assign(config: Path | None, ref: str, user: str, to: str, *, as_json: bool) -> None:
    _on_case(config, as_json, f"voor {to}", lambda opened: opened.handling.assign(CaseRef(ref), actor(user), to))


def reopen(config: Path | None, ref: str, user: str, reason: str, *, as_json: bool) -> None:
    _on_case(config, as_json, "heropend", lambda opened: opened.handling.reopen(CaseRef(ref), actor(user), reason))


def answered_elsewhere(config: Path | None, ref: str, user: str, note: str, *, as_json: bool) -> None:
    _on_case(
        config,
        as_json,
        "elders beantwoord",
        lambda opened: opened.handling.answered_elsewhere(CaseRef(ref), actor(user), note),
    )


def sent(config: Path | None, ref: str, user: str) -> None:
    """Staff found that a letter with unknown outcome did arrive."""
    with rooms(config) as opened:
        count = opened.dispatch.confirm_sent(CaseRef(ref), actor(user))
    print(f"{ref}: {count} brief is aangekomen")


def send_again(config: Path | None, ref: str, user: str) -> None:
    """Staff found that it did not: the same bytes leave once more."""
    with rooms(config) as opened:
        count = opened.dispatch.send_again(CaseRef(ref), actor(user))
    print(f"{ref}: {count} brief gaat opnieuw op weg")


def task_done(config: Path | None, task_id: int, user: str) -> None:
    with rooms(config) as opened:
        opened.handling.task_done(task_id, actor(user))
    print(f"taak {task_id} is klaar")


def open_case(
    config: Path | None,
    user: str,
    channel: str,
    received: datetime,
    sender: str | None,
    file: Path,
    *,
    as_json: bool,
) -> None:
    """A request that came by phone, by post or at the counter."""

    def act(opened: Rooms) -> Case:
        if received.tzinfo is None:
            raise RefusedActError("--received needs a time zone, such as 2026-11-26T14:00+01:00")
        text = _text_of(file)
        model = opened.reader.model()
        verdict = replace(classify(model, "", text), model=model.version)
        return opened.handling.open_by_hand(actor(user), Channel(channel), received, sender, text, verdict)

    _on_case(config, as_json, "geopend", act)


def user_add(config: Path | None, name: str, role: StaffRole, address: str | None) -> None:
    with rooms(config) as opened, opened.archive.transaction() as tx:
        user = tx.users.add(name, role, address)
        tx.events.write(None, "user_added", _login(), {"user": user.name, "role": str(role)})
    print(f"{user.name} is {user.role}")


def user_list(config: Path | None, *, as_json: bool) -> None:
    with rooms(config) as opened, opened.archive.reading() as tx:
        users = tx.users.all()
    rows: list[dict[str, Any]] = [
        {"name": user.name, "role": str(user.role), "enabled": user.enabled, "address": user.address} for user in users
    ]
    if as_json:
        print_json({"users": rows})
        return
    for row in rows:
        print(f"{row['name']}\t{row['role']}\t{'' if row['enabled'] else 'uitgeschakeld'}")


def user_enable(config: Path | None, name: str, *, enabled: bool) -> None:
    with rooms(config) as opened, opened.archive.transaction() as tx:
        if not tx.users.set_enabled(name, enabled):
            raise RefusedActError(f"there is no user '{name}'")
        tx.events.write(None, "user_enabled" if enabled else "user_disabled", _login(), {"user": name})
        knows_address = not enabled and has_secret(tx)
    print(f"{name} {'mag weer' if enabled else 'is uitgeschakeld'}")
    if knows_address:
        print(
            "wie het geheime agenda-adres kent, leest de termijnen nog: maak een nieuw (privacybot calendar --link "
            "--as NAAM) of sluit het (privacybot calendar --unlink --as NAAM)"
        )


def _login() -> str:
    return f"os:{os.environ.get('USER', 'unknown')}"
