"""Where doubt begins: a person must look for a right, not for a mere question about privacy."""

from __future__ import annotations

import numpy as np

from bot.triage.encoder import Meaning
from bot.triage.evidence import parts_of, probability, second_evidence, second_odds, weigh
from bot.triage.labels import OTHER_PRIVACY, RequestKind
from bot.triage.thresholds import chosen_thresholds
from bot.triage.weights import ANY, RIGHTS, SCORED, Row, load_model

QUESTION, WHOLE = SCORED.index(OTHER_PRIVACY), SCORED.index(ANY)


def said(**odds: float) -> Row:
    """Log-odds in the order of SCORED; what is not named is surely not so."""
    return np.array([odds.get(name, -6.0) for name in SCORED])


def read(**odds: float) -> Meaning:
    """What the encoder would make of it."""
    return Meaning(said(**odds), said(**odds)[None, :], np.array([True]), np.zeros(0), np.zeros(0))


def doubt_of(**odds: float) -> float:
    """The chance that a person must look at a mail of one sentence of which counting and reading both say `odds`."""
    return float(probability(second_odds(load_model().second, second_evidence(said(**odds), read(**odds), 1)))[WHOLE])


def test_what_sounds_like_a_question_alone_needs_a_person_less_than_what_sounds_as_much_like_a_right() -> None:
    question = doubt_of(any=1.0, other_privacy=1.0)
    assert question < 0.5 * doubt_of(any=1.0, access=1.0)
    assert doubt_of(any=1.0, access=1.0) > load_model().thresholds[ANY].doubt


def test_a_question_beside_a_likely_right_still_brings_a_person() -> None:
    assert doubt_of(any=1.0, other_privacy=1.0, erasure=1.0) > load_model().thresholds[ANY].doubt


def test_the_loudest_right_is_seen_whichever_it_is() -> None:
    pages = [second_evidence(said(**{kind.value: 2.0}), read(**{kind.value: 1.0}), 3) for kind in RequestKind]
    assert {tuple(page[WHOLE, -2:]) for page in pages} == {(2.0, 1.0)}
    assert len(RIGHTS) == len(RequestKind)
    assert QUESTION not in RIGHTS


def test_where_doubt_begins_is_set_by_requests_and_not_by_questions() -> None:
    truth = np.zeros((400, len(SCORED)), dtype=bool)
    chances = np.full((400, len(SCORED)), 0.01)
    truth[:200, 0] = truth[:200, -1] = chances[:200, 0] = chances[:200, -1] = 0.9
    truth[200:300, QUESTION] = truth[200:300, -1] = True  # a hundred questions that are hardly heard
    assert chosen_thresholds(chances, truth)[ANY].doubt > 0.5


def test_an_everyday_question_about_servers_is_noted_and_shown_to_nobody_as_doubt() -> None:
    parts = parts_of("Vraag", "Waar staan jullie servers eigenlijk, in Nederland of daarbuiten?")
    weighed = weigh(load_model(), parts, "Vraag")
    assert weighed.score(OTHER_PRIVACY) > load_model().thresholds[OTHER_PRIVACY].decided
    assert weighed.any_score < load_model().thresholds[ANY].doubt
