"""The watched mailbox: a real Dovecot, killed, cut off and changed by people at the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest
from servers.dovecot import Dovecot
from servers.wire import Wire
from structlog.testing import capture_logs
from wire_ledger import MemoryLedger, make_mail

from bot.mail.errors import (
    MailboxFolderError,
    MailboxLostError,
    MailboxRefusedError,
    MailNotKeptError,
    ServerSaidNoError,
    UntrustedServerError,
)
from bot.mail.watching import Watcher
from bot.settings import MailboxSettings, SettingsError, WatchSettings

MAX_BYTES = 25 * 1024 * 1024


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    wire = Wire(dovecot.port)
    yield wire
    wire.close()


def make_watcher(settings: WatchSettings, ledger: MemoryLedger, password: str = "een-goed-geheim") -> Watcher:
    return Watcher(settings, lambda: password, ledger, max_bytes=MAX_BYTES)


@asynccontextmanager
async def running(watcher: Watcher) -> AsyncIterator[None]:
    task = asyncio.create_task(watcher.run())
    try:
        yield
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], bool]) -> None:
    """The watcher's threads tell nobody how they fare: they are asked."""
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def test_every_mail_is_kept_once_with_its_bytes_and_arrival(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    arrived = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    dovecot.append("INBOX", make_mail(1), arrived)
    dovecot.append("INBOX", make_mail(2), arrived)
    watcher = make_watcher(dovecot.settings(), ledger)

    first, second = await watcher.sync_once(), await watcher.sync_once()

    assert (first, second) == (2, 0)
    assert [mail.raw for _, mail in ledger.kept] == [make_mail(1), make_mail(2)]
    assert {mail.received_at for _, mail in ledger.kept} == {arrived}
    assert watcher.trouble is None
    assert watcher.last_success_at is not None


async def test_reading_leaves_flags_and_folders_as_they_were(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    for number, flags in enumerate([(), (b"\\Seen",), (b"\\Flagged", b"Klant"), (b"\\Deleted", b"\\Answered")]):
        dovecot.append("INBOX", make_mail(number), flags=flags)
    dovecot.append("INBOX", make_mail(9, size=2_000_000))
    before = dovecot.flags()

    await make_watcher(dovecot.settings(), ledger).sync_once()

    assert len(ledger.kept) == 5
    assert dovecot.flags() == before


async def test_junk_is_read_like_the_inbox(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("Junk", make_mail(1))

    await make_watcher(dovecot.settings(folders=("INBOX", "Junk")), ledger).sync_once()

    assert [folder for folder, _ in ledger.kept] == ["Junk"]


async def test_a_missing_junk_folder_is_said_once_and_stops_nothing(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("INBOX", make_mail(1))
    watcher = make_watcher(dovecot.settings(folders=("Junk", "INBOX")), ledger)

    with capture_logs() as lines:
        await watcher.sync_once()
        await watcher.sync_once()

    assert ledger.numbers() == [1]
    assert [line["folder"] for line in lines if line["log_level"] == "warning"] == ["Junk"]


async def test_a_folder_that_only_holds_folders_counts_as_missing(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("Junk/Oud", make_mail(1))
    watcher = make_watcher(dovecot.settings(folders=("INBOX", "Junk", "Junk/Oud")), ledger)

    found = await watcher.sync_once()

    assert found == 1
    assert watcher.trouble is None


async def test_a_mailbox_without_any_of_the_folders_is_an_error_that_names_the_setting(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    with pytest.raises(MailboxFolderError, match=r"watch\.folders"):
        await make_watcher(dovecot.settings(folders=("Postvak",)), ledger).sync_once()


async def test_a_folder_that_may_not_be_opened_is_named_and_the_others_are_read(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    dovecot.append("INBOX", make_mail(1))
    dovecot.append("Oud", make_mail(2))
    (dovecot.server.maildir(dovecot.user) / ".Oud").chmod(0)
    watcher = make_watcher(dovecot.settings(folders=("Oud", "INBOX")), ledger)

    with pytest.raises(ServerSaidNoError, match="Oud"):
        await watcher.sync_once()

    assert ledger.numbers() == [1]


async def test_a_large_mail_arrives_whole_and_a_too_large_one_with_its_top(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    large, too_large = make_mail(1, size=3_000_000), make_mail(2, size=30_000_000)
    dovecot.append("INBOX", large)
    dovecot.append("INBOX", too_large)
    dovecot.append("INBOX", make_mail(3))

    await make_watcher(dovecot.settings(), ledger).sync_once()

    whole, top, small = (mail for _, mail in ledger.kept)
    assert whole.raw == large
    assert not whole.truncated
    assert top.truncated
    assert top.size == len(too_large)
    assert too_large.startswith(top.raw)
    assert len(top.raw) == too_large.index(b"\r\n\r\n") + 4 + 65536
    assert small.raw == make_mail(3)


async def test_mail_from_before_the_start_stays_unread(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append_many("INBOX", [make_mail(number) for number in range(300)], datetime(2025, 6, 1, tzinfo=UTC))
    dovecot.append("INBOX", make_mail(1000), datetime(2026, 2, 1, tzinfo=UTC))
    dovecot.append("INBOX", make_mail(1001), datetime(2025, 7, 1, tzinfo=UTC))  # old, and moved here lately
    watcher = make_watcher(dovecot.settings(since=date(2026, 1, 15)), ledger)

    await watcher.sync_once()
    await watcher.sync_once()
    dovecot.append("INBOX", make_mail(1002))
    await watcher.sync_once()

    assert ledger.numbers() == [1000, 1002]
    ((_, start),) = ledger.starts
    assert start.before_start == 300


async def test_an_empty_mailbox_starts_and_then_fills(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    watcher = make_watcher(dovecot.settings(), ledger)

    await watcher.sync_once()
    dovecot.deliver(make_mail(1))
    await watcher.sync_once()

    assert ledger.numbers() == [1]


async def test_a_folder_made_anew_is_read_again_from_the_start_day(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("Vragen", make_mail(1))
    dovecot.append("Vragen", make_mail(2))
    watcher = make_watcher(dovecot.settings(folders=("Vragen",)), ledger)
    await watcher.sync_once()
    with dovecot.client() as person:
        person.delete_folder("Vragen")
        person.create_folder("Vragen")
    dovecot.append("Vragen", make_mail(2))
    dovecot.append("Vragen", make_mail(3))

    await watcher.sync_once()

    assert ledger.numbers() == [1, 2, 2, 3]  # known mail comes again: the ledger knows it by its content
    first, second = (position.uidvalidity for _, position in ledger.starts)
    assert first != second


async def test_a_mail_that_vanishes_while_we_read_moves_the_mark_on(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    for number in (1, 2, 3):
        dovecot.append("INBOX", make_mail(number))

    def delete_the_second(_mails: object) -> None:
        ledger.before_keep = None
        with dovecot.client() as person:
            person.select_folder("INBOX")
            person.delete_messages([2])
            person.expunge()

    ledger.before_keep = delete_the_second
    await make_watcher(dovecot.settings(batch=1), ledger).sync_once()

    assert ledger.numbers() == [1, 3]
    assert ledger.positions["INBOX"].high_water == 3


async def test_a_full_disk_leaves_the_mark_and_the_mail_comes_again(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    for number in (1, 2, 3):
        dovecot.append("INBOX", make_mail(number))

    def disk_full(mails: list[object]) -> None:
        if ledger.kept:
            raise OSError(28, "No space left on device")

    ledger.before_keep = disk_full
    watcher = make_watcher(dovecot.settings(batch=1), ledger)
    with pytest.raises(MailNotKeptError, match="disk space"):
        await watcher.sync_once()
    mark = ledger.positions["INBOX"].high_water
    ledger.before_keep = None
    await watcher.sync_once()

    assert mark == 1
    assert ledger.numbers() == [1, 2, 3]


async def test_a_server_that_goes_away_mid_mail_costs_nothing(
    dovecot: Dovecot, wire: Wire, ledger: MemoryLedger
) -> None:
    dovecot.append("INBOX", make_mail(1))
    dovecot.append("INBOX", make_mail(2, size=900_000))
    wire.cut_after = 400_000
    watcher = make_watcher(dovecot.settings(port=wire.port, batch=1), ledger)

    found = await watcher.sync_once()

    assert found == 2
    assert wire.cut_after is None
    assert ledger.numbers() == [1, 2]
    assert ledger.kept[1][1].raw == make_mail(2, size=900_000)


async def test_one_mail_that_the_server_cannot_read_stops_no_other_and_reaches_staff(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    for number in (1, 2, 3):
        dovecot.append("INBOX", make_mail(number))
    dovecot.spoil(2)

    with capture_logs() as lines:
        await make_watcher(dovecot.settings(), ledger).sync_once()
        await make_watcher(dovecot.settings(), ledger).sync_once()

    good, spoiled, other = (mail for _, mail in ledger.kept)
    assert (good.raw, other.raw) == (make_mail(1), make_mail(3))
    assert spoiled.truncated
    assert spoiled.uid == 2
    assert b"map INBOX, UID 2," in spoiled.raw
    assert any(line["log_level"] == "error" and line.get("uid") == 2 for line in lines)


async def test_a_wrong_password_is_a_permanent_error_that_names_the_mend(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    with pytest.raises(MailboxRefusedError) as refused:
        await make_watcher(dovecot.settings(), ledger, password="fout").sync_once()

    assert refused.value.permanent
    assert "watch.user" in str(refused.value)
    assert dovecot.host in str(refused.value)
    assert dovecot.user not in str(refused.value)


@pytest.mark.parametrize("password", ['wächtwoord met "aanhaling" en spatie', "{7}", "a\\b"])
async def test_any_password_reaches_the_server_as_it_is(dovecot: Dovecot, ledger: MemoryLedger, password: str) -> None:
    with pytest.raises(MailboxRefusedError):
        await make_watcher(dovecot.settings(), ledger, password=password).sync_once()


async def test_mail_is_read_over_tls_with_a_checked_certificate(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("INBOX", make_mail(1))

    await make_watcher(dovecot.tls_settings(), ledger).sync_once()
    dovecot.append("INBOX", make_mail(2))
    await make_watcher(dovecot.settings(tls="starttls", ca_file=dovecot.ca_file), ledger).sync_once()

    assert ledger.numbers() == [1, 2]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_certificate_from_a_stranger_is_never_accepted(
    dovecot: Dovecot, ledger: MemoryLedger, tls: str
) -> None:
    port = dovecot.tls_port if tls == "tls" else dovecot.port
    for ca_file in (dovecot.server.certificates.stranger_ca_file, ""):
        settings = dovecot.settings(tls=tls, port=port, ca_file=ca_file)

        with pytest.raises(UntrustedServerError, match=r"watch\.ca_file") as untrusted:
            await make_watcher(settings, ledger).sync_once()

        assert untrusted.value.permanent


async def test_a_server_without_starttls_gets_no_password(dovecot: Dovecot, wire: Wire, ledger: MemoryLedger) -> None:
    wire.replaced = (b"STARTTLS", b"XTARTTLS")
    asked: list[str] = []
    settings = dovecot.settings(port=wire.port, tls="starttls", ca_file=dovecot.ca_file)
    watcher = Watcher(settings, lambda: asked.append("password") or "", ledger, max_bytes=MAX_BYTES)

    with pytest.raises(UntrustedServerError, match=r"watch\.tls"):
        await watcher.sync_once()

    assert asked == []


async def test_a_server_that_hangs_up_during_the_handshake_is_lost_and_not_untrusted(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    wire = Wire(dovecot.tls_port)
    wire.cut_after = 100
    try:
        with pytest.raises(MailboxLostError, match=r"ended|no connection"):
            await make_watcher(dovecot.tls_settings(port=wire.port), ledger).sync_once()
    finally:
        wire.close()


async def test_a_server_that_speaks_no_tls_is_named_as_such(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    with pytest.raises(UntrustedServerError, match=r"watch\.tls"):
        await make_watcher(dovecot.settings(tls="tls", ca_file=dovecot.ca_file), ledger).sync_once()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"host": "imap.example", "tls": "none"}, r"watch\.tls"),
        ({"host": ""}, r"watch\.host"),
        ({"since": None}, r"watch\.since"),
        ({"folders": ()}, r"watch\.folders"),
    ],
)
def test_settings_that_cannot_work_are_named_at_the_start(
    ledger: MemoryLedger, changes: dict[str, object], named: str
) -> None:
    given = {"host": "127.0.0.1", "tls": "none", "since": date(2026, 1, 1), **changes}

    with pytest.raises(SettingsError, match=named):
        make_watcher(WatchSettings(**given), ledger)
    with pytest.raises(SettingsError, match=named.replace("watch", "mailboxes.klachten")):
        make_watcher(MailboxSettings(**given, name="klachten"), ledger)


async def test_a_missing_ca_file_is_named(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    with pytest.raises(MailboxRefusedError, match=r"watch\.ca_file"):
        await make_watcher(dovecot.tls_settings(ca_file="/nergens/ca.pem"), ledger).sync_once()


async def test_a_server_that_is_not_there_is_lost_and_not_a_crash(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    with pytest.raises(MailboxLostError, match="no connection to"):
        await make_watcher(dovecot.settings(port=1), ledger).sync_once()


async def test_new_mail_is_noticed_while_idling(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    news = asyncio.Event()
    watcher = Watcher(dovecot.settings(), lambda: dovecot.password, ledger, max_bytes=MAX_BYTES, on_news=news.set)
    async with running(watcher):
        dovecot.deliver(make_mail(1))
        await ledger.wait_for(1)
        dovecot.deliver(make_mail(2))
        await ledger.wait_for(2)
        await asyncio.wait_for(news.wait(), 5)

    assert ledger.numbers() == [1, 2]


async def test_nothing_is_missed_or_read_twice_when_the_server_is_killed_while_we_listen(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    watcher = make_watcher(dovecot.tls_settings(), ledger)
    async with running(watcher):
        dovecot.deliver(make_mail(0))
        await ledger.wait_for(1)
        for number in range(1, 4):
            killed = dovecot.kill_imap()
            dovecot.deliver(make_mail(number))
            await ledger.wait_for(number + 1)
            assert killed >= 1

    assert ledger.numbers() == [0, 1, 2, 3]


async def test_a_restarted_server_is_found_again_and_trouble_is_shown_meanwhile(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    watcher = make_watcher(dovecot.settings(poll_seconds=0.2, timeout_seconds=1.0), ledger)
    async with running(watcher):
        dovecot.deliver(make_mail(1))
        await ledger.wait_for(1)
        dovecot.server.stop()
        try:
            await until(lambda: watcher.trouble is not None)
        finally:
            dovecot.server.start()
        dovecot.deliver(make_mail(2))
        await ledger.wait_for(2)
        await until(lambda: watcher.trouble is None)

    assert ledger.numbers() == [1, 2]


async def test_a_line_that_falls_silent_is_given_up_and_made_anew(
    dovecot: Dovecot, wire: Wire, ledger: MemoryLedger
) -> None:
    settings = dovecot.settings(port=wire.port, timeout_seconds=0.5, idle_seconds=0.5, poll_seconds=0.3)
    watcher = make_watcher(settings, ledger)
    async with running(watcher):
        dovecot.deliver(make_mail(1))
        await ledger.wait_for(1)
        wire.go_silent()
        dovecot.deliver(make_mail(2))
        await ledger.wait_for(2)

    assert ledger.numbers() == [1, 2]


@pytest.mark.parametrize("words", [(b"* BYE Logged out\r\n",), (b"* 1 EXPU",), (b"* OK Still here\r\n",)])
async def test_odd_words_while_we_listen_cost_nothing(
    dovecot: Dovecot, wire: Wire, ledger: MemoryLedger, words: tuple[bytes, ...]
) -> None:
    watcher = make_watcher(dovecot.settings(port=wire.port, timeout_seconds=1.0), ledger)
    async with running(watcher):
        dovecot.deliver(make_mail(1))
        await ledger.wait_for(1)
        wire.say_to_clients(*words)
        dovecot.deliver(make_mail(2))
        await ledger.wait_for(2)

    assert ledger.numbers() == [1, 2]


async def test_a_server_without_idle_is_polled(dovecot: Dovecot, wire: Wire, ledger: MemoryLedger) -> None:
    wire.replaced = (b" IDLE", b" XDLE")
    wire.greeting = b"* BYE restarting\r\n"
    watcher = make_watcher(dovecot.settings(port=wire.port, poll_seconds=0.1), ledger)
    with capture_logs() as lines:
        async with running(watcher):
            await until(lambda: watcher.trouble is not None)
            wire.greeting = None
            for number in (1, 2):
                dovecot.deliver(make_mail(number))
                await ledger.wait_for(number)
            await until(lambda: watcher.trouble is None)

    assert ledger.numbers() == [1, 2]
    assert [line["log_level"] for line in lines if "IDLE" in line["event"]] == ["warning"]


async def test_a_full_disk_is_shown_while_running_and_mended_without_a_restart(
    dovecot: Dovecot, ledger: MemoryLedger
) -> None:
    tried = asyncio.Event()
    loop = asyncio.get_running_loop()

    def disk_full(_mails: object) -> None:
        loop.call_soon_threadsafe(tried.set)
        raise OSError(28, "No space left on device")

    ledger.before_keep = disk_full
    watcher = make_watcher(dovecot.settings(poll_seconds=0.2), ledger)
    async with running(watcher):
        dovecot.deliver(make_mail(1))
        async with asyncio.timeout(10):
            await tried.wait()
            while watcher.trouble is None:
                await asyncio.sleep(0.01)
        shown = watcher.trouble
        ledger.before_keep = None
        await ledger.wait_for(1)

    assert "disk space" in shown
    assert ledger.numbers() == [1]


async def test_a_watcher_that_is_stopped_ends_at_once(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    watcher = make_watcher(dovecot.tls_settings(), ledger)
    dovecot.deliver(make_mail(1))
    task = asyncio.create_task(watcher.run())
    await ledger.wait_for(1)

    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - began < 1.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("imap")]


async def test_logs_and_errors_hold_nothing_of_the_mail(dovecot: Dovecot, ledger: MemoryLedger) -> None:
    dovecot.append("INBOX", make_mail(77))

    with capture_logs() as lines:
        await make_watcher(dovecot.settings(), ledger).sync_once()

    assert lines
    for trace in ("sanne", "Vraag", dovecot.user):
        assert trace not in repr(lines)
    assert "Vraag" not in repr(ledger.kept)
