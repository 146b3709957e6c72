"""Data that went to the wrong person: stopped at once, counted in hours, decided by people, kept in the register."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers.office import SANNE_ASKS, Office, body, code_in, header, proved_access
from servers.smtp_sink import SmtpSink

from bot.cases.codes import find_code

WRONG = "Dit bericht is niet voor mij bestemd, ik ken deze mevrouw helemaal niet. U heeft het verkeerde adres."
FILLED = {
    "people": "een klant",
    "records": "naam, adres, rekeningnummer, twaalf betalingen",
    "consequences": "kans op valse rekeningen",
    "measures": "ontvanger gevraagd het bericht te wissen",
}


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    office = Office(tmp_path, smtp_sink)
    office.cli("user", "add", "piet", "--role", "functionaris", "--address", "piet@kleinboek.example")
    return office


async def answered(office: Office) -> str:
    """Sanne got her overview; the reference of her case."""
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "answered"}
    return ref


@pytest.mark.requirement("BRE-01", "BRE-02")
async def test_a_wrong_recipient_starts_72_hours_from_when_his_mail_came_in(office: Office) -> None:
    ref = await answered(office)
    sanne = office.people.sanne.address

    office.reply(office.letters(sanne)[-1], sanne, WRONG)
    came_in = office.now
    await office.step(hours=5)

    [breach] = office.json("breach", "list")["breaches"]
    assert (breach["case"], breach["state"], breach["cause"]) == (ref, "suspected", "wrong_recipient")
    assert datetime.fromisoformat(breach["due_at"]) == came_in + timedelta(hours=72)
    assert [task["kind"] for task in office.case(ref)["tasks"] if task["kind"] == "breach"] == ["breach"]
    [alarm] = office.letters("piet@kleinboek.example")
    assert header(alarm, "Subject") == f"Mogelijk datalek in {ref}"
    assert sanne not in body(alarm)


@pytest.mark.requirement("BRE-01")
async def test_one_command_stops_all_that_is_on_its_way_and_kills_the_code(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, SANNE_ASKS)
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)

    office.cli("incident", case["ref"], "--as", "fatima", "--reason", "brief ging naar een oud adres")
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=5)

    found = office.case(case["ref"])
    assert office.states(case["ref"]) == {"access": "needs_person"}
    assert [request["level_reached"] for request in found["requests"]] == ["L0"]


@pytest.mark.requirement("BRE-01")
async def test_a_weekend_does_not_lengthen_the_hours_and_everybody_hears_again(office: Office) -> None:
    ref = await answered(office)
    friday = "2026-04-03T16:20:00+02:00"

    said = office.cli("incident", ref, "--as", "fatima", "--reason", "verkeerde bijlage", "--aware", friday)
    shown = office.cli("breach", "show", "1")
    await office.step()

    [breach] = office.json("breach", "list")["breaches"]
    assert breach["due_at"].startswith("2026-04-06 14:20")
    assert "melden kan tot 2026-04-06 16:20 uur" in said
    assert "bekend sinds 2026-04-03 16:20 uur, melden kan tot 2026-04-06 16:20 uur" in shown
    assert len(office.letters("piet@kleinboek.example")) == 2  # it began, and its hours are over already


@pytest.mark.requirement("BRE-03", "BRE-04")
async def test_it_closes_only_when_everything_the_law_asks_is_known_or_decided(office: Office) -> None:
    ref = await answered(office)
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    number = str(office.json("breach", "list")["breaches"][0]["id"])

    refused = office.cli("breach", "close", number, "--as", "femke", fails=True)
    assert "melden bij de AP" in refused
    assert "de mensen zelf inlichten" in refused
    not_hers = office.cli("breach", "decide", number, "--as", "fatima", "--risk", "unlikely", fails=True)
    assert "role may not do this" in not_hers
    needless = office.cli("breach", "decide", number, "--as", "femke", "--not-notified", "valt mee", fails=True)
    assert "--risk unlikely" in needless
    for name, text in FILLED.items():
        office.cli("breach", "fill", number, "--as", "fatima", "--field", name, "--text", text)
    moment = office.now.isoformat()
    office.cli("breach", "decide", number, "--as", "femke", "--notified", moment, "--people-told", moment)
    office.cli("breach", "close", number, "--as", "femke")

    [breach] = office.json("breach", "list")["breaches"]
    assert (breach["state"], breach["missing"]) == ("closed", [])
    assert not [task for task in office.case(ref)["tasks"] if task["kind"] == "breach" and not task["done_at"]]


@pytest.mark.requirement("BRE-04")
async def test_a_lower_risk_needs_a_reason_that_the_register_keeps(office: Office) -> None:
    ref = await answered(office)
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    decide = ("breach", "decide", "1", "--as", "femke", "--risk")

    assert "say why the risk is lower than high" in office.cli(*decide, "risk", fails=True)
    office.cli(*decide, "risk", "--risk-because", "de bestanden waren versleuteld")
    office.cli(*decide, "high")

    [breach] = office.json("breach", "list")["breaches"]
    assert breach["risk"] == "high"
    assert breach["fields"]["risk_because"] == "de bestanden waren versleuteld"
    assert "de bestanden waren versleuteld" in office.cli("breach", "show", "1")


@pytest.mark.requirement("BRE-03")
async def test_no_field_of_the_register_takes_words_that_name_somebody(office: Office) -> None:
    ref = await answered(office)
    name = office.case(ref)["customer"]["name"]
    office.cli("incident", ref, "--as", "fatima", "--reason", f"brief van {name} ging naar piet@elders.example")
    free = {
        "field": ("fill", "1", "--as", "fatima", "--field", "people", "--text"),
        "dismissal": ("dismiss", "1", "--as", "femke", "--reason"),
        "silence": ("decide", "1", "--as", "femke", "--people-not-told"),
        "risk": ("decide", "1", "--as", "femke", "--risk", "risk", "--risk-because"),
    }

    for words in free.values():
        refused = office.cli("breach", *words, f"het gaat om {name.split()[0]}", fails=True)
        assert "leave out the name of the person" in refused

    [breach] = office.json("breach", "list")["breaches"]
    assert breach["state"] == "confirmed"
    assert breach["fields"] == {"nature": "brief van ••••• de ••••• ging naar •••••"}


@pytest.mark.requirement("BRE-01")
async def test_a_breach_that_is_reported_again_stays_one_line_and_stops_what_was_begun_since(office: Office) -> None:
    ref = await answered(office)
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")

    said = office.cli("incident", ref, "--as", "femke", "--reason", "ik zag het ook")

    [breach] = office.json("breach", "list")["breaches"]
    assert f"datalek {breach['id']} ({ref})" in said
    assert "geen tweede regel" in said
    assert breach["fields"]["nature"] == "overzicht ging naar een ander\nik zag het ook"
    assert [one["kind"] for one in office.case(ref)["tasks"] if one["kind"] == "breach"] == ["breach"]


@pytest.mark.requirement("BRE-01", "BRE-03")
async def test_what_is_reported_after_a_decision_is_a_line_of_its_own_with_hours_of_its_own(office: Office) -> None:
    ref = await answered(office)
    unlikely = ("--risk", "unlikely", "--risk-because", "versleuteld", "--not-notified", "niemand kon het lezen")
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    office.cli("breach", "decide", "1", "--as", "femke", *unlikely)
    await office.step(days=14)
    alarms = len(office.letters("piet@kleinboek.example"))

    office.cli("incident", ref, "--as", "fatima", "--reason", "nu ging ook het wachtwoord naar een ander")
    await office.step(minutes=5)

    before, after = office.json("breach", "list")["breaches"]
    assert before["fields"]["nature"] == "overzicht ging naar een ander"
    assert after["fields"]["nature"] == "nu ging ook het wachtwoord naar een ander"
    assert datetime.fromisoformat(after["aware_at"]) - datetime.fromisoformat(before["aware_at"]) >= timedelta(days=14)
    assert "melden bij de AP, of opschrijven waarom dat niet hoeft" in after["missing"]
    assert len(office.letters("piet@kleinboek.example")) == alarms + 1
    assert len([one for one in office.case(ref)["tasks"] if one["kind"] == "breach"]) == 2


@pytest.mark.requirement("BRE-01")
async def test_a_second_sign_of_the_same_sort_after_a_decision_is_not_lost(office: Office) -> None:
    await answered(office)
    sanne = office.people.sanne.address
    office.reply(office.letters(sanne)[-1], sanne, WRONG)
    await office.step()
    office.cli("breach", "decide", "1", "--as", "femke", "--notified", office.now.isoformat())
    await office.step(days=2)

    office.reply(office.letters(sanne)[-1], sanne, f"Nog een keer. {WRONG}")
    await office.step(minutes=5)

    assert [one["state"] for one in office.json("breach", "list")["breaches"]] == ["suspected", "suspected"]


@pytest.mark.requirement("BRE-03")
async def test_what_staff_wrote_of_a_suspicion_stays_when_it_is_confirmed_and_named_again(office: Office) -> None:
    ref = await answered(office)
    sanne = office.people.sanne.address
    office.reply(office.letters(sanne)[-1], sanne, WRONG)
    await office.step()
    office.cli("breach", "fill", "1", "--as", "fatima", "--field", "nature", "--text", "verkeerde ontvanger")

    for reason in ("brief geopend", f"ook {sanne} belde", "brief geopend"):
        said = office.cli("incident", ref, "--as", "fatima", "--reason", reason)

    [breach] = office.json("breach", "list")["breaches"]
    assert breach["fields"]["nature"] == "verkeerde ontvanger\nbrief geopend\nook ••••• belde"
    assert "uw woorden staan erbij" in said


@pytest.mark.requirement("BRE-01")
@pytest.mark.parametrize("confirmed", [True, False])
async def test_an_earlier_moment_moves_the_term_of_the_task_and_stands_in_the_log(
    office: Office, confirmed: bool
) -> None:
    ref = await answered(office)
    if confirmed:
        office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    else:
        office.reply(office.letters(office.people.sanne.address)[-1], office.people.sanne.address, WRONG)
    await office.step()
    earlier = office.now - timedelta(hours=30)

    office.cli("incident", ref, "--as", "femke", "--reason", "de bank belde al", "--aware", earlier.isoformat())
    office.cli("incident", ref, "--as", "femke", "--reason", "weet u het al?", "--aware", office.now.isoformat())
    await office.step()

    [breach] = office.json("breach", "list")["breaches"]
    [task] = [one for one in office.case(ref)["tasks"] if one["kind"] == "breach"]
    kind = "breach_reported_again" if confirmed else "breach_confirmed"
    told = next(one for one in office.case(ref)["events"] if one["kind"] == kind)
    due = [datetime.fromisoformat(one["due_at"]) for one in (breach, task)]
    assert due == [earlier + timedelta(hours=72)] * 2
    assert datetime.fromisoformat(told["values"]["aware_at"]) == earlier
    alarms = office.letters("piet@kleinboek.example")
    assert len(alarms) == 2  # it began, and its hours end sooner
    assert "28 november" in body(alarms[-1])


@pytest.mark.requirement("BRE-01")
async def test_a_breach_kills_a_code_on_paper_too(office: Office) -> None:
    office.write(office.people.sanne.address, SANNE_ASKS)
    await office.step()
    ref = office.cases()[0]["ref"]
    letter = office.cli("verify", ref, "--as", "fatima", "--method", "letter", "--begin")
    [code] = find_code(letter)

    office.cli("incident", ref, "--as", "fatima", "--reason", "verkeerd postadres")
    office.cli("label", ref, "--as", "fatima", "--set", "access")
    await office.step(minutes=1)
    refused = office.cli("verify", ref, "--as", "fatima", "--method", "letter", "--code", code, fails=True)

    assert "no code on paper stands open" in refused


@pytest.mark.requirement("BRE-03")
async def test_the_draft_of_the_notification_names_every_field_and_what_is_still_open(office: Office) -> None:
    ref = await answered(office)
    office.cli("incident", ref, "--as", "fatima", "--reason", "overzicht ging naar een ander")
    office.cli("breach", "fill", "1", "--as", "fatima", "--field", "measures", "--text", "ontvanger gebeld")
    out = office.home / "melding.txt"

    office.cli("breach", "notification", "1", "--out", str(out))

    text = out.read_text(encoding="utf-8")
    assert all(f"artikel 33 lid 3 onder {letter}" in text for letter in "abcd")
    assert "overzicht ging naar een ander" in text
    assert "ontvanger gebeld" in text
    assert "[nog in te vullen]" in text
    assert office.people.sanne.address not in text


@pytest.mark.requirement("BRE-03")
async def test_a_false_alarm_stays_in_the_register_with_its_reason(office: Office) -> None:
    ref = await answered(office)
    sanne = office.people.sanne.address
    office.reply(office.letters(sanne)[-1], sanne, WRONG)
    await office.step()

    office.cli("breach", "dismiss", "1", "--as", "femke", "--reason", "bedoelde de nieuwsbrief van een ander")

    [breach] = office.json("breach", "list")["breaches"]
    assert (breach["case"], breach["state"]) == (ref, "dismissed")
    assert breach["fields"]["dismissed_because"] == "bedoelde de nieuwsbrief van een ander"


@pytest.mark.requirement("BRE-04")
async def test_the_person_is_told_in_a_letter_that_somebody_approves_and_never_the_wrong_recipient(
    office: Office,
) -> None:
    await answered(office)
    ref = office.cases()[0]["ref"]
    sanne = office.people.sanne.address
    before = len(office.letters(sanne))
    office.cli("incident", ref, "--as", "fatima", "--reason", "Uw overzicht ging naar een ander.")

    office.cli("breach", "notice", "1", "--as", "fatima")
    incomplete = office.cli("approve", ref, "--as", "fatima", fails=True)
    for name, text in FILLED.items():
        office.cli("breach", "fill", "1", "--as", "fatima", "--field", name, "--text", text)
    office.cli("breach", "notice", "1", "--as", "fatima")
    await office.step()
    assert len(office.letters(sanne)) == before
    draft = max(one["id"] for one in office.case(ref)["drafts"])
    for user in ("fatima", "femke"):
        office.cli("approve", ref, "--as", user, "--draft", str(draft))
    await office.step(minutes=1)

    assert "BRE-consequences" in incomplete
    [notice] = office.letters(sanne)[before:]
    assert "kans op valse rekeningen" in body(notice)
    assert header(notice, "In-Reply-To") == "None"


@pytest.mark.requirement("BRE-04")
async def test_whoever_says_at_the_address_of_record_that_it_is_not_for_him_is_told_nothing_more(
    office: Office,
) -> None:
    ref = await answered(office)
    sanne = office.people.sanne.address
    office.reply(office.letters(sanne)[-1], sanne, WRONG)
    await office.step()
    office.cli("incident", ref, "--as", "fatima", "--reason", "het adres is van een ander")

    refused = office.cli("breach", "notice", "1", "--as", "fatima", fails=True)

    assert "by post or phone" in refused
    assert "breach_notice" not in [one["letter"] for one in office.case(ref)["drafts"]]


async def test_not_me_before_anything_left_is_no_breach(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write("joris@elders.example", f"{SANNE_ASKS} Mijn e-mailadres bij jullie is {sanne}.")
    await office.step()

    office.reply(office.challenge_to(sanne), sanne, "NIET IK")
    await office.step(minutes=5)

    assert office.json("breach", "list")["breaches"] == []
