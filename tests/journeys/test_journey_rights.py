"""One journey per right, through a real mailbox, a real mail server and both databases, from first mail to closed."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.office import Office, body, code_in, files, header, passphrase_in
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink, SunkMail

from bot.sources.demo import DemoPerson


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> Office:
    database_url = None
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        database_url = postgres.new_database()
    return Office(tmp_path, smtp_sink, dovecot=dovecot, database_url=database_url)


async def identified(office: Office, person: DemoPerson, text: str, subject: str) -> str:
    """The person wrote and answered the challenge; the reference of the case."""
    await office.step()  # the first start: what comes after it is no old mail
    office.now += timedelta(minutes=1)
    office.write(person.address, text, subject=subject)
    await office.step()
    challenge = office.challenge_to(person.address)
    office.reply(challenge, person.address, code_in(challenge) or "")
    await office.step(minutes=5)
    return str(office.cases()[-1]["ref"])


async def answered(office: Office, ref: str, *approvers: str) -> SunkMail:
    """Staff approve, the letter leaves; the letter."""
    for approver in approvers:
        office.cli("approve", ref, "--as", approver)
    await office.step(minutes=1)
    return office.letters()[-1]


async def closed(office: Office, ref: str) -> dict[str, str]:
    await office.step(days=10)
    return office.states(ref)


def row(office: Office, query: str) -> tuple[object, ...] | None:
    connection = sqlite3.connect(office.books_path)
    try:
        found: tuple[object, ...] | None = connection.execute(query).fetchone()
        return found
    finally:
        connection.close()


async def test_access(office: Office) -> None:
    sanne = office.people.sanne
    text = "Dag, ik ben benieuwd wat jullie allemaal over mij bewaren. Mag ik dat eens zien?\n\nSanne"
    assert office.dovecot is not None
    with office.dovecot.client() as client:
        client.create_folder("Sent")

    ref = await identified(office, sanne, text, "vraagje")
    letter = await answered(office, ref, "fatima")

    assert letter.to == (sanne.address,)
    assert sorted(Path(name).suffix for name in files(letter)) == [".pdf", ".zip"]
    assert header(letter, "Auto-Submitted") == "None"
    assert await closed(office, ref) == {"access": "closed"}
    [copy] = office.dovecot.mails("Sent")
    assert b"overzicht.pdf" in copy
    assert b"application/pdf" not in copy
    assert set(office.dovecot.flags("INBOX").values()) == {()}


async def test_correction_of_an_address(office: Office) -> None:
    joris = office.people.joris
    text = "Ik ben verhuisd. Mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde. Past u dat aan?\n\nJoris"

    ref = await identified(office, joris, text, "Verhuisd")
    before = row(office, f"SELECT straat FROM klanten WHERE klant_id = {joris.klant_id}")
    letter = await answered(office, ref, "fatima")

    assert before != ("Dorpsstraat 12",)
    assert row(office, f"SELECT straat FROM klanten WHERE klant_id = {joris.klant_id}") == ("Dorpsstraat 12",)
    assert "Dorpsstraat 12" in body(letter)
    assert await closed(office, ref) == {"correction": "closed"}


async def test_portability(office: Office) -> None:
    joris = office.people.joris
    text = "Ik stap over naar een ander pakket. Lever mijn gegevens graag aan in een formaat dat zij kunnen inlezen."

    ref = await identified(office, joris, text, "Overstap")
    letter = await answered(office, ref, "fatima")

    assert [Path(name).suffix for name in files(letter)] == [".zip"]
    assert passphrase_in(office.challenge_to(joris.address)) not in body(letter)
    assert await closed(office, ref) == {"portability": "closed"}


async def test_erasure_of_a_newsletter_subscriber(office: Office) -> None:
    tess = office.people.newsletter_only
    text = "Verwijder alle gegevens die jullie van mij hebben. Ik wil niet meer in jullie bestand staan.\n\nTess"

    ref = await identified(office, tess, text, "Verwijder mij")
    letter = await answered(office, ref, "fatima")

    gone = f"SELECT count(*) FROM nieuwsbrief WHERE email = '{tess.address}'"
    assert row(office, gone) == (0,)
    assert "gewist" in body(letter)
    assert await closed(office, ref) == {"erasure": "closed"}


async def test_complaint_is_written_by_the_officer(office: Office, tmp_path: Path) -> None:
    anouk = office.people.recent_leaver
    await office.step()
    office.now += timedelta(minutes=1)
    office.write(
        anouk.address,
        "Ik heb een klacht: jullie hebben mijn e-mailadres zonder toestemming aan een ander bedrijf gegeven. "
        "Als dit niet wordt opgelost stap ik naar de Autoriteit Persoonsgegevens.",
        subject="Klacht",
    )
    await office.step()
    [case] = office.cases()
    ref = case["ref"]
    assert "lacks or leaves open" in office.cli("approve", ref, "--as", "femke", fails=True)

    text = office.cli("draft", ref, "--text")
    finding = "Wij hebben uw adres aan niemand gegeven; een oud-medewerker had het nog in zijn telefoon."
    edited = tmp_path / "brief.txt"
    edited.write_text(_filled(text, finding), encoding="utf-8")
    office.cli("edit", ref, "--as", "fatima", "--file", str(edited))
    assert "functionaris" in office.cli("approve", ref, "--as", "fatima", fails=True)
    office.cli("finding", ref, "--as", "fatima", "--finding", finding, "--measures", "Hij heeft het gewist.")
    letter = await answered(office, ref, "femke")

    assert finding in body(letter)
    assert "Autoriteit Persoonsgegevens" in body(letter)
    assert await closed(office, ref) == {"complaint": "closed"}


def _filled(text: str, words: str) -> str:
    """Every open place of the letter filled in."""
    start = text.find("[in te vullen")
    while start >= 0:
        end = text.index("]", start)
        text = text[:start] + words + text[end + 1 :]
        start = text.find("[in te vullen")
    return text


async def test_access_and_erasure_in_one_mail_are_answered_one_after_the_other(office: Office) -> None:
    tess = office.people.newsletter_only
    text = "Stuur mij eerst alles wat jullie over mij hebben. Verwijder daarna al mijn gegevens.\n\nTess"

    ref = await identified(office, tess, text, "Inzage en wissen")
    assert office.states(ref) == {"access": "awaiting_approval", "erasure": "collecting"}
    first = await answered(office, ref, "fatima")
    assert office.states(ref) == {"access": "answered", "erasure": "awaiting_approval"}
    second = await answered(office, ref, "fatima")

    assert files(first)
    assert not files(second)
    assert await closed(office, ref) == {"access": "closed", "erasure": "closed"}


async def test_an_english_mail_gets_english_letters(office: Office) -> None:
    emily = office.people.english_customer
    text = "Please send me a copy of all the personal data you hold about me.\n\nKind regards, Emily"

    ref = await identified(office, emily, text, "My data")
    letter = await answered(office, ref, "fatima")

    assert "Dear Emily" in body(letter)
    assert "personal data" in body(office.challenge_to(emily.address))
    assert await closed(office, ref) == {"access": "closed"}
