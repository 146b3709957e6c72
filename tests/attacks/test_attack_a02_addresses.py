"""A02 to A12: an address that two readers read differently, or that the eye takes for another, is nobody's."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import OUR_ADDRESS, Office, body, code_in
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
EVIL = "kwaad@elders.example"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, AUTHENTICATION__MODE="none")


def mail(first: str, number: int = 0, text: str = ASKS) -> bytes:
    """A request whose sender stands in these raw header lines, above all others."""
    rest = f"To: {OUR_ADDRESS}\r\nSubject: Mijn gegevens\r\nMessage-ID: <{number}@elders.example>\r\n"
    return f"{first}\r\n{rest}Content-Type: text/plain; charset=utf-8\r\n\r\n{text} ({number})\r\n".encode()


async def taken_in(office: Office, *firsts: str, text: str = ASKS) -> None:
    """Every one of these mails read; nothing of them in the log."""
    with capture_logs() as lines:
        for number, first in enumerate(firsts):
            office.deliver(mail(first, number, text))
        await office.step()
    assert lines == []


TWO_READINGS = {
    "a03_encoded": (
        "From: =?utf-8?q?{sanne}?=, <kwaad@elders.example>",
        "From: =?utf-8?q?=3C{sanne}=3E?= <kwaad@elders.example>, x@elders.example",
        "From: <=?utf-8?q?{sanne}?=>",
    ),
    "a04_two_headers": (
        "From: {sanne}\r\nFrom: kwaad@elders.example",
        "From: kwaad@elders.example\r\nFrom: {sanne}",
        "From: {sanne}\r\nFROM: {sanne}",
    ),
    "a05_odd_header_lines": (
        "From : {sanne}\r\nFrom: kwaad@elders.example",
        "From: kwaad@elders.example\r\nFrom : {sanne}",
        " From: {sanne}\r\nFrom: kwaad@elders.example",
        "From\r\n : {sanne}",
    ),
    "a06_several_addresses": (
        "From: {sanne}, kwaad@elders.example",
        "From: kwaad@elders.example; {sanne}",
        "From: <{sanne}>, <kwaad@elders.example>",
    ),
    "a07_route_group_quotes_comment": (
        "From: <@elders.example,@x.example:{sanne}>",
        "From: {sanne}:kwaad@elders.example;",
        "From: <{sanne}>\\,<kwaad@elders.example>",
        "From: {sanne} (kwaad@elders.example)",
        'From: "sanne"@klant.example',
    ),
    "a08_where_libraries_disagree": (
        "From: {sanne})kwaad@elders.example",
        "From: {sanne}<kwaad@elders.example>",
        "From: <kwaad@elders.example>{sanne}",
    ),
    "a10_other_alphabets": (
        "From: s\u0430nne@klant.example",
        "From: \uff53anne@klant.example",
        "From: sanne@klant\u3002example",
    ),
}


@pytest.mark.parametrize("firsts", TWO_READINGS.values(), ids=TWO_READINGS.keys())
async def test_a_sender_that_can_be_read_in_two_ways_is_nobody_and_a_person_looks(
    office: Office, firsts: tuple[str, ...]
) -> None:
    sanne = office.people.sanne.address

    await taken_in(office, *(first.format(sanne=sanne) for first in firsts))

    found = [office.case(case["ref"]) for case in office.cases()]
    assert [case["customer"]["sender"] for case in found] == [None] * len(firsts)
    assert {request["state"] for case in found for request in case["requests"]} == {"needs_person"}
    assert office.letters() == []
    assert "afzender niet eenduidig" in office.cli("case", found[0]["ref"])


async def test_a02_a_name_that_looks_like_an_address_is_only_a_name(office: Office) -> None:
    sanne = office.people.sanne.address

    await taken_in(office, f'From: "{sanne}" <{EVIL}>')

    [case] = office.cases()
    assert office.case(case["ref"])["customer"]["sender"] == EVIL
    assert office.letters(sanne) == []
    assert all(code_in(letter) is None for letter in office.letters())
    assert "toont een ander adres dan het zijne" in " ".join(office.cli("case", case["ref"]).split())


async def test_a09_a_look_alike_of_the_customers_address_is_another_with_both_spelled_out(office: Office) -> None:
    sanne = office.people.sanne
    local, _, domain = sanne.address.rpartition("@")
    cyrillic = domain.replace("a", "\u0430").encode("idna").decode()
    alike = (f"{local}@{cyrillic}", f"{local}@{domain.replace('l', 'i')}")
    assert sanne.address not in alike

    for address in alike:
        await taken_in(office, f"From: {address}", text=f"{ASKS} Mijn klantnummer is {sanne.customer_number}.")

    told = [task["text"] for case in office.cases() for task in office.case(case["ref"])["tasks"]]
    assert all(any(address in text and sanne.address in text for text in told) for address in alike)
    assert "CYRILLIC SMALL LETTER A" in "".join(office.cli("case", case["ref"]) for case in office.cases())
    assert all(code_in(letter) is None for address in alike for letter in office.letters(address))


async def test_a09_a_look_alike_that_names_nothing_is_flagged_as_well_and_answered_as_anybody(office: Office) -> None:
    sanne = office.people.sanne.address
    alike = sanne.replace("klant", "kiant")

    await taken_in(office, f"From: {alike}")

    [case] = office.cases()
    told = [task["text"] for task in office.case(case["ref"])["tasks"]]
    assert f"twee adressen die op elkaar lijken: {alike} schreef, {sanne} staat in het record" in told
    assert office.letters(sanne) == []
    assert [letter.to for letter in office.letters()] == [(alike,)]
    assert sanne not in body(office.letters(alike)[0])


async def test_a09_a_look_alike_of_our_own_domain_is_named(office: Office) -> None:
    await taken_in(office, "From: info@kieinboek.nl")

    [case] = office.cases()
    assert "lijkt op het onze" in " ".join(office.cli("case", case["ref"]).split())


async def test_a11_a_sub_address_or_a_dot_more_is_another_address(office: Office) -> None:
    sanne = office.people.sanne.address
    local, _, domain = sanne.rpartition("@")
    others = (f"{local}+avg@{domain}", f"{local[0]}.{local[1:]}@{domain}")

    await taken_in(office, *(f"From: {other}" for other in others))

    assert sorted(office.case(case["ref"])["customer"]["sender"] for case in office.cases()) == sorted(others)
    assert office.letters(sanne) == []
    assert all(code_in(letter) is None for letter in office.letters())


async def test_a11_capitals_alone_make_no_other_address(office: Office) -> None:
    sanne = office.people.sanne.address

    await taken_in(office, f"From: {sanne.upper()}")

    assert code_in(office.challenge_to(sanne))


async def test_a12_no_letter_follows_reply_to_sender_or_resent_from(office: Office) -> None:
    sanne = office.people.sanne.address

    await taken_in(
        office, f"From: {sanne}\r\nReply-To: {EVIL}\r\nSender: {EVIL}\r\nResent-From: {EVIL}\r\nReturn-Path: <{EVIL}>"
    )

    [case] = office.cases()
    shown = " ".join(office.cli("case", case["ref"]).split())
    assert {letter.to for letter in office.letters()} == {(sanne,)}
    assert "antwoorden moeten naar een ander adres dan dat van de afzender" in shown
    assert "door een ander adres verstuurd dan dat van de afzender" in shown
    assert "door een ander adres doorgestuurd" in shown
