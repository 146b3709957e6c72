"""People whom the company knows: they ask, get a challenge, and answer it, each in a way of his own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import mails
from servers.office import Office, body, code_in, header
from servers.smtp_sink import SunkMail

from bot.cases.letters import AUTOMATIC
from bot.cases.model import Case, RequestState
from bot.cases.work import Work
from bot.store.archive import Transaction

WRONG_CODE = "3AAA-AAAA"


class Habit(StrEnum):
    """How somebody answers a challenge."""

    AT_ONCE = "at once"
    TWICE = "twice"
    WRONG_FIRST = "wrong code first"
    WRONG_ONLY = "wrong code only"
    NOT_ME = "that was not me"


_MIX = (Habit.AT_ONCE, Habit.TWICE, Habit.WRONG_FIRST, Habit.AT_ONCE, Habit.TWICE, Habit.WRONG_FIRST, Habit.WRONG_ONLY)
PROVES = frozenset({Habit.AT_ONCE, Habit.TWICE, Habit.WRONG_FIRST})


@dataclass
class Customer:
    """One of them; `to_say` is what he still has to write once the letter with the code has come."""

    address: str
    habit: Habit
    asked: bool = False
    to_say: list[str] | None = None
    written: int = 0

    @property
    def done(self) -> bool:
        return not self.asked or self.to_say == []

    def asks(self, words: str) -> bytes:
        self.asked = True
        return self._mail("mijn gegevens", words, None)

    def answers(self, letters: list[SunkMail]) -> bytes | None:
        """His next answer, if the letter has come and he has more to say."""
        challenge = next((one for one in letters if self.address in one.to and code_in(one)), None)
        if challenge is None or not self.asked:
            return None
        if self.to_say is None:
            self.to_say = list(self._words(code_in(challenge) or ""))
        if not self.to_say:
            return None
        quoted = "\r\n".join(f"> {line}" for line in body(challenge).splitlines())
        words = f"{self.to_say.pop(0)}\r\n\r\nOp do 26 nov. 2026 om 09:00 schreef Kleinboek <{mails.OURS}>:\r\n{quoted}"
        return self._mail(f"Re: {header(challenge, 'Subject')}", words, header(challenge, "Message-ID"))

    def _words(self, code: str) -> Iterator[str]:
        match self.habit:
            case Habit.AT_ONCE:
                yield code
            case Habit.TWICE:
                yield code
                yield f"{code}\r\n\r\nVoor de zekerheid nog een keer."
            case Habit.WRONG_FIRST:
                yield WRONG_CODE
                yield code
            case Habit.WRONG_ONLY:
                yield WRONG_CODE
            case Habit.NOT_ME:
                yield "Dat was ik niet, ik heb niets gevraagd."

    def _mail(self, subject: str, words: str, answered: str | None) -> bytes:
        self.written += 1
        thread = "" if answered is None else f"In-Reply-To: {answered}\r\nReferences: {answered}\r\n"
        number = f"{self.written}.{self.address.replace('@', '.')}"
        return (
            f"From: {self.address}\r\nTo: {mails.OURS}\r\nSubject: {subject}\r\n"
            f"Message-ID: <{number}@klant.example>\r\n{thread}MIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n"
        ).encode()


def customers(office: Office, fate: random.Random) -> list[Customer]:
    """Every owner of an account whose address is his alone, in some order; one of them did not ask himself."""
    people, twins = office.people, {twin.address.lower() for twin in office.people.case_twins}
    known = [person.address for person in people.everyone if person.klant_id and person.owner]
    addresses = [address for address in known if address.lower() not in twins]
    fate.shuffle(addresses)
    return [
        Customer(address, Habit.NOT_ME if not place else _MIX[place % len(_MIX)])
        for place, address in enumerate(addresses)
    ]


def settled(tx: Transaction, customer: Customer, case: Case | None) -> bool:
    """All that he wrote was weighed, and what he proved was answered."""
    if not customer.asked:
        return True
    if case is None or not customer.done or any(_weighing(tx, case)):
        return False
    return customer.habit not in PROVES or not case.open_requests


def _weighing(tx: Transaction, case: Case) -> Iterator[bool]:
    given_up = tx.jobs.parked()
    for job in tx.jobs.of_case(case.id):
        yield job.kind == Work.CHECK_ANSWER and job not in given_up


def faults_of(tx: Transaction, customer: Customer, case: Case) -> Iterator[str]:
    """What is not as this customer's answers ask for."""
    happened = Counter(event.kind for event in tx.events.of(case.id))
    letters = [letter.letter for letter in tx.outbox.of_case(case.id) if letter.letter not in AUTOMATIC]
    proves = customer.habit in PROVES
    expected = {
        "challenges": (len(tx.challenges.of_case(case.id)), 1),
        "levels reached": (happened["level_reached"], int(proves)),
        "drafts": (len(tx.drafts.of_case(case.id)), int(proves)),
        "answers": (len(letters), int(proves)),
        "wrong codes": (happened["wrong_code"], int(customer.habit in {Habit.WRONG_FIRST, Habit.WRONG_ONLY})),
        "codes that work": (int(tx.challenges.open_of(case.id) is not None), int(customer.habit is Habit.WRONG_ONLY)),
    }
    for what, (found, wanted) in expected.items():
        if found != wanted:
            yield f"{case.ref} ({customer.habit}): {found} {what}, not {wanted}"
    states = {request.state for request in case.requests}
    waits = {Habit.WRONG_ONLY: RequestState.AWAITING_IDENTITY, Habit.NOT_ME: RequestState.NEEDS_PERSON}
    if not proves and states != {waits[customer.habit]}:
        yield f"{case.ref} ({customer.habit}): stands at {', '.join(sorted(states))}"
