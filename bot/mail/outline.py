"""How a mail is built, for people who look at one: its parts as a tree, and the headers that say where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.mail.charsets import visible
from bot.mail.headers import HeaderBlock, decoded, header_block, in_two, text_of
from bot.mail.tree import LimitError, Part, file_name, tree_of
from bot.settings import ParsingSettings

_MAX_SHOWN = 40  # header fields
_TELLING = frozenset(
    {
        *("from", "sender", "reply-to", "return-path", "to", "cc", "delivered-to", "subject", "date", "message-id"),
        *("in-reply-to", "references", "auto-submitted", "precedence", "x-auto-response-suppress", "list-id"),
        *("list-unsubscribe", "disposition-notification-to", "return-receipt-to", "authentication-results"),
        *("content-type", "x-autoreply", "x-autorespond", "x-failed-recipients"),
    }
)
_COUNTED = ("received", "dkim-signature", "arc-seal")


@dataclass(frozen=True, slots=True)
class OutlinePart:
    """One part of the tree; `size` is in bytes after decoding, 0 for one that only holds others."""

    depth: int
    kind: str
    size: int
    charset: str = ""
    name: str = field(default="", repr=False)
    disposition: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """Header fields by name in the order of the mail, and its parts; `counted` are fields whose number tells more."""

    headers: tuple[tuple[str, str], ...] = field(repr=False)
    counted: tuple[tuple[str, int], ...]
    parts: tuple[OutlinePart, ...]


def outline_of(raw: bytes, limits: ParsingSettings) -> Outline:
    """The outline; without parts where a limit is broken. Bounded like `parsed`, and as safe to call."""
    block, body = in_two(raw[: limits.max_mail_mb * 1024 * 1024])
    headers = header_block(block[: limits.max_header_kb * 1024])
    try:
        parts = tuple(_parts(tree_of(headers, body, limits.max_parts), 0, limits.max_depth))
    except (LimitError, RecursionError):
        parts = ()
    return Outline(_shown(headers), _counts(headers), parts)


def _shown(headers: HeaderBlock) -> tuple[tuple[str, str], ...]:
    telling = (one for one in headers.fields if one.name in _TELLING)
    return tuple((one.name, decoded(text_of(one.value))) for one in telling)[:_MAX_SHOWN]


def _counts(headers: HeaderBlock) -> tuple[tuple[str, int], ...]:
    numbers = ((name, len(headers.values(name))) for name in _COUNTED)
    return tuple((name, number) for name, number in numbers if number)


def _parts(part: Part, depth: int, deepest: int) -> Iterator[OutlinePart]:
    inner = [child for child in part.get_payload() if isinstance(child, Part)] if part.is_multipart() else []
    yield OutlinePart(
        depth=depth,
        kind=visible(part.kind)[:100],
        size=0 if inner else _size(part),
        charset=visible(str(part.get_param("charset", "")))[:40],
        name=file_name(part),
        disposition=visible(str(part.get("content-disposition", "")).partition(";")[0].strip())[:40],
    )
    if depth < deepest:
        for child in inner:
            yield from _parts(child, depth + 1, deepest)


def _size(part: Part) -> int:
    try:
        content = part.get_payload(decode=True)
    except Exception:  # broken encodings fail in many ways
        return 0
    return len(content) if isinstance(content, bytes) else 0
