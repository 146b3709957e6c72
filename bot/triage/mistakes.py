"""What was got wrong on labelled mails: which label is taken for which, and the worst mails one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.triage.corpus import Labelled
from bot.triage.evaluation import found_labels
from bot.triage.verdict import Verdict

ORDINARY = "ordinary"
PERSON = "a person"
BESIDE = "(beside what is right)"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mail that was got wrong. `weight` orders them: a request that nobody sees weighs most."""

    id: str
    given: tuple[str, ...]
    found: tuple[str, ...]
    person: bool
    scores: dict[str, float]  # of the labels given or found
    sentences: tuple[str, ...] = field(repr=False)  # marked by the labeller for what was missed, then our reasons
    weight: float

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "given": list(self.given),
            "found": list(self.found),
            "needs_person": self.person,
            "scores": self.scores,
            "sentences": list(self.sentences),
        }


def confusion(judged: Sequence[tuple[Labelled, Verdict]]) -> tuple[tuple[str, str, int], ...]:
    """(given, taken for, mails), the most frequent first. What was right is not in it."""
    counts: Counter[tuple[str, str]] = Counter()
    for mail, verdict in judged:
        counts.update(_confused(mail.labels, verdict))
    return tuple((given, found, count) for (given, found), count in sorted(counts.items(), key=_often))


def worst(judged: Sequence[tuple[Labelled, Verdict]], most: int) -> tuple[Mistake, ...]:
    """The mails that were got wrong most surely, at most so many."""
    wrong = [_mistake(mail, verdict) for mail, verdict in judged if _wrong(mail, verdict)]
    return tuple(sorted(wrong, key=lambda one: (-one.weight, one.id))[:most])


def _confused(given: frozenset[str], verdict: Verdict) -> list[tuple[str, str]]:
    found = found_labels(given, verdict)
    missed, wrong = sorted(given - found), sorted(found - given)
    nothing = PERSON if verdict.needs_person else ORDINARY
    if missed and wrong:
        return [(one, other) for one in missed for other in wrong]
    if missed:
        return [(one, _instead(one, verdict) if found else nothing) for one in missed]
    if wrong:
        return [(BESIDE if given else ORDINARY, one) for one in wrong]
    return [(ORDINARY, PERSON)] if not given and verdict.needs_person else []


def _instead(missed: str, verdict: Verdict) -> str:
    return "in doubt beside the others" if missed in verdict.perhaps else "nothing beside the others"


def _often(item: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -item[1], item[0]


def _wrong(mail: Labelled, verdict: Verdict) -> bool:
    return bool(_confused(mail.labels, verdict))


def _mistake(mail: Labelled, verdict: Verdict) -> Mistake:
    found = found_labels(mail.labels, verdict)
    missed, wrong = mail.labels - found, found - mail.labels
    unseen = bool(mail.labels) and verdict.ordinary
    sure = [1 - verdict.scores.get(label, 0.0) for label in missed] + [verdict.scores.get(one, 0.0) for one in wrong]
    marked = [words for label, words in mail.spans if label in missed]
    reasons = [reason.text for reason in verdict.reasons if reason.label in wrong or not mail.labels]
    return Mistake(
        id=mail.id,
        given=tuple(sorted(mail.labels)),
        found=tuple(sorted(found)),
        person=verdict.seen_by_person,
        scores={label: verdict.scores.get(label, 0.0) for label in sorted(mail.labels | found)},
        sentences=tuple(dict.fromkeys((*marked, *reasons))),
        weight=2.0 * unseen + (0.0 if verdict.seen_by_person else 1.0) + max(sure, default=0.0),
    )
