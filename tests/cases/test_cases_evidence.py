"""What staff read about who asks, and who hears of an act with consequences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from cases_builders import NOW, make_case
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.answers import denies, says_no
from bot.cases.evidence import Value, evidence
from bot.cases.factors import Factor
from bot.cases.notices import told_addresses, ways_to_prove
from bot.cases.subject import DataSubject

RECORD = DataSubject(
    "boekhouding",
    "gebruiker/7",
    "7",
    "sanne@klant.example",
    phone_of_record="06-00000001",
    postal_of_record="Lindelaan 12, 9999 AB",
    other_addresses=("sanne.oud@klant.example",),
)
BARE = DataSubject("boekhouding", "gebruiker/7", "7", "sanne@klant.example")


@dataclass(frozen=True)
class Event:
    kind: str
    values: dict[str, Value] = field(default_factory=dict)
    actor: str = "bot"
    at: datetime = NOW + timedelta(hours=1)


def told(sender: str, *events: Event) -> dict[str, tuple[str, str]]:
    facts = evidence(make_case(sender=sender, data_subject=RECORD), events)
    return {fact.what: (fact.verdict, fact.by) for fact in facts}


def test_an_address_that_looks_like_the_record_is_spelled_out_with_the_other() -> None:
    verdict, _by = told("sanne@xn--klnt-63d.example")["adres vergeleken"]

    assert verdict.startswith("LIJKT OP het record: sanne@xn--klnt-63d.example (te zien als sanne@kl")
    assert verdict.endswith("sanne@klant.example staat in het record")


def test_each_step_says_what_it_proves_and_who_took_it() -> None:
    facts = told(
        "sanne@klant.example",
        Event("letter_sent", {"letter": "challenge"}),
        Event("wrong_code", {"tries": 2}),
        Event("right_code_other_address", {"challenge": 1}),
        Event("challenge_answered", {"challenge": 1}),
        Event("verified", {"method": "phone", "note": "nam zelf op"}, actor="fatima"),
        Event("level_reached", {"request": 1, "level": 3}, actor="fatima"),
        Event("letter_sent", {"letter": "access"}),
    )

    assert facts["adres vergeleken"] == ("gelijk aan het record; een afzender is na te maken", "bot")
    assert facts["leeftijd van het adres"] == ("onbekend: het systeem zegt het niet", "bot")
    assert facts["controlebericht verstuurd"] == ("geen bewijs", "bot")
    assert facts["verkeerde code"] == ("poging 2", "bot")
    assert facts["juiste code, ander adres"] == ("bewijst niets", "bot")
    assert facts["code teruggestuurd"] == ("bewezen", "bot")
    assert facts["teruggebeld"] == ("bewezen: nam zelf op", "fatima")
    assert facts["niveau bereikt"] == ("L3", "fatima")
    assert len(facts) == 9


@given(st.frozensets(st.sampled_from(Factor)), st.sampled_from([(), ("email",), ("iban",)]))
def test_nobody_but_the_person_hears_of_it_and_his_other_addresses_always_do(
    proofs: frozenset[Factor], fields: tuple[str, ...]
) -> None:
    addresses = told_addresses(RECORD, fields, proofs)

    assert set(addresses) <= {"sanne@klant.example", "sanne.oud@klant.example"}
    assert "sanne.oud@klant.example" in addresses
    assert ("sanne@klant.example" in addresses) == (Factor.CHALLENGE not in proofs or "email" in fields)


def test_where_there_is_no_other_channel_the_address_of_record_hears_of_it() -> None:
    assert told_addresses(BARE, (), frozenset({Factor.CHALLENGE})) == ("sanne@klant.example",)


@pytest.mark.parametrize("subject", [RECORD, BARE, None])
def test_there_is_always_a_way_to_go_on(subject: DataSubject | None) -> None:
    ways = ways_to_prove(subject)

    assert "functionaris" in ways
    assert ("--method phone" in ways, "--begin" in ways) == (subject is RECORD, subject is RECORD)


@pytest.mark.parametrize(
    "words", ["NIET IK", "Dit was ik niet!", "niet akkoord", "Dat ben ik niet geweest", "NOT ME", "It wasn't me"]
)
def test_the_words_that_our_notices_ask_for_are_a_no(words: str) -> None:
    assert says_no(words)


@pytest.mark.parametrize(
    "words",
    [
        "Akkoord.",
        "Ik weet het niet",
        "Ja, dat was ik",
        "x" * 400 + " NIET IK",
        "Morgen ben ik niet thuis, bel donderdag",
    ],
)
def test_other_words_are_none(words: str) -> None:
    assert not says_no(words)


@pytest.mark.parametrize(
    ("words", "no"),
    [
        ("Ik trek mijn verzoek in", True),
        ("Ik trek het in, er staat niets in", True),
        ("Ik trek mijn verzoek niet in", False),
        ("Ik trek niets in hoor", False),
        ("Volgende week ben ik niet bereikbaar", False),
    ],
)
def test_a_withdrawal_that_is_denied_and_an_absence_are_no_no(words: str, no: bool) -> None:
    assert denies(words, frozenset()) is no
