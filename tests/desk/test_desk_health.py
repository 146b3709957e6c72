"""The health pages, asked over real HTTP."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.desk.health import SECURITY_HEADERS, Readiness, RunningServer, health_app, serve


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


async def asked(server: RunningServer, path: str, method: str = "GET") -> Answer:
    return await asyncio.to_thread(_ask, server.port, path, method)


def _ask(port: int, path: str, method: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
    finally:
        connection.close()


def pages(probe: Callable[[], Readiness] = Readiness) -> Any:
    return serve(health_app(probe), "127.0.0.1", 0)


async def test_a_living_process_says_so_even_when_it_cannot_work() -> None:
    async with await pages(lambda: Readiness(("the database does not answer",))) as server:
        answer = await asked(server, "/healthz")

    assert (answer.status, answer.json()) == (200, {"alive": True})


async def test_ready_without_reasons_is_200() -> None:
    async with await pages() as server:
        answer = await asked(server, "/readyz")

    assert (answer.status, answer.json()) == (200, {"ready": True, "reasons": []})


async def test_not_ready_is_503_and_names_the_reasons() -> None:
    reasons = ("the database does not answer", "run: privacybot migrate")

    async with await pages(lambda: Readiness(reasons)) as server:
        answer = await asked(server, "/readyz")

    assert (answer.status, answer.json()) == (503, {"ready": False, "reasons": list(reasons)})


def failing() -> Readiness:
    raise OSError("sanne@klant.example")


async def test_a_probe_that_fails_means_not_ready_and_its_words_stay_inside() -> None:
    async with await pages(failing) as server:
        answer = await asked(server, "/readyz")

    assert answer.status == 503
    assert "OSError" in answer.body
    assert "sanne" not in answer.body


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/cases/KB-2026-0042", 404), ("POST", "/readyz", 405), ("DELETE", "/healthz", 405)],
)
async def test_anything_else_is_refused_with_a_plain_page_that_repeats_nothing(
    method: str, path: str, status: int
) -> None:
    async with await pages() as server:
        answer = await asked(server, path, method)

    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert "KB-2026" not in answer.body


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nowhere"])
async def test_every_answer_carries_the_security_headers_and_hides_the_server(path: str) -> None:
    async with await pages() as server:
        answer = await asked(server, path)

    assert {name: answer.headers.get(name.lower()) for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert "server" not in answer.headers


async def test_stopping_frees_the_port() -> None:
    server = await pages()
    port = server.port

    await server.stop()

    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


async def test_a_taken_port_is_an_error_at_once() -> None:
    async with await pages() as server:
        with pytest.raises(OSError, match="in use"):
            await serve(health_app(Readiness), "127.0.0.1", server.port)


async def test_the_server_leaves_signals_to_the_service() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    async with await pages():
        during = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)

    assert during == before


async def test_waiting_for_the_server_ends_when_it_is_stopped_and_a_cancelled_wait_does_not_stop_it() -> None:
    server = await pages()
    impatient = asyncio.create_task(server.wait())
    await asyncio.wait({impatient}, timeout=0.01)
    impatient.cancel()

    assert (await asked(server, "/healthz")).status == 200
    await server.stop()
    await server.wait()
