"""Learning from the labelled mails: deterministic, under a minute, and honest about hands.

Every file of the corpus was written by another hand. The thresholds and the blend are learned from scores that a mail
got from a model that had not seen its hand, so they hold for writers whom nobody has read yet.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triage.corpus import Labelled, digest, labelled_mails, training_files
from bot.triage.encoder import shipped_encoder
from bot.triage.errors import CorpusUnusableError, TrainingUnavailableError
from bot.triage.evidence import (
    Part,
    evidence,
    odds,
    part,
    parts_of,
    probability,
    read_closely,
    second_evidence,
    second_odds,
)
from bot.triage.features import BUCKETS, Buckets, buckets, merged
from bot.triage.thresholds import chosen_thresholds
from bot.triage.weights import ANY, FORMAT, INTENTS, LABELS, SCORED, WRITERS, Layer, Model, Row, save

FOLDS = 3
_CALLED_ORDINARY = 0.003  # share of the requests of unseen hands that may go unread by the encoder
_FEWEST_JUDGES = 100  # mails that the encoder never saw, from which the second blend is learned
_STRENGTH = 8.0  # inverse regularisation of the word models
_SEED = 20260101
_SAMPLE = 97  # one mail in so many goes into the fingerprint
_LEAST_SEEN = 3  # sentences in which a bucket must occur to be learned from

Progress = Callable[[str], None]
Truth = NDArray[np.bool_]


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


def train(corpus: Path, out: Path, progress: Progress = lambda _: None) -> TrainingReport:
    """Learn from `corpus` and write the model to `out`. The same corpus gives the same bytes."""
    if find_spec("sklearn") is None:
        raise TrainingUnavailableError
    files = training_files(corpus)
    progress("reading the labelled mails")
    lessons = [_lesson(mail) for path in files for mail in labelled_mails(path)]
    if not any(lesson.mail.labels for lesson in lessons) or all(lesson.mail.labels for lesson in lessons):
        raise CorpusUnusableError(corpus, "need both requests and ordinary mail")
    model = _learned(lessons, digest(files), progress)
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


def _learned(lessons: list[_Lesson], corpus_sha256: str, progress: Progress) -> Model:
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
    blend = _blend(np.array([row for _, row in seen]), _truth([lesson for lesson, _ in seen]), 0.05)
    counted_odds = odds(blend, np.array([row for _, row in seen]).T).T
    progress("weighing what the encoder reads")
    judges = _judges([lesson for lesson, _ in seen])
    judged = _judged(judges, [lesson for lesson, _ in seen], counted_odds, single, rarity)
    truth = _truth([seen[number][0] for number in judges])
    second = _second_blend(judged, truth)
    return Model(
        rarity=rarity,
        whole=whole,
        single=single,
        intent=_intent_layer(lessons, rarity),
        writer=_writer_layer(lessons, rarity),
        blend=blend,
        second=second,
        skip=_skip(counted_odds, [lesson for lesson, _ in seen]),
        thresholds=chosen_thresholds(probability(np.array([second_odds(second, row) for row in judged])), truth),
        about={
            "format": FORMAT,
            "corpus_sha256": corpus_sha256,
            "encoder": shipped_encoder().about["version"],
            "reading_sha256": reading_sha256([lesson.mail for lesson in lessons]),
            "mails": len(lessons),
            "judges": len(judges),
            "labels": list(SCORED),
        },
    )


def _judges(asked: Sequence[_Lesson]) -> list[int]:
    """The places of the mails that the encoder was not taught on: only they tell how far to trust it."""
    taught, kept = set(shipped_encoder().about["hands"]), set(shipped_encoder().about["kept"])
    found = [place for place, one in enumerate(asked) if one.mail.hand not in taught or one.mail.id in kept]
    return found if len(found) >= _FEWEST_JUDGES else list(range(len(asked)))


def _judged(
    judges: Sequence[int], asked: Sequence[_Lesson], counted_odds: Row, single: Layer, rarity: NDArray[np.float32]
) -> Row:
    """What the second blend sees of each judge: one page per mail."""
    pages = []
    for place in judges:
        own = _own_parts(asked[place])
        raw = single.all_scores([one.buckets for one in own], rarity)
        meaning = read_closely(own, raw, asked[place].mail.subject, asked[place].mail.quoted)
        pages.append(second_evidence(counted_odds[place], meaning, len(own)))
    return np.array(pages)


def _second_blend(pages: Row, truth: Truth) -> Row:
    """Per label the weights over both stages."""
    return np.concatenate(
        [_blend(pages[:, name], truth[:, name : name + 1], 1.0) for name in range(len(SCORED))], axis=0
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
    """The fold that asks each mail; -1 for single sentences and replies in a case, which are only taught.

    A hand stays in one fold, the largest hands apart. Hands that write ordinary mail only are dealt out over the
    folds: without any of them a fold would learn a mailbox in which nearly everybody asks something.
    """
    asked = [lesson.mail for lesson in lessons if not (lesson.mail.single or lesson.mail.in_case)]
    mixed = {mail.hand for mail in asked if mail.labels}
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
        (one.buckets, mark)
        for lesson in lessons
        for one, mark in zip(lesson.parts, lesson.marks, strict=True)
        if mark is not None
    ]
    whole = _layer([lesson.whole for lesson in lessons], _truth(lessons), rarity)
    single = _layer([row for row, _ in marked], _labels_truth([mark for _, mark in marked]), rarity)
    return whole, single


def _truth(lessons: Sequence[_Lesson]) -> Truth:
    return _labels_truth([lesson.mail.labels for lesson in lessons])


def _labels_truth(marks: Sequence[frozenset[str]]) -> Truth:
    return np.array([[*(label in mark for label in LABELS), bool(mark)] for mark in marks], dtype=bool)


def _intent_layer(lessons: Sequence[_Lesson], rarity: NDArray[np.float32]) -> Layer:
    replies = [lesson for lesson in lessons if lesson.mail.in_case]
    rows = [buckets(f"{lesson.mail.subject}\n{lesson.mail.text}") for lesson in replies]
    truth = np.array([[name in lesson.mail.intents for name in INTENTS] for lesson in replies], dtype=bool)
    return _layer(rows, truth.reshape(len(replies), len(INTENTS)), rarity, balanced=True)


def _writer_layer(lessons: Sequence[_Lesson], rarity: NDArray[np.float32]) -> Layer:
    known = [lesson for lesson in lessons if lesson.mail.writer in WRITERS]
    truth = np.array([[name == lesson.mail.writer for name in WRITERS] for lesson in known], dtype=bool)
    return _layer([lesson.whole for lesson in known], truth.reshape(len(known), len(WRITERS)), rarity, balanced=True)


def _layer(rows: Sequence[Buckets], truth: Truth, rarity: NDArray[np.float32], *, balanced: bool = False) -> Layer:
    """One linear model per column of `truth`; a column that is all the same scores a flat "no"."""
    names = truth.shape[1]
    weights = np.zeros((BUCKETS, names))
    bias = np.full(names, -8.0)
    used = np.flatnonzero(rarity)
    matrix = _matrix(rows, rarity)[:, used] if rows else None
    for name in range(names):
        if matrix is None or truth[:, name].all() or not truth[:, name].any():
            continue
        fitted = _fitted(matrix, truth[:, name], balanced=balanced)
        weights[used, name] = fitted.coef_[0]
        bias[name] = float(fitted.intercept_[0])
    return _small(weights * rarity[:, None], bias)


def _matrix(rows: Sequence[Buckets], rarity: NDArray[np.float32]) -> Any:
    """The texts as rows of length one."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - heavy, and only training needs it

    ends = np.concatenate(([0], np.cumsum([len(row) for row in rows])))
    columns = np.concatenate(rows)
    values = rarity[columns].astype(np.float64)
    lengths = np.sqrt(np.add.reduceat(np.append(np.square(values), 0.0), np.minimum(ends[:-1], len(values))))
    lengths[np.diff(ends) == 0] = 0
    lengths[lengths == 0] = 1
    return csr_matrix((values / np.repeat(lengths, np.diff(ends)), columns, ends), shape=(len(rows), BUCKETS))


def _fitted(matrix: Any, truth: NDArray[np.bool_], *, balanced: bool) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training needs it

    return LogisticRegression(
        solver="liblinear",
        dual=True,
        C=_STRENGTH,
        tol=0.02,
        max_iter=200,
        random_state=_SEED,
        class_weight="balanced" if balanced else None,
    ).fit(matrix, truth)


def _small(weights: NDArray[np.float64], bias: Row) -> Layer:
    """The weights in one byte each."""
    scale = np.abs(weights).max(axis=0) / 127
    scale[scale == 0] = 1
    return Layer(np.rint(weights / scale).astype(np.int8), scale, np.round(bias, 6))


def _own_parts(lesson: _Lesson) -> tuple[Part, ...]:
    """The mail's own sentences, without the offers of the quoted text."""
    return lesson.parts[: len(lesson.parts) - len(_answered_offers(lesson.mail))]


def _evidence(lesson: _Lesson, whole: Layer, single: Layer, rarity: NDArray[np.float32]) -> Row:
    own = _own_parts(lesson)
    raw = single.all_scores([one.buckets for one in own], rarity)
    return evidence(whole.scores(lesson.whole, rarity), raw, own)


def _blend(rows: Row, truth: Truth, strength: float) -> Row:
    """Per label the weights that turn evidence into a probability, learned on hands not seen."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training needs it

    blend = np.zeros((truth.shape[1], rows.shape[1] + 1))
    for name in range(truth.shape[1]):
        if truth[:, name].all() or not truth[:, name].any():
            blend[name, -1] = -8.0
            continue
        fitted = LogisticRegression(C=strength, max_iter=1000).fit(rows, truth[:, name])
        blend[name] = np.append(fitted.coef_[0], fitted.intercept_[0])
    return np.asarray(np.round(blend, 4), dtype=np.float64)


assert SCORED[-1] == ANY
