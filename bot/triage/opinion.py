"""Which labels the words decide, which stay in doubt, and by which sentences: before anybody asks who wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from bot.triage.answers import answered_offers, points_below, quoted_sentences, welcomed_offers
from bot.triage.articles import appealed, cited, invoked, names_article
from bot.triage.encoder import Meaning
from bot.triage.evidence import Part, Weighed, parts_of, weigh
from bot.triage.families import DEMANDS, LAW
from bot.triage.features import buckets
from bot.triage.labels import Intent, RequestKind
from bot.triage.plain_words import (
    asks_plainly_to_erase,
    complains_plainly,
    still_waits,
    tells_a_change_plainly,
)
from bot.triage.verdict import Reason
from bot.triage.weights import ANY, LABELS, SCORED, Model, Row
from bot.triage.wording import folded, words

_MACHINE_ZONE = "<<"  # the lines of an identity document that machines read say nothing that staff need
_NEVER = -99.0
_IN_PLAIN_WORDS = {
    RequestKind.ERASURE: asks_plainly_to_erase,
    RequestKind.CORRECTION: tells_a_change_plainly,
    RequestKind.COMPLAINT: complains_plainly,
}
_REASONS = 2  # sentences shown per label
_LEAST_REASON = -2.0  # log-odds: below it a sentence does not speak for a label
_OFFER_LINE = 0.0  # log-odds from which an answered offer counts as the request itself
_OFFER_DOUBT = -2.4  # log-odds from which it may be: of ten offers of ours those of a right lie above, all others below
_NEW_RIGHT = frozenset({Intent.NEW_REQUEST, Intent.COMPLAINT_AP, Intent.CHANGE_SCOPE, Intent.DISPUTES, Intent.NOT_ME})


_FEWEST_WORDS = 3  # a mail with fewer decides nothing: too little to weigh
_FEWEST_TO_POINT = 12  # words by which "zie hieronder" and a wish of one's own can be told apart
_NAMED = frozenset(LAW.values())
_DEMANDED = (_NAMED | frozenset(DEMANDS)) - {"demand_restriction"}  # "ik ben er niet tot maandag" sounds like one
_HARDLY = 0.04  # chance below which even a right named outright is not asked for
_PROBABLY = 0.25  # chance of any right from which a right cited by its article is named
_SHORT = 20  # words of a mail in which articles of the law are meant as they stand
_ENOUGH_WORDS = 12  # of a mail by which that can be told
_FEW_LINE = 0.3  # chance from which a mail of one or two words is shown to a person
_TITLE = re.compile(
    r"\b(?:inzage\w{0,8}|inzien|recht op inzage|avg|gdpr|dsgvo|rgpd|vergetelheid|wissen|wisverzoek|rectificatie"
    r"|dataportabiliteit|overdraagbaarheid|klacht\w{0,4}|bezwaar\w{0,8}|verwijder\w{0,8}|privacy\w{0,8}"
    r"|mijn (?:gegevens|data)|my data|subject access|stop(?:pen)?)\b"
)
"""What people write above, or instead of, a mail that says no more: too little to decide by, enough to be read."""
_KINDS = frozenset(kind.value for kind in RequestKind)
_TWINS = frozenset({RequestKind.OBJECTION.value, RequestKind.CONSENT_WITHDRAWAL.value})


@dataclass(frozen=True, slots=True)
class Opinion:
    """`decided` counts; `doubt` says that a person should look although, or because, too little was decided."""

    decided: frozenset[str]
    doubt: bool
    scores: dict[str, float]
    reasons: tuple[Reason, ...]
    perhaps: frozenset[str] = frozenset()  # rights in doubt beside what is decided
    meaning: Meaning | None = None  # what the encoder made of the mail, if it was asked


def opinion_of(model: Model, weighed: Weighed, new_text: str, quoted_text: str) -> Opinion:
    """What the words of one mail say. Quoted words count only where the new words answer or pass them on."""
    opinion = _with_articles(_long_enough(_first(model, weighed), weighed), weighed)
    opinion = _with_plain_words(_with_law(opinion, weighed), weighed)
    if not opinion.decided and still_waits(new_text):
        opinion = replace(opinion, doubt=True)
    if not quoted_text.strip():
        return opinion
    if not opinion.decided:
        opinion = _with_answer(model, opinion, new_text, quoted_text)
        if not opinion.decided and points_below(new_text):
            return _with_forward(model, opinion, quoted_text)
    return _with_quote(opinion, new_text)


def _with_quote(opinion: Opinion, new_text: str) -> Opinion:
    """What is decided by few words that point below them is partly the quote's: a person reads whose wish it is."""
    few = len(words(folded(new_text))) <= _FEWEST_TO_POINT
    return replace(opinion, doubt=True) if opinion.decided and few and points_below(new_text) else opinion


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
    return opinion if asks else replace(opinion, decided=frozenset(), doubt=False, reasons=(), perhaps=frozenset())


def _long_enough(opinion: Opinion, weighed: Weighed) -> Opinion:
    """One or two words ("Reclame.") decide nothing unless they name a right: what seemed decided goes to a person."""
    if _words_in(weighed) >= _FEWEST_WORDS:
        return opinion
    spoken = frozenset[str]().union(*(part.families for part in weighed.parts))
    if named := frozenset(label for label, family in LAW.items() if family in spoken):
        return replace(opinion, decided=named, reasons=_reasons(weighed, named))
    titled = any(_TITLE.search(folded(part.text)) for part in weighed.parts)
    seems = titled or bool(opinion.decided) or max(opinion.scores.values()) >= _FEW_LINE
    return replace(opinion, decided=frozenset(), doubt=opinion.doubt or seems)


def _words_in(weighed: Weighed) -> int:
    return sum(len(words(folded(part.text))) for part in weighed.parts if not part.clause)


def _first(model: Model, weighed: Weighed) -> Opinion:
    scores = {label: round(weighed.score(label), 4) for label in LABELS}
    sure = frozenset(label for label in LABELS if scores[label] >= model.thresholds[label].decided)
    decided = _without_twin(sure, weighed)
    doubtful = frozenset(label for label in LABELS if scores[label] >= model.thresholds[label].doubt) - decided
    perhaps = _perhaps(decided, doubtful, weighed)
    nothing_but_doubt = not decided and weighed.any_score >= model.thresholds[ANY].doubt
    loudest = {max(scores, key=lambda label: scores[label])} if nothing_but_doubt else set()
    reasons = _reasons(weighed, decided | perhaps or doubtful or frozenset(loudest))
    doubt = RequestKind.ERASURE.value in doubtful or bool(perhaps and not decided & _KINDS) or nothing_but_doubt
    return Opinion(decided, doubt, scores, reasons, perhaps, weighed.meaning)


def _perhaps(decided: frozenset[str], doubtful: frozenset[str], weighed: Weighed) -> frozenset[str]:
    """The rights that a mail may ask for beside what is decided; of two that one sentence can mean one is enough."""
    said = _TWINS if decided & _TWINS and _in_one_sentence(weighed) else frozenset[str]()
    return (doubtful & _KINDS) - said if decided else frozenset()


def _chance(odds: Row, label: str) -> float:
    return _probability(float(odds[SCORED.index(label)]))


def _without_twin(decided: frozenset[str], weighed: Weighed) -> frozenset[str]:
    """One sentence that stops a use is an objection or takes back a consent: the likelier of both."""
    if not decided >= _TWINS or not _in_one_sentence(weighed):
        return decided
    return decided - {min(_TWINS, key=weighed.score)}


def _in_one_sentence(weighed: Weighed) -> bool:
    """Whether the same sentence speaks loudest for both; where there is none, no."""
    return (
        bool(weighed.loud)
        and len({int(np.argmax([row[SCORED.index(label)] for row in weighed.loud])) for label in _TWINS}) == 1
    )


def _reasons(weighed: Weighed, labels: frozenset[str]) -> tuple[Reason, ...]:
    """The sentences that speak loudest for each label, in the order of the labels."""
    found = []
    for label in LABELS:
        if label not in labels or not weighed.raw:
            continue
        raw = np.array([row[SCORED.index(label)] for row in weighed.loud])
        raw[[_MACHINE_ZONE in part.text for part in weighed.parts]] = _NEVER
        loudest = [int(index) for index in np.argsort(-raw, kind="stable")[:_REASONS]]
        kept = [index for index in loudest if raw[index] >= _LEAST_REASON] or loudest[:1]
        found += [Reason(label, weighed.parts[index].text) for index in sorted(kept)]
    return tuple(found)


def _with_articles(opinion: Opinion, weighed: Weighed) -> Opinion:
    """What a short mail cites by article goes to a person unless the words decide just that; with the rights if it
    probably asks and leaves nothing open.

    Vendors, students and customers with a request of their own customer cite articles too: there the model is sure.
    """
    own = [part.text for part in weighed.parts if not part.clause]
    named = cited("\n".join(own)) if _words_in(weighed) <= _SHORT else frozenset()
    new = frozenset(kind.value for kind in named) - opinion.decided
    agreed = not named or opinion.decided == {kind.value for kind in named}
    if agreed or (weighed.any_score < _HARDLY and not appealed("\n".join(own))):
        return opinion
    told = (Reason(kind.value, text) for kind in RequestKind for text in own if names_article(text, kind))
    kept = tuple(one for one in opinion.reasons if one.label not in new)
    asked = invoked("\n".join(own)) if weighed.any_score >= _PROBABLY else frozenset()
    decided = opinion.decided | {kind.value for kind in asked}
    return replace(opinion, decided=decided, doubt=True, reasons=kept + tuple(one for one in told if one.label in new))


def _with_law(opinion: Opinion, weighed: Weighed) -> Opinion:
    """A right that is named outright goes to a person, unless a mail of some words surely asks for nothing.

    Newsletters, vendors, students and job applicants name rights too.
    """
    if opinion.decided or opinion.doubt:
        return opinion
    least = _HARDLY if _words_in(weighed) >= _ENOUGH_WORDS else 0.0
    for part, loud in zip(weighed.parts, weighed.loud, strict=True):
        for label, family in LAW.items():
            if family in part.families and max(weighed.any_score, _chance(loud, label)) >= least:
                return replace(opinion, doubt=True, reasons=(Reason(label, part.text),))
    return opinion


def _with_plain_words(opinion: Opinion, weighed: Weighed) -> Opinion:
    """What asks for an erasure or tells a change in plain words is read by a person, whatever stands around it."""
    if opinion.doubt or opinion.decided:
        return opinion
    for part in weighed.parts:
        for kind, asks in _IN_PLAIN_WORDS.items():
            if asks(part.text):
                return replace(opinion, doubt=True, reasons=(Reason(kind.value, part.text),))
    return opinion


def _with_answer(model: Model, opinion: Opinion, new_text: str, quoted_text: str) -> Opinion:
    """ "Ja, doe maar" takes its meaning from our question. The reason shown is the writer's own words.

    Who welcomes it in other words ("lijkt me een goed plan"), or an offer that may be of something else, is read by a
    person.
    """
    strongest = np.full(len(SCORED), -9.0)
    offers = answered_offers(new_text, quoted_text)
    for offer in offers or welcomed_offers(new_text, quoted_text):
        strongest = np.maximum(strongest, model.single.scores(buckets(offer), model.rarity))
    best = int(np.argmax(strongest[: len(LABELS)]))
    if strongest[best] < _OFFER_DOUBT:
        return opinion
    if not offers or strongest[best] < _OFFER_LINE:
        return opinion if opinion.decided else replace(opinion, doubt=True)
    label = LABELS[best]
    scores = opinion.scores | {label: max(opinion.scores[label], _probability(strongest[best]))}
    reason = Reason(label, new_text.strip().split("\n", 1)[0])
    return replace(opinion, decided=frozenset({label}), scores=scores, reasons=(reason,))


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
