"""Mail handed to us: kept before it is acknowledged, refused without detail, whatever the client does."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosmtplib
import pytest
from aiosmtplib.errors import SMTPDataError, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused
from servers.certificates import Certificates
from servers.front_door import Client
from servers.smtp_sink import DROP, SmtpSink
from structlog.testing import capture_logs

from bot.mail.receiving import Receiver, delivered, start_receiver
from bot.mail.smtpline import let_go
from bot.mail.visitors import Handed
from bot.settings import ReceiverSettings, SettingsError

RAW = b"From: sanne@klant.example\r\nSubject: Vraag\r\n\r\nWelke gegevens heeft u van mij?\r\n.punt\r\n"
SANNE, US = "sanne@klant.example", "info@kleinboek.example"
OURS = frozenset({"info@kleinboek.example", "privacy@kleinboek.example"})
SECRET = "geheime databasefout van Sanne"


class Shelf:
    """What was kept; `fault` is raised instead, `gate` holds the commit up."""

    def __init__(self) -> None:
        self.handed: list[Handed] = []
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def keep(self, handed: Handed) -> None:
        self.started.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        self.handed.append(handed)

    @property
    def mails(self) -> list[tuple[bytes, str | None]]:
        return [(each.raw, each.sender) for each in self.handed]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@asynccontextmanager
async def receiving(shelf: Shelf, max_bytes: int = 100_000, **changes: Any) -> AsyncIterator[Receiver]:
    settings = ReceiverSettings(**{"port": 0, "mode": "copy", "timeout_seconds": 5.0, **changes})
    receiver = await start_receiver(settings, OURS, shelf.keep, max_bytes=max_bytes)
    try:
        yield receiver
    finally:
        await receiver.close()


@asynccontextmanager
async def client_of(receiver: Receiver, **options: Any) -> AsyncIterator[aiosmtplib.SMTP]:
    known = {"hostname": "127.0.0.1", "port": receiver.port, "local_hostname": "klant.example", "start_tls": False}
    client = aiosmtplib.SMTP(**{**known, "timeout": 5, **options})
    await client.connect()
    try:
        yield client
    finally:
        transport = client.transport
        with contextlib.suppress(aiosmtplib.SMTPException):
            await client.quit()
        await let_go(transport)


class Raw(Client):
    """A client that says exactly what it is told to."""

    async def start_data(self, greeting: bytes = b"EHLO klant.example") -> None:
        await self.answer()
        await self.say(greeting)
        await self.say(b"MAIL FROM:<sanne@klant.example>")
        await self.say(b"RCPT TO:<info@kleinboek.example>")
        assert (await self.say(b"DATA")).startswith(b"354")


@asynccontextmanager
async def raw_client(receiver: Receiver) -> AsyncIterator[Raw]:
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_a_mail_is_kept_byte_for_byte_before_it_is_acknowledged(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, [US], RAW)

    assert shelf.mails == [(RAW, SANNE)]


async def test_no_250_before_the_commit(shelf: Shelf) -> None:
    shelf.gate = asyncio.Event()
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        sending = asyncio.create_task(client.sendmail(SANNE, [US], RAW))
        await shelf.started.wait()
        done_early, _ = await asyncio.wait([sending], timeout=0.1)
        shelf.gate.set()
        await sending

    assert not done_early
    assert len(shelf.mails) == 1


async def test_the_null_sender_is_none(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.sendmail("", [US], RAW)

    assert shelf.mails == [(RAW, None)]


async def test_any_of_our_addresses_is_taken_in_any_case_and_no_other(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, ["Privacy@KLEINBOEK.example"], RAW)
        for stranger in ("joris@klant.example", "info@kleinboek.example.evil.example", "info@kleinboek"):
            await client.mail(SANNE)
            with pytest.raises(SMTPRecipientRefused) as refused:
                await client.rcpt(stranger)
            assert refused.value.code == 550
            await client.rset()

    assert len(shelf.mails) == 1


async def test_a_second_recipient_waits_for_a_transaction_of_its_own(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.mail(SANNE)
        await client.rcpt(US)
        with pytest.raises(SMTPRecipientRefused) as second:
            await client.rcpt("privacy@kleinboek.example")
        await client.data(RAW)

    assert second.value.code == 452
    assert len(shelf.mails) == 1


@pytest.mark.parametrize("fault", [ValueError(SECRET), OSError(28, SECRET), RuntimeError(SECRET)])
async def test_our_own_fault_is_temporary_and_tells_nothing(shelf: Shelf, fault: Exception) -> None:
    shelf.fault = fault
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        with capture_logs() as lines, pytest.raises(SMTPDataError) as refused:
            await client.sendmail(SANNE, [US], RAW)
        shelf.fault = None
        await client.sendmail(SANNE, [US], RAW)

    assert refused.value.code == 451
    assert refused.value.message.startswith("4.3.0")
    assert "geheim" not in refused.value.message + repr(lines)
    assert lines[0]["error"] == type(fault).__name__
    assert len(shelf.mails) == 1


async def test_a_client_that_vanishes_during_data_leaves_nothing(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver:
        async with raw_client(receiver) as raw:
            await raw.start_data()
            raw.writer.write(RAW)
            await raw.writer.drain()
        async with client_of(receiver) as client:
            await client.sendmail(SANNE, [US], b"Subject: twee\r\n\r\n")

    assert [mail for mail, _ in shelf.mails] == [b"Subject: twee\r\n\r\n"]


async def test_a_commit_goes_on_when_the_client_vanishes(shelf: Shelf) -> None:
    shelf.gate = asyncio.Event()
    async with receiving(shelf) as receiver:
        async with raw_client(receiver) as raw:
            await raw.start_data()
            raw.writer.write(RAW.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            await shelf.started.wait()
        shelf.gate.set()

    assert shelf.mails == [(RAW, SANNE)]


async def test_closing_waits_for_the_commit_and_says_250(shelf: Shelf) -> None:
    shelf.gate = asyncio.Event()
    async with receiving(shelf) as receiver, raw_client(receiver) as raw:
        await raw.start_data()
        raw.writer.write(b"Subject: x\r\n\r\n.\r\n")
        await shelf.started.wait()
        closing = asyncio.create_task(receiver.close())
        await asyncio.sleep(0)
        shelf.gate.set()
        answer = await raw.answer()
        await closing

    assert answer.startswith(b"250")
    assert len(shelf.mails) == 1


async def test_a_client_that_goes_on_sending_does_not_keep_us_from_closing(shelf: Shelf) -> None:
    shelf.gate = asyncio.Event()
    async with receiving(shelf) as receiver, raw_client(receiver) as first, raw_client(receiver) as busy:
        await busy.start_data()
        await first.start_data()
        first.writer.write(b"Subject: x\r\n\r\n.\r\n")
        await shelf.started.wait()
        closing = asyncio.create_task(receiver.close())
        await asyncio.sleep(0)
        refused = await busy.say(b"Subject: y\r\n\r\n.")
        shelf.gate.set()
        answer = await first.answer()
        await closing

    assert refused.startswith(b"421")
    assert answer.startswith(b"250")
    assert [raw for raw, _ in shelf.mails] == [b"Subject: x\r\n\r\n"]


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
@pytest.mark.parametrize(
    "terminator",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n.\r\r\n", b"\r\n\x00.\r\n"],
)
async def test_no_wrong_terminator_smuggles_a_second_mail(
    shelf: Shelf, smtp_sink: SmtpSink, protocol: str, terminator: bytes
) -> None:
    inner = b"MAIL FROM:<joris@klant.example>\r\nRCPT TO:<info@kleinboek.example>\r\nDATA\r\nSubject: vals\r\n"
    greeting = b"LHLO klant.example" if protocol == "lmtp" else b"EHLO klant.example"
    async with receiving(shelf, protocol=protocol, **relaying(smtp_sink)) as receiver, raw_client(receiver) as raw:
        await raw.start_data(greeting)
        answer = await raw.say(b"Subject: echt\r\n\r\nhoi" + terminator + inner + b"\r\n.")

    assert answer.startswith(b"250")
    ((kept, sender),) = shelf.mails
    assert sender == SANNE
    assert b"Subject: vals" in kept
    ((handed_on, envelope),) = [(mail.raw, mail.sender) for mail in smtp_sink.mails]
    assert envelope == SANNE
    assert b"Subject: vals" in handed_on
    assert b"\n" not in handed_on.replace(b"\r\n", b"")


MIB = 1024 * 1024


async def test_a_mail_over_the_limit_is_refused_before_and_after_it_was_sent(shelf: Shelf) -> None:
    async with receiving(shelf, max_mb=1) as receiver, client_of(receiver) as client:
        announced = client.esmtp_extensions if await client.ehlo() else {}
        with pytest.raises(SMTPSenderRefused) as before:
            await client.mail(SANNE, options=[f"SIZE={MIB + 1}"])
        await client.mail(SANNE)
        await client.rcpt(US)
        with pytest.raises(SMTPDataError) as after:
            await client.data(b"Subject: x\r\n\r\n" + b"regel\r\n" * (MIB // 7))
        await client.sendmail(SANNE, [US], RAW)

    assert announced["size"] == str(MIB)
    assert (before.value.code, after.value.code) == (552, 552)
    assert len(shelf.mails) == 1


@pytest.mark.parametrize("mode", ["copy", "relay"])
async def test_of_a_mail_too_large_to_read_the_top_is_kept_and_the_whole_handed_on(
    shelf: Shelf, smtp_sink: SmtpSink, mode: str
) -> None:
    raw = b"Subject: x\r\n\r\n" + b"regel\r\n" * 30_000
    changes = relaying(smtp_sink) if mode == "relay" else {}
    async with receiving(shelf, **changes) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, [US], raw)

    (handed,) = shelf.handed
    assert handed.top_only
    assert handed.raw == raw[: 14 + 64 * 1024]
    assert [mail.raw for mail in smtp_sink.mails] == ([raw] if mode == "relay" else [])


async def test_mail_that_memory_has_no_room_for_is_asked_for_again(shelf: Shelf) -> None:
    async with receiving(shelf, max_bytes=3 * MIB, memory_mb=1) as receiver, client_of(receiver) as client:
        with pytest.raises(SMTPDataError) as refused:
            await client.sendmail(SANNE, [US], b"regel\r\n" * (2 * MIB // 7))
        for _ in range(3):
            await client.sendmail(SANNE, [US], b"regel\r\n" * (MIB // 14))

    assert refused.value.code == 452
    assert len(shelf.mails) == 3


@pytest.mark.parametrize("length", [50_000, 64 * 1024 - 2, 64 * 1024 - 1, 64 * 1024, 300_001])
async def test_a_line_of_any_length_is_mail(shelf: Shelf, length: int) -> None:
    raw = b"Subject: x\r\n\r\n" + b"." + b"a" * length + b"\r\n.\r\nb\r\n"
    async with receiving(shelf, max_bytes=MIB) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, [US], raw)

    assert shelf.mails == [(raw, SANNE)]


async def test_nul_bytes_are_mail_and_no_address(shelf: Shelf) -> None:
    raw = b"Subject: x\x00y\r\n\r\n\x00\r\n"
    async with receiving(shelf) as receiver, raw_client(receiver) as raw_one:
        await raw_one.start_data()
        kept = await raw_one.say(raw + b".")
        await raw_one.say(b"MAIL FROM:<sanne@klant.example>")
        address = await raw_one.say(b"RCPT TO:<info@kleinboek.example\x00@klant.example>")
        command = await raw_one.say(b"DATA\x00")

    assert kept.startswith(b"250")
    assert address.startswith(b"553")
    assert command.startswith(b"500")
    assert shelf.mails == [(raw, SANNE)]


async def test_more_connections_than_allowed_are_told_to_come_later(shelf: Shelf) -> None:
    async with receiving(shelf, max_connections=2) as receiver:
        async with client_of(receiver), client_of(receiver), raw_client(receiver) as raw:
            turned_away = await raw.answer()
        async with client_of(receiver) as client:
            await client.sendmail(SANNE, [US], RAW)

    assert turned_away.startswith(b"421")
    assert len(shelf.mails) == 1


async def test_who_hands_a_mail_over_is_known(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, [US], RAW)

    (handed,) = shelf.handed
    assert (handed.to, handed.client_ip, handed.helo, handed.top_only) == (US, "127.0.0.1", "klant.example", False)


@pytest.mark.parametrize(("sender", "path"), [(SANNE, b"<sanne@klant.example>"), (None, b"<>")])
def test_the_envelope_sender_stands_above_a_mail_that_is_kept(sender: str | None, path: bytes) -> None:
    assert delivered(Handed(RAW, sender, US)) == b"Return-Path: " + path + b"\r\n" + RAW


def test_no_envelope_sender_adds_a_header_or_moves_a_mailbox_line() -> None:
    hostile = "x>\r\nBcc: joris@klant.example"

    assert delivered(Handed(RAW, hostile, US)).count(b"\r\n") == RAW.count(b"\r\n") + 1
    assert delivered(Handed(b"From x\r\n" + RAW, SANNE, US)) == b"From x\r\n" + RAW


async def test_a_silent_client_is_not_waited_for(shelf: Shelf) -> None:
    async with receiving(shelf, timeout_seconds=0.2) as receiver, raw_client(receiver) as raw:
        await raw.start_data()
        answer = await raw.answer()

    assert answer.startswith(b"421")
    assert shelf.mails == []


async def test_one_address_cannot_take_every_place(shelf: Shelf) -> None:
    async with receiving(shelf, max_connections_per_address=1) as receiver:
        async with client_of(receiver), raw_client(receiver) as raw:
            turned_away = await raw.answer()
        async with client_of(receiver) as client:
            await client.sendmail(SANNE, [US], RAW)

    assert turned_away.startswith(b"421")
    assert len(shelf.mails) == 1


async def test_a_mail_that_drips_in_ends_at_its_time_though_no_pause_is_long(shelf: Shelf) -> None:
    async with receiving(shelf, transaction_seconds=0.3) as receiver, raw_client(receiver) as raw:
        await raw.start_data()
        answering = asyncio.ensure_future(raw.answer())
        while not answering.done():
            raw.writer.write(b"x\r\n")
            await asyncio.wait([answering], timeout=0.02)

    assert answering.result().startswith(b"421")
    assert shelf.mails == []


async def test_a_client_that_stops_within_a_command_does_not_keep_its_place(shelf: Shelf) -> None:
    async with receiving(shelf, timeout_seconds=0.2, max_connections=1) as receiver, raw_client(receiver) as raw:
        raw.writer.transport.pause_reading()
        raw.writer.write(b"EHLO klant.example\r\n" * 19 + b"NOOP " + b"x" * 60_000)
        async with asyncio.timeout(5):
            while not await _lets_in(receiver):
                pass


async def _lets_in(receiver: Receiver) -> bool:
    async with raw_client(receiver) as raw:
        return (await raw.answer()).startswith(b"220")


@pytest.mark.parametrize("nonsense", [b"", b"RCPT TO:<joris@klant.example>", b"\xff\xfe"])
async def test_a_client_that_is_refused_time_and_again_is_shown_out(shelf: Shelf, nonsense: bytes) -> None:
    async with receiving(shelf) as receiver, raw_client(receiver) as raw:
        await raw.answer()
        await raw.say(b"EHLO klant.example")
        await raw.say(b"MAIL FROM:<sanne@klant.example>")
        answers = [await raw.say(nonsense) for _ in range(21)]
        goodbye = await raw.answer()

    assert all(answer.startswith(b"5") for answer in answers)
    assert goodbye.startswith(b"421")


async def test_a_client_that_sends_its_mail_unasked_is_shown_out(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, raw_client(receiver) as raw:
        await raw.answer()
        await raw.say(b"EHLO klant.example")
        await raw.say(b"MAIL FROM:<sanne@klant.example>")
        await raw.say(b"RCPT TO:<info@kleinboek.example>")
        answer = await raw.say(b"DATA\r\nSubject: x\r\n\r\nhoi\r\n.")
        after = await raw.answer()

    assert answer.startswith(b"554")
    assert after == b""
    assert shelf.mails == []


async def test_a_client_that_chats_without_end_is_shown_out(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, raw_client(receiver) as raw:
        await raw.answer()
        answers = [await raw.say(b"VRFY sanne") for _ in range(21)]

    assert answers[-1].startswith(b"421")


async def test_a_login_is_never_offered_also_under_tls(shelf: Shelf, certificates: Certificates) -> None:
    files = {"tls_cert_file": certificates.cert_file, "tls_key_file": certificates.key_file}
    context = ssl.create_default_context(cafile=certificates.ca_file)
    async with receiving(shelf, **files) as receiver, client_of(receiver) as client:
        await client.ehlo()
        plainly = client.supports_extension("auth")
        await client.starttls(tls_context=context)
        await client.ehlo()
        under_tls = client.supports_extension("auth")
        with pytest.raises(SMTPResponseException):
            await client.auth_plain("info", "geheim")
        await client.sendmail(SANNE, [US], RAW)

    assert not plainly
    assert not under_tls
    assert shelf.mails == [(RAW, SANNE)]


async def test_where_tls_is_required_nothing_is_taken_without(shelf: Shelf, certificates: Certificates) -> None:
    files = {"tls_cert_file": certificates.cert_file, "tls_key_file": certificates.key_file}
    context = ssl.create_default_context(cafile=certificates.ca_file)
    async with receiving(shelf, tls_required=True, **files) as receiver, client_of(receiver) as client:
        with pytest.raises(SMTPResponseException) as plainly:
            await client.mail(SANNE)
        await client.starttls(tls_context=context)
        await client.sendmail(SANNE, [US], RAW)

    assert plainly.value.code == 530
    assert shelf.mails == [(RAW, SANNE)]


async def test_without_a_certificate_starttls_is_not_offered(shelf: Shelf) -> None:
    async with receiving(shelf) as receiver, client_of(receiver) as client:
        await client.ehlo()
        assert not client.supports_extension("starttls")


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
async def test_commands_sent_ahead_of_tls_are_dropped(shelf: Shelf, certificates: Certificates, protocol: str) -> None:
    files = {"tls_cert_file": certificates.cert_file, "tls_key_file": certificates.key_file}
    context = ssl.create_default_context(cafile=certificates.ca_file)
    greeting = b"LHLO" if protocol == "lmtp" else b"EHLO"
    async with receiving(shelf, protocol=protocol, **files) as receiver, raw_client(receiver) as raw:
        await raw.answer()
        await raw.say(greeting + b" klant.example")
        await raw.say(b"STARTTLS\r\n" + greeting + b" vals.example\r\nMAIL FROM:<joris@klant.example>")
        await raw.writer.start_tls(context, server_hostname="127.0.0.1")
        answer = await raw.say(b"MAIL FROM:<sanne@klant.example>")
        after = await raw.say(greeting + b" klant.example")

    assert answer.startswith(b"503")
    assert after.startswith(b"250")


async def test_lmtp_gives_one_answer_for_its_one_recipient(shelf: Shelf) -> None:
    async with receiving(shelf, protocol="lmtp") as receiver, raw_client(receiver) as raw:
        await raw.start_data(b"LHLO mx.kleinboek.example")
        kept = await raw.say(b"Subject: x\r\n\r\nhoi\r\n.")
        after = await raw.say(b"NOOP")
        helo = await raw.say(b"EHLO mx.kleinboek.example")

    assert kept.startswith(b"250")
    assert after.startswith(b"250")
    assert helo.startswith(b"500")
    assert shelf.mails == [(b"Subject: x\r\n\r\nhoi\r\n", SANNE)]


def relaying(sink: SmtpSink) -> dict[str, Any]:
    return {"mode": "relay", "relay_to": f"{sink.host}:{sink.port}"}


async def test_a_relayed_mail_goes_on_unchanged_before_our_250(shelf: Shelf, smtp_sink: SmtpSink) -> None:
    raw = "Subject: één\r\n\r\n.punt\r\n..twee\r\n".encode() + b"lang" * 500 + b"\r\n"
    async with receiving(shelf, **relaying(smtp_sink)) as receiver, client_of(receiver) as client:
        await client.sendmail(SANNE, [US], raw)
        await client.sendmail("", [US], RAW)

    first, second = smtp_sink.mails
    assert (first.sender, first.to, first.raw) == (SANNE, (US,), raw)
    assert second.sender == ""
    assert [mail for mail, _ in shelf.mails] == [raw, RAW]


@pytest.mark.parametrize("answer", ["450 later", "550 never", DROP])
async def test_a_mail_that_cannot_be_handed_on_stays_with_its_sender(
    shelf: Shelf, smtp_sink: SmtpSink, answer: str
) -> None:
    smtp_sink.answer("END", answer)
    async with receiving(shelf, **relaying(smtp_sink)) as receiver, client_of(receiver) as client:
        with pytest.raises(SMTPDataError) as refused:
            await client.sendmail(SANNE, [US], RAW)

    assert refused.value.code == 451
    assert smtp_sink.mails == []
    assert len(shelf.mails) == 1  # kept first: the repetition is known, while a mail delivered twice is not


async def test_another_machine_gets_relayed_mail_only_over_tls(
    shelf: Shelf, smtp_sink: SmtpSink, plain_smtp_sink: SmtpSink
) -> None:
    elsewhere = "0.0.0.0"  # reaches this machine, but is no loopback address
    for sink in (plain_smtp_sink, smtp_sink):
        changes = {"mode": "relay", "relay_to": f"{elsewhere}:{sink.port}"}
        async with receiving(shelf, **changes) as receiver, client_of(receiver) as client:
            with contextlib.suppress(SMTPDataError):
                await client.sendmail(SANNE, [US], RAW)

    assert plain_smtp_sink.mails == []
    assert [mail.tls for mail in smtp_sink.mails] == [True]


async def test_a_mail_we_could_not_keep_is_not_handed_on(shelf: Shelf, smtp_sink: SmtpSink) -> None:
    shelf.fault = OSError(28, SECRET)
    async with receiving(shelf, **relaying(smtp_sink)) as receiver, client_of(receiver) as client:
        with pytest.raises(SMTPDataError):
            await client.sendmail(SANNE, [US], RAW)

    assert smtp_sink.mails == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"mode": None}, r"receiver\.mode"),
        ({"mode": "relay"}, r"receiver\.relay_to"),
        ({"mode": "relay", "relay_to": "mx.kleinboek.example"}, r"receiver\.relay_to"),
        ({"tls_cert_file": "/nergens/cert.pem"}, r"receiver\.tls_cert_file"),
        ({"tls_required": True}, r"receiver\.tls_cert_file"),
    ],
)
async def test_settings_that_cannot_work_are_named_at_the_start(
    shelf: Shelf, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        async with receiving(shelf, **changes):
            pass
