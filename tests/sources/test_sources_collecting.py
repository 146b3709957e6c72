"""What a person gets: everything of his, and nothing of anybody else."""

from __future__ import annotations

import re
import time
import traceback
import tracemalloc
from contextlib import closing
from dataclasses import replace

import pytest
import sqlalchemy as sa
from conftest import MAP_FILE, ON_BOTH, Kleinboek

from bot.cases.subject import DataSubject
from bot.datamap.loading import load_datamap
from bot.sources.demo import DemoPerson
from bot.sources.errors import ForeignRowError, SourceFailedError
from bot.sources.facade import Sources
from bot.sources.scanning import batches, patterns_of
from bot.sources.selection import Selection
from bot.triage.labels import Language


def texts(room: Kleinboek, subject: DataSubject, *, access: bool = True) -> dict[str, str]:
    """Per table everything that would be handed out, as one text."""
    return {
        holding.table: "\n".join(str(value) for row in holding.rows for value in row.values())
        for holding in room.sources.collect(subject, Language.DUTCH, access=access)
    }


def with_a_record(room: Kleinboek) -> list[tuple[DemoPerson, DataSubject]]:
    found = [(person, one) for person in room.people.everyone for one in room.sources.find(person.address, {})]
    return [(person, one) for person, one in found if one.address_of_record == person.address]


@pytest.fixture(scope="module")
def handed_out(kleinboek: Kleinboek) -> list[tuple[DemoPerson, dict[str, str]]]:
    """Everybody with a record, and per table all that he would get."""
    return [(person, texts(kleinboek, subject)) for person, subject in with_a_record(kleinboek)]


HandedOut = list[tuple[DemoPerson, dict[str, str]]]


def test_every_fact_about_somebody_is_handed_to_him(handed_out: HandedOut) -> None:
    seeded = 0

    for person, collected in handed_out:
        for table, facts in person.facts.items():
            for fact in facts:
                assert fact in collected[table], (table, person.klant_id)
                seeded += 1

    assert seeded > 200


def test_every_table_of_the_map_has_a_seeded_fact(kleinboek: Kleinboek) -> None:
    seeded = {table for person in kleinboek.people.everyone for table in person.facts}

    assert seeded == {table.name for table in kleinboek.datamap.system("kleinboek").tables}


def test_no_fact_about_somebody_else_ever_comes_along(kleinboek: Kleinboek, handed_out: HandedOut) -> None:
    sanne, debtor = kleinboek.people.sanne, kleinboek.people.debtor
    owner_of = {fact: person for person in kleinboek.people.everyone for some in person.facts.values() for fact in some}

    for person, collected in handed_out:
        lines = {line for text in collected.values() for line in text.split("\n")}
        strangers = {owner_of[line].name for line in lines & owner_of.keys()} - {person.name}
        assert strangers == ({debtor.name} if person is sanne else set())


def test_no_two_people_share_a_fact(kleinboek: Kleinboek) -> None:
    facts = [fact for person in kleinboek.people.everyone for some in person.facts.values() for fact in some]

    assert len(facts) == len(set(facts))


def test_a_second_user_gets_neither_the_company_nor_its_books_nor_the_owners_rows(kleinboek: Kleinboek) -> None:
    second = kleinboek.subject(kleinboek.people.second_user)

    collected = texts(kleinboek, second)

    assert set(collected) == {
        "gebruikers",
        "api_sleutels",
        "aanmeldingen",
        "tickets",
        "ticket_berichten",
        "nieuwsbrief",
    }
    assert "marijke" not in "\n".join(collected.values()).lower()


def test_the_owner_gets_the_books_with_the_people_in_them(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    assert "bas.debiteur@klant.example" in texts(kleinboek, sanne)["debiteuren"]


def test_a_subscriber_gets_his_subscription_and_no_other_table(kleinboek: Kleinboek) -> None:
    tess = kleinboek.subject(kleinboek.people.newsletter_only)

    assert list(texts(kleinboek, tess)) == ["nieuwsbrief"]


def test_of_two_people_whose_addresses_differ_in_letter_case_each_gets_his_own(kleinboek: Kleinboek) -> None:
    upper, lower = kleinboek.people.case_twins
    subjects = {one.address_of_record: one for one in kleinboek.sources.find(upper.address, {})}

    assert "Pieter Mulder" in texts(kleinboek, subjects[upper.address])["nieuwsbrief"]
    assert texts(kleinboek, subjects[lower.address])["nieuwsbrief"] == ""


def test_secrets_are_never_read(handed_out: HandedOut) -> None:
    assert len(handed_out) > 24
    for _, collected in handed_out:
        assert "geheim" not in "\n".join(collected.values())


def test_what_is_left_out_is_named_with_its_reason(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    left_out = {held.table: held.left_out for held in kleinboek.sources.collect(sanne, Language.ENGLISH)}

    assert left_out["gebruikers"] == ("Password: a security value that is shown to nobody",)
    assert left_out["tickets"] == ("Member of staff: somebody else's data (Article 15(4) GDPR)",)
    assert left_out["debiteuren"] == ()


def test_another_persons_name_is_redacted_in_the_companys_own_data(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    tickets = texts(kleinboek, sanne)["tickets"]

    assert "[weggelaten: gegevens van een ander]" in tickets
    assert "Medewerker" not in tickets


def test_portability_gives_what_the_person_provided_and_says_what_it_leaves_out(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    held = {one.table: one for one in kleinboek.sources.collect(sanne, Language.DUTCH, access=False)}

    assert "betalingen" not in held
    assert all(column.portable for one in held.values() for column in one.columns)
    assert any(line.startswith("Klantnummer: niet overdraagbaar") for line in held["klanten"].left_out)


def test_a_holding_speaks_the_language_of_the_letter(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)

    held = {one.table: one for one in kleinboek.sources.collect(sanne, Language.GERMAN)}

    assert held["klanten"].label == "Customer details"
    assert held["betalingen"].recipients[1].startswith("EXAMPLE")
    assert held["betalingen"].legal_basis == "legal obligation (Article 6(1)(c) GDPR)"
    assert held["debiteuren"].tenant_column == "klant_id"


@ON_BOTH
def test_rows_are_not_read_before_they_are_walked_and_not_kept_in_memory(fresh: Kleinboek) -> None:
    many = ", ".join(f"(1000{n:05d}, 1, '2026-01-01 10:00:00', '192.0.2.1', {{true}})" for n in range(3000))
    true = "1" if fresh.url.startswith("sqlite") else "true"
    fresh.tell(f"INSERT INTO aanmeldingen VALUES {many.format(true=true)}")
    sanne = fresh.subject(fresh.people.sanne)

    [logins] = [held for held in fresh.sources.collect(sanne, Language.DUTCH) if held.table == "aanmeldingen"][:1]

    with pytest.raises(SourceFailedError):
        next(logins.rows)  # its snapshot is over: loudly no data, instead of silently none
    [count] = [
        sum(1 for _ in held.rows)
        for held in fresh.sources.collect(sanne, Language.DUTCH)
        if held.table == "aanmeldingen"
    ]
    assert count > 3000


@ON_BOTH
def test_one_collection_sees_one_moment(fresh: Kleinboek) -> None:
    """A row written while we collect comes in whole or not at all."""
    if fresh.url.startswith("sqlite"):
        fresh.ask("PRAGMA journal_mode = WAL")
    sanne = fresh.subject(fresh.people.sanne)
    collecting = fresh.sources.collect(sanne, Language.DUTCH)
    before = len(list(next(collecting).rows))

    fresh.tell("INSERT INTO tickets VALUES (9999, 1, 'later', 'open', NULL, '2026-11-02 10:00:00')")

    rest = {held.table: [row.get("onderwerp") for row in held.rows] for held in collecting}
    assert before == 1
    assert "later" not in rest["tickets"]


@ON_BOTH
def test_a_system_that_is_gone_is_a_failure_and_never_an_empty_export(fresh: Kleinboek) -> None:
    sanne = fresh.subject(fresh.people.sanne)
    fresh.tell("DROP TABLE ticket_berichten")

    with pytest.raises(SourceFailedError) as failed:
        texts(fresh, sanne)

    assert failed.value.permanent
    assert failed.value.system == "kleinboek"
    assert "sanne" not in str(failed.value).lower()


def test_a_record_that_is_gone_is_a_failure_and_never_an_empty_export(fresh: Kleinboek) -> None:
    tess = fresh.subject(fresh.people.newsletter_only)
    fresh.tell("DELETE FROM nieuwsbrief WHERE email = 'tess@klant.example'")

    with pytest.raises(SourceFailedError, match="record is gone"):
        list(fresh.sources.collect(tess, Language.DUTCH))


def test_an_identity_that_left_the_map_is_a_failure(fresh: Kleinboek) -> None:
    tess = replace(fresh.subject(fresh.people.newsletter_only), key="prospect/6")

    with pytest.raises(SourceFailedError, match="identity left the data map"):
        list(fresh.sources.collect(tess, Language.DUTCH))


def test_a_missing_database_file_is_a_failure_and_is_not_made(tmp_path) -> None:
    nowhere = tmp_path / "nowhere.sqlite"
    datamap = load_datamap(MAP_FILE, {"KLEINBOEK_DB_URL": f"sqlite:///{nowhere}"})
    sources = Sources(datamap, datamap.urls)

    with pytest.raises(SourceFailedError):
        sources.find("sanne@klant.example", {})

    assert not nowhere.exists()


def test_a_database_that_cannot_be_reached_is_tried_again(tmp_path) -> None:
    url = "postgresql+psycopg://tests:secret-word@127.0.0.1:1/none"
    datamap = load_datamap(MAP_FILE, {"KLEINBOEK_DB_URL": url})
    sources = Sources(datamap, datamap.urls)

    with pytest.raises(SourceFailedError) as failed:
        sources.find("sanne@klant.example", {})

    assert not failed.value.permanent
    assert "secret-word" not in str(failed.value)


def test_what_a_database_says_about_values_does_not_reach_a_traceback(kleinboek: Kleinboek) -> None:
    with (
        pytest.raises(SourceFailedError) as failed,
        kleinboek.sources._reach.databases["kleinboek"].reading() as connection,
    ):
        connection.execute(sa.text("SELECT no_such(:address)"), {"address": "sanne@klant.example"})

    assert "sanne" not in "".join(traceback.format_exception(failed.value))


def test_reading_cannot_write(kleinboek: Kleinboek) -> None:
    with (
        pytest.raises(SourceFailedError),
        kleinboek.sources._reach.databases["kleinboek"].reading() as connection,
    ):
        connection.execute(sa.text("DELETE FROM aanmeldingen"))

    assert kleinboek.ask("SELECT count(*) FROM aanmeldingen")[0] > 0


def test_a_row_that_carries_another_key_stops_the_export(kleinboek: Kleinboek, monkeypatch) -> None:
    """The condition is broken on purpose: the stamp on every row must notice."""
    sanne = kleinboek.subject(kleinboek.people.sanne)
    monkeypatch.setattr(Selection, "where", lambda *_: sa.true())

    for table in ("gebruikers", "betalingen", "verkoopfacturen", "ticket_berichten", "nieuwsbrief"):
        with pytest.raises(ForeignRowError):
            [list(held.rows) for held in kleinboek.sources.collect(sanne, Language.DUTCH) if held.table == table]


@ON_BOTH
def test_the_text_scan_finds_other_peoples_marks_in_the_companys_own_data_only(fresh: Kleinboek) -> None:
    joris = fresh.people.joris
    text = f"Zie ook {joris.address.upper()} en KB100002, rekening {joris.iban[:4]} {joris.iban[4:]}; ik ben KB100001."
    fresh.tell("UPDATE ticket_berichten SET tekst = :text WHERE bericht_id = 1", text=text)
    fresh.tell("UPDATE debiteuren SET email = :address WHERE debiteur_id = 1", address=joris.address)
    sanne = fresh.subject(fresh.people.sanne)

    hits = fresh.sources.foreign_hits(sanne)

    assert hits == {"kleinboek.ticket_berichten.tekst": 3}


@pytest.mark.parametrize(
    "written",
    [
        "{iban}",
        "mijn rekening {low} test",
        "({spaced} dank u)",
        "IBAN:{iban};",
        '"{iban}"',
    ],
)
def test_an_account_number_is_seen_however_it_is_written(kleinboek: Kleinboek, written: str) -> None:
    iban = kleinboek.people.joris.iban or ""
    spaced = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    text = written.format(iban=iban, spaced=spaced, low=spaced.lower())

    hits = kleinboek.sources.foreign_hits(kleinboek.subject(kleinboek.people.sanne), [("a.b.c", text)])

    assert hits == {"a.b.c": 1}


def test_the_text_scan_is_quick_on_hostile_text() -> None:
    patterns = _patterns()
    hostile = ["a" * 50_000, "a@" * 25_000, "NL00 " * 10_000, "1" * 50_000, "." * 50_000 + "@"]
    started = time.process_time()

    found = sum(len(batch) for batch in batches([("x", text) for text in hostile], patterns))

    assert found > 0
    assert time.process_time() - started < 3


def _patterns() -> tuple[re.Pattern[str], ...]:
    return patterns_of(load_datamap(MAP_FILE, {"KLEINBOEK_DB_URL": "sqlite://"}).identity)


def test_looking_for_somebody_never_looks_into_customers_books(fresh: Kleinboek) -> None:
    """Whoever stands only there is not ours to look up, not even to say no (Art. 28(3)(a))."""
    statements: list[str] = []
    engine = fresh.sources._reach.databases["kleinboek"]._engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    debtor = fresh.people.debtor

    found = fresh.sources.find(
        debtor.address, {"email": debtor.address, "name": debtor.name, "iban": "NL30TEST0000004001"}
    )

    assert found == ()
    assert len(statements) > 3
    assert not [one for one in statements for name in ("debiteuren", "verkoopfacturen", "api_verkopen") if name in one]


@ON_BOTH
def test_memory_does_not_grow_with_the_number_of_rows(fresh: Kleinboek) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
    fresh.tell(
        f"INSERT INTO aanmeldingen {numbers} SELECT 100000 + i, 1, "
        "CAST('2026-01-01 10:00:00' AS TIMESTAMP), 'een lang genoeg adres ' || i, (1 = 1) FROM n"
        if fresh.url.startswith("postgresql")
        else f"INSERT INTO aanmeldingen {numbers} SELECT 100000 + i, 1, '2026-01-01', 'een lang adres ' || i, 1 FROM n"
    )
    sanne = fresh.subject(fresh.people.sanne)
    collecting = fresh.sources.collect(sanne, Language.DUTCH)
    logins = next(held for held in collecting if held.table == "aanmeldingen")
    next(logins.rows)

    tracemalloc.start()
    count = sum(1 for _ in logins.rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    collecting.close()

    assert count >= 12000
    assert peak < 1_500_000  # bytes; all rows together take some 6 MB


def test_a_person_whose_address_is_not_ascii_still_gets_what_hangs_on_it(fresh: Kleinboek) -> None:
    fresh.tell("UPDATE gebruikers SET email = :to WHERE gebruiker_id = 1", to="sännë@klant.example")
    fresh.tell("UPDATE nieuwsbrief SET email = :to WHERE voornaam = 'Sanne'", to="sännë@klant.example")
    [sanne] = fresh.sources.find(None, {"customer_number": "KB100001"})

    assert "Sanne de Vries" in texts(fresh, sanne)["nieuwsbrief"]


def test_the_text_scan_takes_an_export_as_it_was_built(kleinboek: Kleinboek) -> None:
    sanne = kleinboek.subject(kleinboek.people.sanne)
    cells = [("letter.1.text", f"nummer {n} van x{n}@klant.example") for n in range(2500)]

    assert kleinboek.sources.foreign_hits(sanne, cells) == {}
    assert kleinboek.sources.foreign_hits(sanne, [*cells, ("a.b.c", "kees@klant.example")]) == {"a.b.c": 1}
    assert kleinboek.sources.foreign_hits(sanne, [("a.b.c", "sanne@klant.example")]) == {}


def test_what_cannot_be_taken_along_is_named_by_table_and_column(kleinboek: Kleinboek) -> None:
    told = kleinboek.sources.not_portable(kleinboek.subject(kleinboek.people.sanne), Language.DUTCH)

    lines = dict(line.split(": ", 1) for line in told)
    assert lines["Klantgegevens"] == "Intern nummer, Klantnummer, Klant sinds"
    assert "Factuurnummer" in lines["Betalingen met iDEAL"]
    assert "Medewerker" not in lines["Vragen aan de helpdesk"]  # somebody else: not shown at all
    assert "Wachtwoord" not in lines["Gebruiker"]


def test_of_a_table_without_rows_nothing_is_said_to_be_left_behind(kleinboek: Kleinboek) -> None:
    told = kleinboek.sources.not_portable(kleinboek.subject(kleinboek.people.second_user), Language.DUTCH)

    assert {line.split(":")[0] for line in told} == {
        "Gebruiker",
        "API-sleutels",
        "Inlogpogingen",
        "Vragen aan de helpdesk",
        "Berichten met de helpdesk",
    }


def test_of_his_own_books_the_law_that_is_named_is_his_own_instruction(kleinboek: Kleinboek) -> None:
    with closing(kleinboek.sources.collect(kleinboek.subject(kleinboek.people.sanne), Language.DUTCH)) as holdings:
        bases = {held.table: held.legal_basis for held in holdings}

    assert bases["debiteuren"] == "in opdracht van de verwerkingsverantwoordelijke, dat bent u zelf"
    assert "artikel 6" in bases["klanten"]
