"""Where the company's own application tells that somebody confirmed a case while logged in: one signed POST."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cases.logins import MOST_BYTES
from bot.desk.asking import body_of
from bot.desk.limits import Limits
from bot.login_confirmation import LoginAnswer, LoginConfirmation
from bot.sources.errors import SourceError
from bot.store.errors import StoreUnavailableError

_log = structlog.get_logger(__name__)

SIGNATURE = "X-Privacybot-Signature"
_STATUS = {
    LoginAnswer.ACCEPTED: HTTPStatus.OK,
    LoginAnswer.REFUSED: HTTPStatus.FORBIDDEN,
    LoginAnswer.NOTHING_WAITS: HTTPStatus.CONFLICT,
}
_HEADERS = {"Cache-Control": "no-store"}


def login_routes(confirmation: LoginConfirmation, limits: Limits, on_news: Callable[[], None]) -> tuple[Route, ...]:
    """`/api/inloggen`, where a key is set. The answer says what came of the call, and nothing about anybody."""

    async def told(request: Request) -> Response:
        if not limits.allows(request.client.host if request.client else None):
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS)
        body, signature = await body_of(request, MOST_BYTES), request.headers.get(SIGNATURE, "")[:200]
        try:
            answer = await run_in_threadpool(confirmation.confirm, body, signature)
        except (StoreUnavailableError, SourceError) as away:
            _log.error("a signed call cannot be weighed now", trouble=str(away))
            return JSONResponse({"answer": "later"}, HTTPStatus.SERVICE_UNAVAILABLE, {**_HEADERS, "Retry-After": "60"})
        if answer is LoginAnswer.ACCEPTED:
            on_news()
        return JSONResponse({"answer": str(answer)}, status_code=_STATUS[answer], headers=_HEADERS)

    return (Route("/api/inloggen", told, methods=["POST"]),) if confirmation.open else ()
