"""Finding the person who wrote."""

from __future__ import annotations

from datetime import UTC

import pytest
from conftest import ON_BOTH, Kleinboek

from bot.datamap.model import FieldRef, FindBy
from bot.sources.facade import FactorsChanged, Sources


def test_an_address_of_record_is_found_whatever_its_letter_case(kleinboek: Kleinboek) -> None:
    [sanne] = kleinboek.sources.find("SANNE@Klant.Example", {})

    assert sanne.address_of_record == "sanne@klant.example"
    assert (sanne.name, sanne.customer_number) == ("Sanne de Vries", "KB100001")
    assert sanne.postal_of_record == "Lindelaan 12, 9999 AB, Voorbeeldstad"
    assert sanne.phone_of_record == kleinboek.people.sanne.phone
    assert sanne.owner
    assert not sanne.shared
    assert sanne.address_change_known


def test_two_records_that_differ_only_in_letter_case_are_both_found(kleinboek: Kleinboek) -> None:
    found = kleinboek.sources.find("PIETER@klant.example", {})

    assert {one.address_of_record for one in found} == {one.address for one in kleinboek.people.case_twins}


@pytest.mark.parametrize(
    "address",
    [
        "nobody@klant.example",
        "s.anne@klant.example",
        "sanne+avg@klant.example",
        "ѕanne@klant.example",  # Cyrillic
        "\u212aees@klant.example",  # Kelvin sign, which some lower() make a k
        "sanne@klant.example\x00",
        "' OR 1=1 --@klant.example",
        "%@klant.example",
        "",
    ],
)
def test_no_other_address_finds_anybody(kleinboek: Kleinboek, address: str) -> None:
    assert kleinboek.sources.find(address, {}) == ()


@ON_BOTH
def test_a_stored_look_alike_is_not_found_by_the_plain_address(fresh: Kleinboek) -> None:
    fresh.tell("UPDATE gebruikers SET email = :email WHERE naam = 'Kees van Dam'", email="\u212aees@klant.example")

    assert fresh.sources.find("kees@klant.example", {}) == ()


def test_somebody_in_a_customers_books_is_not_found(kleinboek: Kleinboek) -> None:
    assert kleinboek.sources.find(kleinboek.people.debtor.address, {"iban": "NL13TEST0000800010", "name": "Bas"}) == ()


def test_a_subscriber_who_is_also_a_customer_is_the_customer_alone(kleinboek: Kleinboek) -> None:
    assert [one.key for one in kleinboek.sources.find("emily@klant.example", {})] == ["gebruiker/7"]


def test_a_subscriber_without_an_account_is_found(kleinboek: Kleinboek) -> None:
    tess = kleinboek.subject(kleinboek.people.newsletter_only)

    assert tess.tenant is None
    assert tess.key.startswith("abonnee/")


def test_an_earlier_address_finds_the_record_and_the_challenge_goes_to_the_present_one(kleinboek: Kleinboek) -> None:
    [fenna] = kleinboek.sources.find("fenna.oud@klant.example", {})

    assert fenna.address_of_record == "fenna@klant.example"
    assert fenna.other_addresses == ("fenna.oud@klant.example",)
    assert fenna.address_changed_at is not None
    assert fenna.address_changed_at.tzinfo is UTC


@pytest.mark.parametrize(
    "stated",
    [
        {"customer_number": "kb100001"},
        {"customer_number": "KB-10.00.01"},
        {"email": "x@y.example, Sanne@klant.example"},
    ],
)
def test_what_the_writer_states_finds_the_record(kleinboek: Kleinboek, stated: dict[str, str]) -> None:
    found = kleinboek.sources.find("unknown@klant.example", stated)

    assert [one.address_of_record for one in found] == ["sanne@klant.example"]


def test_marks_that_may_mean_something_find_nobody_else(kleinboek: Kleinboek) -> None:
    for number in ("1000-01", "10/00/01", "KB100001-2"):
        assert kleinboek.sources.find(None, {"customer_number": number}) == ()


def test_a_number_as_it_is_written_goes_before_the_same_without_its_marks(fresh: Kleinboek) -> None:
    fresh.tell("UPDATE klanten SET klantnummer = 'KB-100001' WHERE klantnummer = 'KB100002'")

    assert [one.name for one in fresh.sources.find(None, {"customer_number": "KB-100001"})] == ["Joris Bakker"]


def test_the_senders_own_record_goes_before_what_he_states(kleinboek: Kleinboek) -> None:
    [found] = kleinboek.sources.find("joris@klant.example", {"customer_number": "KB100001"})

    assert found.name == "Joris Bakker"


def test_identifiers_of_two_people_find_both(kleinboek: Kleinboek) -> None:
    found = kleinboek.sources.find(None, {"customer_number": "KB100001, KB100002"})

    assert {one.name for one in found} == {"Sanne de Vries", "Joris Bakker"}


@pytest.mark.parametrize(
    "stated",
    [
        {"customer_number": "KB100007"},
        {"customer_number": "KB100008"},
        {"email": "pieter@klant.example"},
        {"email": "pieter.oud@klant.example"},
    ],
)
def test_however_a_record_is_found_its_twin_in_letter_case_comes_along(
    fresh: Kleinboek, stated: dict[str, str]
) -> None:
    fresh.tell("UPDATE gebruikers SET vorige_email = 'pieter.oud@klant.example' WHERE email = 'Pieter@klant.example'")

    found = fresh.sources.find("unknown@elders.example", stated)

    assert sorted(one.address_of_record or "" for one in found) == ["Pieter@klant.example", "pieter@klant.example"]


def test_a_number_that_stands_on_every_invoice_finds_nobody(kleinboek: Kleinboek) -> None:
    debtor = kleinboek.people.debtor.address

    assert kleinboek.sources.find(debtor, {"kvk": kleinboek.people.sanne.kvk or ""}) == ()


def test_the_map_decides_what_a_record_is_found_by(kleinboek: Kleinboek) -> None:
    user, subscriber = kleinboek.datamap.identity
    by_kvk_only = user.model_copy(update={"find_by": (FindBy.KVK,)})
    sources = Sources(
        kleinboek.datamap.model_copy(update={"identity": (by_kvk_only, subscriber)}), {"kleinboek": kleinboek.url}
    )
    try:
        assert [one.name for one in sources.find(None, {"kvk": "00000001"})] == ["Sanne de Vries"]
        assert sources.find(None, {"customer_number": "KB100001", "email": "joris@klant.example"}) == ()
        assert sources.find("fenna.oud@klant.example", {}) == ()
    finally:
        sources.close()


@pytest.mark.parametrize("number", ["", "%", "KB1", "' OR '1'='1", "\x00", "９"])
def test_a_number_that_nobody_has_finds_nobody(kleinboek: Kleinboek, number: str) -> None:
    assert kleinboek.sources.find(None, {"customer_number": number, "kvk": number}) == ()


def test_a_second_user_of_an_account_does_not_own_it(kleinboek: Kleinboek) -> None:
    owner = kleinboek.subject(kleinboek.people.owner_with_second_user)
    second = kleinboek.subject(kleinboek.people.second_user)

    assert (owner.tenant, owner.owner, owner.shared) == ("3", True, True)
    assert (second.tenant, second.owner, second.shared) == ("3", False, True)


@ON_BOTH
def test_the_age_of_a_second_factor_is_told_where_the_map_names_a_column(fresh: Kleinboek) -> None:
    user, subscriber = fresh.datamap.identity
    since = FieldRef(column="klant_sinds", via=user.customer_number.via if user.customer_number else ())
    named = user.model_copy(update={"postal_changed_at": since})
    sources = Sources(fresh.datamap.model_copy(update={"identity": (named, subscriber)}), {"kleinboek": fresh.url})
    sanne = fresh.subject(fresh.people.sanne)
    try:
        told = sources.factors_changed(sanne)
    finally:
        sources.close()

    assert told.postal_at is not None
    assert told.postal_at.tzinfo is UTC
    assert told.phone_at is None
    assert fresh.sources.factors_changed(sanne) == FactorsChanged()


def test_nothing_personal_stands_in_the_repr_of_a_record(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    assert "anne" not in repr(sanne)
    assert "KB100001" not in repr(sanne)
