"""Where doubt begins: a person must look for a right, not for a mere question about privacy."""

from __future__ import annotations

import numpy as np
import pytest

from bot.triage.classify import classify
from bot.triage.encoder import Meaning
from bot.triage.evidence import answers_one, doubt_evidence, odds, parts_of, probability, weigh
from bot.triage.labels import OTHER_PRIVACY, RequestKind, Writer
from bot.triage.thresholds import chosen_thresholds
from bot.triage.weights import ANY, RIGHTS, SCORED, WRITERS, Row, load_model

QUESTION = SCORED.index(OTHER_PRIVACY)


def said(**odds: float) -> Row:
    """Log-odds in the order of SCORED; what is not named is surely not so."""
    return np.array([odds.get(name, -6.0) for name in SCORED])


def read(writer: Writer = Writer.SUBJECT, **odds: float) -> Meaning:
    """What the encoder would make of it."""
    writers = np.array([-0.1 if name == writer.value else -4.0 for name in WRITERS])
    return Meaning(said(**odds), said(**odds)[None, :], np.array([True]), np.zeros(0), writers)


def doubt_of(writer: Writer = Writer.SUBJECT, *, answers: bool = False, **told: float) -> float:
    """The chance that a mail of one sentence, of which counting and reading both say `told`, asks for a right."""
    seen = doubt_evidence(said(**told), read(writer, **told), 1, answers=answers)
    return float(probability(odds(load_model().doubt, seen[:, None]))[0, 0])


def test_what_sounds_like_a_question_alone_needs_a_person_less_than_what_sounds_as_much_like_a_right() -> None:
    question = doubt_of(any=1.0, other_privacy=1.0)
    assert question < 0.5 * doubt_of(any=1.0, access=1.0)
    assert doubt_of(any=1.0, access=1.0) > load_model().thresholds[ANY].doubt


def test_a_likely_right_beside_a_question_speaks_far_louder_than_the_question_alone() -> None:
    assert doubt_of(any=1.0, other_privacy=1.0, erasure=1.0) > 5 * doubt_of(any=1.0, other_privacy=1.0)


@pytest.mark.parametrize(
    "text",
    [
        "Hebben jullie een functionaris gegevensbescherming? En wat weten jullie eigenlijk van mij?",
        "Waar staan jullie servers? Ik zou mijn gegevens er liever niet meer op hebben.",
        "Hoe lang bewaren jullie belgesprekken? Dat van gisteren met mij mag weg.",
    ],
)
def test_a_right_beside_a_question_is_seen(text: str) -> None:
    verdict = classify(load_model(), "", text)
    assert verdict.kinds or verdict.needs_person


@pytest.mark.parametrize("kind", RequestKind)
def test_the_loudest_right_is_seen_whichever_it_is(kind: RequestKind) -> None:
    told = {kind.value: 2.0}
    first = doubt_evidence(said(access=2.0), read(access=1.0), 3, answers=False)
    assert doubt_evidence(said(**told), read(**{kind.value: 1.0}), 3, answers=False).tolist() == first.tolist()
    assert QUESTION not in RIGHTS


def test_what_customers_ask_about_their_own_customers_is_less_of_a_request() -> None:
    assert doubt_of(Writer.CONTROLLER_CUSTOMER, any=0.0, access=0.0) < doubt_of(any=0.0, access=0.0)


def test_an_answer_says_less_than_it_means() -> None:
    assert doubt_of(any=-2.0, access=-2.0, answers=True) > doubt_of(any=-2.0, access=-2.0)


@pytest.mark.parametrize(
    ("subject", "quoted", "answers"),
    [("Re: uw vraag", "", True), ("Vraag", "Op maandag schreef u: wilt u een kopie?", True), ("Vraag", " \n", False)],
)
def test_a_mail_answers_one_by_its_subject_or_by_what_it_quotes(subject: str, quoted: str, answers: bool) -> None:
    assert answers_one(subject, quoted) is answers


def test_where_doubt_begins_is_set_by_requests_and_not_by_questions() -> None:
    truth = np.zeros((400, len(SCORED)), dtype=bool)
    chances = np.full((400, len(SCORED)), 0.01)
    truth[:200, 0] = truth[:200, -1] = chances[:200, 0] = chances[:200, -1] = 0.9
    truth[200:300, QUESTION] = truth[200:300, -1] = True  # a hundred questions that are hardly heard
    assert chosen_thresholds(chances, truth)[ANY].doubt > 0.5


def test_an_everyday_question_about_servers_is_noted_and_shown_to_nobody_as_doubt() -> None:
    parts = parts_of("Vraag", "In welk land staan jullie servers?")
    weighed = weigh(load_model(), parts, "Vraag")
    assert weighed.score(OTHER_PRIVACY) > load_model().thresholds[OTHER_PRIVACY].decided
    assert weighed.any_score < load_model().thresholds[ANY].doubt
