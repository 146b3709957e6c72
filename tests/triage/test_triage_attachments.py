"""What attached letters do to the verdict: they may open a case, never decide; and which attachments are ID copies."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from servers.documents import docx_of, pdf_of, rtf_of, tnef_of, with_files

from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings
from bot.triage.classify import as_json, classify_mail
from bot.triage.identity_documents import id_copies
from bot.triage.labels import Look, RequestKind, Writer
from bot.triage.model import load_model
from bot.triage.verdict import Verdict

MODEL = load_model()
INZAGE = "Graag ontvang ik een kopie van alle persoonsgegevens die u van mij heeft (artikel 15 AVG)."
WISSEN = "Hierbij verzoek ik u al mijn persoonsgegevens te wissen (artikel 17 AVG)."
ZONE = "P<NLDDE<VRIES<<SANNE<<<<<<<<<<<<<<<<<<<<<<<<<\nSPECI20142NLD6503101F2403096999999990<<<<<84"
PICTURE = b"\xff\xd8\xff\xe0" + bytes(40_000)
PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA5vJ\n-----END PGP MESSAGE-----\n"
SMALL_PRINT = "Betaling binnen 14 dagen. U heeft recht op inzage in uw persoonsgegevens, zie onze privacyverklaring."


def mail(
    words: str, *files: tuple[str, bytes], subject: str = "brief", kind: str = "application/octet-stream"
) -> ParsedMail:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = "sanne@klant.example", subject, "<1@klant.example>"
    made.set_content(words)
    for name, content in files:
        made.add_attachment(content, "application", "octet-stream", filename=name)
    found = parsed(made.as_bytes(), ParsingSettings(), "kleinboek.nl")
    assert isinstance(found, ParsedMail)
    return found


def judged(words: str, *files: tuple[str, bytes], in_case: bool = False, subject: str = "brief") -> Verdict:
    return classify_mail(MODEL, mail(words, *files, subject=subject), in_case=in_case)


@pytest.mark.requirement("INT-04")
@pytest.mark.parametrize("make", [pdf_of, docx_of, rtf_of, lambda *lines: "\n".join(lines).encode()])
def test_a_request_that_only_the_attachment_makes_is_a_case_for_a_person(make: object) -> None:
    verdict = judged("Zie bijlage.", ("verzoek.x", make("Geachte heer,", INZAGE)))  # type: ignore[operator]

    assert RequestKind.ACCESS in verdict.kinds
    assert verdict.needs_person
    assert verdict.look is Look.ATTACHMENT_ASKS
    assert {reason.source for reason in verdict.reasons} == {"verzoek.x"}
    assert as_json("x", verdict)["reasons"][0]["attachment"] == "verzoek.x"


def test_a_right_that_only_the_attachment_adds_needs_a_person() -> None:
    verdict = judged(INZAGE, ("brief.docx", docx_of("Beste,", hidden=WISSEN)))

    assert {RequestKind.ACCESS, RequestKind.ERASURE} <= verdict.kinds
    assert verdict.look is Look.ATTACHMENT_ASKS


def test_a_request_that_the_mail_makes_itself_needs_no_person_for_its_letter() -> None:
    verdict = judged(INZAGE, ("brief.pdf", pdf_of("Geachte heer,", INZAGE)))

    assert verdict.kinds == {RequestKind.ACCESS}
    assert verdict.look is None


def test_an_attachment_in_a_running_case_adds_no_right_but_a_look() -> None:
    verdict = judged("Bedankt!", ("brief.pdf", pdf_of("Geachte heer,", WISSEN)), in_case=True)

    assert not verdict.kinds
    assert verdict.look is Look.ATTACHMENT_ASKS


@pytest.mark.parametrize("name", ["factuur 2026-114.pdf", "offerte.pdf"])
def test_the_small_print_of_a_bill_asks_nothing(name: str) -> None:
    verdict = judged("Hierbij onze factuur voor november, graag betalen.", (name, pdf_of("Factuur", SMALL_PRINT)))

    assert verdict.ordinary


def test_a_long_contract_that_the_mail_does_not_point_at_asks_nothing() -> None:
    contract = rtf_of(*["Artikel 9. De klant heeft recht op inzage in zijn persoonsgegevens."] * 400)

    assert judged("Fijn dat we zaken doen, tot dinsdag bij jullie op kantoor!", ("contract.rtf", contract)).ordinary


@pytest.mark.parametrize(
    "file",
    [
        ("brief.docm", with_files(docx_of(INZAGE), word__vbaProject_bin=b"x")),
        ("brief.pdf", b"%PDF-1.7 kapot"),
        ("brief.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900)),
        ("foto.jpg", PICTURE),
    ],
)
def test_a_mail_that_points_at_a_closed_document_gets_a_person(file: tuple[str, bytes]) -> None:
    assert judged("Zie bijlage.", file).look is Look.CLOSED_ATTACHMENT


def test_a_closed_document_that_nobody_points_at_changes_nothing() -> None:
    words = "Kunnen jullie de koppeling met de bank weer aanzetten? Sinds gisteren komt er niets meer binnen."

    assert judged(
        words, ("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(50)), ("map.zip", b"PK\x05\x06" + bytes(18))
    ).ordinary


def test_mail_signed_with_pgp_or_smime_is_read_and_not_called_encrypted() -> None:
    signature = b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"

    found = mail(INZAGE, ("signature.asc", signature), ("smime.p7s", b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x02"))

    assert "encrypted" not in found.defects
    assert classify_mail(MODEL, found, in_case=False).look is None


@pytest.mark.parametrize(
    "words", ["-----BEGIN PGP MESSAGE-----\n\nhQEMA5vJ\n-----END PGP MESSAGE-----", "Zie bijlage."]
)
def test_encrypted_mail_gets_a_person_with_the_reason(words: str) -> None:
    assert judged(words, ("encrypted.asc", PGP.encode())).look is Look.ENCRYPTED


def test_a_request_in_a_winmail_dat_is_seen() -> None:
    verdict = judged("", ("winmail.dat", tnef_of(INZAGE)), subject="verzoek")

    assert RequestKind.ACCESS in verdict.kinds


def test_somebody_who_acts_for_another_in_the_letter_is_told_to_staff() -> None:
    letter = docx_of(
        "Geachte heer,",
        "Namens mijn cliënte, mevrouw De Vries, verzoek ik u om inzage in haar gegevens.",
        "Mr. J. Bos, advocaat",
    )

    assert judged("Zie bijgevoegde brief.", ("brief.docx", letter)).writer is not Writer.SUBJECT


# Copies of identity documents


def test_a_machine_readable_zone_is_a_copy_whatever_the_file_is_called() -> None:
    found = id_copies(mail("Zie bijlage.", ("scan01.pdf", pdf_of(*ZONE.splitlines())), ("brief.pdf", pdf_of(INZAGE))))

    assert [part.name for part in found.sure] == ["scan01.pdf"]
    assert not found.possible


@pytest.mark.parametrize("name", ["paspoort.jpg", "Mijn ID-kaart.png", "rijbewijs_scan.pdf", "passport copy.heic"])
def test_a_picture_named_after_an_identity_document_is_a_copy(name: str) -> None:
    assert [part.name for part in id_copies(mail(INZAGE, (name, PICTURE))).sure] == [name]


@pytest.mark.parametrize(
    "words",
    ["Hierbij een kopie van mijn paspoort.", "Een scan van mijn rijbewijs zit erbij.", "My passport: see attached id"],
)
def test_a_picture_that_the_words_announce_is_a_copy(words: str) -> None:
    copies = id_copies(mail(f"{INZAGE} {words}", ("IMG_0021.jpg", PICTURE), ("brief.pdf", pdf_of(INZAGE))))

    assert [part.name for part in copies.sure] == ["IMG_0021.jpg"]


@pytest.mark.parametrize(
    ("words", "name", "content"),
    [
        ("Ik stuur geen kopie van mijn paspoort.", "IMG_0021.jpg", PICTURE),
        ("Moet ik een kopie van mijn paspoort sturen?", "IMG_0021.jpg", PICTURE),
        ("Zie bijlage.", "verzoek.pdf", pdf_of("Ik wil geen kopie van mijn paspoort sturen.", INZAGE)),
        ("Hierbij een kopie van mijn paspoort.", "logo.png", b"\x89PNG\r\n\x1a\n" + bytes(2000)),
    ],
)
def test_what_only_speaks_of_a_passport_is_no_copy(words: str, name: str, content: bytes) -> None:
    assert not id_copies(mail(words, (name, content))).sure


def test_a_letter_named_after_a_passport_is_for_a_person_to_look_at() -> None:
    letter = pdf_of(*["Ik heb geen paspoort gestuurd en wil nu graag antwoord op mijn vraag."] * 10)

    copies = id_copies(mail("Zie bijlage.", ("klacht paspoort.pdf", letter)))

    assert not copies.sure
    assert [part.name for part in copies.possible] == ["klacht paspoort.pdf"]
