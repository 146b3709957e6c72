import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta, timezone

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.postgres import Postgres
from servers.running import until
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from store_builders import NOON, SANNE, add_letter, make_arrival, make_case, make_draft

from bot.cases.incidents import Cause, IncidentState
from bot.cases.people import StaffRole
from bot.store.archive import Archive, migrate
from bot.store.errors import (
    AbandonedError,
    ConflictError,
    MissingRowError,
    NestedTransactionError,
    ReadingOnlyError,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from bot.store.records import Direction, MailVerdict
from bot.store.tables import metadata
from bot.triage.labels import Role


def test_an_exception_leaves_nothing_of_its_transaction(archive: Archive) -> None:
    def fail() -> None:
        with archive.transaction() as tx:
            make_case(tx)
            tx.mails.store(b"Hoi", make_arrival())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    with archive.reading() as tx:
        assert tx.cases.listed() == ()
        assert tx.mails.counts() == {}
        assert tx.mails.blob_bytes() == 0


def test_what_one_transaction_keeps_the_next_one_sees(archive: Archive) -> None:
    with archive.transaction() as tx:
        ref = make_case(tx).ref

    with archive.reading() as tx:
        assert tx.cases.get(ref).sender == SANNE


def test_a_transaction_inside_another_of_the_same_thread_is_refused(archive: Archive) -> None:
    with archive.transaction() as tx:
        for inner in (archive.transaction, archive.reading):
            with pytest.raises(NestedTransactionError), inner():
                pass
        tx.meta.set("still", "open")

    with archive.reading() as tx:
        assert tx.meta.get("still") == "open"


def test_after_a_failed_transaction_the_thread_can_begin_another(archive: Archive) -> None:
    with pytest.raises(RuntimeError), archive.transaction():
        raise RuntimeError

    with archive.transaction() as tx:
        tx.meta.set("a", "b")


def test_reading_cannot_write(archive: Archive) -> None:
    with pytest.raises(ReadingOnlyError), archive.reading() as tx:
        tx.meta.set("a", "b")

    with archive.transaction() as tx:
        assert tx.meta.get("a") is None


def test_reading_sees_one_moment_while_others_write(opened: Callable[..., Archive], url: str) -> None:
    reader, writer = opened(url), opened(url)
    with writer.transaction() as tx:
        tx.meta.set("a", "old")

    with reader.reading() as tx:
        before = tx.meta.get("a")
        _in_thread(lambda: _set(writer, "a", "new"))
        assert (before, tx.meta.get("a")) == ("old", "old")

    with reader.reading() as tx:
        assert tx.meta.get("a") == "new"


def test_reading_does_not_wait_for_a_writer(opened: Callable[..., Archive], url: str) -> None:
    archive = opened(url)
    seen: list[str | None] = []

    def read() -> None:
        with archive.reading() as tx:
            seen.append(tx.meta.get("a"))

    with archive.transaction() as tx:
        tx.meta.set("a", "unfinished")
        _in_thread(read)

    assert seen == [None]


def test_a_transaction_is_of_no_use_after_its_end(archive: Archive) -> None:
    with archive.transaction() as tx:
        make_case(tx)

    with pytest.raises(Exception, match="closed"):
        tx.cases.listed()


def test_threads_may_work_at_the_same_time(archive: Archive) -> None:
    threads = [threading.Thread(target=_set, args=(archive, f"t{number}", "x")) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with archive.reading() as tx:
        assert all(tx.meta.get(f"t{number}") == "x" for number in range(12))


def test_a_second_sqlite_writer_that_waits_too_long_is_told_that_it_is_busy(
    opened: Callable[..., Archive], sqlite_url: str
) -> None:
    patient, hasty = opened(sqlite_url), opened(sqlite_url, busy_seconds=0.05)
    caught: list[StoreError] = []

    def write() -> None:
        try:
            _set(hasty, "a", "b")
        except StoreError as error:
            caught.append(error)

    with patient.transaction():
        _in_thread(write)

    assert [type(error) for error in caught] == [StoreBusyError]
    assert not caught[0].permanent


def test_a_lock_held_too_long_on_postgresql_is_told_as_busy(opened: Callable[..., Archive], url: str) -> None:
    first, second = opened(url), opened(url, busy_seconds=0.05)
    with first.transaction() as tx:
        case = make_case(tx)
    caught: list[StoreError] = []

    def write() -> None:
        try:
            with second.transaction() as tx:
                tx.events.write(case.id, "noted", "bot")
        except StoreError as error:
            caught.append(error)

    with first.transaction() as tx:
        tx.events.write(case.id, "noted", "bot")
        _in_thread(write)

    assert [type(error) for error in caught] == [StoreBusyError]


def test_a_full_disk_is_named_and_leaves_nothing_half_written(sqlite_archive: Archive) -> None:
    with sqlite_archive.transaction() as tx:
        kept = tx.mails.store(b"klein", make_arrival(1))
    _limit_pages(sqlite_archive, more=20)

    def take_in() -> None:
        with sqlite_archive.transaction() as tx:
            make_case(tx)
            tx.mails.store(os.urandom(3_000_000), make_arrival(2))

    with pytest.raises(StoreFullError, match="disk is full") as refused:
        take_in()

    with sqlite_archive.reading() as tx:
        assert tx.cases.listed() == ()
        assert tx.mails.counts() == {MailVerdict.PENDING: 1}
        assert kept is not None
        assert tx.mails.raw(kept) == b"klein"
    assert isinstance(refused.value, StoreUnavailableError)


def test_after_room_was_made_the_same_mail_is_taken_in(sqlite_archive: Archive) -> None:
    _limit_pages(sqlite_archive, more=20)
    with pytest.raises(StoreFullError), sqlite_archive.transaction() as tx:
        tx.mails.store(os.urandom(3_000_000), make_arrival(1))
    _limit_pages(sqlite_archive, more=4_000)

    with sqlite_archive.transaction() as tx:
        assert tx.mails.store(os.urandom(3_000_000), make_arrival(1)) is not None


def test_after_a_full_disk_nothing_more_is_written_by_the_same_transaction(sqlite_archive: Archive) -> None:
    _limit_pages(sqlite_archive, more=20)

    with pytest.raises(AbandonedError), sqlite_archive.transaction() as tx:  # noqa: PT012 - the point is what follows
        make_case(tx)
        with pytest.raises(DBAPIError):
            tx.mails.store(os.urandom(3_000_000), make_arrival(1))
        tx.meta.set("half", "written")

    with sqlite_archive.reading() as tx:
        assert tx.meta.get("half") is None


def test_a_failure_that_was_passed_over_is_never_taken_for_a_commit(
    sqlite_archive: Archive, opened: Callable[..., Archive], emptied_postgresql: str
) -> None:
    _limit_pages(sqlite_archive, more=20)
    for archive, failing in (
        (sqlite_archive, lambda tx: tx.mails.store(os.urandom(3_000_000), make_arrival(1))),
        (opened(emptied_postgresql), lambda tx: tx.tasks.add(99, "look", "of no case")),
    ):
        with pytest.raises(AbandonedError, match="nothing of"), archive.transaction() as tx:  # noqa: PT012 - the same
            make_case(tx)
            with pytest.raises(DBAPIError):
                failing(tx)

        with archive.reading() as tx:
            assert tx.cases.listed() == ()


def test_a_disk_that_refuses_to_write_is_no_full_database(sqlite_url: str) -> None:
    child = subprocess.run([sys.executable, "-c", _SHORT_OF_FILE_SIZE, sqlite_url], capture_output=True, check=False)

    assert b"its disk fails or is full" in child.stdout, child.stderr


def test_a_postgresql_that_went_down_and_came_back_needs_no_restart_of_ours(
    postgres: Postgres, opened: Callable[..., Archive]
) -> None:
    url = postgres.new_database()
    migrate(url)
    archive = opened(url)
    _set(archive, "a", "b")
    postgres.stop()
    try:
        with pytest.raises(StoreUnavailableError, match=rf"127\.0\.0\.1:{postgres.port}") as refused:
            _set(archive, "a", "c")
    finally:
        postgres.start()

    assert not refused.value.permanent
    with archive.transaction() as tx:
        assert tx.meta.get("a") == "b"


def test_no_error_of_ours_quotes_what_a_row_holds(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.users.add("fatima", StaffRole.BEHANDELAAR, "fatima@klant.example")

    with pytest.raises(StoreError) as refused, archive.transaction() as tx:
        tx.messages.add(
            4711,
            Direction.IN,
            NOON,
            "request",
            message_id="<geheim@klant.example>",
            sender=SANNE,
            subject="Mijn gegevens",
            text="Ik ben Sanne",
            facts={},
        )

    shown = f"{refused.value!r} {refused.value.__cause__!r}"
    assert isinstance(refused.value, ConflictError)
    assert refused.value.__suppress_context__
    assert not any(word in shown for word in ("klant.example", "Sanne", "Mijn gegevens"))


def test_a_user_name_is_there_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.users.add("fatima", StaffRole.BEHANDELAAR)

        with pytest.raises(ConflictError, match="fatima"):
            tx.users.add("fatima", StaffRole.FUNCTIONARIS)


def test_asking_for_a_row_that_is_not_there_names_table_and_id(archive: Archive) -> None:
    with archive.reading() as tx:
        for table, ask in {
            "mails": tx.mails.get,
            "cases": tx.cases.by_id,
            "drafts": tx.drafts.get,
            "outbox": tx.outbox.get,
            "exports": tx.exports.read,
            "challenges": tx.challenges.get,
        }.items():
            with pytest.raises(MissingRowError, match=f"no row 99 in {table}"):
                ask(99)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    days=st.integers(min_value=-45_000, max_value=60_000),
    microseconds=st.integers(min_value=0, max_value=86_399_999_999),
    hours=st.integers(min_value=-14, max_value=14),
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(
    archive: Archive, days: int, microseconds: int, hours: int
) -> None:
    aware = (NOON + timedelta(days, 0, microseconds)).astimezone(timezone(timedelta(hours=hours)))

    with archive.transaction() as tx:
        mail_id = tx.mails.store(b"", make_arrival(received_at=aware))
        assert mail_id is not None
        found = tx.mails.arrival(mail_id).received_at

    assert found == aware
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_time_zone_is_refused(archive: Archive) -> None:
    with pytest.raises(Exception, match="needs a time zone"), archive.transaction() as tx:
        tx.mails.store(b"", make_arrival(received_at=NOON.replace(tzinfo=None)))


def test_nothing_personal_lies_in_the_database_in_the_clear(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, identifiers=(("name", "Sanne"),))
        mail_id = tx.mails.store(b"From: Sanne", make_arrival(1))
        tx.messages.add(
            case.id,
            Direction.IN,
            NOON,
            "request",
            message_id="<sanne.17@klant.example>",
            mail_id=mail_id,
            sender=SANNE,
            subject="Sanne vraagt",
            text="Groet, Sanne",
            facts={"defects": "Sanne"},
        )
        tx.challenges.add(case.id, SANNE, tx_hash := "1:abc", (1,), NOON, NOON)
        tx.secrets.set_passphrase(case.id, "Sanne-paard-batterij")
        tx.drafts.add(make_draft(case))
        add_letter(tx, case_id=case.id)
        tx.events.write(case.id, "noted", "fatima", {"note": "Sanne belde"})
        tx.tasks.add(case.id, "look", "bel Sanne")
        tx.users.add("fatima", StaffRole.BEHANDELAAR, "sanne.collega@klant.example")
        tx.erasures.write(case.id, "crm", "customers", SANNE, 1, NOON)
        tx.cases.change(case.id, subject_line="Sanne weer")
    assert tx_hash

    assert not [cell for cell in _cells(archive) if b"sanne" in cell.lower() or b"klant.example" in cell.lower()]


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_half_written(
    opened: Callable[..., Archive], url: str
) -> None:
    child = subprocess.Popen([sys.executable, "-c", _CHILD, url], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"in the middle\n"
        child.send_signal(signal.SIGKILL)
        child.wait()

    with opened(url).transaction() as tx:
        assert [case.ref for case in tx.cases.listed()] == ["KB-2026-0001"]
        assert tx.mails.counts() == {}
        assert make_case(tx).ref == "KB-2026-0002"


_SHORT_OF_FILE_SIZE = """
import os, resource, sys
sys.path.insert(0, "tests/store")
from store_builders import INDEX_KEY, KEY, HandClock, make_arrival
from bot.settings import StoreSettings
from bot.store.archive import open_archive
from bot.store.errors import StoreUnavailableError
from bot.store.vault import vault_from
archive = open_archive(StoreSettings(), sys.argv[1], vault_from(KEY, INDEX_KEY), HandClock(), "KB", "Europe/Amsterdam")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    with archive.transaction() as tx:
        tx.mails.store(os.urandom(3_000_000), make_arrival(1))
except StoreUnavailableError as error:
    print(error)
"""

_CHILD = """
import sys, time
from datetime import UTC, datetime
sys.path.insert(0, "tests/store")
from store_builders import INDEX_KEY, KEY, HandClock, make_arrival, make_case
from bot.settings import StoreSettings
from bot.store.archive import open_archive
from bot.store.vault import vault_from
vault = vault_from(KEY, INDEX_KEY)
archive = open_archive(StoreSettings(), sys.argv[1], vault, HandClock(), "KB", "Europe/Amsterdam")
with archive.transaction() as tx:
    make_case(tx)
with archive.transaction() as tx:
    make_case(tx)
    tx.mails.store(b"x" * 3_000_000, make_arrival(1))
    print("in the middle", flush=True)
    time.sleep(60)
"""


def _set(archive: Archive, name: str, value: str) -> None:
    with archive.transaction() as tx:
        tx.meta.set(name, value)


def _in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _limit_pages(archive: Archive, more: int) -> None:
    """The disk has so many pages of room left."""

    def limit(connection: object, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages + more}").close()  # type: ignore[attr-defined]

    event.listen(archive._engine, "checkout", limit, once=True)


def _cells(archive: Archive) -> list[bytes]:
    """Every value of every row, as bytes."""
    with archive._engine.connect() as connection:
        return [
            cell if isinstance(cell, bytes) else str(cell).encode()
            for table in metadata.sorted_tables
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"'))
            for cell in row
        ]


def test_a_case_that_somebody_else_is_changing_is_read_when_he_is_done(
    opened: Callable[..., Archive], emptied_postgresql: str
) -> None:
    first, second = opened(emptied_postgresql), opened(emptied_postgresql)
    with first.transaction() as tx:
        case = make_case(tx)
    read: list[str | None] = []

    def look() -> None:
        with second.transaction() as tx:
            read.append(tx.cases.locked(case.ref).assigned_to)

    looking = threading.Thread(target=look)
    with first.transaction() as tx:
        tx.cases.lock(case.id)
        looking.start()
        with psycopg.connect(emptied_postgresql.replace("+psycopg", ""), autocommit=True) as watcher:
            until(lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone(), "the other waits")
        tx.cases.change(case.id, assigned_to="fatima")
    looking.join()

    assert read == ["fatima"]


def test_two_who_write_in_the_register_of_breaches_at_once_lose_nothing(
    opened: Callable[..., Archive], emptied_postgresql: str
) -> None:
    first, second = opened(emptied_postgresql), opened(emptied_postgresql)
    with first.transaction() as tx:
        incident = tx.incidents.add(None, Cause.STAFF, IncidentState.CONFIRMED, NOON, Role.CONTROLLER)

    def write() -> None:
        with second.transaction() as tx:
            tx.incidents.change(incident.id, fields={"measures": "gewist"})

    writing = threading.Thread(target=write)
    with first.transaction() as tx:
        tx.incidents.change(incident.id, fields={"nature": "verkeerd adres"})
        writing.start()
        with psycopg.connect(emptied_postgresql.replace("+psycopg", ""), autocommit=True) as watcher:
            until(lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone(), "the other waits")
    writing.join()

    with first.reading() as tx:
        assert tx.incidents.get(incident.id).fields == {"nature": "verkeerd adres", "measures": "gewist"}
