"""From bytes to text without surprises: charsets as mail really names them, and characters made visible."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Codecs that only map bytes to characters. Python knows others (idna, unicode_escape, utf-7 ...) that compute,
# some of them slowly; a mail may not choose those.
_FAMILIES = re.compile(
    r"(utf-8|utf-8-sig|utf-16(-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|gb2312|gbk|gb18030|big5\w*"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|hz|johab|tis-620|ptcp154|kz1048|latin-1)\Z"
)
# Declared as these, written as Windows-1252: browsers and mail programs read them so (WHATWG Encoding).
_REALLY_WINDOWS = frozenset({"ascii", "iso8859-1", "latin-1"})

_INVISIBLE = dict.fromkeys(
    (
        *map(
            ord,
            "\u200b\u200c\u2060\u2061\u2062\u2063\u2064\ufeff\u00ad\u034f\u061c\u200e\u200f\u115f\u1160\u3164\uffa0\u180e",
        ),
        *range(0xE0000, 0xE0080),  # tags: a whole alphabet that nothing draws
    )
)
_LETTERS_UNSEEN = "\u034f\u115f\u1160\u3164\uffa0"
"""Those of the invisible characters that Unicode takes for letters or their marks."""
_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0c\u2028\u2029]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def decoded_text(content: bytes, charset: str) -> tuple[str, str | None]:
    """The text, and the defect met on the way. Never fails: what cannot be read becomes U+FFFD."""
    name = _codec(charset.strip().strip("\"'")[:40] or "ascii")
    if name is None:
        return _guessed(content), "unknown charset"
    if name in _REALLY_WINDOWS:
        name = "cp1252"
        if not content.isascii():
            return _windows_or_utf8(content), None
    if name.startswith("utf-16") and b"\0" not in content:
        return _guessed(content), "broken charset"  # real UTF-16 has a zero byte in every space and line end
    try:
        return content.decode(name), None
    except (UnicodeError, LookupError):
        text = _guessed(content) if name == "utf-8" else content.decode(name, "replace")
        return text, "broken charset"


@lru_cache(maxsize=64)
def _codec(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError, TypeError):
        return None
    return name if _FAMILIES.match(name) else None


def _windows_or_utf8(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _guessed(content: bytes) -> str:
    """UTF-8 if it nearly is, else Windows-1252: a few broken bytes should not cost the other letters."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    others = sum(1 for character in text if character > "\x7f") - broken
    return text if broken <= others else content.decode("cp1252", "replace")


def visible(text: str) -> str:
    """Control and direction characters as U+202E in angle quotes; characters without width taken out."""
    if _all_seen(text.replace("\n", "").replace("\t", "").replace("\xa0", "")):
        return text
    return _SHOWN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text.translate(_INVISIBLE))


def _all_seen(text: str) -> bool:
    """Nothing but what is drawn: true of nearly all text, and known without looking at each character in Python."""
    return text.isprintable() and (text.isascii() or not any(one in text for one in _LETTERS_UNSEEN))


def tidy(text: str) -> str:
    """A body for people and for storage: line ends are LF, nothing invisible left, control characters visible."""
    lines = text.replace("\r\n", "\n")
    odd = "\r" in lines or "\x0c" in lines or not lines.isascii()
    return visible(_LINE_ENDS.sub("\n", text) if odd else lines)


def turns_direction(text: str) -> bool:
    """The text holds characters that show words in another order than they are written."""
    return bool(_BIDI.search(text))
