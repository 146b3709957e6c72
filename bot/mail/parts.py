"""The MIME tree, walked within limits: the texts that are the mail's own words, and what hangs on it."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import Policy, compat32
from email.utils import collapse_rfc2231_value
from typing import Any

from bot.mail.attaching import MAX_NAME, File, opened
from bot.mail.charsets import decoded_text, tidy
from bot.mail.documents.reading import Budget
from bot.mail.headers import HeaderBlock, decoded, message_ids, text_of
from bot.mail.message import Attachment
from bot.mail.splicing import Places

MAX_TEXT = 256 * 1024  # characters of a mail's text, and of any one body
MAX_REPORT = 64 * 1024  # bytes of a report for machines that are read
MAX_PART_HEADER = 2000  # characters of one header of a part that are looked at

_BODIES = ("text/plain", "text/html")
_MIME = ("content-type", "content-transfer-encoding", "content-disposition")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/delivery-status")


_STATUSES = ("message/delivery-status", "message/global-delivery-status")


class LimitError(Exception):
    """The mail breaks a limit of its structure; the message names it."""


@dataclass(frozen=True, slots=True)
class Body:
    """One body: the same words as plain text and as HTML, or one of them."""

    plain: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Parts:
    """What the walk has found so far."""

    bodies: list[Body] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    forwarded: list[bytes] = field(default_factory=list)  # whole mails that hang on this one
    files_within: list[str] = field(default_factory=list)  # names of what hangs on those; it stays closed
    returned_ids: dict[str, None] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)
    bounce: bool = False  # inside a multipart/report
    enveloped: list[Body] = field(default_factory=list)  # texts of winmail.dat and of odd text types
    budget: Budget | None = None  # for documents; without one they stay closed
    places: Places | None = None  # without it nobody asks where the parts lie
    statuses: list[str] = field(default_factory=list)  # what became of a mail, for machines (RFC 3464)
    receipts: list[str] = field(default_factory=list)  # that a mail was read, for machines (RFC 8098)


class Part(Message):
    """A part as our walk wants it.

    Its headers come as bounded text: the library's parameter parsing is quadratic in their length. And a mail within
    the mail is one leaf, kept to the byte: what was forwarded is evidence, and nesting it costs nothing.
    """

    @property
    def kind(self) -> str:
        """The declared type, in lower case."""
        return super().get_content_type()

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
        value = next((value for key, value in self.raw_items() if key.lower() == wanted), None)
        return failobj if value is None else _text(str(value))[:MAX_PART_HEADER]

    def get_param(self, param: str, failobj: Any = None, header: str = "content-type", unquote: bool = True) -> Any:
        """One parameter. The library raises on mixed RFC 2231 continuations; then the plain form is looked for."""
        try:
            return super().get_param(param, failobj, header, unquote)
        except Exception:
            found = re.search(
                rf';\s*{re.escape(param)}\s*=\s*(?:"([^"]*)"|([^\s;"]+))', self.get(header, ""), re.IGNORECASE
            )
            return failobj if found is None else found[1] or found[2] or ""


def parts_of(
    headers: HeaderBlock,
    body: bytes,
    max_parts: int,
    max_depth: int,
    budget: Budget | None = None,
    places: Places | None = None,
) -> Parts:
    """Bodies and attachments in the order of the mail. Raises LimitError."""
    mail = tree_of(headers, body, max_parts)
    found = Parts(bounce=mail.kind == "multipart/report", budget=budget, places=places)
    if headers.stray.strip():
        found.bodies.append(Body(plain=tidy(text_of(headers.stray))[:MAX_TEXT]))
    found.bodies += _bodies(mail, found, max_depth)
    if not any((body.plain or body.html or "").strip() for body in found.bodies):
        found.bodies += found.enveloped  # else Outlook says the same twice
    return found


def _mime_lines(headers: HeaderBlock) -> Iterator[bytes]:
    for name in _MIME:
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


def _bodies(part: Part, found: Parts, depth: int, boundary: bytes | None = None) -> Iterator[Body]:
    """The bodies under this part; whatever is no body becomes an attachment on the way.

    A multipart without parts has lost its boundary: its text is shown as it stands.
    """
    if depth < 0:
        raise LimitError("too deep")
    _note_defects(part, found)
    if part.is_multipart():
        children = [child for child in part.get_payload() if isinstance(child, Part)]
        edge = _boundary(part)
        below = [body for child in children for body in _bodies(child, found, depth - 1, edge)]
        yield from _alternatives(below) if part.kind == "multipart/alternative" else below
    elif part.kind.startswith("multipart/") or (part.kind in _BODIES and not _attached(part)):
        yield _body(part, found)
    else:
        _attach(part, found, boundary)


def _boundary(part: Part) -> bytes:
    return str(part.get_boundary("")).encode("utf-8", "surrogateescape")


def _alternatives(bodies: list[Body]) -> list[Body]:
    """Plain and HTML forms of one text become one body; a form too many stays visible as a body of its own."""
    plains = [body for body in bodies if body.plain is not None and body.html is None]
    pages = [body for body in bodies if body.html is not None and body.plain is None]
    if not plains or not pages:
        return bodies
    joined = Body(plains[0].plain, pages[0].html)
    return [
        joined,
        *plains[1:],
        *pages[1:],
        *(body for body in bodies if body.plain is not None and body.html is not None),
    ]


def _body(part: Part, found: Parts) -> Body:
    text, defect = decoded_text(_content(part, found), _charset(part))
    if defect:
        found.defects[defect] = None
    if part.kind == "text/html":
        return Body(html=text)
    if len(text) > MAX_TEXT:
        found.defects["text cut"] = None
    return Body(plain=tidy(text[:MAX_TEXT]))


def _attached(part: Part) -> bool:
    """Sent along as a file: it says so, or it has a file name."""
    disposition = _header(part, "content-disposition").strip().lower()
    return disposition.startswith("attachment") or bool(file_name(part))


def _attach(part: Part, found: Parts, boundary: bytes | None) -> None:
    content = _content(part, found)
    if part.kind in _STATUSES:
        found.statuses.append(_report_text(content))
    elif part.kind == "message/disposition-notification":
        found.receipts.append(_report_text(content))
    if found.bounce and part.kind in _RETURNED:
        found.returned_ids.update(dict.fromkeys(_returned_ids(content)))
    elif part.kind == "message/rfc822":
        found.forwarded.append(content)
    place = None if found.places is None else found.places.of(part.encoded, boundary)
    file = File(content, file_name(part), part.kind, _charset(part), place)
    inside = opened(file, found.budget)
    found.attachments += inside.attachments
    found.defects.update(dict.fromkeys(inside.defects))
    if part.kind.startswith("text/") and not _attached(part):  # RFC 2046 section 4.1.4: to be read as plain
        found.enveloped.append(Body(plain=tidy(decoded_text(content, _charset(part))[0][:MAX_TEXT])))
    if inside.plain or inside.html:
        found.enveloped.append(Body(inside.plain and tidy(inside.plain[:MAX_TEXT]), inside.html))


def _report_text(content: bytes) -> str:
    return text_of(content[:MAX_REPORT])


def _returned_ids(content: bytes) -> Iterator[str]:
    """Message-IDs in the headers of a returned mail, or in a delivery status."""
    for match in re.finditer(
        rb"^(?:X-)?(?:Original-)?Message-ID:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]{1,600})", content[:65536], re.I | re.M
    ):
        yield from message_ids(text_of(match[1]))


def _content(part: Part, found: Parts) -> bytes:
    """The decoded bytes."""
    try:
        payload = part.get_payload(decode=True)
    except Exception:  # broken encodings fail in many ways, and are shown
        found.defects["broken transfer encoding"] = None
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _header(part: Part, name: str) -> str:
    return str(part.get(name, ""))


def _text(value: str) -> str:
    """The parser keeps bytes outside ASCII as surrogates; here they become the characters they were meant to be."""
    try:
        return text_of(value.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # a surrogate that stands for no byte
        return value.encode("utf-8", "replace").decode("utf-8")


def _charset(part: Part) -> str:
    value = part.get_param("charset", "", unquote=True)
    return str(value[2] if isinstance(value, tuple) else value)[:40]


def file_name(part: Part) -> str:
    """The name as shown to staff: no path, no control characters, bounded. Never used to open a file."""
    try:
        raw = part.get_filename("") or part.get_param("name", "") or ""
        name = raw if isinstance(raw, str) else collapse_rfc2231_value(raw)
    except Exception:  # RFC 2231 values with unknown charsets raise
        name = "?"
    return re.split(r"[\\/]", decoded(_text(name), MAX_NAME))[-1]


def _note_defects(part: Part, found: Parts) -> None:
    for defect in part.defects:
        found.defects[re.sub(r"(?<!^)(?=[A-Z])", " ", type(defect).__name__.removesuffix("Defect")).lower()] = None
    for name in _MIME:
        if len(part.get_all(name, [])) > 1:
            found.defects[f"more than one {name}"] = None
        if len(_header(part, name)) >= MAX_PART_HEADER:
            found.defects["header cut"] = None
