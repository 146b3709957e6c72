"""Runs the roles of one process until it is told to stop, and tells how they fare."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from bot.desk.health import Readiness, health_app, serve
from bot.mail.accounting import WatchedMailbox
from bot.mail.cage import Cage
from bot.mail.errors import MailboxError
from bot.mail.receiving import start_receiver
from bot.mail.visitors import Handed
from bot.mail.watching import Watcher
from bot.rooms import Examiner, Rooms
from bot.settings import Settings, SettingsError
from bot.store.engines import address_of
from bot.store.errors import StoreUnavailableError
from bot.triage.installed import live
from bot.triage.reading import Reading
from bot.worker import Worker

_log = structlog.get_logger(__name__)

ROLES = ("watch", "receive", "work", "desk")
"""What one process can be; `run` is all of them."""

_READINGS_SECONDS = 5.0
"""How often it is written down how reading the mailbox goes."""


@dataclass(slots=True)
class _Vitals:
    """What /readyz tells of; filled by the roles as they start."""

    worker: Worker | None = None
    watchers: list[Watcher] = field(default_factory=list)
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
        _ = rooms.archive, rooms.own_token, rooms.signer
        async with asyncio.TaskGroup() as group:
            await _start(rooms, wanted, group, started)
    finally:
        await rooms.close()


def _require_something_to_do(settings: Settings, roles: frozenset[str]) -> None:
    """A process that would do nothing must not look as if it did its work."""
    off = {"watch": not settings.watched, "receive": not settings.receiver.enabled}
    if all(off.get(role, False) for role in roles):
        keys = {"watch": "[watch] enabled", "receive": "[receiver] enabled"}
        raise SettingsError(f"nothing to do: set {' or '.join(keys[role] for role in sorted(roles))} to true")


async def _start(rooms: Rooms, roles: frozenset[str], group: asyncio.TaskGroup, started: Callable[[str], None]) -> None:
    vitals = _Vitals()
    if "work" in roles:
        _tell_which_model(rooms.settings)
        vitals.worker = Worker(rooms)
        group.create_task(vitals.worker.run(lambda: started("work: jobs, letters and deadlines")), name="work")
    if "watch" in roles:
        vitals.watchers = rooms.watchers(vitals.worker.bell.set if vitals.worker else None)
        for watcher, box, mailbox in zip(vitals.watchers, rooms.settings.watched, rooms.mailboxes, strict=True):
            group.create_task(watcher.run(), name=f"watch {box.label}")
            group.create_task(_write_down_readings(rooms, watcher, mailbox), name=f"readings of {box.label}")
            started(f"watch: {box.user} at {box.host}")
    if "receive" in roles and rooms.settings.receiver.enabled:
        group.create_task(_receive(rooms, vitals, started), name="receive")
    if "desk" in roles:
        group.create_task(_serve(rooms, vitals, started), name="desk")


def _tell_which_model(settings: Settings) -> None:
    """Where a model was promoted: which one judges, and why if it is another."""
    if settings.triage.model_file or not settings.models.is_dir():
        return
    found = live(settings.models)
    tell = _log.warning if found.trouble else _log.info
    tell("this model judges mail", version=found.model.version, trouble=found.trouble)


async def _write_down_readings(rooms: Rooms, watcher: Watcher, mailbox: WatchedMailbox) -> None:
    """Now and then, how reading goes: another process, or this one after a restart, raises the alarm from it."""
    told: tuple[datetime | None, bool] = (None, False)
    while True:
        await asyncio.sleep(_READINGS_SECONDS)
        found = (watcher.last_success_at, watcher.trouble is not None)
        if found != told:
            try:
                await asyncio.to_thread(rooms.watchkeeping.looked, mailbox, success=found[0] != told[0])
                told = found
            except StoreUnavailableError as away:
                _log.error("how the mailbox fares cannot be written down", trouble=str(away))


async def _receive(rooms: Rooms, vitals: _Vitals, started: Callable[[str], None]) -> None:
    """Take in mail over SMTP or LMTP until cancelled."""
    settings = rooms.settings.receiver
    known = frozenset(settings.recipients or (rooms.settings.organisation.address,))

    async def keep(handed: Handed) -> None:
        await rooms.keep_received(handed)
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
        on_news = vitals.worker.bell.set if vitals.worker else None
        pages = rooms.public_pages(on_news)
        calls = rooms.login_pages(on_news)
        shown = (*(pages.routes() if pages else ()), *calls, *rooms.agenda_pages())
        app = health_app(lambda: readiness(rooms, vitals), shown)
        serving = await serve(app, settings.host, settings.port, rooms.settings.pages.proxies)
    async with serving as server:
        started(f"desk: {server.url}/healthz" + (f" and {settings.public_url}" if pages else ""))
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
    reasons += [f"mailbox {watcher.label}: {watcher.trouble}" for watcher in vitals.watchers if watcher.trouble]
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


async def run_once(
    settings: Settings,
    env: Mapping[str, str] = os.environ,
    *,
    lent_cage: Cage[Reading] | None = None,
    lent_examiner: Examiner | None = None,
) -> None:
    """Take in what is there, do what is due at this instant, send what may leave; never wait.

    A mailbox that cannot be read keeps nothing else waiting: its MailboxError is raised at the end.
    """
    rooms = Rooms(settings, env, lent_cage=lent_cage, lent_examiner=lent_examiner)
    try:
        _ = rooms.signer
        unread = await _unread(rooms)
        await Worker(rooms).once()
        if unread is not None:
            raise unread
    finally:
        await rooms.close()


async def _unread(rooms: Rooms) -> MailboxError | None:
    """Read every mailbox once, all at the same time; why that was not possible with one of them, the first."""

    async def trouble_with(watcher: Watcher, mailbox: WatchedMailbox) -> MailboxError | None:
        trouble = None
        try:
            await watcher.sync_once()
        except MailboxError as fault:
            _log.error("the mailbox cannot be read", mailbox=watcher.label, trouble=str(fault))
            trouble = fault
        await asyncio.to_thread(rooms.watchkeeping.looked, mailbox, success=trouble is None)
        return trouble

    watched = zip(rooms.watchers(), rooms.mailboxes, strict=True)
    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(trouble_with(*each)) for each in watched]
    return next((trouble for task in reading if (trouble := task.result()) is not None), None)


def require_known_roles(roles: Iterable[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise SettingsError(f"unknown role: {', '.join(unknown)}; known are {', '.join(ROLES)}")
