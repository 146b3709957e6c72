"""The page where a challenge is answered: what it asks, a yes with the code, a no without; looking does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from bot.cases.codes import normalise
from bot.cases.deadlines import Calendar
from bot.cases.links import Link, LinkAction, LinkState, is_token
from bot.cases.model import Case, RequestState
from bot.levelling import Levelling
from bot.mail.authentication.verdict import SenderVerdict
from bot.replies.casefacts import local_day
from bot.settings import IdentitySettings
from bot.sources.beforehand import Beforehand
from bot.store.archive import Archive, Transaction
from bot.store.breach_signs import sign_of_breach, suspect
from bot.store.casework import BOT, code_index
from bot.store.records import Challenge, Scalar
from bot.triage.labels import Intent, Language, RequestKind

_ON_PAGE: Mapping[str, Scalar] = {"channel": "page"}


class Weighs(Protocol):
    """What an answer leads to, by whichever way it came."""

    def proved(self, tx: Transaction, systems: Beforehand, case: Case, challenge: Challenge) -> None: ...
    def wrong_code(self, tx: Transaction, case: Case, challenge: Challenge, where: Mapping[str, Scalar]) -> None: ...
    def denied(self, tx: Transaction, case: Case, where: Mapping[str, Scalar]) -> None: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What the page asks: reference, rights and day, and nobody's name."""

    ref: str
    language: Language
    kinds: tuple[RequestKind, ...]
    received_on: date
    tries_left: int
    from_this_address: bool | None  # None: the sender was not real, so neither is said


class Answered(StrEnum):
    PROVED = "proved"
    WRONG = "wrong"  # there is a try left; an empty field costs none
    CLOSED = "closed"  # unknown, used, too late, or no try left


@dataclass(frozen=True, slots=True)
class _Standing:
    link: Link
    case: Case
    challenge: Challenge


class Confirmation:
    """Answers to a challenge that come from its page."""

    def __init__(
        self, archive: Archive, levelling: Levelling, weighs: Weighs, calendar: Calendar, settings: IdentitySettings
    ) -> None:
        self._archive = archive
        self._levelling = levelling
        self._weighs = weighs
        self._calendar = calendar
        self._settings = settings

    def question(self, token: str) -> Question | None:
        """What this link asks; None for one that opens nothing, whatever the reason."""
        with self._archive.reading() as tx:
            standing = self._standing(tx, token)
            return None if standing is None else self._question(standing)

    def _question(self, standing: _Standing) -> Question:
        case, challenge = standing.case, standing.challenge
        asked = [request for request in case.requests if request.id in challenge.request_ids]
        received_at = min((request.received_at for request in asked), default=case.received_at)
        return Question(
            case.ref,
            case.language,
            tuple(sorted({request.kind for request in asked if _may_be_proved(request.state, request.open)})),
            local_day(received_at, self._calendar.timezone),
            self._settings.tries - challenge.tries,
            None if case.sender_verdict is SenderVerdict.FAIL else case.sender == challenge.address,
        )

    def yes(self, token: str, code: str) -> Answered:
        """The code was typed in. A right one proves what a right one by mail does, and a wrong one costs a try."""

        def weighed(tx: Transaction, systems: Beforehand) -> Answered:
            standing = self._locked(tx, token)
            if standing is None:
                return Answered.CLOSED
            case, challenge = standing.case, standing.challenge
            if not code.strip():
                return Answered.WRONG
            if not tx.challenges.is_code_of(challenge.id, code_index(self._archive.vault, normalise(code))):
                self._weighs.wrong_code(tx, case, challenge, _ON_PAGE)
                return Answered.WRONG if self._standing(tx, token) is not None else Answered.CLOSED
            if not tx.challenges.use(challenge.id):
                return Answered.CLOSED
            tx.events.write(case.id, "code_on_page", BOT, {"link": standing.link.id})
            self._weighs.proved(tx, systems, case, challenge)
            return Answered.PROVED

        return self._levelling.decided(weighed)

    def no(self, token: str) -> bool:
        """It was not them: what a mail that says so leads to, without a code. False if the link opens nothing."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            standing = self._locked(tx, token)
            if standing is None:
                return False
            case = standing.case
            self._weighs.denied(tx, case, _ON_PAGE)
            if (cause := sign_of_breach(tx, case.id, Intent.NOT_ME)) is not None:
                suspect(tx, case.id, cause, now)
            return True

    def _locked(self, tx: Transaction, token: str) -> _Standing | None:
        """The same, as nobody else can change it until the transaction ends."""
        standing = self._standing(tx, token)
        if standing is None:
            return None
        tx.cases.lock(standing.case.id)
        return self._standing(tx, token)

    def _standing(self, tx: Transaction, token: str) -> _Standing | None:
        """The open challenge behind this link: it dies with the challenge, and opens nothing else."""
        link = tx.links.by_token(LinkAction.CONFIRM, token) if is_token(token) else None
        if link is None or link.challenge_id is None or link.state is not LinkState.OPEN:
            return None
        challenge, case = tx.challenges.get(link.challenge_id), tx.cases.by_id(link.case_id)
        alive = challenge.open and challenge.case_id == case.id and tx.links.goes_to(link, challenge.address)
        if not alive or self._too_late(link, challenge):
            return None
        asked = [request for request in case.requests if request.id in challenge.request_ids]
        wanted = any(_may_be_proved(request.state, request.open) for request in asked)
        return _Standing(link, case, challenge) if wanted else None

    def _too_late(self, link: Link, challenge: Challenge) -> bool:
        now = self._archive.clock()
        opened_at = link.opened_at or now
        return challenge.expires_at <= now or opened_at + timedelta(hours=self._settings.link_hours) <= now


def _may_be_proved(state: RequestState, is_open: bool) -> bool:
    return is_open or state is RequestState.PARKED
