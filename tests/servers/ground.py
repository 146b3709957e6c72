"""What the test servers stand on: free ports, a directory of their own and an ordinary user."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 20.0
_SHORT = 40  # characters
_LOWEST_PORT, _PORTS = 15_000, 17_000


def cannot_run(what: str) -> NoReturn:
    """A missing server skips its tests, except where CI says that nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and with CI=true nothing may be skipped")
    pytest.skip(f"{what} is missing")


def program(name: str, *places: str) -> str:
    """The path of a server program, also where it is not in PATH; skips or fails when there is none."""
    found = shutil.which(name) or next((place for place in places if Path(place).exists()), None)
    return found or cannot_run(name)


def free_port() -> int:
    """A port below those that the kernel gives to clients: a restarted server must find it free again.

    (A client that knocks at a closed port of the kernel's own range may even meet itself there.)
    """
    while True:
        port = _LOWEST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def own_directory(name: str, owner: pwd.struct_passwd) -> Path:
    """A short path, because sockets live in it (108 characters at most), readable by that user."""
    wanted = tempfile.gettempdir()
    place = Path(tempfile.mkdtemp(prefix=f"pb-{name}-", dir=wanted if len(wanted) < _SHORT else "/tmp"))
    if os.geteuid() == 0:
        os.chown(place, owner.pw_uid, owner.pw_gid)
    return place


def ordinary_user(*wanted: str) -> pwd.struct_passwd:
    """Who runs a server: ourselves, or as root the first of the wanted users that exists."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in wanted:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    cannot_run(f"a user to run a server as ({', '.join(wanted)})")


def running_as(user: pwd.struct_passwd) -> list[str]:
    """The words before a command that let it run as that user."""
    if os.geteuid() == user.pw_uid:
        return []
    return [program("setpriv"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def wait_until(ready: Callable[[], bool], what: str) -> None:
    """Poll a foreign process, which cannot tell us when it is ready."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while not ready():
        if time.monotonic() > until:
            pytest.fail(f"waited {_PATIENCE_SECONDS:.0f} s in vain until {what}")
        time.sleep(0.01)


def answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
