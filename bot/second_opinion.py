"""Asks the second reader about one mail, and puts what differs before a person. Without an answer nothing changes.

Only the worker's jobs come here: no letter, no term and no other mail waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from bot.cases.codes import without_codes
from bot.cases.masking import MASK, masked_bsn
from bot.cases.second_opinion import SecondOpinion, disagreement
from bot.mail.cage import Caged
from bot.mail.message import ParsedMail
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person
from bot.store.records import Job, MailVerdict
from bot.store.second_opinion import note, noted, seek
from bot.triage.errors import NoOpinionError
from bot.triage.reading import Reading
from bot.triage.second_opinion import shown
from bot.triage.verdict import Verdict

_log = structlog.get_logger(__name__)

SILENT = "second_reader"
"""The task that stands while the second reader does not answer; it is ticked off by itself."""

_SILENT_WORDS = (
    "de tweede lezer antwoordt niet; mail wordt zonder hem ingedeeld, er blijft niets liggen. Waarschuw de beheerder: "
    "privacybot doctor"
)
_JUDGED = frozenset({"labelled", "found_ordinary"})
_AGAIN = timedelta(minutes=5)
_REST_SECONDS = 60.0
"""After a question without an answer nobody is asked for so long: a server that hangs costs its time once."""

Reads = Callable[[bytes], Awaitable[Reading | Caged]]

Files = Callable[[int, Reading | Caged, SecondOpinion | None], None]
"""Files a mail that waited for its opinion; None is that there is none."""


class Asked(Protocol):
    """Somebody who can be asked."""

    @property
    def name(self) -> str: ...

    async def ask(self, subject: str, text: str) -> frozenset[str]:
        """The labels for these words. Raises NoOpinionError."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What another may be shown, and for how long an answer is waited for."""

    max_characters: int
    give_up: timedelta
    own_numbers: frozenset[str]


class SecondOpinions:
    """One question for each mail that was thought worth it; the answer is a hint for people, and never more."""

    def __init__(self, archive: Archive, reads: Reads, files: Files, bounds: Bounds, reader: Asked | None) -> None:
        """Without a reader the second opinion is off: what still waits for one is filed without."""
        self._archive = archive
        self._reads = reads
        self._files = files
        self._bounds = bounds
        self._reader = reader
        self._rests_until = 0.0  # monotonic seconds

    async def seek(self, job: Job) -> None:
        """Ask about the mail and draw the conclusion; done twice it changes nothing."""
        raw = await asyncio.to_thread(self._waiting, job)
        if raw is None or (self._resting and await asyncio.to_thread(self._postponed, job)):
            return
        reading = await self._reads(raw)
        try:
            opinion = await self._opinion(reading)
        except NoOpinionError as none:
            if not (none.again and await asyncio.to_thread(self._postponed, job)):
                _log.warning("no second opinion on this mail", mail=job.target_id, trouble=str(none))
                await asyncio.to_thread(self._without, job, reading, silent=none.again)
        else:
            _log.info("a second opinion was given", mail=job.target_id, count=len(opinion.labels))
            await asyncio.to_thread(self._with, job, reading, opinion)

    def _waiting(self, job: Job) -> bytes | None:
        """The mail, if there still is something to conclude about it."""
        with self._archive.reading() as tx:
            kept = tx.mails.get(job.target_id)
            if job.case_id is None:
                open_still = kept.verdict == MailVerdict.PENDING
            else:
                open_still = kept.has_content and not noted(tx, job.case_id, job.target_id)
            return tx.mails.raw(job.target_id) if open_still else None

    async def _opinion(self, reading: Reading | Caged) -> SecondOpinion:
        """Raises NoOpinionError."""
        if self._reader is None:
            raise NoOpinionError("it is switched off")
        if self._resting:
            raise NoOpinionError("there was no answer a moment ago", again=True)
        match reading:
            case Reading(mail=ParsedMail() as mail, verdict=Verdict() as verdict):
                subject, text = await asyncio.to_thread(self._shown, mail, verdict)
            case _:
                raise NoOpinionError("the mail cannot be read")
        try:
            return SecondOpinion(await self._reader.ask(subject, text), self._reader.name)
        except NoOpinionError as none:
            if none.again:
                self._rests_until = time.monotonic() + _REST_SECONDS
            raise

    def _shown(self, mail: ParsedMail, verdict: Verdict) -> tuple[str, str]:
        """Its own words alone: no attachment, nothing quoted or hidden, no address, code or citizen service number."""
        subject, text = (
            without_codes(masked_bsn(words, self._bounds.own_numbers), MASK) for words in (mail.subject, mail.new_text)
        )
        return shown(mail.sender, subject, text, verdict.language, self._bounds.max_characters)

    @property
    def _resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def _postponed(self, job: Job) -> bool:
        """Whether it will be asked again later: not where the mail waited long enough."""
        with self._archive.transaction() as tx:
            last = tx.mails.arrival(job.target_id).received_at + self._bounds.give_up
            if self._archive.clock() + _AGAIN > last:
                return False
            seek(tx, job.target_id, job.case_id, later=_AGAIN)
        return True

    def _without(self, job: Job, reading: Reading | Caged, *, silent: bool) -> None:
        if job.case_id is None:
            self._files(job.target_id, reading, None)
        if silent:
            with self._archive.transaction() as tx:
                ask_person(tx, None, SILENT, _SILENT_WORDS)

    def _with(self, job: Job, reading: Reading | Caged, opinion: SecondOpinion) -> None:
        if job.case_id is None:
            self._files(job.target_id, reading, opinion)
        with self._archive.transaction() as tx:
            for task in tx.tasks.open_of_kind(SILENT):
                tx.tasks.done(task.id, BOT, self._archive.clock())
            if job.case_id is not None:
                _compare(tx, job.case_id, job.target_id, opinion)


def _compare(tx: Transaction, case_id: int, mail_id: int, opinion: SecondOpinion) -> None:
    """A difference is a task for a person. What people said of the case meanwhile is not doubted."""
    tx.cases.lock(case_id)
    case = tx.cases.by_id(case_id)
    note(tx, case_id, mail_id, opinion)
    words = disagreement({request.kind for request in case.requests}, opinion.labels)
    if words is not None and not any(event.kind in _JUDGED for event in tx.events.of(case_id)):
        ask_person(tx, case_id, "read", words)
