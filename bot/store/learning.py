"""What staff say of a case becomes an example for the recogniser: the words of its mail without the people in them."""

from __future__ import annotations

import re

from bot.cases.model import Case
from bot.mail.quoting import split
from bot.store.archive import Transaction
from bot.store.examples import Lesson
from bot.store.records import CaseMessage, Direction, Event
from bot.triage.brand import TAUGHT, as_taught
from bot.triage.labels import Language, RequestKind
from bot.triage.pseudonyms import pseudonymised

_ATTACHED = re.compile(r"^\[(?:bijlage|kopie identiteitsbewijs) ", re.MULTILINE)
"""Where the words of the mail end and what staff read of its attachments begins."""


def lesson_of(tx: Transaction, case: Case, kinds: frozenset[RequestKind], brand: str = TAUGHT) -> Lesson | None:
    """What the mail that opened this case teaches, if it really asks these rights; empty is ordinary. Our own name
    (`brand`) stands in it as in the labelled mails: to whoever takes the people out it would be one of them.

    None where the labels are not about the words of one mail: the case came by phone or by post, a later mail asked
    more, only an attachment asks, or the words were forgotten; nor after the person was erased.
    """
    if any(event.kind == "example_forgotten" for event in tx.events.of(case.id)):
        return None
    opening = _opening(tx, case)
    if opening is None or any(request.received_at > case.received_at for request in case.requests):
        return None
    words = opening.text[: found.start()] if (found := _ATTACHED.search(opening.text)) else opening.text
    cut = split(words)
    if not f"{cut.new}{opening.subject}".strip() or _attachment_asks(tx, case):
        return None
    known, german = _known(case), case.language is Language.GERMAN
    subject, text, quoted = (
        pseudonymised(as_taught(one, brand), known, nouns_are_capital=german)
        for one in (opening.subject, cut.new, cut.quoted)
    )
    before = sorted(request.kind.value for request in case.requests)
    return Lesson(subject, text, quoted, tuple(sorted(kinds)), tuple(before), case.language.value)


def learned(tx: Transaction, case: Case, lesson: Lesson | None) -> bool:
    """Keep the example, in place of an earlier one of this case; whether there was any."""
    if lesson is not None:
        tx.examples.keep(case.id, _model_of(tx, case), lesson)
    return lesson is not None


def _opening(tx: Transaction, case: Case) -> CaseMessage | None:
    came = [message for message in tx.messages.of_case(case.id) if message.direction is Direction.IN]
    first = came[0] if came else None
    return first if first is not None and first.label == "request" and first.mail_id is not None else None


def _known(case: Case) -> list[str]:
    """Names that the case file holds."""
    stated = dict(case.identifiers)
    person = [case.data_subject.name] if case.data_subject is not None and case.data_subject.name else []
    mailbox = [re.sub(r"[._+-]", " ", case.sender.partition("@")[0])] if case.sender else []
    return [*person, *(stated[name] for name in ("name", "company") if name in stated), *mailbox]


def _opened(tx: Transaction, case: Case) -> Event | None:
    return next((event for event in tx.events.of(case.id) if event.kind == "opened"), None)


def _model_of(tx: Transaction, case: Case) -> str:
    event = _opened(tx, case)
    return "" if event is None else str(event.values.get("model", ""))


def _attachment_asks(tx: Transaction, case: Case) -> bool:
    event = _opened(tx, case)
    reasons = [] if event is None else [value for key, value in event.values.items() if key.startswith("reason_")]
    return any(str(reason).startswith("bijlage ") for reason in reasons)
