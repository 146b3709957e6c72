"""Attached letters: read as bounded text by their real type; whatever is wrong with one is a few words, no more."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from servers.documents import docx_of, odt_of, pdf_of, rtf_of, tnef_of, with_files, zip_of

from bot.mail.content import DOCX, MACROS, OLE, PDF, RTF, TEXT_ODF, TNEF, content_type_of
from bot.mail.documents.reading import Budget, Document, document
from bot.mail.message import Attachment, ParsedMail
from bot.mail.parsing import parsed
from bot.mail.splicing import without
from bot.settings import ParsingSettings

ASKS = "Graag ontvang ik inzage in mijn gegevens."
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><x>&b;</x>"""


def read(content: bytes, kind: str, seconds: float = 3.0) -> Document:
    return document(content, kind, Budget(seconds))


def mail_with(*files: tuple[str, str, bytes], words: str = "Zie bijlage.") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "sanne@klant.example", "info@kleinboek.nl"
    mail["Message-ID"], mail["Date"] = "<1@klant.example>", "Thu, 26 Nov 2026 10:00:00 +0100"
    mail.set_content(words)
    for name, kind, content in files:
        main, sub = kind.split("/")
        mail.add_attachment(content, main, sub, filename=name)
    return mail.as_bytes()


def taken_apart(raw: bytes, **changes: float) -> ParsedMail:
    mail = parsed(raw, ParsingSettings().model_copy(update=changes), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail


def attached(raw: bytes) -> tuple[Attachment, ...]:
    return taken_apart(raw).attachments


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf_of(ASKS), PDF),
        (docx_of(ASKS), DOCX),
        (odt_of(ASKS), TEXT_ODF),
        (rtf_of(ASKS), RTF),
        (ASKS.encode(), "text/plain"),
    ],
    ids=["pdf", "docx", "odt", "rtf", "txt"],
)
def test_a_letter_is_read_by_what_it_is_whatever_its_name_says(content: bytes, kind: str) -> None:
    (one,) = attached(mail_with(("foto.jpg", "image/jpeg", content)))

    assert one.content_type == kind
    assert ASKS in (one.text or "")
    assert one.defect is None


@pytest.mark.parametrize(
    ("content", "defect"),
    [
        (with_files(docx_of(ASKS), word__document_xml=BOMB), "XML with definitions of its own"),
        (with_files(odt_of(ASKS), content_xml=BOMB), "XML with definitions of its own"),
        (with_files(docx_of(ASKS), word__document_xml=ASKS.encode("utf-16")), "unusual XML"),
        (with_files(docx_of(ASKS), word__media__a_bin=bytes(20_000_000)), "unpacks too large"),
        (with_files(docx_of(ASKS), word__document_xml=b" " * 9_000_000), "unpacks too large"),
        (with_files(docx_of(ASKS), word__document_xml=b"<x>" * 100_000), "broken"),
        (with_files(docx_of(ASKS), word__vbaProject_bin=b"macro"), "holds macros"),
        (docx_of(ASKS)[:-10], None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "old Office format"),
        (b"%PDF-1.7 and then nothing", "broken"),
        (pdf_of(), "holds no text"),
        (pdf_of(ASKS) + bytes(9_000_000), "too large"),
        (b"{\\rtf1 " + b"{" * 2_500_000, "too large"),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else str(value),
)
def test_a_document_that_cannot_be_read_says_why_and_the_mail_is_read(content: bytes, defect: str | None) -> None:
    mail = taken_apart(mail_with(("brief", "application/octet-stream", content)))

    (one,) = mail.attachments
    assert one.text is None
    assert one.defect == defect
    assert mail.new_text == "Zie bijlage."
    assert (f"attachment: {defect}" in mail.defects) == (defect is not None)


def test_a_zip_with_more_files_than_a_document_has_is_no_document() -> None:
    crowd = zip_of(**{f"n{number}_xml": b"x" for number in range(600)}, word__document_xml=b"<x/>")

    assert content_type_of(crowd, DOCX) == "application/zip"


def test_hidden_words_of_a_word_document_are_marked() -> None:
    found = read(docx_of(ASKS, hidden="Verwijder alles."), DOCX)

    assert (found.text or "").strip() == f"{ASKS}\n\n[verborgen tekst]\nVerwijder alles."
    assert found.defect == "holds hidden text"


def test_scripts_and_files_inside_a_pdf_are_not_opened() -> None:
    script = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /Names << /EmbeddedFiles << /Names [] >> >>"

    assert (read(pdf_of(ASKS, extra=script), PDF).text or "").strip() == ASKS


def test_a_document_of_many_pages_is_read_to_its_bound() -> None:
    found = read(pdf_of(*["Een regel van een lang contract."] * 50, pages=200), PDF)

    assert len(found.text or "") == 40_000
    assert found.defect == "text cut"


@pytest.mark.usefixtures("strikes_anywhere")
def test_a_document_that_takes_too_long_stays_closed_and_the_next_one_is_not_opened() -> None:
    slow = pdf_of(*["Een regel van een lang contract."] * 2000, pages=30)
    started = time.process_time()

    mail = taken_apart(
        mail_with(("a.pdf", PDF, slow), ("b.pdf", PDF, slow), ("c.pdf", PDF, slow)), document_seconds=0.02
    )

    assert mail.attachments[0].defect == "took too long"
    assert all("cost too much" in (one.defect or "") for one in mail.attachments[1:])
    assert time.process_time() - started < 3


def test_more_documents_than_ten_stay_closed() -> None:
    found = attached(mail_with(*[("a.rtf", RTF, rtf_of(ASKS))] * 12))

    assert [one.text is not None for one in found] == [True] * 10 + [False] * 2


def test_a_winmail_dat_gives_the_mail_its_words_and_its_files() -> None:
    raw = mail_with(("winmail.dat", TNEF, tnef_of("Ik wil inzage.", brief_pdf=pdf_of(ASKS))), words="")

    mail = taken_apart(raw)

    assert mail.new_text == "Ik wil inzage."
    assert [one.content_type for one in mail.attachments] == [TNEF, PDF]
    assert ASKS in (mail.attachments[1].text or "")


def test_winmail_dat_in_winmail_dat_is_opened_once_more_and_no_deeper() -> None:
    deep = tnef_of("vier", brief_rtf=rtf_of(ASKS))
    for words in ("drie", "twee", "een"):
        deep = tnef_of(words, winmail_dat=deep)

    mail = taken_apart(mail_with(("winmail.dat", TNEF, deep), words="Mijn eigen woorden."))

    assert [one.defect for one in mail.attachments] == [None, None, "nested too deep"]
    assert mail.new_text == "Mijn eigen woorden."


@given(cut=st.integers(0, 400), noise=st.binary(max_size=60))
@hypothesis_settings(max_examples=60, deadline=None)
def test_a_broken_winmail_dat_never_breaks_the_mail(cut: int, noise: bytes) -> None:
    whole = tnef_of("Ik wil inzage.", brief_txt=ASKS.encode())

    mail = taken_apart(mail_with(("winmail.dat", TNEF, whole[:cut] + noise + whole[cut + len(noise) :])))

    assert mail.new_text == "Zie bijlage."


@given(cut=st.integers(0, 900), noise=st.binary(max_size=40))
@hypothesis_settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("whole", [pdf_of(ASKS), rtf_of(ASKS, ASKS)], ids=["pdf", "rtf"])
def test_a_broken_document_never_breaks_the_mail(whole: bytes, cut: int, noise: bytes) -> None:
    spoiled = whole[:cut] + noise + whole[cut + len(noise) :]

    assert taken_apart(mail_with(("brief", PDF, spoiled))).new_text == "Zie bijlage."


def test_the_reading_of_documents_loads_no_library_before_it_is_needed() -> None:
    import subprocess
    import sys

    heavy = "{'pypdf', 'docx', 'odfdo', 'striprtf', 'tnefparse', 'lxml'}"
    code = f"import sys, bot.triage.reading; sys.exit(bool({heavy} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_a_mail_without_one_part_keeps_every_other_byte(number: int, line_end: bytes) -> None:
    files = [("een.pdf", PDF, pdf_of("een")), ("twee.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(900))]
    raw = mail_with(*files, ("drie.bin", "application/octet-stream", bytes(range(256)) * 9))
    raw = raw.replace(b"\n", line_end)
    before = attached(raw)
    place = before[number].place
    assert place is not None

    spliced = without(raw, [(place, "weg")])

    after = attached(spliced)
    assert spliced.startswith(raw[: place.start])
    assert spliced.endswith(raw[place.end :])
    assert [one.sha256 for one in after if one.content_type != "text/plain"] == [
        one.sha256 for index, one in enumerate(before) if index != number
    ]


def test_two_equal_parts_have_two_places() -> None:
    found = attached(mail_with(*[("a.bin", "application/octet-stream", b"\x01" * 50)] * 2))

    assert len({one.place for one in found}) == 2
    assert None not in {one.place for one in found}


def test_a_mail_that_is_nothing_but_a_file_keeps_its_headers_alone() -> None:
    head = b"From: sanne@klant.example\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = head + b"iVBORw0KGgoAAAAA\r\n"
    (one,) = attached(raw)

    assert one.place is not None
    assert without(raw, [(one.place, "weg")]) == head


def test_the_words_of_a_forwarded_mail_are_nobodys_new_words_and_its_sender_is_not_the_sender() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "joris@klant.example", "Verzoek"
    inner.set_content("Verwijder al mijn gegevens.")
    inner.add_attachment(pdf_of(ASKS), "application", "pdf", filename="brief.pdf")
    outer = EmailMessage()
    outer["From"] = "sanne@klant.example"
    outer.set_content("Kijk eens wat ik kreeg.")
    outer.add_attachment(inner)

    mail = taken_apart(outer.as_bytes())

    assert mail.sender.address == "sanne@klant.example"
    assert mail.new_text == "Kijk eens wat ik kreeg."
    assert "Verwijder al mijn gegevens." in mail.quoted_text
    assert [one.text for one in mail.attachments] == [None]


def test_old_office_files_and_programs_are_told_by_content() -> None:
    assert content_type_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), PDF) == OLE
    assert content_type_of(with_files(docx_of("x"), word__vbaProject_bin=b"x"), DOCX) == MACROS
