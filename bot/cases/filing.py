"""Where one mail belongs: a decision from values only. "I do not know" is a decision too: a person decides."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.cases.answers import says_no
from bot.cases.followups import EFFECTS
from bot.cases.machines import Asking, Circumstances, Consequence, asking, consequence, may_answer
from bot.cases.matching import Joined, Match, Separate, matched
from bot.cases.model import Case
from bot.cases.special import House, pretends, special
from bot.mail.message import ParsedMail
from bot.triage.intents import goes_unread, is_only_code, taken_back
from bot.triage.labels import Intent, Look, RequestKind, Writer
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
    urgent: str | None = None  # why this goes before all else
    no_answer: tuple[str, ...] = ()  # why no machine may answer, in words for staff
    perhaps: frozenset[RequestKind] = frozenset()  # what a person reads on for, while the rest goes its way


class FromLetter(Enum):
    """How a mail belongs to the code on paper of its case; it proves nothing either way."""

    CODE = auto()  # the open code stands in it
    NUMBER = auto()  # it names the case, as anybody could: nothing is taken back for it


@dataclass(frozen=True, slots=True)
class AddToCase:
    """A mail in a running case and what it does there."""

    case_id: int
    label: str
    new_kinds: frozenset[RequestKind] = frozenset()
    may_answer_challenge: bool = False
    stop_for: str | None = None  # why a person must look and approvals are void
    read_by_staff: bool = False  # a task: somebody reads it, nothing stops
    also_stop: tuple[int, ...] = ()  # further cases that the same words stop
    asks_beside_code: bool = False  # the same, whether or not the code proves anything
    letter: FromLetter | None = None  # a task: staff enter the code, if it is one
    beside: frozenset[Intent] = frozenset()  # what the same words do beside `label`
    perhaps: frozenset[RequestKind] = frozenset()  # rights that they may ask for too: a person reads on


@dataclass(frozen=True, slots=True)
class ReportOnLetter:
    """A mail system says what became of one of our own letters."""

    outbox_id: int
    consequence: Consequence


Decision = LeaveAlone | OpenCase | AddToCase | ReportOnLetter


@dataclass(frozen=True, slots=True)
class ReportedLetter:
    """The letter of ours that a report is about."""

    outbox_id: int
    names_recipient: bool = True  # the report names the address that we wrote to, or none at all


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the archive knows around one mail."""

    case: Case | None = None  # found by a Message-ID of ours or of the case in its references
    open_cases: tuple[Case, ...] = ()  # of the same clean sender
    reported: ReportedLetter | None = None
    own_mail: bool = False  # sent by ourselves or by a colleague in our own name
    told_case_ids: tuple[int, ...] = ()  # running cases that this mail says no to, its sender told of them by us
    code_case_id: int | None = None  # an open challenge has a code that stands in the new text
    letter_case: Case | None = None  # its open code on paper stands in the new text, whoever sent it
    named_case: Case | None = None  # a letter with a code went out in it, and the mail names its number
    guess_case_id: int | None = None  # something like a code, from a sender of whom a challenge stands open
    circumstances: Circumstances = field(default_factory=Circumstances)
    several_people: bool = False  # who wrote from this address before may be somebody else: it is in several records
    house: House = field(default_factory=House)


_STOPS = {intent: effect.stops for intent, effect in EFFECTS.items() if effect.stops is not None}
"""What a follow-up says that voids an approval: a new request, a correction, a withdrawal or a dispute."""

_NOT_TO_ERASE = frozenset({RequestKind.ERASURE, RequestKind.RESTRICTION})
"""What "do not erase it" reads like outside its thread."""

_LIKELY = 0.5  # of a label that is not decided: enough to have a person read the mail


_CHANGES_THE_ANSWER = frozenset({Intent.DISPUTES, Intent.CHANGE_SCOPE})
"""What a right code does not stop, and a person reads."""

_YES = frozenset({Intent.AGREES, Intent.THANKS})
"""Beside a code: the yes that belongs to it."""

_FOLLOW_UPS = frozenset(_STOPS) | {Intent.REMINDER, Intent.CHALLENGE_ANSWER, Intent.CANNOT_OPEN}

_ONLY_FOR_PEOPLE = {
    Writer.AUTHORITY: "komt van of gaat over een toezichthouder, rechter of politie",
    Writer.AGENT: "iemand schrijft namens een ander",
    Writer.HEIR: "gaat over iemand die is overleden",
    Writer.STAFF: "lijkt van een eigen medewerker te komen",
}


_LOOK = {
    Look.ENCRYPTED: "het bericht is versleuteld: wij kunnen het niet lezen",
    Look.UNREAD_TEXT: "een deel van het bericht is niet gelezen: lees het in de mailbox",
    Look.CLOSED_ATTACHMENT: "het bericht verwijst naar een bijlage die niet leesbaar is",
    Look.ATTACHMENT_ASKS: "alleen de bijlage vraagt dit: lees haar voordat er iets gebeurt",
}


def decided(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> Decision:
    """What this mail should lead to."""
    decision = _decided(mail, verdict, around)
    if isinstance(decision, AddToCase) and decision.label != "automatic":
        return replace(decision, perhaps=verdict.perhaps - decision.new_kinds - _asked_in(decision.case_id, around))
    return decision


def _asked_in(case_id: int, around: Surroundings) -> frozenset[RequestKind]:
    known = _case_of(case_id, around)
    return frozenset(request.kind for request in known.requests) if known else frozenset()


def _case_of(case_id: int, around: Surroundings) -> Case | None:
    known = (around.case, *around.open_cases, around.letter_case, around.named_case)
    return next((case for case in known if case is not None and case.id == case_id), None)


def _decided(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> Decision:
    automatic = mail.signs.automatic or verdict.automatic
    if around.own_mail:
        return LeaveAlone(automatic=True)
    if automatic and around.reported is not None and mail.report is not None:
        then = consequence(mail.report, names_recipient=around.reported.names_recipient)
        return ReportOnLetter(around.reported.outbox_id, then)
    answered = _answered_by_words_of_a_machine(mail, around) if automatic else None
    if answered is not None:
        return AddToCase(answered, "automatic", read_by_staff=True)
    if automatic and around.case is not None:
        stop = None if mail.signs.automatic else _words_of_stops(verdict.intents)
        asks = stop is None and asking(mail, verdict) is Asking.A_MACHINE
        return AddToCase(around.case.id, "automatic", stop_for=stop, read_by_staff=asks)
    if around.code_case_id is not None and not automatic:
        return _with_code(around.code_case_id, mail, verdict, around)
    if around.letter_case is not None and not automatic:
        return _with_code_on_paper(around.letter_case, mail, verdict, around)
    if around.guess_case_id is not None and not automatic and _asks_for_nothing_sure(verdict):
        return _with_guess(around.guess_case_id, verdict)
    if around.told_case_ids and not automatic and around.case is None:
        return _no_from_who_was_told(around.told_case_ids, mail, verdict)
    back = frozenset[Intent]() if automatic else _taken_back(mail, verdict, around)
    if back:
        return _outside_its_thread(back, around)
    place = Separate() if automatic else _place(mail, verdict, around)
    match place:
        case Joined(case_id=case_id, new_kinds=new_kinds):
            return _joining(case_id, new_kinds, mail, verdict, around)
        case Separate() if around.named_case is not None and not automatic and _means_it(mail, verdict):
            return _by_number(around.named_case, mail, verdict)
        case Separate() if verdict.ordinary and pretends(mail.sender.address) is None:
            return LeaveAlone(automatic=automatic)
        case Separate():
            return _new_case(mail, verdict, around)


def _answered_by_words_of_a_machine(mail: ParsedMail, around: Surroundings) -> int | None:
    """The case whose challenge has its code in a mail that only reads like an absence note. It proves nothing, for such
    a note may quote our letter; but people on holiday send the code as well, so a person reads it."""
    on_paper = around.letter_case.id if around.letter_case is not None else None
    return None if mail.signs.automatic else (around.code_case_id or on_paper or around.guess_case_id)


def _place(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> Match:
    follows_up = bool(verdict.intents & _FOLLOW_UPS)
    somebody_else = around.several_people and bool(verdict.kinds) and not follows_up
    return matched(
        around.case,
        () if somebody_else else around.open_cases,
        verdict.kinds,
        replies_to_case=around.case is not None,
        same_person=around.case is not None and mail.sender.address in _people(around.case),
        follows_up=follows_up,
    )


def _no_from_who_was_told(told: tuple[int, ...], mail: ParsedMail, verdict: Verdict) -> AddToCase:
    """Outside any thread, from an address that heard of the case from us: whatever it can be about stops."""
    *others, newest = told
    label = Intent.NOT_ME if says_no(mail.new_text) else Intent.CANCELS_ERASURE
    more = label is Intent.CANCELS_ERASURE and verdict.kinds - _NOT_TO_ERASE
    words = _with_kinds(_STOPS[label], verdict) if more else _STOPS[label]
    return AddToCase(newest, label, stop_for=words, also_stop=tuple(others))


def _taken_back(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> frozenset[Intent]:
    """What running cases of the same sender must hear, outside their threads; nothing where a new right is asked for.

    "Niet wissen" counts only where an erasure was asked for: of bookings that cannot be erased people write every day.
    """
    running = {one.kind for case in around.open_cases for one in case.open_requests}
    if around.case is not None or not running or not verdict.kinds <= running:
        return frozenset()
    return taken_back(mail.new_text) - (frozenset() if RequestKind.ERASURE in running else {Intent.CANCELS_ERASURE})


def _outside_its_thread(said: frozenset[Intent], around: Surroundings) -> AddToCase:
    """Which case it is about nobody knows: all of this sender stop until a person has looked."""
    *others, newest = sorted(case.id for case in around.open_cases)
    label = _label(said)
    return AddToCase(
        newest,
        label,
        stop_for=_words_of_stops(said),
        also_stop=tuple(others),
        beside=said - {label},
    )


def _with_code(case_id: int, mail: ParsedMail, verdict: Verdict, around: Surroundings) -> AddToCase:
    """The answer that a challenge asked for. What people ask in the same breath is no less a request."""
    known = _case_of(case_id, around)
    kinds = frozenset[RequestKind]() if Intent.NOT_ME in verdict.intents else verdict.kinds
    place = Separate() if known is None else matched(known, (), kinds, replies_to_case=True)
    new_kinds = place.new_kinds if isinstance(place, Joined) else frozenset[RequestKind]()
    return AddToCase(
        case_id,
        Intent.CHALLENGE_ANSWER,
        new_kinds,
        may_answer_challenge=True,
        asks_beside_code=bool(new_kinds) or _asks_more(mail, verdict, known),
        letter=FromLetter.CODE if around.letter_case is not None and around.letter_case.id == case_id else None,
        beside=_beside_code(verdict.intents),
    )


def _asks_for_nothing_sure(verdict: Verdict) -> bool:
    return not (verdict.kinds or verdict.other_privacy or verdict.look)


def _with_guess(case_id: int, verdict: Verdict) -> AddToCase:
    """Something like a code, but none that we sent: a try. Doubt about the words round it does not make it none."""
    return AddToCase(
        case_id,
        Intent.CHALLENGE_ANSWER,
        may_answer_challenge=True,
        read_by_staff=verdict.seen_by_person,
        beside=_beside_code(verdict.intents),
    )


def _with_code_on_paper(case: Case, mail: ParsedMail, verdict: Verdict, around: Surroundings) -> AddToCase:
    """The code of the letter came by mail, mostly from elsewhere: the letter is for who lost his mailbox.

    Only who writes from an address that the case knows adds a request to it. A no stops every case it can be about.
    """
    said = _said(mail, verdict) | taken_back(mail.new_text)
    stop = _words_of_stops(said)
    label = Intent.NOT_ME if Intent.NOT_ME in said else Intent.CHALLENGE_ANSWER
    kinds = frozenset[RequestKind]() if stop else verdict.kinds
    known = mail.sender.address in _people(case)
    place = matched(case, (), kinds, replies_to_case=True, same_person=known)
    new_kinds = place.new_kinds if isinstance(place, Joined) else frozenset[RequestKind]()
    return AddToCase(
        case.id,
        label,
        new_kinds,
        stop_for=_with_kinds(stop, verdict),
        also_stop=tuple(told for told in around.told_case_ids if stop and told != case.id),
        asks_beside_code=not stop and (bool(new_kinds) or _asks_more(mail, verdict, case)),
        letter=FromLetter.CODE,
        beside=_beside_code(said) - {label},
    )


def _means_it(mail: ParsedMail, verdict: Verdict) -> bool:
    """What names the number of a case belongs to it, unless it asks for something that opens a case of its own."""
    if Intent.NOT_ME in _said(mail, verdict):
        return True
    asks = bool(verdict.kinds) or verdict.other_privacy or verdict.writer in _ONLY_FOR_PEOPLE
    return (verdict.ordinary or not asks) and pretends(mail.sender.address) is None


def _by_number(case: Case, mail: ParsedMail, verdict: Verdict) -> AddToCase:
    said = _said(mail, verdict) | taken_back(mail.new_text)
    stop = _words_of_stops(said)
    label = _label(said)
    words = f"{stop}, en noemt alleen het nummer van de zaak: bel de klant op het bekende nummer" if stop else None
    return AddToCase(case.id, label, stop_for=words, letter=FromLetter.NUMBER)


def _said(mail: ParsedMail, verdict: Verdict) -> frozenset[Intent]:
    """What the mail does, with the no that our notices ask for."""
    return verdict.intents | ({Intent.NOT_ME} if says_no(mail.new_text) else set())


def _words_of_stops(said: frozenset[Intent]) -> str | None:
    """Why what is said stops a case: every reason, in words for staff."""
    return "; ".join(words for intent, words in _STOPS.items() if intent in said) or None


def _asks_more(mail: ParsedMail, verdict: Verdict, case: Case | None) -> bool:
    """More than the case is about already: people confirm a request in its own words."""
    if _values_told(verdict) or verdict.other_privacy or verdict.intents & _CHANGES_THE_ANSWER:
        return True
    running = {request.kind for request in case.requests} if case is not None else set()
    likely = {label for label, score in verdict.scores.items() if score >= _LIKELY}
    doubted = verdict.seen_by_person and not _only_quotes(mail) and (not likely or bool(likely - running))
    return bool(verdict.kinds - running) or doubted


def _values_told(verdict: Verdict) -> bool:
    """Whether a value of a known field is told: "mevrouw" or a note alone is often just how somebody writes."""
    return any(change.field != "other" for change in verdict.corrections)


def _only_quotes(mail: ParsedMail) -> bool:
    """A code and nothing else above our own letter: what is doubted then are words that we wrote."""
    return is_only_code(mail.new_text) and bool(mail.quoted_text.strip()) and not mail.attachments


def _people(case: Case) -> frozenset[str]:
    record = case.data_subject.address_of_record if case.data_subject else None
    return frozenset(address.lower() for address in (case.sender, record) if address)


def _joining(
    case_id: int, new_kinds: frozenset[RequestKind], mail: ParsedMail, verdict: Verdict, around: Surroundings
) -> AddToCase:
    said = _said(mail, verdict) if around.case is not None else verdict.intents
    if Intent.NOT_ME in said:
        new_kinds = frozenset()
    quiet = goes_unread(said, mail.subject, mail.new_text) and not (new_kinds or verdict.seen_by_person)
    stop = _words_of_stops(said)
    if Intent.NOT_ME in said:
        stop = _with_kinds(stop, verdict)
    if stop is None and _values_told(verdict) and _corrects_running(case_id, around):
        stop = "geeft andere of extra gegevens op dan eerst"
    label = _label(said) if around.case else Intent.REMINDER
    return AddToCase(
        case_id,
        label,
        new_kinds,
        may_answer_challenge=around.case is not None and not quiet and bool(mail.new_text.strip()),
        stop_for=stop,
        read_by_staff=not quiet and stop is None,
        beside=said - {label},
    )


def _corrects_running(case_id: int, around: Surroundings) -> bool:
    cases = (*around.open_cases, *((around.case,) if around.case else ()))
    running = {request.kind for case in cases if case.id == case_id for request in case.open_requests}
    return RequestKind.CORRECTION in running


def _beside_code(said: frozenset[Intent]) -> frozenset[Intent]:
    return said - {Intent.CHALLENGE_ANSWER} - _YES


def _with_kinds(stop: str | None, verdict: Verdict) -> str | None:
    """Who says no adds nothing to the case, but what he asks beside it is read."""
    return f"{stop}, en vraagt ook iets anders: lees het" if stop and verdict.kinds else stop


def _label(said: frozenset[Intent]) -> Intent:
    order = (Intent.NOT_ME, Intent.WRONG_RECIPIENT, Intent.CHALLENGE_ANSWER, Intent.WITHDRAWAL, Intent.DISPUTES)
    first = next((intent for intent in order if intent in said), None)
    return first or min(said, default=Intent.CLARIFICATION)


def _new_case(mail: ParsedMail, verdict: Verdict, around: Surroundings) -> OpenCase:
    found = special(mail, verdict, around.house)
    stops = _words_of_stops(verdict.intents) if around.case is not None else None
    doubts = (
        (stops is not None, f"antwoord in een zaak die het niet kan zijn: {stops}"),
        (found.needs is not None, found.needs or ""),
        (verdict.writer in _ONLY_FOR_PEOPLE, _ONLY_FOR_PEOPLE.get(verdict.writer, "")),
        (asking(mail, verdict) is Asking.A_MACHINE, "leest als een verzoek, maar is automatisch verstuurd"),
        (mail.sender.address is None, "de afzender is niet eenduidig"),
        (verdict.look is not None, _LOOK[verdict.look] if verdict.look else ""),
        (mail.hidden_text, "het bericht bevat verborgen tekst"),
        (bool(mail.other_text) and verdict.needs_person, "de opgemaakte en de kale tekst van het bericht verschillen"),
        (verdict.needs_person or not (verdict.kinds or verdict.other_privacy), "niet zeker of dit een verzoek is"),
        (around.circumstances.too_many, "dit adres opende vandaag al te veel zaken"),
    )
    needs = next((words for applies, words in doubts if applies), None)
    answer = may_answer(mail, verdict, around.circumstances)
    return OpenCase(
        verdict.kinds,
        verdict.other_privacy,
        needs,
        not answer.allowed,
        found.urgent,
        no_answer=answer.because,
        perhaps=verdict.perhaps,
    )
