"""The health pages: whether the process lives, and whether it can work."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import Self

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

SECURITY_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "interest-cohort=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


_AT_ONCE = 200
"""Connections; more are answered 503."""

_HEAD = 16 * 1024
"""Bytes of one question without its body; more is answered 400."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Why we cannot work now; no reason means ready. Anyone may read the reasons: they hold no personal data."""

    reasons: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.reasons


def health_app(probe: Callable[[], Readiness], pages: Sequence[Route] = ()) -> Starlette:
    """`/healthz` and `/readyz`, and these pages; the probe may block and is asked in a thread."""

    async def ready(_request: Request) -> Response:
        found = await run_in_threadpool(_asked, probe)
        status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": found.ready, "reasons": list(found.reasons)}, status_code=status)

    app = Starlette(
        routes=[Route("/healthz", _alive), Route("/readyz", ready), *pages],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    # A slash too many would be answered with a redirect to whatever Host was named, without TLS, token and all.
    app.router.redirect_slashes = False
    return app


async def _alive(_request: Request) -> Response:
    return JSONResponse({"alive": True})


def _asked(probe: Callable[[], Readiness]) -> Readiness:
    try:
        return probe()
    except Exception as failed:
        log.exception("readiness cannot be told")
        return Readiness((f"readiness cannot be told ({type(failed).__name__})",))


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    phrase = HTTPStatus(refusal.status_code).phrase
    return PlainTextResponse(f"{phrase}\n", status_code=refusal.status_code, headers=refusal.headers)


async def _failed(_request: Request, _failure: Exception) -> Response:
    return PlainTextResponse("Internal Server Error\n", status_code=HTTPStatus.INTERNAL_SERVER_ERROR)


class _Guarded:
    """Puts the security headers on every answer, error pages included; a page may say one of them otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                said = {name for name, _ in headers}
                message["headers"] = [*headers, *(pair for pair in _ENCODED if pair[0] not in said)]
            await send(message)

        await self._app(scope, receive, guarded)


_ENCODED = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class _Server(uvicorn.Server):
    """A uvicorn that leaves signals to us and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class RunningServer:
    """A server in our own loop; stop it, or leave its `async with`, before the loop ends."""

    def __init__(self, server: _Server, listener: socket.socket, task: asyncio.Task[None]) -> None:
        self._server = server
        self._task = task
        self.host: str = listener.getsockname()[0]
        self.port: int = listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    async def wait(self) -> None:
        """Return when the server has ended; raise what ended it."""
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Stop listening, let running answers finish (at most five seconds), and free the port."""
        self._server.should_exit = True
        await self._task

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trail: TracebackType | None
    ) -> None:
        await self.stop()


async def serve(app: ASGIApp, host: str, port: int, proxies: Sequence[str] = ()) -> RunningServer:
    """Serve the app and return as soon as it listens; port 0 takes a free one. OSError when the port is taken.

    Who asks is believed from X-Forwarded-For only where one of `proxies` says so.
    """
    listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    config = uvicorn.Config(
        _Guarded(app),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=_AT_ONCE,
        h11_max_incomplete_event_size=_HEAD,
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(_run(server, listener), name="web pages")
    listening = asyncio.create_task(server.listening.wait())
    await asyncio.wait({task, listening}, return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    if task.done():
        task.result()
    return RunningServer(server, listener, task)


async def _run(server: _Server, listener: socket.socket) -> None:
    with listener:
        await server.serve(sockets=[listener])
