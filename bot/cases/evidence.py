"""What is known of who asks: a list of facts with source, moment and verdict, in words that staff read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.cases.factors import Factor
from bot.cases.letters import LetterKind
from bot.cases.model import Case, Level
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.lookalike import looks_like, shown_domain

Value = str | int | float | bool | None


class Happened(Protocol):
    """An event of the case, as the chain keeps it."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Value]: ...


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that speaks for or against somebody being who he says."""

    what: str
    source: str = field(repr=False)
    at: datetime
    verdict: str = field(repr=False)
    by: str


_BOT = "bot"

_SENDER = {
    None: "nog niet bekend",
    SenderVerdict.PASS: "komt echt van dit domein; bewijst niet wie er schrijft",
    SenderVerdict.FAIL: "niet echt",
}

_FACTOR = {
    Factor.PHONE: ("teruggebeld", "telefoonnummer in het record"),
    Factor.LETTER: ("code uit brief genoemd", "postadres in het record"),
    Factor.LOGIN: ("bevestigd na inloggen", "ondertekende oproep van onze eigen toepassing"),
    Factor.DECISION: ("besluit van de functionaris", "schriftelijk besluit, in plaats van een tweede bewijs"),
}

_MAIL = "antwoord op het controlebericht"
_PAPER = "brief naar het postadres in het record"

_PLAIN: dict[str, tuple[str, str, str]] = {
    "record_chosen": ("record gekozen", "gekozen door een medewerker", "bewijst niets"),
    "proof_void": (
        "ander record",
        "de zaak bleek over een ander record te gaan",
        "wat eerder bewezen was, telt niet meer",
    ),
    "challenge_answered": ("code teruggestuurd", _MAIL, "bewezen"),
    "right_code_other_address": ("juiste code, ander adres", _MAIL, "bewijst niets"),
    "code_in_doubt": ("juiste code, maar er is twijfel", _MAIL, "bewijst niets"),
    "code_refused": ("code niet aanvaard", _MAIL, "bewijst niets"),
    "code_expired": ("code verlopen", "controlebericht", "niet bewezen"),
    "challenge_denied": ("zegt: niet ik", _MAIL, "spreekt tegen"),
    "paper_code_made": ("brief met code gemaakt", _PAPER, "nog geen bewijs"),
    "login_of_another": ("iemand anders logde in", "ondertekende oproep van onze eigen toepassing", "spreekt tegen"),
    "below_level": ("goedkeuring gestopt", "het niveau was niet meer genoeg", "niets gedaan"),
}

_LETTERS = {
    LetterKind.CHALLENGE: ("controlebericht gemaakt", "adres in het record"),
    LetterKind.CHALLENGE_REMINDER: ("herinnering gemaakt", "adres in het record"),
    LetterKind.SECURITY_NOTICE: ("waarschuwing gemaakt", "eigen adressen van de persoon"),
    LetterKind.ACCOUNT_NOTICE: ("bericht aan andere gebruiker gemaakt", "adres van een andere gebruiker"),
}

_SENT = {letter: (words.replace("gemaakt", "verstuurd"), where) for letter, (words, where) in _LETTERS.items()}


def evidence(case: Case, events: Iterable[Happened]) -> tuple[Fact, ...]:
    """Everything that bears on who asks, in the order of time."""
    told = (fact for event in events for fact in _of_event(event))
    return tuple(sorted((*_of_case(case), *told), key=lambda fact: fact.at))


def _of_case(case: Case) -> Iterator[Fact]:
    at, subject = case.received_at, case.data_subject
    verdict = _SENDER.get(case.sender_verdict, "niet te bewijzen")
    yield Fact("afzender gecontroleerd", case.sender or "geen eenduidige afzender", at, verdict, _BOT)
    if subject is None:
        yield Fact("record gezocht", "onze systemen", at, "geen record gekozen", _BOT)
        return
    record = subject.address_of_record
    yield Fact("adres vergeleken", record or "geen e-mailadres in het record", at, _match(case.sender, record), _BOT)
    yield Fact("leeftijd van het adres", subject.system, at, _age(case), _BOT)
    if subject.address_shared:
        yield Fact("gedeeld adres", subject.system, at, "staat in meer records: een code zegt niet wie antwoordt", _BOT)
    if subject.shared:
        yield Fact("gedeeld account", subject.system, at, "ook anderen gebruiken dit account", _BOT)


def _match(sender: str | None, record: str | None) -> str:
    if sender is None or record is None:
        return "niet te vergelijken"
    if sender == record.lower():
        return "gelijk aan het record; een afzender is na te maken"
    if looks_like(sender, record):
        return f"LIJKT OP het record: {spelled(sender)} schreef, {spelled(record)} staat in het record"
    return "ander adres dan in het record"


def spelled(address: str) -> str:
    """The address as it is written on the wire, and how a mail program shows it where that differs."""
    shown = shown_domain(address)
    return address if shown == address else f"{address} (te zien als {shown})"


def _age(case: Case) -> str:
    subject = case.data_subject
    assert subject is not None
    if subject.address_changed_at is not None:
        days = max((case.received_at - subject.address_changed_at) // timedelta(days=1), 0)
        return f"{days} dagen voor het verzoek gewijzigd"
    return "nooit gewijzigd" if subject.address_change_known else "onbekend: het systeem zegt het niet"


def _of_event(event: Happened) -> Iterator[Fact]:
    if (special := _SPECIAL.get(event.kind)) is not None:
        yield from special(event)
    elif (plain := _PLAIN.get(event.kind)) is not None:
        what, source, verdict = plain
        note = event.values.get("note")
        yield Fact(what, source, event.at, f"{verdict}: {note}" if note else verdict, event.actor)


def _verified(event: Happened) -> Iterator[Fact]:
    what, source = _FACTOR.get(Factor(str(event.values.get("method"))), ("bewijs", ""))
    note = event.values.get("note")
    yield Fact(what, source, event.at, f"bewezen: {note}" if note else "bewezen", event.actor)


def _wrong(source: str) -> Callable[[Happened], Iterator[Fact]]:
    def told(event: Happened) -> Iterator[Fact]:
        yield Fact("verkeerde code", source, event.at, f"poging {event.values.get('tries')}", event.actor)

    return told


def _level(event: Happened) -> Iterator[Fact]:
    level = Level(int(event.values.get("level") or 0))
    yield Fact("niveau bereikt", f"verzoek {event.values.get('request')}", event.at, level.name, event.actor)


def _letter(words: Mapping[LetterKind, tuple[str, str]]) -> Callable[[Happened], Iterator[Fact]]:
    def told(event: Happened) -> Iterator[Fact]:
        letter = str(event.values.get("letter"))
        if letter in set(LetterKind) and LetterKind(letter) in words:
            what, source = words[LetterKind(letter)]
            yield Fact(what, source, event.at, "geen bewijs", event.actor)

    return told


_SPECIAL: dict[str, Callable[[Happened], Iterator[Fact]]] = {
    "verified": _verified,
    "wrong_code": _wrong(_MAIL),
    "paper_code_wrong": _wrong(_PAPER),
    "level_reached": _level,
    "letter_queued": _letter(_LETTERS),
    "letter_sent": _letter(_SENT),
}
