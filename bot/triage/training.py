"""Learning from the labelled mails: deterministic, under a minute, and honest about hands.

Every file of the corpus was written by another hand. The thresholds and the blend are learned from scores that a mail
got from a model that had not seen its hand, so they hold for writers whom nobody has read yet.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triage.corpus import STAFF, Labelled, digest, digest_of, labelled_mails, training_files
from bot.triage.encoder import shipped_encoder
from bot.triage.errors import CorpusUnusableError, TrainingUnavailableError
from bot.triage.evidence import (
    Part,
    evidence,
    odds,
    part,
    parts_of,
    probability,
)
from bot.triage.features import BUCKETS, Buckets, buckets, merged
from bot.triage.fitting import Truth, Weights, blend, labels_truth, layer
from bot.triage.second_stage import Judge, second_stage
from bot.triage.weights import ANY, FORMAT, INTENTS, SCORED, WRITERS, Layer, Model, Row, save

FOLDS = 3
_CALLED_ORDINARY = 0.003  # share of the requests of unseen hands that may go unread by the encoder
_SAMPLE = 97  # one mail in so many goes into the fingerprint
_STAFF_COUNTS = 15.0  # mails of the corpus that one mail of staff is worth
_STAFF_SHARE = 0.1  # of the corpus, that all of them together are worth at most
_LEAST_SEEN = 3  # sentences in which a bucket must occur to be learned from

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What training did: counts, and what was written."""

    mails: int
    sentences: int
    corpus_sha256: str
    out: Path
    size: int  # bytes
    thresholds: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """One labelled mail, cut and counted."""

    mail: Labelled
    parts: tuple[Part, ...]
    whole: Buckets
    marks: tuple[frozenset[str] | None, ...]  # per part
    counts: float = 1.0  # for how many mails


def train(
    corpus: Path, out: Path, progress: Progress = lambda _: None, extra: Sequence[Labelled] = ()
) -> TrainingReport:
    """Learn from `corpus` and `extra`, what staff taught; write the model to `out`. The same mails, the same bytes."""
    if find_spec("sklearn") is None:
        raise TrainingUnavailableError
    files = training_files(corpus)
    progress("reading the labelled mails")
    written = [_lesson(mail) for path in files for mail in labelled_mails(path)]
    counts = weight_of_staff(len(extra), len(written))
    lessons = [*written, *(replace(_lesson(mail), counts=counts) for mail in extra)]
    if not any(lesson.mail.labels for lesson in lessons) or all(lesson.mail.labels for lesson in lessons):
        raise CorpusUnusableError(corpus, "need both requests and ordinary mail")
    about = {
        "format": FORMAT,
        "corpus_sha256": digest(files),
        "encoder": shipped_encoder().about["version"],
        "reading_sha256": reading_sha256([lesson.mail for lesson in written]),
        "mails": len(lessons),
        "labels": list(SCORED),
        **({"staff": len(extra), "staff_sha256": digest_of(extra)} if extra else {}),
    }
    model = _learned(lessons, about, progress)
    save(model, out)
    pairs = {name: (limit.decided, limit.doubt) for name, limit in model.thresholds.items()}
    counted = sum(len(lesson.parts) for lesson in lessons)
    return TrainingReport(len(lessons), counted, model.about["corpus_sha256"], out, out.stat().st_size, pairs)


def reading_sha256(mails: Sequence[Labelled]) -> str:
    """How this program reads a sample of the mails: another value means that the model was trained by other code."""
    whole = hashlib.sha256()
    for mail in mails[::_SAMPLE]:
        for one in parts_of(mail.subject, mail.text):
            whole.update(one.buckets.tobytes() + ",".join(sorted(one.families)).encode())
    return whole.hexdigest()


def weight_of_staff(taught: int, written: int) -> float:
    """For how many mails of the corpus each mail of staff counts; all of them together count for a share at most."""
    return min(_STAFF_COUNTS, _STAFF_SHARE * written / taught) if taught else 1.0


def _learned(lessons: list[_Lesson], about: dict[str, Any], progress: Progress) -> Model:
    folds = _folds(lessons)
    seen: list[tuple[_Lesson, Row]] = []
    for number in range(FOLDS):
        progress(f"judging hands not learned from, {number + 1} of {FOLDS}")
        taught = [lesson for lesson, fold in zip(lessons, folds, strict=True) if fold != number]
        asked = [lesson for lesson, fold in zip(lessons, folds, strict=True) if fold == number]
        if not asked or not taught:
            continue
        rarity = _rarity(taught)
        whole, single = _label_layers(taught, rarity)
        seen += [(lesson, _evidence(lesson, whole, single, rarity)) for lesson in asked]
    progress("learning from all hands")
    rarity = _rarity(lessons)
    whole, single = _label_layers(lessons, rarity)
    first = blend(np.array([row for _, row in seen]), _truth([lesson for lesson, _ in seen]), 0.05)
    counted_odds = odds(first, np.array([row for _, row in seen]).T).T
    progress("weighing what the encoder reads")
    judges = [Judge(lesson.mail, _own_parts(lesson), row) for (lesson, _), row in zip(seen, counted_odds, strict=True)]
    stage = second_stage(judges, single, rarity)
    return Model(
        rarity=rarity,
        whole=whole,
        single=single,
        intent=_intent_layer(lessons, rarity),
        writer=_writer_layer(lessons, rarity),
        blend=first,
        second=stage.second,
        doubt=stage.doubt,
        skip=_skip(counted_odds, [lesson for lesson, _ in seen]),
        thresholds=stage.thresholds,
        about=about | {"judges": stage.judges},
    )


def _skip(counted_odds: Row, asked: Sequence[_Lesson]) -> float:
    """The chance below which a mail is ordinary without the encoder."""
    truth = _truth(asked)[:, -1]
    if not truth.any():
        return 0.0
    return float(np.round(np.quantile(probability(counted_odds[truth, -1]), _CALLED_ORDINARY), 4))


def _lesson(mail: Labelled) -> _Lesson:
    parts = parts_of(mail.subject, mail.text)
    asked = _answered_offers(mail)
    marks = tuple(None if one.clause else mail.labels_of(one.text) for one in parts)
    offers = tuple(part(words) for _, words in asked)
    return _Lesson(
        mail,
        parts + offers,
        merged([one.buckets for one in parts]),
        marks + tuple(frozenset((label,)) for label, _ in asked),
    )


def _answered_offers(mail: Labelled) -> tuple[tuple[str, str], ...]:
    """Marked words that stand in the quoted text: our question to which the new words say yes."""
    return tuple((label, words) for label, words in mail.spans if words not in mail.text and words in mail.quoted)


def _folds(lessons: list[_Lesson]) -> list[int]:
    """The fold that asks each mail; -1 for single sentences, which are only taught.

    A hand stays in one fold, the largest hands apart. Hands that write ordinary mail only are dealt out over the
    folds: without any of them a fold would learn a mailbox in which nearly everybody asks something. So are the mails
    of staff: each of them was written by somebody else.
    """
    asked = [lesson.mail for lesson in lessons if not (lesson.mail.single or lesson.mail.in_case)]
    mixed = {mail.hand for mail in asked if mail.labels} - {STAFF}
    sizes = Counter(mail.hand for mail in asked if mail.hand in mixed)
    loads = [0] * FOLDS
    home: dict[str, int] = {}
    for hand in sorted(sizes, key=lambda hand: (-sizes[hand], hand)):
        home[hand] = loads.index(min(loads))
        loads[home[hand]] += sizes[hand]
    return [
        -1 if lesson.mail.single else home.get(lesson.mail.hand, number % FOLDS)
        for number, lesson in enumerate(lessons)
    ]


def _rarity(lessons: Sequence[_Lesson]) -> NDArray[np.float32]:
    """How much a bucket says before training: rare ones more, those hardly seen nothing (idf)."""
    rows = [one.buckets for lesson in lessons for one in lesson.parts if not one.clause]
    seen = np.bincount(np.concatenate(rows), minlength=BUCKETS)
    rarity = np.log((1 + len(rows)) / (1 + seen)) + 1
    rarity[seen < _LEAST_SEEN] = 0
    return rarity.astype(np.float16).astype(np.float32)


def _label_layers(lessons: Sequence[_Lesson], rarity: NDArray[np.float32]) -> tuple[Layer, Layer]:
    marked = [
        (one.buckets, mark, lesson.counts)
        for lesson in lessons
        for one, mark in zip(lesson.parts, lesson.marks, strict=True)
        if mark is not None
    ]
    rows, marks, counts = zip(*marked, strict=True) if marked else ((), (), ())
    whole = layer([one.whole for one in lessons], _truth(lessons), rarity, _counts([one.counts for one in lessons]))
    single = layer(rows, labels_truth(marks), rarity, _counts(counts))
    return whole, single


def _counts(counts: Sequence[float]) -> Weights:
    return counts if any(one != 1 for one in counts) else None


def _truth(lessons: Sequence[_Lesson]) -> Truth:
    return labels_truth([lesson.mail.labels for lesson in lessons])


def _intent_layer(lessons: Sequence[_Lesson], rarity: NDArray[np.float32]) -> Layer:
    replies = [lesson for lesson in lessons if lesson.mail.in_case]
    rows = [buckets(f"{lesson.mail.subject}\n{lesson.mail.text}") for lesson in replies]
    truth = np.array([[name in lesson.mail.intents for name in INTENTS] for lesson in replies], dtype=bool)
    return layer(rows, truth.reshape(len(replies), len(INTENTS)), rarity, balanced=True)


def _writer_layer(lessons: Sequence[_Lesson], rarity: NDArray[np.float32]) -> Layer:
    known = [lesson for lesson in lessons if lesson.mail.writer in WRITERS]
    truth = np.array([[name == lesson.mail.writer for name in WRITERS] for lesson in known], dtype=bool)
    return layer([lesson.whole for lesson in known], truth.reshape(len(known), len(WRITERS)), rarity, balanced=True)


def _own_parts(lesson: _Lesson) -> tuple[Part, ...]:
    """The mail's own sentences, without the offers of the quoted text."""
    return lesson.parts[: len(lesson.parts) - len(_answered_offers(lesson.mail))]


def _evidence(lesson: _Lesson, whole: Layer, single: Layer, rarity: NDArray[np.float32]) -> Row:
    own = _own_parts(lesson)
    raw = single.all_scores([one.buckets for one in own], rarity)
    return evidence(whole.scores(lesson.whole, rarity), raw, own)


assert SCORED[-1] == ANY
