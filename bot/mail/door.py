"""Who may hand us mail: so many at a time in all and from one address."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections import Counter
from typing import Any

from bot.mail.taking import Larder
from bot.mail.visitors import GOODBYE_SECONDS, Bounds, LmtpVisitor, Takes, Visitor
from bot.settings import ReceiverSettings

_BUSY = b"421 4.3.2 Too many connections, please try again later\r\n"
_CLOSING = b"421 4.3.2 Shutting down, please try again later\r\n"
_NO_AUTH = ("LOGIN", "PLAIN")  # nobody logs in here, so AUTH is not offered
_COMMANDS = {"*": 20, "MAIL": 100, "RCPT": 200, "DATA": 100, "RSET": 200, "NOOP": 100}  # per connection


class Door:
    """Who may come in: so many at a time in all and from one address, each for a limited time."""

    def __init__(
        self,
        settings: ReceiverSettings,
        event_handler: Any,
        takes: Takes,
        bounds: Bounds,
        tls: ssl.SSLContext | None,
        our_name: str,
    ) -> None:
        """`event_handler` has aiosmtpd's hooks for the greeting and for recipients."""
        self._settings = settings
        self._event_handler = event_handler
        self._takes = takes
        self._bounds = bounds
        self._tls = tls
        self._our_name = our_name
        self._larder = Larder(settings.memory_mb * 1024 * 1024)
        self._visitors: dict[Visitor, str] = {}

    def opened(self) -> asyncio.BaseProtocol:
        """One connection's protocol: asyncio asks for it before the connection is made."""
        return _Doorstep(self)

    def let_in(self, transport: asyncio.Transport) -> None:
        """Let the client in, or tell it to come back later."""
        neighbour = _neighbourhood(transport.get_extra_info("peername"))
        there = Counter(self._visitors.values())
        if (
            there.total() >= self._settings.max_connections
            or there[neighbour] >= self._settings.max_connections_per_address
        ):
            transport.write(_BUSY)
            transport.close()
            return
        visitor = self._visitor()
        self._visitors[visitor] = neighbour
        transport.set_protocol(visitor)
        visitor.connection_made(transport)

    def _visitor(self) -> Visitor:
        settings = self._settings
        kind = LmtpVisitor if settings.protocol == "lmtp" else Visitor
        return kind(
            self._event_handler,
            self._takes,
            lambda: self._bounds.basket(self._larder),
            self._leave,
            transaction_seconds=settings.transaction_seconds,
            data_size_limit=self._bounds.most,
            enable_SMTPUTF8=True,
            hostname=self._our_name,
            ident="ready",
            tls_context=self._tls,
            require_starttls=settings.tls_required,
            timeout=settings.timeout_seconds,
            auth_exclude_mechanism=_NO_AUTH,
            command_call_limit=_COMMANDS,
            loop=asyncio.get_running_loop(),
        )

    def _leave(self, visitor: Visitor) -> None:
        self._visitors.pop(visitor, None)

    async def close(self) -> None:
        """Show everybody out, politely first."""
        visitors = [*self._visitors]
        for visitor in visitors:
            visitor.show_out(_CLOSING)
        endings = [visitor.ending for visitor in visitors if visitor.ending is not None]
        if endings:
            await asyncio.wait(endings, timeout=GOODBYE_SECONDS)
        for visitor in [*self._visitors]:
            visitor.throw_out()
        if endings:
            await asyncio.wait(endings)


def _neighbourhood(peer: Any) -> str:
    """Whose connection this is: an IPv4 address, or the IPv6 network that one customer gets."""
    try:
        address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    except (TypeError, IndexError, ValueError):
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))


class _Doorstep(asyncio.Protocol):
    """Where a client stands until it is known whether it may come in."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._door.let_in(transport)
