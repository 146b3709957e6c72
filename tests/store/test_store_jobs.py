import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from store_builders import NOON, HandClock

from bot.store.archive import Archive
from bot.store.errors import ConflictError, MissingRowError

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=30)


def test_a_job_is_claimed_with_what_it_is_about(archive: Archive) -> None:
    with archive.transaction() as tx:
        job_id = tx.jobs.defer("take_in", 17, case_id=4)
        job = tx.jobs.claim("a", NOON)

    assert job is not None
    assert (job.id, job.kind, job.target_id, job.case_id, job.attempts) == (job_id, "take_in", 17, 4, 1)


def test_a_job_deferred_in_a_transaction_that_fails_was_never_there(archive: Archive) -> None:
    def fail() -> None:
        with archive.transaction() as tx:
            tx.jobs.defer("take_in", 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with archive.transaction() as tx:
        assert tx.jobs.claim("a", NOON) is None


def test_what_a_worker_that_is_gone_had_in_hand_can_be_taken_back_at_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("take_in", 1)
        tx.jobs.defer("close", 2, run_at=NOON + SECOND)
        lost = tx.jobs.claim("gone", NOON)
        assert lost is not None

        assert tx.jobs.take_back(NOON) == 1
        again = tx.jobs.claim("new", NOON)

        assert again is not None
        assert (again.id, again.attempts) == (lost.id, 2)
        assert not tx.jobs.finish(lost, "gone")
        assert tx.jobs.claim("new", NOON) is None


def test_a_job_is_not_given_out_before_its_moment(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("close", 1, run_at=NOON + SECOND)

        assert tx.jobs.waiting(NOON) == 0
        assert tx.jobs.claim("a", NOON) is None
        assert tx.jobs.next_due() == NOON + SECOND
        assert tx.jobs.waiting(NOON + SECOND) == 1
        assert tx.jobs.claim("a", NOON + SECOND) is not None


def test_the_job_that_is_due_longest_comes_first(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("close", 1, run_at=NOON - SECOND)
        tx.jobs.defer("close", 2, run_at=NOON - 2 * SECOND)
        tx.jobs.defer("close", 3, run_at=NOON - 2 * SECOND)

        assert [job.target_id for job in (tx.jobs.claim("a", NOON) for _ in range(3)) if job] == [2, 3, 1]


def test_a_finished_job_is_gone(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("close", 1)
        job = tx.jobs.claim("a", NOON)
        assert job is not None

        assert tx.jobs.finish(job, "a")
        assert not tx.jobs.finish(job, "a")
        assert tx.jobs.next_due() is None
        with pytest.raises(MissingRowError):
            tx.jobs.get(job.id)


def test_a_key_that_waits_gets_no_second_job_but_the_earlier_moment(archive: Archive) -> None:
    with archive.transaction() as tx:
        first = tx.jobs.defer("close", 1, run_at=NOON + 5 * SECOND, key="close 1")
        later = tx.jobs.defer("close", 1, run_at=NOON + 9 * SECOND, key="close 1")
        assert tx.jobs.next_due() == NOON + 5 * SECOND
        earlier = tx.jobs.defer("close", 1, run_at=NOON + SECOND, key="close 1")

        assert first == later == earlier
        assert tx.jobs.next_due() == NOON + SECOND
        assert tx.jobs.waiting(NOON + LEASE) == 1


def test_a_key_asked_for_while_its_job_runs_runs_once_more(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1, key="fulfil 1")
        job = tx.jobs.claim("a", NOON)
        assert job is not None
        tx.jobs.defer("fulfil", 1, key="fulfil 1")
        tx.jobs.defer("fulfil", 1, key="fulfil 1")
        assert tx.jobs.claim("b", NOON) is None
        assert tx.jobs.finish(job, "a")

        again = tx.jobs.claim("b", NOON)
        assert again is not None
        assert (again.id, again.attempts) == (job.id, 1)
        assert tx.jobs.finish(again, "b")
        assert tx.jobs.claim("b", NOON) is None


def test_after_its_job_finished_a_key_is_free_again(archive: Archive) -> None:
    with archive.transaction() as tx:
        first = tx.jobs.defer("close", 1, key="k")
        job = tx.jobs.claim("a", NOON)
        assert job is not None
        tx.jobs.finish(job, "a")

        assert tx.jobs.defer("close", 1, key="k") != first


def test_jobs_without_a_key_are_never_taken_for_the_same(archive: Archive) -> None:
    with archive.transaction() as tx:
        assert tx.jobs.defer("close", 1) != tx.jobs.defer("close", 1)


def test_of_one_case_only_one_job_runs_at_a_time(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("identify", 1, case_id=4)
        tx.jobs.defer("fulfil", 2, case_id=4)
        tx.jobs.defer("fulfil", 3, case_id=5)
        first, other = tx.jobs.claim("a", NOON), tx.jobs.claim("b", NOON)
        assert first is not None
        assert other is not None
        assert (first.target_id, other.target_id) == (1, 3)
        assert tx.jobs.claim("c", NOON) is None
        assert tx.jobs.next_due() == NOON + LEASE
        tx.jobs.finish(first, "a")

        second = tx.jobs.claim("c", NOON)
        assert second is not None
        assert second.target_id == 2


def test_many_workers_run_every_job_once_and_no_case_twice_at_a_time(opened: Callable[..., Archive], url: str) -> None:
    with opened(url).transaction() as tx:
        for number in range(24):
            tx.jobs.defer("fulfil", number, case_id=number % 5)
    done: list[int] = []
    running: list[int | None] = []
    overlaps: list[int | None] = []
    news = threading.Condition()

    def work(archive: Archive, worker: str) -> None:
        while len(done) < 24:
            with archive.transaction() as tx:
                job = tx.jobs.claim(worker, NOON)
            with news:
                if job is None:
                    news.wait(0.01)
                    continue
                overlaps.extend(case for case in running if case == job.case_id)
                running.append(job.case_id)
            with archive.transaction() as tx:
                running.remove(job.case_id)
                assert tx.jobs.finish(job, worker)
            with news:
                done.append(job.target_id)
                news.notify_all()

    threads = [threading.Thread(target=work, args=(opened(url), f"w{number}")) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == list(range(24))
    assert overlaps == []


def test_a_job_whose_worker_went_silent_is_given_to_another(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1, case_id=4)
        lost = tx.jobs.claim("a", NOON)
        assert lost is not None
        assert tx.jobs.claim("b", NOON + LEASE - SECOND) is None

        taken = tx.jobs.claim("b", NOON + LEASE)
        assert taken == replace(lost, attempts=2)


def test_a_late_worker_can_neither_finish_nor_fail_nor_keep_what_was_taken_over(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1)
        lost = tx.jobs.claim("a", NOON)
        taken = tx.jobs.claim("b", NOON + LEASE)
        assert lost is not None
        assert taken is not None

        assert not tx.jobs.finish(lost, "a")
        assert tx.jobs.keep("a", NOON + LEASE) == 0
        assert tx.jobs.fail(lost, "a", "ValueError", NOON + LEASE) == lost
        assert tx.jobs.get(taken.id) == taken
        assert tx.jobs.finish(taken, "b")


def test_the_same_worker_in_a_later_attempt_is_fenced_off_from_the_earlier_one(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1)
        first = tx.jobs.claim("a", NOON)
        second = tx.jobs.claim("a", NOON + LEASE)
        assert first is not None
        assert second is not None

        assert not tx.jobs.finish(first, "a")
        assert tx.jobs.finish(second, "a")


def test_a_sign_of_life_keeps_the_lease(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1)
        job = tx.jobs.claim("a", NOON)
        assert job is not None
        assert tx.jobs.keep("a", NOON + 20 * SECOND) == 1

        assert tx.jobs.claim("b", NOON + LEASE + SECOND) is None


def test_a_failing_job_waits_twice_as_long_each_time_and_is_parked_in_the_end(
    opened: Callable[..., Archive], url: str
) -> None:
    archive = opened(url, max_attempts=4, backoff_seconds=5)
    now, pauses = NOON, []
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1)
        for _ in range(4):
            job = tx.jobs.claim("a", now)
            assert job is not None
            failed = tx.jobs.fail(job, "a", "SourceDownError", now)
            pauses.append(failed.run_at - now)
            now = failed.run_at

        assert pauses[:3] == [5 * SECOND, 10 * SECOND, 20 * SECOND]
        assert tx.jobs.parked() == (failed,)
        assert (failed.parked, failed.last_error, failed.attempts) == (True, "SourceDownError", 4)
        assert tx.jobs.claim("a", now + timedelta(days=1)) is None
        assert tx.jobs.next_due() is None


def test_no_pause_is_longer_than_an_hour(opened: Callable[..., Archive], url: str) -> None:
    archive = opened(url, max_attempts=50, backoff_seconds=5)
    now = NOON
    with archive.transaction() as tx:
        tx.jobs.defer("fulfil", 1)
        for _ in range(14):
            job = tx.jobs.claim("a", now)
            assert job is not None
            failed = tx.jobs.fail(job, "a", "SourceDownError", now)
            assert failed.run_at - now <= timedelta(hours=1)
            now = failed.run_at


def test_a_job_that_kills_its_worker_every_time_is_parked(opened: Callable[..., Archive], url: str) -> None:
    archive = opened(url, max_attempts=3)
    now = NOON
    with archive.transaction() as tx:
        job_id = tx.jobs.defer("take_in", 1, case_id=4)
        tx.jobs.defer("fulfil", 2, case_id=4, run_at=NOON + SECOND)
        for _ in range(3):
            assert tx.jobs.claim("a", now) is not None
            now += LEASE

        following = tx.jobs.claim("a", now)
        assert following is not None
        assert following.target_id == 2
        assert [(job.id, job.last_error) for job in tx.jobs.parked()] == [(job_id, "WorkerLost")]


def test_an_unparked_job_starts_afresh(opened: Callable[..., Archive], url: str, clock: HandClock) -> None:
    archive = opened(url, max_attempts=1)
    with archive.transaction() as tx:
        job_id = tx.jobs.defer("fulfil", 1, key="k")
        job = tx.jobs.claim("a", NOON)
        assert job is not None
        tx.jobs.fail(job, "a", "ValueError", NOON)
        assert tx.jobs.defer("fulfil", 1, key="k") == job_id
        assert tx.jobs.claim("a", NOON + timedelta(days=1)) is None
        assert [tx.jobs.unpark(job_id), tx.jobs.unpark(job_id)] == [True, False]

        again = tx.jobs.claim("a", NOON)
        assert again is not None
        assert again.attempts == 1


def test_two_jobs_of_one_case_cannot_run_whatever_wrote_them(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("a", 1, case_id=4)
        tx.jobs.defer("b", 2, case_id=4)

    with pytest.raises(ConflictError), archive.transaction() as tx:
        tx.jobs.bench.connection.execute(text("UPDATE jobs SET state = 'running'"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(steps=st.lists(st.sampled_from(["defer", "claim", "finish", "fail", "wait"]), max_size=14))
def test_whatever_happens_a_deferred_key_runs_after_its_last_request(sqlite_archive: Archive, steps: list[str]) -> None:
    """The promise to whoever defers: some claim comes after it, unless the job is parked and shown."""
    now, asked, job = NOON, False, None
    with sqlite_archive.transaction() as tx:
        tx.jobs.bench.connection.execute(text("DELETE FROM jobs"))
        for step in steps:
            if step == "defer":
                tx.jobs.defer("fulfil", 1, key="k", run_at=now)
                asked = True
            elif step == "claim":
                claimed = tx.jobs.claim("a", now)
                job, asked = (claimed, False) if claimed else (job, asked)
            elif step == "finish" and job is not None:
                tx.jobs.finish(job, "a")
                job = None
            elif step == "fail" and job is not None:
                tx.jobs.fail(job, "a", "ValueError", now)
                job = None
            elif step == "wait":
                now += timedelta(hours=2)
        if job is not None:
            tx.jobs.finish(job, "a")

        if asked:
            assert tx.jobs.claim("a", now + timedelta(days=1)) is not None or tx.jobs.parked()
