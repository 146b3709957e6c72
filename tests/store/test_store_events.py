import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from store_builders import NOON, make_case

from bot.cases.lifecycle import Move
from bot.store.archive import Archive, Transaction
from bot.store.records import ChainHead


def write_some(archive: Archive, count: int = 5) -> int:
    with archive.transaction() as tx:
        case = make_case(tx)
        for number in range(1, count + 1):
            tx.events.write(case.id, "noted", "fatima", {"number": number}, os_login="fvisser")
        return case.id


def tamper(archive: Archive, statement: str) -> tuple[int, ...]:
    with archive.transaction() as tx:
        assert tx.events.bench.connection.execute(text(statement)).rowcount > 0
        return tx.events.broken_links(1)


def test_events_come_back_in_order_with_their_values(archive: Archive) -> None:
    case_id = write_some(archive)

    with archive.reading() as tx:
        events = tx.events.of(case_id)
        assert [(event.seq, event.values) for event in events] == [(n, {"number": n}) for n in range(1, 6)]
        assert {(event.at, event.kind, event.actor, event.os_login) for event in events} == {
            (NOON, "noted", "fatima", "fvisser")
        }
        assert tx.events.broken_links(case_id) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    values=st.dictionaries(
        st.text(max_size=5),
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=9),
        max_size=4,
    )
)
def test_whatever_scalars_an_event_holds_its_chain_verifies(archive: Archive, values: dict[str, object]) -> None:
    with archive.transaction() as tx:
        tx.events.write(None, "noted", "bot", values)  # type: ignore[arg-type]
        assert tx.events.of(None)[-1].values == values
        assert tx.events.broken_links(None) == ()


def test_each_case_and_the_service_have_a_chain_of_their_own(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = make_case(tx), make_case(tx)
        tx.events.write(first.id, "noted", "bot")
        tx.events.write(None, "user_added", "fatima", {"name": "joris"})
        tx.events.write(second.id, "noted", "bot")
        tx.events.write(first.id, "noted", "bot")

        assert [event.seq for event in tx.events.of(first.id)] == [1, 2]
        assert [event.seq for event in tx.events.of(second.id)] == [1]
        assert [event.kind for event in tx.events.of(None)] == ["user_added"]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE events SET actor = 'joris' WHERE seq = 3", (3,)),
        ("UPDATE events SET kind = 'approved' WHERE seq = 1", (1,)),
        ("UPDATE events SET os_login = NULL WHERE seq = 5", (5,)),
        ("UPDATE events SET at = '2026-01-01 00:00:00.000000' WHERE seq = 2", (2,)),
        ("UPDATE events SET digest = hash WHERE seq = 2", (2,)),
        ("UPDATE events SET hash = digest WHERE seq = 2", (2, 3)),
        ("DELETE FROM events WHERE seq = 2", (2, 3)),
        ("DELETE FROM events WHERE seq = 5", (5,)),
        ("DELETE FROM events WHERE seq > 1", (2, 3, 4, 5)),
        ("DELETE FROM event_heads", (5,)),
        ("DELETE FROM event_values WHERE seq = 4", (4,)),
        ("UPDATE event_values SET sealed = NULL WHERE seq = 4", (4,)),
        ("UPDATE event_values SET sealed = NULL, forgotten_at = '2026-03-02 12:00:00.000000' WHERE seq = 4", (4,)),
        (
            "UPDATE event_values SET sealed = (SELECT sealed FROM event_values AS o WHERE o.seq = 1) WHERE seq = 2",
            (2,),
        ),
    ],
)
def test_a_row_edited_behind_our_back_is_named(archive: Archive, statement: str, broken: tuple[int, ...]) -> None:
    write_some(archive)

    assert tamper(archive, statement) == broken


def test_values_can_be_forgotten_and_the_chain_still_holds(archive: Archive) -> None:
    case_id = write_some(archive)
    with archive.transaction() as tx:
        tx.events.forget(case_id, (2, 4), "fatima", os_login="fvisser")

        events = tx.events.of(case_id)
        assert [event.forgotten for event in events] == [False, True, False, True, False, False]
        assert events[1].values == {}
        assert events[5].values == {"seqs": "2,4"}
        assert tx.events.broken_links(case_id) == ()


def test_a_tombstone_that_no_event_speaks_of_is_a_broken_link(archive: Archive) -> None:
    case_id = write_some(archive)
    with archive.transaction() as tx:
        tx.events.forget(case_id, (2,), "fatima")

    assert tamper(
        archive,
        "UPDATE event_values SET sealed = NULL, forgotten_at = at_.at FROM events AS at_ "
        "WHERE at_.chain = event_values.chain AND at_.seq = 3 AND event_values.seq = 3",
    ) == (3,)


def test_of_equal_values_no_two_digests_are_equal(archive: Archive) -> None:
    with archive.transaction() as tx:
        for _ in range(2):
            tx.events.write(None, "noted", "bot", {"answer": "yes"})
        digests = set(tx.events.bench.connection.execute(text("SELECT digest FROM events")).scalars())

    assert len(digests) == 2


def test_a_chain_rewritten_whole_shows_against_an_anchored_head(archive: Archive) -> None:
    case_id = write_some(archive)
    with archive.reading() as tx:
        anchored = tx.events.heads()
    with archive.transaction() as tx:
        for table in ("events", "event_values", "event_heads"):
            tx.events.bench.connection.execute(text(f"DELETE FROM {table}"))
        _write_five(tx, case_id, "joris")

        assert tx.events.broken_links(case_id) == ()
        assert tx.events.heads() != anchored
    assert anchored == (ChainHead(case_id, 5, anchored[0].hash),)


def _write_five(tx: Transaction, case_id: int, actor: str) -> None:
    for number in range(1, 6):
        tx.events.write(case_id, "noted", actor, {"number": number})


def test_many_writers_of_one_chain_leave_no_gap(opened: Callable[..., Archive], url: str) -> None:
    archives = [opened(url) for _ in range(3)]
    case_id = write_some(archives[0], 1)

    def write(archive: Archive) -> None:
        for _ in range(5):
            with archive.transaction() as tx:
                tx.events.write(case_id, "noted", "bot")

    threads = [threading.Thread(target=write, args=(archive,)) for archive in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with archives[0].reading() as tx:
        assert [event.seq for event in tx.events.of(case_id)] == list(range(1, 17))
        assert tx.events.broken_links(case_id) == ()


def test_two_who_write_and_move_in_opposite_order_do_not_wait_for_each_other(
    opened: Callable[..., Archive], url: str
) -> None:
    first, second = opened(url), opened(url)
    with first.transaction() as tx:
        cases = [make_case(tx) for _ in range(6)]
    failures: list[Exception] = []

    def work(archive: Archive, move: Move, *, write_first: bool) -> None:
        for case in cases:
            try:
                with archive.transaction() as tx:
                    if write_first:
                        tx.events.write(case.id, "noted", "bot")
                    case = tx.cases.by_id(case.id)
                    tx.cases.move(case, case.requests[0].id, move, "bot")
                    tx.events.write(case.id, "noted", "bot")
            except Exception as failure:
                failures.append(failure)

    threads = [
        threading.Thread(target=work, args=(first, Move.LABELLED), kwargs={"write_first": True}),
        threading.Thread(target=work, args=(second, Move.LABELLED), kwargs={"write_first": False}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with first.reading() as tx:
        assert [tx.events.broken_links(case.id) for case in cases] == [()] * 6


def test_a_hostile_actor_or_value_is_written_down_without_harm(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.events.write(None, "noted", "x\0" * 200, {"a": "\udc80\0"})

        assert tx.events.broken_links(None) == ()
