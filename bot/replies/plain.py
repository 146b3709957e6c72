"""Other people's words made safe to print: bounded, without control characters, masked where the letter masks."""

from __future__ import annotations

import re
import unicodedata

NAME_LIMIT = 80
LINE_LIMIT = 300
TEXT_LIMIT = 20_000

_KEPT = {"\n", "\u200c", "\u200d"}  # line breaks, and joiners that some scripts need
_BREAKS = ("\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029")
_GAP = re.compile(r"[^\S\n]+")
_ADDRESS = re.compile(r"^(?P<local>[^@\s]+)@(?P<domain>[^@\s]+)$")


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """The text as one line: no line breaks, no control or direction characters, at most `limit` characters."""
    return _bounded(" ".join(_clean(text).split()), limit)


def paragraphs(text: str, limit: int = TEXT_LIMIT) -> str:
    """The text with its line breaks, but without control characters and never two blank lines in a row."""
    lines = [_GAP.sub(" ", each).strip() for each in _clean(text).split("\n")]
    return _bounded(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), limit)


def greeting_name(name: str | None) -> str | None:
    """A name fit for "Beste …", or None where it carries an address or a link instead of a name."""
    shown = line(name or "", NAME_LIMIT)
    if not shown or "@" in shown or "://" in shown or "www." in shown.lower():
        return None
    return shown


def masked(value: str) -> str:
    """Enough of an old value to recognise it, too little to use it: "s•••@klant.example", "NL•••4300"."""
    shown = line(value)
    if match := _ADDRESS.match(shown):
        return f"{shown[0]}•••@{match['domain']}"
    if len(shown) < 4:
        return "•••"
    if len(shown) < 9:
        return f"{shown[0]}•••"
    number = any(sign.isdigit() for sign in shown) and not any(sign.islower() for sign in shown)
    return f"{shown[:2]}•••{shown[-4:]}" if number else f"{shown[:2]}•••"


def _clean(text: str) -> str:
    for sign in _BREAKS:
        text = text.replace(sign, "\n")
    return "".join(each for each in text.replace("\t", " ") if not _hidden(each))


def _hidden(sign: str) -> bool:
    return sign not in _KEPT and unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co"}


def _bounded(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
