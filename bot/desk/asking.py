"""What a browser asks of a public page, read with narrow limits: odd questions are refused, not guessed at."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

_FORM = "application/x-www-form-urlencoded"
_BODY = 4096  # bytes; our longest form has two short fields
_FIELDS = 6
_QUERY = 100  # characters
_HEADERS = 16 * 1024  # bytes
_SECONDS = 10.0

LANGUAGES = ("nl", "en")


def require_plain(request: Request) -> None:
    """Raises HTTPException 414 for a query that is none of ours, and 431 for more headers than a browser has."""
    if len(request.url.query) > _QUERY:
        raise HTTPException(HTTPStatus.REQUEST_URI_TOO_LONG)
    if sum(len(name) + len(value) for name, value in request.headers.raw) > _HEADERS:
        raise HTTPException(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)


def chosen_language(request: Request) -> str | None:
    """The language of the switch link, if it was followed."""
    chosen = request.query_params.get("taal")
    return chosen if chosen in LANGUAGES else None


def accepted_language(request: Request) -> str:
    """For pages that belong to no case: what the browser likes best of ours."""
    for wish in request.headers.get("accept-language", "")[:200].lower().split(","):
        language = wish.strip()[:2]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def require_own_page(request: Request, public_url: str) -> None:
    """Only a form on our own page acts. Raises HTTPException 403.

    A browser that says so (Sec-Fetch-Site) is believed: under our Referrer-Policy its Origin is "null".
    """
    site = request.headers.get("sec-fetch-site")
    own = site == "same-origin" if site is not None else request.headers.get("origin") == public_url
    if not own:
        raise HTTPException(HTTPStatus.FORBIDDEN)


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a small form, the first of each name. Raises HTTPException 408, 413, 415 or 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = await body_of(request, _BODY)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return dict(reversed(pairs))


async def body_of(request: Request, most: int) -> bytes:
    """The whole body. Raises HTTPException 413 above so many bytes, 408 when it is slow, 400 when it breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from None
    return bytes(body)
