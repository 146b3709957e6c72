"""One mail's words weighed by the model: per sentence, as a whole, and blended into one probability per label."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from bot.triage.families import NAMES
from bot.triage.features import Buckets, counted, merged
from bot.triage.weights import ANY, SCORED, Model, Row
from bot.triage.wording import MAX_SENTENCES, clauses, sentences

_REPLY = re.compile(r"\s{0,4}(?:re|aw|antw?|sv|fwd?|fw|doorst|tr|wg|betr)\s{0,2}(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence, an exact substring of the mail, with its buckets and the word families in it."""

    text: str = field(repr=False)
    buckets: Buckets = field(repr=False)
    families: frozenset[str] = frozenset()
    clause: bool = False  # a part of the sentence before it


def part(text: str) -> Part:
    """A sentence, counted."""
    return Part(text, *counted([text])[0])


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
    """The sentences of a mail, a long one followed by its clauses: its own subject first, then each text."""
    found = [] if is_reply(subject) or not subject.strip() else [subject.strip()]
    for text in texts:
        found.extend(sentences(text))
    pieces = [
        (piece, number > 0) for text in found[:MAX_SENTENCES] for number, piece in enumerate((text, *clauses(text)))
    ]
    numbers = counted([piece for piece, _ in pieces]) if pieces else []
    return tuple(
        Part(piece, buckets, spoken, clause) for (piece, clause), (buckets, spoken) in zip(pieces, numbers, strict=True)
    )


def weigh(model: Model, parts: tuple[Part, ...]) -> Weighed:
    """The probability of each label, from the single sentences and the mail as a whole."""
    raw = model.single.all_scores([one.buckets for one in parts], model.rarity)
    whole = model.whole.scores(merged([one.buckets for one in parts]), model.rarity)
    return Weighed(parts, tuple(raw), chances(model.blend, evidence(whole, raw, parts)[:, None])[:, 0])


def chances(blend: Row, seen: Row) -> Row:
    """Evidence, one mail a column, turned into probabilities: a row per label."""
    odds: Row = blend[:, :-1] @ seen + blend[:, -1:]
    return 1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0)))


def evidence(whole: Row, raw: Row, parts: tuple[Part, ...]) -> Row:
    """The numbers the blend looks at: the whole, the strongest and second sentence, the length, the word families."""
    best = np.full((2, len(SCORED)), -6.0)
    if len(raw):
        ordered = np.sort(raw, axis=0)[::-1]
        best[: min(2, len(raw))] = ordered[:2]
    spoken = frozenset[str]().union(*(one.families for one in parts))
    size = [np.log1p(len(raw)), float(len(raw) <= 1)]
    return np.concatenate(
        (np.clip(whole, -8, 8), np.clip(best, -6, 8).ravel(), size, [float(name in spoken) for name in NAMES])
    )
