"""How well the particulars of a mail are read: each identifier, and in which role the writer writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.triage.corpus import Labelled
from bot.triage.verdict import Verdict

_CODES = frozenset({"iban", "phone", "kvk", "btw", "postcode", "customer_number", "invoice_number"})
_ALSO = {"invoice": "invoice_number", "birth_date": "birthdate"}
"""Other words for a field that some hands use."""
_TITLE = re.compile(r"^(?:(?:mw|mevr|dhr|mej|mr|mrs|ms|drs|ds|dr|prof|fam|mevrouw|de heer|meneer)\b\.? ){1,3}")


@dataclass(frozen=True, slots=True)
class FieldFigures:
    """Counts for one identifier, over the mails that state it."""

    field: str
    right: int
    wrong: int  # another value was read
    missed: int  # none was read

    @property
    def stated(self) -> int:
        return self.right + self.wrong + self.missed


@dataclass(frozen=True, slots=True)
class WriterFigures:
    """Counts for one role of the writer: how many have it, how many were taken for it and rightly so."""

    writer: str
    given: int
    found: int
    right: int
    taken_for: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What was read beside the rights; empty where a file labels neither identifiers nor writers."""

    fields: tuple[FieldFigures, ...] = ()
    writers: tuple[WriterFigures, ...] = ()

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A table under a heading of its own: right, wrong, missed and how many; then the roles."""
        if self.fields:
            yield "identifiers", "right", "wrong", "missed", "of"
            yield from ((one.field, *map(str, (one.right, one.wrong, one.missed, one.stated))) for one in self.fields)
        if self.writers:
            yield "who writes", "right", "wrong", "missed", "of"
            for who in self.writers:
                counts = (who.right, who.found - who.right, who.given - who.right, who.given)
                yield (who.writer, *map(str, counts))

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "identifiers": {
                one.field: {"right": one.right, "wrong": one.wrong, "missed": one.missed} for one in self.fields
            },
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
    counts: dict[str, Counter[str]] = {}
    for mail, verdict in judged:
        for label, values in mail.identifiers.items():
            name = _ALSO.get(label, label)
            counts.setdefault(name, Counter())[_outcome(name, values, verdict.identifiers.get(name))] += 1
    fields = [FieldFigures(name, one["right"], one["wrong"], one["missed"]) for name, one in counts.items()]
    return Particulars(tuple(sorted(fields, key=lambda one: (-one.stated, one.field))), _writers(judged))


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
        return re.sub(r"[^a-z0-9]", "", small)
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
