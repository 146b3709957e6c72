"""Handing a finished mail to our mail server, and telling exactly what is known about the outcome."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPException, SMTPResponseException, SMTPServerDisconnected
from aiosmtplib.protocol import normalize_message_line_endings

from bot.mail.envelope import Envelope, envelope_for
from bot.mail.smtpline import LINE_FAULTS, SmtpLine
from bot.settings import SendSettings

_PIECE_BYTES = 64 * 1024
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")  # RFC 3463
_NOT_THAT_WAY = (501, 504, 555)  # RFC 5321 section 4.2.3: parameters that the server does not take


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

    def __init__(self, settings: SendSettings, secret: Callable[[], str] | None) -> None:
        """Raises SettingsError when the settings would send anything unprotected to another machine."""
        self._settings = settings
        self._line = SmtpLine(settings, secret)
        self._turn = asyncio.Lock()

    async def send(self, raw: bytes, sender: str, to: str) -> SendOutcome:
        """Hand over one mail. An empty `sender` is the null envelope sender of automatic mail (RFC 3834 section 3.3).

        Raises AddressError; everything that a server or network can do is an outcome.
        """
        envelope = envelope_for(raw, sender, to)
        async with self._turn:
            try:
                return await self._sent(raw, envelope)
            except BaseException:
                await self._line.drop()
                raise
            finally:
                self._line.rest()

    async def close(self) -> None:
        """Say goodbye. Never raises."""
        async with self._turn:
            await self._line.close()

    async def _sent(self, raw: bytes, envelope: Envelope) -> SendOutcome:
        kept = self._line.stands
        outcome = await self._tried(raw, envelope)
        if kept and isinstance(outcome, ServerUnreachable | TryLater) and not self._line.stands:
            # The server had closed the connection that we kept: that says nothing about this mail.
            outcome = await self._tried(raw, envelope)
        return outcome

    async def _tried(self, raw: bytes, envelope: Envelope) -> SendOutcome:
        try:
            smtp = await self._line.open()
        except LINE_FAULTS as fault:
            await self._line.drop()
            return ServerUnreachable(self._line.trouble(fault))
        try:
            await _addressed(smtp, envelope)
            return await self._handed_over(smtp, raw)
        except SMTPResponseException as refusal:
            return await self._refused(smtp, refusal.code, refusal.message)
        except (SMTPException, OSError):
            await self._line.drop()
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
            await self._line.drop()
            raise
        try:
            protocol.write(b".\r\n")
            answer = await protocol.read_response(timeout=self._settings.timeout_seconds)
        except (SMTPException, OSError):
            await self._line.drop()
            return OutcomeUnknown()
        if answer.code == 250:
            return Accepted()
        return await self._refused(smtp, answer.code, answer.message)

    async def _refused(self, smtp: SMTP, code: int, message: str) -> SendOutcome:
        """A refusal as an outcome. The server's own words may quote addresses, so only their codes are passed on."""
        with contextlib.suppress(SMTPException, OSError):
            await smtp.rset()
        if not smtp.is_connected:
            await self._line.drop()
        if code == 530:
            return ServerUnreachable(f"{self._settings.host} wants a login first: set send.user and its password")
        if 400 <= code < 500:
            enhanced = _ENHANCED.match(message)
            return TryLater(code, f"{code} {enhanced[0]}" if enhanced else str(code))
        if 500 <= code < 600:
            return RefusedForGood(code)
        return ServerUnreachable(f"{self._settings.host} does not answer as a mail server should")


async def _addressed(smtp: SMTP, envelope: Envelope) -> None:
    """MAIL and RCPT. A server that refuses what it offered itself, reports on delivery, is asked without them."""
    mail_options, rcpt_options = envelope.options(smtp)
    try:
        await smtp.mail(envelope.sender, options=mail_options)
        await smtp.rcpt(envelope.to, options=rcpt_options)
    except SMTPResponseException as refusal:
        if not mail_options or refusal.code not in _NOT_THAT_WAY:
            raise
        await smtp.rset()
        await smtp.mail(envelope.sender)
        await smtp.rcpt(envelope.to)


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
