"""One mail's words weighed by the model: per sentence, as a whole, and blended into one probability per label."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from bot.triage.features import Buckets, buckets, merged
from bot.triage.weights import ANY, SCORED, Model, Row
from bot.triage.wording import MAX_SENTENCES, sentences

_REPLY = re.compile(r"\s{0,4}(?:re|aw|antw?|sv|fwd?|fw|doorst|tr|wg|betr)\s{0,2}(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)
EVIDENCE = 3 * len(SCORED) + 2  # the numbers that the blend looks at


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence, an exact substring of the mail, with its raw score per label."""

    text: str = field(repr=False)
    buckets: Buckets = field(repr=False)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the model makes of a mail. `probabilities` in the order of SCORED."""

    parts: tuple[Part, ...]
    raw: tuple[Row, ...]  # per part
    probabilities: Row

    def score(self, label: str) -> float:
        return float(self.probabilities[SCORED.index(label)])

    @property
    def any_score(self) -> float:
        return self.score(ANY)


def is_reply(subject: str) -> bool:
    """A subject that was taken over from an earlier mail: its words need not be the writer's."""
    return _REPLY.match(subject) is not None


def parts_of(subject: str, *texts: str) -> tuple[Part, ...]:
    """The sentences of a mail: its own subject first, then each text."""
    found = [] if is_reply(subject) or not subject.strip() else [subject.strip()]
    for text in texts:
        found.extend(sentences(text))
    return tuple(Part(text, buckets(text)) for text in found[:MAX_SENTENCES])


def weigh(model: Model, parts: tuple[Part, ...]) -> Weighed:
    """The probability of each label, from the single sentences and the mail as a whole."""
    raw = tuple(model.single.scores(part.buckets, model.rarity) for part in parts)
    whole = model.whole.scores(merged([part.buckets for part in parts]), model.rarity)
    seen = evidence(whole, np.array(raw) if raw else np.zeros((0, len(SCORED))))
    odds = model.blend[:, :-1] @ seen + model.blend[:, -1]
    return Weighed(parts, raw, 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0))))


def evidence(whole: Row, raw: Row) -> Row:
    """The numbers the blend looks at: the whole, the strongest and second sentence per label, and the length."""
    best = np.full((2, len(SCORED)), -6.0)
    if len(raw):
        ordered = np.sort(raw, axis=0)[::-1]
        best[: min(2, len(raw))] = ordered[:2]
    size = np.log1p(len(raw))
    return np.concatenate((np.clip(whole, -8, 8), np.clip(best, -6, 8).ravel(), [size, float(len(raw) <= 1)]))
