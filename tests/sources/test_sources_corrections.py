"""What is planned when somebody says that a value is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import ON_BOTH, Kleinboek

from bot.cases.changes import ChangeAction
from bot.sources.corrections import CorrectionPlan
from bot.sources.demo import demo_iban, demo_vat
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

NEW_IBAN = demo_iban(77)


def plan(
    room: Kleinboek, address: str, *stated: tuple[str, str | None], old: str | None = "whatever he says"
) -> CorrectionPlan:
    [subject] = room.sources.find(address, {})
    corrections = [StatedCorrection(field, old=old, new=new) for field, new in stated]
    return room.sources.plan_corrections(subject, corrections, Language.DUTCH)


def test_a_new_bank_account_is_high_risk_and_the_old_value_comes_from_the_database(kleinboek: Kleinboek) -> None:
    spaced = " ".join(NEW_IBAN[start : start + 4] for start in range(0, 18, 4))

    [change] = plan(kleinboek, "sanne@klant.example", ("iban", spaced)).changes

    assert (change.table, change.column, change.action) == ("klanten", "iban", ChangeAction.CORRECT)
    assert (change.old, change.new, change.count) == (kleinboek.people.sanne.iban, NEW_IBAN, 1)
    assert change.label == "Rekeningnummer (IBAN)"
    assert change.high_risk


def test_a_new_street_is_not_high_risk(kleinboek: Kleinboek) -> None:
    [change] = plan(kleinboek, "sanne@klant.example", ("street", "Nieuwstraat 1")).changes

    assert (change.old, change.new, change.high_risk) == ("Lindelaan 12", "Nieuwstraat 1", False)


@pytest.mark.parametrize(
    ("told", "whole"),
    [
        ("14", "Lindelaan 14"),
        ("nr. 14", "Lindelaan 14"),
        ("huisnummer 14 A", "Lindelaan 14 A"),
        ("9-17", "Lindelaan 9-17"),
        ("12 bis", "Lindelaan 12 bis"),
    ],
)
def test_a_house_number_alone_stands_behind_the_street_on_file(kleinboek: Kleinboek, told: str, whole: str) -> None:
    for old in (None, "12", "Lindelaan 12"):
        [change] = plan(kleinboek, "sanne@klant.example", ("street", told), old=old).changes
        assert (change.old, change.new) == ("Lindelaan 12", whole)


def test_a_house_number_that_replaces_another_than_the_one_on_file_is_for_a_person(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "sanne@klant.example", ("street", "14"), old="41")

    assert not plans.changes
    assert [field for field, _ in plans.by_hand] == ["street"]


def test_a_street_alone_keeps_the_house_number_on_file(kleinboek: Kleinboek) -> None:
    [change] = plan(kleinboek, "sanne@klant.example", ("street", "Lindenlaan"), old="Lindelaan").changes
    assert (change.old, change.new) == ("Lindelaan 12", "Lindenlaan 12")


def test_a_street_alone_that_replaces_another_than_the_one_on_file_is_for_a_person(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "sanne@klant.example", ("street", "Lindenlaan"), old="Kadijk")

    assert not plans.changes
    assert [field for field, _ in plans.by_hand] == ["street"]


def test_the_same_house_number_is_no_change(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "sanne@klant.example", ("street", "nummer 12"), old=None)

    assert not plans.changes
    assert "staat al zo" in plans.by_hand[0][1]


def test_every_change_says_which_contact_field_it_is(kleinboek: Kleinboek) -> None:
    stated = (("street", "Nieuwstraat 1"), ("postcode", "9999 ZZ"), ("city", "Elders"), ("phone", "06-00099999"))

    plans = plan(kleinboek, "sanne@klant.example", *stated)

    assert {change.field for change in plans.changes} == {"street", "postcode", "city", "phone"}


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("email", "sanne.nieuw@klant.example"),
        ("phone", "06-00099999"),
        ("kvk", "0000 9999"),
        ("btw", demo_vat(999)),
    ],
)
def test_contact_and_registration_data_are_high_risk(kleinboek: Kleinboek, field: str, new: str) -> None:
    plans = plan(kleinboek, "sanne@klant.example", (field, new))

    assert plans.by_hand == ()
    assert plans.changes
    assert all(change.high_risk for change in plans.changes)


def test_a_new_address_goes_to_every_place_where_the_old_one_stands(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "sanne@klant.example", ("email", "sanne.nieuw@klant.example"))

    assert {(change.table, change.column) for change in plans.changes} == {
        ("gebruikers", "email"),
        ("nieuwsbrief", "email"),
    }


@pytest.mark.parametrize(
    ("field", "new", "reason"),
    [
        ("iban", "NL00TEST0000000077", "niet geldig"),
        ("email", "sanne at klant", "niet geldig"),
        ("email", "sännë@klant.example", "niet geldig"),
        ("postcode", "12 AB", "niet geldig"),
        ("phone", "bel me", "niet geldig"),
        ("kvk", "123", "niet geldig"),
        ("street", "x" * 121, "niet geldig"),
        ("street", "Nieuwstraat\n1", "niet geldig"),
        ("street", None, "staat niet in het bericht"),
        ("street", "  ", "staat niet in het bericht"),
        ("street", "Lindelaan 12", "staat al zo"),
        ("postcode", "9999ab", "staat al zo"),
        ("birthdate", "3-4-1980", "niet automatisch"),
        ("other", "alles", "niet automatisch"),
    ],
)
def test_what_cannot_be_planned_is_left_to_a_person_with_the_reason(
    kleinboek: Kleinboek, field: str, new: str | None, reason: str
) -> None:
    plans = plan(kleinboek, "sanne@klant.example", (field, new))

    assert plans.changes == ()
    [(named, why)] = plans.by_hand
    assert named == field
    assert reason in why


def test_two_new_values_for_one_field_are_no_choice_for_a_machine(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "sanne@klant.example", ("street", "Eerste 1"), ("street", "Tweede 2"), ("city", "Elders"))

    assert [change.column for change in plans.changes] == ["plaats"]
    assert [field for field, _ in plans.by_hand] == ["street"]


def test_an_address_that_somebody_else_is_known_by_is_not_taken_and_not_told(kleinboek: Kleinboek) -> None:
    taken = plan(kleinboek, "sanne@klant.example", ("email", "Joris@klant.example"))
    unknown_field = plan(kleinboek, "sanne@klant.example", ("other", "x"))

    assert taken.changes == ()
    assert taken.by_hand[0][1] == unknown_field.by_hand[0][1]


def test_a_second_user_cannot_change_the_companys_account(kleinboek: Kleinboek) -> None:
    plans = plan(kleinboek, "daan@klant.example", ("iban", NEW_IBAN), ("name", "Daan Berg"))

    assert [(change.table, change.column) for change in plans.changes] == [("gebruikers", "naam")]
    assert [field for field, _ in plans.by_hand] == ["iban"]


def test_a_value_that_differs_from_row_to_row_is_left_to_a_person(fresh: Kleinboek) -> None:
    fresh.tell("INSERT INTO nieuwsbrief VALUES (900, 'Sanne@Klant.example', 'S', '2026-01-01 10:00:00', 'site')")

    plans = plan(fresh, "sanne@klant.example", ("email", "sanne.nieuw@klant.example"))

    assert plans.changes == ()
    assert "verschillende waarden" in plans.by_hand[0][1]


def test_a_corrected_value_is_written_the_way_the_old_one_was(fresh: Kleinboek) -> None:
    fresh.tell("UPDATE klanten SET postcode = '9999AB', iban = 'NL30 TEST 0000 0040 01' WHERE klant_id = 1")

    plans = plan(fresh, "sanne@klant.example", ("postcode", "9990 zz"), ("iban", NEW_IBAN))

    values = {change.column: change.new for change in plans.changes}
    assert values["postcode"] == "9990ZZ"
    assert values["iban"] == " ".join(NEW_IBAN[start : start + 4] for start in range(0, 18, 4))


@ON_BOTH
def test_approved_corrections_are_carried_out_and_carrying_them_out_again_changes_nothing(fresh: Kleinboek) -> None:
    changes = plan(
        fresh, "sanne@klant.example", ("iban", NEW_IBAN), ("email", "nieuw@klant.example"), ("street", "Ander 1")
    ).changes

    first = fresh.sources.execute(changes)
    again = fresh.sources.execute(changes)

    assert [(result.done, result.found, result.trouble) for result in first] == [(True, 1, None)] * 4
    assert [(result.done, result.found, result.trouble) for result in again] == [(True, 0, None)] * 4
    assert fresh.ask("SELECT iban FROM klanten WHERE klant_id = 1") == [NEW_IBAN]
    assert fresh.ask("SELECT email FROM nieuwsbrief WHERE voornaam = 'Sanne'") == ["nieuw@klant.example"]
    assert fresh.ask("SELECT count(*) FROM klanten WHERE iban = :iban", iban=NEW_IBAN) == [1]


@ON_BOTH
def test_a_value_that_changed_since_the_plan_stops_everything_in_that_system(fresh: Kleinboek) -> None:
    changes = plan(fresh, "sanne@klant.example", ("street", "Ander 1"), ("iban", NEW_IBAN)).changes
    fresh.tell("UPDATE klanten SET iban = 'NL63TEST0000000012' WHERE klant_id = 1")

    results = fresh.sources.execute(changes)

    assert {result.change.column: (result.done, result.trouble) for result in results} == {
        "straat": (False, "rolled_back"),
        "iban": (False, "other_number_of_rows"),
    }
    assert fresh.ask("SELECT straat FROM klanten WHERE klant_id = 1") == ["Lindelaan 12"]


@ON_BOTH
def test_a_change_that_the_database_refuses_is_reported_and_not_raised(fresh: Kleinboek) -> None:
    [change, *_] = plan(fresh, "sanne@klant.example", ("email", "nieuw@klant.example")).changes

    [result] = fresh.sources.execute([replace(change, new="joris@klant.example")])

    assert not result.done
    assert result.trouble in {"IntegrityError", "UniqueViolation"}
    assert fresh.ask("SELECT email FROM gebruikers WHERE gebruiker_id = 1") == ["sanne@klant.example"]


def test_a_plan_for_a_table_that_left_the_map_is_not_carried_out(fresh: Kleinboek) -> None:
    [change] = plan(fresh, "sanne@klant.example", ("street", "Ander 1")).changes
    strange = [replace(change, table="elders"), replace(change, system="elders"), replace(change, column="elders")]

    assert [result.trouble for line in strange for result in fresh.sources.execute([line])] == [
        "not_in_the_data_map"
    ] * 3
