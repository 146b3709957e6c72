"""A connection to the mailbox that never comes about: it has an end, and a stop does not wait for it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers.certificates import Certificates
from servers.ground import HOST
from servers.stubborn import GREETING, Stubborn
from wire_ledger import MemoryLedger

from bot.mail.errors import MailboxLostError
from bot.mail.mailbox import Mailbox
from bot.mail.watching import Watcher
from bot.settings import WatchSettings

HELLO_OF_TLS = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"  # the top of an answer of sixteen thousand bytes
STUBBORN: dict[str, tuple[str, Callable[[], Stubborn]]] = {
    "says nothing": ("none", Stubborn),
    "greeting drips": ("none", lambda: Stubborn(b"* OK ", drips=b"x")),
    "does not shake hands": ("tls", Stubborn),
    "handshake drips": ("tls", lambda: Stubborn(HELLO_OF_TLS, drips=b"\0")),
    "silent to STARTTLS": ("starttls", lambda: Stubborn(GREETING)),
    "silent after STARTTLS": ("starttls", lambda: Stubborn(GREETING, obeys=(b"STARTTLS",))),
    "answer to the login drips": ("none", lambda: Stubborn(GREETING, drips=b"*")),
}


@pytest.fixture(params=STUBBORN)
def stubborn(request: pytest.FixtureRequest) -> Iterator[tuple[str, Stubborn]]:
    tls, begun = STUBBORN[request.param]
    server = begun()
    yield tls, server
    server.close()


def settings_of(port: int, tls: str, certificates: Certificates, seconds: float) -> WatchSettings:
    known = {"enabled": True, "host": HOST, "port": port, "tls": tls, "ca_file": certificates.ca_file, "user": "kees"}
    return WatchSettings.model_validate({**known, "since": "2026-01-01", "timeout_seconds": seconds})


async def stopped(watcher: Watcher, stuck: Callable[[], None]) -> float:
    """Seconds that a stop takes while the watcher is stuck."""
    task = asyncio.create_task(watcher.run())
    await asyncio.to_thread(stuck)
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return time.monotonic() - began


async def test_a_stop_does_not_wait_for_a_server_that_never_comes_to_the_point(
    stubborn: tuple[str, Stubborn], certificates: Certificates
) -> None:
    tls, server = stubborn
    watcher = Watcher(settings_of(server.port, tls, certificates, 30.0), lambda: "x", MemoryLedger(), max_bytes=1000)

    took = await stopped(watcher, lambda: _seen(server.stuck))

    assert took < 1.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("imap")]


def test_a_server_that_never_comes_to_the_point_is_given_up(
    stubborn: tuple[str, Stubborn], certificates: Certificates
) -> None:
    tls, server = stubborn
    mailbox = Mailbox(settings_of(server.port, tls, certificates, 0.5), lambda: "x")
    began = time.monotonic()

    with pytest.raises(MailboxLostError, match="did not answer in time"):
        mailbox.connect()

    assert time.monotonic() - began < 2.0


async def test_a_stop_does_not_wait_for_a_machine_that_takes_no_call(certificates: Certificates) -> None:
    with socket.create_server((HOST, 0), backlog=0) as full:
        port = full.getsockname()[1]
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex((HOST, port))
        before = _calls_to(port)
        watcher = Watcher(settings_of(port, "none", certificates, 30.0), lambda: "x", MemoryLedger(), max_bytes=1000)

        took = await stopped(watcher, lambda: _calls(port, before + 2))

        for caller in callers:
            caller.close()
    assert took < 1.0


def _seen(stuck: threading.Event) -> None:
    assert stuck.wait(10)


def _calls_to(port: int) -> int:
    """How many calls the machine has not taken: the state 02 is SYN_SENT."""
    return Path("/proc/net/tcp").read_text(encoding="ascii").count(f":{port:04X} 02")


def _calls(port: int, wanted: int) -> None:
    """Until the watcher's two connections wait among them."""
    deadline = time.monotonic() + 10
    while _calls_to(port) < wanted:
        assert time.monotonic() < deadline
        time.sleep(0.01)
