"""The `web` process of an office, and somebody who visits its pages over real HTTP."""

from __future__ import annotations

import asyncio
import http.client
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from servers.ground import free_port
from servers.office import Office, body
from servers.smtp_sink import SmtpSink, SunkMail

from bot.service import run


def office_with_pages(home: Path, sink: SmtpSink, database_url: str | None = None, **overrides: str) -> Office:
    """An office whose letters carry links, to a port that is free now."""
    port = free_port()
    pages = {"SERVICE__PUBLIC_URL": f"http://127.0.0.1:{port}", "SERVICE__PORT": str(port)}
    return Office(home, sink, database_url=database_url, **(pages | overrides))


@asynccontextmanager
async def desk(office: Office) -> AsyncIterator[Visitor]:
    """The role `desk` runs by itself, at the office's time; whoever visits it."""
    settings = office.settings()
    listens = asyncio.Event()
    serving = asyncio.create_task(run(settings, ["desk"], env=office._env_now(), started=lambda _line: listens.set()))
    waiting = asyncio.create_task(listens.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    try:
        yield Visitor(settings.service.port)
    finally:
        waiting.cancel()
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


@dataclass(frozen=True)
class Page:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None, self.text
        return found[1]


@dataclass(frozen=True)
class Visitor:
    """Asks for pages as a browser does: from our own page, unless told otherwise."""

    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def get(self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Page:
        return await asyncio.to_thread(self.ask, method, path, None, headers or {})

    async def post(
        self, path: str, fields: Mapping[str, str], *, headers: Mapping[str, str | None] | None = None
    ) -> Page:
        return await asyncio.to_thread(self.send, path, fields, headers)

    def send(self, path: str, fields: Mapping[str, str], headers: Mapping[str, str | None] | None = None) -> Page:
        """The same, for a thread; a header that is None is left out."""
        given = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        sent = {name: value for name, value in given.items() if value is not None}
        return self.ask("POST", path, urlencode(fields).encode(), sent)

    def ask(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Page:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, content, dict(headers))
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Page(response.status, told, response.read())
        finally:
            connection.close()


def link_in(mail: SunkMail, page: str) -> str:
    """The path of the link to this page, such as "/bevestig/0f1e…"."""
    found = re.search(rf"https?://\S+/{page}/[0-9a-f]+", body(mail))
    assert found is not None, body(mail)
    return urlsplit(found[0]).path
