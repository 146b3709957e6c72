"""What staff corrected goes into a model, and the model into use if it is no worse than the one that judges now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.store.archive import Archive
from bot.triage.corpus import SHIPPED_CORPUS, Labelled, digest, digest_of, training_files
from bot.triage.installed import Live, alone, back, candidate, live, promote, set_aside
from bot.triage.lessons import taught
from bot.triage.model import Model, load_model, train
from bot.triage.promotion import FROZEN, Comparison, marks
from bot.triage.weights import read_model

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training. Without a comparison there was nothing to learn that the model does not know."""

    judging: str  # the version of the model that judges afterwards
    comparison: Comparison | None = None
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class Learning:
    """Trains for one installation. `frozen` are the labelled mails that decide, which training must not read."""

    archive: Archive
    models: Path
    corpus: Path = SHIPPED_CORPUS
    frozen: Sequence[Path] = FROZEN
    progress: Callable[[str], None] = lambda _: None

    def train(self, *, check: bool = False) -> Outcome:
        """Make a model and compare it; unless `check`, let it judge if nothing speaks against it, else set it aside.

        Raises TriageError; the model that judges is then the same as before.
        """
        with alone(self.models):
            now, lessons = live(self.models), self.lessons()
            if self._knows(now, lessons):
                return Outcome(now.model.version)
            fresh = candidate(self.models, check=check)
            self.progress(f"{len(lessons)} mails that staff labelled")
            train(self.corpus, fresh, self.progress, lessons)
            comparison = self._compared(now.model, read_model(fresh), lessons)
            if check:
                fresh.unlink(missing_ok=True)
            elif comparison.against():
                set_aside(self.models, comparison.as_json())
            else:
                return self._promoted(fresh, comparison)
            return Outcome(now.model.version, comparison)

    def back(self) -> Outcome:
        """Let the model judge that judged before this one. Raises NoEarlierModelError."""
        with alone(self.models):
            before, after = live(self.models).model.version, back(self.models).version
        _log.warning("the earlier model judges again", before=before, version=after)
        return Outcome(after, promoted=True)

    def lessons(self) -> tuple[Labelled, ...]:
        """What staff taught, each by the reference of its case; of the same words their last judgement."""
        with self.archive.reading() as tx:
            examples = list(tx.examples.all())
            refs = tx.cases.refs(example.case_id for example in examples)
        last = {(one.lesson.subject, one.lesson.text, one.lesson.quoted): one for one in examples}
        shipped = load_model()
        return tuple(
            taught(shipped, refs[one.case_id], *words, one.lesson.labels, one.lesson.language)
            for words, one in last.items()
        )

    def _knows(self, now: Live, lessons: Sequence[Labelled]) -> bool:
        """Whether the model that judges was made from these mails and lessons."""
        about = now.model.about
        learned = about.get("staff_sha256", digest_of(()))
        return bool(learned == digest_of(lessons) and about["corpus_sha256"] == digest(training_files(self.corpus)))

    def _compared(self, now: Model, new: Model, lessons: Sequence[Labelled]) -> Comparison:
        both = [marks(model, lessons, self.frozen, self.progress) for model in (now, new)]
        return Comparison(both[0], both[1], len(lessons))

    def _promoted(self, fresh: Path, comparison: Comparison) -> Outcome:
        model = promote(self.models, fresh)
        _log.info(
            "a new model judges mail",
            before=comparison.now.version,
            version=model.version,
            count=comparison.corrections,
        )
        return Outcome(model.version, comparison, promoted=True)
