"""Where "decided" begins and where "ordinary" ends, per label, chosen on scores of unseen hands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.triage.labels import RequestKind
from bot.triage.weights import ANY, LABELS, SCORED, Row, Thresholds

_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)
_PRECISION = {RequestKind.ERASURE.value: 0.8}  # the act that cannot be undone: rather a person than a wrong decision
_LEAST_PRECISION = 0.7
_WRONG_ON_ORDINARY = 0.015  # share of ordinary mail that one label may claim: a mailbox holds far more of it
_REQUESTS_SEEN = 0.992  # share of requests of unseen hands that must at least reach a person


def chosen_thresholds(probabilities: Row, truth: NDArray[np.bool_]) -> dict[str, Thresholds]:
    """Decided: the best F1 at the wanted precision. Doubt: as low as needed to miss hardly any request."""
    chosen = {}
    whole = SCORED.index(ANY)
    for column, label in enumerate(LABELS):
        precision = _PRECISION.get(label, _LEAST_PRECISION)
        decided = _decided(probabilities[:, column], truth[:, column], ~truth[:, whole], precision)
        chosen[label] = Thresholds(decided, round(decided * 0.6, 4))
    doubt = _doubt(probabilities[:, whole], truth[:, whole])
    chosen[ANY] = Thresholds(max(doubt, 0.5), doubt)
    return chosen


def _decided(probability: Row, truth: NDArray[np.bool_], ordinary: NDArray[np.bool_], precision: float) -> float:
    best, chosen = -1.0, 0.95
    for line in _GRID:
        called = probability >= line
        right = float((called & truth).sum())
        too_many = (called & ordinary).sum() > _WRONG_ON_ORDINARY * ordinary.sum()
        if not right or too_many or right / called.sum() < precision:
            continue
        f1 = 2 * right / (called.sum() + truth.sum())
        if f1 > best:
            best, chosen = f1, float(line)
    return chosen


def _doubt(probability: Row, truth: NDArray[np.bool_]) -> float:
    if not truth.any():
        return 0.5
    return float(np.round(np.quantile(probability[truth], 1 - _REQUESTS_SEEN), 4))
