"""What a decision must know from the company's systems, read while no transaction of our own is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar, cast

from bot.cases.changes import PlannedChange
from bot.cases.subject import DataSubject
from bot.sources.facade import FactorsChanged, Sources
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

_Told = TypeVar("_Told")
_Tells = TypeVar("_Tells", covariant=True)


class Question(Protocol[_Tells]):
    """A value that holds everything its answer depends on: where any of that changed it is another question."""

    def read(self, sources: Sources) -> _Tells: ...


@dataclass(frozen=True, slots=True)
class ErasurePlanned:
    """What an erasure would do on this day."""

    subject: DataSubject
    language: Language
    today: date

    def read(self, sources: Sources) -> tuple[PlannedChange, ...]:
        return sources.plan_erasure(self.subject, self.language, self.today)


@dataclass(frozen=True, slots=True)
class CorrectionsPlanned:
    """What these corrections would do."""

    subject: DataSubject
    corrections: tuple[StatedCorrection, ...] = field(repr=False)
    language: Language

    def read(self, sources: Sources) -> tuple[PlannedChange, ...]:
        return sources.plan_corrections(self.subject, self.corrections, self.language).changes


@dataclass(frozen=True, slots=True)
class FactorsLastChanged:
    """When phone and postal address of record last changed."""

    subject: DataSubject

    def read(self, sources: Sources) -> FactorsChanged:
        return sources.factors_changed(self.subject)


@dataclass(frozen=True, slots=True)
class AddressShared:
    """Whether the address of record stands in another record too."""

    subject: DataSubject

    def read(self, sources: Sources) -> bool:
        return sources.address_shared(self.subject)


class UnreadError(Exception):
    """A decision needs an answer that was not read before its transaction began: roll back, read, decide anew."""

    def __init__(self, question: Question[object]) -> None:
        super().__init__("this must be read from the company's systems before the transaction")
        self.question = question


class Beforehand:
    """The answers that one decision has so far."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._answers: dict[Question[object], object] = {}

    def read(self, question: Question[object]) -> None:
        """Ask the company's systems, however long that takes. Raises SourceFailedError."""
        self._answers[question] = question.read(self._sources)

    def told(self, question: Question[_Told]) -> _Told:
        """The answer. Raises UnreadError if it was not read yet."""
        if question not in self._answers:
            raise UnreadError(question)
        return cast(_Told, self._answers[question])
