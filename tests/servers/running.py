"""The service as processes of its own, and an office whose time runs on beside them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from servers.dovecot import _children
from servers.office import Office
from servers.smtp_sink import SmtpSink

import bot

_ROOT = Path(bot.__file__).resolve().parents[1]
_PATIENCE_SECONDS = 60.0  # two cores, shared with everybody else's tests
_LOOK_SECONDS = 0.02


def until(ready: Callable[[], object], what: str, *, seconds: float = _PATIENCE_SECONDS) -> None:
    """Look again and again: another process cannot tell us when it is done."""
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(_LOOK_SECONDS)


class LiveOffice(Office):
    """An office whose clock runs as fast as ours, so that commands and processes agree about the time."""

    def __init__(self, home: Path, sink: SmtpSink, **given: Any) -> None:
        self._services: list[Service] = []
        super().__init__(home, sink, **given)

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return (datetime.now(UTC) + self._ahead).replace(microsecond=0)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._ahead: timedelta = moment - datetime.now(UTC)

    def _env_now(self) -> dict[str, str]:
        """To the microsecond: cut to a second, a command could begin before work that the one before it left."""
        return {**self.env, "PRIVACYBOT_NOW": (datetime.now(UTC) + self._ahead).isoformat()}

    def begin(self, *words: str, **env: str) -> Service:
        """`privacybot` with these words, in a process of its own."""
        log = self.home / f"log-{len(self._services):02d}.txt"
        service = Service(words, {**self._env_now(), **env}, log)
        self._services.append(service)
        return service

    def close(self) -> None:
        """No process outlives its test, whatever became of it."""
        for service in self._services:
            if service.ended is None:
                service.kill()

    def logs(self) -> str:
        """Everything that all processes wrote."""
        return "\n".join(service.said for service in self._services)


class Service:
    """One process. Everything it prints goes to one file."""

    def __init__(self, words: tuple[str, ...], env: dict[str, str], log: Path) -> None:
        self.words = words
        self.log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", *words],
                cwd=_ROOT,
                env={**env, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    @property
    def ended(self) -> int | None:
        """The exit code, once there is one."""
        return self._process.poll()

    @property
    def children(self) -> list[int]:
        return _children(self.pid)

    def says(self, pattern: str) -> re.Match[str]:
        """Wait until it has printed this; fails when it ends first."""

        def heard() -> bool:
            return re.search(pattern, self.said) is not None or self.ended is not None

        until(heard, f"{self.words} says {pattern}")
        found = re.search(pattern, self.said)
        assert found is not None, f"{self.words} ended with {self.ended}: {self.said}"
        return found

    def port_of(self, role: str) -> int:
        return int(self.says(rf"{role}: .*:(\d+)")[1])

    def signal(self, number: int = signal.SIGTERM) -> None:
        os.kill(self.pid, number)

    def ends(self, *, seconds: float = _PATIENCE_SECONDS) -> int:
        """Its exit code, within these seconds."""
        return self._process.wait(timeout=seconds)

    def kill(self) -> None:
        """As the kernel does when memory is short: without a word. Its children are given time to notice."""
        children = self.children
        self._process.kill()
        self._process.wait()
        until(lambda: not any(map(alive, children)), "the children of a killed process are gone")

    def stop(self) -> None:
        """For the end of a test, whatever became of it."""
        if self.ended is None:
            self.signal()
            assert self.ends() == 0, self.said


def alive(pid: int) -> bool:
    """Runs, and is not only waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        if Path("/proc/self/stat").exists():
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
