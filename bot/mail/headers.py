"""The header block, read from its raw bytes: fields in order, anomalies named, values decoded within bounds.

The standard library's parser silently drops or repairs odd header lines (a first line `From :`, a folded name,
two From headers); who wrote a mail may not hang on a repair, so the lines are looked at here before it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property

from bot.mail.charsets import decoded_text, visible

MAX_HEADERS = 200
MAX_VALUE = 16 * 1024  # bytes, one header that we read
MAX_IDS = 100  # message ids taken from one mail
MAX_ID = 500  # characters of one message id
MAX_WORDS = 200  # encoded words decoded in one value
MAX_SHOWN = 300  # characters of a header shown to staff
MAX_SUBJECT = 500

# Headers whose value is interpreted; all others only count towards the size of the block.
READ = frozenset(
    {
        "from",
        "to",
        "cc",
        "reply-to",
        "sender",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "return-path",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "delivered-to",
        "x-original-to",
    }
)

_NAME = re.compile(rb"[!-9;-~]+\Z")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]*)\?=")
_MESSAGE_ID = re.compile(rf"<[^<>\s]{{1,{MAX_ID}}}>")
_BARE_ID = re.compile(r"[^<>\s@]{1,250}@[^<>\s@]{1,250}\Z")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: its name in lower case and its unfolded value, still bytes."""

    name: str
    value: bytes


@dataclass(frozen=True)
class HeaderBlock:
    """All fields in order, and what is wrong with the lines themselves.

    An anomaly means that two programs may read this block differently: the sender is then unverifiable.
    """

    fields: tuple[Field, ...]
    anomalies: tuple[str, ...]
    stray: bytes = b""  # lines without a colon: perhaps the text of a mail that lacks the empty line

    def values(self, name: str) -> tuple[bytes, ...]:
        """Every value of the header, in order; `name` in lower case."""
        return self._by_name.get(name, ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[bytes, ...]]:
        found: dict[str, list[bytes]] = {}
        for field in self.fields:
            found.setdefault(field.name, []).append(field.value)
        return {name: tuple(values) for name, values in found.items()}

    def texts(self, name: str) -> tuple[str, ...]:
        """Every value as text; bytes outside ASCII read as UTF-8, else as Windows-1252."""
        return tuple(text_of(value) for value in self.values(name))

    def text(self, name: str) -> str:
        """The first value as text, or the empty string."""
        return next(iter(self.texts(name)), "")


def in_two(raw: bytes) -> tuple[bytes, bytes]:
    """Header block and body: before and behind the first empty line (all is header if there is none)."""
    end = re.search(rb"(?:\A|\r?\n)\r?\n", raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def header_block(block: bytes, known: Iterable[str] = ()) -> HeaderBlock:
    """Take the block apart, line by line, as strictly as RFC 5322 writes it. `known` are anomalies seen before."""
    fields: list[Field] = []
    anomalies: dict[str, None] = dict.fromkeys(known)
    stray: list[bytes] = []
    for lines in _logical_lines(block):
        anomaly = _anomaly(lines[0])
        if anomaly:
            anomalies[anomaly] = None
            stray += lines if b":" not in lines[0] else []
            continue
        name, _, first = lines[0].partition(b":")
        value = b" ".join(part.strip(b" \t") for part in (first, *lines[1:]))
        fields.append(Field(name.decode("ascii").lower(), value.strip()))
    for byte, what in ((b"\0", "NUL in the header block"), (b"\r", "bare CR in the header block")):
        if byte in block.replace(b"\r\n", b"\n"):
            anomalies[what] = None
    return HeaderBlock(tuple(fields), tuple(anomalies), b"\n".join(stray))


def _logical_lines(block: bytes) -> Iterator[list[bytes]]:
    """Each header line with its continuation lines; a continuation that comes first stands alone."""
    current: list[bytes] = []
    for line in re.split(rb"\r\n|\n", block):
        if line[:1] in (b" ", b"\t") and current:
            current.append(line)
            continue
        if current:
            yield current
        current = [line] if line else []
    if current:
        yield current


def _anomaly(line: bytes) -> str | None:
    name, colon, _ = line.partition(b":")
    if line[:1] in (b" ", b"\t"):
        return "first header line is a continuation"
    if line.startswith((b"From ", b">From ")) and name.rstrip() != b"From":
        return "envelope line in the header block"
    if not colon:
        return "header line without a colon"
    if name != name.rstrip(b" \t"):
        return "space between header name and colon"
    if not _NAME.match(name):
        return "header name with odd characters"
    return None


def over_limit(block: bytes, max_block: int) -> str | None:
    """Which limit the raw header block breaks, or None. Cheap: nothing is interpreted."""
    if len(block) > max_block:
        return "header block too large"
    count = 0
    for lines in _logical_lines(block):
        count += 1
        name = lines[0].partition(b":")[0].strip().decode("ascii", "replace").lower()
        if name in READ and sum(map(len, lines)) > MAX_VALUE:
            return "header too long"
    return "too many headers" if count > MAX_HEADERS else None


def text_of(value: bytes) -> str:
    """A raw header value as text, without guessing at its encoded words."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return decoded_text(value, "utf-8")[0]


def decoded(value: str, limit: int = MAX_SHOWN) -> str:
    """The value with its encoded words decoded (RFC 2047), on one line, control characters made visible."""
    return visible(" ".join(_words_decoded(value[:MAX_VALUE]).split()))[:limit]


def _words_decoded(value: str) -> str:
    """Neighbouring words of one charset are joined as bytes first: clients cut inside a character."""
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    end = 0
    for count, match in enumerate(_ENCODED_WORD.finditer(value)):
        if count >= MAX_WORDS:
            break
        between = value[end : match.start()]
        charset, content = match[1].partition("*")[0].lower(), _word_bytes(match[2], match[3])
        if pending and not between.strip() and pending[0] == charset:
            pending = (charset, pending[1] + content)
        else:
            out += _word_text(pending), "" if pending and not between.strip() else between
            pending = (charset, content)
        end = match.end()
    return "".join((*out, _word_text(pending), value[end:]))


def _word_text(word: tuple[str, bytes] | None) -> str:
    return decoded_text(word[1], word[0])[0] if word else ""


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    if encoding in "bB":
        try:
            return base64.b64decode(raw + b"=" * (-len(raw) % 4))
        except (binascii.Error, ValueError):
            return raw
    return binascii.a2b_qp(raw, header=True)


def message_ids(value: str) -> tuple[str, ...]:
    """The `<...>` tokens of a Message-ID, In-Reply-To or References header, in order, without repeats.

    Some programs wrap long ids in encoded words, some leave out the brackets: both are read.
    """
    if "=?" in value and "<" not in value:
        value = "".join(_words_decoded(value[:MAX_VALUE]).split())
    found = dict.fromkeys(match[0] for match in _MESSAGE_ID.finditer(value[:MAX_VALUE]))
    if not found and _BARE_ID.match(value.strip()):
        found = {f"<{value.strip()}>": None}
    return tuple(visible(one) for one in found)


def dated_at(value: str) -> datetime | None:
    """The moment a Date header claims, in UTC; None where it cannot be read. Without a zone it is taken as UTC."""
    try:
        moment = parsedate_to_datetime(value[:200])
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
