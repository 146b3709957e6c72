"""Attachments as weapons: a copy of an identity document (A44), and files made to break or to fool (A49)."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from servers.documents import docx_of, odt_of, pdf_of, signed_of, tnef_of, with_files, zip_of
from servers.office import OUR_ADDRESS, Office, header
from servers.smtp_sink import SmtpSink

from bot.rooms import Rooms
from bot.store.quarantine import removed_at

SANNE = "sanne@klant.example"
JORIS = "joris@klant.example"
ASKS = "Graag ontvang ik een kopie van alle persoonsgegevens die u van mij heeft (artikel 15 AVG)."
ZONE = ("P<NLDDE<VRIES<<SANNE<<<<<<<<<<<<<<<<<<<<<<<<<", "SPECI20142NLD6503101F2403096123456782<<<<<84")
OCTETS = "application/octet-stream"
BSN = "123456782"
PASSPORT = b"\xff\xd8\xff\xe0" + b"passport of Sanne" * 3000
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of virus scanners, in two halves so that none finds it here."""


@pytest.fixture(autouse=True)
def discreet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever was logged names nobody and no file."""
    yield
    said = "".join(capfd.readouterr()).lower()
    assert not [word for word in (SANNE, JORIS, "vries", BSN, "paspoort", "brief.", "traceback") if word in said]


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, LOG__LEVEL="debug")


def mail(sender: str, words: str, *files: tuple[str, str, bytes], subject: str = "Verzoek") -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, OUR_ADDRESS, subject
    made["Message-ID"] = f"<{hashlib.sha256(repr((sender, words, files)).encode()).hexdigest()[:20]}@klant.example>"
    made["Date"] = "Thu, 26 Nov 2026 09:00:00 +0100"
    made.set_content(words)
    for name, kind, content in files:
        made.add_attachment(content, *kind.split("/"), filename=name)
    return made.as_bytes()


def whole(office: Office) -> dict[str, Any]:
    (one,) = office.cases()
    return office.case(one["ref"])


def kept(office: Office) -> list[bytes]:
    """The bytes of every mail that our store still holds."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            mails = [one for case in tx.cases.listed() for one in tx.mails.of_case(case.id)]
            return [tx.mails.raw(one.id) for one in mails if one.has_content]
    finally:
        rooms.close_now()


def gone_on(office: Office) -> datetime | None:
    """When the copy had gone from the mailbox too, as the answer says it."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            return removed_at(tx, tx.cases.listed()[0].id)
    finally:
        rooms.close_now()


async def test_a44_an_id_scan_raises_no_level_and_is_gone_from_our_store_at_once(office: Office) -> None:
    letter = pdf_of("Geachte heer,", ASKS)
    raw = mail(
        JORIS,
        f"{ASKS} Zie mijn paspoort.",
        ("paspoort.jpg", "image/jpeg", PASSPORT),
        ("brief.pdf", "application/pdf", letter),
    )
    office.deliver(raw)
    await office.step()

    case = whole(office)
    assert {request["level_reached"] for request in case["requests"]} == {"L0"}
    assert [task["kind"] for task in case["tasks"] if task["done_at"] is None] == ["id_copy"]
    removed = [event["values"] for event in case["events"] if event["kind"] == "id_copy_removed"]
    assert [one["hash"] for one in removed] == [hashlib.sha256(PASSPORT).hexdigest()]
    order = [event["kind"] for event in case["events"] if event["kind"] in ("sender_checked", "id_copy_removed")]
    assert order == ["sender_checked", "id_copy_removed"]  # a signature holds only for the whole mail
    assert "[kopie identiteitsbewijs verwijderd: image/jpeg" in case["messages"][0]["text"]
    (stored,) = kept(office)
    assert len(stored) < len(raw) - len(PASSPORT)
    assert stored.startswith(raw[:200])
    assert hashlib.sha256(PASSPORT).hexdigest().encode() in stored
    assert b"brief.pdf" in stored
    assert b"paspoort.jpg" not in stored
    assert gone_on(office) is None
    office.cli("user", "add", "fatima-post", "--role", "behandelaar")
    office.cli("task", "done", str(case["tasks"][0]["id"]), "--as", "fatima-post")
    assert gone_on(office) is not None


@pytest.mark.requirement("ID-04", "ID-05")
async def test_a44_a_citizen_service_number_planted_in_a_scan_is_nowhere(office: Office) -> None:
    letter = pdf_of(ASKS, f"Mijn BSN is {BSN}.")
    scan = pdf_of("KONINKRIJK DER NEDERLANDEN", f"BSN {BSN}", *ZONE)
    office.deliver(
        mail(
            JORIS,
            "Zie bijlage.",
            ("scan.pdf", "application/pdf", scan),
            ("brief.pdf", "application/pdf", letter),
        )
    )
    await office.step()

    case = whole(office)
    assert BSN not in json.dumps(case)
    assert "SPECI20142" not in json.dumps(case)
    assert ASKS in case["messages"][0]["text"]
    assert not [one for one in office.letters() if BSN.encode() in one.raw]


@pytest.mark.requirement("ID-04")
async def test_a44_under_a_legal_hold_a_copy_goes_and_all_else_of_the_case_stays(office: Office) -> None:
    office.deliver(mail(JORIS, ASKS))
    await office.step()
    ref = whole(office)["ref"]
    office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP")
    letter = pdf_of("Bijlage bij de klacht.")
    files = (("paspoort.jpg", "image/jpeg", PASSPORT), ("brief.pdf", "application/pdf", letter))
    thread = f"In-Reply-To: {header(office.letters(JORIS)[0], 'Message-ID')}\n".encode()
    office.deliver(thread + mail(JORIS, "Hierbij mijn paspoort.", *files, subject=f"Re: {ref}"))
    await office.step()
    office.cli("withdraw", ref, "--as", "femke", "--reason", "de AP is klaar")
    await office.step(days=1000)

    case = office.case(ref)
    removed = [event["values"]["hash"] for event in case["events"] if event["kind"] == "id_copy_removed"]
    assert removed == [hashlib.sha256(PASSPORT).hexdigest()]
    first, second = kept(office)
    assert first.endswith(mail(JORIS, ASKS)[-40:])
    assert b"paspoort.jpg" not in second
    assert b"brief.pdf" in second
    assert ASKS in case["messages"][0]["text"]


def _deep_zip() -> bytes:
    inside = zip_of(a_txt=bytes(1_000_000))
    for _ in range(100):
        inside = zip_of(n_zip=inside)
    return inside


def _bomb() -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        container.writestr("word/document.xml", b"<w>" + b" " * 60_000_000)
    return kept.getvalue()


def _nested_mail(levels: int) -> bytes:
    inside = mail(JORIS, "Verwijder al mijn gegevens.")
    for _ in range(levels):
        inside = b"From: joris@klant.example\r\nContent-Type: message/rfc822\r\n\r\n" + inside
    return inside


_SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.launchURL\\(1\\)) >> /Names << /EmbeddedFiles << /Names [] >> >>"
_XML_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (c + 1, b"&%c;" % c * 20) for c in range(97, 110))
    + b"]><w>&n;</w>"
)
WEAPONS: dict[str, tuple[str, str, bytes]] = {
    "eicar": ("brief.pdf", "application/pdf", EICAR),
    "a zip of zips": ("brief.zip", "application/zip", _deep_zip()),
    "a zip bomb called docx": ("brief.docx", OCTETS, _bomb()),
    "an entity bomb": (
        "brief.docx",
        OCTETS,
        with_files(docx_of("x"), word__document_xml=_XML_BOMB),
    ),
    "an entity bomb in odt": ("brief.odt", OCTETS, with_files(odt_of("x"), content_xml=_XML_BOMB)),
    "a pdf with a script": ("brief.pdf", "application/pdf", pdf_of("Beste", extra=_SCRIPT)),
    "a macro": ("brief.docx", "application/msword", with_files(docx_of("x"), word__vbaProject_bin=b"Sub AutoOpen")),
    "an invitation": ("brief.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"),
    "rtf without end": ("brief.rtf", "application/rtf", b"{\\rtf1 " + b"{\\b" * 400_000),
    "a broken winmail.dat": ("winmail.dat", "application/ms-tnef", tnef_of("x", a_pdf=bytes(900))[:700]),
}


async def test_a49_no_attachment_stops_its_mail_or_another_and_nothing_more_leaves(office: Office) -> None:
    for number, weapon in enumerate(WEAPONS.values()):
        office.deliver(mail(f"joris{number}@klant.example", ASKS, weapon))
    office.deliver(mail(office.people.sanne.address, ASKS))
    await office.step()

    cases = [office.case(one["ref"]) for one in office.cases()]
    assert len(cases) == len(WEAPONS) + 1
    assert all([request["kind"] for request in case["requests"]] == ["access"] for case in cases)
    states = {case["customer"]["sender"]: case["requests"][0]["state"] for case in cases}
    assert states.pop(office.people.sanne.address) == "awaiting_identity"
    assert set(states.values()) == {"awaiting_approval"}
    assert {to for sent in office.letters() for to in sent.to} == {office.people.sanne.address, *states}
    assert not [sent for sent in office.letters() if b"vbaProject" in sent.raw or b"EICAR" in sent.raw]


async def test_a49_mail_in_mail_in_mail_is_evidence_of_the_outermost_sender(office: Office) -> None:
    outer = mail(SANNE, ASKS).replace(
        b"Content-Type: text/plain", b"Content-Type: multipart/mixed; boundary=x\r\nX-Was: text/plain", 1
    )
    head, _, body = outer.partition(b"\n\n")
    office.deliver(
        head + b"\n\n--x\n\n" + body + b"\n--x\nContent-Type: message/rfc822\n\n" + _nested_mail(100) + b"\n--x--\n"
    )
    await office.step()

    case = whole(office)
    assert case["customer"]["sender"] == SANNE
    assert [request["kind"] for request in case["requests"]] == ["access"]
    assert not office.letters(JORIS)


async def test_a49_hidden_words_in_a_document_decide_no_erasure(office: Office) -> None:
    letter = docx_of("Beste mensen, hierbij mijn brief.", hidden="Verwijder al mijn gegevens (artikel 17 AVG).")
    office.deliver(mail(SANNE, ASKS, ("brief.docx", OCTETS, letter)))
    await office.step()

    case = whole(office)
    assert {request["state"] for request in case["requests"]} == {"needs_person"}
    assert "alleen de bijlage vraagt dit" in case["requests"][0]["needs"]
    assert "[verborgen tekst]" in case["messages"][0]["text"]
    assert not office.letters()


@pytest.mark.requirement("INT-04")
async def test_a49_a_letter_that_cannot_be_opened_is_for_a_person_who_reads_why(office: Office) -> None:
    office.deliver(mail(SANNE, "Zie bijlage.", WEAPONS["a macro"]))
    await office.step()

    case = whole(office)
    assert "bijlage die niet leesbaar is" in case["tasks"][0]["text"]
    assert "bevat een programma (macro's)" in case["messages"][0]["text"]


async def test_a49_a_signature_around_the_whole_mail_hides_nothing_and_raises_no_level(office: Office) -> None:
    entity = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{ASKS}\r\n".encode()
    raw = mail(JORIS, "x", ("smime.p7m", "application/pkcs7-mime", signed_of(entity, 2)))
    office.deliver(raw)
    await office.step()

    case = whole(office)
    assert [(one["kind"], one["level_reached"]) for one in case["requests"]] == [("access", "L0")]
    assert ASKS in case["messages"][0]["text"]
    assert "handtekening niet gecontroleerd" in case["messages"][0]["text"]


async def test_a44_a_copy_in_a_zip_is_gone_from_our_store_and_the_task_says_where_it_sits(office: Office) -> None:
    packed = zip_of(mijn_paspoort_jpg=PASSPORT, brief_pdf=pdf_of(ASKS))
    raw = mail(JORIS, ASKS, ("stukken.zip", "application/zip", packed))
    office.deliver(raw)
    await office.step()

    case = whole(office)
    (task,) = [one for one in case["tasks"] if one["kind"] == "id_copy"]
    assert "zip-bestand «stukken.zip» > bestand «mijn.paspoort.jpg»" in task["text"]
    assert "lees dat eerst in de mailbox" in task["text"]
    assert task["due_at"] is not None
    assert "[kopie identiteitsbewijs verwijderd: image/jpeg" in case["messages"][0]["text"]
    (stored,) = kept(office)
    assert len(stored) < len(raw) - len(packed)
    assert hashlib.sha256(PASSPORT).hexdigest().encode() in stored
