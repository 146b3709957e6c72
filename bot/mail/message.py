"""A mail as the post room hands it on: bounded values, every oddity kept as a defect, nothing decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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
    inline: bool = False  # a picture in the middle of a page: no part of its own


class HolderKind(StrEnum):
    """What a file can lie in, other than the mail itself."""

    MAIL = "mail"  # a mail that hangs on the mail
    ZIP = "zip"
    WINMAIL = "winmail"  # Outlook's winmail.dat
    SIGNED = "signed"  # mail signed in one piece (S/MIME)
    PAGE = "page"  # a text as HTML, of which it is a picture


@dataclass(frozen=True, slots=True)
class Holder:
    """One thing that holds a file; its name is the subject of a mail, the number of a picture, else a file name."""

    kind: HolderKind
    name: str = field(default="", repr=False)


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
    place: Place | None = None  # of it, or of what must go with it; None if it cannot be told
    holders: tuple[Holder, ...] = ()  # what it lies in, from the outside in


class Silence(StrEnum):
    """Why no machine may answer a mail (RFC 3834 section 2). Stored in events: add, never rename."""

    AUTO_SUBMITTED = "auto-submitted"
    NULL_RETURN_PATH = "null return path"
    REPORT = "report"
    BULK = "precedence"
    MAILING_LIST = "mailing list"
    AUTOREPLY_HEADER = "autoreply header"
    SUPPRESS = "auto-response-suppress"
    ROLE_SENDER = "role address"
    SUBJECT = "subject of a machine"
    PEER = "written by a program like this one"


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
    returned_subject: bool = False  # that pattern is a mail system's: "Undelivered Mail", "Onbestelbaar" ...
    mail_system: bool = False  # mailer-daemon, postmaster or a null From: what writes bounces
    peer: bool = False  # its Message-ID is that of an automatic letter of a program like this one, ours or another's

    @property
    def automatic(self) -> bool:
        """No person wrote this mail."""
        return bool(set(self.silences) & _MACHINES)

    @property
    def may_be_answered(self) -> bool:
        """The strict question: may a machine answer this mail?"""
        return not self.silences

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Every reason for which no machine may answer this mail; empty where one may."""
        found = (
            (self.auto_submitted, Silence.AUTO_SUBMITTED),
            (self.null_return_path, Silence.NULL_RETURN_PATH),
            (self.report, Silence.REPORT),
            (self.bulk, Silence.BULK),
            (self.mailing_list, Silence.MAILING_LIST),
            (self.autoreply_header, Silence.AUTOREPLY_HEADER),
            (self.suppress_requested, Silence.SUPPRESS),
            (self.role_sender, Silence.ROLE_SENDER),
            (self.subject_pattern, Silence.SUBJECT),
            (self.peer, Silence.PEER),
        )
        return tuple(silence for holds, silence in found if holds)


_MACHINES = frozenset(Silence) - {Silence.BULK, Silence.MAILING_LIST, Silence.SUPPRESS}
"""What says that no person wrote it. People write to lists, and may wish for no automatic answer."""


class Fate(StrEnum):
    """What a report says became of a mail. Stored in events: add, never rename."""

    FAILED = "failed"  # given up: it did not arrive
    DELAYED = "delayed"  # still being tried: nothing is decided yet
    DELIVERED = "delivered"  # delivered, relayed or expanded
    READ = "read"  # opened, or deleted unread: it did arrive


class Cause(StrEnum):
    """Why it did not arrive, by the status codes of RFC 3463 or by the words. Stored: add, never rename."""

    NO_SUCH_ADDRESS = "no_such_address"
    NO_SUCH_DOMAIN = "no_such_domain"
    MAILBOX_FULL = "mailbox_full"
    MAILBOX_CLOSED = "mailbox_closed"
    TOO_LARGE = "too_large"
    REFUSED = "refused"  # by policy, as spam, or for want of authentication
    UNREACHABLE = "unreachable"  # the other server did not answer in time
    LOOP = "loop"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail system reports of one mail (RFC 3464, RFC 8098): a claim of whoever sent the report.

    `recipients` are those it names, in lower case; `status` is like 5.1.1 (RFC 3463), where it is given.
    """

    fate: Fate
    cause: Cause = Cause.OTHER
    status: str | None = None
    recipients: tuple[str, ...] = field(default=(), repr=False)
    message_ids: tuple[str, ...] = ()  # of the mail that is reported on
    envelope_id: str | None = None  # what its sender gave as ENVID (RFC 3461 section 4.4)
    from_mail_system: bool = False  # comes from where bounces come from: null sender, mailer-daemon, postmaster

    @property
    def original_ids(self) -> tuple[str, ...]:
        """Message-IDs that the reported mail may have; the ENVID that we ask for is one without its brackets."""
        return (*self.message_ids, *((f"<{self.envelope_id.strip('<>')}>",) if self.envelope_id else ()))


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail, taken apart. Texts are decoded and bounded; ids keep their angle brackets."""

    digest: str  # sha256 of the raw bytes, hex
    identity: str  # sha256 of Message-ID, From, Subject and decoded content: two mails with one identity are one mail
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
    files_within: tuple[Attachment, ...] = ()  # on attached mails, in zips, in pages: looked at, never read as letters
    signs: AutomaticSigns = AutomaticSigns()
    own_token: str | None = None  # our own loop token, if this mail began with us
    returned_message_ids: tuple[str, ...] = ()  # Message-IDs found in a bounce's returned mail
    report: Report | None = None  # what a mail system says became of a mail of ours
    defects: tuple[str, ...] = ()

    @property
    def named_ids(self) -> tuple[str, ...]:
        """Every Message-ID by which this mail can name another: answered, returned or reported on."""
        reported = self.report.original_ids if self.report else ()
        return (*self.references, *self.returned_message_ids, *reported)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mail that could not be taken apart within its limits: a case for staff, clock running."""

    digest: str
    reason: str  # "too large", "took too long", "too deep", "crashed the parser" ...
    head: str = field(default="", repr=False)  # the first bytes of the header block, for staff
