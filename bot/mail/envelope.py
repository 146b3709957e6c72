"""What our mail server is told about a letter: to whom it goes, and what we want to hear of it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from email.message import Message

from aiosmtplib import SMTP

from bot.mail.errors import AddressError
from bot.mail.outgoing import plain_address

_OTHER_RECIPIENTS = ("Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
_ENVID_LENGTH = 100  # RFC 3461 section 4.4


@dataclass(frozen=True, slots=True)
class Envelope:
    """One letter, one recipient."""

    sender: str  # empty is the null sender of automatic mail (RFC 3834 section 3.3)
    to: str = field(repr=False)
    message_id: str = ""

    def options(self, smtp: SMTP) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What to add to MAIL and RCPT where the server can report on delivery (RFC 3461); else nothing.

        Reports bring back our own reference, the Message-ID, and of the letter its header only. Nobody could be told
        about mail with the null sender.
        """
        if not self.sender or not smtp.supports_extension("dsn"):
            return (), ()
        reference = _xtext(self.message_id.strip("<>"))
        envid = (f"ENVID={reference}",) if 0 < len(reference) <= _ENVID_LENGTH else ()
        return ("RET=HDRS", *envid), ("NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{_xtext(self.to)}")


def envelope_for(raw: bytes, sender: str, to: str) -> Envelope:
    """The envelope, if `to` is the one address that the letter itself names. Raises AddressError."""
    plain_address(to)
    if sender:
        plain_address(sender)
    header = _header(raw)
    if header.get_all("To") != [to] or any(name in header for name in _OTHER_RECIPIENTS):
        raise AddressError("the letter is addressed to somebody else than its envelope; it is not sent")
    return Envelope(sender, to, str(header["Message-ID"] or ""))


def _header(raw: bytes) -> Message:
    return email.message_from_bytes(raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", policy=email.policy.compat32)


def _xtext(text: str) -> str:
    """RFC 3461 section 4: printable ASCII, with "+" and "=" written as hexadecimal."""
    return "".join(char if "!" <= char <= "~" and char not in "+=" else f"+{ord(char):02X}" for char in text)
