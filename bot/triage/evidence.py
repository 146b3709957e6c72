"""One mail's words weighed by the model, in two stages, into one probability per label.

First the words are counted: per sentence and as a whole. Only a mail that may be a request goes on to the encoder,
which reads it for its meaning; a second blend then weighs both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.triage.answers import answered_offers, words_below
from bot.triage.brand import TAUGHT, as_spoken_to, as_taught
from bot.triage.encoder import Meaning, Shown, shipped_encoder
from bot.triage.families import DEMANDS, LAW, NAMES
from bot.triage.features import Buckets, counted, merged
from bot.triage.labels import OTHER_PRIVACY
from bot.triage.weights import ANY, LABELS, RIGHTS, SCORED, Model, Row
from bot.triage.wording import MAX_SENTENCES, clauses, sentences

_DEMANDED = (frozenset(LAW.values()) | frozenset(DEMANDS)) - {"demand_restriction", "demand_correction"}
"""Families of which none speaks in a mail that counting alone may leave; two speak in half of all bookkeeping."""
_MANY = 60  # sentences from which a mail is just long
_QUESTION = SCORED.index(OTHER_PRIVACY)
_FEW_WORDS = 12  # that may have their meaning from what they answer
_FEW_CHARACTERS = 240
_WORD = re.compile(r"\w+")
_REPLY = re.compile(r"\s{0,4}(?:re|aw|antw?|sv|fwd?|fw|doorst|tr|wg|betr)\s{0,2}(?:\[\d{1,3}\])?\s?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One sentence, an exact substring of the mail, with its buckets and the word families in it."""

    text: str = field(repr=False)
    buckets: Buckets = field(repr=False)
    families: frozenset[str] = frozenset()
    clause: bool = False  # a part of the sentence before it
    heading: bool = False  # the mail's own subject


def part(text: str) -> Part:
    """A sentence, counted."""
    return Part(text, *counted([text])[0])


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the model makes of a mail. `probabilities` in the order of SCORED."""

    parts: tuple[Part, ...]
    raw: tuple[Row, ...]  # per part: log-odds by counting
    probabilities: Row
    counted: Row  # the probabilities by counting alone
    loud: tuple[Row, ...] = ()  # per part: how strongly it speaks for each label, by all that was asked
    meaning: Meaning | None = None  # None: surely ordinary, the encoder was not asked
    asks_in_case: float | None = None  # of a mail that answers one: chance of any right where every mail does

    def score(self, label: str) -> float:
        return float(self.probabilities[SCORED.index(label)])

    @property
    def any_score(self) -> float:
        return self.score(ANY)

    def within_case(self) -> Weighed:
        """The same as a reply in a case, where every mail answers one."""
        if self.asks_in_case is None:
            return self
        return replace(self, probabilities=np.append(self.probabilities[:-1], self.asks_in_case))


def is_reply(subject: str) -> bool:
    """A subject that was taken over from an earlier mail: its words need not be the writer's."""
    return _REPLY.match(subject) is not None


def answers_one(subject: str, quoted: str) -> bool:
    """Whether a mail answers or passes on another: by its subject, or by the words it quotes."""
    return is_reply(subject) or bool(quoted.strip())


def parts_of(subject: str, *texts: str) -> tuple[Part, ...]:
    """The sentences of a mail, a long one followed by its clauses: its own subject first, then each text."""
    headings = [] if is_reply(subject) or not subject.strip() else [subject.strip()]
    found = headings + [sentence for text in texts for sentence in sentences(text)]
    pieces = [
        (piece, nth > 0, number < len(headings))
        for number, text in enumerate(found[:MAX_SENTENCES])
        for nth, piece in enumerate((text, *clauses(text)))
    ]
    numbers = counted([piece for piece, _, _ in pieces]) if pieces else []
    return tuple(
        Part(piece, buckets, spoken, clause, heading)
        for (piece, clause, heading), (buckets, spoken) in zip(pieces, numbers, strict=True)
    )


def weigh(
    model: Model, parts: tuple[Part, ...], subject: str = "", quoted: str = "", *, closely: bool = False
) -> Weighed:
    """The probability of each label. `subject` and `quoted` are what the sentences in `parts` have around them.

    `closely`: a reply in a case; the encoder is asked also if the words alone make it ordinary.
    """
    raw = model.single.all_scores([one.buckets for one in parts], model.rarity)
    whole = model.whole.scores(merged([one.buckets for one in parts]), model.rarity)
    first = odds(model.blend, evidence(whole, raw, parts)[:, None])[:, 0]
    by_counting = Weighed(parts, tuple(raw), probability(first), probability(first), tuple(raw))
    few = _few([one.text for one in parts if _is_own_sentence(one)])
    closely_too = _sounds_like_a_right(parts) or (few and bool(quoted.strip()))
    if not closely and by_counting.any_score < model.skip and not closely_too:
        return by_counting
    meaning = read_closely(parts, raw, subject, quoted, reply=closely, brand=model.brand)
    labels = second_odds(model.second, second_evidence(first, meaning, len(raw)))
    answers = answers_one(subject, quoted)
    asks, in_case = (_asks(model, doubt_evidence(first, meaning, len(raw), answers=one)) for one in (answers, False))
    both, loud = np.append(probability(labels), asks), tuple(_loud(parts, raw, meaning))
    return Weighed(parts, tuple(raw), both, by_counting.counted, loud, meaning, in_case if answers else None)


def _asks(model: Model, seen: Row) -> float:
    """The chance that a mail asks for any right."""
    return float(probability(odds(model.doubt, seen[:, None]))[0, 0])


def read_closely(
    parts: tuple[Part, ...], raw: Row, subject: str, quoted: str, *, reply: bool = False, brand: str = TAUGHT
) -> Meaning:
    """What the encoder makes of the mail whose sentences these are. Of a long mail the loudest sentences are read.

    The quoted words are shown to it below a bare yes, and beside few words (`Shown`): alone they never make a request.
    Where our own name is another than the taught one, labels and intents are read with the taught one in its place; the
    values are read as they stand. A role of ours that is greeted is read as the taught name.
    """
    own = [number for number, one in enumerate(parts) if _is_own_sentence(one)]
    loud = [float(raw[number, -1]) for number in own]
    texts = [parts[number].text for number in own]
    written = (subject, words_below(quoted), *texts)
    taught = tuple(as_taught(text, brand) for text in written)
    head, below, *said = map(as_spoken_to, taught)
    meaning = shipped_encoder().read(head, said, below, loud, shown=_shown(texts, quoted), reply=reply)
    if taught == written:
        return meaning
    as_it_stands = shipped_encoder().read(subject, texts, loud=loud)
    return replace(meaning, values=as_it_stands.values, who=as_it_stands.who)


def _shown(own: Sequence[str], quoted: str) -> Shown:
    """Whether the labels of these sentences are read with what they answer: a yes to an offer always."""
    if answered_offers("\n".join(own), quoted):
        return Shown.ALWAYS
    return Shown.BESIDE if _few(own) else Shown.NEVER


def _few(own: Sequence[str]) -> bool:
    """A handful of words: "de tweede graag". Not none, and not many that are glued together."""
    return 0 < len(_WORD.findall("\n".join(own))) <= _FEW_WORDS and sum(map(len, own)) <= _FEW_CHARACTERS


def odds(blend: Row, seen: Row) -> Row:
    """Evidence, one mail a column, turned into log-odds: a row per label."""
    found: Row = blend[:, :-1] @ seen + blend[:, -1:]
    return np.clip(found, -30.0, 30.0)


def probability(log_odds: Row) -> Row:
    """From log-odds to 0..1."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)), dtype=np.float64)


def second_evidence(first: Row, meaning: Meaning, sentences_seen: int) -> Row:
    """What the second blend looks at: a row per label, of that label and of the whole mail, counted and read."""
    counted_odds, read_odds = _told(first, meaning)
    every = np.ones(len(LABELS))
    whole = (counted_odds[-1] * every, read_odds[-1] * every, _length(sentences_seen) * every)
    return np.stack((counted_odds[:-1], read_odds[:-1], *whole), axis=1)


def doubt_evidence(first: Row, meaning: Meaning, sentences_seen: int, *, answers: bool) -> Row:
    """What is looked at to tell whether a mail asks for any right: a row of numbers.

    The whole, a mere question about privacy and the loudest right, counted and read; the length; whether the mail
    answers one; who writes. A question asks for no right, and customers, vendors and staff write most of what only
    sounds like it; the few words of an answer say less than they mean.
    """
    told = _told(first, meaning)
    heard = [value for odds in told for value in (odds[-1], odds[_QUESTION], odds[RIGHTS].max())]
    return np.array([*heard, _length(sentences_seen), float(answers), *np.clip(meaning.writers, -8, 0)])


def second_odds(second: Row, seen: Row) -> Row:
    """The log-odds of each label; `second` holds a row of weights per label, the last one its bias."""
    found: Row = (second[:, :-1] * seen).sum(axis=1) + second[:, -1]
    return np.clip(found, -30.0, 30.0)


def _told(first: Row, meaning: Meaning) -> tuple[Row, Row]:
    return np.clip(first, -8, 8), np.clip(meaning.labels, -10, 10)


def _length(sentences_seen: int) -> float:
    return float(np.log1p(min(sentences_seen, _MANY)))


def _sounds_like_a_right(parts: Sequence[Part]) -> bool:
    """A right is named, or a sentence sounds like the request itself: such a mail is always read closely."""
    return any(not _DEMANDED.isdisjoint(one.families) for one in parts)


def _is_own_sentence(one: Part) -> bool:
    return not (one.clause or one.heading)


def _loud(parts: tuple[Part, ...], raw: Row, meaning: Meaning) -> Row:
    """The counted scores, with the encoder's for the sentences it read; a clause shares its sentence's."""
    loud = raw.copy()
    number = -1
    for place, one in enumerate(parts):
        number += _is_own_sentence(one)
        if one.heading or number < 0 or not meaning.read[number]:
            continue
        loud[place] = (raw[place] + meaning.sentences[number]) / 2
    return loud


def evidence(whole: Row, raw: Row, parts: tuple[Part, ...]) -> Row:
    """The numbers the blend looks at: the whole, the strongest and second sentence, the length, the word families."""
    best = np.full((2, len(SCORED)), -6.0)
    if len(raw):
        ordered = np.sort(raw, axis=0)[::-1]
        best[: min(2, len(raw))] = ordered[:2]
    spoken = frozenset[str]().union(*(one.families for one in parts))
    size = [np.log1p(len(raw)), float(len(raw) <= 1)]
    return np.concatenate(
        (np.clip(whole, -8, 8), np.clip(best, -6, 8).ravel(), size, [float(name in spoken) for name in NAMES])
    )
