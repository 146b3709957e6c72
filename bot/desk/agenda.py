"""Where calendar programs of staff fetch the terms: one secret address, which shows references and dates only."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.asking import require_plain
from bot.desk.limits import Limits
from bot.store.errors import StoreUnavailableError
from bot.terms_feed import PATH, TermsFeed

_log = structlog.get_logger(__name__)

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Disposition": 'inline; filename="termijnen.ics"',
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def agenda_routes(feed: TermsFeed, limits: Limits) -> tuple[Route, ...]:
    """An address that is wrong, old or was never made is not found: one answer for all three."""

    async def fetched(request: Request) -> Response:
        if not limits.allows(request.client.host if request.client else None):
            raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "60"})
        require_plain(request)
        try:
            terms = await run_in_threadpool(feed.at, request.path_params["token"])
        except StoreUnavailableError as away:
            _log.error("the terms cannot be shown now", trouble=str(away))
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"}) from None
        if terms is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(terms, media_type="text/calendar; charset=utf-8", headers=_HEADERS)

    return (Route(PATH, fetched, methods=["GET"]),)
