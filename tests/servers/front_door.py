"""An office's own front door: the role `receive` of the real service, and clients that say only what they are told."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from servers.ground import HOST
from servers.office import OUR_ADDRESS, Office

from bot.rooms import Rooms
from bot.service import run


@asynccontextmanager
async def front_door(office: Office, **overrides: str) -> AsyncIterator[int]:
    """The port on which the service takes in mail; `overrides` are settings such as PROTOCOL="lmtp"."""
    wanted = {"ENABLED": "true", "MODE": "copy", "PORT": "0", **overrides}
    office.env |= {f"PRIVACYBOT_RECEIVER__{key}": value for key, value in wanted.items()}
    said: asyncio.Queue[str] = asyncio.Queue()
    serving = asyncio.ensure_future(
        run(office.settings(), ("receive",), env=office._env_now(), started=said.put_nowait)
    )
    try:
        async with asyncio.timeout(10):
            words = await said.get()
        yield int(words.rpartition(":")[2])
    finally:
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


@dataclass(frozen=True)
class Kept:
    """What an office has in its archive."""

    mails: dict[str, int]  # verdict to how many
    senders: list[str | None]  # of the cases


def kept_by(office: Office) -> Kept:
    rooms = Rooms(office.settings(), office._env_now())
    try:
        with rooms.archive.reading() as tx:
            senders = [tx.cases.get(case.ref).sender for case in tx.cases.listed()]
            return Kept({str(verdict): count for verdict, count in tx.mails.counts().items()}, senders)
    finally:
        rooms.close_now()


class Client:
    """One connection, byte for byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> bytes:
        """One answer, its last line."""
        async with asyncio.timeout(10):
            while (line := await self._reader.readline())[3:4] == b"-":
                pass
            return line

    async def say(self, words: bytes) -> bytes:
        self.writer.write(words + b"\r\n")
        return await self.answer()

    async def envelope(self, sender: str) -> None:
        await self.say(f"MAIL FROM:<{sender}>".encode())
        await self.say(f"RCPT TO:<{OUR_ADDRESS}>".encode())

    async def hand_over(self, raw: bytes, sender: str) -> bytes:
        """A whole mail, which must hold no line with a lone dot; our answer to it."""
        await self.envelope(sender)
        assert (await self.say(b"DATA")).startswith(b"354")
        return await self.say(raw + b"\r\n.")

    async def start_tls(self, ca_file: str) -> None:
        await self.writer.start_tls(ssl.create_default_context(cafile=ca_file), server_hostname=HOST)


@asynccontextmanager
async def client_at(port: int, greeting: bytes = b"EHLO klant.example") -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection(HOST, port)
    client = Client(reader, writer)
    try:
        assert (await client.answer()).startswith(b"220")
        assert (await client.say(greeting)).startswith(b"250")
        yield client
    finally:
        writer.transport.abort()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()
