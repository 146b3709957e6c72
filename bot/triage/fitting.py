"""Fitting: linear models over counted words, and the weights of a blend. Needs scikit-learn, which running does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triage.features import BUCKETS, Buckets
from bot.triage.weights import LABELS, Layer, Row

_STRENGTH = 8.0  # inverse regularisation of the word models
_SEED = 20260101

Truth = NDArray[np.bool_]
Weights = Sequence[float] | None
"""How much each text counts; None: all the same."""


def layer(
    rows: Sequence[Buckets],
    truth: Truth,
    rarity: NDArray[np.float32],
    counts: Weights = None,
    *,
    balanced: bool = False,
) -> Layer:
    """One linear model per column of `truth`; a column that is all the same scores a flat "no"."""
    names = truth.shape[1]
    weights = np.zeros((BUCKETS, names))
    bias = np.full(names, -8.0)
    used = np.flatnonzero(rarity)
    matrix = _matrix(rows, rarity)[:, used] if rows else None
    for name in range(names):
        if matrix is None or truth[:, name].all() or not truth[:, name].any():
            continue
        fitted = _fitted(matrix, truth[:, name], counts, balanced=balanced)
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


def _fitted(matrix: Any, truth: Truth, counts: Weights, *, balanced: bool) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training needs it

    return LogisticRegression(
        solver="liblinear",
        dual=True,
        C=_STRENGTH,
        tol=0.02,
        max_iter=200,
        random_state=_SEED,
        class_weight="balanced" if balanced else None,
    ).fit(matrix, truth, sample_weight=None if counts is None else np.array(counts))


def _small(weights: NDArray[np.float64], bias: Row) -> Layer:
    """The weights in one byte each."""
    scale = np.abs(weights).max(axis=0) / 127
    scale[scale == 0] = 1
    return Layer(np.rint(weights / scale).astype(np.int8), scale, np.round(bias, 6))


def blend(rows: Row, truth: Truth, strength: float) -> Row:
    """Per label the weights that turn evidence into a probability, learned on hands not seen."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, and only training needs it

    weights = np.zeros((truth.shape[1], rows.shape[1] + 1))
    for name in range(truth.shape[1]):
        if truth[:, name].all() or not truth[:, name].any():
            weights[name, -1] = -8.0
            continue
        fitted = LogisticRegression(C=strength, max_iter=1000).fit(rows, truth[:, name])
        weights[name] = np.append(fitted.coef_[0], fitted.intercept_[0])
    return np.asarray(np.round(weights, 4), dtype=np.float64)


def labels_truth(given: Sequence[frozenset[str]]) -> Truth:
    """The labels of some texts, a row each in the order of SCORED: the last column is "any of them"."""
    return np.array([[*(label in some for label in LABELS), bool(some)] for some in given], dtype=bool)
