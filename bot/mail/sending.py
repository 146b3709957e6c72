"""Handing a finished mail to our mail server, and telling exactly what is known about the outcome."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
)
from aiosmtplib.protocol import normalize_message_line_endings

from bot.mail.outgoing import plain_address
from bot.mail.trust import certificate_trouble, client_context, insist_on_tls
from bot.settings import SendSettings, SettingsError

_OUR_NAME = "[127.0.0.1]"  # in EHLO: an address literal, so that this machine's name does not leak
_CLOSING_ROUNDS = 3  # of the event loop, until it has closed a socket: TLS, transport, file
_PIECE_BYTES = 64 * 1024
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took responsibility for the mail."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """The server refused for now (4xx); nothing was delivered."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class RefusedForGood:
    """The server will never take this mail (5xx); nothing was delivered."""

    code: int


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The whole mail was handed over and no answer came: it may or may not have been delivered."""


@dataclass(frozen=True, slots=True)
class ServerUnreachable:
    """Nothing was delivered and the mail is not to blame; `trouble` is one line that names the mend."""

    trouble: str


SendOutcome = Accepted | TryLater | RefusedForGood | OutcomeUnknown | ServerUnreachable


class Postman:
    """Carries mail to one server, one at a time over one connection that is kept for a burst. One event loop."""

    def __init__(self, settings: SendSettings, password: Callable[[], str] | None) -> None:
        """Raises SettingsError when the settings would send anything unprotected to another machine."""
        insist_on_tls(settings.tls, settings.host, "send.tls")
        if settings.user and password is None:
            raise SettingsError("send.user is set, but there is no password for it")
        self._settings = settings
        self._password = password
        self._smtp: SMTP | None = None
        self._transport: asyncio.BaseTransport | None = None  # aiosmtplib lets go of it before it is closed
        self._turn = asyncio.Lock()

    async def send(self, raw: bytes, sender: str, to: str) -> SendOutcome:
        """Hand over one mail. An empty `sender` is the null envelope sender of automatic mail (RFC 3834 section 3.3).

        Raises AddressError; everything that a server or network can do is an outcome.
        """
        plain_address(to)
        if sender:
            plain_address(sender)
        async with self._turn:
            try:
                return await self._sent(raw, sender, to)
            except BaseException:
                await self._drop()
                raise

    async def close(self) -> None:
        """Say goodbye. Never raises."""
        async with self._turn:
            if self._smtp is not None and self._smtp.is_connected:
                with contextlib.suppress(SMTPException, OSError):
                    await self._smtp.quit(timeout=5)
            await self._drop()

    async def _sent(self, raw: bytes, sender: str, to: str) -> SendOutcome:
        reused = self._smtp is not None and self._smtp.is_connected
        outcome = await self._tried(raw, sender, to)
        if reused and isinstance(outcome, ServerUnreachable | TryLater) and self._smtp is None:
            # The server had closed the connection that we kept: that says nothing about this mail.
            outcome = await self._tried(raw, sender, to)
        return outcome

    async def _tried(self, raw: bytes, sender: str, to: str) -> SendOutcome:
        try:
            smtp = await self._connected()
        except (SMTPException, OSError) as fault:
            await self._drop()
            return ServerUnreachable(self._connection_trouble(fault))
        try:
            await smtp.mail(sender)
            await smtp.rcpt(to)
            return await self._handed_over(smtp, raw)
        except SMTPResponseException as refusal:
            return await self._refused(smtp, refusal.code, refusal.message)
        except (SMTPException, OSError):
            await self._drop()
            return ServerUnreachable(f"{self._settings.host} broke off before it had the whole mail; tried again later")

    async def _handed_over(self, smtp: SMTP, raw: bytes) -> SendOutcome:
        """DATA by hand: only so is it known whether the final dot had left when a connection ended."""
        ready = await smtp.execute_command(b"DATA")
        if ready.code != 354:
            return await self._refused(smtp, ready.code, ready.message)
        protocol = smtp.protocol
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        try:
            await _written(smtp, _dot_stuffed(raw))
        except BaseException:
            await self._drop()
            raise
        try:
            protocol.write(b".\r\n")
            answer = await protocol.read_response(timeout=self._settings.timeout_seconds)
        except (SMTPException, OSError):
            await self._drop()
            return OutcomeUnknown()
        if answer.code == 250:
            return Accepted()
        return await self._refused(smtp, answer.code, answer.message)

    async def _refused(self, smtp: SMTP, code: int, message: str) -> SendOutcome:
        """A refusal as an outcome. The server's own words may quote addresses, so only their codes are passed on."""
        with contextlib.suppress(SMTPException, OSError):
            await smtp.rset()
        if not smtp.is_connected:
            await self._drop()
        if code == 530:
            return ServerUnreachable(f"{self._settings.host} wants a login first: set send.user and its password")
        if 400 <= code < 500:
            enhanced = _ENHANCED.match(message)
            return TryLater(code, f"{code} {enhanced[0]}" if enhanced else str(code))
        if 500 <= code < 600:
            return RefusedForGood(code)
        return ServerUnreachable(f"{self._settings.host} does not answer as a mail server should")

    async def _connected(self) -> SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        settings = self._settings
        self._smtp = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=_OUR_NAME,
            timeout=settings.timeout_seconds,
            use_tls=settings.tls == "tls",
            start_tls=settings.tls == "starttls",
            tls_context=client_context(settings.ca_file, "send.ca_file"),
        )
        await self._smtp.connect()
        self._transport = self._smtp.transport
        if settings.user and self._password is not None:
            await self._smtp.login(settings.user, self._password())
        return self._smtp

    async def _drop(self) -> None:
        """Forget the connection, without waiting for the server's side of the goodbye."""
        smtp, self._smtp = self._smtp, None
        transport, self._transport = self._transport, None
        if smtp is not None:
            smtp.close()
        await let_go(transport)

    def _connection_trouble(self, fault: BaseException) -> str:
        host = f"{self._settings.host}:{self._settings.port}"
        if isinstance(fault, SMTPAuthenticationError):
            return f"{host} refuses the login of send.user: check send.user and its password"
        for link in _chain(fault):
            if trouble := certificate_trouble(link, host, "send"):
                return trouble
        if isinstance(fault, SMTPResponseException):
            return f"{host} turns us away ({fault.code})"
        if isinstance(fault, SMTPException) and "STARTTLS" in fault.message:
            return f"{host} does not offer STARTTLS, and nothing leaves in plain text: check send.port and send.tls"
        return f"no connection to {host}: check send.host and send.port ({type(fault).__name__})"


async def let_go(transport: asyncio.BaseTransport | None) -> None:
    """Close a connection for certain: over TLS, aiosmtplib leaves it to the server when that happens."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    for _ in range(_CLOSING_ROUNDS):
        await asyncio.sleep(0)


async def _written(smtp: SMTP, data: bytes) -> None:
    """All but the final dot, and gone from our own buffer as far as flow control can tell."""
    protocol = smtp.protocol
    for start in range(0, len(data), _PIECE_BYTES):
        if protocol is None:
            raise SMTPServerDisconnected("Connection lost")
        protocol.write(data[start : start + _PIECE_BYTES])
        async with asyncio.timeout(smtp.timeout):
            await protocol._drain_helper()


def _dot_stuffed(raw: bytes) -> bytes:
    """RFC 5321 section 4.5.2; every line ends in CRLF, so nothing inside can end the mail."""
    normal = normalize_message_line_endings(raw)
    return re.sub(rb"(?m)^\.", b"..", normal)


def _chain(fault: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while fault is not None and fault not in links:
        links.append(fault)
        fault = fault.__cause__ or fault.__context__
    return links
