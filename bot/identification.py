"""Who is asking: the record is found, and its address asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from secrets import choice, token_hex
from zoneinfo import ZoneInfo

from bot.cases.codes import new_code, new_passphrase
from bot.cases.deadlines import Calendar
from bot.cases.errors import RefusedActError
from bot.cases.evidence import spelled
from bot.cases.letters import LetterKind
from bot.cases.levels import unproved
from bot.cases.lifecycle import Move, allows
from bot.cases.links import LinkAction, address_of, new_token
from bot.cases.mandates import writes_for_another
from bot.cases.model import Case, CaseRef, Level, Request, RequestState, Suspension
from bot.cases.notices import ADDRESS_SHARED, IDENTITY, ways_to_prove
from bot.cases.people import Act, Actor, require
from bot.cases.subject import DataSubject
from bot.cases.work import Work, next_release
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.lookalike import looks_like
from bot.replies.casefacts import facts_of, local_day
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, thread_of
from bot.settings import IdentitySettings
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import (
    BOT,
    SEVERAL_RECORDS,
    ask_person,
    code_index,
    post_automatic,
    posted_lately,
    stop_for_person,
    void_drafts,
)
from bot.store.factors import void_proof
from bot.store.records import Challenge, Job, Scalar
from bot.triage.identifiers import without_new
from bot.triage.labels import RequestKind, Role, Writer

_NEVER_ASKED = {
    Writer.HEIR: "gaat over iemand die is overleden: naar dat adres gaat niets vanzelf (represents --who heir)",
    Writer.AUTHORITY: "komt van een toezichthouder, rechter of politie: bel zelf terug, er gaat niets vanzelf",
}
"""Nothing is asked at the address of record of these cases: nobody reads it, or nobody of them asked."""

_AGE_UNKNOWN = (
    "het systeem zegt niet wanneer het adres in het record wijzigde: kijk zelf of dat niet pas gebeurde, voordat u "
    "iets goedkeurt"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What the data map's systems know: nobody, one person, or more than one."""

    subjects: tuple[DataSubject, ...]
    alike: tuple[str, ...] = ()  # where it is nobody: addresses of record that look like the sender's

    @property
    def only(self) -> DataSubject | None:
        return self.subjects[0] if len(self.subjects) == 1 else None

    def with_address(self, address: str | None) -> int:
        """How many of them have this address; the others are found by what somebody states, as anybody could."""
        return sum(subject.known_by(address) for subject in self.subjects)


class Identification:
    """Finds the record and asks the address of record."""

    def __init__(
        self,
        archive: Archive,
        sources: Sources,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        settings: IdentitySettings,
        release_seconds: int,
        public_url: str = "",
    ) -> None:
        self._archive = archive
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._settings = settings
        self._release_seconds = release_seconds
        self._public_url = public_url

    # Who could it be

    def identify(self, job: Job) -> None:
        """Find the record and set every new request on its way: asked, not needed, or a person must look."""
        with self._archive.reading() as tx:
            case = tx.cases.by_id(job.target_id)
        if case.letters_held or not any(request.state is RequestState.RECEIVED for request in case.requests):
            return
        known = case.data_subject
        found = self._found(case) if known is None else Found((known,))
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            self._set_out(tx, case, found)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)

    def _found(self, case: Case) -> Found:
        subjects = self._records(case)
        return Found(subjects, () if subjects or case.sender is None else self._sources.looking_like(case.sender))

    def _records(self, case: Case) -> tuple[DataSubject, ...]:
        """Whose record it may be. Whoever writes for another is not the one; a person who stands in a customer's books
        is looked for by his own address alone, for what he states is about that customer."""
        address = None if writes_for_another(case.writer) else case.sender
        stated = {} if case.role is Role.PROCESSOR else without_new(dict(case.identifiers), _new_values(case))
        return self._sources.find(address, stated)

    def _set_out(self, tx: Transaction, case: Case, found: Found) -> None:
        if case.writer in _NEVER_ASKED:
            stop_for_person(tx, case, _NEVER_ASKED[case.writer])
            return
        for alike in found.alike:
            self._tell_of_alike(tx, case, alike)
        if case.data_subject is None and (records := found.with_address(case.sender)) > 1:
            tx.events.write(case.id, SEVERAL_RECORDS, BOT, {"records": records})
        if case.data_subject is None and found.only is not None:
            case = self._known_now(tx, case, found.only)
        for request in [request for request in case.requests if request.state is RequestState.RECEIVED]:
            case = self._set_out_one(tx, case, request, found)
        if any(request.state is RequestState.AWAITING_IDENTITY for request in case.requests):
            self._challenge(tx, case)

    def _known_now(self, tx: Transaction, case: Case, subject: DataSubject) -> Case:
        """A record is found: what was answered with "nobody" so far must be proved like anything else."""
        another = case.data_subject is not None and _key(case.data_subject) != _key(subject)
        tx.cases.change(case.id, data_subject=subject)
        tx.events.write(case.id, "record_found", BOT, {"system": subject.system})
        if case.sender and subject.address_of_record and looks_like(case.sender, subject.address_of_record):
            self._tell_of_alike(tx, case, subject.address_of_record)
        case = void_drafts(tx, tx.cases.by_id(case.id), BOT, "er is een record gevonden")
        if another:
            case = void_proof(tx, case, BOT)
        for request in case.requests:
            if request.state is RequestState.COLLECTING and request.reached < request.required:
                case = tx.cases.move(case, request.id, Move.IDENTITY_ASKED, BOT)
        return case

    def _tell_of_alike(self, tx: Transaction, case: Case, record: str) -> None:
        both = f"{spelled(case.sender or '')} schreef, {spelled(record)} staat in het record"
        ask_person(tx, case.id, "sender", f"twee adressen die op elkaar lijken: {both}")

    def _set_out_one(self, tx: Transaction, case: Case, request: Request, found: Found) -> Case:
        if len(found.subjects) > 1 and case.data_subject is None:
            words = f"er zijn meer records die kunnen passen: privacybot choose {case.ref}"
            return stop_for_person(tx, case, words, requests=[request])
        if case.data_subject is None:
            return self._nobody(tx, case, request)
        required = _required_of_stranger(case, case.data_subject, request)
        if required > Level.L0 and self._recent(tx, case.data_subject, self._archive.clock()):
            required = Level.L3  # the answer would go to an address that somebody may just have put there
        if required > Level.L0 and case.data_subject.address_shared:
            required = Level.L3  # a code answered from it does not tell which of them answered
            ask_person(tx, case.id, IDENTITY, ADDRESS_SHARED)
        if required >= Level.L3 and not case.data_subject.address_change_known:
            ask_person(tx, case.id, IDENTITY, _AGE_UNKNOWN)
        if required != request.required:
            tx.cases.change_request(case.id, request.id, required=required)
            case = tx.cases.by_id(case.id)
        if request.reached >= required:
            return tx.cases.move(case, request.id, Move.IDENTITY_NOT_NEEDED, BOT, level=int(request.reached))
        return tx.cases.move(case, request.id, Move.IDENTITY_ASKED, BOT, required=int(required))

    def _nobody(self, tx: Transaction, case: Case, request: Request) -> Case:
        """A negative answer holds nothing from our systems and speaks of the sender's own address only.

        It lowers no level: if a record turns up later, the request must be proved after all.
        """
        if writes_for_another(case.writer):
            words = "van degene voor wie iemand schrijft is geen record gevonden: vraag naar gegevens (ask)"
            return stop_for_person(tx, case, words, requests=[request])
        if case.sender is None:
            return stop_for_person(tx, case, "geen record en geen eenduidige afzender", requests=[request])
        if case.sender_verdict is SenderVerdict.FAIL:
            return stop_for_person(tx, case, "geen record, en de afzender is niet echt", requests=[request])
        return tx.cases.move(case, request.id, Move.IDENTITY_NOT_NEEDED, BOT, found=False)

    # The challenge

    def _challenge(self, tx: Transaction, case: Case) -> None:
        """Ask the address of record, as it was before the case; never an address that the mail names."""
        subject = case.data_subject
        if subject is None or subject.address_of_record is None:
            ways = ways_to_prove(subject)
            ask_person(tx, case.id, IDENTITY, f"het record heeft geen e-mailadres, dus er kan geen code heen: {ways}")
            return
        if case.writer in _NEVER_ASKED:
            stop_for_person(tx, case, _NEVER_ASKED[case.writer])
            return
        now = self._archive.clock()
        if self._recent(tx, subject, now):
            words = f"het adres in het record is pas gewijzigd; twee andere bewijzen nodig: {ways_to_prove(subject)}"
            ask_person(tx, case.id, IDENTITY, words)
            return
        standing = tx.challenges.open_of(case.id)
        if standing is not None and {r.id for r in case.requests if unproved(r)} <= set(standing.request_ids):
            return
        if len(tx.challenges.of_case(case.id)) >= self._settings.secrets:
            ask_person(tx, case.id, "look", f"alle codes voor deze zaak zijn op: {ways_to_prove(subject)}")
            return
        if self._rivals(tx, case, subject, now):
            return
        self._send_challenge(tx, case, subject.address_of_record, now)
        if not _from_record(case, subject):
            words = (
                f"vraagt vanaf een ander adres dan in het record; antwoordt het record niet: {ways_to_prove(subject)}"
            )
            ask_person(tx, case.id, IDENTITY, words)

    def _rivals(self, tx: Transaction, case: Case, subject: DataSubject, now: datetime) -> bool:
        """Whether other cases about this person hold this challenge up.

        One challenge a day for what came from the address of record, and that is never held up by strangers. What came
        from elsewhere waits as long as another such question stands open: a person looks at a second one.
        """
        tx.cases.lock_subject(subject)
        others = [other for other in tx.cases.of_subject(subject) if other.id != case.id]
        rivals = [other for other in others if _from_record(other, subject) == _from_record(case, subject)]
        if not _from_record(case, subject):
            if any(tx.challenges.open_of(other.id) for other in rivals):
                ask_person(tx, case.id, "look", "meer verzoeken van vreemde adressen over dezelfde persoon: kijk eerst")
                return True
            return False
        made = [challenge.made_at for other in rivals for challenge in tx.challenges.of_case(other.id)]
        if any(at > now - timedelta(days=1) for at in made):
            self._postpone(tx, case, now)
            return True
        return False

    def _postpone(self, tx: Transaction, case: Case, now: datetime) -> None:
        tomorrow = now + timedelta(days=1, minutes=1)
        tx.jobs.defer(Work.CHALLENGE, case.id, case_id=case.id, run_at=tomorrow, key=f"challenge:{case.id}")
        tx.events.write(case.id, "challenge_postponed", BOT, {"why": "one a day"})

    def _recent(self, tx: Transaction, subject: DataSubject, now: datetime) -> bool:
        """The address was changed a few days ago, as the system tells or as we did it ourselves."""
        since, changed = now - timedelta(days=self._settings.recent_address_days), subject.address_changed_at
        by_us = any(
            event.at > since and event.values.get("field") == "email"
            for case in tx.cases.of_subject(subject)
            for event in tx.events.of(case.id, "executed")
        )
        return by_us or (changed is not None and changed > since)

    def challenge(self, job: Job) -> None:
        """The challenge that had to wait a day, if it is still needed."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            if any(map(unproved, case.requests)) and not case.letters_held:
                self._challenge(tx, case)

    def _send_challenge(self, tx: Transaction, case: Case, address: str, now: datetime) -> None:
        if any(challenge.made_at > now - timedelta(days=1) for challenge in tx.challenges.of_case(case.id)):
            self._postpone(tx, case, now)
            return
        asked = self._new_secret(tx, case, address, LetterKind.CHALLENGE)
        today = local_day(now, self._calendar.timezone)
        for request_id in asked:
            tx.cases.change_request(case.id, request_id, suspensions=(Suspension(today),))

    def _new_secret(self, tx: Transaction, case: Case, address: str, letter: LetterKind) -> tuple[int, ...]:
        """A fresh code in a letter; the one before it dies. Returns the requests it asks about."""
        now = self._archive.clock()
        code = new_code(choice)
        if tx.secrets.passphrase(case.id) is None:
            tx.secrets.set_passphrase(case.id, new_passphrase(choice))
        tx.secrets.remember_code(case.id, code)
        asked = tuple(request.id for request in case.requests if unproved(request))
        tx.challenges.retire(case.id)
        expires_at = self._end_of_day(now + timedelta(days=self._settings.code_days))
        code_hash = code_index(self._archive.vault, code)
        challenge = tx.challenges.add(case.id, address.lower(), code_hash, asked, now, expires_at)
        facts = replace(
            self._challenge_facts(tx, case, code), code_until=local_day(expires_at, self._calendar.timezone)
        )
        self._post(tx, case, letter, address, self._with_link(tx, challenge, facts))
        return asked

    def _with_link(self, tx: Transaction, challenge: Challenge | None, facts: LetterFacts) -> LetterFacts:
        """A fresh link to the page where this challenge may be answered, where there are such pages."""
        if not self._public_url or challenge is None:
            return facts
        token = new_token(token_hex)
        tx.links.add_confirm(challenge, token)
        link = address_of(self._public_url, LinkAction.CONFIRM, token)
        return replace(facts, confirm_link=link, link_hours=self._settings.link_hours)

    def _end_of_day(self, at: datetime) -> datetime:
        """The letter says "tot en met": a code works until midnight."""
        zone = ZoneInfo(self._calendar.timezone)
        return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)

    def _challenge_facts(self, tx: Transaction, case: Case, code: str | None) -> LetterFacts:
        asked = [request for request in case.requests if unproved(request)]
        return replace(
            facts_of(case, self._archive.clock(), self._calendar),
            kinds=tuple(sorted({request.kind for request in asked})),
            fields=tuple(dict.fromkeys(change.field for request in asked for change in request.corrections)),
            from_this_address=_told_origin(case),
            code=code,
            passphrase=tx.secrets.passphrase(case.id),
        )

    def _post(self, tx: Transaction, case: Case, kind: LetterKind, address: str, facts: LetterFacts) -> None:
        letter = self._letters.compose(kind, facts)
        mail = self._mailroom.automatic(letter.subject, letter.blocks, address, thread_of(case, address))
        beat = next_release(self._archive.clock(), self._release_seconds)
        post_automatic(tx, case, kind, mail.to, mail.message_id, mail.raw, beat)

    def remind(self, job: Job) -> None:
        """The reminder of an unanswered challenge: the first without a code, later ones with a fresh code."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            subject = case.data_subject
            if subject is None or subject.address_of_record is None or not any(map(unproved, case.requests)):
                return
            address = subject.address_of_record
            if not _from_record(case, subject) or self._asked_today(tx, address):
                return
            sent = [letter for letter in tx.outbox.of_case(case.id) if letter.letter is LetterKind.CHALLENGE_REMINDER]
            if not sent:
                facts = self._with_link(tx, tx.challenges.open_of(case.id), self._challenge_facts(tx, case, None))
                self._post(tx, case, LetterKind.CHALLENGE_REMINDER, address, facts)
            elif len(tx.challenges.of_case(case.id)) < self._settings.secrets:
                self._new_secret(tx, case, address, LetterKind.CHALLENGE_REMINDER)

    def _asked_today(self, tx: Transaction, address: str) -> bool:
        now = self._archive.clock()
        return any(
            posted_lately(tx, address, letter, now) for letter in (LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER)
        )

    # Which record

    def candidates(self, ref: CaseRef) -> tuple[DataSubject, ...]:
        """The records that fit what the case says, for a person to choose from."""
        with self._archive.reading() as tx:
            case = tx.cases.get(ref)
        return self._records(case)

    def choose(self, ref: CaseRef, actor: Actor, key: str, note: str) -> Case:
        """A person says which record it is; proof of identity is asked of that record as ever."""
        if not note.strip():
            raise RefusedActError("say in --note why it is this record")
        fitting = [subject for subject in self.candidates(ref) if subject.key == key]
        if not fitting:
            raise RefusedActError(f"no record {key} fits {ref}; list them with: privacybot choose {ref}")
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            values: dict[str, Scalar] = {"system": fitting[0].system, "note": note}
            tx.events.write(case.id, "record_chosen", user.name, values, os_login=actor.os_login)
            case = self._known_now(tx, case, fitting[0])
            for request in case.open_requests:
                if allows(request, Move.LABELLED):
                    case = tx.cases.move(case, request.id, Move.LABELLED, user.name, os_login=actor.os_login)
                    tx.cases.change_request(case.id, request.id, needs=None)
            for task in tx.tasks.open(case.id):
                if task.kind == "look":
                    tx.tasks.done(task.id, user.name, self._archive.clock())
            tx.cases.change(case.id, letters_held=False)
            tx.jobs.defer(Work.IDENTIFY, case.id, case_id=case.id)
            return tx.cases.get(ref)


def _new_values(case: Case) -> list[tuple[str, str | None]]:
    """What the mail says will be so, field and value."""
    return [(change.field, change.new) for request in case.requests for change in request.corrections]


def _key(subject: DataSubject) -> tuple[str, str]:
    return subject.system, subject.key


def _from_record(case: Case, subject: DataSubject) -> bool:
    """The mail came from the address of record, as far as a From can say."""
    record = subject.address_of_record
    if case.sender_verdict is SenderVerdict.FAIL:
        return False
    return case.sender is not None and record is not None and case.sender == record.lower()


def _told_origin(case: Case) -> bool | None:
    """Whether the challenge says that it was asked from its own address; None where the sender is false: neither."""
    if case.sender_verdict is SenderVerdict.FAIL:
        return None
    return case.data_subject is not None and _from_record(case, case.data_subject)


def _required_of_stranger(case: Case, subject: DataSubject, request: Request) -> Level:
    """What needs no proof from the very address needs it from any other; a complaint holds nothing of ours."""
    if request.required is Level.L0 and request.kind is not RequestKind.COMPLAINT and not _from_record(case, subject):
        return Level.L2
    return request.required
