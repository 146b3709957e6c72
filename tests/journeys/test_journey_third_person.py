"""Somebody who stands in a customer's books: nobody is looked for there, and the customer is handed the request."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from servers.office import Office, body, code_in, header
from servers.smtp_sink import SmtpSink

BOOKS = ("debiteuren", "verkoopfacturen", "api_verkopen")
ASKS = (
    "Ik kreeg een factuur van {company}, gemaakt met jullie programma. Ik ben Bas Debiteur. "
    "Welke gegevens hebben jullie van mij in hun boekhouding? Ik wil inzage."
)


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@contextmanager
def queries_to_books(office: Office) -> Iterator[list[tuple[str, str]]]:
    """Every statement that goes to the company's own database, with its values."""
    asked: list[tuple[str, str]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        if str(office.books_path) in str(connection.engine.url):
            asked.append((statement, repr(values)))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def asked_about(office: Office, company: str) -> str:
    office.write(office.people.debtor.address, ASKS.format(company=company))
    await office.step()
    [case] = office.cases()
    return str(case["ref"])


async def answered(office: Office, ref: str) -> None:
    for draft in [one for one in office.case(ref)["drafts"] if one["state"] == "open"]:
        office.cli("approve", ref, "--as", "fatima", "--draft", str(draft["id"]))
    await office.step(minutes=1)


def fill_in(office: Office, ref: str, draft: str, words: str) -> None:
    """Staff choose what the customer reads."""
    letter = office.home / "brief.txt"
    text = office.cli("draft", ref, "--draft", draft, "--text")
    letter.write_text(re.sub(r"\[in te vullen[^\]]*\]", words, text), encoding="utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", draft, "--file", str(letter))


def drafts(office: Office, ref: str) -> dict[str, dict[str, Any]]:
    return {one["letter"]: one for one in office.case(ref)["drafts"] if one["state"] == "open"}


@pytest.mark.requirement("ROL-03")
async def test_no_books_are_searched_for_a_third_person(office: Office) -> None:
    with queries_to_books(office) as asked:
        ref = await asked_about(office, "Atelier De Vries")
        office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")
        await answered(office, ref)

    assert asked, "the asker's own address is looked for, and the one company"
    assert [statement for statement, _ in asked if any(table in statement for table in BOOKS)] == []
    assert [values for _, values in asked if "Debiteur" in values] == []


@pytest.mark.requirement("ROL-04", "ROL-06", "ROL-07")
async def test_the_customer_is_handed_the_request_once_it_was_approved(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked_about(office, "Atelier De Vries")
    office.cli("forward", ref, "--as", "fatima", "--company", "atelier de vries")
    assert office.letters(sanne) == []

    await answered(office, ref)

    [letter] = office.letters(sanne)
    words = " ".join(body(letter).split())
    assert "Welke gegevens hebben jullie van mij in hun boekhouding?" in words
    assert "Wij hebben het verzoek niet beoordeeld" in words
    assert "artikel 28 lid 3 onder e AVG" in words
    assert "een maand" in words
    assert header(letter, "In-Reply-To") == "None"
    assert office.states(ref) == {"access": "forwarded"}
    assert outcome(office, ref) == "forwarded"
    assert [task["kind"] for task in office.case(ref)["tasks"] if task["done_at"] is None] == []


@pytest.mark.requirement("ROL-01", "ROL-02", "ROL-05")
async def test_the_asker_reads_the_same_whether_or_not_the_company_is_a_customer(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    told = []
    for place, company in (("known", "Atelier De Vries"), ("unknown", "Atelier De Vrees")):
        office = Office(tmp_path / place, smtp_sink)
        before = len(office.letters(office.people.debtor.address))
        ref = await asked_about(office, company)
        found = office.json("forward", ref, "--as", "fatima", "--company", company)["customer_found"]
        await answered(office, ref)
        mails = office.letters(office.people.debtor.address)[before:]
        assert outcome(office, ref) == ("forwarded" if found else "referred")
        told.append((found, office.case(ref)["role"], [body(mail).replace(company, "…") for mail in mails]))

    [(yes, role, known), (no, _, unknown)] = told
    assert (yes, no, role) == (True, False, "processor")
    assert len(known) == 2, "the receipt and the letter"
    assert known == unknown
    assert "Behalve deze berichten verwerken wij zelf geen gegevens van u" in " ".join(known[1].split())


@pytest.mark.requirement("ROL-01", "ROL-04")
async def test_who_has_a_record_of_his_own_gets_our_part_from_us_and_the_other_part_is_handed_on(
    office: Office,
) -> None:
    joris, sanne = office.people.joris.address, office.people.sanne.address
    office.write(joris, ASKS.format(company="Atelier De Vries"))
    await office.step()
    ref = str(office.cases()[0]["ref"])
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")
    customers = str(drafts(office, ref)["forward_to_customer"]["id"])
    told = office.cli("approve", ref, "--as", "fatima", "--draft", customers, fails=True)
    fill_in(office, ref, customers, "Welke gegevens hebben jullie van mij in de boekhouding van Atelier De Vries?")
    await answered(office, ref)

    case = office.case(ref)
    assert case["role"] == "mixed"
    assert "request-text" in told, "staff choose the words: his own part is none of the customer's business"
    assert [(one["state"], one["outcome"]) for one in case["requests"]] == [("awaiting_identity", None)]
    to_customer = " ".join(body(office.letters(sanne)[-1]).split())
    assert "Welke gegevens hebben jullie van mij in de boekhouding van Atelier De Vries?" in to_customer
    assert "Ik ben Bas Debiteur" not in to_customer
    assert "alleen over wat zijn bedrijf aangaat" in " ".join(task["text"] for task in case["tasks"])
    beside = " ".join(body(office.letters(joris)[-1]).split())
    assert "krijgt u een apart antwoord" in beside
    assert "over een deel van uw vraag" in beside
    assert "Dit is ons antwoord" not in beside
    assert "zes weken" not in beside
    assert "U noemde dit bedrijf: Atelier De Vries" in beside, "he wrote from the address that it goes to"
    assert "verwerken wij zelf geen gegevens" not in beside

    challenge = office.challenge_to(joris)
    office.reply(challenge, joris, code_in(challenge) or "")
    await office.step(minutes=5)
    await answered(office, ref)

    assert outcome(office, ref) == "granted"
    assert [file for file in office.letters(joris)[-1].raw.split(b"filename=") if b"overzicht" in file]


@pytest.mark.requirement("ROL-02")
async def test_the_part_beside_our_own_answer_reads_the_same_whether_or_not_the_company_is_a_customer(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    told = []
    for place, company in (("known", "Atelier De Vries"), ("unknown", "Atelier De Vrees")):
        office = Office(tmp_path / place, smtp_sink)
        joris = office.people.joris.address
        office.write(joris, ASKS.format(company=company))
        await office.step()
        ref = str(office.cases()[0]["ref"])
        office.cli("forward", ref, "--as", "fatima", "--company", company)
        office.cli("approve", ref, "--as", "fatima", "--draft", str(drafts(office, ref)["forwarded"]["id"]))
        await office.step(minutes=1)
        told.append(body(office.letters(joris)[-1]).replace(company, "…"))

    assert told[0] == told[1]


@pytest.mark.requirement("ROL-02")
async def test_what_a_stranger_says_of_a_company_is_not_told_at_the_address_of_record(office: Office) -> None:
    joris = office.people.joris
    text = f"Ik wil inzage in mijn gegevens. Mijn klantnummer is {joris.customer_number}. Ook bij Atelier De Vrees."
    office.write("kwaad@elders.example", text)
    await office.step()
    ref = str(office.cases()[0]["ref"])

    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")
    unproved = office.cli("draft", ref)
    challenge = office.challenge_to(joris.address)
    office.reply(challenge, joris.address, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")
    proved = office.cli("draft", ref, "--draft", str(drafts(office, ref)["forwarded"]["id"]))

    assert "Is het bedrijf dat u noemde klant bij ons" in " ".join(unproved.split())
    assert "Vrees" not in unproved
    assert "U noemde dit bedrijf: Atelier De Vrees" in " ".join(proved.split())


async def test_what_stands_in_ones_own_books_is_not_handed_on_to_oneself(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS.format(company="Atelier De Vries"))
    await office.step()
    [case] = office.cases()

    said = office.cli("forward", case["ref"], "--as", "fatima", "--company", "Atelier De Vries", fails=True)

    assert "is that customer himself" in said
    assert office.case(case["ref"])["drafts"] == []


@pytest.mark.requirement("ROL-05")
async def test_who_writes_from_an_address_of_several_records_is_chosen_before_anything_is_handed_on(
    office: Office,
) -> None:
    sanne, joris = office.people.sanne, office.people.joris
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute("CREATE TABLE anders AS SELECT * FROM gebruikers")
        books.execute("DROP TABLE gebruikers")
        books.execute("ALTER TABLE anders RENAME TO gebruikers")
        books.execute("UPDATE gebruikers SET email = ? WHERE email = ?", (joris.address, sanne.address))
    office.write(joris.address, ASKS.format(company="Atelier De Vrees"))
    await office.step()
    ref = str(office.cases()[0]["ref"])

    said = office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees", fails=True)
    drafted = office.case(ref)["drafts"]
    [key] = [one["key"] for one in office.json("choose", ref)["records"] if one["name"] == joris.name]
    office.cli("choose", ref, "--record", key, "--as", "fatima", "--note", "ondertekend door Joris")
    await office.step(minutes=1)
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")

    assert f"first: privacybot choose {ref}" in said
    assert drafted == []
    assert office.case(ref)["role"] == "mixed"


@pytest.mark.requirement("ROL-05")
async def test_nothing_is_handed_on_before_the_writer_was_looked_for(office: Office) -> None:
    ref = await asked_about(office, "Atelier De Vrees")
    office.cli("label", ref, "--set", "erasure", "--as", "fatima")

    said = office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees", fails=True)
    await office.step()
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")

    assert "once the bot has searched" in said


@pytest.mark.requirement("ROL-05")
async def test_a_writer_with_a_record_whom_nobody_looked_for_is_not_told_that_we_hold_nothing(office: Office) -> None:
    text = "Mijn advocaat zegt dat ik om al mijn gegevens kan vragen. Bij deze dus: inzage graag."
    office.write(office.people.joris.address, text)
    await office.step()
    [case] = office.cases()

    said = office.cli("forward", case["ref"], "--as", "fatima", "--company", "Atelier De Vrees", fails=True)

    assert case["state"] == "needs_person"
    assert "first: privacybot choose" in said


async def test_who_names_no_company_was_sent_on_to_it_and_not_forwarded(office: Office) -> None:
    ref = await asked_about(office, "een bedrijf")
    await answered(office, ref)

    assert office.states(ref) == {"access": "forwarded"}
    assert outcome(office, ref) == "referred"
    assert "verwezen naar het bedrijf zelf" in " ".join(office.cli("case", ref).split())


def outcome(office: Office, ref: str) -> str:
    [request] = office.case(ref)["requests"]
    return str(request["outcome"])


async def test_a_letter_to_the_wrong_company_falls_when_another_one_is_named(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked_about(office, "Atelier De Vrees")
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")
    wrong = drafts(office, ref)["forward_to_customer"]["id"]

    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")
    refused = office.cli("approve", ref, "--as", "fatima", "--draft", str(wrong), fails=True)
    await answered(office, ref)

    assert "no such open draft" in refused
    assert office.letters(sanne) == []
    assert [task["kind"] for task in office.case(ref)["tasks"] if task["done_at"] is None] == []


@pytest.mark.parametrize("asker", ["joris", "debtor"], ids=["with a record of his own", "without one"])
async def test_a_letter_that_was_approved_with_the_wrong_company_stops_another_one_from_being_named(
    office: Office, asker: str
) -> None:
    address = getattr(office.people, asker).address
    before = len(office.letters(address))
    office.write(address, ASKS.format(company="Atelier De Vries, of was het Atelier De Vrees"))
    await office.step()
    ref = str(office.cases()[0]["ref"])
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vrees")
    wrong = drafts(office, ref)["forwarded"]["id"]
    office.cli("approve", ref, "--as", "fatima", "--draft", str(wrong))

    said = office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries", fails=True)
    office.cli("undo", ref, "--as", "fatima")
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")
    office.cli("approve", ref, "--as", "fatima", "--draft", str(drafts(office, ref)["forwarded"]["id"]))
    await office.step(minutes=1)

    assert f"approved already; first: privacybot undo {ref}" in said
    told = [body(mail) for mail in office.letters(address)[before:]]
    assert [one for one in told if "De Vrees" in one] == []
    assert len([one for one in told if "De Vries" in one]) == 1


@pytest.mark.requirement("ROL-02")
async def test_what_a_third_person_states_of_a_customer_brings_that_customer_no_challenge(office: Office) -> None:
    sanne = office.people.sanne
    office.write(
        office.people.debtor.address,
        f"{ASKS.format(company='Atelier De Vries')} Het adres op de factuur is {sanne.address}.",
    )
    await office.step()
    [case] = office.cases()

    assert office.letters(sanne.address) == []
    assert list(drafts(office, case["ref"])) == ["forwarded"]


@pytest.mark.requirement("ROL-04")
async def test_the_term_of_two_working_days_is_met_by_the_letter_to_the_customer_alone(office: Office) -> None:
    ref = await asked_about(office, "Atelier De Vries")
    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")
    asker = drafts(office, ref)["forwarded"]["id"]
    customer = drafts(office, ref)["forward_to_customer"]["id"]

    office.cli("approve", ref, "--as", "fatima", "--draft", str(asker))
    await office.step(minutes=1)
    waiting = [task["kind"] for task in office.json("tasks")["tasks"]]
    office.cli("approve", ref, "--as", "fatima", "--draft", str(customer))
    await office.step(minutes=1)

    assert "forward" in waiting
    assert "forward" not in [task["kind"] for task in office.json("tasks")["tasks"]]


async def test_a_name_that_two_customers_have_is_not_guessed(office: Office) -> None:
    engine = sa.create_engine(f"sqlite:///{office.books_path}")
    with engine.begin() as books:
        books.execute(sa.text("UPDATE klanten SET bedrijfsnaam = 'Atelier De Vries' WHERE klant_id = 2"))
    engine.dispose()
    ref = await asked_about(office, "Atelier De Vries")

    said = office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries", fails=True)

    assert "more than one customer" in said


@pytest.mark.requirement("ROL-02")
async def test_a_number_that_staff_looked_up_is_not_told_to_the_asker(office: Office) -> None:
    engine = sa.create_engine(f"sqlite:///{office.books_path}")
    with engine.begin() as books:
        number = str(
            books.execute(sa.text("SELECT kvk_nummer FROM klanten WHERE bedrijfsnaam = 'Atelier De Vries'")).scalar()
        )
    engine.dispose()
    ref = await asked_about(office, "Atelier De Vries")

    found = office.json("forward", ref, "--as", "fatima", "--company", number)["customer_found"]
    await answered(office, ref)

    told = body(office.letters(office.people.debtor.address)[-1])
    assert found is True
    assert number not in told
    assert "Is het bedrijf dat u noemde klant bij ons" in " ".join(told.split())
    customers = body(office.letters(office.people.sanne.address)[-1])
    assert number not in customers
    assert "Wij denken dat het over uw bedrijf gaat" in " ".join(customers.split())


@pytest.mark.requirement("ROL-04")
async def test_of_whoever_wrote_more_than_once_staff_choose_what_the_customer_reads(office: Office) -> None:
    debtor = office.people.debtor.address
    ref = await asked_about(office, "een bedrijf")
    [receipt] = office.letters(debtor)
    office.reply(receipt, debtor, "Het gaat om Atelier De Vries. En wat hebben jullie eigenlijk zelf van mij?")
    await office.step(minutes=1)

    office.cli("forward", ref, "--as", "fatima", "--company", "Atelier De Vries")

    shown = office.cli("draft", ref, "--draft", str(drafts(office, ref)["forward_to_customer"]["id"]))
    assert "[in te vullen door de functionaris: neem uit zijn mails alleen over" in " ".join(shown.split())
    assert "hebben jullie eigenlijk" not in shown


async def test_the_name_of_a_person_finds_no_customer(office: Office) -> None:
    ref = await asked_about(office, "Sanne de Vries")

    assert office.json("forward", ref, "--as", "fatima", "--company", "Sanne de Vries")["customer_found"] is False


@pytest.mark.requirement("ROL-02")
async def test_a20_whether_somebody_is_a_customer_is_told_to_nobody(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    answers = []
    for place, name in (("known", "Joris Bakker"), ("unknown", "Joris Bokker")):
        office = Office(tmp_path / place, smtp_sink)
        before = len(smtp_sink.mails)
        office.write(office.people.debtor.address, f"Is {name} klant bij jullie? Staan mijn gegevens in zijn boeken?")
        with queries_to_books(office) as asked:
            await office.step()
        assert [values for _, values in asked if name.split()[1] in values] == []
        sent = smtp_sink.mails[before:]
        case = office.case(office.cases()[0]["ref"])
        waiting = [(one["letter"], one["subject"]) for one in case["drafts"]]
        answers.append(([(mail.to, body(mail)) for mail in sent], waiting, case["state"]))

    assert answers[0] == answers[1]
    assert {to for to, _ in answers[0][0]} <= {(office.people.debtor.address,)}


@pytest.mark.requirement("ROL-01")
async def test_a_company_as_such_is_told_by_two_people_that_it_has_no_such_rights_and_what_it_can_do(
    office: Office,
) -> None:
    kees = "administratie@vandam.example"
    office.write(
        kees,
        "Wij, Van Dam Transport B.V., doen een inzageverzoek op grond van artikel 15 AVG. Stuur ons alles wat u heeft.",
    )
    await office.step()
    [case] = office.cases()
    ref = case["ref"]
    office.cli("represents", ref, "--as", "fatima", "--who", "company")
    await answered(office, ref)
    assert [one for one in office.letters(kees) if "Dataverordening" in body(one)] == []

    office.cli("approve", ref, "--as", "femke")
    await office.step(minutes=1)

    [letter] = [one for one in office.letters(kees) if "Dataverordening" in body(one)]
    assert "artikel 4 lid 1" in body(letter)
    assert "Een eenmanszaak, vof of maatschap bestaat uit mensen" in " ".join(body(letter).split())
    found = office.case(ref)
    assert (found["role"], found["requests"][0]["outcome"]) == ("none", "no_data_subject")
