"""A right in doubt beside one that is decided: a person reads on, and the other goes its way."""

from __future__ import annotations

from dataclasses import replace

from bot.triage import opinion
from bot.triage.classify import as_json, classify
from bot.triage.evidence import parts_of, weigh
from bot.triage.labels import RequestKind as Kind
from bot.triage.model import load_model
from bot.triage.weights import Model, Thresholds

MODEL = load_model()
NEVER, SELDOM = 1.01, 0.05
TEXT = (
    "Stuurt u mij alles wat u over mij heeft opgeslagen. En ik dien een klacht in: u heeft mijn gegevens zonder te "
    "vragen aan mijn buurman gegeven."
)


def judging(label: Kind) -> Model:
    return replace(MODEL, thresholds={**MODEL.thresholds, label.value: Thresholds(NEVER, SELDOM)})


def test_an_erasure_in_doubt_beside_another_right_holds_all_for_it_cannot_be_undone() -> None:
    text = "Stuurt u mij alles wat u over mij heeft opgeslagen en wis daarna mijn account met al mijn gegevens."

    found = classify(judging(Kind.ERASURE), "", text)

    assert found.kinds == {Kind.ACCESS}
    assert found.needs_person


def test_a_right_in_doubt_beside_another_is_told_with_its_sentence_and_the_rest_goes_on() -> None:
    found = classify(judging(Kind.COMPLAINT), "", TEXT)

    assert found.kinds == {Kind.ACCESS}
    assert found.perhaps == {Kind.COMPLAINT}
    assert found.seen_by_person
    assert not found.needs_person
    assert any(reason.label == "complaint" and "buurman" in reason.text for reason in found.reasons)
    assert as_json("-", found)["perhaps"] == ["complaint"]


def test_of_two_rights_that_one_sentence_can_mean_one_is_enough() -> None:
    found = classify(judging(Kind.CONSENT_WITHDRAWAL), "", "Stuurt u mij geen nieuwsbrieven meer. Sanne Vermeer")

    assert found.kinds == {Kind.OBJECTION}
    assert not found.perhaps


def test_what_has_no_sentence_has_no_two_rights_in_one() -> None:
    nothing = replace(weigh(MODEL, parts_of("", ""), ""), loud=())

    assert not opinion._in_one_sentence(nothing)


def test_a_mail_with_nothing_but_a_question_and_a_right_in_doubt_is_read_first() -> None:
    text = "Waar staan uw servers, en stuurt u mij alles wat u over mij heeft opgeslagen?"
    model = judging(Kind.ACCESS)
    lines = {**model.thresholds, "other_privacy": Thresholds(0.0, 0.0)}

    found = classify(replace(model, thresholds=lines), "", text)

    assert (found.kinds, found.other_privacy, found.needs_person) == (frozenset(), True, True)
