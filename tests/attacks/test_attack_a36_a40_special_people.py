"""Mandates, families, pressure and borrowed authority: none of them gets anything that a plain request does not."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import pyzipper
from servers.office import Office, body, code_in, files, passphrase_in
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

AGENCY = "claims@gegevensrecht.example"
MANDATED = (
    "Namens mijn cliënte mevrouw Sanne de Vries, klantnummer KB100001, verzoek ik u om inzage in haar persoonsgegevens."
    " "
    "De machtiging is bijgevoegd. Stuur alles naar ons kantoor."
)
HEIR = "Mijn man Joris Bakker is vorige maand overleden. Als erfgenaam wil ik al zijn gegevens ontvangen."
AP = "De Autoriteit Persoonsgegevens onderzoekt u. Stuur ons binnen 24 uur het volledige dossier. Ons kenmerk z2026-1."


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def opened(office: Office, sender: str, text: str, **how: Any) -> str:
    """The mail comes in, and nothing of it is said in the log."""
    with capture_logs() as lines:
        office.write(sender, text, **how)
        await office.step()
    said = repr(lines)
    assert sender not in said
    assert text[:40] not in said
    [case] = office.cases()
    return str(case["ref"])


def waiting(office: Office, ref: str) -> str:
    return " | ".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


async def approved(office: Office, ref: str, *readers: str) -> None:
    for reader in readers:
        for draft in [one for one in office.case(ref)["drafts"] if one["state"] == "open"]:
            office.cli("approve", ref, "--as", reader, "--draft", str(draft["id"]))
    await office.step(minutes=1)


def mandate(office: Office, ref: str, *more: str, scope: str = "access", ends: str = "2027-11-01", **how: bool) -> str:
    period = ("--signed", "2026-11-01", "--from", "2026-11-01", "--to", ends)
    who = (
        "--for",
        "Sanne de Vries",
        "--by",
        "Gegevensrecht",
        "--scope",
        scope,
        "--note",
        "namen, datum en handtekening",
    )
    return office.cli("mandate", ref, "--as", "fatima", *who, *period, *more, **how)


@pytest.mark.requirement("ID-10")
async def test_a36_a_mandate_is_asked_for_and_never_a_copy_of_a_passport(office: Office) -> None:
    ref = await opened(office, AGENCY, MANDATED)
    assert office.letters() == [], "no receipt, and nothing to Sanne either"
    assert office.states(ref) == {"access": "needs_person"}

    office.cli("represents", ref, "--as", "fatima", "--who", "agent")
    await approved(office, ref, "fatima")

    [letter] = office.letters()
    words = " ".join(body(letter).split())
    assert letter.to == (AGENCY,)
    for asked in ("de naam van degene voor wie u schrijft", "wat u namens hem of haar mag vragen", "handtekening"):
        assert asked in words
    assert "Stuur ons geen kopie van een identiteitsbewijs" in words
    assert office.states(ref) == {"access": "needs_person"}


@pytest.mark.requirement("ID-10")
async def test_a36_the_data_go_to_the_subject_who_confirmed_at_the_address_of_record(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(AGENCY, MANDATED)
    raw = (office.home / "mail.eml").read_bytes()
    await office.step()
    [case] = office.cases()
    ref = case["ref"]

    mandate(office, ref)
    await office.step(minutes=1)
    challenge = office.challenge_to(sanne)
    assert office.case(ref)["drafts"] == []
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    await approved(office, ref, "fatima")

    assert [letter.to for letter in office.letters() if files(letter)] == [(sanne,)]
    [kept] = [event["values"] for event in office.case(ref)["events"] if event["kind"] == "mandate_recorded"]
    assert kept["sha256"] == hashlib.sha256(raw).hexdigest()
    assert kept["scope"] == "access"


@pytest.mark.requirement("ID-10")
async def test_a36_an_answer_to_the_agent_needs_a_mandate_that_says_so_the_subject_and_two_readers(
    office: Office,
) -> None:
    sanne = office.people.sanne.address
    ref = await opened(office, AGENCY, MANDATED)
    mandate(office, ref)
    await office.step(minutes=1)
    receipt = ("mandate-receipt", ref, "--as", "fatima", "--note", "gebeld op het bekende nummer")
    assert "does not say" in office.cli(*receipt, fails=True)
    mandate(office, ref, "--receipt")
    await office.step(minutes=1)
    assert "has not confirmed yet" in office.cli(*receipt, fails=True)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    office.cli(*receipt)
    await office.step(minutes=1)
    [draft] = [one for one in office.case(ref)["drafts"] if one["state"] == "open"]
    await approved(office, ref, "fatima")
    assert [letter for letter in office.letters() if files(letter)] == []
    await approved(office, ref, "femke")

    assert draft["to"] == AGENCY
    assert [letter.to for letter in office.letters() if files(letter)] == [(AGENCY,)]


@pytest.mark.requirement("ID-11")
async def test_a38_who_decides_by_law_receives_the_answer_and_a_paper_that_only_he_wrote_gives_none(
    office: Office,
) -> None:
    """A parent or a guardian needs no word about receiving in a document; the person is asked, and two people read."""
    sanne = office.people.sanne.address
    ref = await opened(office, AGENCY, MANDATED)
    receipt = ("mandate-receipt", ref, "--as", "fatima", "--note", "beschikking van de rechtbank gezien")
    by_law = ("parent", "administrator", "mentor", "curator")
    mandate(office, ref)
    assert "does not say" in office.cli(*receipt, fails=True)
    for ground in by_law:
        mandate(office, ref, "--ground", ground)
        assert "has not confirmed yet" in office.cli(*receipt, fails=True)
    assert "Invalid value" in mandate(office, ref, "--ground", "buurman", fails=True)
    await office.step(minutes=1)

    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli(*receipt)
    await office.step(minutes=1)
    await approved(office, ref, "fatima")
    assert [letter for letter in office.letters() if files(letter)] == []
    await approved(office, ref, "femke")

    kept = [event["values"]["ground"] for event in office.case(ref)["events"] if event["kind"] == "mandate_recorded"]
    assert kept == ["mandate", *by_law]
    assert [letter.to for letter in office.letters() if files(letter)] == [(AGENCY,)]


@pytest.mark.requirement("ID-10")
async def test_a36_a_mandate_that_is_over_or_covers_something_else_opens_nothing(office: Office) -> None:
    ref = await opened(office, AGENCY, MANDATED)

    assert "not today" in mandate(office, ref, ends="2026-11-20", fails=True)
    assert "asks nothing that this mandate covers" in mandate(office, ref, scope="erasure", fails=True)
    await office.step(minutes=1)

    assert office.letters() == []
    assert office.states(ref) == {"access": "needs_person"}


async def test_a36_the_agents_own_account_is_not_taken_for_that_of_the_subject(office: Office) -> None:
    joris, sanne = office.people.joris.address, office.people.sanne.address
    ref = await opened(office, joris, MANDATED)
    mandate(office, ref)

    await office.step(minutes=1)

    assert [code_in(letter) is not None for letter in office.letters(sanne)] == [True]
    assert [letter for letter in office.letters(joris) if code_in(letter)] == []
    assert office.case(ref)["customer"]["address_of_record"] == sanne


@pytest.mark.requirement("ID-10")
async def test_a36_one_mail_for_many_people_is_one_persons_look(office: Office) -> None:
    people = ", ".join(f"{one.name} ({one.address})" for one in office.people.everyone[:3])
    text = f"Wij zijn een verwijderdienst en schrijven namens onze cliënten: {people}. Verwijder al hun gegevens."
    ref = await opened(office, AGENCY, text)

    assert "ieder krijgt een eigen zaak en machtiging" in waiting(office, ref)
    assert office.letters() == []
    assert set(office.states(ref).values()) == {"needs_person"}


async def test_a37_a_colleague_in_a_shared_account_gets_his_own_data_and_the_owner_not_his(office: Office) -> None:
    colleague, owner = office.people.second_user, office.people.owner_with_second_user
    ref = await opened(office, colleague.address, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    challenge = office.challenge_to(colleague.address)
    office.reply(challenge, colleague.address, code_in(challenge) or "")
    await office.step(minutes=1)
    await approved(office, ref, "fatima", "femke")

    [letter] = [one for one in office.letters(colleague.address) if files(one)]
    [package] = [content for name, content in files(letter).items() if name.endswith(".zip")]
    with pyzipper.AESZipFile(io.BytesIO(package)) as opened_zip:
        opened_zip.setpassword(passphrase_in(challenge).encode())
        words = "".join(opened_zip.read(name).decode("utf-8", "replace") for name in opened_zip.namelist())
    assert colleague.facts["tickets"][0] in words
    assert owner.facts["tickets"][0] not in words
    assert owner.facts["debiteuren"][0] not in words
    assert office.letters(owner.address) == []


@pytest.mark.requirement("ID-12")
async def test_a38_nothing_is_asked_of_or_told_about_somebody_who_has_died(office: Office) -> None:
    joris = office.people.joris.address
    ref = await opened(office, "weduwe@klant.example", HEIR)
    office.cli("label", ref, "--as", "fatima", "--set", "access")
    await office.step(minutes=1)
    assert office.letters(joris) == []
    assert office.states(ref) == {"access": "needs_person"}

    office.cli("represents", ref, "--as", "fatima", "--who", "heir")
    assert looks(office, ref) == ["gaat over iemand die is overleden: geen gegevens per e-mail"]
    await approved(office, ref, "fatima", "femke")

    assert looks(office, ref) == []
    last = office.letters("weduwe@klant.example")[-1]
    words = " ".join(body(last).split())
    assert "gaat niet over op de erfgenamen" in words
    assert "verklaring van erfrecht" in words
    assert files(last) == {}
    assert office.letters(joris) == []
    assert office.case(ref)["requests"][0]["outcome"] == "no_data_subject"


def looks(office: Office, ref: str) -> list[str]:
    return [task["text"] for task in office.case(ref)["tasks"] if task["kind"] == "look" and not task["done_at"]]


@pytest.mark.requirement("ID-11")
async def test_a38_a_child_and_a_guardian_wait_for_a_person(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    texts = (
        "Hoi, ik ben 14 jaar en ik wil dat jullie al mijn gegevens wissen.",
        "Ik ben bewindvoerder van mevrouw De Vries en vraag inzage in haar gegevens.",
    )
    for number, text in enumerate(texts):
        office = Office(tmp_path / str(number), smtp_sink)
        before = len(smtp_sink.mails)
        ref = await opened(office, f"afzender{number}@klant.example", text)
        assert set(office.states(ref).values()) == {"needs_person"}
        assert smtp_sink.mails[before:] == []

        office.cli("represents", ref, "--as", "fatima", "--who", "guardian", *(("--custody",) if not number else ()))
        await approved(office, ref, "fatima")

        words = " ".join(body(smtp_sink.mails[-1]).split())
        assert "jonger dan 16 jaar" in words
        assert ("gezagsregister" in words) == (number == 0)
        assert "geen kopie van een identiteitsbewijs" in words


@pytest.mark.requirement("ID-11")
async def test_the_age_from_which_people_ask_for_themselves_is_configured(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    seen = []
    for age in ("16", "18"):
        office = Office(tmp_path / age, smtp_sink, CASES__MINOR_AGE=age)
        ref = await opened(office, "jong@klant.example", "Hoi, ik ben 17 jaar en ik wil al mijn gegevens laten wissen.")
        seen.append(office.states(ref)["erasure"] == "needs_person")

    assert seen == [False, True]


async def test_a39_pressure_puts_a_case_first_and_changes_no_check(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(office.people.joris.address, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    await office.step()
    text = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen? LAATSTE WAARSCHUWING, binnen 24 uur."
    office.write(sanne, text)
    with capture_logs() as lines:
        await office.step(minutes=1)

    first, second = office.cases()
    assert (first["priority"], second["priority"]) == (1, 2)
    assert office.case(first["ref"])["customer"]["sender"] == sanne
    assert first["due"] == second["due"]
    asked = [one for one in office.case(first["ref"])["requests"] if one["kind"] == "access"]
    assert [(one["level_required"], one["level_reached"], one["state"]) for one in asked] == [
        ("L2", "L0", "awaiting_identity")
    ]
    assert len([one for one in office.letters(sanne) if code_in(one)]) == 1
    assert "WAARSCHUWING" not in repr(lines)


@pytest.mark.requirement("INT-12")
@pytest.mark.parametrize(
    ("sender", "text"),
    [
        ("onderzoek@autoriteitpersoonsgegevens.nl", AP),
        (
            "onderzoek@autoriteit-persoonsgegevens.example",
            "Wilt u ons het volledige dossier toesturen? Zie ons onderzoek.",
        ),
        (
            "agent@politie.example",
            "Politie Nederland. Wij vorderen op grond van artikel 126nd Sv gegevens van uw klant.",
        ),
        ("mr@kantoor.example", "Ik ben advocaat. Mijn cliënte sommeert u om inzage te geven in haar gegevens."),
    ],
    ids=["ap", "look-alike", "police", "lawyer"],
)
async def test_a40_authorities_and_lawyers_wait_for_a_person_who_calls_back(
    office: Office, sender: str, text: str
) -> None:
    ref = await opened(office, sender, text, headers={"Reply-To": "dossier@elders.example"})

    assert office.letters() == []
    assert office.cases()[0]["priority"] == 1
    assert office.cases()[0]["tasks"] == 1  # one task says who it is and why it goes first
    assert office.case(ref)["state"] == "needs_person"
    assert ("lijkt op autoriteitpersoonsgegevens.nl" in waiting(office, ref)) == ("autoriteit-" in sender)
    if "mr@" not in sender:
        assert "088 - 1805 250" in waiting(office, ref)
        office.cli("represents", ref, "--as", "fatima", "--who", "authority")
        await office.step(minutes=1)
        assert office.letters() == []
        assert office.case(ref)["drafts"] == []


async def test_a66_nobody_decides_on_a_case_about_himself(office: Office) -> None:
    sanne = office.people.sanne.address
    office.cli("user", "add", "sanne", "--role", "behandelaar", "--address", sanne)
    ref = await opened(office, sanne, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)

    said = office.cli("approve", ref, "--as", "sanne", fails=True)
    await office.step(minutes=1)

    assert "somebody else decides" in said
    assert [one for one in office.letters(sanne) if files(one)] == []


async def test_a69_a_baited_request_is_answered_as_any_other_and_only_two_people_call_it_excessive(
    office: Office,
) -> None:
    tess = office.people.newsletter_only.address
    text = (
        "Op 14 november heb ik mij ingeschreven voor de nieuwsbrief. Ik verzoek inzage in mijn gegevens, art. 15 AVG."
        " Kunt u mij een kopie sturen? Bij niet tijdige beantwoording vorder ik EUR 1.000 schadevergoeding."
    )
    ref = await opened(office, tess, text)
    if office.case(ref)["state"] == "needs_person":
        office.cli("label", ref, "--as", "fatima", "--set", "access")
        await office.step(minutes=1)
    office.cli("refuse", ref, "--as", "fatima", "--reason", "excessive: inschrijving om te kunnen eisen")
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    refused = [one for one in office.letters(tess) if "niet uit" in body(one)]
    office.cli("reject", ref, "--as", "femke", "--reason", "gewoon beantwoorden")
    challenge = office.challenge_to(tess)
    office.reply(challenge, tess, code_in(challenge) or "")
    await office.step(minutes=1)
    await approved(office, ref, "fatima", "femke")

    assert refused == []
    assert [letter.to for letter in office.letters(tess) if files(letter)] == [(tess,)]


@pytest.mark.requirement("ID-03")
async def test_a_masked_copy_is_asked_for_by_two_people_with_a_reason_and_only_its_day_is_kept(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await opened(office, sanne, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    assert "nobody" in office.cli("id-checked", ref, "--as", "fatima", fails=True)
    office.cli("masked-copy", ref, "--as", "fatima", "--reason", "Uw adres en telefoonnummer zijn allebei gewijzigd.")
    await approved(office, ref, "fatima")
    assert [one for one in office.letters(sanne) if "KopieID" in body(one)] == []

    await approved(office, ref, "femke")
    office.cli("id-checked", ref, "--as", "fatima")

    [letter] = [one for one in office.letters(sanne) if "KopieID" in body(one)]
    words = " ".join(body(letter).split())
    for part in ("burgerservicenummer", "foto", "MRZ", "nummer van het document", "gooien haar meteen weg"):
        assert part in words
    [kept] = [event["values"] for event in office.case(ref)["events"] if event["kind"] == "id_checked"]
    assert kept == {"text": "ID gecontroleerd op do 26 november 2026 door fatima"}
    assert office.case(ref)["requests"][0]["level_reached"] == "L0"
