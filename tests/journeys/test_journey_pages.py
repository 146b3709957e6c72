"""The public pages, in a running office: a challenge answered there, and the files of an answer fetched."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from servers.desk import Visitor, desk, link_in, office_with_pages
from servers.ground import free_port
from servers.office import Office, body, code_in, files, passphrase_in
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return office_with_pages(tmp_path, smtp_sink)


async def asked(office: Office) -> str:
    """Sanne asked for her data and was asked who she is; the reference."""
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    [case] = office.cases()
    return str(case["ref"])


async def answered(office: Office) -> str:
    """Sanne got her overview by mail; the path of the link to its files."""
    sanne = office.people.sanne.address
    ref = await asked(office)
    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=5)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    return link_in(office.letters(sanne)[-1], "afhalen")


def level(office: Office, ref: str) -> str:
    [request] = office.case(ref)["requests"]
    return str(request["level_reached"])


def kinds_of_events(office: Office, ref: str) -> list[str]:
    return [event["kind"] for event in office.case(ref)["events"]]


# Confirming


@pytest.mark.requirement("ID-01")
async def test_the_code_typed_in_on_a_page_without_a_name_proves_what_it_proves_by_mail(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)
    path = link_in(challenge, "bevestig")

    async with desk(office) as visitor:
        shown = await visitor.get(path)
        typed = (code_in(challenge) or "").lower().replace("-", " ")
        given = await visitor.post(path, {"antwoord": "ja", "code": typed})
        thanked = await visitor.get(given.headers["location"])
        again = await visitor.post(path, {"antwoord": "ja", "code": typed})
    await office.step(minutes=1)

    assert shown.status == 200
    assert ref in shown.text
    assert "inzage in uw gegevens" in shown.text
    assert "26 november 2026" in shown.text
    sanne = office.people.sanne
    for secret in (sanne.address, sanne.name, code_in(challenge) or "-", passphrase_in(challenge)):
        assert secret not in shown.text
    assert (given.status, thanked.status, again.status) == (303, 200, 404)
    assert level(office, ref) == "L2"
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert kinds_of_events(office, ref).count("challenge_answered") == 1


async def test_a_code_counts_no_try_while_the_books_cannot_be_read_and_works_afterwards(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, "Wis mijn account en al mijn gegevens, ik stop ermee.")
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    yes = {"antwoord": "ja", "code": code_in(challenge) or ""}
    path = link_in(challenge, "bevestig")

    async with desk(office) as visitor:
        aside = office.books_path.rename(office.home / "elders.sqlite")
        refused = await visitor.post(path, yes)
        aside.rename(office.books_path)
        given = await visitor.post(path, yes)

    assert (refused.status, refused.headers["retry-after"], given.status) == (503, "60", 303)
    assert "<html" in refused.text
    assert level(office, case["ref"]) == "L2"


async def test_a_no_on_the_page_stops_what_a_stranger_asked_as_a_mail_that_says_so(office: Office) -> None:
    joris, sanne = office.people.joris, office.people.sanne
    office.write("joris@elders.example", f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne.address)
    path = link_in(challenge, "bevestig")

    async with desk(office) as visitor:
        shown = await visitor.get(path)
        said = await visitor.post(path, {"antwoord": "nee"})
        late = await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})
    await office.step(minutes=1)

    assert "vanaf een ander e-mailadres" in shown.text
    assert "elders" not in shown.text
    assert joris.name not in shown.text
    assert (said.status, said.headers["location"]) == (303, "/bevestig/gemeld?taal=nl")
    assert late.status == 404
    assert office.states(case["ref"]) == {"access": "needs_person"}
    assert level(office, case["ref"]) == "L0"
    assert "challenge_denied" in kinds_of_events(office, case["ref"])


@pytest.mark.requirement("INT-13")
async def test_a_link_closes_after_three_days_the_code_by_mail_goes_on_and_closes_every_page(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office)
    challenge = office.challenge_to(sanne)
    await office.step(days=3)
    reminder = link_in(office.letters(sanne)[-1], "bevestig")

    async with desk(office) as visitor:
        shown = await visitor.get(link_in(challenge, "bevestig"))
        reminded = await visitor.get(reminder)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=5)
    async with desk(office) as visitor:
        afterwards = await visitor.get(reminder)

    assert shown.status == 404
    assert (reminded.status, afterwards.status) == (200, 404)  # the reminder came with a link of its own
    assert level(office, ref) == "L2"


async def test_a_request_that_is_withdrawn_asks_nothing_any_more(office: Office) -> None:
    ref = await asked(office)
    path = link_in(office.challenge_to(office.people.sanne.address), "bevestig")
    office.cli("withdraw", ref, "--as", "fatima", "--reason", "belde")

    async with desk(office) as visitor:
        shown = await visitor.get(path)

    assert shown.status == 404


async def test_the_page_follows_the_language_of_the_case_and_the_switch(office: Office) -> None:
    office.write(office.people.sanne.address, "Please send me a copy of all the personal data you hold about me.")
    await office.step()
    path = link_in(office.challenge_to(office.people.sanne.address), "bevestig")

    async with desk(office) as visitor:
        english = await visitor.get(path)
        dutch = await visitor.get(f"{path}?taal=nl")

    assert '<html lang="en">' in english.text
    assert "Did you ask for this?" in english.text
    assert "Heeft u dit gevraagd?" in dutch.text


async def test_without_a_public_address_there_are_no_pages_and_no_links(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, SERVICE__PORT=str(free_port()))
    await asked(office)

    assert "http" not in body(office.challenge_to(office.people.sanne.address))
    async with desk(office) as visitor:
        for page in (f"/bevestig/{32 * '0'}", f"/afhalen/{32 * '0'}", "/pagina.css", "/bevestig/gedaan"):
            assert (await visitor.get(page)).status == 404


# Fetching


async def opened(office: Office, visitor: Visitor, path: str) -> str:
    """The password was given; the ticket."""
    password = passphrase_in(office.challenge_to(office.people.sanne.address))
    page = await visitor.post(path, {"wachtwoord": password})
    assert page.status == 200, page.text
    return page.field("bewijs")


async def test_the_files_of_an_answer_are_fetched_three_times_with_the_password_as_an_ordinary_zip(
    office: Office,
) -> None:
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    letter = office.letters(office.people.sanne.address)[-1]
    password = passphrase_in(office.challenge_to(office.people.sanne.address))

    async with desk(office) as visitor:
        before = await visitor.get(path)
        listed = await visitor.post(path, {"wachtwoord": password.upper().replace("-", " ")})
        fetched, second, third, fourth = [
            await visitor.post(path, {"bewijs": listed.field("bewijs")}) for _ in range(4)
        ]
        after = await visitor.get(path)

    assert [page.status for page in (fetched, second, third, fourth, after)] == [200, 200, 200, 404, 404]
    assert fetched.content == second.content == third.content
    attached = files(letter)
    assert ref in before.text
    assert not [name for name in attached if name in before.text]
    assert all(name in listed.text for name in attached)
    assert fetched.headers["content-disposition"] == f'attachment; filename="{ref}.zip"'
    assert int(fetched.headers["content-length"]) == len(fetched.content)
    pack = zipfile.ZipFile(io.BytesIO(fetched.content))
    assert pack.testzip() is None
    assert not [entry for entry in pack.infolist() if entry.flag_bits & 0x1]  # nothing in it is encrypted
    [overview] = [name for name in attached if name.endswith(".pdf")]
    assert pack.read(overview) == attached[overview]  # byte for byte what was approved and sent
    assert any(name.endswith(".json") for name in pack.namelist())
    whole, *_ = [event for event in office.case(ref)["events"] if event["kind"] == "export_fetched"]
    assert whole["values"]["hash"] == hashlib.sha256(fetched.content).hexdigest()
    assert whole["values"]["size"] == len(fetched.content)
    told = [event["values"]["hash"] for event in office.case(ref)["events"] if event["kind"] == "file_disclosed"]
    assert sorted(told) == sorted(3 * [hashlib.sha256(content).hexdigest() for content in attached.values()])


async def test_files_may_be_fetched_for_seven_days_or_as_is_set_and_never_after_they_were_destroyed(
    office: Office,
) -> None:
    path = await answered(office)
    shown = []
    for days, passed in (("7", 6.9), ("7", 0.2), ("60", 2.0), ("60", 9.0)):
        office.env["PRIVACYBOT_EXPORTS__LINK_DAYS"] = days
        await office.step(days=passed)
        async with desk(office) as visitor:
            shown.append((await visitor.get(path)).status)

    [ref] = [case["ref"] for case in office.cases()]
    assert shown == [200, 404, 200, 404]
    assert "exports_destroyed" in kinds_of_events(office, ref)


async def test_a_link_opens_nothing_before_its_letter_was_approved_and_left(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office)
    office.reply(office.challenge_to(sanne), sanne, code_in(office.challenge_to(sanne)) or "")
    await office.step(minutes=5)
    drafted = office.cli("draft", ref)
    path = "/afhalen/" + drafted.split("/afhalen/")[1][:32]

    async with desk(office) as visitor:
        shown = await visitor.get(path)
        tried = await visitor.post(path, {"wachtwoord": passphrase_in(office.challenge_to(sanne))})

    assert (shown.status, tried.status) == (404, 404)


@pytest.mark.requirement("BRE-01")
async def test_who_uses_a_revoked_link_with_the_right_password_starts_the_breach_route(office: Office) -> None:
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    password = passphrase_in(office.challenge_to(office.people.sanne.address))

    async with desk(office) as visitor:
        ticket = await opened(office, visitor, path)
        assert "1" in office.cli("revoke", ref, "--as", "fatima")
        fetched = await visitor.post(path, {"bewijs": ticket})
        wrong = await visitor.post(path, {"wachtwoord": "aaaa-aaaa-aaaa-aaaa-aaaa"})
        assert office.json("breach", "list")["breaches"] == []
        right = await visitor.post(path, {"wachtwoord": password})

    assert (fetched.status, wrong.status, right.status) == (404, 404, 404)
    assert wrong.content == right.content
    [breach] = office.json("breach", "list")["breaches"]
    assert (breach["case"], breach["cause"]) == (ref, "revoked_link")
    assert "export_fetched" not in kinds_of_events(office, ref)


@pytest.mark.requirement("BRE-01")
async def test_what_waits_in_a_case_does_not_leave_once_a_sign_of_a_breach_was_seen(office: Office) -> None:
    sanne = office.people.sanne.address
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    password = passphrase_in(office.challenge_to(sanne))
    office.cli("passphrase", ref, "--as", "fatima")
    office.cli("approve", ref, "--as", "fatima")
    office.cli("revoke", ref, "--as", "fatima")
    before = len(office.letters(sanne))

    async with desk(office) as visitor:
        await visitor.post(path, {"wachtwoord": password})
    await office.step(hours=1)

    assert len(office.letters(sanne)) == before
    assert office.case(ref)["drafts"][-1]["state"] == "void"
    assert office.json("breach", "list")["breaches"][0]["state"] == "suspected"


async def test_a_breach_closes_every_link_only_staff_may_revoke_and_nobody_reads_a_token_that_was_sent(
    office: Office,
) -> None:
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    office.cli("user", "add", "kees", "--role", "lezer")

    confirm = link_in(office.challenge_to(office.people.sanne.address), "bevestig")
    office.reply(office.letters(office.people.sanne.address)[-1], office.people.sanne.address, "Dank u wel!")
    await office.step(minutes=1)
    read = office.cli("case", ref, "--json")
    refused = office.cli("revoke", ref, "--as", "kees", fails=True)
    office.cli("incident", ref, "--as", "fatima", "--reason", "verkeerde ontvanger")
    async with desk(office) as visitor:
        shown = await visitor.get(path)

    assert "afhalen/" in read
    assert [(link["state"], link["downloads"]) for link in office.case(ref)["links"]] == [("revoked", 0)]
    assert not [one for one in (path, confirm) if one.rpartition("/")[2] in read]
    assert "role may not do this" in refused
    assert shown.status == 404
    assert "no link" in office.cli("revoke", ref, "--as", "fatima", fails=True)
