"""What our own mail server wrote about the sender in Authentication-Results (RFC 8601): the border's word, or nothing.

Anybody can write this header. It counts only where the company's own server wrote it, and only if it can be read in one
way: one more result, an odd comment or a quoted piece, and nobody said anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import authres

from bot.mail.authentication.verdict import SenderCheck, SenderVerdict
from bot.mail.headers import Field, HeaderBlock

_NAME = "authentication-results"
_LONGEST = 4096  # characters of one header that is interpreted
_DMARC = re.compile(r"dmarc\s*(?:/\s*\d+\s*)?(?:\([^()]*\)\s*)*=", re.IGNORECASE)
_FROM = re.compile(r"header\s*\.\s*from\s*=", re.IGNORECASE)
_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_EXCHANGE_PART = re.compile(r"([a-z-]{1,20})=([a-z]{1,20})((?: [A-Za-z.-]{1,40}=[^\s=;()\"]{0,320})*)\Z")
_AUTH_AS = "x-ms-exchange-organization-authas"

_VERDICTS = {
    "pass": SenderVerdict.PASS,
    "fail": SenderVerdict.FAIL,
    "temperror": SenderVerdict.TEMPORARY,
}


@dataclass(frozen=True, slots=True)
class Stated:
    """One dmarc result: the word, and the domain in From that it is about."""

    result: str
    domain: str


class UnclearError(Exception):
    """The header gives no verdict; why, in words for staff."""


def by_own_server(block: HeaderBlock, domain: str, authserv_id: str, mx_host: str) -> SenderCheck:
    """The verdict of the server with this id about the domain in From; `mx_host` as in its own Received headers."""
    wanted = authserv_id.lower()
    try:
        fields = _above_own_received(block, mx_host.lower()) if mx_host else _topmost_run(block)
        values = [text for field in fields if _claims(text := _text(field), wanted)]
        if not values:
            raise UnclearError(f"{wanted} heeft niets over de afzender geschreven")
        _require_one(values)
        stated = [result for text in values for result in _by_library(text, wanted)]
    except UnclearError as why:
        return SenderCheck(SenderVerdict.NONE, (str(why),))
    return _verdict(stated, domain, wanted)


def by_exchange(block: HeaderBlock, domain: str) -> SenderCheck:
    """The verdict of Exchange Online, whose header names no server.

    Trusted: the topmost header, and only in a mail with one X-MS-Exchange-Organization-AuthAs that says "Anonymous".
    Exchange strips headers of that family from what comes from outside, and adds its own result above what is there.
    """
    came_as = [text.strip().lower() for text in block.texts(_AUTH_AS)]
    fields = [field for field in block.fields if field.name == _NAME]
    try:
        if came_as == ["internal"]:
            raise UnclearError("het bericht komt volgens Exchange van binnen de eigen organisatie")
        if came_as != ["anonymous"]:
            raise UnclearError("het bericht draagt geen kenmerk van Exchange Online")
        if not fields:
            raise UnclearError("Exchange Online heeft niets over de afzender geschreven")
        text = _text(fields[0])
        _require_one([text])
        stated = _of_exchange(text)
    except UnclearError as why:
        return SenderCheck(SenderVerdict.NONE, (str(why),))
    return _verdict(stated, domain, "Exchange Online")


# Which headers


def _above_own_received(block: HeaderBlock, mx_host: str) -> Sequence[Field]:
    """What stands above the first Received of our own server: nobody outside could put it there.

    Any "by" in it counts, so that no name a stranger gave himself can hide the line.
    """
    for place, field in enumerate(block.fields):
        if field.name == "received" and mx_host in {host.lower() for host in _BY.findall(_text(field, limit=None))}:
            return [above for above in block.fields[:place] if above.name == _NAME]
    raise UnclearError(f"het bericht kwam niet langs {mx_host}")


def _topmost_run(block: HeaderBlock) -> Sequence[Field]:
    """The first of these headers with those directly below it."""
    run: list[Field] = []
    for field in block.fields:
        if field.name == _NAME:
            run.append(field)
        elif run:
            break
    return run


def _text(field: Field, limit: int | None = _LONGEST) -> str:
    text = " ".join(field.value[:limit].decode("latin-1").split())
    if limit is not None and (len(field.value) > limit or not text.isascii() or not text.isprintable()):
        raise UnclearError("wat de mailserver over de afzender schreef is niet te lezen")
    return text


def _claims(text: str, wanted: str) -> bool:
    """Whether it says to be of this server; the id is what stands before the first space, comment or semicolon."""
    named = re.match(r'[\s"]*([^\s;("]*)', _COMMENT.sub("", text))
    return named is not None and named[1].lower() == wanted


# What they say


def _require_one(values: Sequence[str]) -> None:
    """One dmarc result in all, counted in the bare text: also within comments and quotes, where a trick would hide."""
    whole = " ; ".join(values)
    if any(";" in comment for comment in _COMMENT.findall(whole)) or _still_has_brackets(whole):
        raise UnclearError("wat de mailserver over de afzender schreef is op meer manieren te lezen")
    if not _DMARC.search(whole):
        raise UnclearError("de mailserver noemt geen DMARC-uitkomst")
    if len(_DMARC.findall(whole)) != 1 or len(_FROM.findall(whole)) != 1:
        raise UnclearError("de mailserver noemt meer dan een DMARC-uitkomst, of geen domein")


def _still_has_brackets(text: str) -> bool:
    return bool(re.search(r"[()\\]", _COMMENT.sub("", text)))


def _by_library(text: str, wanted: str) -> list[Stated]:
    try:
        header = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {text}")
    except Exception as unreadable:  # half a dozen kinds on hostile headers
        raise UnclearError("wat de mailserver over de afzender schreef is niet te lezen") from unreadable
    if (header.authserv_id or "").lower() != wanted:
        raise UnclearError("wat de mailserver over de afzender schreef is op meer manieren te lezen")
    return [
        Stated(str(result.result).lower(), str(one.value).lower())
        for result in header.results
        if str(result.method).lower() == "dmarc"
        for one in result.properties
        if (str(one.type).lower(), str(one.name).lower()) == ("header", "from")
    ]


def _of_exchange(text: str) -> list[Stated]:
    """`spf=pass (sender IP is ...) smtp.mailfrom=a.example; dmarc=pass action=none header.from=a.example; ...`"""
    stated = []
    for part in text.split(";"):
        found = _EXCHANGE_PART.match(" ".join(_COMMENT.sub(" ", part).split()))
        if found is None:
            raise UnclearError("wat Exchange Online over de afzender schreef is niet te lezen")
        if found[1] == "dmarc":
            properties = dict(piece.split("=", 1) for piece in found[3].split())
            stated.append(Stated(found[2], properties.get("header.from", "").lower()))
    return stated


def _verdict(stated: Sequence[Stated], domain: str, who: str) -> SenderCheck:
    if len(stated) != 1 or stated[0].domain != domain:
        return SenderCheck(SenderVerdict.NONE, (f"de uitkomst van {who} gaat niet over {domain}",))
    result = stated[0].result
    verdict = _VERDICTS.get(result, SenderVerdict.NONE)
    words = {
        SenderVerdict.PASS: f"volgens {who} komt het bericht echt van {domain} (DMARC klopt)",
        SenderVerdict.FAIL: f"volgens {who} komt het bericht niet van {domain} (DMARC klopt niet)",
        SenderVerdict.TEMPORARY: f"{who} kon {domain} even niet nagaan",
        SenderVerdict.NONE: f"volgens {who} is van {domain} niets te zeggen (DMARC: {result})",
    }
    return SenderCheck(verdict, (words[verdict],))
