"""A mail as a tree of MIME parts, by the library's lenient parser, with bounded headers."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import Message
from email.policy import Policy, compat32
from email.utils import collapse_rfc2231_value
from typing import Any

from bot.mail.attaching import MAX_NAME
from bot.mail.headers import HeaderBlock, decoded, text_of

MAX_PART_HEADER = 2000  # characters of one header of a part that are looked at
MIME = ("content-type", "content-transfer-encoding", "content-disposition")


class LimitError(Exception):
    """The mail breaks a limit of its structure; the message names it."""


class Part(Message):
    """A part as our walk wants it.

    Its headers come as bounded text: the library's parameter parsing is quadratic in their length. And a mail within
    the mail is one leaf, kept to the byte: what was forwarded is evidence, and nesting it costs nothing.
    """

    def __init__(self, policy: Policy[Message] = compat32) -> None:
        super().__init__(policy)
        self._known: dict[str, str | None] = {}  # headers that were asked for before
        self._kind: str | None = None

    def set_raw(self, name: str, value: str) -> None:
        """How the parser adds a header."""
        super().set_raw(name, value)
        self._known.clear()
        self._kind = None

    @property
    def kind(self) -> str:
        """The declared type, in lower case."""
        if self._kind is None:
            self._kind = super().get_content_type()
        return self._kind

    @property
    def encoded(self) -> bytes:
        """The bytes between its headers and the next boundary, as they stand in the mail."""
        payload: object = vars(self).get("_payload")  # what `get_payload` gives has gone through a charset
        return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""

    def get_content_type(self) -> str:
        """What the parser asks before it takes a part apart."""
        return self.kind.replace("message/", "x-attached-message/", 1)

    def get(self, name: str, failobj: Any = None) -> Any:
        """The first header of that name."""
        wanted = name.lower()
        if wanted not in self._known:
            value = next((value for key, value in self.raw_items() if key.lower() == wanted), None)
            self._known[wanted] = None if value is None else _text(str(value))[:MAX_PART_HEADER]
        value = self._known[wanted]
        return failobj if value is None else value

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """One parameter. The library raises on mixed RFC 2231 continuations; then the plain form is looked for."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except Exception:
            found = re.search(
                rf';\s*{re.escape(param)}\s*=\s*(?:"([^"]*)"|([^\s;"]+))', self.get(header, ""), re.IGNORECASE
            )
            return failobj if found is None else found[1] or found[2] or ""


def _mime_lines(headers: HeaderBlock) -> Iterator[bytes]:
    for name in MIME:
        for value in headers.values(name):
            yield b"%s: %s\r\n" % (name.encode("ascii"), re.sub(rb"[\r\n]+", b" ", value))


def tree_of(headers: HeaderBlock, body: bytes, max_parts: int) -> Part:
    """The structure of the mail, by compat32: it repairs, but it does not raise on what mail contains.

    The library sees the headers that say how the body is built, as our own reading found them: a broken header line
    would make it take the rest of the block for text. Raises LimitError as soon as one part too many begins.
    """
    count = 0

    def part(policy: Policy[Message] = compat32) -> Part:
        nonlocal count
        count += 1
        if count > max_parts + 1:  # the parser makes one to try the factory
            raise LimitError("too many parts")
        return Part(policy=policy)

    mail = email.message_from_bytes(b"".join(_mime_lines(headers)) + b"\r\n" + body, part, policy=compat32)
    assert isinstance(mail, Part)
    return mail


def file_name(part: Part) -> str:
    """The name as shown to staff: no path, no control characters, bounded. Never used to open a file."""
    if not any("name" in str(part.get(header, "")).lower() for header in ("content-disposition", "content-type")):
        return ""
    try:
        raw = part.get_filename("") or part.get_param("name", "") or ""
        name = raw if isinstance(raw, str) else collapse_rfc2231_value(raw)
    except Exception:  # RFC 2231 values with unknown charsets raise
        name = "?"
    return re.split(r"[\\/]", decoded(_text(name), MAX_NAME))[-1]


def _text(value: str) -> str:
    """The parser keeps bytes outside ASCII as surrogates; here they become the characters they were meant to be."""
    try:
        return text_of(value.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return value.encode("utf-8", "replace").decode("utf-8")
