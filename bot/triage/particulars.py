"""How well the particulars of a mail are read: identifiers, stated changes, what a reply does, who writes, language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.triage.corpus import Labelled
from bot.triage.labels import Intent, Language, RequestKind
from bot.triage.numbers import as_address
from bot.triage.verdict import Verdict

_CODES = frozenset({"iban", "phone", "kvk", "btw", "postcode", "customer_number", "invoice_number"})
_ALSO = {"invoice": "invoice_number", "birth_date": "birthdate", "house_number": "street"}
"""Other words for a field that some hands use."""
_TITLE = re.compile(r"^(?:(?:mw|mevr|dhr|mej|mr|mrs|ms|drs|ds|dr|prof|fam|mevrouw|de heer|meneer)\b\.? ){1,3}")


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """Counts for one identifier, over the mails that state it."""

    field: str
    right: int
    wrong: int  # another value was read
    missed: int  # none was read

    unasked: int = 0  # of the wrong ones: where nothing of the sort was stated

    @property
    def given(self) -> int:
        return self.right + self.wrong + self.missed - self.unasked

    def row(self) -> tuple[str, ...]:
        return (self.field, *map(str, (self.right, self.wrong, self.missed, self.given)))

    def as_json(self) -> dict[str, int]:
        return {"right": self.right, "wrong": self.wrong, "missed": self.missed}


@dataclass(frozen=True, slots=True)
class WriterFigures:
    """Counts for one role of the writer: how many have it, how many were taken for it and rightly so."""

    writer: str
    given: int
    found: int
    right: int
    taken_for: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReplyFigures:
    """Over the replies of a file: of how many all intents are right; per intent the counts, `wrong` where not meant."""

    replies: int = 0
    exact: int = 0
    intents: tuple[FieldFigures, ...] = ()

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the intents that were given."""
        met = [2 * one.right / (2 * one.right + one.wrong + one.missed) for one in self.intents if one.given]
        return sum(met) / len(met) if met else 0.0


@dataclass(frozen=True, slots=True)
class Particulars:
    """What was read beside the rights; empty where a file labels none of it."""

    fields: tuple[FieldFigures, ...] = ()
    writers: tuple[WriterFigures, ...] = ()
    changes: tuple[FieldFigures, ...] = ()  # new values of corrections; `wrong` also where no such value was stated
    replies: ReplyFigures = ReplyFigures()
    languages_right: int = 0
    languages: int = 0  # mails whose language the file tells

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Tables under headings of their own: right, wrong, missed and how many."""
        for title, figures in (("identifiers", self.fields), ("corrections", self.changes)):
            if figures:
                yield title, "right", "wrong", "missed", "of"
                yield from (one.row() for one in (*figures, _sum("together", figures)))
        if self.replies.replies:
            yield "intents", "right", "wrong", "missed", "of"
            yield from (one.row() for one in self.replies.intents)
            yield "macro-F1 of the intents", f"{100 * self.replies.macro_f1:.1f} %", "", "", str(self.replies.replies)
            share = self.replies.exact / self.replies.replies
            yield "intents exactly right", f"{100 * share:.1f} %", "", "", str(self.replies.replies)
        if self.writers:
            yield "who writes", "right", "wrong", "missed", "of"
            for who in self.writers:
                counts = (who.right, who.found - who.right, who.given - who.right, who.given)
                yield (who.writer, *map(str, counts))

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "identifiers": {one.field: one.as_json() for one in self.fields},
            "corrections": {one.field: one.as_json() for one in self.changes},
            "intents": {one.field: one.as_json() for one in self.replies.intents},
            "intents_exact": self.replies.exact,
            "intents_macro_f1": round(self.replies.macro_f1, 4),
            "replies": self.replies.replies,
            "languages_right": self.languages_right,
            "languages": self.languages,
            "writers": {
                one.writer: {
                    "given": one.given,
                    "found": one.found,
                    "right": one.right,
                    "taken_for": dict(one.taken_for),
                }
                for one in self.writers
            },
        }


def particulars(judged: Sequence[tuple[Labelled, Verdict]]) -> Particulars:
    """The figures over mails and their verdicts; the most frequent first."""
    return Particulars(
        _figures(outcome for mail, verdict in judged for outcome in _identified(mail, verdict)),
        _writers(judged),
        _figures(outcome for mail, verdict in judged for outcome in _changed(mail, verdict)),
        _replies([(mail.intents, verdict.intents) for mail, verdict in judged if mail.in_case]),
        sum(verdict.language is _language(mail) for mail, verdict in judged if mail.language),
        sum(bool(mail.language) for mail, _ in judged),
    )


def _figures(outcomes: Iterable[tuple[str, str]]) -> tuple[FieldFigures, ...]:
    """Outcomes (what, how) counted; the most frequent first."""
    counts: dict[str, Counter[str]] = {}
    for name, outcome in outcomes:
        counts.setdefault(name, Counter())[outcome] += 1
    fields = [
        FieldFigures(name, one["right"], one["wrong"] + one["unasked"], one["missed"], one["unasked"])
        for name, one in counts.items()
    ]
    return tuple(sorted(fields, key=lambda one: (-one.given, one.field)))


def _sum(name: str, figures: Sequence[FieldFigures]) -> FieldFigures:
    columns = zip(*((one.right, one.wrong, one.missed, one.unasked) for one in figures), strict=True)
    right, wrong, missed, unasked = (sum(column) for column in columns)
    return FieldFigures(name, right, wrong, missed, unasked)


def _identified(mail: Labelled, verdict: Verdict) -> Iterator[tuple[str, str]]:
    for label, values in mail.identifiers.items():
        name = _ALSO.get(label, label)
        yield name, _outcome(name, values, verdict.identifiers.get(name))


def _changed(mail: Labelled, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Each field with a new value, stated or read. Of two new values of one field either is right."""
    if not mail.corrections and RequestKind.CORRECTION in mail.labels:
        return  # nobody marked the values of this mail
    stated: dict[str, list[str]] = {}
    for label, value in mail.corrections:
        stated.setdefault(_ALSO.get(label, label), []).append(value)
    read = {one.field: one.new for one in reversed(verdict.corrections) if one.new}
    for name in dict.fromkeys((*stated, *read)):
        yield name, _outcome(name, stated[name], read.get(name)) if name in stated else "unasked"


def _replies(pairs: Sequence[tuple[frozenset[str], frozenset[Intent]]]) -> ReplyFigures:
    outcomes = [
        (intent, "missed" if intent not in found else "right" if intent in given else "unasked")
        for given, found in pairs
        for intent in sorted(given | found)
    ]
    return ReplyFigures(len(pairs), sum(given == found for given, found in pairs), _figures(outcomes))


def _language(mail: Labelled) -> Language:
    return Language(mail.language) if mail.language in set(Language) else Language.OTHER


def _outcome(name: str, values: Sequence[str], read: str | None) -> str:
    if read is None:
        return "missed"
    return "right" if plain(name, read) in {plain(name, value) for value in values} else "wrong"


def plain(name: str, value: str) -> str:
    """The value in the form in which two ways of writing it are the same."""
    small = " ".join(value.lower().split())
    if name == "phone":
        return re.sub(r"^(?:0031|31)0?", "0", re.sub(r"\D", "", small))
    if name in _CODES:
        code = re.sub(r"[^a-z0-9]", "", small)
        return code.removeprefix("nl") if name == "btw" else code
    small = small.strip(" .,;")
    if name == "email":
        return as_address(small)
    return re.sub(r"[.,]", "", small) if name == "company" else _TITLE.sub("", small)


def _writers(judged: Sequence[tuple[Labelled, Verdict]]) -> tuple[WriterFigures, ...]:
    pairs = Counter((mail.writer, verdict.writer.value) for mail, verdict in judged if mail.writer is not None)
    given, found = Counter[str](), Counter[str]()
    for (label, taken), count in pairs.items():
        given[label] += count
        found[taken] += count
    return tuple(
        WriterFigures(writer, given[writer], found[writer], pairs[writer, writer], _taken_for(writer, pairs))
        for writer in sorted(given | found, key=lambda one: (-given[one], one))
    )


def _taken_for(writer: str, pairs: Mapping[tuple[str, str], int]) -> dict[str, int]:
    return {taken: count for (label, taken), count in sorted(pairs.items()) if label == writer != taken}
