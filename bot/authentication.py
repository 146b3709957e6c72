"""Whether the mails of a case come from the domains they name: looked at once, written down, shown; never identity."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cases.work import Work
from bot.mail.authentication.checking import SenderChecks
from bot.mail.authentication.verdict import Connection, SealMark, SenderCheck, SenderVerdict
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person
from bot.store.records import CaseMessage, Direction, Job, Scalar
from bot.store.sendercheck import MOST_TRIES, TRIES, VERDICT, as_facts

_AGAIN_AFTER = timedelta(minutes=10)
_NOT_ASKED = frozenset({"automatic", "bounce", "unreadable"})
"""Messages of machines, and such as have no sender."""

_FAILED = (
    "de afzender is waarschijnlijk niet echt: er ging geen ontvangstbevestiging naar dat adres. Antwoord alleen naar "
    "het adres in het record"
)
_FAILED_LATER = (
    "de afzender van een later bericht is waarschijnlijk niet echt: wat het vraagt, intrekt of bevestigt telt niet "
    "vanzelf. Staat de zaak stil door dit bericht, bel dan de klant op het bekende nummer en ga verder waar zij was"
)


@dataclass(frozen=True, slots=True)
class _Unchecked:
    """One mail whose sender nobody looked at yet."""

    message_id: int
    mail_id: int
    received_at: datetime
    raw: bytes = field(repr=False)
    connection: Connection | None


class Authentication:
    """Checks each mail of a case once; what a name server could not say is asked again twice."""

    def __init__(self, archive: Archive, checks: SenderChecks) -> None:
        self._archive = archive
        self._checks = checks

    async def authenticate(self, job: Job) -> None:
        """Check what is not checked yet, and again what could not be said the last time."""
        await self._check(job.target_id, again=True)

    async def check_case(self, case_id: int) -> None:
        """Check every mail of the case that nobody looked at yet; done twice it changes nothing."""
        await self._check(case_id, again=False)

    async def _check(self, case_id: int, *, again: bool) -> None:
        for mail in await asyncio.to_thread(self._unchecked, case_id, again=again):
            check = await self._checks.check(mail.raw, mail.received_at, mail.connection)
            await asyncio.to_thread(self._keep, case_id, mail, check)

    def _unchecked(self, case_id: int, *, again: bool) -> list[_Unchecked]:
        with self._archive.reading() as tx:
            wanted = [message for message in tx.messages.of_case(case_id) if _waits(message, again=again)]
            return [found for message in wanted if (found := _mail_of(tx, message)) is not None]

    def _keep(self, case_id: int, mail: _Unchecked, check: SenderCheck) -> None:
        with self._archive.transaction() as tx:
            message = next(one for one in tx.messages.of_case(case_id) if one.id == mail.message_id)
            if not _waits(message, again=True):
                return
            tries = int(message.facts.get(TRIES) or 0) + 1
            flags = (*check.flags, *(_seen_before(tx, check.marks, mail.mail_id)))
            tx.messages.note_facts(message.id, as_facts(check, flags, tries))
            self._write_down(tx, case_id, message, mail, check, flags)
            if check.verdict is SenderVerdict.TEMPORARY and tries < MOST_TRIES:
                when = self._archive.clock() + _AGAIN_AFTER
                tx.jobs.defer(
                    Work.AUTHENTICATE, case_id, case_id=case_id, run_at=when, key=f"authenticate:{case_id}:{tries}"
                )
            else:
                tx.mails.forget_connection(mail.mail_id)

    def _write_down(
        self,
        tx: Transaction,
        case_id: int,
        message: CaseMessage,
        mail: _Unchecked,
        check: SenderCheck,
        flags: tuple[str, ...],
    ) -> None:
        values: dict[str, Scalar] = {"mail": mail.mail_id, "verdict": str(check.verdict), "flags": len(flags)}
        tx.events.write(case_id, "sender_checked", BOT, values)
        for mark in check.marks:
            tx.seals.add(case_id, mail.mail_id, mark)
        if message.label == "request":
            tx.cases.change(case_id, sender_verdict=check.verdict)
        if check.verdict is SenderVerdict.FAIL:
            ask_person(tx, case_id, "sender", _FAILED if message.label == "request" else _FAILED_LATER)
        for flag in flags:
            ask_person(tx, case_id, "sender", f"let op bij dit bericht: {flag}")


def _waits(message: CaseMessage, *, again: bool) -> bool:
    if message.direction is not Direction.IN or message.mail_id is None or message.label in _NOT_ASKED:
        return False
    verdict = message.facts.get(VERDICT)
    return verdict is None or (again and verdict == SenderVerdict.TEMPORARY)


def _mail_of(tx: Transaction, message: CaseMessage) -> _Unchecked | None:
    assert message.mail_id is not None
    kept = tx.mails.get(message.mail_id)
    if not kept.has_content:
        return None
    raw, connection = tx.mails.raw(kept.id), tx.mails.connection(kept.id)
    return _Unchecked(message.id, kept.id, kept.arrival.received_at, raw, connection)


def _seen_before(tx: Transaction, marks: tuple[SealMark, ...], mail_id: int) -> tuple[str, ...]:
    """A mail that was signed once can be sent again by whoever has a copy; the signature still holds then."""
    if any(tx.seals.signature_seen(mark, mail_id) for mark in marks):
        return ("dezelfde handtekening stond al op een eerder bericht: mogelijk een kopie die opnieuw is verstuurd",)
    if any(tx.seals.body_seen(mark, mail_id) for mark in marks):
        return ("precies dezelfde inhoud kwam al eerder van dit domein",)
    return ()
