"""S/MIME: what was signed in one piece is read like any mail and proves nothing; encrypted mail stays shut."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from servers.documents import encrypted_of, pdf_of, signed_of

from bot.mail.content import PDF, SIGNED
from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.mail.smime import MAX_CHUNKS, signed_content
from bot.mail.splicing import without
from bot.settings import ParsingSettings
from bot.triage.classify import classify_mail
from bot.triage.labels import Look, RequestKind
from bot.triage.model import load_model

ASKS = "Graag ontvang ik een kopie van alle persoonsgegevens die u van mij heeft (artikel 15 AVG)."
ENTITY = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{ASKS}\r\n".encode()


def mail_of(envelope: bytes, kind: str = "pkcs7-mime", *beside: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "sanne@klant.example", "Vraag", "<1@klant.example>"
    mail.set_content(envelope, "application", kind, filename="smime.p7m")
    for words in beside:
        mail.add_attachment(words)
    return mail.as_bytes()


def read(raw: bytes) -> ParsedMail:
    mail = parsed(raw, ParsingSettings(), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail


@pytest.mark.parametrize("pieces", [0, 1, 7], ids=["lengths known", "one open piece", "seven open pieces"])
@pytest.mark.parametrize("kind", ["pkcs7-mime", "x-pkcs7-mime", "octet-stream"])
def test_what_was_signed_in_one_piece_is_what_the_mail_says(pieces: int, kind: str) -> None:
    mail = read(mail_of(signed_of(ENTITY, pieces), kind))

    assert mail.new_text == ASKS
    assert [one.content_type for one in mail.attachments] == [SIGNED]
    assert mail.attachments[0].defect == "signature not checked"
    assert "signature not checked" in mail.defects
    assert "encrypted" not in mail.defects


def test_a_signed_request_is_a_request_and_an_encrypted_one_is_for_a_person() -> None:
    signed, encrypted = (
        classify_mail(load_model(), read(mail_of(envelope)), in_case=False)
        for envelope in (signed_of(ENTITY, 2), encrypted_of(ENTITY))
    )

    assert (signed.kinds, signed.needs_person, signed.look) == ({RequestKind.ACCESS}, False, None)
    assert (encrypted.needs_person, encrypted.look) == (True, Look.ENCRYPTED)


def test_a_letter_on_a_signed_mail_is_read_and_leaves_only_with_the_whole_envelope() -> None:
    inner = EmailMessage()
    inner.set_content("Zie bijlage.")
    inner.add_attachment(pdf_of(ASKS), "application", "pdf", filename="brief.pdf")
    raw = mail_of(signed_of(inner.as_bytes()), "pkcs7-mime", "Verzonden via de lijst.")
    mail = read(raw)

    envelope, letter = mail.attachments[0], mail.attachments[1]
    assert (letter.content_type, (letter.text or "").strip()) == (PDF, ASKS)
    assert letter.place == envelope.place is not None
    spliced = without(raw, [(letter.place, "weg")])
    assert b"Verzonden via de lijst." in spliced
    assert [one.content_type for one in read(spliced).attachments] == ["text/plain"]


def test_an_envelope_too_many_stays_shut_and_goes_to_a_person() -> None:
    once = signed_of(ENTITY)
    for _ in range(2):
        once = signed_of(b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n" + once)
    mail = read(mail_of(once))

    assert ASKS not in mail.whole_text
    assert classify_mail(load_model(), mail, in_case=False).look is Look.ENCRYPTED


@pytest.mark.parametrize(
    "envelope",
    [
        signed_of(ENTITY)[:60],
        signed_of(ENTITY, 3)[:-120],
        signed_of(ENTITY, 1).replace(b"\x24\x80", b"\x24\x89"),
        signed_of(b"x" * (MAX_CHUNKS + 10), MAX_CHUNKS + 10),
        signed_of(ENTITY, 1)[:19] + b"\x31\x80" * 200_000,
        signed_of(ENTITY, 1)[:19] + b"\x31\x80" + b"\x30\0" * 500_000,
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff" + signed_of(ENTITY)[4:30],
    ],
    ids=["begin", "no end", "odd length", "many pieces", "deep", "many sets", "empty", "one byte", "huge length"],
)
def test_a_broken_envelope_is_not_opened_and_costs_next_to_nothing(envelope: bytes) -> None:
    began = time.process_time()

    assert signed_content(envelope) is None
    assert time.process_time() - began < 0.5


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.integers(0, 200), st.binary(max_size=4), st.sampled_from([0, 3]))
def test_no_bytes_break_the_reader(at: int, changed: bytes, pieces: int) -> None:
    whole = signed_of(ENTITY, pieces)

    found = signed_content(whole[:at] + changed + whole[at + len(changed) :])

    assert found is None or isinstance(found, bytes)
