"""Carries out what was decided about one mail, inside one transaction: a case opened, a mail added, or left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from bot.cases.attachments import as_staff_read_it, quoted
from bot.cases.complaints import complaints_of
from bot.cases.filing import (
    AddToCase,
    Decision,
    FromLetter,
    LeaveAlone,
    OpenCase,
    ReportOnLetter,
)
from bot.cases.followups import effect_of, follow_ups_in_words
from bot.cases.letters import LetterKind
from bot.cases.levels import Levels
from bot.cases.lifecycle import Move
from bot.cases.machines import Asking, Consequence, asking
from bot.cases.masking import masked_bsn, numbers_in
from bot.cases.model import Case
from bot.cases.notices import IDENTITY, PERHAPS, perhaps_words, ways_to_prove
from bot.cases.returned import cause_words, returned_words
from bot.cases.work import Work
from bot.mail.message import Fate, ParsedMail, Report
from bot.store.archive import Transaction
from bot.store.casework import (
    BOT,
    SECOND_FACTOR,
    URGENT,
    ask_person,
    letter_came_back,
    readable,
    stop_for_person,
    tell_of_lost_alarm,
)
from bot.store.complaints import give_to_officer
from bot.store.quarantine import ask_to_clean
from bot.store.records import Arrival, Direction, MailVerdict, NewCase, NewRequest, OutgoingLetter, Scalar
from bot.triage.identity_documents import id_copies
from bot.triage.labels import Intent, Language, RequestKind, Role, Writer
from bot.triage.marketing import speaks_of_marketing
from bot.triage.verdict import Verdict

AWAITED = "sender_awaited"
"""The event that says what of a mail waits for the verdict about its sender."""

TEST_CAME_BACK = "test_mail"
"""The task that tells of a test mail that did not arrive."""

FOLLOW_UP = "follow_up"
"""The task that tells what a follow-up asks of staff."""

HELD_LETTERS = "held_letters"
"""The one task that tells staff of cases whose automatic letters wait for them."""

_BESIDE_CODE = "bij de code staat nog een vraag of een wijziging: lees het antwoord"

_CODE_CAME = (
    "de code uit de brief kwam per mail: vul haar in met privacybot verify {} --method letter --code CODE; het bericht "
    "zelf bewijst niets"
)

_NUMBER_CAME = (
    "een bericht noemt het nummer van deze zaak, waarin een brief met een code is gemaakt: lees het; staat de code "
    "erin, vul haar in met privacybot verify {} --method letter --code CODE"
)

_PERHAPS_BREACH = "Kreeg een ander het bestand? Dan is het een datalek: privacybot incident {}"

_REPORT_ASKS = "een bericht over de bezorging of het lezen van onze brief vraagt of zegt ook iets: lees het"

_TELLING = 0.1  # a label scored lower says nothing to staff
_REASON_LENGTH = 200  # characters of a sentence
_NUMBERS_SOUGHT = 500_000  # characters of mail and attachments: more than staff ever see of one

_HEARD = frozenset({Intent.NOT_ME, Intent.WRONG_RECIPIENT})
"""What a mail says that leads to more than a stop."""


class Filing:
    """Carries out one decision inside one transaction."""

    def __init__(
        self,
        tx: Transaction,
        mail_id: int,
        arrival: Arrival,
        mail: ParsedMail,
        verdict: Verdict,
        own_numbers: frozenset[str],
        levels: Levels,
    ) -> None:
        self._levels = levels
        self._tx = tx
        self._own_numbers = own_numbers
        self._mail_id = mail_id
        self._arrival = arrival
        self._mail = mail
        self._verdict = verdict
        self._copies = id_copies(mail)
        texts = (mail.subject, mail.whole_text, *(part.text for part in mail.attachments if part.text))
        self._numbers = numbers_in("\n".join(texts)[:_NUMBERS_SOUGHT], own_numbers)

    def carry_out(self, decision: Decision) -> None:
        match decision:
            case LeaveAlone():
                self._settle(ledger_verdict(decision), None)
            case OpenCase():
                self._open(decision)
            case AddToCase():
                self._add(decision)
            case ReportOnLetter(outbox_id=outbox_id, consequence=then):
                self._reported(outbox_id, then)
            case _:
                assert_never(decision)

    def _settle(self, verdict: MailVerdict, case_id: int | None) -> None:
        self._tx.mails.settle(self._mail_id, verdict, self._mail.identity, case_id)

    def _open(self, decision: OpenCase) -> None:
        case = self._tx.cases.open(self._new_case(decision))
        self._keep_message(case, "request")
        self._ask_to_clean(case)
        self._settle(MailVerdict.CASE, case.id)
        self._tx.events.write(case.id, "opened", BOT, self._opening_facts(case, decision))
        case = _with_owner(self._tx, case)
        for request in case.requests if decision.needs else ():
            case = self._tx.cases.move(case, request.id, Move.PERSON_NEEDED, BOT)
        if decision.urgent is not None:
            self._tx.cases.change(case.id, priority=1)
            self._tx.events.write(case.id, "priority_raised", BOT, {"mail": self._mail_id, "label": "request"})
            if decision.urgent != decision.needs:
                ask_person(self._tx, case.id, URGENT, decision.urgent)
        self._tell_of_perhaps(case, decision.perhaps)
        if decision.needs is not None:
            ask_person(self._tx, case.id, "look", decision.needs)
            return
        if decision.letters_held:
            _tell_of_held_letters(self._tx)
            return
        self._tx.jobs.defer(Work.ACKNOWLEDGE, case.id, case_id=case.id)
        self._tx.jobs.defer(Work.IDENTIFY, case.id, case_id=case.id)

    def _new_case(self, decision: OpenCase) -> NewCase:
        mail, verdict = self._mail, self._verdict
        return NewCase(
            role=verdict.role,
            writer=verdict.writer,
            language=verdict.language,
            channel=self._arrival.channel,
            received_at=self._arrival.received_at,
            sender=mail.sender.address,
            subject_line=masked_bsn(mail.subject, self._own_numbers, self._numbers),
            message_id=mail.message_id,
            references=mail.references,
            identifiers=tuple(sorted(verdict.identifiers.items())),
            letters_held=decision.letters_held or decision.needs is not None,
            other_privacy=decision.other_privacy,
            requests=tuple(self._new_request(kind, decision.needs) for kind in sorted(decision.kinds)),
        )

    def _new_request(self, kind: RequestKind, needs: str | None = None) -> NewRequest:
        corrections = self._verdict.corrections if kind == RequestKind.CORRECTION else ()
        marketing = speaks_of_marketing(f"{self._mail.subject}\n{self._mail.new_text}")
        level = self._levels.required(kind, corrections, marketing_only=marketing)
        return NewRequest(kind, self._arrival.received_at, level, corrections=corrections, needs=needs)

    def _opening_facts(self, case: Case, decision: OpenCase) -> dict[str, Scalar]:
        """Why this became a case: scores, and the sentences that spoke for each label."""
        verdict = self._verdict
        scores = {f"score_{label}": round(score, 3) for label, score in verdict.scores.items() if score >= _TELLING}
        reasons = {
            f"reason_{reason.label}": self._readable(case, quoted(reason))[:_REASON_LENGTH]
            for reason in verdict.reasons
            if verdict.scores.get(reason.label, 0) >= _TELLING
        }
        why = {"no_answer": "; ".join(decision.no_answer)} if decision.no_answer else {}
        held = {"mail": self._mail_id, "held": decision.letters_held, "needs": decision.needs, "model": verdict.model}
        return {**held, **why, **scores, **reasons}

    def _adding_facts(self, decision: AddToCase) -> dict[str, Scalar]:
        facts: dict[str, Scalar] = {"mail": self._mail_id, "label": decision.label, "model": self._verdict.model}
        return facts | ({"perhaps": " ".join(sorted(decision.perhaps))} if decision.perhaps else {})

    def _readable(self, case: Case, text: str) -> str:
        return readable(self._tx, case.id, text, self._own_numbers, self._numbers)

    def _keep_message(self, case: Case, label: str) -> None:
        mail = self._mail
        self._tx.messages.add(
            case.id,
            Direction.IN,
            self._arrival.received_at,
            label,
            message_id=mail.message_id,
            mail_id=self._mail_id,
            sender=mail.sender.address or masked_bsn(mail.sender.shown, self._own_numbers, self._numbers),
            subject=self._readable(case, mail.subject),
            text=self._readable(case, as_staff_read_it(mail, self._copies.sure)),
            facts=_message_facts(mail),
        )
        self._tx.jobs.defer(Work.AUTHENTICATE, case.id, case_id=case.id, key=f"authenticate:{case.id}")

    def _ask_to_clean(self, case: Case) -> None:
        ask_to_clean(
            self._tx, case.id, self._mail_id, self._arrival, self._copies, lambda text: self._readable(case, text)
        )

    def _add(self, decision: AddToCase) -> None:
        tx, case = self._tx, self._tx.cases.by_id(decision.case_id)
        self._keep_message(case, decision.label)
        self._ask_to_clean(case)
        self._settle(MailVerdict.CASE, case.id)
        tx.events.write(case.id, "mail_added", BOT, self._adding_facts(decision))
        added = [tx.cases.add_request(case.id, self._new_request(kind)).id for kind in sorted(decision.new_kinds)]
        self._await_sender(case, decision, added)
        if RequestKind.COMPLAINT in decision.new_kinds:
            give_to_officer(tx, tx.cases.by_id(case.id))
        for label in (decision.label, *sorted(decision.beside)):
            self._follow(case, label)
        if decision.stop_for is not None:
            for case_id in (case.id, *decision.also_stop):
                self._stop(tx.cases.by_id(case_id), decision)
        elif decision.read_by_staff and not decision.may_answer_challenge:
            does = follow_ups_in_words((decision.label, *sorted(decision.beside)))
            ask_person(tx, case.id, "read", f"nieuw bericht in de zaak ({does})")
        self._tell_of_perhaps(case, decision.perhaps)
        if decision.letter is not None:
            self._tell_of_letter(case, decision)
        if Intent.REFUSES_IDENTIFICATION in self._verdict.intents:
            words = (
                f"wil niet bewijzen wie hij is: vraag nooit een identiteitsbewijs; {ways_to_prove(case.data_subject)}"
            )
            ask_person(tx, case.id, IDENTITY, words)
        if decision.asks_beside_code:
            ask_person(tx, case.id, "read", _BESIDE_CODE)
        if decision.may_answer_challenge:
            tx.jobs.defer(Work.CHECK_ANSWER, self._mail_id, case_id=case.id)

    def _tell_of_perhaps(self, case: Case, perhaps: frozenset[RequestKind]) -> None:
        if perhaps:
            ask_person(self._tx, case.id, PERHAPS, perhaps_words(case.ref, perhaps))

    def _tell_of_letter(self, case: Case, decision: AddToCase) -> None:
        """A code that came is entered by staff, or nothing happens with it; after a no there is nothing to enter."""
        if decision.stop_for is not None and case.open_requests:
            return
        if decision.letter is FromLetter.CODE:
            ask_person(self._tx, case.id, SECOND_FACTOR, _CODE_CAME.format(case.ref))
        else:
            ask_person(self._tx, case.id, "read", _NUMBER_CAME.format(case.ref))

    def _await_sender(self, case: Case, decision: AddToCase, added: list[int]) -> None:
        """Write down what only a sender who is not false may bring about, and nobody who only names a number."""
        if decision.letter is FromLetter.NUMBER:
            return
        reopen_for = None if case.open_requests else decision.stop_for
        elsewhere = decision.label in set(Intent) and self._answers_export_from_elsewhere(case)
        heard = (_HEARD & decision.beside) - {decision.label}
        if added or elsewhere or reopen_for is not None or heard or decision.label in _HEARD:
            values: dict[str, Scalar] = {"mail": self._mail_id, "label": decision.label, "reopen_for": reopen_for}
            values |= {"elsewhere": True} if elsewhere else {}
            values |= {"heard": " ".join(sorted(heard))} if heard else {}
            values["requests"] = " ".join(map(str, added))
            self._tx.events.write(case.id, AWAITED, BOT, values)
            self._tx.jobs.defer(Work.FOLLOW_UP, self._mail_id, case_id=case.id)

    def _answers_export_from_elsewhere(self, case: Case) -> bool:
        """Whoever answers a letter with an export has read it; it went to one address only."""
        letters = (self._tx.outbox.by_message_id(one) for one in self._mail.references)
        return any(
            letter is not None
            and letter.case_id == case.id
            and _with_export(self._tx, letter)
            and letter.to.lower() != (self._mail.sender.address or "").lower()
            for letter in letters
        )

    def _follow(self, case: Case, label: str) -> None:
        """What this kind of follow-up brings about whoever wrote it: harmless, and never a new date."""
        effect = effect_of(label)
        if effect.presses and self._tx.cases.by_id(case.id).priority > 1:
            self._tx.cases.change(case.id, priority=1)
            self._tx.events.write(case.id, "priority_raised", BOT, {"mail": self._mail_id, "label": label})
        if effect.advice is not None:
            ask_person(self._tx, case.id, FOLLOW_UP, effect.advice)

    def _stop(self, case: Case, decision: AddToCase) -> None:
        """Not me, a withdrawal, a dispute: what is drafted or approved does not leave until a person has looked.

        At once, and whoever wrote it: nothing is taken back by that, and an erasure cannot be.
        """
        if case.open_requests:
            stop_for_person(self._tx, case, decision.stop_for or "", requests=case.open_requests)

    def _reported(self, outbox_id: int, then: Consequence) -> None:
        """What a mail system says of a letter of ours stands in its case; a failure comes to staff."""
        tx, report = self._tx, self._mail.report
        letter = tx.outbox.get(outbox_id)
        if letter.case_id is None or report is None:
            if then is not Consequence.NOTE and report is not None:
                self._staff_mail_came_back(letter, report)
            self._settle(MailVerdict.AUTOMATIC, None)
            return
        case = tx.cases.by_id(letter.case_id)
        self._keep_message(case, "bounce" if report.fate is Fate.FAILED else f"report_{report.fate}")
        self._ask_to_clean(case)
        self._settle(MailVerdict.CASE, case.id)
        told: dict[str, Scalar] = {"outbox": outbox_id, "letter": letter.letter, "status": report.status}
        told |= {"fate": report.fate, "cause": report.cause, "consequence": then}
        tx.events.write(case.id, "bounced" if then is Consequence.UNDO else "letter_reported", BOT, told)
        if then is not Consequence.NOTE:
            words = returned_words(letter.letter, report, believed=then is Consequence.UNDO)
            if then is Consequence.UNDO and letter.draft_id is not None:
                letter_came_back(tx, case, letter, words)
            elif _with_export(tx, letter):
                words = f"{words}. {_PERHAPS_BREACH.format(case.ref)}"
            ask_person(tx, case.id, "bounce", words)
        elif asking(self._mail, self._verdict) is not Asking.NOTHING:
            ask_person(tx, case.id, "read", _REPORT_ASKS)

    def _staff_mail_came_back(self, letter: OutgoingLetter, report: Report) -> None:
        """An alarm that nobody reads is no alarm; of a test mail only its sender needs to know."""
        if letter.letter is LetterKind.TEST_MAIL:
            ask_person(self._tx, None, TEST_CAME_BACK, f"een proefbericht (testmail) kwam terug: {cause_words(report)}")
            return
        words = f"een alarm aan een collega kwam terug: {cause_words(report)}; controleer het adres (user list)"
        tell_of_lost_alarm(self._tx, letter.id, words)


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a mail in a running case brings about if its sender is not false."""

    label: str
    request_ids: frozenset[int] = frozenset()
    reopen_for: str | None = None
    elsewhere: bool = False  # it answers an export from another address than that went to
    heard: frozenset[str] = frozenset()  # of `label` and what stands beside it, what leads to more than a stop


def _with_export(tx: Transaction, letter: OutgoingLetter) -> bool:
    """An answer with files that left, and whose address we still know."""
    if letter.draft_id is None or letter.dated_at is None or not letter.to:
        return False
    return bool(tx.drafts.get(letter.draft_id).files)


def awaited(tx: Transaction, case_id: int, mail_id: int) -> Awaited | None:
    """What of this mail waited for the verdict about its sender."""
    events = [event for event in tx.events.of(case_id) if event.kind == AWAITED and event.values.get("mail") == mail_id]
    if not events:
        return None
    values = events[0].values
    why = values.get("reopen_for")
    ids = frozenset(int(one) for one in str(values["requests"]).split())
    return Awaited(
        label=str(values["label"]),
        request_ids=ids,
        reopen_for=None if why is None else str(why),
        elsewhere=bool(values.get("elsewhere")),
        heard=_HEARD & {str(values["label"]), *str(values.get("heard", "")).split()},
    )


def open_unreadable(
    tx: Transaction, mail_id: int, arrival: Arrival, reason: str, head: str, own_numbers: frozenset[str]
) -> None:
    """What cannot be taken apart is a case for staff, clock running."""
    needs = f"kon niet worden gelezen: {reason}"
    case = tx.cases.open(
        NewCase(
            role=Role.CONTROLLER,
            writer=Writer.SUBJECT,
            language=Language.DUTCH,
            channel=arrival.channel,
            received_at=arrival.received_at,
            sender=None,
            subject_line="",
            letters_held=True,
        )
    )
    tx.messages.add(
        case.id,
        Direction.IN,
        arrival.received_at,
        "unreadable",
        message_id=None,
        mail_id=mail_id,
        sender=None,
        subject="",
        text=readable(tx, case.id, head, own_numbers),
        facts={"reason": reason},
    )
    tx.mails.settle(mail_id, MailVerdict.CASE, None, case.id)
    ask_person(tx, case.id, "look", needs)


def ledger_verdict(decision: LeaveAlone) -> MailVerdict:
    return MailVerdict.AUTOMATIC if decision.automatic else MailVerdict.ORDINARY


def _message_facts(mail: ParsedMail) -> dict[str, Scalar]:
    return {
        "attachments": len(mail.attachments),
        "hidden_text": mail.hidden_text,
        "defects": "; ".join(mail.defects[:20]),
        "sender_defects": "; ".join(mail.sender.defects[:20]),
    }


def _with_owner(tx: Transaction, case: Case) -> Case:
    """A complaint is looked after by an officer, if there is one who had no hand in what it is about."""
    return give_to_officer(tx, case) if complaints_of(case) else case


def _tell_of_held_letters(tx: Transaction) -> None:
    """One list for staff, however many cases wait."""
    ask_person(tx, None, HELD_LETTERS, "er wachten zaken op vrijgave van hun brieven: privacybot cases --held")
