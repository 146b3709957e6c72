"""The right to work on a database: one process has it at a time, and keeps it as long as it gives signs of life."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.store.archive import Archive
from bot.store.errors import StoreUnavailableError

_WORK = "work"
_LOOK_SECONDS = 1.0


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


class WorkLease:
    """`name` says who we are: jobs in hand bear it, and are ours for as long as the lease is."""

    def __init__(self, archive: Archive, seconds: float) -> None:
        self._archive = archive
        self._seconds = seconds
        self.name = f"{_whereabouts()}:{os.getpid()}:{secrets.token_hex(3)}"

    @asynccontextmanager
    async def held(self, *, patient: bool) -> AsyncIterator[None]:
        """Raises AnotherWorkerError: at once for a holder that is seen to live, else after waiting for one lease."""
        await self._obtain(patient=patient)
        try:
            yield
        finally:
            with suppress(StoreUnavailableError):  # then the lease ends by itself
                await asyncio.to_thread(self._drop)

    async def keep(self) -> None:
        """Signs of life, until cancelled: what is in hand may take longer than one lease."""
        while True:
            await asyncio.sleep(self._seconds / 3)
            await asyncio.to_thread(self._take)

    async def _obtain(self, *, patient: bool) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._seconds
        while True:
            try:
                return await asyncio.to_thread(self._take)
            except AnotherWorkerError as other:
                if not patient or _lives(other.holder) or loop.time() > until:
                    raise
            await asyncio.sleep(_LOOK_SECONDS)

    def _take(self) -> None:
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            holder = tx.leases.holder(_WORK, now)
            if holder is not None and _lives(holder) is False:
                tx.leases.drop(_WORK, holder)
            if not tx.leases.take(_WORK, self.name, now, self._seconds):
                raise AnotherWorkerError(holder or "unknown", one_host=self._archive.one_host)
            tx.jobs.keep(self.name, now)

    def _drop(self) -> None:
        with self._archive.transaction() as tx:
            tx.leases.drop(_WORK, self.name)


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
