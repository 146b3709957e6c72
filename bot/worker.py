"""Does the work: a few jobs at once, letters that are due, the round that time makes necessary."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

from bot.cases.work import Work
from bot.exports.errors import ExportError
from bot.exports.package import sweep
from bot.intake import Late
from bot.lease import WorkLease
from bot.mail.errors import MailRoomError
from bot.replies.errors import ReplyError
from bot.rooms import Rooms
from bot.sources.errors import SourceError
from bot.store.archive import Transaction
from bot.store.casework import ask_person
from bot.store.errors import StoreError, StoreUnavailableError
from bot.store.records import Job

_log = structlog.get_logger(__name__)

_T = TypeVar("_T")

Handler = Callable[[Job], Awaitable[None]]

_OURS = (SourceError, ReplyError, ExportError, StoreError, MailRoomError)
"""Failures whose own words name the mend and nobody; any other may quote anybody, so only its class is told."""

_POLL_SECONDS = 1.0
_STORE_PAUSE_SECONDS = 2.0
_ROUND_SECONDS = 300.0
_WATCH_SECONDS = 60.0
_HANDS = 4
"""So many jobs are done at once: most of what they do is wait for a name server, a mail server or a database."""
_HEAVY = frozenset({Work.FULFIL, Work.EXECUTE})
"""They read and change much in the company's systems: one at a time, and the other hands stay free."""
_ALONE = frozenset({Work.TAKE_IN, Work.TAKE_IN_TOP})
"""Mail is filed one after the other, whatever the hands do: each may belong to what the one before it began."""
_ASIDE = frozenset({Work.SECOND_OPINION})
"""They wait for a server that nobody depends on: one at a time, and the other hands stay free."""
_BROKEN_OFF = frozenset({Work.RECONCILE, Work.SECOND_OPINION})
"""A stop does not wait for them: begun anew they lose nothing."""
_GRACE_SECONDS = 15.0
"""How long a stop waits for what is in hand."""
_TOGETHER = 200
"""So many new mails are taken in before other work has its turn."""


def handlers(rooms: Rooms) -> dict[str, Handler]:
    """Which job goes to whom."""
    return {
        Work.TAKE_IN: rooms.intake.take_in,
        Work.TAKE_IN_TOP: rooms.intake.take_in_top,
        Work.AUTHENTICATE: rooms.authentication.authenticate,
        Work.PUT_AWAY: rooms.intake.put_away,
        Work.ACKNOWLEDGE: _sender_known(rooms, _in_thread(rooms.intake.acknowledge)),
        Work.IDENTIFY: _sender_known(rooms, _in_thread(rooms.identification.identify)),
        Work.CHALLENGE: _in_thread(rooms.identification.challenge),
        Work.FOLLOW_UP: _sender_known(rooms, _in_thread(rooms.follow_ups.follow_up)),
        Work.CHECK_ANSWER: _sender_known(rooms, rooms.proof.check_answer),
        Work.REMIND: _in_thread(rooms.identification.remind),
        Work.FULFIL: _in_thread(rooms.fulfilment.fulfil),
        Work.EXECUTE: _in_thread(rooms.execution.execute),
        Work.FILE_COPY: rooms.housekeeping.file_copy,
        Work.CLOSE: _in_thread(rooms.housekeeping.close),
        Work.KEEP_DOSSIER: _in_thread(rooms.dossiers.keep),
        Work.RECONCILE: rooms.reconciliation.nightly,
        Work.SECOND_OPINION: rooms.second_opinions.seek,
        Work.TELL_BREACH: _in_thread(rooms.breach.tell),
        Work.TELL_WEBHOOK: _in_thread(rooms.watchkeeping.tell_webhook),
    }


def _sender_known(rooms: Rooms, work: Handler) -> Handler:
    """Work that asks whether a sender is genuine waits for the answer, in whatever order the jobs come."""

    async def handler(job: Job) -> None:
        if job.case_id is not None:
            await rooms.authentication.check_case(job.case_id)
        await work(job)

    return handler


def _in_thread(work: Callable[[Job], None]) -> Handler:
    async def handler(job: Job) -> None:
        await asyncio.to_thread(work, job)

    return handler


class Worker:
    """Does a few jobs at once, never two of one case, sends what is due, and makes the daily round."""

    def __init__(self, rooms: Rooms, work: Mapping[str, Handler] | None = None) -> None:
        """`work` says who does which job; without it the rooms do."""
        self._rooms = rooms
        self._handlers = handlers(rooms) if work is None else work
        self._lease = WorkLease(rooms.archive, rooms.settings.store.lease_seconds)
        self._name = self._lease.name
        self._group: asyncio.TaskGroup  # of what is done beside other work; there is one while the worker works
        self._waiting: set[asyncio.Task[None]] = set()  # for mail that takes long to read
        self._in_hand: dict[asyncio.Task[None], str] = {}  # jobs that are being done, with their kinds
        self.bell = asyncio.Event()  # there may be a job to do
        self._letter_bell = asyncio.Event()  # there may be a letter to send

    async def once(self) -> None:
        """Everything that is due at this instant, and what follows from it at once; never waits."""
        async with self._at_work(patient=False), asyncio.TaskGroup() as self._group:
            keeping = self._group.create_task(self._lease.keep())
            await asyncio.to_thread(self._look_at_cases)
            await asyncio.to_thread(self._look_at_mailboxes)
            while await self._work_off() + await self._send_due() + await self._latecomers():
                pass
            keeping.cancel()

    async def run(self, begun: Callable[[], None]) -> None:
        """Until cancelled; `begun` is called when it may work. What is in hand is written down before leaving.

        A database that goes away is waited for. Letters in hand at that moment count as of unknown outcome.
        """
        while True:
            try:
                await self._run(begun)
            except* StoreUnavailableError as away:
                _log.error("work stands still until the database is back", trouble=str(_first_of(away)))
            _heed_a_stop()
            await asyncio.sleep(_STORE_PAUSE_SECONDS)

    async def _run(self, begun: Callable[[], None]) -> None:
        async with self._at_work(patient=True), asyncio.TaskGroup() as group:
            self._group = group
            begun()
            group.create_task(self._lease.keep())
            group.create_task(self._round_every())
            group.create_task(self._watch_every())
            group.create_task(self._send_every())
            while True:
                self.bell.clear()
                if not await _to_its_end(self._next_jobs()):
                    await _rung(self.bell)

    async def _send_every(self) -> None:
        """Letters wait for no job."""
        while True:
            self._letter_bell.clear()
            if await self._send_due():
                self.bell.set()
            else:
                await _rung(self._letter_bell)

    async def _work_off(self) -> int:
        """The jobs that are due, and what follows from them at once; how many that were."""
        count = 0
        while (begun := await _to_its_end(self._next_jobs())) or self._in_hand:
            count += begun
            if not begun:
                await asyncio.wait([*self._in_hand], return_when=asyncio.FIRST_COMPLETED)
        return count

    async def _next_jobs(self) -> int:
        """Begin what is due next: one job, or a run of new mail, which is taken in; how many jobs that were."""
        jobs = await asyncio.to_thread(self._claimed, self._left_out())
        if jobs and _new_mail(jobs[0]):
            await self._take_in(jobs)
        elif jobs and jobs[0].kind in _ALONE:
            await self._do(jobs[0])
        elif jobs:
            self._begin(jobs[0])
        return len(jobs)

    def _left_out(self) -> frozenset[str]:
        """The kinds of work for which no hand is free."""
        if len(self._in_hand) >= _HANDS:
            return frozenset(Work) - _ALONE
        under_way = frozenset(self._in_hand.values())
        return frozenset().union(*(kinds for kinds in (_HEAVY, _ASIDE) if kinds & under_way))

    def _begin(self, job: Job) -> None:
        task = self._group.create_task(self._do(job) if job.kind in _BROKEN_OFF else _to_its_end(self._do(job)))
        self._in_hand[task] = job.kind
        task.add_done_callback(self._put_down)

    def _put_down(self, task: asyncio.Task[None]) -> None:
        """What follows from a job may be another one, or a letter."""
        del self._in_hand[task]
        self.bell.set()
        self._letter_bell.set()

    def _claimed(self, without: frozenset[str]) -> tuple[Job, ...]:
        """The next job of other kinds than these; if that is new mail, more of it."""
        now = self._rooms.clock()
        with self._rooms.archive.transaction() as tx:
            job = tx.jobs.claim(self._name, now, without)
            if job is None:
                return ()
            return (job, *tx.jobs.claim_more(job, self._name, now, _TOGETHER - 1)) if _new_mail(job) else (job,)

    async def _take_in(self, mails: Sequence[Job]) -> None:
        """Together; and if that fails each on its own, so that one bad mail costs no other one a try."""
        try:
            slow = await self._rooms.intake.take_in_together(mails, self._all_done, self._group)
        except Exception as error:
            _log.warning("new mail is taken in one by one", count=len(mails), error=type(error).__name__)
            for job in mails:
                await self._do(job)
            return
        for one in slow:
            task = self._group.create_task(self._take_in_late(one))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    def _all_done(self, tx: Transaction, done: Sequence[Job]) -> None:
        tx.jobs.finish_all(done, self._name)

    async def _take_in_late(self, late: Late) -> None:
        """A mail that takes long to read is filed beside the other work."""
        try:
            await self._rooms.intake.take_in_late(late, self._all_done)
        except Exception as error:
            await self._tell_failure(late.job, error)
        self.bell.set()

    async def _latecomers(self) -> int:
        """Wait for mail that takes long to read; how many that were."""
        waiting = set(self._waiting)
        if waiting:
            await asyncio.wait(waiting)
        return len(waiting)

    async def _do(self, job: Job) -> None:
        try:
            await self._handlers[job.kind](job)
        except Exception as error:
            await self._tell_failure(job, error)
        else:
            await asyncio.to_thread(self._finished, job)

    async def _tell_failure(self, job: Job, error: Exception) -> None:
        trace = error if not isinstance(error, _OURS) else None
        _log.error("job failed", job=job.id, kind=job.kind, attempts=job.attempts, trouble=_told(error), exc_info=trace)
        await asyncio.to_thread(self._failed, job, _told(error))

    def _finished(self, job: Job) -> None:
        with self._rooms.archive.transaction() as tx:
            tx.jobs.finish(job, self._name)

    def _failed(self, job: Job, error: str) -> None:
        """Tried again later; parked and shown after too many times."""
        with self._rooms.archive.transaction() as tx:
            after = tx.jobs.fail(job, self._name, error, self._rooms.clock())
            if after.parked:
                ask_person(tx, job.case_id, "parked", f"werk '{job.kind}' lukt niet ({error}): zie privacybot jobs")

    async def _send_due(self) -> int:
        """Every letter that may leave; how many were accepted."""
        dispatch = self._rooms.dispatch
        due = await _to_its_end(asyncio.to_thread(dispatch.due))
        return sum([await _to_its_end(dispatch.send(letter)) for letter in due])

    @asynccontextmanager
    async def _at_work(self, *, patient: bool) -> AsyncIterator[None]:
        """Alone, and after clearing up. Raises AnotherWorkerError."""
        async with self._lease.held(patient=patient):
            await asyncio.to_thread(self._clear_up)
            yield

    def _clear_up(self) -> None:
        """What a worker that was killed left behind: half-sent letters, jobs, and rows on their way into an export."""
        self._rooms.dispatch.recover()
        with self._rooms.archive.transaction() as tx:
            tx.jobs.take_back(self._rooms.clock())
        sweep(self._rooms.scratch)

    async def _round_every(self) -> None:
        while True:
            await _to_its_end(asyncio.to_thread(self._look_at_cases))
            await asyncio.sleep(_ROUND_SECONDS)

    async def _watch_every(self) -> None:
        """Not at once: after a long stop the mailbox is given a moment to be read."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await _to_its_end(asyncio.to_thread(self._look_at_mailboxes))

    def _look_at_cases(self) -> None:
        self._rooms.alarms.round()
        self._rooms.housekeeping.round()

    def _look_at_mailboxes(self) -> None:
        self._rooms.watchkeeping.round()
        self._rooms.breach.round()
        self._rooms.reconciliation.round()
        self._rooms.anchoring.round()


def _told(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, _OURS) else name


def _first_of(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _new_mail(job: Job) -> bool:
    """Mail that nobody tried to read yet. What failed or killed us before is read alone."""
    return job.kind == Work.TAKE_IN and job.attempts == 1


def _heed_a_stop() -> None:
    """A TaskGroup tells of errors, and then keeps silent about a cancellation that came at the same time."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _rung(bell: asyncio.Event) -> None:
    """Until it rings, but not for long: other processes do not ring it."""
    try:
        async with asyncio.timeout(_POLL_SECONDS):
            await bell.wait()
    except TimeoutError:
        pass


async def _to_its_end(work: Coroutine[Any, Any, _T]) -> _T:
    """What was begun is finished before a stop takes effect, as far as `_GRACE_SECONDS` allow."""
    begun = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(begun)
    except asyncio.CancelledError:
        await asyncio.wait({begun}, timeout=_GRACE_SECONDS)
        begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)
        raise
