"""Two people whom we know by one address, and addresses that the eye takes for one on record."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import ON_BOTH, Kleinboek

from bot.cases.changes import ChangeAction
from bot.cases.subject import DataSubject
from bot.mail.lookalike import looks_like, mistakable_for
from bot.sources.demo import DemoPerson
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

TODAY = date(2026, 11, 26)
SHOP = "winkel@klant.example"
CYRILLIC = "kl\u0430nt.example"


def sharing(room: Kleinboek) -> tuple[DataSubject, DataSubject]:
    """Sanne and Joris have one address, which the newsletter has too."""
    if room.url.startswith("sqlite"):
        for statement in (
            "CREATE TABLE anders AS SELECT * FROM gebruikers",
            "DROP TABLE gebruikers",
            "ALTER TABLE anders RENAME TO gebruikers",
        ):
            room.tell(statement)
    else:
        room.tell("ALTER TABLE gebruikers DROP CONSTRAINT gebruikers_email_key")
    for table in ("gebruikers", "nieuwsbrief"):
        for person in (room.people.sanne, room.people.joris):
            room.tell(f"UPDATE {table} SET email = :shop WHERE email = :own", shop=SHOP, own=person.address)
    return of(room, room.people.sanne), of(room, room.people.joris)


def of(room: Kleinboek, person: DemoPerson) -> DataSubject:
    [found] = [one for one in room.sources.find(SHOP, {}) if one.name == person.name]
    return found


@ON_BOTH
def test_what_hangs_on_a_shared_address_alone_is_named_and_given_to_neither(fresh: Kleinboek) -> None:
    sanne, joris = sharing(fresh)

    held = {
        subject.name: {
            one.table: (len(list(one.rows)), one.left_out) for one in fresh.sources.collect(subject, Language.DUTCH)
        }
        for subject in (sanne, joris)
    }

    assert sanne.address_shared
    assert joris.address_shared
    left_out = ("hangt alleen aan een e-mailadres, en is niet met zekerheid van één persoon",)
    assert [held[one.name]["nieuwsbrief"] for one in (sanne, joris)] == [(0, left_out)] * 2
    assert [held[one.name]["gebruikers"][0] for one in (sanne, joris)] == [1, 1]


@ON_BOTH
def test_an_address_outside_ascii_that_stands_in_two_records_is_shared_too(fresh: Kleinboek) -> None:
    stated = {"customer_number": fresh.people.sanne.customer_number}
    [before] = fresh.sources.find(None, stated)
    sharing(fresh)
    fresh.tell("UPDATE gebruikers SET email = :odd WHERE email = :shop", odd="zoë@klant.example", shop=SHOP)
    [after] = fresh.sources.find(None, stated)

    assert (before.address_shared, fresh.sources.address_shared(before)) == (False, False)
    assert (after.address_shared, fresh.sources.address_shared(after)) == (True, True)


def test_it_is_no_machines_to_erase_or_to_correct(fresh: Kleinboek) -> None:
    sanne, _ = sharing(fresh)

    lines = fresh.sources.plan_erasure(sanne, Language.DUTCH, TODAY)
    plan = fresh.sources.plan_corrections(
        sanne, [StatedCorrection("email", None, "nieuw@klant.example")], Language.DUTCH
    )

    assert {line.action for line in lines if line.table == "nieuwsbrief"} == {ChangeAction.ERASE_BY_HAND}
    assert not [change for change in plan.changes if change.table == "nieuwsbrief"]


def test_who_shares_his_address_with_nobody_gets_what_hangs_on_it(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    held = {one.table: len(list(one.rows)) for one in kleinboek.sources.collect(sanne, Language.DUTCH)}

    assert not sanne.address_shared
    assert held["nieuwsbrief"] == 1


@pytest.mark.parametrize("alike", ["sanne@kiant.example", "sanne@k1ant.example", "sarne@klant.example"])
def test_a_record_is_found_by_what_its_address_looks_like_and_by_nothing_else(kleinboek: Kleinboek, alike: str) -> None:
    sanne = kleinboek.people.sanne.address

    assert kleinboek.sources.looking_like(alike) == ((sanne,) if looks_like(alike, sanne) else ())


def test_an_address_of_another_alphabet_looks_like_a_plain_one_and_no_address_like_itself() -> None:
    cyrillic = f"sanne@{CYRILLIC.encode('idna').decode()}"

    assert "sanne@klant.example" in mistakable_for("sanne@kiant.example")
    assert "rob@modern.example" in mistakable_for("rob@rnodem.example")
    assert "sanne@klant.example" not in mistakable_for("sanne@klant.example")
    assert "sanne@klant.example" in mistakable_for(cyrillic)
    assert all(looks_like(one, cyrillic) for one in mistakable_for(cyrillic))


def test_an_address_of_nothing_but_look_alikes_makes_no_long_list() -> None:
    assert len(mistakable_for(f"{'il1o0' * 12}@{'il' * 20}.example")) <= 500
