"""The verdict about the sender, and the facts about the way a mail came that it may rest on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class SenderVerdict(StrEnum):
    """What is known about the domain in From. The values are stored: add, never rename."""

    PASS = "pass"  # noqa: S105 - it comes from that domain; who sits there is another question
    FAIL = "fail"  # the owner of that domain says that it does not come from there
    NONE = "none"  # nobody can tell
    TEMPORARY = "temporary"  # nobody could tell now: a name server did not answer


@dataclass(frozen=True, slots=True)
class Connection:
    """Who handed the mail to us over SMTP. Known only where our receiver is the first server of the company."""

    client_ip: str = field(repr=False)
    helo: str = field(repr=False)
    mail_from: str = field(repr=False)  # empty is the null sender


@dataclass(frozen=True, slots=True)
class SealMark:
    """A DKIM signature that holds, as far as it is needed to know it again: digests only."""

    signature: str  # of b=: the same one on another mail is the same mail, sent once more
    body: str  # of domain and bh=
    made_at: datetime | None  # t=; None where the signer does not say


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """The verdict, why, in words for staff, and what a person should look at twice. Never more than level L1."""

    verdict: SenderVerdict
    reasons: tuple[str, ...] = field(default=(), repr=False)
    flags: tuple[str, ...] = field(default=(), repr=False)
    marks: tuple[SealMark, ...] = ()
