"""The public pages: confirming a request, fetching the files of an answer. Looking never acts; only a button does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import assert_never

import structlog
from babel.numbers import format_decimal
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.confirmation import Answered, Confirmation, Question
from bot.desk.asking import accepted_language, chosen_language, form_of, require_own_page, require_plain
from bot.desk.limits import Limits
from bot.desk.texts import Pages
from bot.exports.handing import Pack
from bot.handout import Handout, Shelf, Wrong
from bot.replies.values import LOCALES, day
from bot.sources.errors import SourceError
from bot.store.errors import StoreUnavailableError
from bot.triage.labels import Language, RequestKind

_log = structlog.get_logger(__name__)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
)

Word = Callable[[RequestKind, str], str]
"""A right in words of a language."""

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Public:
    """What the public pages stand on."""

    url: str  # scheme, host and port under which customers see them
    pages: Pages
    confirmation: Confirmation
    handout: Handout
    limits: Limits
    asked: Word
    on_news: Callable[[], None]  # there is work to do

    def routes(self) -> tuple[Route, ...]:
        return (
            Route("/pagina.css", self._style),
            Route("/bevestig/gedaan", self._guarded(self._confirmed)),
            Route("/bevestig/gemeld", self._guarded(self._denied)),
            Route("/bevestig/{token}", self._guarded(self._confirm), methods=["GET", "POST"]),
            Route("/afhalen/{token}", self._guarded(self._download), methods=["GET", "POST"]),
        )

    def _guarded(self, page: Handler) -> Handler:
        """Every page is counted, and every refusal is a page in words."""

        async def answered(request: Request) -> Response:
            if not self.limits.allows(request.client.host if request.client else None):
                return self._message("slow", request, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": "60"})
            try:
                require_plain(request)
                if request.method == "POST":
                    require_own_page(request, self.url)
                return await page(request)
            except HTTPException as refusal:
                return self._message("refused", request, HTTPStatus(refusal.status_code))
            except (StoreUnavailableError, SourceError) as away:
                _log.error("a page cannot be shown: something that it stands on does not answer", trouble=str(away))
                return self._message("slow", request, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "60"})

        return answered

    async def _style(self, _request: Request) -> Response:
        return Response(self.pages.style, media_type="text/css", headers={**HEADERS, "Cache-Control": "max-age=3600"})

    # Confirming

    async def _confirm(self, request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "POST":
            return await self._question(request, token)
        form = await form_of(request)
        match form.get("antwoord"):
            case "ja":
                return await self._yes(request, token, form.get("code", ""))
            case "nee":
                said = await run_in_threadpool(self.confirmation.no, token)
                self.on_news()
                return self._on_to("/bevestig/gemeld", request) if said else self._gone(request)
            case _:
                raise HTTPException(HTTPStatus.BAD_REQUEST)

    async def _question(self, request: Request, token: str, *, wrong: bool = False) -> Response:
        question = await run_in_threadpool(self.confirmation.question, token)
        if question is None:
            return self._gone(request)
        language = _language(request, question.language)
        values = self._of_question(question, language) | {"wrong": wrong}
        return _html(self.pages.page("confirm", language, values), _status(wrong=wrong))

    def _of_question(self, question: Question, language: str) -> dict[str, object]:
        return {
            "ref": question.ref,
            "date": day(question.received_on, language),
            "kinds": tuple(self.asked(kind, language) for kind in question.kinds),
            "from_another_address": question.from_this_address is False,
            "left": question.tries_left,
        }

    async def _yes(self, request: Request, token: str, code: str) -> Response:
        answered = await run_in_threadpool(self.confirmation.yes, token, code[:100])
        match answered:
            case Answered.PROVED:
                self.on_news()
                return self._on_to("/bevestig/gedaan", request)
            case Answered.WRONG:
                return await self._question(request, token, wrong=True)
            case Answered.CLOSED:
                return self._gone(request)
            case _:
                assert_never(answered)

    async def _confirmed(self, request: Request) -> Response:
        return self._message("confirmed", request)

    async def _denied(self, request: Request) -> Response:
        return self._message("denied", request)

    # Fetching

    async def _download(self, request: Request) -> Response:
        token = request.path_params["token"]
        if request.method != "POST":
            return await self._offer(request, token)
        form = await form_of(request)
        if "bewijs" in form:
            pack = await run_in_threadpool(self.handout.fetch, token, form["bewijs"][:100])
            return self._gone(request) if pack is None else _handed(pack)
        if "wachtwoord" not in form:
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        entered = await run_in_threadpool(self.handout.enter, token, form["wachtwoord"][:200])
        match entered:
            case None:
                return self._gone(request)
            case Wrong():
                return await self._offer(request, token, wrong=True)
            case Shelf():
                return self._shelf(request, entered)
            case _:
                assert_never(entered)

    async def _offer(self, request: Request, token: str, *, wrong: bool = False) -> Response:
        offer = await run_in_threadpool(self.handout.offer, token)
        if offer is None:
            return self._gone(request)
        language = _language(request, offer.language)
        page = self.pages.page("download", language, {"ref": offer.ref, "left": offer.tries_left, "wrong": wrong})
        return _html(page, _status(wrong=wrong))

    def _shelf(self, request: Request, shelf: Shelf) -> Response:
        language = _language(request, shelf.language)
        values = {
            "ref": shelf.ref,
            "files": tuple({"name": name, "size": size_in_words(size, language)} for name, size in shelf.files),
            "left": shelf.left,
            "ticket": shelf.ticket,
        }
        return _html(self.pages.page("files", language, values))

    # What they share

    def _gone(self, request: Request) -> Response:
        """The same for a link that never was, is used, is too old or was taken back."""
        return self._message("gone", request, HTTPStatus.NOT_FOUND)

    def _message(
        self,
        name: str,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        language = chosen_language(request) or accepted_language(request)
        return _html(self.pages.message(name, language), status, more)

    def _on_to(self, path: str, request: Request) -> Response:
        """Back to a page that may be loaded again: nothing is sent twice."""
        language = chosen_language(request) or accepted_language(request)
        return RedirectResponse(f"{path}?taal={language}", HTTPStatus.SEE_OTHER, headers=HEADERS)


def size_in_words(size: int, language: str) -> str:
    """ "48 kB", "1,2 MB": decimal, as file managers count."""
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if size >= unit:
            return f"{format_decimal(round(size / unit, 1), locale=LOCALES[language])} {name}"
    return f"{size} bytes"


def _language(request: Request, of_case: Language) -> str:
    """That of the switch, else that of the case; letters in neither of ours are read in English."""
    return chosen_language(request) or ("nl" if of_case is Language.DUTCH else "en")


def _status(*, wrong: bool) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK


def _html(
    page: str, status: HTTPStatus = HTTPStatus.OK, more: Mapping[str, str] = MappingProxyType({})
) -> HTMLResponse:
    return HTMLResponse(page, status_code=status, headers={**HEADERS, **more})


def _handed(pack: Pack) -> Response:
    headers = {
        **HEADERS,
        "Content-Disposition": f'attachment; filename="{pack.name}"',
        "Content-Length": str(pack.size),
    }
    return StreamingResponse(pack, media_type="application/zip", headers=headers, background=BackgroundTask(pack.close))
