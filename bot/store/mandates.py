"""Mandates in the case file: events of the chain, so that they are proof, and are forgotten with the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256

from bot.cases.mandates import Ground, Mandate
from bot.cases.people import Actor, User
from bot.store.archive import Transaction
from bot.store.records import Direction, Event, Scalar
from bot.triage.labels import RequestKind

_RECORDED = "mandate_recorded"
_RECEIPT = "mandate_receipt"


def record_mandate(tx: Transaction, case_id: int, mandate: Mandate, user: User, actor: Actor) -> None:
    values: dict[str, Scalar] = {
        "ground": mandate.ground,
        "principal": mandate.principal,
        "agent": mandate.agent,
        "scope": " ".join(sorted(mandate.scope)),
        "signed_on": mandate.signed_on.isoformat(),
        "from_on": mandate.from_on.isoformat(),
        "to_on": mandate.to_on.isoformat(),
        "covers_receipt": mandate.covers_receipt,
        "note": mandate.note,
        "sha256": mandate.sha256,
    }
    tx.events.write(case_id, _RECORDED, user.name, values, os_login=actor.os_login)


def record_receipt(tx: Transaction, case_id: int, note: str, user: User, actor: Actor) -> None:
    """A person decided that the answer goes to whoever holds the newest mandate."""
    tx.events.write(case_id, _RECEIPT, user.name, {"note": note}, os_login=actor.os_login)


def mandate_of(tx: Transaction, case_id: int) -> Mandate | None:
    """The newest one, and whether its holder receives the answer; a newer mandate asks for that decision anew."""
    found: Mandate | None = None
    for event in tx.events.of(case_id):
        if event.kind == _RECORDED and not event.forgotten:
            found = _read(event)
        if event.kind == _RECEIPT and found is not None:
            found = replace(found, receives=True)
    return found


def newest_mail_hash(tx: Transaction, case_id: int) -> str | None:
    """SHA-256 of the newest mail that came into the case, hexadecimal; None where nothing of it is kept."""
    came = [message for message in tx.messages.of_case(case_id) if message.direction is Direction.IN]
    mail_id = next((message.mail_id for message in reversed(came) if message.mail_id is not None), None)
    if mail_id is None or not tx.mails.get(mail_id).has_content:
        return None
    return sha256(tx.mails.raw(mail_id)).hexdigest()


def _read(event: Event) -> Mandate:
    said = {name: str(value) for name, value in event.values.items()}
    return Mandate(
        ground=Ground(said["ground"]),
        principal=said["principal"],
        agent=said["agent"],
        scope=frozenset(map(RequestKind, said["scope"].split())),
        signed_on=date.fromisoformat(said["signed_on"]),
        from_on=date.fromisoformat(said["from_on"]),
        to_on=date.fromisoformat(said["to_on"]),
        covers_receipt=bool(event.values["covers_receipt"]),
        note=said["note"],
        sha256=None if event.values["sha256"] is None else said["sha256"],
    )
