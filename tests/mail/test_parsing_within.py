"""Files inside what hangs on a mail: found, told where they sit, and taken out to the byte where that can be done."""

from __future__ import annotations

import base64
import hashlib
import time
from email.message import EmailMessage

import pytest
from servers.documents import pdf_of, signed_of, tnef_of, zip_of

from bot.cases.attachments import where_they_sit
from bot.mail.content import TNEF
from bot.mail.html import html_text
from bot.mail.message import Attachment, ParsedMail
from bot.mail.parsing import parsed
from bot.mail.splicing import without
from bot.mail.within import MAX_MAILS
from bot.settings import ParsingSettings
from bot.triage.identity_documents import id_copies

PASSPORT = b"\xff\xd8\xff\xe0" + b"passport of Sanne" * 3000
ZONE = ("P<NLDDE<VRIES<<SANNE<<<<<<<<<<<<<<<<<<<<<<<<<", "SPECI20142NLD6503101F2403096123456782<<<<<84")
LETTER = pdf_of("Graag inzage in mijn gegevens.")
ANNOUNCED = "Hierbij een kopie van mijn paspoort."
JPEG = "image/jpeg"


def mail_of(words: str, *files: tuple[str, str, bytes], subject: str = "Verzoek", page: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sanne@klant.example", "info@kleinboek.nl", subject
    mail["Message-ID"] = "<1@klant.example>"
    mail.set_content(words)
    if page:
        mail.add_alternative(page, subtype="html", cte="8bit")
    for name, kind, content in files:
        mail.add_attachment(content, *kind.split("/"), filename=name)
    return mail


def on_mail(inner: EmailMessage, words: str = "Zie het bericht.") -> EmailMessage:
    outer = mail_of(words)
    outer.add_attachment(inner)
    return outer


def read(raw: bytes) -> ParsedMail:
    mail = parsed(raw, ParsingSettings(), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail


def the_copy(raw: bytes) -> Attachment:
    (found,) = id_copies(read(raw)).sure
    return found


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["crlf", "lf"])
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_a_copy_on_an_attached_mail_leaves_and_every_other_byte_stays(levels: int, line_end: bytes) -> None:
    inner = mail_of("foto", ("paspoort.jpg", JPEG, PASSPORT), ("brief.pdf", "application/pdf", LETTER), subject="Foto")
    for _ in range(levels):
        inner = on_mail(inner)
    raw = inner.as_bytes().replace(b"\n", line_end)

    copy = the_copy(raw)

    assert copy.sha256 == hashlib.sha256(PASSPORT).hexdigest()
    assert where_they_sit([copy]).endswith("aangehecht bericht «Foto» > bestand «paspoort.jpg»")
    assert copy.place is not None
    spliced = without(raw, [(copy.place, "weg")])
    assert spliced.startswith(raw[: copy.place.start])
    assert spliced.endswith(raw[copy.place.end :])
    assert len(spliced) < len(raw) - len(PASSPORT)
    after = read(spliced)
    assert not id_copies(after).sure
    assert [one.name for one in after.files_within if one.name.endswith("pdf")] == ["brief.pdf"]
    assert after.new_text == "Zie het bericht."


def test_an_attached_mail_that_came_encoded_leaves_whole() -> None:
    inner = mail_of("foto", ("paspoort.jpg", JPEG, PASSPORT)).as_bytes()
    head = b"From: sanne@klant.example\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nZie het bericht.\n--x\n"
    part = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(inner)
    raw = head + part + b"--x--\n"

    copy = the_copy(raw)

    assert copy.place is not None
    assert raw[copy.place.start : copy.place.end] == part.rstrip(b"\n")


def test_a_passport_in_a_zip_is_found_by_its_name_and_by_its_machine_readable_zone() -> None:
    scan = pdf_of("KONINKRIJK DER NEDERLANDEN", *ZONE)
    packed = zip_of(brief_pdf=LETTER, stukken__paspoort_jpg=PASSPORT, scan01_pdf=scan)
    raw = mail_of("Zie de zip.", ("stukken.zip", "application/zip", packed)).as_bytes()

    copies = id_copies(read(raw))

    assert where_they_sit(copies.sure) == (
        "zip-bestand «stukken.zip» > bestand «stukken/paspoort.jpg»; zip-bestand «stukken.zip» > bestand «scan01.pdf»"
    )
    (place,) = {one.place for one in copies.sure}
    assert place is not None
    after = read(without(raw, [(place, "weg")]))
    assert not after.files_within
    assert not [one for one in after.attachments if one.name == "stukken.zip"]


def test_what_lies_in_a_zip_is_no_letter_and_decides_nothing() -> None:
    mail = read(mail_of("Zie de zip.", ("a.zip", "application/zip", zip_of(brief_pdf=LETTER))).as_bytes())

    assert [one.name for one in mail.attachments] == ["a.zip"]
    assert not id_copies(mail).sure
    assert not id_copies(mail).possible


def test_a_file_in_a_zip_that_cannot_be_opened_is_for_a_person_by_its_name() -> None:
    packed = bytearray(zip_of(paspoort_jpg=PASSPORT))
    packed[6] |= 1  # encrypted, says its own header
    packed[packed.rfind(b"PK\x01\x02") + 8] |= 1

    copies = id_copies(read(mail_of("Zie de zip.", ("a.zip", "application/zip", bytes(packed))).as_bytes()))

    assert not copies.sure
    assert where_they_sit(copies.possible) == "zip-bestand «a.zip» > bestand «paspoort.jpg»"


def page_with(picture: bytes) -> str:
    code = base64.b64encode(picture).decode()
    return f'<p>{ANNOUNCED}</p><img alt="x" src="data:image/jpeg;base64,{code}"><p>Groet, Sanne</p>'


def test_a_picture_in_the_text_itself_leaves_and_the_text_around_it_stays() -> None:
    raw = mail_of(f"{ANNOUNCED}\n\nGroet, Sanne", page=page_with(PASSPORT)).as_bytes()

    copy = the_copy(raw)

    assert where_they_sit([copy]) == "afbeelding in de opgemaakte tekst, nummer «1»"
    assert copy.sha256 == hashlib.sha256(PASSPORT).hexdigest()
    assert copy.place is not None
    spliced = without(raw, [(copy.place, "[weg]")])
    assert spliced == raw[: copy.place.start] + b"[weg]" + raw[copy.place.end :]
    assert b'base64,[weg]">' in spliced
    assert read(spliced).whole_text == read(raw).whole_text


@pytest.mark.parametrize("cte", ["base64", "quoted-printable"])
def test_a_picture_in_a_page_that_came_encoded_takes_the_page_with_it_and_nothing_else(cte: str) -> None:
    mail = mail_of(f"{ANNOUNCED}\n\nGroet, Sanne")
    mail.add_alternative(page_with(PASSPORT), subtype="html", cte=cte)
    raw = mail.as_bytes()

    copy = the_copy(raw)

    assert copy.place is not None
    after = read(without(raw, [(copy.place, "weg")]))
    assert not after.files_within
    assert ANNOUNCED in after.new_text


@pytest.mark.parametrize(
    ("kind", "content", "where"),
    [
        (TNEF, tnef_of("x", paspoort_jpg=PASSPORT), "Outlook-bestand «f» > bestand «paspoort.jpg»"),
        (
            "application/pkcs7-mime",
            signed_of(mail_of("x", ("paspoort.jpg", JPEG, PASSPORT)).as_bytes()),
            "ondertekend bericht «f» > bestand «paspoort.jpg»",
        ),
    ],
    ids=["winmail.dat", "signed"],
)
def test_the_task_can_say_where_a_copy_sits_in_an_envelope(kind: str, content: bytes, where: str) -> None:
    assert where_they_sit([the_copy(mail_of("Zie bijlage.", ("f", kind, content)).as_bytes())]) == where


def test_another_writers_announcement_on_an_attached_mail_makes_its_pictures_suspect_only() -> None:
    copies = id_copies(read(on_mail(mail_of(ANNOUNCED, ("IMG_1.jpg", JPEG, PASSPORT))).as_bytes()))

    assert not copies.sure
    assert [one.name for one in copies.possible] == ["IMG_1.jpg"]


def test_a_logo_in_the_text_and_photos_in_a_zip_are_no_copies() -> None:
    photos = zip_of(vakantie_jpg=PASSPORT, factuur_pdf=LETTER)
    mail = mail_of("Hierbij mijn administratie.", ("a.zip", "application/zip", photos), page=page_with(PASSPORT[:900]))

    copies = id_copies(read(mail.as_bytes().replace(ANNOUNCED.encode(), b"Hierbij mijn administratie.")))

    assert not copies.sure
    assert not copies.possible


def test_quotation_marks_in_a_file_name_do_not_end_it() -> None:
    name = "paspoort» > bijlage «brief.pdf" + "x" * 200
    found = where_they_sit([Attachment(name, JPEG, 1, "0")])

    assert found.count("«") == found.count("»") == 1
    assert len(found) < 110


def test_words_below_a_large_picture_in_the_page_are_read() -> None:
    found = html_text(page_with(bytes(900_000)) + "<p>Verwijder mijn account.</p>")

    assert found.visible.endswith("Verwijder mijn account.")
    assert not found.defects


def test_many_mails_and_zips_on_one_another_stay_within_bounds() -> None:
    inner = mail_of("x", ("a.zip", "application/zip", zip_of(**{f"n{n}_jpg": b"\xff\xd8\xff" for n in range(100)})))
    outer = mail_of("Zie bijlagen.")
    for _ in range(30):
        outer.add_attachment(inner)
    began = time.process_time()

    mail = read(outer.as_bytes())

    assert len({one.place for one in mail.files_within}) <= 2 * MAX_MAILS
    assert time.process_time() - began < 2
