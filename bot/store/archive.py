"""The archive's door: transactions with one repository for each kind of thing that is kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.clock import Clock
from bot.settings import StoreSettings
from bot.store import schema
from bot.store.bench import Bench
from bot.store.casefile import Cases
from bot.store.chain import Events
from bot.store.challenges import Challenges
from bot.store.drafts import Drafts
from bot.store.engines import WRITES, address_of, make_engine, whereabouts
from bot.store.erasures import Erasures
from bot.store.errors import NestedTransactionError, SchemaError, translated
from bot.store.examples import Examples
from bot.store.exportfiles import Exports
from bot.store.factors import LoginCalls, PaperCodes
from bot.store.facts import Meta
from bot.store.folders import Folders
from bot.store.guesses import Guesses
from bot.store.incidents import Incidents
from bot.store.jobs import Jobs
from bot.store.keptdossiers import KeptDossiers
from bot.store.leases import Leases
from bot.store.links import Links
from bot.store.mails import Mails
from bot.store.messages import Messages
from bot.store.outbox import Outbox
from bot.store.schema import migrate
from bot.store.seals import Seals
from bot.store.secrets import Secrets
from bot.store.spool import Spool
from bot.store.staff import Tasks, Users
from bot.store.vault import Vault

__all__ = ["Archive", "Transaction", "migrate", "open_archive"]


class Transaction:
    """One transaction: everything done through it is kept together, or not at all. Of no use after its end."""

    def __init__(self, bench: Bench) -> None:
        self.mails = Mails(bench)
        self.spool = Spool(bench)
        self.folders = Folders(bench)
        self.cases = Cases(bench)
        self.messages = Messages(bench)
        self.events = Events(bench)
        self.challenges = Challenges(bench)
        self.guesses = Guesses(bench)
        self.paper_codes = PaperCodes(bench)
        self.login_calls = LoginCalls(bench)
        self.secrets = Secrets(bench)
        self.links = Links(bench)
        self.seals = Seals(bench)
        self.exports = Exports(bench)
        self.dossiers = KeptDossiers(bench)
        self.examples = Examples(bench)
        self.drafts = Drafts(bench)
        self.outbox = Outbox(bench)
        self.jobs = Jobs(bench)
        self.leases = Leases(bench)
        self.users = Users(bench)
        self.tasks = Tasks(bench)
        self.erasures = Erasures(bench)
        self.incidents = Incidents(bench)
        self.meta = Meta(bench)


class Archive:
    """One database. May be used from any thread; each thread has one transaction at a time."""

    def __init__(
        self,
        engine: Engine,
        where: str,
        vault: Vault,
        clock: Clock,
        settings: StoreSettings,
        prefix: str,
        timezone: str,
    ) -> None:
        self.vault = vault
        self.clock = clock
        self._engine = engine
        self._where = where
        self._settings = settings
        self._prefix = prefix
        self._timezone = timezone
        self._inside = threading.local()
        self._writing = threading.Lock()

    @property
    def one_host(self) -> bool:
        """SQLite: one host, one local disk, one `work` process."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Committed at the end, rolled back by any exception. On SQLite it holds the write lock from its beginning."""
        with (
            self._alone(),
            self._turn(),
            self._translating(),
            self._connected(writes=True) as connection,
            connection.begin(),
        ):
            yield Transaction(self._bench(connection))

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """One unchanging view, without write lock; ReadingOnlyError if something is written after all."""
        with self._alone(), self._translating(), self._connected(writes=False) as connection:
            begun = connection.begin()
            try:
                yield Transaction(self._bench(connection))
            finally:
                begun.rollback()

    def tidy(self) -> None:
        """Empty SQLite's write-ahead log, so that deleted content is not left in it. Elsewhere nothing."""
        if self.one_host:
            with self._translating(), self._engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                cursor = raw.cursor()
                cursor.execute("PRAGMA query_only = OFF")
                cursor.execute("PRAGMA busy_timeout = 500")
                try:
                    with suppress(sqlite3.OperationalError):  # who reads at this moment is not waited for: next time
                        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    cursor.execute(f"PRAGMA busy_timeout = {int(self._settings.busy_seconds * 1000)}")
                    cursor.close()

    def close(self) -> None:
        self._engine.dispose()

    def _bench(self, connection: Connection) -> Bench:
        settings = self._settings
        return Bench(
            connection,
            self.vault,
            self.clock,
            self._prefix,
            self._timezone,
            settings.lease_seconds,
            settings.max_attempts,
            settings.backoff_seconds,
        )

    def _connected(self, *, writes: bool) -> Connection:
        if self.one_host:
            return self._engine.connect().execution_options(**{WRITES: writes})
        if writes:
            return self._engine.connect()
        return self._engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._inside, "a_transaction", False):
            raise NestedTransactionError("this thread is inside a transaction already: pass that one on")
        self._inside.a_transaction = True
        try:
            yield
        finally:
            self._inside.a_transaction = False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite lets one write at a time, and whoever finds it busy sleeps; threads of one process need not."""
        if not self.one_host:
            yield
            return
        taken = self._writing.acquire(timeout=self._settings.busy_seconds)  # in vain: SQLite says what is wrong
        try:
            yield
        finally:
            if taken:
                self._writing.release()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeoutError) as error:
            # Not chained: a driver's text quotes whole rows.
            raise translated(error, self._where) from None


def open_archive(
    settings: StoreSettings, url: str, vault: Vault, clock: Clock, case_prefix: str, timezone: str
) -> Archive:
    """The archive at this address. Raises SchemaError unless its schema is this version's, StoreUnavailableError."""
    address = address_of(url)
    _require_file(address)
    engine = make_engine(address, settings.busy_seconds)
    archive = Archive(engine, whereabouts(address), vault, clock, settings, case_prefix, timezone)
    try:
        with archive._translating(), engine.connect() as connection:
            schema.require_head(connection)
    except BaseException:
        archive.close()
        raise
    return archive


def _require_file(address: URL) -> None:
    """Opening a SQLite file that is not there would make one."""
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise SchemaError(
            f"there is no database at {address.database}, this version needs {schema.head()}; run: privacybot migrate"
        )
