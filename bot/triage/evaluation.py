"""How good triage is on labelled mails: the same figures as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.triage.classify import classify
from bot.triage.corpus import Labelled, labelled_mails
from bot.triage.labels import OTHER_PRIVACY, RequestKind
from bot.triage.particulars import Particulars, particulars
from bot.triage.verdict import Verdict
from bot.triage.weights import LABELS, Model

_MAIN = frozenset({"access", "correction", "portability", "erasure", "complaint"})
_NO_RIGHT = frozenset({OTHER_PRIVACY})
_EITHER = frozenset({RequestKind.OBJECTION.value, RequestKind.CONSENT_WITHDRAWAL.value})
"""On newsletters the readers who labelled differ between these two; where one is right, either counts."""


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """Counts for one label."""

    label: str
    right: int  # decided and labelled
    wrong: int  # decided, not labelled
    missed: int  # labelled, not decided
    shown: int  # of the missed: a person sees the mail all the same

    @property
    def precision(self) -> float:
        return _share(self.right, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float:
        return _share(2 * self.right, 2 * self.right + self.wrong + self.missed)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of one file of labelled mails."""

    file: str
    mails: int
    labels: tuple[LabelFigures, ...]
    exact: int  # mails whose decided labels are exactly the given ones
    requests: int  # mails that ask for a right
    requests_seen: int  # of those: something decided, or a person looks
    ordinary: int  # mails that ask nothing; a reply in a case is none: what becomes of it, its intents say
    ordinary_kept: int  # of those: left alone
    ordinary_decided: int  # of those: called a request without a person being asked
    persons: int  # mails for which a person is asked
    particulars: Particulars = field(default_factory=Particulars)
    questions: int = 0  # mails that ask something about privacy, and for no right
    questions_seen: int = 0

    @property
    def exact_share(self) -> float:
        return _share(self.exact, self.mails)

    @property
    def kept_share(self) -> float:
        return _share(self.ordinary_kept, self.ordinary)

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the eight rights; one that was neither given nor found does not count."""
        return _mean_f1(one for one in self.labels if one.label != OTHER_PRIVACY)

    @property
    def macro_f1_of_five(self) -> float:
        """The same over access, correction, portability, erasure and complaint."""
        return _mean_f1(one for one in self.labels if one.label in _MAIN)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """A table: label, precision, recall, F1, and how many there were; then all mails, identifiers and writers."""
        table = [
            (one.label, _percent(one.precision), _percent(one.recall), _percent(one.f1), str(one.right + one.missed))
            for one in self.labels
        ]
        table.append(("macro-F1 of the five main rights", _percent(self.macro_f1_of_five), "", "", ""))
        table.append(("macro-F1 of all eight", _percent(self.macro_f1), "", "", ""))
        table.append(("exactly right", _percent(self.exact_share), "", "", str(self.mails)))
        table.append(("requests seen", _percent(_share(self.requests_seen, self.requests)), "", "", str(self.requests)))
        seen = _percent(_share(self.questions_seen, self.questions))
        table.append(("questions about privacy seen", seen, "", "", str(self.questions)))
        table.append(
            ("ordinary kept ordinary", _percent(_share(self.ordinary_kept, self.ordinary)), "", "", str(self.ordinary))
        )
        table.append(
            (
                "ordinary called a request",
                _percent(_share(self.ordinary_decided, self.ordinary)),
                "",
                "",
                str(self.ordinary),
            )
        )
        table.append(("a person is asked", _percent(_share(self.persons, self.mails)), "", "", str(self.mails)))
        if self.particulars.languages:
            share = _share(self.particulars.languages_right, self.particulars.languages)
            table.append(("language right", _percent(share), "", "", str(self.particulars.languages)))
        return (*table, *self.particulars.rows())

    def as_json(self) -> dict[str, Any]:
        """The same figures for programs; shares from 0 to 1."""
        return {
            "schema": 1,
            "file": self.file,
            "mails": self.mails,
            "labels": {
                one.label: {
                    "precision": round(one.precision, 4),
                    "recall": round(one.recall, 4),
                    "f1": round(one.f1, 4),
                    "support": one.right + one.missed,
                    "missed_but_shown": one.shown,
                }
                for one in self.labels
            },
            "exact": round(_share(self.exact, self.mails), 4),
            "questions": self.questions,
            "questions_seen": round(_share(self.questions_seen, self.questions), 4),
            "requests_seen": round(_share(self.requests_seen, self.requests), 4),
            "ordinary_kept": round(_share(self.ordinary_kept, self.ordinary), 4),
            "ordinary_decided": round(_share(self.ordinary_decided, self.ordinary), 4),
            "needs_person": round(_share(self.persons, self.mails), 4),
            "macro_f1_of_five": round(self.macro_f1_of_five, 4),
            "macro_f1_of_eight": round(self.macro_f1, 4),
            **self.particulars.as_json(),
        }


def evaluate(model: Model, jsonl: Path) -> Evaluation:
    """Classify every mail of a labelled file and count."""
    return counted(jsonl.name, judged(model, jsonl))


def judged(model: Model, jsonl: Path) -> list[tuple[Labelled, Verdict]]:
    """Every mail of a labelled file with what the model makes of it."""
    return [(mail, as_given(model, mail)) for mail in labelled_mails(jsonl)]


def as_given(model: Model, mail: Labelled) -> Verdict:
    """What the model makes of a labelled mail. One with an `intent` is judged as a reply in a case."""
    return classify(model, mail.subject, mail.text, mail.quoted, in_case=mail.in_case)


def counted(file: str, judged: Sequence[tuple[Labelled, Verdict]]) -> Evaluation:
    """The figures over mails and their verdicts."""
    pairs = [(mail.labels, found_labels(mail.labels, verdict), verdict) for mail, verdict in judged]
    requests = [verdict for given, _, verdict in pairs if given - _NO_RIGHT]
    questions = [verdict for given, _, verdict in pairs if given == _NO_RIGHT]
    ordinary = [verdict for mail, verdict in judged if not (mail.labels or mail.in_case)]
    return Evaluation(
        file=file,
        mails=len(pairs),
        labels=tuple(_figures(label, pairs) for label in LABELS),
        exact=sum(given == found for given, found, _ in pairs),
        requests=len(requests),
        requests_seen=sum(not verdict.ordinary for verdict in requests),
        questions=len(questions),
        questions_seen=sum(not verdict.ordinary for verdict in questions),
        ordinary=len(ordinary),
        ordinary_kept=sum(verdict.ordinary for verdict in ordinary),
        ordinary_decided=sum(bool(verdict.kinds) and not verdict.needs_person for verdict in ordinary),
        persons=sum(verdict.needs_person for _, _, verdict in pairs),
        particulars=particulars(judged),
    )


def found_labels(given: frozenset[str], verdict: Verdict) -> frozenset[str]:
    """The labels decided, with objection and withdrawal of consent read as the one that was given."""
    found = {kind.value for kind in verdict.kinds} | ({OTHER_PRIVACY} if verdict.other_privacy else set())
    expected, called = given & _EITHER, found & _EITHER
    if len(expected) == 1 and len(called) == 1:
        found = (found - called) | expected
    return frozenset(found)


def _figures(label: str, pairs: Sequence[tuple[frozenset[str], frozenset[str], Verdict]]) -> LabelFigures:
    missed = [verdict for given, found, verdict in pairs if label in given and label not in found]
    return LabelFigures(
        label=label,
        right=sum(label in given and label in found for given, found, _ in pairs),
        wrong=sum(label not in given and label in found for given, found, _ in pairs),
        missed=len(missed),
        shown=sum(verdict.needs_person or label in verdict.perhaps for verdict in missed),
    )


def _mean_f1(labels: Iterable[LabelFigures]) -> float:
    met = [one.f1 for one in labels if one.right + one.wrong + one.missed]
    return sum(met) / len(met) if met else 0.0


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
