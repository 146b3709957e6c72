"""A mail server that asks for patience gets it, and one that fails is never hammered."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from servers.dovecot import Dovecot
from servers.wire import Wire
from structlog.testing import capture_logs
from wire_ledger import MemoryLedger, make_mail

from bot.mail.errors import MailboxLostError, MailboxRefusedError, ServerBusyError
from bot.mail.faults import at_the_door
from bot.mail.mailbox import Mailbox
from bot.mail.pacing import Pace, Tries, asked_wait
from bot.mail.watching import Watcher
from bot.settings import WatchSettings

THROTTLED = b"NO Request is throttled. Suggested Backoff Time: 93415 milliseconds"
NOT_CONNECTED = b"BAD User is authenticated but not connected."
TOO_MANY = b"* BYE [ALERT] Too many simultaneous connections. (Failure)\r\n"


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    wire = Wire(dovecot.port)
    yield wire
    wire.close()


def make_watcher(settings: WatchSettings, ledger: MemoryLedger) -> Watcher:
    return Watcher(settings, lambda: "een-goed-geheim", ledger, max_bytes=25 * 1024 * 1024)


@asynccontextmanager
async def running(*watchers: Watcher) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(watcher.run()) for watcher in watchers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# What a server's words mean


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("[UNAVAILABLE] Request is throttled. Suggested Backoff Time: 299961 milliseconds", 299.961),
        ("Suggested Backoff Time: 1500 milliseconds", 60.0),
        ("suggested backoff time 999999999999 milliseconds", 3600.0),
        ("BAD [b'User is authenticated but not connected.']", 60.0),
        ("[ALERT] Too many simultaneous connections. (Failure)", 60.0),
        ("[THROTTLED] Account exceeded rate limits", 60.0),
        ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", 600.0),
        ("Server Unavailable. 15", 0.0),
        ("[UNAVAILABLE] Temporary authentication failure.", 15.0),
        ("[INUSE] Mailbox in use", 15.0),
        ("[LIMIT] Too many commands", 15.0),
        ("[AUTHENTICATIONFAILED] Authentication failed.", 0.0),
        ("", 0.0),
    ],
)
def test_what_a_server_asks_for_is_understood(words: str, seconds: float) -> None:
    assert asked_wait(words) == seconds


def test_no_connection_comes_sooner_than_was_asked() -> None:
    pace = Pace(longest_seconds=1.0)

    pause = pace.pause(0, ServerBusyError("later", wait_seconds=90.0))

    assert 90.0 <= pause <= 108.0
    assert 89.0 < pace.rest() <= 108.0


def test_pauses_double_up_to_the_longest_and_are_never_the_same_for_all() -> None:
    pace = Pace(longest_seconds=300.0)

    pauses = [[pace.pause(tries, MailboxLostError("lost")) for _ in range(50)] for tries in (0, 1, 5, 30)]

    for longest, found in zip((0.5, 1.0, 16.0, 300.0), pauses, strict=True):
        assert longest / 2 <= min(found) < max(found) <= longest
    assert pace.pause(0, MailboxRefusedError("no")) >= 150.0
    assert pace.rest() == 0.0


def test_only_a_connection_that_stood_for_a_while_begins_anew() -> None:
    short_lived, long_lived = Tries(steady_seconds=1000), Tries(steady_seconds=0)

    for tries in (short_lived, long_lived):
        tries.made()

    assert [short_lived.ended() for _ in range(3)] == [0, 1, 2]
    assert [long_lived.ended() for _ in range(3)] == [0, 0, 0]


# On the wire


@pytest.mark.parametrize(
    ("command", "answer", "least"),
    [
        (b"AUTHENTICATE PLAIN", b"NO [UNAVAILABLE] Temporary authentication failure.", 15.0),
        (b"AUTHENTICATE PLAIN", b"NO [LIMIT] Too many logins", 15.0),
        (b"EXAMINE", NOT_CONNECTED, 60.0),
        (b"UID SEARCH", b"NO [THROTTLED] Slow down", 60.0),
        (b"UID FETCH", THROTTLED, 93.0),
        (b"BODY.PEEK[]", THROTTLED, 93.0),
        (b"BODY.PEEK[]", b"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", 600.0),
    ],
)
async def test_a_throttling_server_is_left_alone_and_no_mail_is_taken_for_unreadable(
    dovecot: Dovecot, wire: Wire, command: bytes, answer: bytes, least: float
) -> None:
    ledger = MemoryLedger()
    for number in (1, 2, 3):
        dovecot.append("INBOX", make_mail(number))
    wire.answers = {command: answer}
    watcher = make_watcher(dovecot.settings(port=wire.port), ledger)

    with pytest.raises(ServerBusyError) as busy:
        await watcher.sync_once()
    tried = wire.connections
    wire.answers = {}
    await watcher.sync_once()

    assert busy.value.wait_seconds >= least
    assert not busy.value.permanent
    assert tried == 1
    assert [mail.raw for _, mail in ledger.kept] == [make_mail(number) for number in (1, 2, 3)]


async def test_a_goodbye_instead_of_a_greeting_is_no_wrong_password(dovecot: Dovecot, wire: Wire) -> None:
    wire.greeting = TOO_MANY

    with pytest.raises(ServerBusyError) as busy:
        await make_watcher(dovecot.settings(port=wire.port), MemoryLedger()).sync_once()

    assert busy.value.wait_seconds == 60.0


async def test_one_mail_that_stays_unavailable_stops_no_other(dovecot: Dovecot, wire: Wire) -> None:
    ledger = MemoryLedger()
    for number in (1, 2, 3):
        dovecot.append("INBOX", make_mail(number))
    wire.answers = {
        b"UID FETCH 1,2,3 (BODY.PEEK[])": b"NO [UNAVAILABLE] Object is lost",
        b"UID FETCH 2 (BODY.PEEK[])": b"NO [UNAVAILABLE] Object is lost",
    }

    await make_watcher(dovecot.settings(port=wire.port), ledger).sync_once()

    assert [(mail.uid, mail.truncated) for _, mail in ledger.kept] == [(1, False), (2, True), (3, False)]
    assert b"Subject: Vraag 2" in ledger.kept[1][1].raw


async def test_a_folder_that_is_in_use_for_the_moment_keeps_us_from_no_other(dovecot: Dovecot, wire: Wire) -> None:
    ledger = MemoryLedger()
    dovecot.append("Vragen", make_mail(1))
    dovecot.append("INBOX", make_mail(2))
    wire.answers = {b"EXAMINE Vragen": b"NO [INUSE] Mailbox in use", b'EXAMINE "Vragen"': b"NO [INUSE] Mailbox in use"}

    with pytest.raises(ServerBusyError):
        await make_watcher(dovecot.settings(port=wire.port, folders=("Vragen", "INBOX")), ledger).sync_once()

    assert ledger.numbers() == [2]


async def test_a_server_that_asked_for_patience_sees_nobody_while_another_is_tried_again_and_again(
    dovecot: Dovecot, wire: Wire
) -> None:
    refusing = Wire(dovecot.port)
    wire.answers = {b"EXAMINE": THROTTLED}
    quick = {"backoff_max_seconds": 0.01}
    patient = make_watcher(dovecot.settings(port=wire.port, **quick), MemoryLedger())
    eager = make_watcher(dovecot.settings(port=refusing.port, **quick), MemoryLedger())
    refusing.greeting = b"* BYE Shutting down\r\n"
    try:
        async with running(patient, eager):
            async with asyncio.timeout(20):
                while refusing.connections < 40 or wire.connections < 2 or patient.trouble is None:
                    await asyncio.sleep(0.01)
            assert wire.connections == 2  # the listener's and the collector's, once each
    finally:
        refusing.close()


async def test_a_server_that_hangs_up_after_each_idle_is_not_hammered(dovecot: Dovecot, wire: Wire) -> None:
    """It lets us in every time: being let in alone proves nothing."""
    wire.answers = {b"IDLE": b"OK Idle is over"}
    watcher = make_watcher(dovecot.settings(port=wire.port, backoff_max_seconds=300.0), MemoryLedger())
    with capture_logs() as lines:
        async with running(watcher), asyncio.timeout(20):
            while len(pauses := [line["seconds"] for line in lines if "interrupted" in line["event"]]) < 3:
                await asyncio.sleep(0.01)

    assert 0.2 <= pauses[0] <= 0.5
    assert 1.0 <= pauses[2] <= 2.0


@pytest.mark.parametrize(
    "words",
    [
        b"Request is throttled. Suggested Backoff Time: 70000 milliseconds",
        b"[THROTTLED] Slow down",
        b"[ALERT] Too many simultaneous connections. (Failure)",
    ],
)
async def test_a_goodbye_while_we_listen_may_ask_for_patience_too(dovecot: Dovecot, wire: Wire, words: bytes) -> None:
    ledger = MemoryLedger()
    watcher = make_watcher(dovecot.settings(port=wire.port), ledger)
    with capture_logs() as lines:
        async with running(watcher), asyncio.timeout(20):
            dovecot.deliver(make_mail(1))
            await ledger.wait_for(1)
            while not (told := [line for line in lines if "interrupted" in line["event"]]):
                wire.say_to_clients(b"* BYE " + words + b"\r\n")
                await asyncio.sleep(0.05)

    assert told[0]["seconds"] >= 60


@pytest.mark.parametrize("words", ["unexpected response: b'{}'", "unterminated line: b'{}'"])
def test_words_of_a_mail_are_not_taken_for_those_of_the_server(words: str) -> None:
    """Joris would like us to stay away for an hour."""
    fault = imaplib.IMAP4.abort(words.format("Suggested Backoff Time: 3600000 milliseconds"))

    with pytest.raises(MailboxLostError) as lost, at_the_door("imap.klant.example", "watch"):
        raise fault

    assert lost.value.wait_seconds == 0


# The connection itself


def test_the_kernel_watches_over_the_connection_and_imaplib_remembers_no_lines(dovecot: Dovecot) -> None:
    with Mailbox(dovecot.tls_settings(), lambda: dovecot.password) as mailbox:
        client = mailbox._open_client
        sock = client.socket()

        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        for option, value in {"TCP_KEEPIDLE": 30, "TCP_USER_TIMEOUT": 60_000}.items():
            if hasattr(socket, option):  # macOS has other names for them
                assert sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, option)) == value
        assert sock.gettimeout() == 10.0
        assert client._imap.debug == 0


async def test_a_large_mail_is_never_held_many_times_over(dovecot: Dovecot) -> None:
    size = 12_000_000
    dovecot.append("INBOX", make_mail(1, size=size))
    ledger = MemoryLedger()
    watcher = make_watcher(dovecot.settings(), ledger)
    tracemalloc.start()
    try:
        await watcher.sync_once()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(ledger.kept[0][1].raw) >= size
    assert peak < 2.5 * size


async def test_mail_is_noticed_before_the_server_has_ended_the_idle(dovecot: Dovecot, wire: Wire) -> None:
    """On a long line each answer costs a round trip; the news must not wait for two of them."""
    ledger = MemoryLedger()
    wire.held_back = b"DONE"
    watcher = make_watcher(dovecot.settings(port=wire.port, timeout_seconds=60.0), ledger)
    async with running(watcher):
        for number in range(1, 10):  # the first ones may come before we listen
            dovecot.deliver(make_mail(number))
            await ledger.wait_for(number)
            if await asyncio.to_thread(wire.holding.wait, 1.0):
                break
        wire.let_through()

    assert wire.holding.is_set()
    assert ledger.numbers() == [*range(1, number + 1)]
