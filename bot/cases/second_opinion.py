"""What a second reader's labels lead to: nothing, or a person who looks. They decide, remove and answer nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.cases.alarming import RIGHTS
from bot.cases.filing import LeaveAlone, OpenCase
from bot.triage.labels import OTHER_PRIVACY, RequestKind


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another reader made of a mail; `labels` are kinds of request and `other_privacy`, empty is none of them."""

    labels: frozenset[str]
    model: str  # who that reader is


_ONLY_ANOTHER = "alleen een tweede lezer leest hierin een verzoek"


def after_second_opinion(opinion: SecondOpinion | None) -> LeaveAlone | OpenCase:
    """What becomes of a mail that we would leave alone. A person says what it asks, if anything: no right is opened."""
    if opinion is None or not opinion.labels:
        return LeaveAlone(automatic=False)
    labels = opinion.labels
    needs = f"een tweede lezer leest hierin: {in_words(labels)}; de bot zag geen verzoek"
    return OpenCase(frozenset(), needs=needs, letters_held=True, no_answer=(_ONLY_ANOTHER,))


def disagreement(ours: Collection[RequestKind], labels: Collection[str]) -> str | None:
    """What a person must be told about a case in which these rights were found; None where nothing is amiss."""
    theirs = {kind for kind in RequestKind if kind in labels}
    more, less = theirs - set(ours), set(ours) - theirs
    if not labels and ours:
        return "een tweede lezer leest hierin geen verzoek: kijk of dat klopt"
    told = [f"ook {in_words(more)}"] * bool(more) + [f"niet {in_words(less)}"] * bool(less)
    return f"een tweede lezer leest hierin {' en '.join(told)}: kijk of dat klopt" if told else None


def in_words(labels: Collection[str]) -> str:
    """Labels in Dutch, in the order of the law."""
    rights = [RIGHTS[kind] for kind in RequestKind if kind in labels]
    return ", ".join(rights + ["een vraag over privacy"] * (OTHER_PRIVACY in labels))
