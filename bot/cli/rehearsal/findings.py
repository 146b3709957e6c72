"""What a rehearsal keeps and tells of one mail: bounded, made visible, citizen service numbers masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from bot.cases.filing import AddToCase, OpenCase
from bot.cases.followups import follow_ups_in_words
from bot.cases.masking import masked_bsn, numbers_in
from bot.cases.notices import perhaps_asked
from bot.cases.rehearsal import Lane, Outcome
from bot.mail.charsets import visible
from bot.mail.message import ParsedMail
from bot.triage.labels import OTHER_PRIVACY, Language, RequestKind, Writer
from bot.triage.verdict import Reason, StatedCorrection, Verdict

_TELLING = 0.1  # a label scored lower says nothing to staff
_MOST_CONSIDERED = 3
_NUMBERS_SOUGHT = 500_000  # characters of mail and attachments
_TEXT = 20_000  # characters of a mail in which its sentences are looked up
_AROUND = 240  # characters shown on each side of a sentence
_EXCERPT = 3_000
_SENTENCE = 600
_LINE = 160  # characters of a subject, a sender or a name
_VALUE = 120
LEFT_OUT = " […] "

Mask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the mail's own text; `labels` are what it carried the decision for."""

    text: str = field(repr=False)
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is kept of one mail until all are read: enough to decide about it and to tell why."""

    name: str = field(repr=False)
    mail: ParsedMail = field(repr=False)  # without its texts
    verdict: Verdict
    as_reply: Verdict | None
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    passages: tuple[Passage, ...] = field(repr=False)

    @property
    def came_at(self) -> datetime:
        """What its Date header claims; a mail without one comes first."""
        return self.mail.dated_at or datetime.min.replace(tzinfo=UTC)


def sheet_of(name: str, mail: ParsedMail, verdict: Verdict, as_reply: Verdict | None, ours: frozenset[str]) -> Sheet:
    """Of a mail that can only be ordinary no words are kept but its subject."""
    mask = _masking(mail, ours)
    verdict = _told(verdict, mask)
    as_reply = None if as_reply is None else _told(as_reply, mask)
    judged = verdict if as_reply is None else replace(verdict, reasons=(*verdict.reasons, *as_reply.reasons))
    telling = as_reply is not None or not verdict.ordinary
    return Sheet(
        name=_cut(name, 2 * _LINE),
        mail=_without_texts(mail),
        verdict=verdict,
        as_reply=as_reply,
        sender=_one_line(mask(mail.sender.shown or mail.sender.address or "")),
        subject=_one_line(mask(mail.subject)),
        passages=passages_of(mask(mail.new_text[:_TEXT]), judged.reasons) if telling else (),
    )


def _masking(mail: ParsedMail, ours: frozenset[str]) -> Mask:
    texts = (mail.subject, mail.whole_text, *(part.text for part in mail.attachments if part.text))
    numbers = numbers_in(visible("\n".join(texts)[:_NUMBERS_SOUGHT]), ours)
    return lambda text: masked_bsn(visible(text), ours, numbers)


def _told(verdict: Verdict, mask: Mask) -> Verdict:
    """The verdict with its words as they may be shown, and without what the report does not tell."""
    reasons = (Reason(one.label, mask(one.text[:_SENTENCE]), _one_line(mask(one.source))) for one in verdict.reasons)
    stated = (_stated(one, mask) for one in verdict.corrections)
    return replace(verdict, reasons=tuple(reasons), corrections=tuple(stated), identifiers={})


def _stated(correction: StatedCorrection, mask: Mask) -> StatedCorrection:
    old, new = (None if value is None else _cut(mask(value), _VALUE) for value in (correction.old, correction.new))
    return StatedCorrection(correction.field, old, new)


def _without_texts(mail: ParsedMail) -> ParsedMail:
    """What deciding needs: whether there were words, not which."""
    return replace(
        mail,
        subject="",
        new_text=mail.new_text.strip()[:1],
        quoted_text="",
        whole_text="",
        other_text=mail.other_text[:1],
        to_addresses=(),
        attachments=(),
        files_within=(),
    )


def _one_line(text: str) -> str:
    return _cut(" ".join(text.split()), _LINE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


# The sentences in their text


def passages_of(text: str, reasons: Iterable[Reason]) -> tuple[Passage, ...]:
    """The text around the sentences that carried the decision, these marked; the beginning where there are none."""
    spans = _spans(text, reasons)
    if not spans:
        return (Passage(_cut(text.strip(), 2 * _AROUND)),) if text.strip() else ()
    pieces, end, length = list[Passage](), 0, 0
    for start, stop, labels in spans:
        pieces += [Passage(one) for one in _between(text, end, start, first=not pieces) if one]
        pieces.append(Passage(text[start:stop], labels))
        end, length = stop, length + stop - start + 2 * _AROUND
        if length > _EXCERPT:
            break
    after = _cut_back(text[end : end + _AROUND])
    return (*pieces, *([Passage(after + (LEFT_OUT if end + len(after) < len(text.rstrip()) else ""))] if after else ()))


def _spans(text: str, reasons: Iterable[Reason]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Where the sentences stand, in order, with their labels; a clause and its sentence are one."""
    found = ((text.find(one.text), one) for one in reasons if one.text.strip() and not one.source)
    spans: list[tuple[int, int, tuple[str, ...]]] = []
    for start, one in sorted((each for each in found if each[0] >= 0), key=lambda each: each[0]):
        stop, labels = start + len(one.text), [one.label]
        if spans and start < spans[-1][1]:
            start, last, others = spans.pop()
            stop, labels = max(stop, last), [*others, *labels]
        spans.append((start, stop, tuple(dict.fromkeys(labels))))
    return spans


def _between(text: str, start: int, stop: int, *, first: bool) -> tuple[str, ...]:
    """The text between two sentences, its middle left out where it is long."""
    if stop - start <= 2 * _AROUND:
        return (text[start:stop],)
    before = "" if first else _cut_back(text[start : start + _AROUND])
    return (before, LEFT_OUT, _cut_front(text[stop - _AROUND : stop]))


def _cut_back(text: str) -> str:
    """Ends where a word ends."""
    return re.sub(r"\S{1,40}\Z", "", text) if len(text) == _AROUND else text


def _cut_front(text: str) -> str:
    return re.sub(r"\A\S{1,40}", "", text)


# What is told


@dataclass(frozen=True, slots=True)
class Finding:
    """One mail as the report tells it. `why` is for staff: why a person looks, or what a follow-up does."""

    lane: Lane
    name: str = field(repr=False)
    on: date | None
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    number: int | None  # of the case
    kinds: tuple[str, ...]  # the rights decided, in the order of the law
    why: str
    writer: Writer
    language: Language
    considered: tuple[tuple[str, float], ...]  # what else scored, highest first
    reasons: tuple[Reason, ...] = field(repr=False)
    passages: tuple[Passage, ...] = field(repr=False)
    corrections: tuple[StatedCorrection, ...] = field(repr=False)

    @property
    def nearest(self) -> float:
        """How near an ordinary mail came to being something else."""
        return max((score for _, score in self.considered), default=0.0)

    @property
    def elsewhere(self) -> tuple[Reason, ...]:
        """Sentences that carried the decision and are not among the passages: of the subject, of an attachment."""
        shown = [passage.text for passage in self.passages if passage.labels]
        return tuple(one for one in self.reasons if one.text.strip() and not any(one.text in text for text in shown))


def finding_of(sheet: Sheet, outcome: Outcome, zone: ZoneInfo) -> Finding:
    """What is told of a mail and what came of it."""
    verdict = outcome.verdict
    told = outcome.lane in (Lane.CASE, Lane.PERSON, Lane.FOLLOW_UP)
    kinds = tuple(kind.value for kind in RequestKind if kind in verdict.kinds)
    return Finding(
        lane=outcome.lane,
        name=sheet.name,
        on=None if sheet.mail.dated_at is None else _day(sheet.mail.dated_at, zone),
        sender=sheet.sender,
        subject=sheet.subject,
        number=outcome.number,
        kinds=kinds + (OTHER_PRIVACY,) * verdict.other_privacy,
        why=_why(outcome),
        writer=verdict.writer,
        language=verdict.language,
        considered=_considered(verdict),
        reasons=verdict.reasons if told else (),
        passages=sheet.passages if told else (),
        corrections=verdict.corrections if told else (),
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # the first or the last day that there can be
        return moment.date()


def _why(outcome: Outcome) -> str:
    match outcome.decision:
        case OpenCase(needs=needs, perhaps=perhaps):
            return "; ".join(filter(None, (needs, perhaps_asked(perhaps) if perhaps else None)))
        case AddToCase(stop_for=stop, label=label, beside=beside):
            return stop or follow_ups_in_words((label, *sorted(beside)))
        case _:
            return ""


def _considered(verdict: Verdict) -> tuple[tuple[str, float], ...]:
    decided: Sequence[str] = [*verdict.kinds, *((OTHER_PRIVACY,) if verdict.other_privacy else ())]
    others = [(label, score) for label, score in verdict.scores.items() if label not in decided and score >= _TELLING]
    return tuple(sorted(others, key=lambda each: -each[1])[:_MOST_CONSIDERED])
