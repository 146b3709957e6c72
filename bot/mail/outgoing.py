"""A letter as the bytes of a mail: the same letter always gives the same bytes, and nothing can slip into its header.

The mail is written line by line here instead of by `email.message`, whose output differs between Python versions,
folds long Message-IDs into encoded words and has let header fields through in values (CVE-2024-6923, CVE-2026-1299).
All of it is ASCII, so that no relay needs to change it.
"""

from __future__ import annotations

import base64
import email
import email.policy
import quopri
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from bot.mail.errors import AddressError, FileNameError, HeaderInjectionError

DATE_PLACEHOLDER = "Thu, 01 Jan 1970 00:00:00 +0000"
_DATE_LINE = f"Date: {DATE_PLACEHOLDER}\r\n".encode("ascii")

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})*)")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,980}>")  # printable ASCII without space, < and >; a line holds 998
_BOUNDARY = re.compile(r"[A-Za-z0-9'()+_,./:=?-]{8,70}")  # RFC 2046 section 5.1.1, without the space
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_CONTENT_TYPE = re.compile(r"(?:application|text|image)/[a-z0-9][a-z0-9.+-]{0,99}")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PLAIN_WORDS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~.,:;()\[\]-]*")

_SUBJECT_LENGTH = 200
_REFERENCES = 20  # the first, and the newest of the others
_WORD_BYTES = 42  # of UTF-8 in one encoded word: 75 characters when encoded (RFC 2047 section 2)


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """An attachment: neutral name from [A-Za-z0-9._-]."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Everything that decides the bytes of a mail, but its date."""

    sender_name: str
    sender: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    message_id: str
    boundary: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    files: tuple[OutgoingFile, ...] = ()
    automatic: bool = False  # no person approved it: RFC 3834 section 5
    token: str = ""  # how we know our own mail when it comes back


def composed(mail: OutgoingMail) -> bytes:
    """The mail with CRLF and DATE_PLACEHOLDER for its date. Raises OutgoingMailError."""
    fields = _fields(mail)
    raw = _header_block(fields) + _content(mail)
    _compare_with_what_was_set(raw, [name for name, _ in fields], mail)
    return raw


def dated(raw: bytes, at: datetime, timezone: str) -> bytes:
    """The mail with its real date, in local time of `timezone`. A mail can be dated once."""
    if not raw.startswith(_DATE_LINE):
        raise ValueError("this mail already has its date, or was not composed here")
    date = format_datetime(at.astimezone(ZoneInfo(timezone)).replace(microsecond=0))
    return f"Date: {date}\r\n".encode("ascii") + raw[len(_DATE_LINE) :]


def new_message_id(domain: str, token: str) -> str:
    """A Message-ID that nobody can guess, and that does not name this machine."""
    message_id = f"<{_checked_token(token)}.{secrets.token_hex(12)}@{domain}>"
    if not _ADDRESS.fullmatch(message_id[1:-1]):
        raise AddressError("the domain of our own address is not a domain name")
    return message_id


def new_boundary() -> str:
    """Contains "=_", which neither base64 nor quoted-printable can."""
    return f"=_{secrets.token_hex(16)}"


def plain_address(address: str) -> str:
    """The address, if it is one plain ASCII addr-spec; else AddressError."""
    found = _ADDRESS.fullmatch(address)
    if not found or len(address) > 254 or len(found["local"]) > 64:
        raise AddressError("not one plain mail address")
    return address


def clean_subject(subject: str) -> str:
    """What may stand in a Subject: one line without control or invisible characters, and nothing that looks encoded."""
    spaced = "".join(" " if char.isspace() else char for char in subject)
    visible = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    return " ".join(visible.split()).replace("=?", "= ?")[:_SUBJECT_LENGTH].rstrip()


def _fields(mail: OutgoingMail) -> list[tuple[str, str]]:
    """The header, in order. Date comes first, where `dated` looks for it."""
    fields = [
        ("Date", DATE_PLACEHOLDER),
        ("From", f"{_display_name(mail.sender_name)} <{plain_address(mail.sender)}>"),
        ("To", plain_address(mail.to)),
        ("Subject", _encoded(clean_subject(mail.subject))),
        ("Message-ID", _own_id(mail.message_id)),
    ]
    if mail.in_reply_to and _MESSAGE_ID.fullmatch(mail.in_reply_to):
        fields.append(("In-Reply-To", mail.in_reply_to))
    if references := _usable(mail.references):
        fields.append(("References", "\r\n ".join(references)))
    if mail.automatic:
        fields.append(("Auto-Submitted", "auto-replied"))
        fields.append(("X-Auto-Response-Suppress", "OOF, AutoReply"))
    if mail.token:
        fields.append(("X-Privacybot-Token", _checked_token(mail.token)))
    fields.append(("MIME-Version", "1.0"))
    return fields + _content_fields(mail)


def _content_fields(mail: OutgoingMail) -> list[tuple[str, str]]:
    if not mail.files:
        return [("Content-Type", 'text/plain; charset="utf-8"'), ("Content-Transfer-Encoding", "quoted-printable")]
    if not _BOUNDARY.fullmatch(mail.boundary):
        raise HeaderInjectionError("the boundary between parts has characters that do not belong there")
    return [("Content-Type", f'multipart/mixed; boundary="{mail.boundary}"')]


def _usable(references: tuple[str, ...]) -> list[str]:
    """Ids from other people's mail: a malformed one is left out, threading is all that it costs."""
    good = [reference for reference in references if _MESSAGE_ID.fullmatch(reference)]
    return good if len(good) <= _REFERENCES else [good[0], *good[-_REFERENCES + 1 :]]


def _own_id(message_id: str) -> str:
    if not _MESSAGE_ID.fullmatch(message_id):
        raise HeaderInjectionError("our own Message-ID is malformed")
    return message_id


def _checked_token(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise HeaderInjectionError("our own token has characters that do not belong there")
    return token


def _display_name(name: str) -> str:
    clean = clean_subject(name)
    if clean.isascii():
        quoted = clean.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return _encoded(clean)


def _encoded(text: str) -> str:
    """The text as it is, if it is short plain ASCII; else as RFC 2047 words, folded between them."""
    if len(text) <= 60 and _PLAIN_WORDS.fullmatch(text):
        return text
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(piece).decode()}?=" for piece in _utf8_pieces(text))


def _utf8_pieces(text: str) -> Iterator[bytes]:
    """Pieces of UTF-8 that never split a character."""
    piece = b""
    for char in text:
        encoded = char.encode("utf-8", "replace")
        if len(piece) + len(encoded) > _WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece


def _header_block(fields: list[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode("ascii") + b"\r\n"


def _content(mail: OutgoingMail) -> bytes:
    body = _quoted_printable(mail.text)
    if not mail.files:
        return body
    edge = f"--{mail.boundary}".encode("ascii")
    text_fields = [("Content-Type", 'text/plain; charset="utf-8"'), ("Content-Transfer-Encoding", "quoted-printable")]
    parts = [_header_block(text_fields) + body, *(_file_part(file) for file in mail.files)]
    if any(edge in part for part in parts):
        raise HeaderInjectionError("the boundary between parts also stands inside one")
    return b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"


def _quoted_printable(text: str) -> bytes:
    """Lines of at most 76 characters, ending in a line break; control characters other than tab are dropped."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(char for char in lines if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    ended = clean if clean.endswith("\n") else clean + "\n"
    return quopri.encodestring(ended.encode("utf-8")).replace(b"\n", b"\r\n")


def _file_part(file: OutgoingFile) -> bytes:
    if not _FILE_NAME.fullmatch(file.name):
        raise FileNameError("an attachment's name may hold only A-Z, a-z, 0-9, dot, underscore and hyphen")
    if not _CONTENT_TYPE.fullmatch(file.content_type):
        raise FileNameError("an attachment's content type is not one that we send")
    fields = [
        ("Content-Type", f'{file.content_type}; name="{file.name}"'),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f'attachment; filename="{file.name}"'),
    ]
    return _header_block(fields) + base64.encodebytes(file.data).replace(b"\n", b"\r\n")


def _compare_with_what_was_set(raw: bytes, names: list[str], mail: OutgoingMail) -> None:
    """Read the mail as its receiver will. Independent of everything above: the last look before approval."""
    read = email.message_from_bytes(raw, policy=email.policy.compat32)
    parts = read.get_payload() if mail.files else []
    shape = len(parts) if isinstance(parts, list) else -1
    expected = 1 + len(mail.files) if mail.files else 0
    line_breaks = raw.replace(b"\r\n", b"")
    if (
        read.keys() != names
        or shape != expected
        or read.defects
        or b"\n" in line_breaks
        or b"\r" in line_breaks
        or b"\0" in raw
        or not raw.isascii()
    ):
        raise HeaderInjectionError("the finished mail reads differently from what was set; it is not sent")
