"""Durable work: ids only, claimed by one worker at a time, tried again with growing pauses, parked after too many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.bench import Bench, short
from bot.store.errors import ConflictError
from bot.store.records import Job, JobState
from bot.store.tables import jobs

WORKER_LOST = "WorkerLost"
"""Why a job is parked whose workers all went silent: nobody was there to tell a person."""

_LONGEST_PAUSE = 3600.0  # seconds

_OTHER = jobs.alias("other")
_CASE_IS_BUSY = exists().where(
    _OTHER.c.case_id == jobs.c.case_id, _OTHER.c.state == JobState.RUNNING, _OTHER.c.id != jobs.c.id
)
"""Another job of the same case runs."""

_ADDING = insert(jobs)


@dataclass(frozen=True, slots=True)
class Jobs:
    bench: Bench

    def defer(
        self,
        kind: str,
        target_id: int,
        *,
        case_id: int | None = None,
        run_at: datetime | None = None,
        key: str | None = None,
    ) -> int:
        """Ask for a piece of work, in the transaction that makes it necessary. Returns the job's id.

        A key that is not finished yet gets no second job: one that waits runs at the earlier of the two moments,
        one that runs just now runs once more afterwards (it may have looked before this change), a parked one stays.
        """
        when = self.bench.now() if run_at is None else run_at
        entry = self.bench.upsert(jobs).values(
            kind=str(kind),
            target_id=target_id,
            case_id=case_id,
            key=key,
            state=JobState.QUEUED,
            run_at=when,
            due_at=when,
            attempts=0,
            made_at=self.bench.now(),
        )
        queued, running = jobs.c.state == JobState.QUEUED, jobs.c.state == JobState.RUNNING
        again = entry.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "run_at": case((and_(queued, jobs.c.run_at > when), when), else_=jobs.c.run_at),
                "due_at": case((and_(queued, jobs.c.due_at > when), when), else_=jobs.c.due_at),
                "again_at": case(
                    (and_(running, or_(jobs.c.again_at.is_(None), jobs.c.again_at > when)), when),
                    else_=jobs.c.again_at,
                ),
            },
        )
        return int(self.bench.run(again.returning(jobs.c.id)).scalar_one())

    def defer_all(self, wanted: Sequence[tuple[str, int]]) -> None:
        """Ask for work, now: kind and target id of each piece. It belongs to no case and has no key."""
        now = self.bench.now()
        fresh = {"state": JobState.QUEUED, "run_at": now, "due_at": now, "attempts": 0, "made_at": now}
        if wanted:
            self.bench.run_many(_ADDING, [{"kind": str(kind), "target_id": target, **fresh} for kind, target in wanted])

    def claim(self, worker: str, now: datetime, without: Collection[str] = ()) -> Job | None:
        """The next job that is due, now this worker's until its lease ends; None if there is none.

        Kinds in `without` are left where they are. Never two running jobs of one case. A job whose worker went silent
        is given out again, until it was tried too often: then it is parked.
        """
        self._park_the_silent(now)
        for _ in range(3):
            try:
                with self.bench.connection.begin_nested():
                    row = self.bench.run(self._claiming(worker, now, without)).first()
            except IntegrityError:  # somebody began a job of the same case at this very moment
                continue
            return None if row is None else _job(row)
        return None

    def claim_more(self, like: Job, worker: str, now: datetime, most: int) -> tuple[Job, ...]:
        """Further jobs of the same kind that are due, belong to no case and were never tried, in their order."""
        same = and_(jobs.c.kind == like.kind, jobs.c.case_id.is_(None), jobs.c.attempts == 0)
        queued = and_(jobs.c.due_at <= now, jobs.c.state == JobState.QUEUED)
        order = (jobs.c.due_at, jobs.c.id)
        these = select(jobs.c.id).where(queued, same).order_by(*order).limit(most).with_for_update(skip_locked=True)
        mine = {"state": JobState.RUNNING, "worker": worker, "due_at": self._lease(now), "attempts": 1}
        taken = self.bench.run(update(jobs).where(jobs.c.id.in_(these)).values(**mine).returning(jobs))
        return tuple(sorted(map(_job, taken), key=lambda job: (job.run_at, job.id)))

    def _claiming(self, worker: str, now: datetime, without: Collection[str]) -> Any:
        next_one = (
            select(jobs.c.id)
            .where(_due(now), ~_CASE_IS_BUSY, jobs.c.kind.not_in(sorted(without)))
            .order_by(jobs.c.due_at, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=jobs)
            .scalar_subquery()
        )
        mine = {
            "state": JobState.RUNNING,
            "worker": worker,
            "due_at": self._lease(now),
            "attempts": jobs.c.attempts + 1,
            "again_at": None,
        }
        return update(jobs).where(jobs.c.id == next_one).values(**mine).returning(jobs)

    def take_back(self, now: datetime) -> int:
        """For whoever alone works here: what a worker that is gone had in hand is due at once. How many jobs."""
        in_hand = (jobs.c.state == JobState.RUNNING) & (jobs.c.due_at > now)
        return self.bench.run(update(jobs).where(in_hand).values(due_at=now)).rowcount

    def _park_the_silent(self, now: datetime) -> None:
        silent = (jobs.c.state == JobState.RUNNING) & (jobs.c.due_at <= now)
        too_often = jobs.c.attempts >= self.bench.max_attempts
        parked = {"state": JobState.PARKED, "last_error": WORKER_LOST, "worker": None}
        self.bench.run(update(jobs).where(silent, too_often).values(**parked))

    def keep(self, worker: str, now: datetime) -> int:
        """A sign of life: everything that this worker has in hand stays its own for another lease. How many jobs."""
        in_hand = (jobs.c.state == JobState.RUNNING) & (jobs.c.worker == worker)
        return self.bench.run(update(jobs).where(in_hand).values(due_at=self._lease(now))).rowcount

    def finish(self, job: Job, worker: str) -> bool:
        """Done. False means that the job is somebody else's by now: roll back what this transaction did."""
        asked_again = _fence(job, worker) & jobs.c.again_at.is_not(None)
        once_more = {"run_at": jobs.c.again_at, "due_at": jobs.c.again_at, "again_at": None, "attempts": 0}
        if self.bench.changed(update(jobs).where(asked_again).values(state=JobState.QUEUED, worker=None, **once_more)):
            return True
        return self.bench.changed(delete(jobs).where(_fence(job, worker)))

    def finish_all(self, done: Sequence[Job], worker: str) -> None:
        """The same for jobs without a key. ConflictError if one is somebody else's by now: roll back."""
        ours = and_(jobs.c.state == JobState.RUNNING, jobs.c.worker == worker, jobs.c.key.is_(None))
        gone = self.bench.run(delete(jobs).where(jobs.c.id.in_([job.id for job in done]), ours))
        if gone.rowcount != len(done):
            raise ConflictError("a job of this worker was given to another one: its lease had ended")

    def fail(self, job: Job, worker: str, error: str, now: datetime) -> Job:
        """Try again later, each pause twice the last; parked after `store.max_attempts`. `error` names nobody."""
        parked = job.attempts >= self.bench.max_attempts
        later = now + timedelta(seconds=min(self.bench.backoff_seconds * 2 ** (job.attempts - 1), _LONGEST_PAUSE))
        values = {
            "state": JobState.PARKED if parked else JobState.QUEUED,
            "run_at": later,
            "due_at": later,
            "last_error": short(error, 200),
            "worker": None,
        }
        row = self.bench.run(update(jobs).where(_fence(job, worker)).values(**values).returning(jobs)).first()
        return job if row is None else _job(row)

    def get(self, job_id: int) -> Job:
        return _job(self.bench.one(jobs, job_id))

    def parked(self) -> tuple[Job, ...]:
        return self._where(jobs.c.state == JobState.PARKED)

    def of_case(self, case_id: int) -> tuple[Job, ...]:
        """Everything that is not finished for this case."""
        return self._where(jobs.c.case_id == case_id)

    def unpark(self, job_id: int) -> bool:
        """Give a parked job a fresh start, now."""
        now = self.bench.now()
        fresh = {"state": JobState.QUEUED, "run_at": now, "due_at": now, "attempts": 0, "again_at": None}
        mine = (jobs.c.id == job_id) & (jobs.c.state == JobState.PARKED)
        return self.bench.changed(update(jobs).where(mine).values(**fresh))

    def next_due(self) -> datetime | None:
        """When there will be something to claim at the earliest: a moment in the past means now."""
        free = (jobs.c.state != JobState.PARKED) & ~_CASE_IS_BUSY
        moment: datetime | None = self.bench.run(
            select(jobs.c.due_at).where(free).order_by(jobs.c.due_at).limit(1)
        ).scalar_one_or_none()
        return moment

    def waiting(self, now: datetime) -> int:
        """How many jobs are due and not running under a living lease."""
        return int(self.bench.run(select(func.count()).select_from(jobs).where(_due(now))).scalar_one())

    def _lease(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.bench.lease_seconds)

    def _where(self, condition: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(jobs).where(condition).order_by(jobs.c.run_at, jobs.c.id)
        return tuple(_job(row) for row in self.bench.all(query))


def _due(now: datetime) -> ColumnElement[bool]:
    """Waiting and past its moment, or given out and past its lease."""
    return and_(jobs.c.due_at <= now, jobs.c.state != JobState.PARKED)


def _fence(job: Job, worker: str) -> ColumnElement[bool]:
    """Still this worker's, in this attempt: a late worker finds nothing."""
    return and_(
        jobs.c.id == job.id,
        jobs.c.state == JobState.RUNNING,
        jobs.c.worker == worker,
        jobs.c.attempts == job.attempts,
    )


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        target_id=row.target_id,
        case_id=row.case_id,
        run_at=row.run_at,
        attempts=row.attempts,
        parked=row.state == JobState.PARKED,
        last_error=row.last_error,
    )
