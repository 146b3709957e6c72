"""When a right code is a plain yes: any no or not beside it is read by a person first."""

from __future__ import annotations

import pytest

from bot.cases.answers import doubt

CODE = "KV7Q-M2RD"


@pytest.mark.parametrize("words", ["{}", "{}\n\nGroet,\nSanne", "Hier is de code: {}. Alvast bedankt!"])
def test_a_code_with_a_greeting_is_a_plain_yes(words: str) -> None:
    assert doubt(words.format(CODE), CODE, None) is None


@pytest.mark.parametrize(
    "words",
    [
        "{}\nNee, dat klopt niet.",
        "{}\n\nNee.\n\nGroet, Jan Bos",
        "Nee. Code: {}",
        "{} onterecht",
        "{}, no thanks",
        "{}?? Zegt me niets.",
        "{}\nIk heb mij bedacht",
    ],
)
def test_a_no_beside_a_code_is_no_yes(words: str) -> None:
    assert doubt(words.format(CODE), CODE, None) == "er staat een nee of een niet bij de code"


@pytest.mark.parametrize(
    "words",
    [
        "code {}. mijn dochter zei dat ik die terug moest sturen",
        "{}, dit ging toch over het account van mijn man?",
        "{}, is dit echt van u?",
        "De code {}, zegt mijn man, hij heeft dit voor mij aangevraagd",
    ],
)
def test_a_question_or_somebody_else_beside_a_code_is_no_yes(words: str) -> None:
    assert doubt(words.format(CODE), CODE, None) == "er staat een vraag of iemand anders bij de code"
