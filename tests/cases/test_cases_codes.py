"""Codes and passphrases that people retype."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.codes import FOUND_AT_MOST, find_code, new_code, new_passphrase, normalise

seeds = st.integers(0, 2**32)


def code_of(seed: int) -> str:
    return new_code(random.Random(seed).choice)


@given(seeds)
def test_a_code_is_two_groups_of_four_without_look_alikes(seed: int) -> None:
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code_of(seed))
    assert not set(code_of(seed)) & set("01ILOSBZU")


@given(seeds, st.sampled_from(["{}", "{} graag", "code:{}.", "> {}", "(“{}”)", "KB-2026-0042 {}", "Ja\n\n{}\n\nSanne"]))
def test_a_code_is_found_in_what_people_write_around_it(seed: int, around: str) -> None:
    code = code_of(seed)

    assert normalise(code) in find_code(around.format(code))


@pytest.mark.parametrize(
    "typed",
    ["7kda-x9mt", "7KDAX9MT", "7KDA X9MT", "7KDA - X9MT", "7KDA–X9MT", "7KDA\u00a0X9MT", "7KDA_X9MT", "7KDA-\nX9MT"],
)
def test_a_code_may_be_typed_in_any_usual_way(typed: str) -> None:
    assert find_code(f"mijn code is {typed}") == ("7KDAX9MT",)


@given(seeds)
def test_look_alikes_typed_for_each_other_compare_equal(seed: int) -> None:
    code = code_of(seed)

    assert normalise(code.translate(str.maketrans("582V", "SBZU"))) == normalise(code)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Graag mijn gegevens verwijderen",
        "bel mij op 050-3091234 of 06 3456 7894",
        "KvK 53991907, BTW NL851106183B01",
        "rekening NL91 ABNA 0417 1643 00",
        "KB-2026-0042",
        "factuur 34679346",
        "dit is 7KDA-X9MTX en X7KDA-X9MT",
        "2026-03-05 12:34:56",
    ],
)
def test_words_numbers_and_references_read_like_no_code(text: str) -> None:
    assert find_code(text) == ()


@given(st.text())
def test_any_text_gives_only_codes_and_not_many(text: str) -> None:
    found = find_code(text)

    assert len(found) <= FOUND_AT_MOST
    assert all(normalise(code) == code and len(code) == 8 for code in found)


def test_a_mail_full_of_guesses_costs_no_more_than_the_limit() -> None:
    guesses = " ".join(code_of(seed) for seed in range(2000))

    assert len(find_code(guesses)) == FOUND_AT_MOST


def test_a_code_quoted_many_times_is_one_candidate() -> None:
    assert find_code("7KDA-X9MT " * 50) == ("7KDAX9MT",)


@given(seeds)
def test_a_passphrase_is_five_groups_of_four_to_type_in_lower_case(seed: int) -> None:
    passphrase = new_passphrase(random.Random(seed).choice)

    assert re.fullmatch(r"([2-9a-z]{4}-){4}[2-9a-z]{4}", passphrase)
    assert not set(passphrase) & set("01ilosbzu")


def test_a_passphrase_holds_at_least_77_bits() -> None:
    seen: set[str] = set()

    def note(alphabet: str) -> str:
        seen.add(alphabet)
        return alphabet[0]

    new_passphrase(note)

    assert all(len(set(alphabet)) ** 20 >= 2**77 for alphabet in seen)
