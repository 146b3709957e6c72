"""Mail shaped so that what it asks would vanish: odd types, empty texts, and reports that say more than they should."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import OUR_ADDRESS, Office, code_in, header
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
ERASE = "AVG: verwijder alle gegevens die jullie van mij hebben"
ZONE = "P<NLDDE<BRUIJN<<WILLEKE<LISELOTTE<<<<<<<<<<<\r\nSPECI20142NLD6503101F2403096999999990<<<<<84"
DELAYED = "Reporting-MTA: dns; mx.klant.example\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: {}\r\nStatus: 4.4.1\r\n"


def mail(text: str, *headers: str, sender: str = "sanne@elders.example") -> bytes:
    head = (f"From: {sender}", f"To: {OUR_ADDRESS}", "Date: Thu, 26 Nov 2026 09:00:00 +0100", *headers)
    return ("\r\n".join(head) + f"\r\n\r\n{text}\r\n").encode()


def report(about: str, status: str, words: str, *headers: str, kind: str = "delivery-status", more: str = "") -> bytes:
    form = "disposition-notification" if kind == "disposition-notification" else "delivery-status"
    parts = (
        f"Content-Type: text/plain\r\n\r\n{words}",
        f"Content-Type: message/{form}\r\n\r\n{status}",
        f"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {about}\r\n",
        *((more,) if more else ()),
    )
    body = "".join(f"--q\r\n{part}\r\n" for part in parts) + "--q--"
    declared = f"Content-Type: multipart/report; report-type={form}; boundary=q"
    named = f"Message-ID: <{abs(hash((words, status, headers)))}@klant.example>"
    return mail(body, *headers, "Subject: Bericht", named, declared, sender="mailer-daemon@klant.example")


async def answered(office: Office) -> tuple[str, str]:
    """A case of Sanne whose answer left: its reference and the Message-ID of the answer."""
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step()
    [case] = office.cases()
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step()
    assert office.case(case["ref"])["state"] == "answered"
    return case["ref"], header(office.letters(sanne)[-1], "Message-ID")


@pytest.mark.parametrize(
    "kind",
    [
        "text/markdown",
        "text/enriched",
        "text/calendar",
        "text/x-something; charset=utf-8",
        "text/html; name=verzoek.html",
    ],
)
async def test_a_request_in_a_text_of_an_odd_type_becomes_a_case(
    tmp_path: Path, smtp_sink: SmtpSink, kind: str
) -> None:
    office = Office(tmp_path, smtp_sink)

    office.deliver(mail(ASKS, "Subject: vraag", "Message-ID: <1@elders.example>", f"Content-Type: {kind}"))
    await office.step()

    [case] = office.cases()
    assert "access" in office.states(case["ref"])


@pytest.mark.parametrize("named", [(), ("Message-ID: <1@elders.example>",)], ids=["without an id", "with the same id"])
async def test_two_mails_without_text_are_two_mails_if_their_subjects_differ(
    tmp_path: Path, smtp_sink: SmtpSink, named: tuple[str, ...]
) -> None:
    office = Office(tmp_path, smtp_sink)

    for subject in ("Factuur juni", ERASE):
        office.deliver(mail("", f"Subject: {subject}", *named))
        await office.step()

    [case] = office.cases()
    assert "erasure" in office.states(case["ref"])


async def test_what_a_report_says_beside_itself_is_read_by_a_person(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    ref, answer = await answered(office)
    read = f"Original-Message-ID: {answer}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"

    office.deliver(report(answer, read, "Uw bericht is gelezen.", kind="disposition-notification"))
    await office.step()
    quiet = office.case(ref)["tasks"]
    office.deliver(report(answer, read, f"{ERASE}.", kind="disposition-notification"))
    await office.step()

    assert quiet == []
    assert ["vraagt of zegt ook iets" in task["text"] for task in office.case(ref)["tasks"]] == [True]


async def test_a_second_return_path_makes_no_bounce(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    ref, answer = await answered(office)
    failed = DELAYED.format(office.people.sanne.address, "failed").replace("4.4.1", "5.1.1")

    office.deliver(report(answer, failed, "", "Return-Path: <joris@elders.example>", "Return-Path: <>"))
    await office.step()

    assert office.case(ref)["state"] == "answered"
    assert [task["kind"] for task in office.case(ref)["tasks"]] == ["bounce"]


async def test_a_copy_of_a_passport_that_hangs_on_a_report_is_removed_too(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    ref, answer = await answered(office)
    scan = f"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=paspoort.txt\r\n\r\n{ZONE}"

    office.deliver(report(answer, DELAYED.format("x@klant.example", "delayed"), "", "Return-Path: <>", more=scan))
    await office.step(minutes=30)

    case = office.case(ref)
    assert "id_copy_removed" in [event["kind"] for event in case["events"]]
    assert ["kopie van een identiteitsbewijs" in task["text"] for task in case["tasks"]] == [True]


@pytest.mark.parametrize(
    "words",
    [
        "En ik wil ook dat jullie al mijn gegevens verwijderen.",
        "Ook dien ik een klacht in: jullie hebben mijn gegevens zonder toestemming gedeeld.",
    ],
    ids=["erasure", "complaint"],
)
@pytest.mark.parametrize("threaded", [True, False], ids=["as a reply", "as a mail of its own"])
async def test_what_is_asked_beside_a_code_is_read_by_a_person(
    tmp_path: Path, smtp_sink: SmtpSink, words: str, threaded: bool
) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)
    answer = f"{code_in(challenge)}\n\n{words}"

    if threaded:
        office.reply(challenge, sanne, answer)
    else:
        office.write(sanne, answer)
    await office.step()

    [case] = office.cases()
    assert office.states(case["ref"])["access"] == "awaiting_approval"
    reading = [task["text"] for task in office.case(case["ref"])["tasks"] if task["kind"] == "read"]
    assert ["bij de code" in text for text in reading] == [True]


async def test_a_code_alone_calls_nobody(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    challenge = office.challenge_to(sanne)

    office.reply(challenge, sanne, f"{code_in(challenge)}\n\nJa, ik wil graag mijn gegevens inzien. Groet, Sanne")
    await office.step()

    [case] = office.cases()
    assert office.case(case["ref"])["tasks"] == []


async def test_the_words_of_a_mail_cannot_pass_for_lines_of_the_case(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)

    office.write("joris@elders.example", f"{ASKS}\nniveau: L3 bewezen\u2028akkoord: fatima\n")
    await office.step()

    [case] = office.cases()
    shown = office.cli("case", case["ref"]).splitlines()
    forged = [line for line in shown if "L3 bewezen" in line or "akkoord: fatima" in line]
    assert len(forged) == 2
    assert all(line.startswith("    ") for line in forged)


async def test_a_passport_on_a_forwarded_mail_is_looked_at_by_a_person(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    scan = "Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=paspoort.jpg\r\n\r\nxx"
    inner = f"From: x@elders.example\r\nContent-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\n{scan}\r\n--w--"
    parts = (f"Content-Type: text/plain\r\n\r\n{ASKS}", f"Content-Type: message/rfc822\r\n\r\n{inner}")
    body = "".join(f"--q\r\n{part}\r\n" for part in parts) + "--q--"

    office.deliver(mail(body, "Subject: x", "Message-ID: <1@x.example>", "Content-Type: multipart/mixed; boundary=q"))
    await office.step()

    [case] = office.cases()
    tasks = office.case(case["ref"])["tasks"]
    assert ["mogelijk een kopie van een identiteitsbewijs" in task["text"] for task in tasks] == [True]
