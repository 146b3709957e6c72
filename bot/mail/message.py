"""A mail as the post room hands it on: bounded values, every oddity kept as a defect, nothing decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote, by the strict rule: exactly one From, one mailbox, zero defects.

    `address` is ASCII with a lower-case domain *and* local part, or None where the rule is not met;
    `shown` is what the header says, for staff only.
    """

    address: str | None = field(repr=False)
    shown: str = field(repr=False)
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part lies in the raw mail, its headers included. `sole`: it is the whole body, the headers stay."""

    start: int
    end: int
    sole: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attached part: type by content, text where it is a document that we read; the bytes stay in the raw mail.

    Its words are what somebody attached, not what the sender wrote now: they may open a case, never decide alone.
    """

    name: str = field(repr=False)
    content_type: str
    size: int  # bytes, decoded
    sha256: str
    text: str | None = field(default=None, repr=False)
    defect: str | None = None  # why a document has no text, or not all of it
    place: Place | None = None  # of the outermost part that holds it; None if it cannot be told


@dataclass(frozen=True, slots=True)
class AutomaticSigns:
    """Header facts about automatic mail (RFC 3834, RFC 3464). Facts only: what they mean is decided elsewhere."""

    auto_submitted: bool = False  # Auto-Submitted present and not "no"
    null_return_path: bool = False
    report: bool = False  # multipart/report: bounce or receipt
    read_receipt: bool = False  # the report says that a mail was read (RFC 8098), not that it came back
    bulk: bool = False  # Precedence bulk, list, junk or auto_reply
    mailing_list: bool = False  # List-Id, List-Unsubscribe, List-Post
    autoreply_header: bool = False  # X-Autoreply, X-Autorespond, vacation and kin
    suppress_requested: bool = False  # X-Auto-Response-Suppress: do not answer me automatically
    role_sender: bool = False  # mailer-daemon, postmaster, no-reply
    subject_pattern: bool = False  # "Automatisch antwoord:", "Out of Office", "Undelivered Mail" ...

    @property
    def automatic(self) -> bool:
        """No person wrote this mail."""
        return (
            self.auto_submitted
            or self.null_return_path
            or self.report
            or self.autoreply_header
            or self.role_sender
            or self.subject_pattern
        )

    @property
    def may_be_answered(self) -> bool:
        """The strict question: may a machine answer this mail? (RFC 3834 section 2)"""
        return not (self.automatic or self.bulk or self.mailing_list or self.suppress_requested)


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail, taken apart. Texts are decoded and bounded; ids keep their angle brackets."""

    digest: str  # sha256 of the raw bytes, hex
    identity: str  # sha256 of Message-ID, From and decoded content: two mails with one identity are one mail
    message_id: str | None
    references: tuple[str, ...]  # In-Reply-To and References, in order, without repeats
    sender: Sender
    reply_to: str | None = field(repr=False)
    to_addresses: tuple[str, ...] = field(repr=False)
    subject: str = field(repr=False)
    dated_at: datetime | None  # the Date header: a claim, never the receipt
    new_text: str = field(repr=False)  # what this writer wrote now
    quoted_text: str = field(repr=False)  # what was quoted or forwarded below or between
    whole_text: str = field(repr=False)  # everything, in order: what staff read
    other_text: str = field(
        default="", repr=False
    )  # what the HTML form says now where plain text differs (in new_text too)
    hidden_text: bool = False  # HTML hides text from the reader
    attachments: tuple[Attachment, ...] = ()
    signs: AutomaticSigns = AutomaticSigns()
    own_token: str | None = None  # our own loop token, if this mail began with us
    returned_message_ids: tuple[str, ...] = ()  # Message-IDs found in a bounce's returned mail
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be taken apart within its limits: a case for staff, clock running."""

    digest: str
    reason: str  # "too large", "took too long", "too deep", "crashed the parser" ...
    head: str = field(default="", repr=False)  # the first bytes of the header block, for staff
