"""What another reader says leads to a person or to nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.codes import new_code, new_passphrase, without_codes
from bot.cases.filing import LeaveAlone, OpenCase
from bot.cases.second_opinion import SecondOpinion, after_second_opinion, disagreement
from bot.triage.labels import RequestKind as Kind


@pytest.mark.parametrize(
    ("ours", "labels", "told"),
    [
        ({Kind.ACCESS}, {"access"}, None),
        ({Kind.ACCESS}, {"access", "other_privacy"}, None),
        (set(), set(), None),
        (set(), {"other_privacy"}, None),
        ({Kind.ACCESS}, {"access", "erasure"}, "leest hierin ook wissen:"),
        ({Kind.ACCESS, Kind.ERASURE}, {"access"}, "leest hierin niet wissen:"),
        ({Kind.ACCESS}, {"erasure"}, "leest hierin ook wissen en niet inzage:"),
        ({Kind.ERASURE}, set(), "leest hierin geen verzoek:"),
        ({Kind.ERASURE}, {"other_privacy"}, "leest hierin niet wissen:"),
        (set(), {"portability", "access"}, "leest hierin ook inzage, overdracht:"),
    ],
)
def test_a_difference_about_rights_is_told_to_a_person(ours: set[Kind], labels: set[str], told: str | None) -> None:
    words = disagreement(ours, labels)

    assert (words is None) == (told is None)
    assert told is None or (words is not None and told in words)


@pytest.mark.parametrize("opinion", [None, SecondOpinion(frozenset(), "klein")])
def test_ordinary_mail_stays_ordinary_without_another_opinion(opinion: SecondOpinion | None) -> None:
    assert after_second_opinion(opinion) == LeaveAlone(automatic=False)


@pytest.mark.parametrize("label", [*Kind, "other_privacy"])
def test_another_opinion_alone_opens_no_right_and_lets_no_letter_go(label: str) -> None:
    decision = after_second_opinion(SecondOpinion(frozenset({label}), "klein"))

    assert isinstance(decision, OpenCase)
    assert (decision.kinds, decision.other_privacy) == (frozenset(), False)
    assert decision.needs
    assert decision.letters_held


@given(st.integers(0, 2**32), st.sampled_from(["{}", "code:{}.", "> {}\n", "({})"]))
def test_no_code_and_no_passphrase_is_shown_to_another(seed: int, around: str) -> None:
    choose = random.Random(seed).choice
    code, passphrase = new_code(choose), new_passphrase(choose)

    left = without_codes(f"{around.format(code)} en {around.format(passphrase)} einde", "…")

    assert left == f"{around.format('…')} en {around.format('…')} einde"


@pytest.mark.parametrize("text", ["deze keer niet meer voor onze zaak", "wis mijn gegevens", "info-over-mijn-btw", ""])
def test_ordinary_words_are_no_codes(text: str) -> None:
    assert without_codes(text, "…") == text
