from datetime import timedelta

import pytest
from store_builders import NOON

from bot.store.archive import Archive
from bot.store.errors import ConflictError

SECOND = timedelta(seconds=1)


def test_more_of_the_same_kind_is_claimed_in_its_order_and_nothing_else(archive: Archive) -> None:
    with archive.transaction() as tx:
        for number in (3, 1, 2):
            tx.jobs.defer("take_in", number, run_at=NOON - number * SECOND)
        tx.jobs.defer("take_in", 4, run_at=NOON + SECOND)
        tx.jobs.defer("take_in", 5, case_id=9, run_at=NOON)
        tx.jobs.defer("close", 6, run_at=NOON)
        first = tx.jobs.claim("a", NOON)
        assert first is not None

        more = tx.jobs.claim_more(first, "a", NOON, 10)

    assert first.target_id == 3
    assert [(job.target_id, job.attempts) for job in more] == [(2, 1), (1, 1)]


def test_no_more_are_claimed_than_asked_for_and_none_twice(archive: Archive) -> None:
    with archive.transaction() as tx:
        for number in range(5):
            tx.jobs.defer("take_in", number)
        first = tx.jobs.claim("a", NOON)
        assert first is not None

        runs = [[job.target_id for job in tx.jobs.claim_more(first, "a", NOON, 3)] for _ in range(3)]

    assert runs == [[1, 2, 3], [4], []]


def test_what_was_tried_before_is_not_among_the_more(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.jobs.defer("take_in", 1)
        tried = tx.jobs.claim("a", NOON)
        assert tried is not None
        tx.jobs.fail(tried, "a", "RuntimeError", NOON)
        tx.jobs.defer("take_in", 2)
        later = NOON + timedelta(minutes=5)
        fresh = tx.jobs.claim("a", NOON)
        assert fresh is not None

        assert fresh.target_id == 2
        assert tx.jobs.claim_more(fresh, "a", later, 10) == ()
        assert tx.jobs.get(tried.id).attempts == 1


def test_jobs_finished_together_are_gone(archive: Archive) -> None:
    with archive.transaction() as tx:
        for number in range(3):
            tx.jobs.defer("take_in", number)
        first = tx.jobs.claim("a", NOON)
        assert first is not None
        more = tx.jobs.claim_more(first, "a", NOON, 10)

        tx.jobs.finish_all([first, *more], "a")

        assert tx.jobs.next_due() is None


def test_jobs_that_went_to_another_worker_are_not_finished_by_the_late_one(archive: Archive) -> None:
    with archive.transaction() as tx:
        for number in range(2):
            tx.jobs.defer("take_in", number)
        first = tx.jobs.claim("late", NOON)
        assert first is not None
        mine = (first, *tx.jobs.claim_more(first, "late", NOON, 10))
    with archive.transaction() as tx:
        assert tx.jobs.claim("other", NOON + timedelta(hours=1)) is not None

    with pytest.raises(ConflictError), archive.transaction() as tx:
        tx.jobs.finish_all(mine, "late")

    with archive.reading() as tx:
        assert [tx.jobs.get(job.id).attempts for job in mine] == [2, 1]
