"""What staff said of a mail, as a labelled mail to learn from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from bot.triage.corpus import STAFF, Labelled
from bot.triage.evidence import parts_of
from bot.triage.weights import SCORED, Model


def taught(
    model: Model, name: str, subject: str, text: str, quoted: str, labels: Iterable[str], language: str
) -> Labelled:
    """The mail with the labels that a person gave. Of each the loudest sentence is marked, by what `model` makes of it.

    Staff say what a mail asks and not by which words: the mark is a guess, and a sentence without one tells nothing.
    """
    given = frozenset(labels)
    spans = _loudest(model, text, sorted(given))
    return Labelled(name, STAFF, subject, text, quoted, given, spans, frozenset(), None, language)


def _loudest(model: Model, text: str, labels: list[str]) -> tuple[tuple[str, str], ...]:
    own = [one for one in parts_of("", text) if not one.clause]
    if not own or not labels:
        return ()
    scores = model.single.all_scores([one.buckets for one in own], model.rarity)
    return tuple((label, own[int(np.argmax(scores[:, SCORED.index(label)]))].text) for label in labels)
