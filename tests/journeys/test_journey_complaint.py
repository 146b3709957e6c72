"""A complaint: its owner, what is found, its answer, and the way to the authority."""

from __future__ import annotations

import hashlib
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from servers.office import Office, body, code_in
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
COMPLAINS = (
    "Ik heb een klacht: jullie hebben mijn e-mailadres zonder toestemming aan een ander bedrijf gegeven. "
    "Als dit niet wordt opgelost stap ik naar de Autoriteit Persoonsgegevens."
)
AND_ASKS = (
    "Ik heb een klacht: jullie hebben mijn e-mailadres zonder toestemming aan een ander bedrijf gegeven. Ook heb ik "
    "nooit antwoord gekregen op mijn vraag welke gegevens jullie van mij hebben. Stuur mij dat overzicht alsnog."
)
FOUND = "Wij hebben uw adres aan niemand gegeven."
DOES = "Wij hebben onze lijst nagekeken."


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    office = Office(tmp_path, smtp_sink)
    office.cli("user", "add", "piet", "--role", "functionaris")
    return office


async def complaint(office: Office, text: str = COMPLAINS) -> str:
    office.write(office.people.sanne.address, text, subject="Klacht")
    await office.step()
    [case] = [one for one in office.cases() if "complaint" in one["kinds"]]
    return str(case["ref"])


def found(office: Office, ref: str, by: str = "femke") -> None:
    office.cli("finding", ref, "--as", by, "--finding", FOUND, "--measures", DOES, "--upheld", "no")


@pytest.mark.requirement("KLA-03", "KLA-07")
async def test_the_answer_says_what_staff_wrote_down_and_cannot_leave_without(office: Office, tmp_path: Path) -> None:
    ref = await complaint(office)
    filled = tmp_path / "brief.txt"
    filled.write_text(_without_open_places(office.cli("draft", ref, "--text")), encoding="utf-8")

    assert "leaves open" in office.cli("approve", ref, "--as", "femke", fails=True)
    office.cli("edit", ref, "--as", "fatima", "--file", str(filled))
    assert "privacybot finding" in office.cli("approve", ref, "--as", "femke", fails=True)
    found(office, ref, "fatima")
    office.cli("approve", ref, "--as", "femke")
    await office.step(minutes=1)

    letter = body(office.letters(office.people.sanne.address)[-1])
    assert FOUND in letter
    assert DOES in letter
    assert "U hoort nog van ons." in letter  # what an editor wrote beside it stays
    assert "Autoriteit Persoonsgegevens" in letter
    assert "rechtbank" in letter
    assert "artikel 79 AVG" in letter  # no right was used: no six weeks of Art. 35 UAVG
    assert "zes weken" not in letter
    assert "Dan kijkt een collega er opnieuw naar" in letter


@pytest.mark.requirement("KLA-02")
async def test_a_complaint_about_an_answer_goes_to_another_officer_who_alone_may_answer(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=5)
    office.cli("approve", case["ref"], "--as", "femke")
    await office.step(minutes=1)

    ref = await complaint(office)
    found(office, ref, "piet")

    assert office.case(ref)["assigned_to"] == "piet"
    refused = office.cli("approve", ref, "--as", "femke", fails=True)
    assert "you handled what this complaint is about" in refused
    office.cli("approve", ref, "--as", "piet")


@pytest.mark.requirement("KLA-02")
async def test_the_only_officer_answers_for_herself_after_a_night_and_the_file_says_so(office: Office) -> None:
    office.cli("user", "disable", "piet")
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    office.cli("withdraw", office.cases()[0]["ref"], "--as", "femke", "--reason", "belde af")
    ref = await complaint(office)
    found(office, ref, "fatima")

    assert "nobody else can approve" in office.cli("approve", ref, "--as", "femke")
    office.now += timedelta(hours=25)
    office.cli("approve", ref, "--as", "femke", "--ref", ref, "--reason", "er is geen andere functionaris")

    alone = [
        event["values"]["zonder_tweede_persoon"]
        for event in office.case(ref)["events"]
        if event["kind"] == "approved" and "zonder_tweede_persoon" in event["values"]
    ]
    assert alone == [False, True]


@pytest.mark.requirement("KLA-01")
async def test_a_request_inside_a_complaint_is_opened_beside_it(office: Office) -> None:
    ref = await complaint(office, AND_ASKS)

    assert set(office.states(ref)) == {"access", "complaint"}
    assert office.case(ref)["assigned_to"] in {"femke", "piet"}


@pytest.mark.requirement("KLA-02")
async def test_complaints_are_listed_apart_and_their_receipt_is_due_in_two_working_days(office: Office) -> None:
    office.write(office.people.joris.address, ASKS)
    ref = await complaint(office)

    assert [case["ref"] for case in office.json("cases", "--lane", "complaint")["cases"]] == [ref]
    assert office.json("cases", "--lane", "ap")["cases"] == []
    assert "klacht" in office.cli("cases", "--lane", "complaint")
    receipt = next(one for one in office.case(ref)["letters"] if one["letter"] == "receipt")
    assert receipt["state"] == "sent"


def _without_open_places(text: str) -> str:
    while "[in te vullen" in text:
        start = text.index("[in te vullen")
        text = text[:start] + "Zie hieronder." + text[text.index("]", start) + 1 :]
    return text.replace("Wij nemen uw klacht serieus.", "Wij nemen uw klacht serieus. U hoort nog van ons.")


@pytest.mark.requirement("KLA-05", "KLA-06")
async def test_mail_from_the_authoritys_own_domain_is_never_answered_by_anybody_through_us(office: Office) -> None:
    office.write("toezicht@autoriteitpersoonsgegevens.nl", ASKS)
    await office.step()
    [case] = office.cases()

    assert office.letters("toezicht@autoriteitpersoonsgegevens.nl") == []
    asked = office.cli("ask", case["ref"], "--as", "femke", "--question", "Wie bent u?", fails=True)
    assert "nothing is ever sent there" in asked


@pytest.mark.requirement("KLA-04")
async def test_old_details_of_the_authority_are_a_task_once_a_month_and_told_with_the_draft(office: Office) -> None:
    ref = await complaint(office)
    await office.step(days=80)
    assert _asked_to_look_up(office) == []
    await office.step(days=15)
    [first] = _asked_to_look_up(office)
    await office.step(days=1)
    assert _asked_to_look_up(office) == [first]
    office.cli("task", "done", str(first), "--as", "fatima")
    await office.step(days=1)
    assert _asked_to_look_up(office) == []
    await office.step(days=32)
    [second] = _asked_to_look_up(office)

    assert second != first
    assert "dagen geleden nagekeken" in office.cli("draft", ref)
    assert office.json("draft", ref)["warnings"] != []


def _asked_to_look_up(office: Office) -> list[int]:
    return [int(one["id"]) for one in office.json("tasks")["tasks"] if one["kind"] == "authority"]


@pytest.mark.requirement("KLA-03", "KLA-05")
async def test_before_the_authority_nothing_of_the_case_is_destroyed_and_an_officer_has_it(office: Office) -> None:
    ref = await complaint(office)
    out = office.home / "dossier.zip"
    said = office.cli(
        "escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP", "--dossier", str(out)
    )
    assert "zoals zij dan is" in said
    assert "maak het dan nu" not in said
    held = office.case(ref)
    assert (held["lane"], held["legal_hold"]) == ("ap", True)
    assert held["assigned_to"] in {"femke", "piet"}
    assert [case["ref"] for case in office.json("cases", "--lane", "ap")["cases"]] == [ref]
    assert "AP" in office.cli("cases", "--lane", "ap")
    assert out.stat().st_mode & 0o077 == 0

    assert "legal hold" in office.cli("label", ref, "--as", "fatima", "--ordinary", fails=True)
    office.cli("withdraw", ref, "--as", "femke", "--reason", "toch niet")
    for _ in range(3):
        await office.step(days=1000)

    after = office.case(ref)
    assert [message["text"] for message in after["messages"]] == [message["text"] for message in held["messages"]]
    assert after["customer"] == held["customer"]
    with_original = office.home / "alles.zip"
    office.cli("dossier", ref, "--as", "femke", "--out", str(with_original), "--originals")
    with zipfile.ZipFile(with_original) as package:
        assert "alleen-intern/origineel/0001.eml" in package.namelist()


@pytest.mark.requirement("KLA-05")
async def test_what_goes_to_the_authority_keeps_its_dossier_as_the_bot_then_finds_it_for_the_officer_alone(
    office: Office,
) -> None:
    ref = await complaint(office)
    said = office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP")
    assert f"van de zaak zoals zij dan is (privacybot dossier {ref} --kept" in said
    assert f"dat van dit moment, maak het dan nu: privacybot dossier {ref} --as" in said
    office.cli("note", ref, "--as", "femke", "--text", "de bot stond nog stil")
    await office.step(minutes=1)
    office.cli("note", ref, "--as", "femke", "--text", "de AP belde later nog eens")

    [kept] = office.case(ref)["dossiers"]
    out = office.home / "dossier.zip"
    with _refusing_events(office, "dossier_taken"):
        office.cli("dossier", ref, "--kept", "--as", "femke", "--out", str(out), fails=True)
    assert list(office.home.glob("dossier.zip*")) == [], "what is not written down is not handed out"
    assert "role may not" in office.cli("dossier", ref, "--kept", "--as", "fatima", "--out", str(out), fails=True)
    office.cli("dossier", ref, "--kept", "--as", "femke", "--out", str(out))

    assert hashlib.sha256(out.read_bytes()).hexdigest() == kept["sha256"]
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as package:
        assert COMPLAINS in " ".join(package.read("3-berichten/0001-in.txt").decode().split())
        notes = package.read("alleen-intern/1-notities/notities.txt").decode()
        assert "stond nog stil" in notes
        assert "belde later" not in notes
    assert not [mail for mail in office.letters() if "autoriteit" in " ".join(mail.to)]


@contextmanager
def _refusing_events(office: Office, kind: str) -> Iterator[None]:
    """The database takes no event of this kind for a while."""
    with closing(sqlite3.connect(office.env["DATABASE_URL"].removeprefix("sqlite:///"))) as archive:
        archive.execute(
            f"CREATE TRIGGER refusing BEFORE INSERT ON events WHEN NEW.kind = '{kind}' "
            "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        yield
        archive.execute("DROP TRIGGER refusing")


@pytest.mark.requirement("KLA-05")
async def test_a_kept_dossier_is_destroyed_with_the_words_of_its_case_once_the_hold_is_lifted(office: Office) -> None:
    ref = await complaint(office)
    office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP")
    await office.step(minutes=1)
    office.cli("withdraw", ref, "--as", "femke", "--reason", "de AP is klaar")
    await office.step(days=1000)
    assert [kept["held"] for kept in office.case(ref)["dossiers"]] == [True]

    office.cli("lift-hold", ref, "--as", "femke", "--reason", "zaak voorbij")
    await office.step(minutes=1)

    [kept] = office.case(ref)["dossiers"]
    assert not kept["held"]
    out = str(office.home / "dossier.zip")
    assert "no kept dossier" in office.cli("dossier", ref, "--kept", "--as", "femke", "--out", out, fails=True)


@pytest.mark.requirement("REF-01")
async def test_a_part_that_is_to_be_refused_is_due_in_the_same_month_as_the_rest(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    ref = office.cases()[0]["ref"]
    office.cli("label", ref, "--as", "fatima", "--set", "access,erasure")
    await office.step(minutes=1)
    office.cli("refuse", ref, "--as", "fatima", "--kind", "erasure", "--reason", "unfounded: u vroeg het gisteren ook")

    await office.step(days=29)

    waiting = [task["text"] for task in office.case(ref)["tasks"] if task["kind"] == "deadline" and not task["done_at"]]
    [part] = [text for text in waiting if text.startswith("wissen:")]
    [rest] = [text for text in waiting if text.startswith("inzage:")]
    assert part.removeprefix("wissen") == rest.removeprefix("inzage")
    assert "wettelijke termijn eindigt op 28 december" in part
