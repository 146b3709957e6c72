"""Two people who share an address, or a name: each gets his own data, and never the other's."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pypdf
import pytest
import pyzipper
from servers.office import Office, body, code_in, files, passphrase_in
from servers.smtp_sink import SmtpSink, SunkMail

from bot.sources.demo import DemoPerson

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
SHOP = "winkel@klant.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def share_an_address(office: Office) -> None:
    """Sanne and Joris are both known by the address of their shop, also to the newsletter; nothing forbids that."""
    move_to(office, SHOP, office.people.sanne, office.people.joris)


def move_to(office: Office, address: str, *people: DemoPerson) -> None:
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute("CREATE TABLE anders AS SELECT * FROM gebruikers")
        books.execute("DROP TABLE gebruikers")
        books.execute("ALTER TABLE anders RENAME TO gebruikers")
        for table in ("gebruikers", "nieuwsbrief"):
            books.executemany(
                f"UPDATE {table} SET email = ? WHERE email = ?", [(address, person.address) for person in people]
            )


async def asked(office: Office, sender: str, who: str) -> str:
    """A request comes in; the reference of the case that it opened."""
    before = {case["ref"] for case in office.cases()}
    office.write(sender, f"{ASKS}\n\nGroet,\n{who}")
    await office.step(minutes=1)
    [ref] = {case["ref"] for case in office.cases()} - before
    return str(ref)


async def chosen(office: Office, ref: str, person: DemoPerson) -> SunkMail:
    """Staff say whose record it is; the question that then went to the address of both."""
    records = office.json("choose", ref)["records"]
    [key] = [record["key"] for record in records if record["name"] == person.name]
    office.cli("choose", ref, "--record", key, "--as", "fatima", "--note", f"ondertekend door {person.name}")
    await office.step(minutes=1)
    [challenge] = [mail for mail in office.letters(SHOP) if code_in(mail) and ref in body(mail)]
    return challenge


def levels(office: Office, ref: str) -> list[str]:
    return [request["level_reached"] for request in office.case(ref)["requests"]]


def tasks(office: Office, ref: str) -> str:
    return " | ".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


def words_in(answer: SunkMail, secret: str) -> str:
    [package] = [content for name, content in files(answer).items() if name.endswith(".zip")]
    with pyzipper.AESZipFile(io.BytesIO(package)) as opened:
        opened.setpassword(secret.encode())
        return "\n".join(opened.read(name).decode("utf-8-sig", "replace") for name in opened.namelist())


def overview_in(answer: SunkMail, secret: str) -> str:
    [overview] = [content for name, content in files(answer).items() if name.endswith(".pdf")]
    pages = pypdf.PdfReader(io.BytesIO(overview), password=secret).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def facts_of(person: DemoPerson, *, without: str = "") -> list[str]:
    return [
        fact for table, facts in person.facts.items() if table != without for fact in facts if fact != person.address
    ]


async def test_two_who_share_an_address_are_told_apart_by_a_person_and_each_gets_only_his_own(office: Office) -> None:
    sanne, joris = office.people.sanne, office.people.joris
    share_an_address(office)
    hers = await asked(office, SHOP, sanne.name)
    his = await asked(office, SHOP, joris.name)
    assert all(code_in(mail) is None for mail in office.letters())
    assert all("er zijn meer records" in tasks(office, ref) for ref in (hers, his))

    her_question = await chosen(office, hers, sanne)
    his_question = await chosen(office, his, joris)
    office.reply(her_question, SHOP, code_in(her_question) or "")
    await office.step(minutes=1)
    assert (levels(office, hers), levels(office, his)) == (["L2"], ["L0"])
    assert office.states(hers) == {"access": "awaiting_identity"}  # his wife may have read and answered it too
    told = [task["text"] for task in office.case(hers)["tasks"] if task["kind"] == "identity"]
    assert [text for text in told if "Vraag aan de telefoon of het antwoord naar dit adres mag en leg dat vast" in text]
    assert "een code vanaf dat adres zegt niet wie van hen antwoordt" in tasks(office, hers)
    for ref, question, person in ((hers, her_question, sanne), (his, his_question, joris)):
        if person is joris:
            office.reply(question, SHOP, code_in(question) or "")
            await office.step(minutes=1)
        office.cli("verify", ref, "--method", "phone", "--as", "fatima", "--note", f"{person.name} teruggebeld")
        await office.step(minutes=1)
        office.cli("approve", ref, "--as", "fatima")
        await office.step(minutes=1)

    for ref, question, person, other in ((hers, her_question, sanne, joris), (his, his_question, joris, sanne)):
        [answer] = [mail for mail in office.letters(SHOP) if files(mail) and ref in body(mail)]
        words = words_in(answer, passphrase_in(question))
        assert all(fact in words for fact in facts_of(person, without="nieuwsbrief"))
        assert not [fact for fact in facts_of(other) if fact in words]
        assert other.name not in words + body(answer)
    [answer] = [mail for mail in office.letters(SHOP) if files(mail) and hers in body(mail)]
    assert "hangt alleen aan een e-mailadres" in overview_in(answer, passphrase_in(her_question))
    letter = " ".join(body(answer).split())
    assert "hangt alleen aan een e-mailadres" in letter.partition("Wat hebben wij weggelaten?")[2]


async def test_an_address_that_becomes_shared_before_its_code_is_answered_proves_nobody_alone(office: Office) -> None:
    sanne, joris = office.people.sanne, office.people.joris
    ref = await asked(office, sanne.address, sanne.name)
    question = office.challenge_to(sanne.address)

    move_to(office, sanne.address, joris)
    office.reply(question, sanne.address, code_in(question) or "")
    await office.step(minutes=1)

    assert levels(office, ref) == ["L2"]
    assert office.states(ref) == {"access": "awaiting_identity"}
    assert "een code vanaf dat adres zegt niet wie van hen antwoordt" in tasks(office, ref)
    assert "gedeeld adres" in [fact["what"] for fact in office.case(ref)["evidence"]]
    office.cli("verify", ref, "--method", "phone", "--as", "fatima", "--note", "Sanne teruggebeld")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "awaiting_approval"}


async def test_a_stranger_who_states_a_number_of_several_people_has_one_case_however_often_he_asks(
    office: Office,
) -> None:
    number = office.people.owner_with_second_user.customer_number
    words = f"{ASKS} Mijn klantnummer is {number}."
    office.write("kwaad@elders.example", words)
    await office.step(minutes=1)
    [ref] = [case["ref"] for case in office.cases()]
    assert "er zijn meer records" in tasks(office, ref)

    office.write("kwaad@elders.example", words, subject="Nogmaals")
    await office.step(minutes=1)

    assert [case["ref"] for case in office.cases()] == [ref]
    assert [message["direction"] for message in office.case(ref)["messages"]].count("in") == 2


async def test_two_of_one_name_are_two_people_and_a_name_alone_finds_nobody(office: Office) -> None:
    sanne, joris = office.people.sanne, office.people.joris
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute("UPDATE gebruikers SET naam = ? WHERE email = ?", (sanne.name, joris.address))
    his = await asked(office, joris.address, sanne.name)
    strangers = await asked(office, "iemand@elders.example", sanne.name)

    question = office.challenge_to(joris.address)
    office.reply(question, joris.address, code_in(question) or "")
    await office.step(minutes=1)
    office.cli("approve", his, "--as", "fatima")
    await office.step(minutes=1)

    words = words_in(office.letters(joris.address)[-1], passphrase_in(question))
    assert all(fact in words for fact in facts_of(joris) if fact != joris.name)
    assert not [fact for fact in facts_of(sanne) if fact in words and fact != sanne.name]
    assert office.letters(sanne.address) == []
    assert office.case(strangers)["customer"]["address_of_record"] is None
