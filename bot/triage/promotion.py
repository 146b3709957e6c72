"""May a new model judge in place of the one that judges now? Both read the same mails, and figures decide.

The mails are the hands that no model learns from (`HELD_BACK`), seen in numbers only, and what staff corrected before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.triage.corpus import SHIPPED_CORPUS, Labelled
from bot.triage.evaluation import Evaluation, as_given, counted, judged
from bot.triage.model import Model

FROZEN = tuple(SHIPPED_CORPUS / f"{hand}.jsonl" for hand in ("second_voice", "ordinary_second", "mixed_blind"))
"""The held-back hands whose labels are about whole mails."""

_MAY_LOSE = 0.005  # half a point: what a few mails more or less come to by chance; of requests seen, nothing
_QUESTIONS_MAY_LOSE = 0.05  # of the few questions about privacy that ask for no right


@dataclass(frozen=True, slots=True)
class Marks:
    """What one model made of the frozen mails, and which of the corrections of staff it gets right, by their ids."""

    version: str
    frozen: Evaluation
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The model that judges, the one that might, and how many corrections there are."""

    now: Marks
    new: Marks
    corrections: int

    @property
    def unlearned(self) -> tuple[str, ...]:
        """The corrections that the new model would get wrong again."""
        return tuple(sorted(self.now.right - self.new.right))

    def against(self) -> tuple[str, ...]:
        """What speaks against the new model, in sentences; nothing: it may judge."""
        lost = self.now.frozen.requests_seen - self.new.frozen.requests_seen
        found = [f"it misses {lost} more of {self.now.frozen.requests} requests"] if lost > 0 else []
        unheard = self.now.frozen.questions_seen - self.new.frozen.questions_seen
        if unheard > _QUESTIONS_MAY_LOSE * self.now.frozen.questions:
            found.append(f"it misses {unheard} more of {self.now.frozen.questions} questions about privacy")
        for name, before, after in _shares(self):
            if after < before - _MAY_LOSE - 1e-9:
                found.append(f"{name} falls from {_percent(before)} to {_percent(after)}")
        if self.unlearned:
            found.append(f"it gets wrong again what staff corrected: {', '.join(self.unlearned)}")
        return tuple(found)

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """A table: figure, the model that judges, the new one."""
        seen = [f"{one.frozen.requests_seen} of {one.frozen.requests}" for one in (self.now, self.new)]
        right = [f"{len(one.right)} of {self.corrections}" for one in (self.now, self.new)]
        return (
            ("requests seen", seen[0], seen[1]),
            *((name, _percent(before), _percent(after)) for name, before, after in _shares(self)),
            ("corrections right", right[0], right[1]),
        )

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "now": _as_json(self.now),
            "new": _as_json(self.new),
            "corrections": self.corrections,
            "against": list(self.against()),
        }


def marks(
    model: Model,
    corrections: Sequence[Labelled],
    files: Sequence[Path] = FROZEN,
    progress: Callable[[str], None] = lambda _: None,
) -> Marks:
    """Let the model read the frozen mails and the corrections."""
    found = []
    for path in files:
        progress(f"model {model.version} reads {path.stem}")
        found += judged(model, path)
    right = frozenset(mail.id for mail in corrections if _right(model, mail))
    return Marks(model.version, counted("frozen", found), right)


def _right(model: Model, mail: Labelled) -> bool:
    """Exactly the rights that staff gave; an ordinary mail was left alone."""
    verdict = as_given(model, mail)
    return verdict.ordinary if not mail.labels else mail.labels == {kind.value for kind in verdict.kinds}


def _shares(both: Comparison) -> tuple[tuple[str, float, float], ...]:
    now, new = both.now.frozen, both.new.frozen
    return (
        ("exactly right", now.exact_share, new.exact_share),
        ("ordinary kept ordinary", now.kept_share, new.kept_share),
        ("macro-F1 of the rights", now.macro_f1, new.macro_f1),
    )


def _as_json(one: Marks) -> dict[str, Any]:
    return {"model": one.version, **one.frozen.as_json(), "macro_f1": round(one.frozen.macro_f1, 4)}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
