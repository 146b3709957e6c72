"""A01 and A13 to A15: who a mail says it is from is looked into, told to staff, and never proof of who asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.front_door import client_at, front_door
from servers.nameserver import SILENT, NameServer
from servers.office import OUR_ADDRESS, Office, code_in
from servers.signing import SELECTOR, key_record, signed
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
OURS = "mx.kleinboek.nl"
HOP = f"Received: from mail.elders.example (mail.elders.example [203.0.113.9]) by {OURS} (Postfix)"
RESULTS = {
    "AUTHENTICATION__MODE": "results",
    "AUTHENTICATION__AUTHSERV_ID": OURS,
    "AUTHENTICATION__MX_HOST": OURS,
}


@pytest.fixture(scope="module")
def _name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def names(_name_server: NameServer) -> NameServer:
    _name_server.say({})
    return _name_server


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, **RESULTS)


def own_office(tmp_path: Path, sink: SmtpSink, names: NameServer, **more: str) -> Office:
    return Office(tmp_path, sink, AUTHENTICATION__DNS_SERVERS=names.address, **more)


def mail(office: Office, sender: str, *above: str, number: int = 1, text: str = ASKS) -> bytes:
    """A request with these header lines above the others; the Message-ID stands first of the others."""
    lines = (
        *above,
        f"Message-ID: <{number}@klant.example>",
        f"From: {sender}",
        f"To: {OUR_ADDRESS}",
        "Subject: Mijn gegevens",
        f"Date: {office.now:%a, %d %b %Y %H:%M:%S %z}",
    )
    return "\r\n".join((*lines, "", text, "")).encode()


def results(domain: str, word: str) -> str:
    return f"Authentication-Results: {OURS}; dmarc={word} (p=reject dis=none) header.from={domain}"


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def checks(office: Office, ref: str) -> list[dict[str, Any]]:
    return [message["sender_check"] for message in office.case(ref)["messages"] if message["direction"] == "in"]


def open_tasks(office: Office, ref: str, kind: str = "sender") -> list[str]:
    return [task["text"] for task in office.case(ref)["tasks"] if task["kind"] == kind and not task["done_at"]]


async def test_a01_a_false_sender_gets_no_receipt_and_the_customer_is_asked_once_a_day(office: Office) -> None:
    sanne = office.people.sanne.address
    false = results(domain_of(sanne), "fail")

    with capture_logs() as lines:
        for number in (1, 2):
            office.deliver(mail(office, sanne, false, HOP, number=number, text=f"{ASKS} ({number})"))
            await office.step(minutes=5)

    [case] = office.cases()
    found = office.case(case["ref"])
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    assert [request["level_reached"] for request in found["requests"]] == ["L0"]
    assert [bool(code_in(letter)) for letter in office.letters()] == [True]
    assert [letter.to for letter in office.letters()] == [(sanne,)]
    assert [check["verdict"] for check in checks(office, case["ref"])] == ["fail", "fail"]
    assert "niet echt" in open_tasks(office, case["ref"])[0]
    assert "NIET ECHT" in office.cli("case", case["ref"])
    assert lines == []


async def test_a01_a_false_sender_who_is_unknown_gets_as_little(office: Office) -> None:
    office.deliver(mail(office, "niemand@elders.example", results("elders.example", "fail"), HOP))
    await office.step()

    [case] = office.cases()
    assert case["state"] == "needs_person"
    assert office.letters() == []


async def test_a01_a_false_sender_needs_proof_for_what_an_address_alone_could_ask(office: Office) -> None:
    tess = office.people.newsletter_only.address
    text = "Ik maak bezwaar tegen reclame: gebruik mijn gegevens niet meer voor jullie nieuwsbrief."
    office.deliver(mail(office, tess, results(domain_of(tess), "fail"), HOP, text=text))
    await office.step()

    [case] = office.cases()
    assert {request["level_required"] for request in office.case(case["ref"])["requests"]} == {"L2"}


async def test_a01_the_right_code_from_a_false_sender_gives_no_level(office: Office) -> None:
    sanne = office.people.sanne.address
    office.deliver(mail(office, sanne, results(domain_of(sanne), "pass"), HOP))
    await office.step()
    code = code_in(office.challenge_to(sanne))

    office.deliver(mail(office, sanne, results(domain_of(sanne), "fail"), HOP, number=2, text=str(code)))
    await office.step(minutes=1)

    [case] = office.cases()
    assert [request["level_reached"] for request in office.case(case["ref"])["requests"]] == ["L0"]
    assert any("de afzender is niet echt" in text for text in open_tasks(office, case["ref"], "look"))


async def test_a01_over_smtp_the_server_that_hands_it_over_is_looked_up_and_forgotten(
    tmp_path: Path, smtp_sink: SmtpSink, names: NameServer
) -> None:
    office = own_office(tmp_path, smtp_sink, names, AUTHENTICATION__BORDER="true")
    sanne = office.people.sanne.address
    names.say({f"_dmarc.{domain_of(sanne)}": "v=DMARC1; p=reject", domain_of(sanne): "v=spf1 -all"})

    async with front_door(office) as port, client_at(port, b"EHLO elders.example") as client:
        answer = await client.hand_over(mail(office, sanne), sanne)
    await office.step()

    [case] = office.cases()
    assert answer.startswith(b"250")
    assert [check["verdict"] for check in checks(office, case["ref"])] == ["fail"]
    assert [bool(code_in(letter)) for letter in office.letters()] == [True]
    with sqlite3.connect(office.home / "archive.sqlite") as archive:
        assert archive.execute("SELECT count(*) FROM mails WHERE connection IS NOT NULL").fetchone() == (0,)
    archive.close()


async def test_a13_what_a_stranger_writes_in_our_servers_name_counts_nothing(office: Office) -> None:
    sanne, joris = office.people.sanne.address, "joris@elders.example"
    domain = domain_of(sanne)
    forged = results(domain, "pass")
    swallowed = (
        f"Authentication-Results: {OURS}; dkim=pass header.d=x; dmarc=pass header.from={domain} (; dmarc=fail "
        f"header.from={domain}; spf=fail smtp.mailfrom=a)b@elders.example"
    )
    tricks = (
        (results(domain, "fail"), HOP, forged, HOP, forged),
        (HOP, forged),
        (HOP, f"ARC-{forged.replace(': ', ': i=1; ')}", f"X-{forged}", "X-MS-Exchange-Organization-AuthAs: Anonymous"),
        (swallowed, HOP),
        (f"Authentication-Results: {OURS}; dkim=pass header.d={domain}'a.elders.example", HOP),
        (forged.replace(OURS, f"{OURS}.elders.example"), HOP),
    )
    with capture_logs() as lines:
        for number, above in enumerate(tricks):
            office.deliver(mail(office, sanne, *above, number=number, text=f"{ASKS} ({number})"))
        await office.step()

    [case] = office.cases()
    verdicts = [check["verdict"] for check in checks(office, case["ref"])]
    assert sorted(verdicts) == ["fail", *["none"] * 5]
    assert [request["level_reached"] for request in office.case(case["ref"])["requests"]] == ["L0"]
    assert office.letters(joris) == []
    assert lines == []


async def test_a14_a_genuine_mail_sent_again_is_flagged_and_proves_no_more_than_the_first(
    tmp_path: Path, smtp_sink: SmtpSink, names: NameServer
) -> None:
    office = own_office(tmp_path, smtp_sink, names)
    sanne = office.people.sanne.address
    domain = domain_of(sanne)
    names.say({f"{SELECTOR}._domainkey.{domain}": key_record(), f"_dmarc.{domain}": "v=DMARC1; p=reject"})
    headers = ("from", "to", "subject", "date")
    genuine = signed(mail(office, sanne), domain, at=office.now - timedelta(days=4), headers=headers)

    with capture_logs() as lines:
        for copy in (genuine, genuine, genuine.replace(b"<1@klant.example>", b"<2@klant.example>")):
            office.deliver(copy)
            await office.step(minutes=1)

    [case] = office.cases()
    first, again = checks(office, case["ref"])  # the exact copy is the same mail
    assert (first["verdict"], again["verdict"]) == ("pass", "pass")
    assert "oud bericht" in first["flags"][0]
    assert "dezelfde handtekening" in again["flags"][-1]
    assert any("dezelfde handtekening" in text for text in open_tasks(office, case["ref"]))
    assert [request["level_reached"] for request in office.case(case["ref"])["requests"]] == ["L0"]
    assert len([letter for letter in office.letters() if code_in(letter)]) == 1
    assert lines == []


async def test_a15_what_is_not_signed_whole_is_not_signed(
    tmp_path: Path, smtp_sink: SmtpSink, names: NameServer
) -> None:
    office = own_office(tmp_path, smtp_sink, names)
    sanne = office.people.sanne.address
    domain = domain_of(sanne)
    names.say({f"{SELECTOR}._domainkey.{domain}": key_record(), f"_dmarc.{domain}": "v=DMARC1; p=reject"})
    plain = mail(office, sanne)
    at = office.now

    for raw in (
        signed(plain, domain, at=at, length=10).replace(b"opgeslagen?", b"opgeslagen? En wis daarna alles."),
        signed(plain, domain, at=at, headers=("to", "subject", "date")),
        signed(plain, domain, at=at, headers=("from", "to", "date")).replace(b"Mijn gegevens", b"Wis alles"),
    ):
        office.deliver(raw)
        await office.step(minutes=1)

    found = [check for case in office.cases() for check in checks(office, case["ref"])]
    assert {check["verdict"] for check in found} == {"none"}
    assert len(found) >= 2
    assert all("ondertekend" in check["reasons"][0] for check in found)


async def test_a_name_server_that_is_silent_holds_no_mail_up_and_is_asked_again(
    tmp_path: Path, smtp_sink: SmtpSink, names: NameServer
) -> None:
    office = own_office(tmp_path, smtp_sink, names, AUTHENTICATION__SECONDS="2")
    sanne = office.people.sanne.address
    domain = domain_of(sanne)
    names.say({f"{SELECTOR}._domainkey.{domain}": SILENT})
    office.deliver(signed(mail(office, sanne), domain, at=office.now))
    await office.step()
    [case] = office.cases()
    assert [check["verdict"] for check in checks(office, case["ref"])] == ["temporary"]

    names.say({f"{SELECTOR}._domainkey.{domain}": key_record()})
    await office.step(minutes=15)

    assert [check["verdict"] for check in checks(office, case["ref"])] == ["pass"]


async def test_ordinary_mail_asks_no_name_server(tmp_path: Path, smtp_sink: SmtpSink, names: NameServer) -> None:
    office = own_office(tmp_path, smtp_sink, names)
    words = "Hoe stel ik de btw-code van een factuur in? De knop doet het niet."
    office.deliver(signed(mail(office, "klant@elders.example", text=words), "elders.example", at=office.now))
    await office.step()

    assert office.cases() == []
    assert names.asked == []
