"""A mail server that keeps what it gets, and misbehaves on demand. It lives in a thread and loop of its own."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from servers.certificates import Certificates
from servers.ground import HOST

from bot.settings import SendSettings

Stage = Literal["CONNECT", "MAIL", "RCPT", "DATA", "END"]
DROP = "drop"  # as an answer: the connection is cut instead
HANG = "hang"  # as an answer: none comes
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class SunkMail:
    """One mail as the sink took it."""

    sender: str  # empty is the null sender
    to: tuple[str, ...]
    raw: bytes
    tls: bool
    login: str | None
    options: tuple[str, ...] = ()  # what MAIL and RCPT asked of delivery reports


class SmtpSink:
    """`mails` holds what was accepted. `answers[stage]` are replies to give instead of 250, one each, then 250 again.

    END is the answer after the final dot; DATA the one before the mail (354 otherwise).
    """

    def __init__(self, certificates: Certificates, *, starttls: bool = True, tls: bool = False) -> None:
        self.certificates = certificates
        self.mails: list[SunkMail] = []
        self.offered: list[bytes] = []  # also what was then refused
        self.answers: dict[Stage, deque[str]] = {stage: deque() for stage in ("CONNECT", "MAIL", "RCPT", "DATA", "END")}
        self.connections = 0
        self.goodbyes = 0
        self.greetings: list[str] = []  # what clients call themselves
        self.password: str | None = None  # when set, AUTH is required; only with STARTTLS
        self.token: str | None = None  # what XOAUTH2 must show
        self.dsn = False  # whether reports on delivery are offered (RFC 3461)
        self._starttls = starttls
        self._tls = tls
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._open: set[_SinkSession] = set()
        self._mute: set[asyncio.BaseTransport] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-sink")
        self._thread.start()
        self._server = self._call(self._listen())
        self.host = HOST
        self.port: int = self._server.sockets[0].getsockname()[1]

    def settings(self, **changes: Any) -> SendSettings:
        """Settings that send here."""
        mode = "tls" if self._tls else "starttls" if self._starttls else "none"
        known: dict[str, Any] = {
            "host": HOST,
            "port": self.port,
            "tls": mode,
            "ca_file": self.certificates.ca_file,
            "timeout_seconds": 5.0,
        }
        return SendSettings(**{**known, **changes})

    def answer(self, stage: Stage, *replies: str) -> None:
        self.answers[stage].extend(replies)

    def wait_for(self, count: int) -> list[SunkMail]:
        """The mails, once there are so many."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.mails) >= count, timeout=_PATIENCE_SECONDS)
            assert enough, f"{len(self.mails)} mails came, not {count}"
            return list(self.mails)

    def wait_until_empty(self) -> None:
        """Until no client is connected any more."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: not self._open, timeout=_PATIENCE_SECONDS)

    def hang_up(self) -> None:
        """Close every connection that a client holds open."""

        async def close_all() -> None:
            for session in [*self._open]:
                if session.transport is not None:
                    session.transport.close()

        self._call(close_all())

    def close(self) -> None:
        self._call(self._closed())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_PATIENCE_SECONDS)

    async def _listen(self) -> asyncio.Server:
        context = self.certificates.server_context() if self._tls else None
        return await self._loop.create_server(self._session, HOST, 0, ssl=context)

    def _session(self) -> asyncio.BaseProtocol:
        self.connections += 1
        if greeting := self._instead("CONNECT"):
            return _Unwilling(self, greeting)
        return _SinkSession(
            self,
            hostname="sink.example",
            loop=self._loop,
            tls_context=self.certificates.server_context() if self._starttls and not self._tls else None,
            auth_required=self.password is not None,
            auth_require_tls=self._starttls,
            authenticator=self._login,
            enable_SMTPUTF8=True,
        )

    def _login(self, _server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, secret: Any) -> AuthResult:
        good = self.password is not None and secret.password == self.password.encode()
        return AuthResult(success=good, handled=good, auth_data=secret.login)

    async def _closed(self) -> None:
        self._server.close()
        tasks = []
        for transport in self._mute:
            transport.abort()
        for session in [*self._open]:
            tasks.append(session._handler_coroutine)
            for transport in (session.transport, session._original_transport):
                if transport is not None:
                    transport.abort()
        if tasks:
            await asyncio.wait(tasks)
        await self._server.wait_closed()

    def _instead(self, stage: Stage) -> str | None:
        return self.answers[stage].popleft() if self.answers[stage] else None

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return [responses[0], *["250-DSN"] * self.dsn, *responses[1:]]

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """As Google describes it: the token at once; who is refused is told why, and says that it has seen that."""
        user, token, *_ = base64.b64decode(args[1]).decode().split("\x01")
        if self.token is not None and token == f"auth=Bearer {self.token}":
            return AuthResult(success=True, auth_data=user.removeprefix("user=").encode())
        await server.challenge_auth(b'{"status":"401"}')
        return AuthResult(success=False, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._instead("MAIL"):
            return await server.misbehave(reply)
        envelope.mail_from = address  # "<>" is the null sender
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._instead("RCPT"):
            return await server.misbehave(reply)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.offered.append(envelope.original_content or b"")
        if reply := self._instead("END"):
            return await server.misbehave(reply)
        login = session.auth_data.decode() if isinstance(session.auth_data, bytes) else None
        mail = SunkMail(
            (envelope.mail_from or "").replace("<>", ""),
            tuple(envelope.rcpt_tos),
            envelope.original_content or b"",
            tls=self._tls or session.ssl is not None,
            login=login,
            options=tuple(server.asked),
        )
        with self._arrived:
            self.mails.append(mail)
            self._arrived.notify_all()
        return "250 OK kept"


class _Unwilling(asyncio.Protocol):
    """A server that does not greet as it should."""

    def __init__(self, sink: SmtpSink, greeting: str) -> None:
        self._sink = sink
        self._greeting = greeting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink._mute.add(transport)
        if self._greeting not in (DROP, HANG):
            transport.write(self._greeting.encode() + b"\r\n")
        if self._greeting != HANG:
            transport.close()


class _SinkSession(SMTP):
    line_length_limit = 1024 * 1024

    def __init__(self, sink: SmtpSink, **options: Any) -> None:
        super().__init__(sink, **options)
        self._sink = sink
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._sink._open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        with self._sink._arrived:
            self._sink._open.discard(self)
            self._sink._arrived.notify_all()

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        self._sink.goodbyes += 1
        await super().smtp_QUIT(arg)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self.asked = []
        await super().smtp_MAIL(self._without_reports(arg))

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        await super().smtp_RCPT(self._without_reports(arg))

    def _without_reports(self, arg: str) -> str:
        """aiosmtpd knows nothing of reports on delivery: what asks for them is written down."""
        words = arg.split()
        asked = [word for word in words if word.startswith(("RET=", "ENVID=", "NOTIFY=", "ORCPT="))]
        self.asked += asked
        return " ".join(word for word in words if word not in asked) if self._sink.dsn else arg

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if reply := self._sink._instead("DATA"):
            await self.push(await self.misbehave(reply))
            return
        await super().smtp_DATA(arg)

    async def misbehave(self, reply: str) -> str:
        """The reply to give; or none ever, with the connection cut or left hanging."""
        if reply == DROP:
            self.transport.abort()
        if reply in (DROP, HANG):
            await asyncio.Event().wait()
        return reply
