"""Several jobs at once: what waits for others keeps nobody waiting, and no two of one case meet."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from servers.office import Office
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink

from bot.cases.draft import Block
from bot.cases.model import Channel, Level
from bot.cases.work import Work
from bot.replies.mailing import Thread
from bot.rooms import Rooms
from bot.store.casework import post_to_staff
from bot.store.records import Job, NewCase, NewRequest
from bot.triage.labels import Language, RequestKind, Role, Writer
from bot.worker import Worker

ORDINARY = (
    b"From: joris@klant.example\r\nSubject: vraag\r\nMessage-ID: <1@klant.example>\r\n\r\nHoe maak ik een factuur?\r\n"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    database_url = None
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        database_url = postgres.new_database()
    return Office(tmp_path, smtp_sink, database_url=database_url)


class Hands:
    """Work that lasts as long as a test wants, a comparison for ever; what was in hand at once is remembered."""

    def __init__(self) -> None:
        self.now: list[Job] = []
        self.most = 0
        self.most_of_a_case = 0
        self.most_heavy = 0
        self.done = Counter[str]()
        self.let_go = asyncio.Event()
        self._changed = asyncio.Condition()

    def __getitem__(self, kind: str) -> Callable[[Job], Awaitable[None]]:
        return self._do

    async def _do(self, job: Job) -> None:
        self.now.append(job)
        self.most = max(self.most, len(self.now))
        self.most_of_a_case = max(self.most_of_a_case, *Counter(job.case_id for job in self.now).values())
        self.most_heavy = max(self.most_heavy, sum(job.kind in {Work.FULFIL, Work.EXECUTE} for job in self.now))
        await self._tell()
        try:
            await (asyncio.Event() if job.kind == Work.RECONCILE else self.let_go).wait()
        finally:
            self.now.remove(job)
        self.done[job.kind] += 1
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(holds)


@asynccontextmanager
async def working(
    office: Office, wanted: Mapping[str, int], cases: int
) -> AsyncIterator[tuple[Rooms, Hands, asyncio.Task[None]]]:
    """A worker with these jobs, for so many cases in turn."""
    rooms, hands = Rooms(office.settings(), office.env), Hands()
    with rooms.archive.transaction() as tx:
        ids = [tx.cases.open(new_case(rooms)).id for _ in range(cases)]
        for kind, count in wanted.items():
            for number in range(count):
                tx.jobs.defer(kind, ids[number % cases], case_id=ids[number % cases])
    task = asyncio.create_task(Worker(rooms, hands).run(lambda: None))
    try:
        yield rooms, hands, task
    finally:
        hands.let_go.set()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await rooms.close()


def new_case(rooms: Rooms) -> NewCase:
    request = NewRequest(RequestKind.ACCESS, rooms.clock(), Level.L2)
    return NewCase(
        Role.CONTROLLER, Writer.SUBJECT, Language.DUTCH, Channel.IMAP, rooms.clock(), "sanne@klant.example", "vraag",
        requests=(request,),
    )  # fmt: skip


async def test_jobs_of_several_cases_are_done_at_once_and_never_two_of_one(office: Office) -> None:
    async with working(office, {Work.IDENTIFY: 6, Work.REMIND: 6}, cases=3) as (_, hands, _task):
        await hands.until(lambda: len(hands.now) == 3)
        hands.let_go.set()
        await hands.until(lambda: hands.done.total() == 12)

    assert (hands.most, hands.most_of_a_case) == (3, 1)


async def test_one_job_at_a_time_works_through_the_companys_systems_and_hands_stay_free_for_others(
    office: Office,
) -> None:
    async with working(office, {Work.FULFIL: 3, Work.EXECUTE: 3, Work.IDENTIFY: 6}, cases=6) as (_, hands, _task):
        await hands.until(lambda: len(hands.now) == 4)
        begun = Counter(job.kind for job in hands.now)
        hands.let_go.set()
        await hands.until(lambda: hands.done.total() == 12)

    assert begun == {Work.FULFIL: 1, Work.IDENTIFY: 3}
    assert (hands.most, hands.most_of_a_case, hands.most_heavy) == (4, 1, 1)


async def test_a_second_reader_that_takes_its_time_never_has_more_than_one_hand(office: Office) -> None:
    async with working(office, {Work.SECOND_OPINION: 4, Work.FULFIL: 2, Work.IDENTIFY: 6}, cases=6) as (
        _,
        hands,
        _task,
    ):
        await hands.until(lambda: len(hands.now) == 4)
        begun = Counter(job.kind for job in hands.now)
        hands.let_go.set()
        await hands.until(lambda: hands.done.total() == 12)

    assert begun[Work.SECOND_OPINION] == 1
    assert begun[Work.IDENTIFY] >= 2


async def test_letters_leave_and_new_mail_is_taken_in_while_every_hand_is_full(
    office: Office, smtp_sink: SmtpSink
) -> None:
    async with working(office, {Work.AUTHENTICATE: 9}, cases=9) as (rooms, hands, _task):
        await hands.until(lambda: len(hands.now) == 4)
        office.deliver(ORDINARY)
        with rooms.archive.transaction() as tx:
            alarm = rooms.mailroom.automatic("Proef", [Block("x", "Dag")], "fatima@kleinboek.example", Thread())
            post_to_staff(tx, alarm, rooms.clock())

        await asyncio.to_thread(smtp_sink.wait_for, 1)
        await until_filed(rooms)
        still = len(hands.now)

    assert still == 4


async def until_filed(rooms: Rooms) -> None:
    async with asyncio.timeout(20):
        while await asyncio.to_thread(_filed, rooms) != {"ordinary": 1}:
            await asyncio.sleep(0.05)


def _filed(rooms: Rooms) -> dict[str, int]:
    with rooms.archive.reading() as tx:
        return {str(verdict): count for verdict, count in tx.mails.counts().items()}


async def test_a_stop_waits_for_what_is_in_hand_but_not_for_a_comparison_with_the_mailbox(office: Office) -> None:
    async with working(office, {Work.RECONCILE: 1}, cases=1) as (rooms, hands, task):
        await hands.until(lambda: len(hands.now) == 1)
        began = time.monotonic()
        task.cancel()
        await asyncio.wait([task])
        at_once = time.monotonic() - began
        broken_off = hands.done.total()

    async with working(office, {Work.IDENTIFY: 2}, cases=2) as (rooms, hands, task):
        await hands.until(lambda: len(hands.now) == 3)  # the comparison is begun anew
        task.cancel()
        await asyncio.sleep(0)
        hands.let_go.set()
        await asyncio.wait([task])
        with rooms.archive.reading() as tx:
            left = [job.kind for case in tx.cases.listed() for job in tx.jobs.of_case(case.id)]

    assert at_once < 2.0
    assert broken_off == 0
    assert hands.done[Work.IDENTIFY] == 2
    assert left == [Work.RECONCILE]
