"""Builds the rooms and runs them: which job goes to whom, which roles live in this process."""

from __future__ import annotations

import asyncio
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot.approval import Decisions
from bot.cases.deadlines import Calendar
from bot.cases.model import Channel
from bot.cases.work import Work
from bot.clock import Clock, clock_from, system_clock
from bot.datamap.loading import load_datamap
from bot.datamap.model import DataMap
from bot.desk.health import Readiness, health_app, serve
from bot.dispatch import Dispatch
from bot.execution import Execution
from bot.exports.errors import ExportError
from bot.exports.package import sweep
from bot.fulfilment import Fulfilment
from bot.handling import Handling
from bot.housekeeping import Housekeeping, SentFolder
from bot.identification import Identification
from bot.intake import Intake, IntakeRules
from bot.mail.cage import Cage
from bot.mail.errors import MailboxError
from bot.mail.receiving import start_receiver
from bot.mail.sending import Postman
from bot.mail.watching import FetchedMail, FolderPosition, Watcher
from bot.replies.errors import ReplyError
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.settings import Environment, Settings, SettingsError, secret, templates_dir
from bot.sources.errors import SourceError
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction, open_archive
from bot.store.casework import ask_person
from bot.store.engines import address_of
from bot.store.errors import StoreError, StoreUnavailableError, VaultError
from bot.store.records import Arrival, FolderMark, Job
from bot.store.vault import Vault, vault_from
from bot.triage.reading import Reader, Reading

_log = structlog.get_logger(__name__)

_T = TypeVar("_T")

Handler = Callable[[Job], Awaitable[None]]

_OURS = (SourceError, ReplyError, ExportError, StoreError)
"""Failures whose own words name the mend and nobody; any other may quote anybody, so only its class is told."""

ROLES = ("watch", "receive", "work", "desk")
"""What one process can be; `run` is all of them."""

_KEY_MARK = "keys"
_NOT_ITS_KEY = "is not the key that this database was begun with; give that one"
_WORK_LEASE = "work"
_POLL_SECONDS = 1.0
_STORE_PAUSE_SECONDS = 2.0
_ROUND_SECONDS = 300.0
_JOBS_AT_ONCE = 50
_GRACE_SECONDS = 15.0
"""How long a stop waits for what is in hand."""
_TOGETHER = 50
"""So many new mails are read side by side and filed in one transaction: most of them are ordinary."""


class AnotherWorkerError(Exception):
    """One process works on a database at a time; a second one is refused."""

    def __init__(self, holder: str, *, one_host: bool) -> None:
        rule = (
            "on SQLite there can be one. Stop it, wait until its lease ends, or use PostgreSQL"
            if one_host
            else "there can be one. Stop it, or wait until its lease ends"
        )
        super().__init__(f"another process ({holder}) works on this database; {rule}")
        self.holder = holder


def clock_of(settings: Settings) -> Clock:
    return system_clock if settings.now is None else clock_from(settings.now)


def vault_of(settings: Settings, env: Mapping[str, str]) -> Vault:
    """The vault, with keys from secrets. In the demo and in tests keys may lie in PRIVACYBOT_HOME."""
    home = None if settings.service.environment is Environment.PRODUCTION else settings.home
    return vault_from(_key("PRIVACYBOT_VAULT_KEY", env, home), _key("PRIVACYBOT_INDEX_KEY", env, home))


def _key(name: str, env: Mapping[str, str], home: Path | None) -> str:
    """Outside the demo a missing key is an error, never a new key."""
    kept = home / f"{name.lower()}.txt" if home is not None else None
    if kept is not None and kept.is_file() and name not in env and f"{name}_FILE" not in env:
        return kept.read_text(encoding="ascii").strip()
    return secret(name, env)


def _require_its_keys(archive: Archive) -> None:
    """Other keys than those of the first start would mix with them unseen. Raises SettingsError."""
    with archive.reading() as tx:
        mark = tx.meta.get(_KEY_MARK)
    if mark is None:
        sealed = b64encode(archive.vault.seal(b"", _KEY_MARK)).decode("ascii")
        with archive.transaction() as tx:
            tx.meta.set(_KEY_MARK, f"{archive.vault.index(_KEY_MARK)} {sealed}")
        return
    index, sealed = mark.split()
    try:
        archive.vault.open(b64decode(sealed), _KEY_MARK)
    except VaultError:
        raise SettingsError(f"PRIVACYBOT_VAULT_KEY {_NOT_ITS_KEY}, or add it as a line below the new one") from None
    if index != archive.vault.index(_KEY_MARK):
        raise SettingsError(f"PRIVACYBOT_INDEX_KEY {_NOT_ITS_KEY}")


class Rooms:
    """Every room of one process, built when first asked for. Close it at the end."""

    def __init__(self, settings: Settings, env: Mapping[str, str] = os.environ) -> None:
        self.settings = settings
        self._env = env
        self.clock = clock_of(settings)
        self.calendar = Calendar(settings.cases.timezone)

    @cached_property
    def archive(self) -> Archive:
        settings = self.settings
        archive = open_archive(
            settings.store,
            settings.database_url,
            vault_of(settings, self._env),
            self.clock,
            settings.cases.prefix,
            settings.cases.timezone,
        )
        try:
            _require_its_keys(archive)
        except BaseException:
            archive.close()
            raise
        return archive

    @property
    def scratch(self) -> Path:
        """Where exports are built; nothing in it outlives the work."""
        return self.settings.home / "scratch"

    @cached_property
    def own_token(self) -> str:
        """Marks our own mail; made once for an installation."""
        with self.archive.transaction() as tx:
            token = tx.meta.get("own_token")
            if token is None:
                token = secrets.token_hex(8)
                tx.meta.set("own_token", token)
            return token

    @cached_property
    def own_numbers(self) -> frozenset[str]:
        return frozenset({self.settings.organisation.kvk, self.settings.organisation.vat})

    @cached_property
    def letters(self) -> Letters:
        demo = self.settings.service.environment is Environment.DEMO
        open_texts = {
            text: f"datamap.yaml: {fact.path}"
            for fact in self.datamap.unconfirmed()
            for text in (fact.value.nl, fact.value.en)
        }
        return Letters(
            templates_dir(), self.settings.organisation, mark_unconfirmed=demo, open_texts={} if demo else open_texts
        )

    @cached_property
    def mailroom(self) -> MailRoom:
        return MailRoom(self.settings.organisation, self.own_token)

    @cached_property
    def datamap(self) -> DataMap:
        return load_datamap(self.settings.config_dir / "datamap.yaml", self._env)

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.datamap, {system.name: system.url for system in self.datamap.systems})

    @cached_property
    def reader(self) -> Reader:
        domain = self.settings.organisation.address.rpartition("@")[2]
        return Reader(self.settings.parsing, domain, self.settings.triage.model_file)

    @cached_property
    def cage(self) -> Cage[Reading]:
        return Cage(self.reader, self.settings.parsing, self.reader.warm)

    @cached_property
    def intake(self) -> Intake:
        rules = IntakeRules(
            own_address=self.settings.organisation.address,
            own_token=self.own_token,
            own_numbers=self.own_numbers,
            old_mail_hours=self.settings.cases.old_mail_hours,
            release_seconds=self.settings.release.every_seconds,
        )
        return Intake(self.archive, self.cage.run, self.letters, self.mailroom, self.calendar, rules)

    @cached_property
    def identification(self) -> Identification:
        return Identification(
            self.archive,
            self.cage.run,
            self.sources,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.identity,
            self.settings.release.every_seconds,
        )

    @cached_property
    def fulfilment(self) -> Fulfilment:
        return Fulfilment(
            self.archive,
            self.sources,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.organisation,
            self.settings.approval,
            self.scratch,
        )

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(self.archive, self.letters, self.mailroom, self.calendar, self.settings.approval)

    @cached_property
    def handling(self) -> Handling:
        return Handling(self.archive, self.own_numbers)

    @cached_property
    def execution(self) -> Execution:
        return Execution(self.archive, self.sources, self.calendar)

    @cached_property
    def postman(self) -> Postman:
        user = self.settings.send.user
        return Postman(self.settings.send, (lambda: secret("PRIVACYBOT_SMTP_PASSWORD", self._env)) if user else None)

    @cached_property
    def dispatch(self) -> Dispatch:
        return Dispatch(
            self.archive,
            self.postman,
            self.calendar,
            self.settings.send,
            self.settings.cases,
            self.settings.organisation.address,
            self.own_numbers,
        )

    @cached_property
    def housekeeping(self) -> Housekeeping:
        watch = self.settings.watch
        sent = SentFolder(watch, self.mailbox_password) if watch.enabled else None
        return Housekeeping(
            self.archive,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.cases,
            self.settings.identity,
            sent,
        )

    def mailbox_password(self) -> str:
        return secret("PRIVACYBOT_IMAP_PASSWORD", self._env)

    def watcher(self, on_news: Callable[[], None] | None = None) -> Watcher:
        ledger = MailboxLedger(self)
        limit = self.settings.parsing.max_mail_mb * 1024 * 1024
        return Watcher(self.settings.watch, self.mailbox_password, ledger, max_bytes=limit, on_news=on_news)

    def keep(self, tx: Transaction, raw: bytes, arrival: Arrival, *, truncated: bool = False) -> int | None:
        """Into the spool, and the work of reading it with it, in the caller's transaction."""
        mail_id = tx.mails.store(raw, arrival)
        if mail_id is not None:
            tx.jobs.defer(Work.TAKE_IN_TOP if truncated else Work.TAKE_IN, mail_id)
        return mail_id

    async def keep_received(self, raw: bytes, _envelope_sender: str | None) -> None:
        """A mail over SMTP or LMTP: 250 only after this has returned."""

        def commit() -> None:
            with self.archive.transaction() as tx:
                self.keep(tx, raw, Arrival(Channel.SMTP, self.clock()))

        await asyncio.to_thread(commit)

    async def close(self) -> None:
        if "cage" in self.__dict__:
            await self.cage.close()
        if "postman" in self.__dict__:
            await self.postman.close()
        self.close_now()

    def close_now(self) -> None:
        """For a command that opened neither child processes nor connections for sending."""
        if "sources" in self.__dict__:
            self.sources.close()
        if "archive" in self.__dict__:
            self.archive.close()


class MailboxLedger:
    """The watcher's ledger on our database: mails and high-water mark move together."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        watch = rooms.settings.watch
        self._mailbox = f"{watch.user}@{watch.host}"
        self._junk = {name.casefold() for name in watch.junk_folders}

    def position(self, folder: str) -> FolderPosition | None:
        with self._rooms.archive.reading() as tx:
            mark = tx.folders.mark(self._mailbox, folder)
        return None if mark is None else FolderPosition(mark.uidvalidity, mark.high_water, mark.before_start)

    def start(self, folder: str, position: FolderPosition) -> None:
        with self._rooms.archive.transaction() as tx:
            if tx.meta.get("first_started_at") is None:
                tx.meta.set("first_started_at", self._rooms.clock().isoformat())
            tx.folders.set(self._mark(folder, position))

    def keep(self, folder: str, mails: Sequence[FetchedMail], position: FolderPosition) -> None:
        with self._rooms.archive.transaction() as tx:
            started = tx.meta.get("first_started_at")
            for mail in mails:
                old = started is not None and mail.received_at < datetime.fromisoformat(started)
                arrival = self._arrival(folder, position, mail, old=old)
                self._rooms.keep(tx, mail.raw, arrival, truncated=mail.truncated)
            tx.folders.set(self._mark(folder, position))

    def _arrival(self, folder: str, position: FolderPosition, mail: FetchedMail, *, old: bool) -> Arrival:
        return Arrival(
            Channel.IMAP,
            mail.received_at,
            mailbox=self._mailbox,
            folder=folder,
            uidvalidity=position.uidvalidity,
            uid=mail.uid,
            junk=folder.casefold() in self._junk,
            old=old,
        )

    def _mark(self, folder: str, position: FolderPosition) -> FolderMark:
        return FolderMark(
            self._mailbox,
            folder,
            position.uidvalidity,
            position.high_water,
            position.before_start,
            self._rooms.clock(),
        )


def handlers(rooms: Rooms) -> dict[str, Handler]:
    """Which job goes to whom."""
    return {
        Work.TAKE_IN: rooms.intake.take_in,
        Work.TAKE_IN_TOP: rooms.intake.take_in_top,
        Work.ACKNOWLEDGE: _in_thread(rooms.intake.acknowledge),
        Work.IDENTIFY: _in_thread(rooms.identification.identify),
        Work.CHALLENGE: _in_thread(rooms.identification.challenge),
        Work.CHECK_ANSWER: rooms.identification.check_answer,
        Work.REMIND: _in_thread(rooms.identification.remind),
        Work.FULFIL: _in_thread(rooms.fulfilment.fulfil),
        Work.EXECUTE: _in_thread(rooms.execution.execute),
        Work.FILE_COPY: rooms.housekeeping.file_copy,
        Work.CLOSE: _in_thread(rooms.housekeeping.close),
    }


def _in_thread(work: Callable[[Job], None]) -> Handler:
    async def handler(job: Job) -> None:
        await asyncio.to_thread(work, job)

    return handler


class Worker:
    """Does jobs one after the other, sends what is due, and makes the daily round. One per database on SQLite."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._handlers = handlers(rooms)
        self._name = f"{_whereabouts()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.bell = asyncio.Event()
        self.last_alive_at: datetime | None = None

    async def once(self) -> None:
        """Everything that is due at this instant, and what follows from it at once; never waits."""
        async with self._leased(patient=False):
            await asyncio.to_thread(self._rooms.housekeeping.round)
            while await self._work_off() + await self._send_due():
                pass

    async def run(self, begun: Callable[[], None]) -> None:
        """Until cancelled; `begun` is called when it may work. What is in hand is written down before leaving.

        A database that goes away is waited for. Letters in hand at that moment count as of unknown outcome.
        """
        while True:
            try:
                await self._run(begun)
            except* StoreUnavailableError as away:
                _log.error("work stands still until the database is back", trouble=str(_first_of(away)))
            await asyncio.sleep(_STORE_PAUSE_SECONDS)

    async def _run(self, begun: Callable[[], None]) -> None:
        async with self._leased(patient=True), asyncio.TaskGroup() as group:
            begun()
            group.create_task(self._keep_lease())
            group.create_task(self._round_every())
            while True:
                self.bell.clear()
                if not await self._work_off() + await self._send_due():
                    await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_POLL_SECONDS):
                await self.bell.wait()
        except TimeoutError:
            pass

    async def _work_off(self) -> int:
        """The jobs that are due, but not so many that letters wait long behind them; how many that were."""
        count = 0
        while count < _JOBS_AT_ONCE and (done := await _to_its_end(self._next_jobs())):
            count += done
        return count

    async def _next_jobs(self) -> int:
        """What is due next: one job, or a run of new mail; how many jobs that were."""
        jobs = await asyncio.to_thread(self._claimed)
        if len(jobs) > 1:
            await self._take_in(jobs)
        elif jobs:
            await self._do(jobs[0])
        return len(jobs)

    def _claimed(self) -> tuple[Job, ...]:
        """The next job; if that is new mail, more of it."""
        now = self._rooms.clock()
        with self._rooms.archive.transaction() as tx:
            job = tx.jobs.claim(self._name, now)
            if job is None:
                return ()
            return (job, *tx.jobs.claim_more(job, self._name, now, _TOGETHER - 1)) if _new_mail(job) else (job,)

    async def _take_in(self, mails: Sequence[Job]) -> None:
        """Together; and if that fails each on its own, so that one bad mail costs no other one a try."""
        try:
            await self._rooms.intake.take_in_together(mails, lambda tx, done: tx.jobs.finish_all(done, self._name))
        except Exception as error:
            _log.warning("new mail is taken in one by one", count=len(mails), error=type(error).__name__)
            for job in mails:
                await self._do(job)

    async def _do(self, job: Job) -> None:
        try:
            await self._handlers[job.kind](job)
        except Exception as error:
            trace = not isinstance(error, _OURS)
            _log.error(
                "job failed", job=job.id, kind=job.kind, attempts=job.attempts, trouble=_told(error), exc_info=trace
            )
            await asyncio.to_thread(self._failed, job, _told(error))
        else:
            await asyncio.to_thread(self._finished, job)

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
        return sum([await _to_its_end(dispatch.send(letter)) for letter in await asyncio.to_thread(dispatch.due)])

    @asynccontextmanager
    async def _leased(self, *, patient: bool) -> AsyncIterator[None]:
        await self._obtain_lease(patient=patient)
        try:
            await asyncio.to_thread(self._clear_up)
            yield
        finally:
            with suppress(StoreUnavailableError):  # then the lease ends by itself
                await asyncio.to_thread(self._drop_lease)

    def _clear_up(self) -> None:
        """What a worker that was killed left behind: half-sent letters, and rows on their way into an export."""
        self._rooms.dispatch.recover()
        sweep(self._rooms.scratch)

    async def _obtain_lease(self, *, patient: bool) -> None:
        """Raises AnotherWorkerError: at once for a holder that is seen to live, else after waiting for one lease."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._rooms.settings.store.lease_seconds
        while True:
            try:
                return await asyncio.to_thread(self._take_lease)
            except AnotherWorkerError as other:
                if not patient or _lives(other.holder) or loop.time() > until:
                    raise
            await asyncio.sleep(_POLL_SECONDS)

    def _take_lease(self) -> None:
        now = self._rooms.clock()
        with self._rooms.archive.transaction() as tx:
            holder = tx.leases.holder(_WORK_LEASE, now)
            if holder is not None and _lives(holder) is False:
                tx.leases.drop(_WORK_LEASE, holder)
            if not tx.leases.take(_WORK_LEASE, self._name, now, self._rooms.settings.store.lease_seconds):
                raise AnotherWorkerError(holder or "unknown", one_host=self._rooms.archive.one_host)
        self.last_alive_at = now

    def _drop_lease(self) -> None:
        with self._rooms.archive.transaction() as tx:
            tx.leases.drop(_WORK_LEASE, self._name)

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._rooms.settings.store.lease_seconds / 3)
            await asyncio.to_thread(self._take_lease)

    async def _round_every(self) -> None:
        while True:
            await asyncio.to_thread(self._rooms.housekeeping.round)
            await asyncio.sleep(_ROUND_SECONDS)


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


def _whereabouts() -> str:
    """This machine and, on Linux, its table of processes: a container of the same name has another one."""
    try:
        table = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        table = ""
    return f"{os.uname().nodename}/{table.strip('pid:[]')}"


def _lives(worker: str) -> bool | None:
    """Whether the process behind a worker's name lives; None where that cannot be told from here."""
    whereabouts, pid, _ = worker.rsplit(":", 2)
    if whereabouts != _whereabouts() or int(pid) == os.getpid():
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(slots=True)
class _Vitals:
    """What /readyz tells of; filled by the roles as they start."""

    worker: Worker | None = None
    watcher: Watcher | None = None
    reasons: list[str] = field(default_factory=list)


async def run(
    settings: Settings,
    roles: Iterable[str] = ROLES,
    *,
    env: Mapping[str, str] = os.environ,
    started: Callable[[str], None] = print,
) -> None:
    """Run these roles until cancelled. If one fails the others stop and the process ends loudly."""
    wanted = frozenset(roles)
    _require_something_to_do(settings, wanted)
    rooms = Rooms(settings, env)
    try:
        _ = rooms.archive, rooms.own_token
        async with asyncio.TaskGroup() as group:
            await _start(rooms, wanted, group, started)
    finally:
        await rooms.close()


def _require_something_to_do(settings: Settings, roles: frozenset[str]) -> None:
    """A process that would do nothing must not look as if it did its work."""
    off = {"watch": not settings.watch.enabled, "receive": not settings.receiver.enabled}
    if all(off.get(role, False) for role in roles):
        keys = {"watch": "[watch] enabled", "receive": "[receiver] enabled"}
        raise SettingsError(f"nothing to do: set {' or '.join(keys[role] for role in sorted(roles))} to true")


async def _start(rooms: Rooms, roles: frozenset[str], group: asyncio.TaskGroup, started: Callable[[str], None]) -> None:
    vitals = _Vitals()
    if "work" in roles:
        vitals.worker = Worker(rooms)
        group.create_task(vitals.worker.run(lambda: started("work: jobs, letters and deadlines")), name="work")
    if "watch" in roles and rooms.settings.watch.enabled:
        vitals.watcher = rooms.watcher(vitals.worker.bell.set if vitals.worker else None)
        group.create_task(vitals.watcher.run(), name="watch")
        started(f"watch: {rooms.settings.watch.user} at {rooms.settings.watch.host}")
    if "receive" in roles and rooms.settings.receiver.enabled:
        group.create_task(_receive(rooms, vitals, started), name="receive")
    if "desk" in roles:
        group.create_task(_serve(rooms, vitals, started), name="desk")


async def _receive(rooms: Rooms, vitals: _Vitals, started: Callable[[str], None]) -> None:
    """Take in mail over SMTP or LMTP until cancelled."""
    settings = rooms.settings.receiver
    known = frozenset(settings.recipients or (rooms.settings.organisation.address,))

    async def keep(raw: bytes, sender: str | None) -> None:
        await rooms.keep_received(raw, sender)
        if vitals.worker is not None:
            vitals.worker.bell.set()

    limit = rooms.settings.parsing.max_mail_mb * 1024 * 1024
    with _naming("receiver", settings.host, settings.port):
        receiver = await start_receiver(settings, known, keep, max_bytes=limit)
    started(f"receive: {settings.protocol} on {settings.host}:{receiver.port}")
    try:
        await asyncio.Event().wait()
    finally:
        await receiver.close()


async def _serve(rooms: Rooms, vitals: _Vitals, started: Callable[[str], None]) -> None:
    settings = rooms.settings.service
    with _naming("service", settings.host, settings.port):
        serving = await serve(health_app(lambda: readiness(rooms, vitals)), settings.host, settings.port)
    async with serving as server:
        started(f"desk: {server.url}/healthz")
        await server.wait()


@contextmanager
def _naming(section: str, host: str, port: int) -> Iterator[None]:
    """A place where we cannot listen is a wrong setting, and is named."""
    try:
        yield
    except OSError as refusal:
        raise SettingsError(
            f"[{section}] cannot listen on {host}:{port} ({refusal.strerror}): set another host or port, or end what "
            "listens there"
        ) from refusal


def readiness(rooms: Rooms, vitals: _Vitals) -> Readiness:
    """Whether this process can do its work, with the reasons; nothing personal. What waits for staff is no reason."""
    reasons = list(_store_troubles(rooms))
    if vitals.watcher is not None and vitals.watcher.trouble is not None:
        reasons.append(f"mailbox: {vitals.watcher.trouble}")
    return Readiness(tuple(reasons))


def _store_troubles(rooms: Rooms) -> Iterable[str]:
    if rooms.archive.one_host and not Path(address_of(rooms.settings.database_url).database or "").is_file():
        return ("database: the file is gone",)  # an open SQLite file can be read on when it has no name any more
    try:
        with rooms.archive.reading() as tx:
            tx.meta.get("own_token")
    except Exception as error:
        return (f"database: {type(error).__name__}",)
    return ()


async def run_once(settings: Settings, env: Mapping[str, str] = os.environ) -> None:
    """Take in what is there, do what is due at this instant, send what may leave; never wait.

    A mailbox that cannot be read keeps nothing else waiting: its MailboxError is raised at the end.
    """
    rooms = Rooms(settings, env)
    try:
        unread = await _unread(rooms) if settings.watch.enabled else None
        await Worker(rooms).once()
        if unread is not None:
            raise unread
    finally:
        await rooms.close()


async def _unread(rooms: Rooms) -> MailboxError | None:
    """Read the mailbox once; why that was not possible."""
    try:
        await rooms.watcher().sync_once()
    except MailboxError as trouble:
        return trouble
    return None


def require_known_roles(roles: Iterable[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise SettingsError(f"unknown role: {', '.join(unknown)}; known are {', '.join(ROLES)}")
