"""What no log, event or view may show."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from bot.cases.codes import new_code, new_passphrase
from bot.cases.masking import MASK, masked, masked_bsn, numbers_in

CODE = "7KDA-X9MT"
BSN = "111222333"  # passes the 11-test


@pytest.mark.parametrize(
    "quoted",
    [
        "7KDA-X9MT",
        "7kda-x9mt",
        "7KDAX9MT",
        "7KDA X9MT",
        "7KDA-\n> X9MT",
        "7KDA–X9MT",
        "x7KDA-X9MTx",
        "7 K D A - X 9 M T",
    ],
)
def test_a_code_that_comes_back_is_masked_however_it_was_quoted(quoted: str) -> None:
    text = masked(f"> zet bovenaan: {quoted} alstublieft", [CODE])

    assert MASK in text
    assert "X9" not in text.upper()
    assert text.startswith("> zet bovenaan:")


@given(st.integers(0, 2**32), st.text(), st.text())
def test_no_secret_survives_anywhere_in_any_text(seed: int, before: str, after: str) -> None:
    choose = random.Random(seed).choice
    secrets = [new_code(choose), new_passphrase(choose)]

    text = masked(f"{before}{secrets[0]}{after}{secrets[1]}", secrets)

    assert not any(secret in text for secret in secrets)


def test_text_without_secrets_stays_as_it_is() -> None:
    assert masked("Mijn klantnummer is K-1042", [CODE, ""]) == "Mijn klantnummer is K-1042"


@pytest.mark.parametrize(
    "text",
    [
        f"mijn BSN is {BSN}",
        "burgerservicenummer: 1112.22.333",
        "BSN 111 222 333.",
        f"({BSN} is mijn sofinummer)",
        "bsn: 11122233 3",
        "BSN 012345672",
        "BSN 12345672",  # leading zero left out
        f"B.S.N. {BSN}",
        "BSN: 111\u00a0222\u00a0333",
        "BSN 111\u2011222\u2011333",
        "BSN 111/222/333",
        "BSN 1112\n22333",
        f"burger-servicenummer {BSN}",
        f"my citizen service number is {BSN}",
    ],
)
@pytest.mark.requirement("ID-05")
def test_a_citizen_service_number_named_as_such_is_masked(text: str) -> None:
    assert MASK in masked_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        f"factuur {BSN}",
        f"BSN staat in een heel andere zin van deze brief, en dit is de factuur: {BSN}",
        "mijn BSN is 111222334",
        "BSN: zie bijlage 12 van 34",
        "klantnummer 5399190 en BSN onbekend",
        "rekening NL91ABNA0417164300 (geen BSN)",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert masked_bsn(text) == text


@pytest.mark.requirement("ID-06")
@pytest.mark.parametrize("text", ["NL111222333B01", "btw 111222333B02", "NL 1112.22.333.B01"])
def test_the_old_vat_number_of_a_sole_trader_is_his_citizen_service_number(text: str) -> None:
    assert "111222333" not in masked_bsn(text)
    assert MASK in masked_bsn(text)


@pytest.mark.parametrize("text", ["BTW NL851106183B01", "BSN-beleid van Kleinboek, BTW NL851106183B01, KvK 53991907"])
def test_our_own_numbers_and_those_of_legal_persons_are_never_masked(text: str) -> None:
    assert masked_bsn(text, own=("NL851106183B01", "53991907")) == text
    assert masked_bsn("BTW NL802549391B01") == "BTW NL802549391B01"


VALID = st.sampled_from([one for one in map("{:09}".format, range(10**7, 79 * 10**7, 999_983)) if bsn.is_valid(one)])
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Nd",), exclude_characters="bsBS"), max_size=30)


@given(number=VALID, before=WORDS, after=WORDS, word=st.sampled_from(["BSN", "burgerservicenummer", "sofi-nummer"]))
def test_no_text_around_it_hides_a_citizen_service_number(number: str, before: str, after: str, word: str) -> None:
    masked = masked_bsn(f"{before} {word} {number} {after}")

    assert number not in masked
    assert masked_bsn(masked) == masked


@given(number=VALID, text=WORDS)
def test_without_a_word_for_it_no_number_is_touched(number: str, text: str) -> None:
    assert masked_bsn(f"{text} {number} {text}") == f"{text} {number} {text}"


@given(number=VALID)
def test_a_number_that_counted_in_a_mail_is_masked_in_every_sentence_of_it(number: str) -> None:
    mail = f"Hieronder staat mijn bsn. Het is {number}."

    assert masked_bsn(f"Het is {number}.", named=numbers_in(mail)) == f"Het is {MASK}."
