"""What an answer proves: the right code, in new words, from the right address; nothing else raises a level."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from bot.cases.answers import denies, doubt
from bot.cases.codes import find_code
from bot.cases.levels import unproved
from bot.cases.lifecycle import Move
from bot.cases.model import Case, Level, RequestState
from bot.cases.work import Work
from bot.levelling import Levelling
from bot.mail.cage import Caged
from bot.mail.message import ParsedMail
from bot.settings import IdentitySettings
from bot.sources.beforehand import Beforehand
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, code_index, stop_for_person, void_drafts
from bot.store.guessing import guessed
from bot.store.records import Challenge, Job, Scalar
from bot.store.sendercheck import failed
from bot.triage.labels import Intent
from bot.triage.reading import Reading

_DRAFTED_UNPROVED = frozenset({RequestState.AWAITING_APPROVAL, RequestState.APPROVED})

Reads = Callable[[bytes], Awaitable[Reading | Caged]]


class Proof:
    """Weighs the answers to a challenge."""

    def __init__(self, archive: Archive, reads: Reads, levelling: Levelling, settings: IdentitySettings) -> None:
        self._archive = archive
        self._reads = reads
        self._levelling = levelling
        self._settings = settings

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
                _have_it_read(tx, tx.cases.by_id(job.case_id), job.target_id)

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
                _have_it_read(tx, case, job.target_id)

        self._levelling.decided(weighed)

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
            if codes or any(map(unproved, case.requests)):
                self.denied(tx, case, {"with_code": bool(codes)})
        elif codes:
            return self._has_right_code(tx, systems, case, mail, codes)
        return False

    def _not_from_him(self, tx: Transaction, case: Case, codes: tuple[str, ...]) -> None:
        """Neither a yes nor a no, nor a try: a person looks, and the true answer is still waited for."""
        challenge = tx.challenges.open_of(case.id)
        if challenge is not None and self._right(tx, challenge, codes):
            tx.events.write(case.id, "code_in_doubt", BOT, {"challenge": challenge.id, "why": "sender"})
            ask_person(tx, case.id, "look", "juiste code, maar de afzender is niet echt: bel (privacybot verify)")
        elif any(map(unproved, case.requests)):
            if codes:
                tx.events.write(case.id, "code_refused", BOT, {"why": "sender"})
            what = "een verkeerde code (raadt iemand?)" if codes else "een antwoord"
            ask_person(tx, case.id, "look", f"{what} van een afzender die niet echt is telt niet: bel zo nodig")

    def denied(self, tx: Transaction, case: Case, where: Mapping[str, Scalar]) -> None:
        """A no wins over a code: everything of the case stops, and its code dies."""
        tx.challenges.retire(case.id)
        tx.events.write(case.id, "challenge_denied", BOT, where)
        stop_for_person(tx, case, "de persoon zegt nee op het controlebericht", requests=case.open_requests)

    def _right(self, tx: Transaction, challenge: Challenge, codes: tuple[str, ...]) -> list[str]:
        return [code for code in codes if tx.challenges.by_code(code_index(self._archive.vault, code)) == challenge]

    def _has_right_code(
        self, tx: Transaction, systems: Beforehand, case: Case, mail: ParsedMail, codes: tuple[str, ...]
    ) -> bool:
        challenge = tx.challenges.open_of(case.id)
        if challenge is None or challenge.expires_at <= self._archive.clock():
            self._too_late(tx, case, mail)
            return False
        right = self._right(tx, challenge, codes)
        if not right:
            self._wrong_code(tx, case, challenge, mail)
        elif mail.sender.address != challenge.address:
            tx.events.write(case.id, "right_code_other_address", BOT, {"challenge": challenge.id})
            ask_person(tx, case.id, "look", "juiste code, ander adres: geen niveau gegeven")
        elif not _own(case, challenge) and self._guesses_too_much(tx, challenge.address):
            tx.events.write(case.id, "code_in_doubt", BOT, {"challenge": challenge.id, "why": "guesses"})
            ask_person(tx, case.id, "look", "juiste code na veel verkeerde in andere zaken: bel (privacybot verify)")
        elif why := doubt(mail.new_text, right[0], tx.secrets.passphrase(case.id)):
            tx.events.write(case.id, "code_in_doubt", BOT, {"challenge": challenge.id, "why": why})
            ask_person(tx, case.id, "look", f"juiste code, maar {why}: lees het, bel zo nodig (privacybot verify)")
        elif tx.challenges.use(challenge.id):
            self.proved(tx, systems, case, challenge)
            return True
        return False

    def _guesses_too_much(self, tx: Transaction, address: str) -> bool:
        return tx.guesses.today(address) >= self._settings.guesses_per_sender

    def _too_late(self, tx: Transaction, case: Case, mail: ParsedMail) -> None:
        if any(request.state is RequestState.AWAITING_IDENTITY for request in case.requests):
            self._counted(tx, case, _addresses(mail.sender.address))
            tx.events.write(case.id, "code_refused", BOT, {"why": "no open challenge"})
            ask_person(tx, case.id, "look", "er kwam een code, maar er staat geen controlevraag meer open")

    def _wrong_code(self, tx: Transaction, case: Case, challenge: Challenge, mail: ParsedMail) -> None:
        """One try a mail, however often the work on that mail is begun."""
        counted = {event.values.get("mail") for event in tx.events.of(case.id, "wrong_code")}
        if mail.digest not in counted:
            enough = self._counted(tx, case, _addresses(mail.sender.address, challenge.address))
            self._one_try_less(tx, case, challenge, {"mail": mail.digest}, enough)

    def wrong_code(self, tx: Transaction, case: Case, challenge: Challenge, where: Mapping[str, Scalar]) -> None:
        """A wrong code came by another way than mail."""
        enough = self._counted(tx, case, _addresses(challenge.address))
        self._one_try_less(tx, case, challenge, where, enough)

    def _counted(self, tx: Transaction, case: Case, mailboxes: frozenset[str]) -> bool:
        return guessed(tx, case.id, mailboxes, self._settings.guesses_per_sender, where=f"laatst in {case.ref}")

    def _one_try_less(
        self, tx: Transaction, case: Case, challenge: Challenge, where: Mapping[str, Scalar], enough: bool
    ) -> None:
        """The last try kills the code; so does the first of whoever guessed enough for today in other cases.

        Not in the case that the asked one began: anybody can guess in his name, and his own code must still count.
        """
        tries = tx.challenges.count_try(challenge.id)
        tx.events.write(case.id, "wrong_code", BOT, {"tries": tries, **where})
        if tries >= self._settings.tries or (enough and not _own(case, challenge)):
            tx.challenges.retire(case.id)
            often = f"{tries} keer een verkeerde code" if tries >= self._settings.tries else "te veel verkeerde codes"
            ask_person(tx, case.id, "look", f"{often}: de code is vervallen")

    def proved(self, tx: Transaction, systems: Beforehand, case: Case, challenge: Challenge) -> None:
        """The challenge was answered, by mail or on the page, and is used: its requests have reached L2."""
        tx.events.write(case.id, "challenge_answered", BOT, {"challenge": challenge.id})
        if any(r.id in challenge.request_ids and r.state in _DRAFTED_UNPROVED for r in case.requests):
            case = void_drafts(tx, case, BOT, "de persoon bewees alsnog wie hij is")
        for request in [request for request in case.requests if request.id in challenge.request_ids]:
            if not request.open and request.state is not RequestState.PARKED:
                continue  # withdrawn or settled while the answer was on its way
            if request.state is RequestState.PARKED:
                case = tx.cases.move(case, request.id, Move.REVIVED, BOT)
            case = self._levelling.raise_to(tx, systems, case, request.id, Level.L2, BOT)
        tx.jobs.defer(Work.FULFIL, case.id, case_id=case.id)


def _own(case: Case, challenge: Challenge) -> bool:
    """Who is asked is who began the case."""
    return case.sender == challenge.address


def _addresses(*known: str | None) -> frozenset[str]:
    return frozenset(address for address in known if address)


def _have_it_read(tx: Transaction, case: Case, mail_id: int) -> None:
    """A reply that proves nothing says something all the same, unless it has called a person itself.

    A person who was called before it came may have looked already, and would never hear of it.
    """
    came = [event.at for event in tx.events.of(case.id, "mail_added") if event.values.get("mail") == mail_id]
    called = [task.made_at for task in tx.tasks.open(case.id) if task.kind == "look"]
    if not came or not called or max(called) < min(came):
        ask_person(tx, case.id, "read", "er kwam een antwoord binnen: lees het")
