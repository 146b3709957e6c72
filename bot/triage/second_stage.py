"""How far to trust what the encoder reads: learned from mails that it was not taught on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.triage.corpus import COMPOSED, Labelled
from bot.triage.encoder import shipped_encoder
from bot.triage.evidence import (
    Part,
    answers_one,
    doubt_evidence,
    odds,
    probability,
    read_closely,
    second_evidence,
    second_odds,
)
from bot.triage.fitting import Truth, blend, labels_truth
from bot.triage.thresholds import chosen_thresholds
from bot.triage.weights import LABELS, RIGHTS, Layer, Row, Thresholds

_FEWEST = 100  # mails that the encoder never saw, from which this is learned


@dataclass(frozen=True, slots=True)
class Judge:
    """A labelled mail as counting sees it, by a model that had not seen its hand."""

    mail: Labelled
    own: tuple[Part, ...] = field(repr=False)  # its sentences and clauses, without those it quotes
    counted: Row  # log-odds in the order of SCORED


@dataclass(frozen=True, slots=True)
class SecondStage:
    """The weights over both stages, and where decisions and doubt begin."""

    second: Row  # a row per label
    doubt: Row  # one row: whether the mail asks for any right
    thresholds: Mapping[str, Thresholds]
    judges: int  # mails that it was learned from


def second_stage(asked: Sequence[Judge], single: Layer, rarity: NDArray[np.float32]) -> SecondStage:
    """Learn from those of the mails that can tell."""
    judges = _judges(asked)
    pages, doubts = _read(judges, single, rarity)
    truth = labels_truth([judge.mail.labels for judge in judges])
    second, doubt = _per_label(pages, truth), blend(doubts, _asks(truth), 1.0)
    labels = probability(np.array([second_odds(second, page) for page in pages]))
    chances = np.column_stack((labels, probability(odds(doubt, doubts.T)[0])))
    return SecondStage(second, doubt, chosen_thresholds(chances, truth), len(judges))


def _judges(asked: Sequence[Judge]) -> list[Judge]:
    """The mails that the encoder was not taught on: only they tell how far to trust it.

    Replies in a case are read otherwise, and nobody wrote the composed mails as they stand; how sure one must be of a
    mail from outside neither can tell.
    """
    taught, kept = set(shipped_encoder().about["hands"]), set(shipped_encoder().about["kept"])
    outside = [one for one in asked if not (one.mail.in_case or one.mail.hand in COMPOSED)]
    found = [one for one in outside if one.mail.hand not in taught or one.mail.id in kept]
    return found if len(found) >= _FEWEST else outside or list(asked)


def _read(judges: Sequence[Judge], single: Layer, rarity: NDArray[np.float32]) -> tuple[Row, Row]:
    """What the second blend sees of each, one page per mail, and what tells whether it asks for a right."""
    pages, doubts = [], []
    for judge in judges:
        mail = judge.mail
        raw = single.all_scores([one.buckets for one in judge.own], rarity)
        meaning = read_closely(judge.own, raw, mail.subject, mail.quoted)
        answers = answers_one(mail.subject, mail.quoted)
        pages.append(second_evidence(judge.counted, meaning, len(judge.own)))
        doubts.append(doubt_evidence(judge.counted, meaning, len(judge.own), answers=answers))
    return np.array(pages), np.array(doubts)


def _per_label(pages: Row, truth: Truth) -> Row:
    return np.concatenate(
        [blend(pages[:, name], truth[:, name : name + 1], 1.0) for name in range(len(LABELS))], axis=0
    )


def _asks(truth: Truth) -> Truth:
    """Whether each mail asks for a right; a mere question about privacy does not."""
    return np.asarray(truth[:, RIGHTS].any(axis=1, keepdims=True))
