"""What one of our own letters says: its subject and its words, read back from the bytes that left."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message


@dataclass(frozen=True, slots=True)
class Saying:
    subject: str = field(repr=False)
    text: str = field(repr=False)


def saying_of(raw: bytes) -> Saying:
    """Only for mail that `composed` made: its first text is all of its words, and nobody else wrote its header."""
    mail: Message = email.message_from_bytes(raw, policy=email.policy.compat32)
    words = next((part for part in mail.walk() if part.get_content_type() == "text/plain"), mail)
    content = words.get_payload(decode=True)
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return Saying(str(make_header(decode_header(mail.get("Subject", "")))), text.replace("\r\n", "\n"))
