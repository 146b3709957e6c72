"""The MIME tree, walked within limits: the texts that are the mail's own words, and what hangs on it."""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import Policy, compat32
from email.utils import collapse_rfc2231_value

from bot.mail.charsets import decoded_text, tidy, visible
from bot.mail.content import content_type_of
from bot.mail.headers import MAX_VALUE, decoded, message_ids, text_of
from bot.mail.message import Attachment

MAX_TEXT = 256 * 1024  # characters of one body
MAX_ATTACHED_TEXT = 64 * 1024  # bytes of a text attachment that are kept as text
MAX_NAME = 150  # characters of a file name

_BODIES = ("text/plain", "text/html")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/delivery-status")


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
    returned_ids: dict[str, None] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)
    bounce: bool = False  # inside a multipart/report


def tree(raw: bytes, max_parts: int) -> Message:
    """The structure of the mail, by compat32: it repairs, but it does not raise on what mail contains.

    Raises LimitError as soon as one part too many begins.
    """
    count = 0

    def part(policy: Policy[Message] = compat32) -> Message:
        nonlocal count
        count += 1
        if count > max_parts + 1:  # the parser makes one to try the factory
            raise LimitError("too many parts")
        return Message(policy=policy)

    return email.message_from_bytes(raw, part, policy=compat32)


def parts_of(mail: Message, max_depth: int) -> Parts:
    """Bodies and attachments in the order of the mail. Raises LimitError."""
    found = Parts(bounce=mail.get_content_type() == "multipart/report")
    found.bodies += _bodies(mail, found, max_depth)
    return found


def _bodies(part: Message, found: Parts, depth: int) -> Iterator[Body]:
    """The bodies under this part; whatever is no body becomes an attachment on the way."""
    if depth < 0:
        raise LimitError("too deep")
    _note_defects(part, found)
    kind = part.get_content_type()
    if part.is_multipart() and not kind.startswith("message/"):
        below = [body for child in _children(part) for body in _bodies(child, found, depth - 1)]
        yield from _alternatives(below) if kind == "multipart/alternative" else below
    elif kind in _BODIES and not _attached(part):
        yield _body(part, kind, found)
    else:
        _attach(part, kind, found)
        _check_depth(part, depth)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _check_depth(part: Message, depth: int) -> None:
    """A forwarded mail may be nested too, but no deeper than the whole mail may be."""
    waiting = [(child, depth - 1) for child in _children(part)]
    while waiting:
        child, left = waiting.pop()
        if left < 0:
            raise LimitError("too deep")
        waiting += [(grandchild, left - 1) for grandchild in _children(child)]


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


def _body(part: Message, kind: str, found: Parts) -> Body:
    text, defect = decoded_text(_content(part, found), _charset(part))
    if defect:
        found.defects[defect] = None
    if kind == "text/html":
        return Body(html=text)
    if len(text) > MAX_TEXT:
        found.defects["text cut"] = None
    return Body(plain=tidy(text[:MAX_TEXT]))


def _attached(part: Message) -> bool:
    """Sent along as a file: it says so, or it has a file name."""
    disposition = _header(part, "content-disposition").strip().lower()
    return disposition.startswith("attachment") or bool(_file_name(part))


def _attach(part: Message, kind: str, found: Parts) -> None:
    content = _content(part, found)
    if found.bounce and kind in _RETURNED:
        found.returned_ids.update(dict.fromkeys(_returned_ids(content)))
    shown_kind = content_type_of(content, kind)
    text = None
    if shown_kind == "text/plain":
        text = tidy(decoded_text(content[:MAX_ATTACHED_TEXT], _charset(part))[0])
    if shown_kind.startswith(("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp")):
        found.defects["encrypted"] = None
    found.attachments.append(
        Attachment(_file_name(part), shown_kind, len(content), hashlib.sha256(content).hexdigest(), text)
    )


def _returned_ids(content: bytes) -> Iterator[str]:
    """Message-IDs in the headers of a returned mail, or in a delivery status."""
    for match in re.finditer(
        rb"^(?:X-)?(?:Original-)?Message-ID:[ \t]*(?:\r?\n[ \t]+)?([^\r\n]{1,600})", content[:65536], re.I | re.M
    ):
        yield from message_ids(text_of(match[1]))


def _content(part: Message, found: Parts) -> bytes:
    """The decoded bytes. A forwarded mail gives its own bytes as they were, as far as the parser kept them."""
    if part.is_multipart():
        return _flat(part, found)
    try:
        payload = part.get_payload(decode=True)
    except Exception:  # broken encodings fail in many ways, and are shown
        found.defects["broken transfer encoding"] = None
        payload = None
    return payload if isinstance(payload, bytes) else b""


def _flat(part: Message, found: Parts) -> bytes:
    """The bytes of a message/* part, which the parser has already taken apart."""
    try:
        return b"".join(child.as_bytes() for child in _children(part))
    except Exception:  # as_bytes raises on headers it cannot write again
        found.defects["attached mail could not be copied"] = None
        return b"".join(str(child.items()).encode("utf-8", "replace") for child in _children(part))


def _header(part: Message, name: str) -> str:
    """One header of a part as bounded text: compat32 hands out objects and surrogates where bytes were odd."""
    value = part.get(name)
    return str(value)[:MAX_VALUE] if value is not None else ""


def _charset(part: Message) -> str:
    value = part.get_param("charset", "", unquote=True)
    return str(value[2] if isinstance(value, tuple) else value)[:40]


def _file_name(part: Message) -> str:
    """The name as shown to staff: no path, no control characters, bounded. Never used to open a file."""
    try:
        raw = part.get_filename("") or part.get_param("name", "") or ""
        name = raw if isinstance(raw, str) else collapse_rfc2231_value(raw)
    except Exception:  # RFC 2231 values with unknown charsets raise
        name = "?"
    clean = decoded(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), MAX_NAME)
    return visible(re.split(r"[\\/]", clean)[-1])


def _note_defects(part: Message, found: Parts) -> None:
    for defect in part.defects:
        found.defects[re.sub(r"(?<!^)(?=[A-Z])", " ", type(defect).__name__.removesuffix("Defect")).lower()] = None
    for name in ("content-type", "content-transfer-encoding", "content-disposition"):
        if len(part.get_all(name, [])) > 1:
            found.defects[f"more than one {name}"] = None
        if len(_header(part, name)) >= MAX_VALUE:
            raise LimitError("header too long")
