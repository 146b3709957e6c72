"""The MIME tree walked within limits: the texts that are the mail's own words, and what hangs on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.mail.attaching import File, opened
from bot.mail.charsets import decoded_text, tidy
from bot.mail.content import SIGNED, ZIP
from bot.mail.documents.reading import Budget
from bot.mail.headers import HeaderBlock, header_block, in_two, message_ids, over_limit, text_of
from bot.mail.message import Attachment, Holder, HolderKind
from bot.mail.pictures import pictures_of
from bot.mail.smime import signed_content
from bot.mail.splicing import Places, Within
from bot.mail.tree import MAX_PART_HEADER, MIME, LimitError, Part, file_name, tree_of

MAX_TEXT = 256 * 1024  # characters of a mail's text, and of any one body
MAX_REPORT = 64 * 1024  # bytes of a report for machines that are read
MAX_SIGNED = 2  # S/MIME envelopes that are opened, one in the other or side by side
MAX_SIGNED_HEADER = 64 * 1024  # bytes of the header block in one

_BODIES = ("text/plain", "text/html")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/delivery-status")


_STATUSES = ("message/delivery-status", "message/global-delivery-status")


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
    forwarded: list[File] = field(default_factory=list)  # whole mails that hang on this one
    zips: list[File] = field(default_factory=list)
    files_within: list[Attachment] = field(default_factory=list)  # in pages; later also in those mails and zips
    returned_ids: dict[str, None] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)
    bounce: bool = False  # inside a multipart/report
    enveloped: list[Body] = field(default_factory=list)  # texts of winmail.dat and of odd text types
    budget: Budget | None = None  # for documents; without one they stay closed
    places: Places | Within | None = None  # without it nobody asks where the parts lie
    holders: tuple[Holder, ...] = ()  # what all of this lies in
    max_parts: int = 0
    signed: int = 0  # S/MIME envelopes opened
    statuses: list[str] = field(default_factory=list)  # what became of a mail, for machines (RFC 3464)
    receipts: list[str] = field(default_factory=list)  # that a mail was read, for machines (RFC 8098)


def parts_of(
    headers: HeaderBlock,
    body: bytes,
    max_parts: int,
    max_depth: int,
    budget: Budget | None = None,
    places: Places | Within | None = None,
    holders: tuple[Holder, ...] = (),
) -> Parts:
    """Bodies and attachments in the order of the mail. Raises LimitError."""
    mail = tree_of(headers, body, max_parts)
    found = Parts(budget=budget, places=places, holders=holders, max_parts=max_parts)
    found.bounce = mail.kind == "multipart/report"
    found.bodies += [*_stray(headers), *_bodies(mail, found, max_depth)]
    if not any((body.plain or body.html or "").strip() for body in found.bodies):
        found.bodies += found.enveloped  # else Outlook says the same twice
    return found


def _stray(headers: HeaderBlock) -> Iterator[Body]:
    """The text of a mail that lacks the empty line."""
    if headers.stray.strip():
        yield Body(plain=tidy(text_of(headers.stray))[:MAX_TEXT])


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
        yield _body(part, found, boundary)
    else:
        yield from _leaf(part, found, depth, boundary)


def _leaf(part: Part, found: Parts, depth: int, boundary: bytes | None) -> list[Body]:
    """A file; or what the mail says, where that was signed in one piece and looks like a file."""
    content = _content(part, found)
    place = None if found.places is None else found.places.of(part.encoded, boundary)
    file = File(content, file_name(part), part.kind, _charset(part), place, found.holders)
    signed = signed_content(content) if found.signed < MAX_SIGNED else None
    if signed is None:
        _attach(part, file, found)
        return []
    return _signed(file, signed, found, depth)


def _signed(file: File, entity: bytes, found: Parts, depth: int) -> list[Body]:
    """The bodies of a mail inside its signature. What hangs on it lies in the envelope. Raises LimitError."""
    found.signed += 1
    found.attachments.append(file.attachment(SIGNED, None, "signature not checked"))
    found.defects["signature not checked"] = None
    block, body = in_two(entity)
    if reason := over_limit(block, MAX_SIGNED_HEADER):
        raise LimitError(reason)
    headers, outside = header_block(block), (found.places, found.holders)
    found.places, found.holders = Within(file.place), (*file.holders, Holder(HolderKind.SIGNED, file.name))
    bodies = [*_stray(headers), *_bodies(tree_of(headers, body, found.max_parts), found, depth - 1)]
    found.places, found.holders = outside
    return bodies


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


def _body(part: Part, found: Parts, boundary: bytes | None) -> Body:
    text, defect = decoded_text(_content(part, found), _charset(part))
    if defect:
        found.defects[defect] = None
    if part.kind == "text/html":
        place = None if found.places is None else found.places.of(part.encoded, boundary)
        found.files_within += pictures_of(text, found.places, place, found.holders)
        return Body(html=text)
    if len(text) > MAX_TEXT:
        found.defects["text cut"] = None
    return Body(plain=tidy(text[:MAX_TEXT]))


def _attached(part: Part) -> bool:
    """Sent along as a file: it says so, or it has a file name."""
    disposition = _header(part, "content-disposition").strip().lower()
    return disposition.startswith("attachment") or bool(file_name(part))


def _attach(part: Part, file: File, found: Parts) -> None:
    content = file.content
    if part.kind in _STATUSES:
        found.statuses.append(_report_text(content))
    elif part.kind == "message/disposition-notification":
        found.receipts.append(_report_text(content))
    if found.bounce and part.kind in _RETURNED:
        found.returned_ids.update(dict.fromkeys(_returned_ids(content)))
    elif part.kind == "message/rfc822":
        found.forwarded.append(file)
    inside = opened(file, found.budget)
    found.attachments += inside.attachments
    if inside.attachments[0].content_type == ZIP:
        found.zips.append(file)
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


def _charset(part: Part) -> str:
    value = part.get_param("charset", "", unquote=True)
    return str(value[2] if isinstance(value, tuple) else value)[:40]


def _note_defects(part: Part, found: Parts) -> None:
    for defect in part.defects:
        found.defects[re.sub(r"(?<!^)(?=[A-Z])", " ", type(defect).__name__.removesuffix("Defect")).lower()] = None
    for name in MIME:
        if len(part.get_all(name, [])) > 1:
            found.defects[f"more than one {name}"] = None
        if len(_header(part, name)) >= MAX_PART_HEADER:
            found.defects["header cut"] = None
