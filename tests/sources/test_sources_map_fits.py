"""Does config/datamap.yaml fit the demo database, to the last column?"""

from __future__ import annotations

from datetime import date

from conftest import MAP_FILE, ON_BOTH, Kleinboek
from stdnum import iban
from stdnum.nl import bsn, btw, postcode

from bot.datamap.loading import load_datamap
from bot.sources.demo import demo_iban, demo_vat, make_demo_database
from bot.sources.facade import Sources
from bot.triage.labels import Language


def test_the_map_names_nothing_that_the_database_lacks(kleinboek: Kleinboek) -> None:
    assert kleinboek.sources.check() == ()


def test_the_map_names_every_column_of_the_database(kleinboek: Kleinboek) -> None:
    assert kleinboek.sources.unmapped() == ()


@ON_BOTH
def test_a_lost_table_and_a_lost_column_are_named_with_the_mend(fresh: Kleinboek) -> None:
    fresh.tell("ALTER TABLE nieuwsbrief DROP COLUMN bron")
    fresh.tell("DROP TABLE api_verkopen")

    assert fresh.sources.check() == (
        "kleinboek.nieuwsbrief.bron: the database has no such column; correct the data map",
        "kleinboek.api_verkopen: the database has no table 'api_verkopen'; correct the data map",
    )


def test_a_join_that_the_database_cannot_make_is_named(postgres, tmp_path) -> None:
    """Text compared with a number: PostgreSQL refuses it when the first person asks, so the check asks before."""
    url = postgres.new_database()
    make_demo_database(url)
    file = tmp_path / "datamap.yaml"
    wrong = "person: {via: {table: licenties, column: ideal_kenmerk}}"
    file.write_text(MAP_FILE.read_text().replace("person: {via: {table: licenties, column: licentie_id}}", wrong))
    datamap = load_datamap(file, {"KLEINBOEK_DB_URL": url})
    sources = Sources(datamap, datamap.urls)

    [fault] = sources.check()

    assert fault.startswith("kleinboek.betalingen: its rows cannot be tied to a person (UndefinedFunction)")


@ON_BOTH
def test_a_view_may_stand_in_the_map_like_a_table(fresh: Kleinboek) -> None:
    fresh.tell("ALTER TABLE nieuwsbrief RENAME TO abonnementen")
    fresh.tell("CREATE VIEW nieuwsbrief AS SELECT * FROM abonnementen WHERE inschrijving_id < 100")
    sanne = fresh.subject(fresh.people.sanne)

    collected = {held.table: len(list(held.rows)) for held in fresh.sources.collect(sanne, Language.DUTCH)}
    planned = fresh.sources.plan_erasure(sanne, Language.DUTCH, date(2026, 11, 26))

    assert fresh.sources.check() == ()
    assert collected["nieuwsbrief"] == 1
    assert "nieuwsbrief" in {change.table for change in planned}


def test_a_key_without_a_type_that_finds_nothing_is_named(fresh: Kleinboek) -> None:
    fresh.tell("DROP TABLE nieuwsbrief")
    fresh.tell("CREATE TABLE nieuwsbrief (inschrijving_id, email, voornaam, ingeschreven_op, bron)")
    fresh.tell("INSERT INTO nieuwsbrief VALUES (1, 'tess@klant.example', 'Tess', '2026-01-01', 'site')")

    [fault] = fresh.sources.check()

    assert fault == "kleinboek.nieuwsbrief: a record is not found by its own key; give the key a type"


def test_a_new_column_that_nobody_mapped_is_named(fresh: Kleinboek) -> None:
    fresh.tell("ALTER TABLE tickets ADD COLUMN geboortedatum VARCHAR(10)")
    fresh.tell("CREATE TABLE profielen (id INTEGER)")

    assert fresh.sources.unmapped() == ("kleinboek.profielen", "kleinboek.tickets.geboortedatum")


def test_the_fiction_is_the_same_every_time_and_cannot_be_mistaken_for_real(tmp_path) -> None:
    one = make_demo_database(f"sqlite:///{tmp_path / 'one'}")
    other = make_demo_database(f"sqlite:///{tmp_path / 'other'}")

    assert one == other
    assert len(one.everyone) > 25
    assert all(person.address.endswith("@klant.example") for person in one.everyone)
    assert iban.is_valid(demo_iban(7))
    assert "TEST" in demo_iban(7)
    for number in range(701, 721):
        assert btw.is_valid(demo_vat(number))
        assert not bsn.is_valid(demo_vat(number)[2:11])
    assert postcode.is_valid("9999 AB")
