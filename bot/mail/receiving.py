"""Mail handed to us over SMTP or LMTP: we say "250" only after it is kept, and never more than the sender must know."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.mail.door import Door
from bot.mail.relaying import Relay, host_and_port
from bot.mail.taking import top_of
from bot.mail.trust import server_context
from bot.mail.visitors import Bounds, Handed, look_away
from bot.settings import ReceiverSettings, SettingsError

_log = structlog.get_logger(__name__)

KeepMail = Callable[[Handed], Awaitable[None]]
"""Keeps one mail; returns only after the commit."""

_KEPT = "250 2.6.0 Kept"
_OUR_FAULT = "451 4.3.0 Local error, please try again later"
_CLOSING = "421 4.3.2 Shutting down, please try again later"
_UNKNOWN = "550 5.1.1 No such mailbox here"
_ONE_ONLY = "452 4.5.3 One recipient per transaction, please"


def delivered(handed: Handed) -> bytes:
    """The mail as the last server keeps it: the envelope's sender stands above it (RFC 5321 section 4.4)."""
    if handed.raw.startswith(b"From "):
        return handed.raw  # a mailbox file's own line, which must stay the first
    path = "".join(char for char in handed.sender or "" if char.isprintable() and char not in "<>")
    return f"Return-Path: <{path}>\r\n".encode() + handed.raw


class Receiver:
    """A listening server. `port` is the real one, also when 0 was asked for."""

    def __init__(self, server: asyncio.Server, door: Door, letter_box: _LetterBox) -> None:
        self._server = server
        self._door = door
        self._letter_box = letter_box
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Take no more connections and no more mail, wait for commits under way, and end what stands."""
        self._server.close()
        self._letter_box.shut()
        await self._letter_box.settled()
        await self._door.close()
        await self._letter_box.settled()
        await self._server.wait_closed()


async def start_receiver(
    settings: ReceiverSettings, recipients: frozenset[str], keep: KeepMail, *, max_bytes: int
) -> Receiver:
    """Listen in this event loop for mail to `recipients`; of a mail over `max_bytes` only the top is kept.

    Raises SettingsError, or OSError when the port is taken.
    """
    _quieten()
    relay = _relay(settings)
    most = settings.max_mb * 1024 * 1024
    bounds = Bounds(most=most, kept=min(max_bytes, most), whole=relay is not None)
    ours = frozenset(address.lower() for address in recipients)
    letter_box = _LetterBox(ours, keep, relay, bounds, settings.timeout_seconds)
    door = Door(settings, letter_box, letter_box.take, bounds, _tls(settings), letter_box.our_name)
    server = await asyncio.get_running_loop().create_server(door.opened, settings.host, settings.port)
    return Receiver(server, door, letter_box)


def _tls(settings: ReceiverSettings) -> ssl.SSLContext | None:
    context = server_context(settings.tls_cert_file, settings.tls_key_file)
    if settings.tls_required and context is None:
        raise SettingsError("receiver.tls_required is true: set receiver.tls_cert_file and receiver.tls_key_file")
    return context


def _relay(settings: ReceiverSettings) -> Relay | None:
    match settings.mode:
        case "copy":
            return None
        case "relay":
            return Relay(*host_and_port(settings.relay_to), settings.timeout_seconds)
        case _:
            raise SettingsError(
                'receiver.mode is not set: "copy" if your mail server keeps its own delivery, '
                '"relay" if we must hand every mail on to receiver.relay_to'
            )


def _quieten() -> None:
    """aiosmtpd logs senders and recipients at INFO and message lines at DEBUG."""
    for name in ("mail.log", "mail.debug"):
        logging.getLogger(name).setLevel(logging.ERROR)


class _LetterBox:
    """Which recipient is ours, and what becomes of the mail. The hooks have aiosmtpd's names and arguments."""

    def __init__(
        self, recipients: frozenset[str], keep: KeepMail, relay: Relay | None, bounds: Bounds, patience_seconds: float
    ) -> None:
        self._recipients = recipients
        domain = min(recipients, default="@localdomain").rpartition("@")[2]
        self.our_name = f"privacybot.{domain}"  # not the domain's own name: a mail server would see a loop
        self._keep = keep
        self._relay = relay
        self._bounds = bounds
        self._patience_seconds = patience_seconds
        self._commits: set[asyncio.Future[None]] = set()
        self._shut = False

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

    async def handle_exception(self, error: Exception) -> str:
        """Our own fault, whatever it was: the sender keeps the mail and learns no detail."""
        _log.error("mail could not be taken in", error=type(error).__name__)
        return _OUR_FAULT

    async def take(self, handed: Handed) -> str:
        """Keep the mail, and hand it on where that is our part; what we then answer."""
        if self._shut:
            return _CLOSING
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._kept(handed)
            if self._relay is not None:
                await self._relay.hand_on(handed.raw, handed.sender or "", handed.to)
        except Exception as fault:
            _log.error("mail could not be taken in or handed on", error=type(fault).__name__)
            return _OUR_FAULT
        return _KEPT

    async def _kept(self, handed: Handed) -> None:
        """The commit goes on when the client vanishes; the mail then comes twice, and is known the second time."""
        if handed.top_only or len(handed.raw) > self._bounds.kept:
            handed = replace(handed, raw=top_of(handed.raw), top_only=True)
            _log.warning("of a large mail only the top was kept", bytes=len(handed.raw))
        commit = asyncio.ensure_future(self._keep(handed))
        self._commits.add(commit)
        commit.add_done_callback(self._commits.discard)
        commit.add_done_callback(look_away)
        await asyncio.shield(commit)

    def shut(self) -> None:
        """Take nothing more: busy clients would never let us settle."""
        self._shut = True

    async def settled(self) -> None:
        """Return when no commit is under way."""
        while self._commits:
            await asyncio.wait(self._commits)
