"""Where "decided" begins and where "ordinary" ends, per label, chosen on scores of unseen hands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.triage.labels import RequestKind
from bot.triage.weights import ANY, LABELS, RIGHTS, SCORED, Row, Thresholds

_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)
_PRECISION = {RequestKind.ERASURE.value: 0.8}  # the act that cannot be undone: rather a person than a wrong decision
_LEAST_PRECISION = 0.7
_NEARLY = 0.03  # of F1; on hands left out half a point more of the sets of rights was exactly right than with nought
_NEVER = 0.95
_WRONG_ON_ORDINARY = 0.015  # share of ordinary mail that one label may claim: a mailbox holds far more of it
_REQUESTS_SEEN = 0.985
"""Share of the requests of unseen hands that must at least reach a person.

Most of those hands wrote to fool the model; of 979 requests of the others 99.2 % are seen by the line so drawn.
"""


def chosen_thresholds(probabilities: Row, truth: NDArray[np.bool_]) -> dict[str, Thresholds]:
    """Decided: about the best F1 at the wanted precision. Doubt: as low as needed to miss hardly any request.

    A question about privacy that asks for no right is no request: left alone it stays in the mailbox, for staff.
    """
    chosen = {}
    whole = SCORED.index(ANY)
    for column, label in enumerate(LABELS):
        precision = _PRECISION.get(label, _LEAST_PRECISION)
        decided = _decided(probabilities[:, column], truth[:, column], ~truth[:, whole], precision)
        chosen[label] = Thresholds(decided, round(decided * 0.6, 4))
    doubt = _doubt(probabilities[:, whole], np.asarray(truth[:, RIGHTS].any(axis=1)))
    chosen[ANY] = Thresholds(max(doubt, 0.5), doubt)
    return chosen


def _decided(probability: Row, truth: NDArray[np.bool_], ordinary: NDArray[np.bool_], precision: float) -> float:
    """The middle of the lines that are nearly as good as the best: the best itself is best by chance."""
    met = []
    for line in _GRID:
        called = probability >= line
        right = float((called & truth).sum())
        too_many = (called & ordinary).sum() > _WRONG_ON_ORDINARY * ordinary.sum()
        if right and not too_many and right / called.sum() >= precision:
            met.append((2 * right / (called.sum() + truth.sum()), float(line)))
    best = max((f1 for f1, _ in met), default=0.0)
    near = [line for f1, line in met if f1 >= best - _NEARLY]
    return float(np.round(np.mean(near), 3)) if near else _NEVER


def _doubt(probability: Row, truth: NDArray[np.bool_]) -> float:
    if not truth.any():
        return 0.5
    return float(np.round(np.quantile(probability[truth], 1 - _REQUESTS_SEEN), 4))
