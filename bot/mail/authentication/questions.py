"""Questions to the DNS, asked where there is no network: what is not answered yet is noted, and asked again later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RecordKind = Literal["TXT", "A", "AAAA", "MX", "PTR"]

_LABEL = re.compile(r"[!-\[\]-~]{1,63}\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """One name and the kind of record wanted; the name in lower case, without the last dot."""

    name: str
    kind: RecordKind


@dataclass(frozen=True, slots=True)
class Answer:
    """What the DNS says: records as text (MX "10 mx.example"), none, or trouble that may pass."""

    records: tuple[str, ...] = ()
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Questions that must be answered before a verdict is possible."""

    questions: tuple[Question, ...]


class UnansweredError(Exception):
    """This question is noted; nothing more can be said until somebody has asked it."""


class TroubleError(Exception):
    """A name server did not answer, or with an error: it may do so later."""


class Lookup:
    """The answers known so far. A name that no server can have is answered here: there is nothing."""

    def __init__(self, known: Mapping[Question, Answer]) -> None:
        self._known = known
        self.wanted: dict[Question, None] = {}

    def records(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """Raises UnansweredError or TroubleError."""
        question = Question(name.lower().rstrip("."), kind)
        if not is_name(question.name):
            return ()
        answer = self._known.get(question)
        if answer is None:
            self.wanted[question] = None
            raise UnansweredError
        if answer.trouble:
            raise TroubleError
        return answer.records


def is_name(name: str) -> bool:
    """Whether this may be asked at all: printable ASCII, no backslash, nothing that would cut a name or escape."""
    return 0 < len(name) <= 253 and "." in name and all(_LABEL.match(label) for label in name.split("."))
