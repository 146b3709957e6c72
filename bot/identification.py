"""Who is asking: match, challenge, evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from secrets import choice
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.cases.answers import denies, doubt
from bot.cases.codes import find_code, new_code, new_passphrase
from bot.cases.deadlines import Calendar
from bot.cases.errors import LevelTooLowError, RefusedActError
from bot.cases.letters import LetterKind
from bot.cases.levels import hold_until, required_by_plan
from bot.cases.lifecycle import Move, allows
from bot.cases.model import Case, CaseRef, Level, Request, RequestState, Suspension
from bot.cases.people import Act, Actor, User, require
from bot.cases.subject import DataSubject
from bot.cases.work import Work, next_release
from bot.mail.authentication.verdict import SenderVerdict
from bot.mail.cage import Caged
from bot.mail.lookalike import looks_like
from bot.mail.message import ParsedMail
from bot.replies.casefacts import facts_of, local_day
from bot.replies.facts import LetterFacts
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom, thread_of
from bot.settings import IdentitySettings
from bot.sources.beforehand import Beforehand, CorrectionsPlanned, ErasurePlanned, FactorsLastChanged, UnreadError
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, code_index, post_automatic, posted_lately, stop_for_person, void_drafts
from bot.store.records import Challenge, Job, Scalar
from bot.store.sendercheck import failed
from bot.triage.labels import Intent, RequestKind
from bot.triage.reading import Reading

SECOND_FACTOR = "second_factor"
"""The task that asks staff to prove who it is by a factor fixed before the case."""

METHODS = ("phone", "letter", "decision")
"""Second factors: a call to the phone of record, a letter to the postal address of record, the officer's decision."""

_FIELDS_OF = {"phone": frozenset({"phone"}), "letter": frozenset({"street", "postcode", "city"})}
"""What a second factor rests on: a field that we changed ourselves lately is no proof."""

_DRAFTED_UNPROVED = frozenset({RequestState.AWAITING_APPROVAL, RequestState.APPROVED})

_T = TypeVar("_T")

_NOTHING_LEFT_YET = frozenset(
    {
        RequestState.RECEIVED,
        RequestState.AWAITING_IDENTITY,
        RequestState.COLLECTING,
        RequestState.AWAITING_APPROVAL,
        RequestState.NEEDS_PERSON,
    }
)

Reads = Callable[[bytes], Awaitable[Reading | Caged]]


@dataclass(frozen=True, slots=True)
class Found:
    """What the data map's systems know: nobody, one person, or more than one."""

    subjects: tuple[DataSubject, ...]

    @property
    def only(self) -> DataSubject | None:
        return self.subjects[0] if len(self.subjects) == 1 else None


class Identification:
    """Finds the record, asks the address of record, weighs the answer."""

    def __init__(
        self,
        archive: Archive,
        reads: Reads,
        sources: Sources,
        letters: Letters,
        mailroom: MailRoom,
        calendar: Calendar,
        settings: IdentitySettings,
        release_seconds: int,
    ) -> None:
        self._archive = archive
        self._reads = reads
        self._sources = sources
        self._letters = letters
        self._mailroom = mailroom
        self._calendar = calendar
        self._settings = settings
        self._release_seconds = release_seconds

    # Who could it be

    def identify(self, job: Job) -> None:
        """Find the record and set every new request on its way: asked, not needed, or a person must look."""
        with self._archive.reading() as tx:
            case = tx.cases.by_id(job.target_id)
        if case.letters_held or not any(request.state is RequestState.RECEIVED for request in case.requests):
            return
        known = case.data_subject
        found = Found(self._sources.find(case.sender, dict(case.identifiers)) if known is None else (known,))
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            self._set_out(tx, case, found)
            tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)

    def _set_out(self, tx: Transaction, case: Case, found: Found) -> None:
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
            both = f"{case.sender} schreef, {subject.address_of_record} staat in het record"
            ask_person(tx, case.id, "sender", f"twee adressen die op elkaar lijken: {both}")
        case = void_drafts(tx, tx.cases.by_id(case.id), BOT, "er is een record gevonden")
        if another:
            case = _unproved(tx, case)
        for request in case.requests:
            if request.state is RequestState.COLLECTING and request.reached < request.required:
                case = tx.cases.move(case, request.id, Move.IDENTITY_ASKED, BOT)
        return case

    def _set_out_one(self, tx: Transaction, case: Case, request: Request, found: Found) -> Case:
        if len(found.subjects) > 1 and case.data_subject is None:
            words = f"er zijn meer records die kunnen passen: privacybot choose {case.ref}"
            return stop_for_person(tx, case, words, requests=[request])
        if case.data_subject is None:
            return self._nobody(tx, case, request)
        required = _required_of_stranger(case, case.data_subject, request)
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
            stop_for_person(tx, case, "het record heeft geen e-mailadres: bel of schrijf de klant")
            return
        now = self._archive.clock()
        if self._recent(subject, now):
            stop_for_person(tx, case, "het adres in het record is pas gewijzigd: eerst iemand laten kijken")
            return
        standing = tx.challenges.open_of(case.id)
        if standing is not None and {r.id for r in case.requests if _unanswered(r)} <= set(standing.request_ids):
            return
        if len(tx.challenges.of_case(case.id)) >= self._settings.secrets:
            ask_person(tx, case.id, "look", "alle codes voor deze zaak zijn op: stel de identiteit anders vast")
            return
        if self._rivals(tx, case, subject, now):
            return
        self._send_challenge(tx, case, subject.address_of_record, now)

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

    def _recent(self, subject: DataSubject, now: datetime) -> bool:
        changed = subject.address_changed_at
        return changed is not None and now - changed < timedelta(days=self._settings.recent_address_days)

    def challenge(self, job: Job) -> None:
        """The challenge that had to wait a day, if it is still needed."""
        with self._archive.transaction() as tx:
            case = tx.cases.by_id(job.target_id)
            if any(map(_unanswered, case.requests)) and not case.letters_held:
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
        asked = tuple(request.id for request in case.requests if _unanswered(request))
        tx.challenges.retire(case.id)
        expires_at = self._end_of_day(now + timedelta(days=self._settings.code_days))
        tx.challenges.add(case.id, address.lower(), code_index(self._archive.vault, code), asked, now, expires_at)
        facts = replace(
            self._challenge_facts(tx, case, code), code_until=local_day(expires_at, self._calendar.timezone)
        )
        self._post(tx, case, letter, address, facts)
        return asked

    def _end_of_day(self, at: datetime) -> datetime:
        """The letter says "tot en met": a code works until midnight."""
        zone = ZoneInfo(self._calendar.timezone)
        return datetime.combine(at.astimezone(zone).date() + timedelta(days=1), time(), zone).astimezone(UTC)

    def _challenge_facts(self, tx: Transaction, case: Case, code: str | None) -> LetterFacts:
        asked = [request for request in case.requests if _unanswered(request)]
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
            if subject is None or subject.address_of_record is None or not any(map(_unanswered, case.requests)):
                return
            address = subject.address_of_record
            if not _from_record(case, subject) or self._asked_today(tx, address):
                return
            sent = [letter for letter in tx.outbox.of_case(case.id) if letter.letter is LetterKind.CHALLENGE_REMINDER]
            if not sent:
                self._post(tx, case, LetterKind.CHALLENGE_REMINDER, address, self._challenge_facts(tx, case, None))
            elif len(tx.challenges.of_case(case.id)) < self._settings.secrets:
                self._new_secret(tx, case, address, LetterKind.CHALLENGE_REMINDER)

    def _asked_today(self, tx: Transaction, address: str) -> bool:
        now = self._archive.clock()
        return any(
            posted_lately(tx, address, letter, now) for letter in (LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER)
        )

    # The answer

    async def check_answer(self, job: Job) -> None:
        """Does this mail carry the right code, in its new words, from the right address?"""
        raw = await asyncio.to_thread(self._raw, job.target_id)
        reading = await self._reads(raw)
        if isinstance(reading, Reading) and isinstance(reading.mail, ParsedMail):
            verdict = reading.as_reply or reading.verdict
            intents = verdict.intents if verdict else frozenset()
            await asyncio.to_thread(self._weigh, job, reading.mail, intents)
        else:
            await asyncio.to_thread(self._cannot_weigh, job)

    def _cannot_weigh(self, job: Job) -> None:
        """It was read when it was filed, and no longer is: a person reads it, for a code may stand in it."""
        if job.case_id is not None:
            with self._archive.transaction() as tx:
                self._have_it_read(tx, tx.cases.by_id(job.case_id))

    def _raw(self, mail_id: int) -> bytes:
        with self._archive.reading() as tx:
            return tx.mails.raw(mail_id)

    def _weigh(self, job: Job, mail: ParsedMail, intents: frozenset[Intent]) -> None:
        if job.case_id is None or mail.signs.automatic:
            return
        case_id = job.case_id

        def weighed(tx: Transaction, systems: Beforehand) -> None:
            tx.cases.lock(case_id)
            case = tx.cases.by_id(case_id)
            if not self._proves(tx, systems, case, job.target_id, mail, intents):
                self._have_it_read(tx, case)

        self._decided(weighed)

    def _decided(self, decision: Callable[[Transaction, Beforehand], _T]) -> _T:
        """Decide in one transaction, on what the company's systems said before it began.

        A system that is slow then holds up nobody else: on SQLite an open transaction keeps every other one waiting.
        What a decision turns out to need is read once its transaction is rolled back; then it is taken anew, on the
        case as it stands by that time.
        """
        systems = Beforehand(self._sources)
        while True:
            try:
                with self._archive.transaction() as tx:
                    return decision(tx, systems)
            except UnreadError as lacking:
                question = lacking.question
            systems.read(question)

    def _proves(
        self,
        tx: Transaction,
        systems: Beforehand,
        case: Case,
        mail_id: int,
        mail: ParsedMail,
        intents: frozenset[Intent],
    ) -> bool:
        """Whether this mail is the answer that the challenge asked for; what it was instead is written down."""
        codes = find_code(mail.new_text)
        if failed(tx, case.id, mail_id):
            self._not_from_him(tx, case, codes)
        elif denies(mail.new_text, intents):
            self._denied(tx, case, with_code=bool(codes))
        elif codes:
            return self._has_right_code(tx, systems, case, mail, codes)
        return False

    def _not_from_him(self, tx: Transaction, case: Case, codes: tuple[str, ...]) -> None:
        """Neither a yes nor a no, nor a try: a person looks, and the true answer is still waited for."""
        challenge = tx.challenges.open_of(case.id)
        if challenge is not None and self._right(tx, challenge, codes):
            tx.events.write(case.id, "code_in_doubt", BOT, {"challenge": challenge.id, "why": "sender"})
            ask_person(tx, case.id, "look", "juiste code, maar de afzender is niet echt: bel (privacybot verify)")
        elif any(map(_unanswered, case.requests)):
            ask_person(tx, case.id, "look", "een antwoord van een afzender die niet echt is telt niet: bel zo nodig")

    def _denied(self, tx: Transaction, case: Case, *, with_code: bool) -> None:
        """A no wins over a code: everything of the case stops, and its code dies."""
        if with_code or any(map(_unanswered, case.requests)):
            tx.challenges.retire(case.id)
            tx.events.write(case.id, "challenge_denied", BOT, {"with_code": with_code})
            stop_for_person(tx, case, "de persoon zegt nee op het controlebericht", requests=case.open_requests)

    def _right(self, tx: Transaction, challenge: Challenge, codes: tuple[str, ...]) -> list[str]:
        return [code for code in codes if tx.challenges.by_code(code_index(self._archive.vault, code)) == challenge]

    def _has_right_code(
        self, tx: Transaction, systems: Beforehand, case: Case, mail: ParsedMail, codes: tuple[str, ...]
    ) -> bool:
        challenge = tx.challenges.open_of(case.id)
        if challenge is None or challenge.expires_at <= self._archive.clock():
            self._too_late(tx, case)
            return False
        right = self._right(tx, challenge, codes)
        if not right:
            self._wrong_code(tx, case, challenge, mail)
        elif mail.sender.address != challenge.address:
            tx.events.write(case.id, "right_code_other_address", BOT, {"challenge": challenge.id})
            ask_person(tx, case.id, "look", "juiste code, ander adres: geen niveau gegeven")
        elif why := doubt(mail.new_text, right[0], tx.secrets.passphrase(case.id)):
            tx.events.write(case.id, "code_in_doubt", BOT, {"challenge": challenge.id, "why": why})
            ask_person(tx, case.id, "look", f"juiste code, maar {why}: lees het, bel zo nodig (privacybot verify)")
        elif tx.challenges.use(challenge.id):
            self._proved(tx, systems, case, challenge)
            return True
        return False

    def _have_it_read(self, tx: Transaction, case: Case) -> None:
        """A reply that proves nothing says something all the same, unless a person was called already."""
        if not any(task.kind == "look" for task in tx.tasks.open(case.id)):
            ask_person(tx, case.id, "read", "er kwam een antwoord binnen: lees het")

    def _too_late(self, tx: Transaction, case: Case) -> None:
        if any(request.state is RequestState.AWAITING_IDENTITY for request in case.requests):
            tx.events.write(case.id, "code_refused", BOT, {"why": "no open challenge"})
            ask_person(tx, case.id, "look", "er kwam een code, maar er staat geen controlevraag meer open")

    def _wrong_code(self, tx: Transaction, case: Case, challenge: Challenge, mail: ParsedMail) -> None:
        """One try a mail, however often the work on that mail is begun."""
        counted = {event.values.get("mail") for event in tx.events.of(case.id) if event.kind == "wrong_code"}
        if mail.digest in counted:
            return
        tries = tx.challenges.count_try(challenge.id)
        tx.events.write(case.id, "wrong_code", BOT, {"tries": tries, "mail": mail.digest})
        if tries >= self._settings.tries:
            tx.challenges.retire(case.id)
            ask_person(tx, case.id, "look", f"{tries} keer een verkeerde code: de code is vervallen")

    def _proved(self, tx: Transaction, systems: Beforehand, case: Case, challenge: Challenge) -> None:
        tx.events.write(case.id, "challenge_answered", BOT, {"challenge": challenge.id})
        if any(r.id in challenge.request_ids and r.state in _DRAFTED_UNPROVED for r in case.requests):
            case = void_drafts(tx, case, BOT, "de persoon bewees alsnog wie hij is")
        for request in [request for request in case.requests if request.id in challenge.request_ids]:
            if not request.open and request.state is not RequestState.PARKED:
                continue  # withdrawn or settled while the answer was on its way
            if request.state is RequestState.PARKED:
                case = tx.cases.move(case, request.id, Move.REVIVED, BOT)
            case = self._raise_to(tx, systems, case, request.id, Level.L2, BOT)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)

    def _raise_to(
        self,
        tx: Transaction,
        systems: Beforehand,
        case: Case,
        request_id: int,
        level: Level,
        actor: str,
        os_login: str | None = None,
        *,
        second_factor: bool = False,
    ) -> Case:
        """The request has reached this level; if that is enough it goes on, else a person is asked for more."""
        request = next(request for request in case.requests if request.id == request_id)
        required = self._required(systems, case, request)
        now = self._archive.clock()
        hold = hold_until(request.kind, required, (), now, self._settings, second_factor=second_factor)
        tx.cases.change_request(
            case.id,
            request_id,
            required=required,
            reached=max(level, request.reached),
            hold_until=hold if level >= required else None,
            suspensions=tuple(self._ended(suspension, now) for suspension in request.suspensions),
        )
        tx.events.write(
            case.id, "level_reached", actor, {"request": request_id, "level": int(level)}, os_login=os_login
        )
        case = tx.cases.by_id(case.id)
        if level < required:
            self._ask_second_factor(tx, case)
        elif allows(request, Move.IDENTITY_CONFIRMED):
            case = tx.cases.move(case, request_id, Move.IDENTITY_CONFIRMED, actor, os_login=os_login)
        return case

    def _ended(self, suspension: Suspension, now: datetime) -> Suspension:
        today = local_day(now, self._calendar.timezone)
        return suspension if suspension.ended_on else replace(suspension, ended_on=today)

    def _required(self, systems: Beforehand, case: Case, request: Request) -> Level:
        """The plan has the last word: what is low-risk needs L2, what ends an account or moves money needs L3."""
        subject = case.data_subject
        if subject is None:
            return request.required
        if request.kind is RequestKind.ERASURE:
            today = local_day(self._archive.clock(), self._calendar.timezone)
            return required_by_plan(request.kind, systems.told(ErasurePlanned(subject, case.language, today)))
        if request.kind is RequestKind.CORRECTION:
            changes = systems.told(CorrectionsPlanned(subject, request.corrections, case.language))
            return max(request.required, required_by_plan(request.kind, changes))
        return request.required

    def _ask_second_factor(self, tx: Transaction, case: Case) -> None:
        if any(task.kind == SECOND_FACTOR for task in tx.tasks.open(case.id)):
            return
        subject = case.data_subject
        means = "bel het nummer uit het record" if subject and subject.phone_of_record else "schrijf het postadres aan"
        ask_person(tx, case.id, SECOND_FACTOR, f"tweede bewijs nodig: {means} en leg vast met privacybot verify")
        self._notify_other_addresses(tx, case)

    def _notify_other_addresses(self, tx: Transaction, case: Case) -> None:
        """The person's own other addresses hear of an act with consequences, so that a stolen mailbox shows."""
        now = self._archive.clock()
        hold = now + timedelta(hours=self._settings.contact_hold_hours)
        facts = replace(facts_of(case, now, self._calendar), hold_until=local_day(hold, self._calendar.timezone))
        for address in case.data_subject.other_addresses if case.data_subject else ():
            self._post(tx, case, LetterKind.SECURITY_NOTICE, address, facts)

    # The second factor

    def verify(self, ref: CaseRef, actor: Actor, method: str, note: str) -> Case:
        """Staff proved the person by a factor fixed before the case; each factor raises the level by one step.

        Without an answered challenge a factor gives L2 (a lost mailbox), with one L3. The same factor counts once.
        """
        if not note.strip():
            raise RefusedActError("say in --note what was checked, when and how")
        return self._decided(lambda tx, systems: self._verified(tx, systems, ref, actor, method, note))

    def _verified(
        self, tx: Transaction, systems: Beforehand, ref: CaseRef, actor: Actor, method: str, note: str
    ) -> Case:
        user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
        tx.cases.lock(tx.cases.get(ref).id)
        case = tx.cases.get(ref)
        waiting = [request for request in case.requests if request.state is RequestState.AWAITING_IDENTITY]
        self._check_factor(tx, systems, case, user, method, waiting)
        tx.events.write(case.id, "verified", user.name, {"method": method, "note": note}, os_login=actor.os_login)
        for request in waiting:
            level = Level.L3 if request.reached >= Level.L2 else Level.L2
            second_factor = method != "decision"
            case = self._raise_to(
                tx, systems, case, request.id, level, user.name, actor.os_login, second_factor=second_factor
            )
        for task in tx.tasks.open(case.id):
            if task.kind == SECOND_FACTOR:
                tx.tasks.done(task.id, user.name, self._archive.clock())
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)
        return tx.cases.get(ref)

    def _check_factor(
        self, tx: Transaction, systems: Beforehand, case: Case, user: User, method: str, waiting: list[Request]
    ) -> None:
        subject = case.data_subject
        if method not in METHODS:
            raise RefusedActError(f"unknown method '{method}'; use one of: {', '.join(METHODS)}")
        if not waiting or subject is None:
            raise RefusedActError(f"no request of {case.ref} waits for proof of identity")
        if method in {event.values.get("method") for event in tx.events.of(case.id) if event.kind == "verified"}:
            raise RefusedActError(f"{method} was used in this case already: a second proof must be another one")
        if method == "phone" and not subject.phone_of_record:
            raise RefusedActError("the record has no phone number; use --method letter or decision")
        if method == "letter" and not subject.postal_of_record:
            raise RefusedActError("the record has no postal address; use --method phone or decision")
        if method in _FIELDS_OF and self._changed_lately(tx, systems, subject, method):
            days = self._settings.recent_address_days
            raise RefusedActError(f"we changed what --method {method} rests on less than {days} days ago: use another")
        if method == "decision":
            require(user, Act.DECIDE_RISK, user.name)
            if min(request.reached for request in waiting) < Level.L2:
                raise LevelTooLowError("a written decision stands in for the second factor only, not for the first")

    def _changed_lately(self, tx: Transaction, systems: Beforehand, subject: DataSubject, method: str) -> bool:
        """A factor that changed a few days ago, by our hand or any other that the system tells of, is no proof."""
        since = self._archive.clock() - timedelta(days=self._settings.recent_address_days)
        changed = systems.told(FactorsLastChanged(subject))
        at = changed.phone_at if method == "phone" else changed.postal_at
        by_us = any(
            event.kind == "executed" and event.at > since and event.values.get("field") in _FIELDS_OF[method]
            for case in tx.cases.of_subject(subject)
            for event in tx.events.of(case.id)
        )
        return by_us or (at is not None and at > since)

    # Which record

    def candidates(self, ref: CaseRef) -> tuple[DataSubject, ...]:
        """The records that fit what the case says, for a person to choose from."""
        with self._archive.reading() as tx:
            case = tx.cases.get(ref)
        return self._sources.find(case.sender, dict(case.identifiers))

    def choose(self, ref: CaseRef, actor: Actor, key: str, note: str) -> Case:
        """A person says which record it is; proof of identity is asked of that record as ever."""
        if not note.strip():
            raise RefusedActError("say in --note why it is this record")
        fitting = [subject for subject in self.candidates(ref) if subject.key == key]
        if not fitting:
            raise RefusedActError(f"no record {key} fits {ref}; list them with: privacybot choose {ref}")
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.get(ref)
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


def _key(subject: DataSubject) -> tuple[str, str]:
    return subject.system, subject.key


def _unproved(tx: Transaction, case: Case) -> Case:
    """What was proved of one record says nothing about another, and a code sent there proves nothing here."""
    tx.challenges.retire(case.id)
    for request in case.open_requests:
        if request.state in _NOTHING_LEFT_YET:
            tx.cases.change_request(case.id, request.id, reached=Level.L0, hold_until=None)
    return tx.cases.by_id(case.id)


def _unanswered(request: Request) -> bool:
    return request.state is RequestState.AWAITING_IDENTITY and request.reached < Level.L2


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
