"""The connection to our own mail server: opened and logged in, kept for a burst, closed after a rest."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPHeloError, SMTPResponseException

from bot.mail.errors import TokenError
from bot.mail.tokens import TokenSource
from bot.mail.trust import certificate_trouble, client_context, insist_on_tls
from bot.settings import SendSettings, SettingsError

_OUR_NAME = "[127.0.0.1]"  # in EHLO: an address literal, so that this machine's name does not leak
_CLOSING_ROUNDS = 3  # of the event loop, until it has closed a socket: TLS, transport, file
_ALIVE_SECONDS = 5.0  # how long a server may think before a kept connection counts as dead
_GOODBYE_SECONDS = 1.0

LINE_FAULTS = (SMTPException, OSError, TokenError)
"""What can go wrong between here and a mail server that lets us in."""


class SmtpLine:
    """One connection at a time. One event loop."""

    def __init__(self, settings: SendSettings, secret: Callable[[], str] | None) -> None:
        """`secret` gives the password, or is a TokenSource. Raises SettingsError for what would be unprotected."""
        insist_on_tls(settings.tls, settings.host, "send.tls")
        if settings.user and secret is None:
            raise SettingsError("send.user is set, but there is no password for it")
        self._settings = settings
        self._secret = secret
        self._smtp: SMTP | None = None
        self._transport: asyncio.BaseTransport | None = None  # aiosmtplib lets go of it before it is closed
        self._resting: asyncio.TimerHandle | None = None

    @property
    def stands(self) -> bool:
        return self._smtp is not None and self._smtp.is_connected

    async def open(self) -> SMTP:
        """The kept connection if it still answers, else a new one. Raises one of LINE_FAULTS."""
        self._wake()
        if self._smtp is not None and await self._answers(self._smtp):
            return self._smtp
        await self.drop()
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
        await _greeted(self._smtp)
        await self._log_in(self._smtp)
        return self._smtp

    async def _answers(self, smtp: SMTP) -> bool:
        """Whether a connection that was kept is still one: asked before anything is said about a mail."""
        if not smtp.is_connected:
            return False
        try:
            await smtp.rset(timeout=min(_ALIVE_SECONDS, self._settings.timeout_seconds))
        except (SMTPException, OSError):
            return False
        return smtp.is_connected

    async def _log_in(self, smtp: SMTP) -> None:
        user, secret = self._settings.user, self._secret
        if not user or secret is None:
            return
        if self._settings.auth == "password":
            await smtp.login(user, secret())
            return
        token = await asyncio.to_thread(secret)
        try:
            await smtp.auth_xoauth2(user, token)
        except SMTPAuthenticationError:
            if isinstance(secret, TokenSource):
                secret.refused(token)
            raise

    async def drop(self) -> None:
        """Forget the connection, without waiting for the server's side of the goodbye."""
        self._wake()
        smtp, self._smtp = self._smtp, None
        transport, self._transport = self._transport, None
        if smtp is not None:
            smtp.close()
        await let_go(transport)

    async def close(self) -> None:
        """Say goodbye. Never raises."""
        if self._smtp is not None and self._smtp.is_connected:
            with contextlib.suppress(SMTPException, OSError):
                await self._smtp.quit(timeout=_ALIVE_SECONDS)
        await self.drop()

    def rest(self) -> None:
        """Nothing more to say for now: after `send.idle_seconds` of that the connection is closed."""
        self._wake()
        if self.stands:
            loop = asyncio.get_running_loop()
            self._resting = loop.call_later(self._settings.idle_seconds, self._leave)

    def _wake(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None

    def _leave(self) -> None:
        smtp, self._smtp = self._smtp, None
        transport, self._transport = self._transport, None
        if smtp is None or not isinstance(transport, asyncio.WriteTransport):
            return
        with contextlib.suppress(SMTPException, OSError):
            if smtp.protocol is not None and smtp.is_connected:
                smtp.protocol.write(b"QUIT\r\n")
        asyncio.get_running_loop().call_later(_GOODBYE_SECONDS, transport.abort)  # unless the server was first

    def trouble(self, fault: BaseException) -> str:
        """One line that names the mend, for a fault that `open` raised."""
        host = f"{self._settings.host}:{self._settings.port}"
        if isinstance(fault, TokenError):
            return str(fault)
        if isinstance(fault, SMTPAuthenticationError):
            return f"{host} refuses the login of send.user: check send.user and {self._proof()}"
        for link in _chain(fault):
            if words := certificate_trouble(link, host, "send"):
                return words
        if isinstance(fault, SMTPResponseException):
            return f"{host} turns us away ({fault.code})"
        if isinstance(fault, SMTPException) and "STARTTLS" in fault.message:
            return f"{host} does not offer STARTTLS, and nothing leaves in plain text: check send.port and send.tls"
        return f"no connection to {host}: check send.host and send.port ({type(fault).__name__})"

    def _proof(self) -> str:
        if self._settings.auth == "password":
            return "its password"
        return "the rights of oauth.client_id (with Microsoft 365 SMTP.SendAsApp, and SMTP AUTH for this mailbox)"


async def _greeted(smtp: SMTP) -> None:
    """Over TLS anew, so that it is known what the server offers; a very old one offers nothing."""
    if smtp.is_ehlo_or_helo_needed:
        with contextlib.suppress(SMTPHeloError):
            await smtp.ehlo()


async def let_go(transport: asyncio.BaseTransport | None) -> None:
    """Close a connection for certain: over TLS, aiosmtplib leaves it to the server when that happens."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    for _ in range(_CLOSING_ROUNDS):
        await asyncio.sleep(0)


def _chain(fault: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while fault is not None and fault not in links:
        links.append(fault)
        fault = fault.__cause__ or fault.__context__
    return links
