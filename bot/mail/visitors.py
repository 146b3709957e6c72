"""One connection of somebody who hands us mail: how much he may say, and for how long."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from bot.mail.taking import Basket, Dictation, Larder, Shut

LINE_BYTES = 64 * 1024
"""What a command line may not exceed, and how much of a line of mail is read at once; mail has longer ones."""

_ERRORS = 20  # refusals for good in one connection, after which the client is shown out
_LIFETIMES = 20  # a connection may last so many times its idle timeout
GOODBYE_SECONDS = 1.0

_TOO_SLOW = b"421 4.4.2 Too slow, please try again later\r\n"
_TOO_MANY_ERRORS = b"421 4.7.0 Too many errors\r\n"
_AHEAD = "554 5.5.0 Wait for our answer before you send the mail"
_ANSWERS = {
    Shut.TOO_LARGE: "552 5.3.4 This mail is larger than we take",
    Shut.NO_ROOM: "452 4.3.1 Too much mail at once, please try again later",
}


@dataclass(frozen=True, slots=True)
class Handed:
    """One mail as a client handed it over, with what only the connection knows."""

    raw: bytes = field(repr=False)
    sender: str | None = field(repr=False)  # the envelope's; None is the null sender
    to: str = field(repr=False)
    client_ip: str = field(default="", repr=False)
    helo: str = field(default="", repr=False)  # what the client calls itself
    top_only: bool = False  # the rest was too large to keep


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one mail may hold, in bytes."""

    most: int  # larger is refused, and the sender is told
    kept: int  # of a larger one only the top is kept
    whole: bool  # all of it must be held until it was handed on

    def basket(self, larder: Larder) -> Basket:
        return Basket(self.most, math.inf if self.whole else self.kept, larder)


Takes = Callable[[Handed], Awaitable[str]]
"""Takes one whole mail and returns our answer; never raises, but for being cancelled."""


class Visitor(SMTP):
    """One connection. Its clock runs from the last bytes, within one time for a mail and one for the whole visit."""

    line_length_limit = LINE_BYTES

    def __init__(
        self,
        event_handler: Any,
        takes: Takes,
        basket: Callable[[], Basket],
        leave: Callable[[Visitor], None],
        *,
        transaction_seconds: float,
        **options: Any,
    ) -> None:
        super().__init__(event_handler, **options)
        self._takes = takes
        self._basket = basket
        self._leave = leave
        self._transaction_seconds = transaction_seconds
        self._errors = 0
        self._ends_at = self.loop.time() + _LIFETIMES * self._timeout_duration
        self._mail_ends_at = math.inf

    @property
    def ending(self) -> asyncio.Task[None] | None:
        """The task that talks to the client; it ends when the connection does."""
        task: asyncio.Task[None] | None = self._handler_coroutine
        return task

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.ending is not None:
            self.ending.add_done_callback(look_away)

    def data_received(self, data: bytes) -> None:
        self._reset_timeout()
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._leave(self)
        super().connection_lost(error)

    def _reset_timeout(self, duration: float | None = None) -> None:
        now = self.loop.time()
        left = min(self._ends_at, self._mail_ends_at) - now
        super()._reset_timeout(max(min(duration or self._timeout_duration, left), 0.001))

    def _timeout_cb(self) -> None:
        self.show_out(_TOO_SLOW)

    def _set_post_data_state(self) -> None:
        self._mail_ends_at = math.inf
        super()._set_post_data_state()  # type: ignore[no-untyped-call]

    async def push(self, status: Any) -> None:
        """Say something; a client that is refused time and again is shown out."""
        await super().push(status)
        self._errors += str(status).startswith("5")
        if self._errors > _ERRORS:
            self.show_out(_TOO_MANY_ERRORS)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        self._mail_ends_at = min(self._mail_ends_at, self.loop.time() + self._transaction_seconds)
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Take in one mail. Unlike aiosmtpd's own: lines of any length, and memory within bounds."""
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 First MAIL and RCPT, please")
        elif arg:
            await self.push("501 5.5.4 Syntax: DATA")
        elif self._reader._buffer:  # type: ignore[attr-defined]
            # Whoever does not wait for our answer may not mean the same by it as we do: one of us would be fooled.
            await self.push(_AHEAD)
            self.show_out(b"")
        else:
            await self._take_in_mail()

    async def _take_in_mail(self) -> None:
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        basket = self._basket()
        try:
            await self._fill(basket)
            self._stop_clock()  # now the client waits for us
            answer = _ANSWERS[basket.shut] if basket.shut else await self._takes(self._handed(basket))
        finally:
            basket.empty()
        self._set_post_data_state()
        self._reset_timeout()
        await self.push(answer)

    async def _fill(self, basket: Basket) -> None:
        """Read up to the end of the mail. A client that goes away before never leaves half of one."""
        dictation = Dictation()
        while dictation.rest is None:
            piece = await self._reader.read(LINE_BYTES)
            if not piece:
                raise ConnectionResetError
            basket.add(dictation.heard(piece))
        self._reader._buffer[:0] = dictation.rest  # type: ignore[attr-defined]

    def _handed(self, basket: Basket) -> Handed:
        envelope, session = self.envelope, self.session
        assert envelope is not None
        assert session is not None
        return Handed(
            raw=basket.content(),
            sender=_shown(None if envelope.mail_from in (None, "", "<>") else envelope.mail_from),
            to=envelope.rcpt_tos[0],
            client_ip=str(session.peer[0]) if isinstance(session.peer, tuple) else "",
            helo=_shown(session.host_name) or "",
            top_only=basket.top_only,
        )

    def _stop_clock(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    def show_out(self, words: bytes) -> None:
        """Say goodbye; who does not listen is thrown out a moment later."""
        if isinstance(self.transport, asyncio.WriteTransport) and not self.transport.is_closing():
            self.transport.write(words)
            self.transport.close()
            self.loop.call_later(GOODBYE_SECONDS, self.throw_out)

    def throw_out(self) -> None:
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()


class LmtpVisitor(Visitor, LMTP):
    """The same over LMTP (RFC 2033): one recipient per transaction, so one answer per mail."""


def _shown(words: str | None) -> str | None:
    """Without the half characters that stand for bytes outside UTF-8."""
    return None if words is None else words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def look_away(task: asyncio.Future[Any]) -> None:
    """The client was told, or nobody is left to tell; without a look asyncio would report a forgotten exception."""
    if not task.cancelled():
        task.exception()
