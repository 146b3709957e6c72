"""What the archive knows of one case, gathered for its dossier: facts and proofs, every text masked, no documents."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email.header import Header
from email.message import Message
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from bot.cases.alarming import RIGHTS, dutch_day, right_of
from bot.cases.deadlines import Calendar, term
from bot.cases.dossier import Piece, Section, as_text
from bot.cases.draft import Draft, content_hash
from bot.cases.event_words import CHANGES, event_words, outcome_words
from bot.cases.findings import UPHELD
from bot.cases.incidents import CAUSES, FIELDS
from bot.cases.links import without_tokens
from bot.cases.masking import MASK, masked, masked_bsn
from bot.cases.model import Case, Level, Request, RequestState
from bot.cases.reckoning import explained
from bot.store.archive import Transaction
from bot.store.chain import FORGOTTEN
from bot.store.records import CaseMessage, Direction, Event
from bot.triage.labels import RequestKind

_IDENTITY = frozenset(
    {
        *("record_found", "record_chosen", "proof_void", "identity_asked", "identity_not_needed", "identity_confirmed"),
        *("challenge_postponed", "challenge_answered", "challenge_denied", "wrong_code", "code_in_doubt"),
        *("code_refused", "code_expired", "code_on_page", "right_code_other_address", "paper_code_made"),
        *("paper_code_wrong", "login_of_another", "verified", "level_reached", "below_level", "sender_checked"),
    }
)
_INTERNAL = frozenset({"note", "draft_rejected"})
"""Events whose words are for colleagues: elsewhere only that they happened."""

INTERNAL = "alleen-intern"
_MANY = 400  # messages whose text the page shows
_SHOWN = 4000  # characters of a message on the page


def _ended(request: Request) -> str:
    if request.outcome:
        return outcome_words(request.outcome, request.kind)
    return "loopt nog" if request.open else "gesloten"


_AUTOMATIC = "De woorden van deze automatische brief zijn niet bewaard; de hash van zijn sjabloon staat in dossier.pdf."
"""Letters that left before their words were kept."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """One case as the archive knows it at one moment."""

    tx: Transaction
    case: Case
    calendar: Calendar
    own_address: str
    mask: Callable[[str], str]
    now: datetime

    def sections(self) -> tuple[Section, ...]:
        """Everything but the mails themselves; the page and the texts show the same."""
        events, drafts = self.tx.events.of(self.case.id), self.tx.drafts.of_case(self.case.id)
        return (
            self._requests(),
            self._timeline(events),
            self._messages(),
            self._decisions(events, drafts),
            self._identity(events),
            self._deadlines(),
            self._exports(),
            self._changes(events, drafts),
            self._breaches(),
            self._chain(events),
            self._notes(events),
            self._tasks(),
        )

    def pieces(self, sections: tuple[Section, ...], *, originals: bool) -> Iterator[Piece]:
        """A text of each section, the timeline as a table, and every mail; `originals` adds mails as they came."""
        for section in sections:
            yield _text(f"{section.folder}/{section.folder.rpartition('-')[2]}.txt", section.title, as_text(section))
        timeline = sections[1]
        yield _text("2-tijdlijn/tijdlijn.csv", "de tijdlijn als tabel", _csv(timeline))
        for number, message_id in enumerate(self.tx.messages.ids_of_case(self.case.id), 1):
            yield from self._mail(number, message_id, originals=originals)
        for draft in self.tx.drafts.of_case(self.case.id):
            if draft.blocks:
                yield _text(
                    f"4-besluiten/concept-{draft.version:03d}.txt",
                    f"tekst van versie {draft.version}",
                    self.mask(f"Onderwerp: {draft.subject}\n\n{draft.text}"),
                )

    def _requests(self) -> Section:
        rows = tuple(
            (
                RIGHTS[request.kind],
                self._moment(request.received_at),
                _ended(request),
                self._moment(request.answered_at),
                self._found(request),
            )
            for request in self.case.requests
        )
        intro = "" if rows else "In deze zaak is geen verzoek herkend."
        head = ("verzoek", "ontvangen", "uitkomst", "beantwoord", "bevinding en maatregelen")
        return Section("1-verzoeken", "Verzoeken en uitkomst", intro, head, rows, (2, 2, 2, 2, 5))

    def _found(self, request: Request) -> str:
        if request.finding is None:
            return ""
        verdict = f"{UPHELD[request.finding.upheld]}; " if request.finding.upheld else ""
        return self.mask(f"{verdict}{request.finding.text} Maatregelen: {request.finding.measures}")

    def _timeline(self, events: tuple[Event, ...]) -> Section:
        gone = _forgotten_at(events)
        rows = tuple(
            (
                str(event.seq),
                self._moment(event.at),
                event.actor,
                event_words(event.kind),
                self._said(event, gone),
                event.hash,
            )
            for event in events
        )
        intro = "Elke regel is een schakel: de hash dekt de regel en alles ervoor. Uit de keten kan niets verdwijnen."
        head = ("nr", "wanneer", "wie", "wat", "waarmee", "hash")
        return Section("2-tijdlijn", "Tijdlijn", intro, head, rows, (1, 3, 2, 4, 6, 6))

    def _said(self, event: Event, gone: Mapping[int, datetime]) -> str:
        if event.forgotten:
            return f"verwijderd op {self._moment(gone.get(event.seq))}; wat er stond is niet meer te lezen"
        if event.kind in _INTERNAL:
            return "(alleen intern)"
        told = ((name, value) for name, value in event.values.items() if value not in (None, False, ""))
        return self.mask(", ".join(f"{name} {_yes(value)}" for name, value in told))

    def _messages(self) -> Section:
        rows = []
        for number, message_id in enumerate(self.tx.messages.ids_of_case(self.case.id), 1):
            message = self.tx.messages.get(message_id)
            rows.append(
                (
                    f"{number:04d}",
                    self._moment(message.at),
                    "van" if message.direction is Direction.IN else "aan",
                    message.label,
                    self._words(message)[:_SHOWN] if number <= _MANY else f"zie {number:04d} in 3-berichten/",
                )
            )
        intro = "Codes, wachtwoorden en burgerservicenummers zijn afgedekt. De hele tekst staat in de bestanden."
        head = ("nr", "wanneer", "richting", "soort", "tekst")
        return Section("3-berichten", "Berichten", intro, head, tuple(rows), (1, 2, 1, 2, 9))

    def _words(self, message: CaseMessage) -> str:
        if not message.text and not message.sender and message.direction is Direction.IN:
            return self._gone_words()
        return self.mask(message.text) or self._gone_words(message.direction)

    def _gone_words(self, direction: Direction = Direction.IN) -> str:
        """What is left of a message whose words were put away, and since when."""
        kinds = {"mail_forgotten", "words_forgotten"}
        at = [event.at for event in self.tx.events.of(self.case.id) if event.kind in kinds]
        if at:
            return f"De tekst is verwijderd op {self._moment(max(at))}."
        return "Geen tekst." if direction is Direction.IN else _AUTOMATIC

    def _decisions(self, events: tuple[Event, ...], drafts: tuple[Draft, ...]) -> Section:
        rows = []
        for draft in drafts:
            readers = sorted({event.os_login or event.actor for event in events if _read(event, draft)})
            given = [
                f"{one.user} {self._moment(one.at)} (hash {one.content_hash})"
                for one in self.tx.drafts.approvals(draft.id)
            ]
            alone = any(_of_draft(event, draft) and event.values.get("zonder_tweede_persoon") for event in events)
            proof = content_hash(draft) if draft.blocks else _kept_hash(events, draft)
            rows.append(
                (
                    f"{draft.version} ({draft.letter}, {draft.state})",
                    proof,
                    draft.editor or "",
                    ", ".join(readers),
                    "; ".join(given) + ("; zonder tweede persoon" if alone else ""),
                )
            )
        intro = "Elk akkoord noemt de hash van precies de tekst die werd goedgekeurd."
        head = ("versie", "hash van de inhoud", "bewerkt door", "gelezen door", "akkoord")
        return Section("4-besluiten", "Besluiten en akkoorden", intro, head, tuple(rows), (3, 4, 2, 2, 5))

    def _identity(self, events: tuple[Event, ...]) -> Section:
        reached = [
            f"{RIGHTS[request.kind]}: nodig L{int(request.required)}, bereikt L{int(request.reached)}"
            for request in self.case.requests
        ]
        gone = _forgotten_at(events)
        rows = tuple(
            (self._moment(event.at), event.actor, event_words(event.kind), self._said(event, gone))
            for event in events
            if event.kind in _IDENTITY
        )
        asked = [
            f"controlevraag {self._moment(one.made_at)}, {one.tries} foute codes, "
            f"{'beantwoord' if one.used else 'open' if one.open else 'vervallen'}"
            for one in self.tx.challenges.of_case(self.case.id)
        ]
        intro = "Alleen feiten en oordelen; documenten worden niet bewaard. " + "; ".join((*reached, *asked))
        head = ("wanneer", "wie", "feit", "oordeel")
        return Section("5-identiteit", "Wie vroeg het", intro, head, rows, (2, 2, 3, 6))

    def _deadlines(self) -> Section:
        rows = []
        today = self._day(self.now)
        for request in self.case.requests or (_unnamed(self.case),):
            dates = term(request, self.calendar, role=self.case.role)
            told = list(explained(request, dates, self.calendar))
            if request.extended_reason:
                told.append(f"reden van de verlenging: {request.extended_reason}")
            rows.append((right_of(request), self.mask("; ".join(told)), self._kept_to(request, dates.due, today)))
        intro = "Een maand na ontvangst (artikel 12 lid 3 AVG); valt die dag in een weekend of op een feestdag: later."
        return Section("6-termijnen", "Termijnen", intro, ("verzoek", "uitleg", "gehaald"), tuple(rows), (2, 7, 4))

    def _kept_to(self, request: Request, due: date, today: date) -> str:
        if request.answered_at is None:
            return "nog niet beantwoord" if request.open else "geen antwoord verstuurd"
        answered = self._day(request.answered_at)
        kept = "op tijd" if answered <= due else "te laat"
        return f"beantwoord {dutch_day(answered, today)}, {kept}"

    def _exports(self) -> Section:
        rows = tuple(
            (
                self.mask(export.name) or "naam verwijderd",
                str(export.size),
                export.sha256,
                self._moment(export.made_at),
                self._moment(export.destroyed_at) or "nog niet",
            )
            for export in self.tx.exports.of_case(self.case.id)
        )
        head = ("bestand", "bytes", "SHA-256", "gemaakt", "vernietigd")
        intro = "Alleen de lijst; de inhoud staat niet in dit dossier."
        return Section("7-bestanden", "Bestanden voor de betrokkene", intro, head, rows, (4, 1, 5, 2, 2))

    def _changes(self, events: tuple[Event, ...], drafts: tuple[Draft, ...]) -> Section:
        planned = [
            (f"gepland, versie {draft.version}", self.mask(change.label), CHANGES[change.action], str(change.count))
            for draft in drafts
            for change in draft.changes
        ]
        kinds = {"executed", "execution_differed", "due_erasure_done"}
        done = [
            (self._moment(event.at), event_words(event.kind), self._said(event, _forgotten_at(events)), "")
            for event in events
            if event.kind in kinds
        ]
        head = ("wanneer", "wat", "hoe", "aantal")
        return Section("8-wijzigingen", "Wijzigen en wissen", "", head, (*planned, *done), (3, 4, 5, 1))

    def _breaches(self) -> Section:
        rows = tuple(
            (
                str(one.id),
                self._moment(one.aware_at),
                f"{CAUSES[one.cause]} ({one.state})",
                self.mask("; ".join(f"{FIELDS[name]}: {text}" for name, text in one.fields.items() if text)),
            )
            for one in self.tx.incidents.of_case(self.case.id)
        )
        head = ("nr", "bekend sinds", "wat", "beschreven")
        return Section("9-datalekken", "Datalekken in deze zaak", "", head, rows, (1, 2, 4, 6))

    def _chain(self, events: tuple[Event, ...]) -> Section:
        broken = self.tx.events.broken_links(self.case.id)
        verdict = "de keten is heel" if not broken else f"VERBROKEN bij nr {', '.join(map(str, broken))}"
        gone = sum(event.forgotten for event in events)
        last = events[-1].hash if events else "-"
        rows = (
            ("uitslag", verdict),
            ("schakels", str(len(events))),
            ("waarvan de waarden zijn verwijderd", str(gone)),
            ("laatste hash", last),
        )
        return Section("10-controle", "Controle van de keten", "", ("wat", "uitkomst"), rows, (2, 5))

    def _notes(self, events: tuple[Event, ...]) -> Section:
        rows = tuple(
            (
                self._moment(event.at),
                event.actor,
                self.mask(_words_in(event)),
            )
            for event in events
            if event.kind in _INTERNAL and not event.forgotten
        )
        return Section(f"{INTERNAL}/1-notities", "Notities", "", ("wanneer", "wie", "tekst"), rows, (2, 2, 8))

    def _tasks(self) -> Section:
        rows = tuple(
            (
                task.kind,
                self.mask(task.text) or "tekst verwijderd",
                self._moment(task.due_at),
                f"{task.done_by} {self._moment(task.done_at)}" if task.done_at else "open",
            )
            for task in self.tx.tasks.of_case(self.case.id)
        )
        head = ("soort", "wat", "voor", "gedaan")
        return Section(f"{INTERNAL}/2-taken", "Taken", "", head, rows, (2, 7, 2, 3))

    # Mails

    def _mail(self, number: int, message_id: int, *, originals: bool) -> Iterator[Piece]:
        message = self.tx.messages.get(message_id)
        way = "in" if message.direction is Direction.IN else "uit"
        name = f"3-berichten/{number:04d}-{way}"
        yield Piece(f"{name}.eml", f"bericht {number}, afgedekt", lambda: [self._as_mail(message)])
        yield _text(f"{name}.txt", f"bericht {number} om te lezen", self._as_words(message))
        held = message.mail_id is not None and self.tx.mails.get(message.mail_id).has_content
        if originals and held:
            mail_id = message.mail_id or 0
            about = f"bericht {number} zoals het binnenkwam, niet afgedekt"
            yield Piece(f"{INTERNAL}/origineel/{number:04d}.eml", about, lambda: self.tx.mails.chunks(mail_id))

    def _as_mail(self, message: CaseMessage) -> bytes:
        """A mail with the names of the first one and its masked text; bytes of attachments stay away."""
        sender, to = (message.sender or "onbekend", self.own_address)
        if message.direction is Direction.OUT:
            sender, to = self.own_address, self._recipient(message)
        mail = Message()
        for name, value in (("From", sender), ("To", to), ("Subject", self.mask(message.subject or message.label))):
            mail[name] = Header(_one_line(value), "utf-8", header_name=name).encode()
        mail["Date"] = format_datetime(message.at)
        if message.message_id:
            mail["Message-ID"] = _one_line(message.message_id).encode("ascii", "replace").decode()
        mail["X-Dossier"] = f"{self.case.ref}; codes en nummers afgedekt; bijlagen niet bijgevoegd"
        mail.set_payload(self._words(message).encode("utf-8", "replace").decode(), "utf-8")
        return mail.as_bytes()

    def _recipient(self, message: CaseMessage) -> str:
        if message.outbox_id is None:
            return "onbekend"
        return self.tx.outbox.get(message.outbox_id).to or "verwijderd"

    def _as_words(self, message: CaseMessage) -> str:
        way = f"van {message.sender or 'onbekend'}"
        if message.direction is Direction.OUT:
            way = f"aan {self._recipient(message)}"
        lines = [f"{self._moment(message.at)}, {way}", f"soort: {message.label}", f"onderwerp: {message.subject}"]
        lines += [f"{name}: {value}" for name, value in message.facts.items() if value not in (None, "", 0, False)]
        if message.mail_id is not None and self.tx.mails.get(message.mail_id).has_content:
            lines.append(f"SHA-256 van het bericht zoals het binnenkwam: {self._digest(message.mail_id)}")
        return self.mask("\n".join(lines)) + f"\n\n{self._words(message)}\n"

    def _digest(self, mail_id: int) -> str:
        digest = hashlib.sha256()
        for chunk in self.tx.mails.chunks(mail_id):
            digest.update(chunk)
        return digest.hexdigest()

    def _moment(self, at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(ZoneInfo(self.calendar.timezone)):%d-%m-%Y %H:%M}"

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.calendar.timezone)).date()


def masking(tx: Transaction, case_id: int, own_numbers: frozenset[str]) -> Callable[[str], str]:
    """Takes codes, passphrase, links and citizen service numbers out of any text about this case."""
    passphrase = tx.secrets.passphrase(case_id)
    secrets = [*tx.secrets.codes(case_id), *([passphrase] if passphrase else [])]

    def mask(text: str) -> str:
        return masked_bsn(masked(without_tokens(text, MASK), secrets), own_numbers)

    return mask


def _forgotten_at(events: tuple[Event, ...]) -> dict[int, datetime]:
    """When the values of which links were deleted, as the chain itself says."""
    return {
        int(seq): event.at
        for event in events
        if event.kind == FORGOTTEN
        for seq in str(event.values.get("seqs", "")).split(",")
        if seq
    }


def _read(event: Event, draft: Draft) -> bool:
    return event.kind == "draft_shown" and event.values.get("draft") == draft.id


def _words_in(event: Event) -> str:
    return str(event.values.get("text") or event.values.get("reason") or "")


def _of_draft(event: Event, draft: Draft) -> bool:
    return event.kind == "approved" and event.values.get("draft") == draft.id


def _kept_hash(events: tuple[Event, ...], draft: Draft) -> str:
    """What stays of a draft whose text was put away."""
    kept = [event for event in events if event.kind == "draft_forgotten" and event.values.get("draft") == draft.id]
    return str(kept[0].values.get("hash")) if kept else "tekst verwijderd"


def _unnamed(case: Case) -> Request:
    return Request(0, RequestKind.COMPLAINT, RequestState.NEEDS_PERSON, case.received_at, Level.L0)


def _yes(value: object) -> str:
    return "ja" if value is True else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split()).encode("utf-8", "replace").decode()[:500] or "-"


def _csv(section: Section) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([section.head, *(tuple(_unlike_a_formula(cell) for cell in row) for row in section.rows)])
    return out.getvalue()


def _unlike_a_formula(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell


def _text(name: str, about: str, text: str) -> Piece:
    return Piece(name, about, lambda: [text.replace("\n", "\r\n").encode("utf-8", "replace")])
