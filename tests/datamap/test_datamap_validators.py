"""Corrected values: well formed, and written as the company writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datamap.validators import InvalidValueError, Validator, same_value, spaced_like, well_formed


@pytest.mark.parametrize(
    ("validator", "stated", "stored"),
    [
        (Validator.IBAN, " nl91 abna 0417 1643 00 ", "NL91ABNA0417164300"),
        (Validator.POSTCODE, "9765ek", "9765 EK"),
        (Validator.PHONE, "+31 (0)6 1234 5678", "+31 (0)6 1234 5678"),
        (Validator.KVK, "53.99.19.07", "53991907"),
        (Validator.BTW, "NL851106183B01", "NL851106183B01"),
        (Validator.EMAIL, "Sanne@KLANT.example", "Sanne@klant.example"),
        (Validator.DATE, "3-4-1980", "1980-04-03"),
        (Validator.DATE, "1980-04-03", "1980-04-03"),
        (Validator.TEXT, "  Nieuwstraat 1 ", "Nieuwstraat 1"),
    ],
)
def test_a_value_is_stored_in_one_way(validator: Validator, stated: str, stored: str) -> None:
    assert well_formed(validator, stated, 200) == stored


@pytest.mark.parametrize(
    ("validator", "stated"),
    [
        (Validator.IBAN, "NL92ABNA0417164300"),
        (Validator.IBAN, "XX00"),
        (Validator.POSTCODE, "0123 AB"),
        (Validator.PHONE, "0612"),
        (Validator.PHONE, "06-12345678; DROP TABLE"),
        (Validator.KVK, "1234567"),
        (Validator.KVK, "１２３４５６７８"),  # full-width digits
        (Validator.BTW, "NL851106184B01"),
        (Validator.EMAIL, "klаnt@klant.example"),  # Cyrillic a
        (Validator.EMAIL, "a@b@klant.example"),
        (Validator.EMAIL, "Sanne <sanne@klant.example>"),
        (Validator.DATE, "31-2-1980"),
        (Validator.DATE, "1980"),
        (Validator.TEXT, "a\x00b"),
        (Validator.TEXT, "evil\u202etxt"),
        (Validator.TEXT, " "),
        (Validator.TEXT, "x" * 201),
    ],
)
def test_what_is_not_well_formed_is_refused_without_repeating_it(validator: Validator, stated: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        well_formed(validator, stated, 200)

    assert str(refused.value) == ""


@given(st.sampled_from(Validator), st.text(max_size=40))
def test_any_text_is_stored_or_refused_and_storing_it_again_changes_nothing(validator: Validator, stated: str) -> None:
    try:
        stored = well_formed(validator, stated, 40)
    except InvalidValueError:
        return
    assert well_formed(validator, stored, 40) == stored


def test_a_value_that_is_the_same_but_for_spacing_is_the_same() -> None:
    assert same_value(Validator.IBAN, "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300")
    assert same_value(Validator.POSTCODE, "9765ek", "9765 EK")
    assert not same_value(Validator.TEXT, "Nieuwstraat 1", "nieuwstraat 1")  # a corrected capital is a correction
    assert not same_value(Validator.TEXT, None, "x")


def test_a_new_value_is_grouped_as_the_old_one_was() -> None:
    assert spaced_like("1234AB", "9765 EK", Validator.POSTCODE) == "9765EK"
    assert spaced_like("1234 AB", "9765 EK", Validator.POSTCODE) == "9765 EK"
    assert spaced_like("NL30 TEST 0000 0040 01", "NL91ABNA0417164300", Validator.IBAN) == "NL91 ABNA 0417 1643 00"
    assert spaced_like(None, "9765 EK", Validator.POSTCODE) == "9765 EK"
    assert spaced_like("Lindelaan 1", "Nieuwe laan 2", Validator.TEXT) == "Nieuwe laan 2"
