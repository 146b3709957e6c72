"""Where one mail belongs: a decision from values only. "I do not know" is a decision too: a person decides."""

from __future__ import annotations

from dataclasses import dataclass

from bot.cases.model import Case
from bot.mail.message import ParsedMail
from bot.triage.labels import Intent, RequestKind, Writer
from bot.triage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Ordinary or automatic mail: our store forgets its content, the mailbox keeps it as it was."""

    automatic: bool


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A new matter. `needs` says in words why a person must look before anything else happens."""

    kinds: frozenset[RequestKind]
    other_privacy: bool = False
    needs: str | None = None
    letters_held: bool = False


@dataclass(frozen=True, slots=True)
class AddToCase:
    """A mail in a running case and what it does there."""

    case_id: int
    label: str
    new_kinds: frozenset[RequestKind] = frozenset()
    may_answer_challenge: bool = False
    stop_for: str | None = None  # why a person must look and approvals are void
    read_by_staff: bool = False  # a task: somebody reads it, nothing stops


@dataclass(frozen=True, slots=True)
class BouncedLetter:
    """One of our own letters came back."""

    outbox_id: int


Decision = LeaveAlone | OpenCase | AddToCase | BouncedLetter


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the archive knows around one mail."""

    case: Case | None = None  # found by a Message-ID of ours or of the case in its references
    open_cases: tuple[Case, ...] = ()  # of the same clean sender
    bounced_outbox_id: int | None = None
    own_mail: bool = False  # sent by ourselves or by a colleague in our own name
    code_case_id: int | None = None  # an open challenge has a code that stands in the new text
    old: bool = False
    junk: bool = False


_STOPS = {
    Intent.NOT_ME: "zegt: niet ik heb dit gevraagd",
    Intent.WITHDRAWAL: "wil het verzoek intrekken (privacybot withdraw)",
    Intent.CANCELS_ERASURE: "wil niet meer dat er gewist wordt",
    Intent.DISPUTES: "betwist ons antwoord",
    Intent.CHANGE_SCOPE: "wil iets anders dan eerst gevraagd",
    Intent.WRONG_RECIPIENT: "zegt dat ons bericht bij de verkeerde persoon kwam: mogelijk datalek",
}
"""What a follow-up says that voids an approval: a new request, a correction, a withdrawal or a dispute."""

_QUIET = frozenset({Intent.THANKS, Intent.OUT_OF_OFFICE, Intent.BOUNCE})

_ONLY_FOR_PEOPLE = {
    Writer.AUTHORITY: "komt van of gaat over een toezichthouder, rechter of politie",
    Writer.AGENT: "iemand schrijft namens een ander",
    Writer.HEIR: "gaat over iemand die is overleden",
    Writer.STAFF: "lijkt van een eigen medewerker te komen",
}


def decided(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> Decision:
    """What this mail should lead to."""
    automatic = mail.signs.automatic or verdict.automatic
    if around.own_mail:
        return LeaveAlone(automatic=True)
    if automatic and around.bounced_outbox_id is not None:
        return BouncedLetter(around.bounced_outbox_id)
    if around.case is not None:
        return _in_case(around.case, mail, verdict, automatic=automatic)
    if around.code_case_id is not None and not automatic:
        return AddToCase(around.code_case_id, Intent.CHALLENGE_ANSWER, may_answer_challenge=True)
    if verdict.ordinary:
        return LeaveAlone(automatic=automatic)
    repeated = _same_right_running(around.open_cases, verdict.kinds)
    if repeated is not None and not automatic:
        return AddToCase(repeated.id, Intent.REMINDER, read_by_staff=True)
    return _new_case(mail, verdict, around, automatic=automatic)


def _in_case(case: Case, mail: ParsedMail, verdict: Verdict, *, automatic: bool) -> AddToCase:
    if automatic:
        return AddToCase(case.id, "automatic")
    running = frozenset(request.kind for request in case.open_requests)
    new_kinds = verdict.kinds - running
    stop = next((words for intent, words in _STOPS.items() if intent in verdict.intents), None)
    if stop is None and verdict.corrections and RequestKind.CORRECTION in running:
        stop = "geeft andere of extra gegevens op dan eerst"
    label = _label(verdict)
    quiet = bool(verdict.intents) and verdict.intents <= _QUIET and not new_kinds
    answers = not quiet and bool(mail.new_text.strip())
    return AddToCase(
        case.id,
        label,
        new_kinds,
        may_answer_challenge=answers,
        stop_for=stop,
        read_by_staff=not quiet and stop is None and Intent.CHALLENGE_ANSWER not in verdict.intents,
    )


def _label(verdict: Verdict) -> str:
    order = (Intent.NOT_ME, Intent.WRONG_RECIPIENT, Intent.CHALLENGE_ANSWER, Intent.WITHDRAWAL, Intent.DISPUTES)
    first = next((intent for intent in order if intent in verdict.intents), None)
    return first or min(verdict.intents, default=Intent.CLARIFICATION)


def _same_right_running(cases: tuple[Case, ...], kinds: frozenset[RequestKind]) -> Case | None:
    for case in cases:
        if kinds and kinds <= {request.kind for request in case.open_requests}:
            return case
    return None


def _new_case(mail: ParsedMail, verdict: Verdict, around: Surroundings, *, automatic: bool) -> OpenCase:
    doubts = (
        (verdict.writer in _ONLY_FOR_PEOPLE, _ONLY_FOR_PEOPLE.get(verdict.writer, "")),
        (automatic, "leest als een verzoek, maar is automatisch verstuurd"),
        (mail.sender.address is None, "de afzender is niet eenduidig"),
        (verdict.needs_person or not (verdict.kinds or verdict.other_privacy), "niet zeker of dit een verzoek is"),
        (mail.hidden_text, "het bericht bevat verborgen tekst"),
    )
    needs = next((words for applies, words in doubts if applies), None)
    held = around.old or around.junk or automatic or mail.sender.address is None or not mail.signs.may_be_answered
    return OpenCase(verdict.kinds, verdict.other_privacy, needs, letters_held=held)
