"""Two questions about mail that machines write: may a machine answer it, and does it ask something?

They are separate. RFC 3834 forbids to answer much that a person wrote; and what a header calls automatic may still be
the only mail in which somebody asks for his data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.mail.message import Fate, ParsedMail, Report, Silence
from bot.triage.labels import Intent
from bot.triage.verdict import Verdict

_SILENCES = {
    Silence.AUTO_SUBMITTED: "het bericht noemt zich automatisch (Auto-Submitted)",
    Silence.NULL_RETURN_PATH: "het bericht heeft geen retouradres",
    Silence.REPORT: "het is een bericht van een mailsysteem",
    Silence.BULK: "het is massapost (Precedence)",
    Silence.MAILING_LIST: "het komt van een mailinglijst",
    Silence.AUTOREPLY_HEADER: "een afwezigheidsassistent schreef het",
    Silence.SUPPRESS: "de afzender wil geen automatisch antwoord (X-Auto-Response-Suppress)",
    Silence.ROLE_SENDER: "het komt van een adres dat niemand leest",
    Silence.SUBJECT: "het onderwerp is dat van een automatisch bericht",
    Silence.PEER: "een programma als dit schreef het",
}


@dataclass(frozen=True, slots=True)
class MayAnswer:
    """May a machine answer this mail? `because` says in words for staff why not; empty means that it may."""

    because: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.because


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the mail itself cannot tell."""

    old: bool = False
    junk: bool = False
    answers_us: bool = False  # it names a letter of ours: nobody begins a matter that way
    too_many: bool = False  # its sender opened as many cases as a day may have


def may_answer(mail: ParsedMail, verdict: Verdict, around: Circumstances) -> MayAnswer:
    """The strict question (RFC 3834 section 2): one reason is enough, and all of them are told."""
    others = (
        (verdict.automatic and not mail.signs.automatic, "de woorden zijn die van een automatisch bericht"),
        (mail.sender.address is None, "de afzender is niet eenduidig"),
        (around.answers_us, "het antwoordt op een brief van ons"),
        (around.too_many, "dit adres opende vandaag al te veel zaken"),
        (around.old, "het bericht is oud"),
        (around.junk, "het lag in de map met ongewenste post"),
    )
    silences = (_SILENCES[silence] for silence in mail.signs.silences)
    return MayAnswer((*silences, *(words for holds, words in others if holds)))


class Asking(StrEnum):
    """Does it ask something, and who put it there?"""

    NOTHING = "nothing"
    A_PERSON = "a_person"
    A_MACHINE = "a_machine"  # reads as a request, but no person sent it: a person looks


_SAYS_SOMETHING = frozenset(
    {
        *(Intent.NOT_ME, Intent.WITHDRAWAL, Intent.CANCELS_ERASURE, Intent.DISPUTES),
        *(Intent.CHANGE_SCOPE, Intent.WRONG_RECIPIENT, Intent.COMPLAINT_AP),
    }
)


def asking(mail: ParsedMail, verdict: Verdict) -> Asking:
    """The other question. No header makes the answer NOTHING: only the words do."""
    if verdict.ordinary and not verdict.intents & _SAYS_SOMETHING:
        return Asking.NOTHING
    return Asking.A_MACHINE if mail.signs.automatic or verdict.automatic else Asking.A_PERSON


class Consequence(StrEnum):
    """What a report about a letter of ours leads to."""

    UNDO = "undo"  # the letter did not arrive: what it answered is not answered
    LOOK = "look"  # a person looks; nothing changes by itself
    NOTE = "note"  # written down only


def consequence(report: Report, *, names_recipient: bool) -> Consequence:
    """A failure counts if it comes from where bounces come from and names the one whom we wrote to.

    Whoever has read a letter of ours can quote its Message-ID: such a mail undoes nothing by itself.
    """
    if report.fate is not Fate.FAILED:
        return Consequence.NOTE
    return Consequence.UNDO if report.from_mail_system and names_recipient else Consequence.LOOK
