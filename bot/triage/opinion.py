"""Which labels the words decide, which stay in doubt, and by which sentences: before anybody asks who wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from bot.triage.answers import answered_offers, points_below, quoted_sentences
from bot.triage.evidence import Part, Weighed, parts_of, weigh
from bot.triage.families import DEMANDS, LAW
from bot.triage.features import buckets
from bot.triage.labels import Intent, RequestKind
from bot.triage.verdict import Reason
from bot.triage.weights import ANY, LABELS, SCORED, Model
from bot.triage.wording import folded, words

_REASONS = 2  # sentences shown per label
_LEAST_REASON = -2.0  # log-odds: below it a sentence does not speak for a label
_OFFER_LINE = 0.0  # log-odds from which an answered offer counts as the request itself
_NEW_RIGHT = frozenset({Intent.NEW_REQUEST, Intent.COMPLAINT_AP, Intent.CHANGE_SCOPE, Intent.DISPUTES, Intent.NOT_ME})


_ASKS_TO_SEE = re.compile(
    r"\b(?:inza\w{1,12}|inzien|kopie\w{0,3}|afschrift\w{0,2}|overzicht\w{0,3}|uitdraai|weten|zien|stuur\w{0,2}"
    r"|sturen|ontvang\w{0,2}|lijst\w{0,3}"
    r"|welke|opvragen|verstrek\w{0,3}|mededelen|horen|mailen|doorgeven|vertel\w{0,3}|copy|copies|overview|send"
    r"|receive|know|see|tell|list|provide"
    r"|which|access|auskunft|kopien?|schicken|welche|wissen|copie|savoir|envoyer|acces)\b"
)
_FEWEST_WORDS = 3  # a mail with fewer decides nothing: too little to weigh
_NAMED = frozenset(LAW.values())
_DEMANDED = (_NAMED | frozenset(DEMANDS)) - {"demand_restriction"}  # "ik ben er niet tot maandag" sounds like one
_SWALLOW = frozenset(kind.value for kind in (RequestKind.ERASURE, RequestKind.RESTRICTION, RequestKind.OBJECTION))


@dataclass(frozen=True, slots=True)
class Opinion:
    """`decided` counts; `doubt` says that a person should look although, or because, too little was decided."""

    decided: frozenset[str]
    doubt: bool
    scores: dict[str, float]
    reasons: tuple[Reason, ...]


def opinion_of(model: Model, parts: tuple[Part, ...], new_text: str, quoted_text: str) -> Opinion:
    """What the words of one mail say. Quoted words count only where the new words answer or pass them on."""
    weighed = weigh(model, parts)
    opinion = _with_law(_long_enough(_first(model, weighed), parts), weighed)
    if quoted_text.strip() and not opinion.decided:
        opinion = _with_answer(model, opinion, new_text, quoted_text)
        if not opinion.decided and points_below(new_text):
            opinion = _with_forward(model, opinion, quoted_text)
    return opinion


def within_case(opinion: Opinion, intents: frozenset[Intent]) -> Opinion:
    """In a running case a right counts as new only if the mail asks for something; the rest is talk about the case."""
    if intents & _NEW_RIGHT:
        return opinion
    return replace(opinion, decided=frozenset(), doubt=opinion.doubt or bool(opinion.decided))


def from_machine(opinion: Opinion, parts: tuple[Part, ...], *, absent: bool, form: bool) -> Opinion:
    """What counts of a mail that no person sent. A website's form and a right named outright count like any words.

    An absence note asks if a sentence of it sounds like the request itself, another machine if anything is decided.
    """
    spoken = frozenset[str]().union(*(part.families for part in parts))
    if form or spoken & _NAMED:
        return opinion
    asks = opinion.decided and (not absent or spoken & _DEMANDED)
    return opinion if asks else replace(opinion, decided=frozenset(), doubt=False, reasons=())


def _long_enough(opinion: Opinion, parts: tuple[Part, ...]) -> Opinion:
    """One or two words ("Reclame.") decide nothing unless they name a right: what seemed decided goes to a person."""
    counted = sum(len(words(folded(part.text))) for part in parts if not part.clause)
    if counted >= _FEWEST_WORDS or any(part.families & _NAMED for part in parts):
        return opinion
    return replace(opinion, decided=frozenset(), doubt=opinion.doubt or bool(opinion.decided))


def _first(model: Model, weighed: Weighed) -> Opinion:
    scores = {label: round(weighed.score(label), 4) for label in LABELS}
    decided = _without_echo(
        frozenset(label for label in LABELS if scores[label] >= model.thresholds[label].decided), weighed
    )
    doubtful = {label for label in LABELS if model.thresholds[label].doubt <= scores[label] and label not in decided}
    erasure_in_doubt = RequestKind.ERASURE.value in doubtful
    nothing_but_doubt = not decided and weighed.any_score >= model.thresholds[ANY].doubt
    shown = decided or doubtful or ({max(scores, key=lambda label: scores[label])} if nothing_but_doubt else set())
    return Opinion(decided, erasure_in_doubt or nothing_but_doubt, scores, _reasons(weighed, frozenset(shown)))


def _without_echo(decided: frozenset[str], weighed: Weighed) -> frozenset[str]:
    """ "Wis alles wat u van mij heeft" says what to erase; it does not ask to see it."""
    if RequestKind.ACCESS.value not in decided or not decided & _SWALLOW:
        return decided
    if any(_ASKS_TO_SEE.search(folded(part.text)) for part in weighed.parts):
        return decided
    return decided - {RequestKind.ACCESS.value}


def _reasons(weighed: Weighed, labels: frozenset[str]) -> tuple[Reason, ...]:
    """The sentences that speak loudest for each label, in the order of the labels."""
    found = []
    for label in LABELS:
        if label not in labels or not weighed.raw:
            continue
        raw = np.array([row[SCORED.index(label)] for row in weighed.raw])
        loudest = [int(index) for index in np.argsort(-raw, kind="stable")[:_REASONS]]
        kept = [index for index in loudest if raw[index] >= _LEAST_REASON] or loudest[:1]
        found += [Reason(label, weighed.parts[index].text) for index in sorted(kept)]
    return tuple(found)


def _with_law(opinion: Opinion, weighed: Weighed) -> Opinion:
    """A right that is named outright is never ignored: undecided, it goes to a person."""
    if opinion.decided or opinion.doubt:
        return opinion
    for part in weighed.parts:
        for label, family in LAW.items():
            if family in part.families:
                return replace(opinion, doubt=True, reasons=(Reason(label, part.text),))
    return opinion


def _with_answer(model: Model, opinion: Opinion, new_text: str, quoted_text: str) -> Opinion:
    """ "Ja, doe maar" takes its meaning from our question. The reason shown is the writer's own words."""
    strongest = np.full(len(SCORED), -9.0)
    for offer in answered_offers(new_text, quoted_text):
        strongest = np.maximum(strongest, model.single.scores(buckets(offer), model.rarity))
    best = int(np.argmax(strongest[: len(LABELS)]))
    if strongest[best] < _OFFER_LINE:
        return opinion
    label = LABELS[best]
    scores = opinion.scores | {label: max(opinion.scores[label], _probability(strongest[best]))}
    return Opinion(frozenset({label}), opinion.doubt, scores, (Reason(label, new_text.strip().split("\n", 1)[0]),))


def _with_forward(model: Model, opinion: Opinion, quoted_text: str) -> Opinion:
    """A request that stands below words such as "zie hieronder" is seen by a person: whose it is, words do not say."""
    below = _first(model, weigh(model, parts_of("", *quoted_sentences(quoted_text))))
    if not (below.decided or below.doubt):
        return opinion
    scores = {label: max(score, below.scores[label]) for label, score in opinion.scores.items()}
    shown = tuple(reason for reason in below.reasons if reason.text in quoted_text)
    return replace(opinion, doubt=True, scores=scores, reasons=opinion.reasons or shown)


def _probability(odds: float) -> float:
    return round(float(1 / (1 + np.exp(-odds))), 4)
