"""The public pages, in a running office: a challenge answered there, and the files of an answer fetched."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from servers.desk import Visitor, desk, link_in, office_with_pages
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
async def test_the_code_typed_in_on_the_page_proves_what_it_proves_by_mail(office: Office) -> None:
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
    assert (given.status, thanked.status, again.status) == (303, 200, 404)
    assert level(office, ref) == "L2"
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert kinds_of_events(office, ref).count("challenge_answered") == 1


async def test_the_page_says_nothing_of_the_person(office: Office) -> None:
    await asked(office)
    sanne = office.people.sanne
    challenge = office.challenge_to(sanne.address)

    async with desk(office) as visitor:
        shown = await visitor.get(link_in(challenge, "bevestig"))

    for secret in (sanne.address, sanne.name, code_in(challenge) or "-", passphrase_in(challenge)):
        assert secret not in shown.text


async def test_a_no_on_the_page_stops_the_case_as_a_mail_that_says_so(office: Office) -> None:
    ref = await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)
    path = link_in(challenge, "bevestig")

    async with desk(office) as visitor:
        said = await visitor.post(path, {"antwoord": "nee"})
        late = await visitor.post(path, {"antwoord": "ja", "code": code_in(challenge) or ""})
    await office.step(minutes=1)

    assert (said.status, said.headers["location"]) == (303, "/bevestig/gemeld?taal=nl")
    assert late.status == 404
    assert office.states(ref) == {"access": "needs_person"}
    assert level(office, ref) == "L0"
    assert "challenge_denied" in kinds_of_events(office, ref)


async def test_an_answer_by_mail_closes_the_page(office: Office) -> None:
    sanne = office.people.sanne.address
    await asked(office)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=5)

    async with desk(office) as visitor:
        shown = await visitor.get(link_in(challenge, "bevestig"))

    assert shown.status == 404


async def test_a_link_closes_after_three_days_and_the_code_by_mail_goes_on(office: Office) -> None:
    sanne = office.people.sanne.address
    ref = await asked(office)
    challenge = office.challenge_to(sanne)
    await office.step(days=3)

    async with desk(office) as visitor:
        shown = await visitor.get(link_in(challenge, "bevestig"))
        reminded = await visitor.get(link_in(office.letters(sanne)[-1], "bevestig"))
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=5)

    assert shown.status == 404
    assert reminded.status == 200  # the reminder came with a link of its own
    assert level(office, ref) == "L2"


@pytest.mark.parametrize("act", ["withdraw", "incident"])
async def test_what_ends_the_request_ends_its_link(office: Office, act: str) -> None:
    ref = await asked(office)
    path = link_in(office.challenge_to(office.people.sanne.address), "bevestig")
    office.cli(act, ref, "--as", "fatima", "--reason", "belde")

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
    office = Office(tmp_path, smtp_sink, SERVICE__PORT="0")
    await asked(office)
    challenge = office.challenge_to(office.people.sanne.address)
    token = "0" * 32

    assert "http" not in body(challenge).replace("https://autoriteit", "")
    office = Office(tmp_path / "b", smtp_sink, SERVICE__PORT=str(free_port()))
    async with desk(office) as visitor:
        for page in (f"/bevestig/{token}", f"/afhalen/{token}", "/pagina.css", "/bevestig/gedaan"):
            assert (await visitor.get(page)).status == 404


def free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# Fetching


async def opened(office: Office, visitor: Visitor, path: str) -> str:
    """The password was given; the ticket."""
    password = passphrase_in(office.challenge_to(office.people.sanne.address))
    page = await visitor.post(path, {"wachtwoord": password})
    assert page.status == 200, page.text
    return page.field("bewijs")


async def test_the_files_of_an_answer_are_fetched_with_the_password_as_an_ordinary_zip(office: Office) -> None:
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    letter = office.letters(office.people.sanne.address)[-1]
    password = passphrase_in(office.challenge_to(office.people.sanne.address))

    async with desk(office) as visitor:
        before = await visitor.get(path)
        listed = await visitor.post(path, {"wachtwoord": password.upper().replace("-", " ")})
        fetched = await visitor.post(path, {"bewijs": listed.field("bewijs")})

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
    [whole] = [event for event in office.case(ref)["events"] if event["kind"] == "export_fetched"]
    assert whole["values"]["hash"] == hashlib.sha256(fetched.content).hexdigest()
    assert whole["values"]["size"] == len(fetched.content)
    told = [event["values"]["hash"] for event in office.case(ref)["events"] if event["kind"] == "file_disclosed"]
    assert sorted(told) == sorted(hashlib.sha256(content).hexdigest() for content in attached.values())


async def test_files_may_be_fetched_three_times(office: Office) -> None:
    path = await answered(office)

    async with desk(office) as visitor:
        ticket = await opened(office, visitor, path)
        statuses = [(await visitor.post(path, {"bewijs": ticket})).status for _ in range(4)]
        after = await visitor.get(path)

    assert statuses == [200, 200, 200, 404]
    assert after.status == 404


async def test_files_may_be_fetched_for_seven_days(office: Office) -> None:
    path = await answered(office)
    await office.step(days=6, hours=23)
    async with desk(office) as visitor:
        in_time = await visitor.get(path)
    await office.step(hours=2)

    async with desk(office) as visitor:
        late = await visitor.get(path)

    assert (in_time.status, late.status) == (200, 404)


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


async def test_a_breach_closes_every_link_and_only_staff_may_revoke(office: Office) -> None:
    path = await answered(office)
    [ref] = [case["ref"] for case in office.cases()]
    office.cli("user", "add", "kees", "--role", "lezer")

    refused = office.cli("revoke", ref, "--as", "kees", fails=True)
    office.cli("incident", ref, "--as", "fatima", "--reason", "verkeerde ontvanger")
    async with desk(office) as visitor:
        shown = await visitor.get(path)

    assert "role may not do this" in refused
    assert shown.status == 404
    assert "no link" in office.cli("revoke", ref, "--as", "fatima", fails=True)


async def test_the_files_of_a_link_are_destroyed_with_the_export(office: Office) -> None:
    path = await answered(office)
    office.env["PRIVACYBOT_EXPORTS__LINK_DAYS"] = "60"
    await office.step(days=9)  # answered becomes closed
    await office.step(days=9)

    async with desk(office) as visitor:
        shown = await visitor.get(path)

    [ref] = [case["ref"] for case in office.cases()]
    assert "exports_destroyed" in kinds_of_events(office, ref)
    assert shown.status == 404


async def test_staff_and_the_case_file_never_read_a_token_that_was_sent(office: Office) -> None:
    path = await answered(office)
    sanne = office.people.sanne.address
    confirm = link_in(office.challenge_to(sanne), "bevestig")
    office.reply(office.letters(sanne)[-1], sanne, "Dank u wel, ik kijk ernaar.")
    await office.step(minutes=1)
    [ref] = [case["ref"] for case in office.cases()]

    read = office.cli("case", ref, "--json")

    assert "afhalen/" in read
    for token in (path.rpartition("/")[2], confirm.rpartition("/")[2]):
        assert token not in read
