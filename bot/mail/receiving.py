"""Mail handed to us over SMTP or LMTP: we say "250" only after it is kept, and never more than the sender must know."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiosmtplib
import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from aiosmtplib.errors import SMTPException

from bot.mail.sending import let_go
from bot.mail.trust import is_loopback, server_context
from bot.settings import ReceiverSettings, SettingsError

_log = structlog.get_logger(__name__)

KeepMail = Callable[[bytes, str | None], Awaitable[None]]
"""Takes the raw mail and the envelope sender (None is the null sender); returns only after the commit."""

_LINE_BYTES = 1024 * 1024  # real mail has lines far over the 998 of RFC 5322
_COMMANDS = {"*": 20, "MAIL": 100, "RCPT": 200, "DATA": 100, "RSET": 200, "NOOP": 100}  # per connection
_LIFETIMES = 20  # a connection may last so many times its idle timeout

_OUR_FAULT = "451 4.3.0 Local error, please try again later"
_UNKNOWN = "550 5.1.1 No such mailbox here"
_ONE_ONLY = "452 4.5.3 One recipient per transaction, please"
_BUSY = b"421 4.3.2 Too many connections, please try again later\r\n"
_CLOSING = b"421 4.3.2 Shutting down, please try again later\r\n"
_GOODBYE_SECONDS = 1.0
_NO_AUTH = ("LOGIN", "PLAIN")  # nobody logs in here, so AUTH is not offered


class Receiver:
    """A listening server. `port` is the real one, also when 0 was asked for."""

    def __init__(self, server: asyncio.Server, door: _Door) -> None:
        self._server = server
        self._door = door
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more connections, end those that stand, and wait for commits under way."""
        self._server.close()
        await self._door.close()
        await self._server.wait_closed()


async def start_receiver(
    settings: ReceiverSettings, recipients: frozenset[str], keep: KeepMail, *, max_bytes: int
) -> Receiver:
    """Listen in this event loop for mail to `recipients`. Raises SettingsError, or OSError when the port is taken."""
    _quieten()
    relay = _relay(settings)
    letter_box = _LetterBox(frozenset(address.lower() for address in recipients), keep, relay)
    door = _Door(settings, letter_box, server_context(settings.tls_cert_file, settings.tls_key_file), max_bytes)
    server = await asyncio.get_running_loop().create_server(door.opened, settings.host, settings.port)
    return Receiver(server, door)


def _relay(settings: ReceiverSettings) -> _Relay | None:
    match settings.mode:
        case "copy":
            return None
        case "relay":
            return _Relay(*_host_and_port(settings.relay_to), settings.timeout_seconds)
        case _:
            raise SettingsError(
                'receiver.mode is not set: "copy" if your mail server keeps its own delivery, '
                '"relay" if we must hand every mail on to receiver.relay_to'
            )


def _host_and_port(relay_to: str) -> tuple[str, int]:
    host, colon, port = relay_to.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise SettingsError('receiver.relay_to must be "host:port" when receiver.mode is "relay"')
    return host.strip("[]"), int(port)


def _quieten() -> None:
    """aiosmtpd logs senders and recipients at INFO and message lines at DEBUG."""
    for name in ("mail.log", "mail.debug"):
        logging.getLogger(name).setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class _Relay:
    """The next mail server, to which mail goes on unchanged."""

    host: str
    port: int
    timeout_seconds: float

    async def hand_on(self, envelope: Envelope) -> None:
        """Return when the next server said 250; raises SMTPException or OSError.

        Another machine must offer STARTTLS; its certificate is not checked, as between mail servers.
        """
        sender, to, raw = _envelope_sender(envelope) or "", envelope.rcpt_tos[0], envelope.original_content or b""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.timeout_seconds,
            local_hostname="[127.0.0.1]",
            start_tls=None if is_loopback(self.host) else True,
            tls_context=_unproven(),
        )
        await client.connect()
        transport = client.transport
        try:
            options = _mail_options(client, raw, f"{sender}{to}")
            await client.mail(sender, options=options, encoding="utf-8")
            await client.rcpt(to, encoding="utf-8")
            await client.data(raw)
            with contextlib.suppress(SMTPException, OSError):
                await client.quit()
        finally:
            client.close()
            await let_go(transport)


def _mail_options(client: aiosmtplib.SMTP, raw: bytes, addresses: str) -> list[str]:
    """What the next server must be told so that it takes the mail as it is (RFC 6152, RFC 6531)."""
    eight_bit = not raw.isascii() and client.supports_extension("8bitmime")
    return ["BODY=8BITMIME"] * eight_bit + ["SMTPUTF8"] * (not addresses.isascii())


def _unproven() -> ssl.SSLContext:
    """Encrypted, to whoever answers: the next hop's certificate rarely bears the name by which we know it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class _LetterBox:
    """aiosmtpd's hooks, with its names and arguments: which recipient is ours, and what becomes of the mail."""

    def __init__(self, recipients: frozenset[str], keep: KeepMail, relay: _Relay | None) -> None:
        self._recipients = recipients
        domain = min(recipients, default="@localdomain").rpartition("@")[2]
        self.our_name = f"privacybot.{domain}"  # not the domain's own name: a mail server would see a loop
        self._keep = keep
        self._relay = relay
        self._commits: set[asyncio.Future[None]] = set()

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Leave AUTH out: aiosmtpd names it under TLS even when no mechanism is left."""
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.lower() not in self._recipients:
            return _UNKNOWN
        if envelope.rcpt_tos:
            return _ONE_ONLY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            await self._kept(envelope)
            if self._relay is not None:
                await self._relay.hand_on(envelope)
        except (SMTPException, OSError) as fault:
            _log.error("mail could not be taken in or handed on", error=type(fault).__name__)
            return _OUR_FAULT
        return "250 2.6.0 Kept"

    async def handle_exception(self, error: Exception) -> str:
        """Our own fault, whatever it was: the sender keeps the mail and learns no detail."""
        _log.error("mail could not be taken in", error=type(error).__name__)
        return _OUR_FAULT

    async def _kept(self, envelope: Envelope) -> None:
        """The commit goes on when the client vanishes; the mail then comes twice, and is known the second time."""
        sender = _envelope_sender(envelope)
        shown = sender.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if sender else None
        commit = asyncio.ensure_future(self._keep(envelope.original_content or b"", shown))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        commit.add_done_callback(_look_away)
        await asyncio.shield(commit)

    async def settled(self) -> None:
        """Return when no commit is under way."""
        while self._commits:
            await asyncio.wait(self._commits)


class _Door:
    """Who may come in: at most `max_connections` at a time, each for a limited time."""

    def __init__(
        self, settings: ReceiverSettings, letter_box: _LetterBox, tls: ssl.SSLContext | None, max_bytes: int
    ) -> None:
        self._settings = settings
        self._letter_box = letter_box
        self._tls = tls
        self._max_bytes = max_bytes
        self._visitors: set[_Visitor] = set()

    def opened(self) -> asyncio.BaseProtocol:
        """One connection's protocol: asyncio asks for it before the connection is made."""
        if len(self._visitors) >= self._settings.max_connections:
            return _TurnedAway()
        kind = _LmtpVisitor if self._settings.protocol == "lmtp" else _Visitor
        visitor = kind(
            self._letter_box,
            self._visitors.discard,
            data_size_limit=self._max_bytes,
            enable_SMTPUTF8=True,
            hostname=self._letter_box.our_name,
            ident="ready",
            tls_context=self._tls,
            timeout=self._settings.timeout_seconds,
            auth_exclude_mechanism=_NO_AUTH,
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )
        self._visitors.add(visitor)
        return visitor

    async def close(self) -> None:
        await self._letter_box.settled()
        visitors = [*self._visitors]
        for visitor in visitors:
            visitor.turn_out()
        endings = [visitor.ending for visitor in visitors if visitor.ending is not None]
        if endings:
            await asyncio.wait(endings, timeout=_GOODBYE_SECONDS)
        for visitor in [*self._visitors]:
            visitor.throw_out()
        if endings:
            await asyncio.wait(endings)
        await self._letter_box.settled()


class _Visitor(SMTP):
    """One connection. Its timer runs from the last bytes (aiosmtpd: the last command), within a lifetime."""

    line_length_limit = _LINE_BYTES

    def __init__(self, letter_box: _LetterBox, left: Callable[[_Visitor], None], **options: Any) -> None:
        super().__init__(letter_box, **options)
        self._left = left
        self._ends_at = self.loop.time() + _LIFETIMES * self._timeout_duration

    @property
    def ending(self) -> asyncio.Task[None] | None:
        """The task that talks to the client; it ends when the connection does."""
        task: asyncio.Task[None] | None = self._handler_coroutine
        return task

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.ending is not None:
            self.ending.add_done_callback(_look_away)

    def data_received(self, data: bytes) -> None:
        if self.loop.time() < self._ends_at:
            self._reset_timeout()
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._left(self)
        super().connection_lost(error)

    def turn_out(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(_CLOSING)
            self.transport.close()

    def throw_out(self) -> None:
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()


class _LmtpVisitor(_Visitor, LMTP):
    """The same over LMTP (RFC 2033): one recipient per transaction, so one answer per mail."""


class _TurnedAway(asyncio.Protocol):
    """A connection over the limit."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_BUSY)
        transport.close()


def _envelope_sender(envelope: Envelope) -> str | None:
    """None for the null sender, which aiosmtpd shows as "<>"."""
    return None if envelope.mail_from in (None, "", "<>") else envelope.mail_from


def _look_away(task: asyncio.Future[None]) -> None:
    """The client was told, or nobody is left to tell; without a look asyncio would report a forgotten exception."""
    if not task.cancelled():
        task.exception()
