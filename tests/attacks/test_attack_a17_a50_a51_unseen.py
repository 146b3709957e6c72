"""A17, A50 and A51: what one reader sees and another does not never decides, and nothing is fetched or confirmed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from servers.office import Office, header
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

ORDINARY = "Kunnen jullie mij de factuur van maart nog eens sturen?"
ACCESS = "Graag een kopie van al mijn gegevens die jullie van mij hebben."
ERASURE = "Verwijder al mijn gegevens en mijn account."


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def mail(office: Office, body: str, *, kind: str = "text/html; charset=utf-8", extra: str = "") -> bytes:
    return (
        f"From: Sanne de Vries <{office.people.sanne.address}>\r\nTo: info@kleinboek.nl\r\nSubject: Vraag\r\n"
        f"Date: Thu, 26 Nov 2026 09:00:00 +0100\r\nMessage-ID: <{abs(hash(body + kind + extra))}@klant.example>\r\n"
        f"MIME-Version: 1.0\r\n{extra}Content-Type: {kind}\r\n\r\n{body}\r\n"
    ).encode()


def two_forms(office: Office, plain: str, page: str) -> bytes:
    parts = (("text/plain", plain), ("text/html", f"<p>{page}</p>"))
    body = "".join(f"--grens\r\nContent-Type: {kind}\r\n\r\n{words}\r\n" for kind, words in parts)
    return mail(office, body + "--grens--", kind="multipart/alternative; boundary=grens")


async def read(office: Office, raw: bytes) -> None:
    """The mail comes in and everything that is due is done; nothing of it may be said in the log."""
    with capture_logs() as lines:
        office.deliver(raw)
        await office.step()
    assert not [line for line in lines if "Sanne" in str(line) or "gegevens" in str(line)]


async def test_a50_a_hidden_erasure_decides_nothing_and_staff_see_it_marked(office: Office) -> None:
    ways = (
        "<span style='display:none !important'>{}</span>",
        "<font color='#fefefe'>{}</font>",
        "<style>i {{ font-size:0 }}</style><i>{}</i>",
    )
    page = "".join(way.format(ERASURE) for way in ways)

    await read(office, mail(office, f"<p>{ACCESS}</p>{page}"))

    [case] = office.cases()
    shown = office.case(case["ref"])
    assert office.states(case["ref"]) == {"access": "needs_person"}
    assert "verborgen tekst" in str(shown["events"])
    [message] = shown["messages"]
    before, mark, behind = message["text"].partition("[verborgen tekst]")
    assert (ERASURE in before, bool(mark), behind.count(ERASURE)) == (False, True, len(ways))
    assert office.letters() == []


@pytest.mark.parametrize("way", ["<div style='display:none;max-height:0'>{}</div>", "<!-- {} -->"])
async def test_a50_an_ordinary_mail_that_hides_something_stays_ordinary(office: Office, way: str) -> None:
    await read(office, mail(office, f"{way.format(ERASURE)}<p>{ORDINARY}</p>"))

    assert office.cases() == []
    assert office.letters() == []


async def test_a50_signs_without_width_split_no_word(office: Office) -> None:
    split = "\u200b\u200c\u2060\U000e0041".join(ACCESS)

    await read(office, mail(office, f"<p>{split}</p>"))

    [case] = office.cases()
    assert set(office.states(case["ref"])) == {"access"}


async def test_a17_two_forms_that_ask_different_things_go_to_a_person_who_sees_both(office: Office) -> None:
    await read(office, two_forms(office, ORDINARY, ERASURE))

    [case] = office.cases()
    shown = office.case(case["ref"])
    assert office.states(case["ref"]) == {"erasure": "needs_person"}
    [message] = shown["messages"]
    assert (
        message["text"].index(ORDINARY)
        < message["text"].index("[de opgemaakte versie")
        < message["text"].index(ERASURE)
    )
    assert "verschillen" in str(shown["events"])
    assert office.letters() == []


async def test_a17_two_forms_that_ask_the_same_need_nobody(office: Office) -> None:
    await read(office, two_forms(office, ACCESS, f"{ACCESS} Dit bericht komt met groeten uit de mooie stad Utrecht."))

    [case] = office.cases()
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}


async def test_a17_a_mail_that_says_twice_what_it_is_goes_to_a_person(office: Office) -> None:
    await read(office, mail(office, ACCESS, extra="Content-Type: text/plain; charset=utf-8\r\n"))

    [case] = office.cases()
    assert office.states(case["ref"]) == {"access": "needs_person"}
    assert office.letters() == []


async def test_a17_a_request_in_a_form_too_many_is_seen(office: Office) -> None:
    inner = f"--een\r\nContent-Type: text/plain\r\n\r\n{ORDINARY}\r\n--een\r\nContent-Type: text/plain\r\n\r\n"
    body = f"{inner}{ERASURE}\r\n--een\r\nContent-Type: text/html\r\n\r\n<p>{ORDINARY}</p>\r\n--een--"

    await read(office, mail(office, body, kind="multipart/alternative; boundary=een"))

    [case] = office.cases()
    assert set(office.states(case["ref"])) == {"erasure"}


async def test_a51_no_pixel_is_fetched_and_no_receipt_for_reading_is_sent(office: Office) -> None:
    visits: list[str] = []

    async def visited(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append("seen")
        writer.close()

    async with await asyncio.start_server(visited, "127.0.0.1", 0) as server:
        spy = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        wishes = "".join(
            f"{name}: <joris@elders.example>\r\n"
            for name in ("Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To")
        )
        page = f"<link rel=stylesheet href='{spy}a.css'><p>{ACCESS}<img src='{spy}p.gif' width=1 height=1></p>"
        page += f"<div style='background:url({spy}b.png)'><iframe src='{spy}c'></iframe></div>"
        await read(office, mail(office, page, extra=wishes))

    [case] = office.cases()
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    assert visits == []
    assert office.letters("joris@elders.example") == []
    assert not [sent for sent in office.letters() if "disposition-notification" in header(sent, "Content-Type")]
    assert {address for sent in office.letters() for address in sent.to} == {office.people.sanne.address}
