"""Raw mail read in one go, as a child process does it."""

from __future__ import annotations

import pickle
from email.message import EmailMessage

import pytest

from bot.mail.message import ParsedMail
from bot.settings import ParsingSettings
from bot.triage.classify import classify_mail
from bot.triage.labels import Intent, RequestKind, Writer
from bot.triage.model import load_model
from bot.triage.reading import Reader, Reading

READER = Reader(ParsingSettings(), "kleinboek.nl")


def _mail(subject: str, text: str, sender: str = "Sanne <sanne@klant.example>", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "info@kleinboek.nl"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@klant.example>"
    mail["Date"] = "Thu, 05 Mar 2026 10:00:00 +0100"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def _read(mail: EmailMessage) -> Reading:
    return READER(bytes(mail))


def test_a_reader_travels_to_a_child_and_reads_there() -> None:
    reader: Reader = pickle.loads(pickle.dumps(READER))

    reading = reader(bytes(_mail("vraag", "Wat hebben jullie allemaal over mij opgeslagen?")))

    assert isinstance(reading.mail, ParsedMail)
    assert reading.verdict is not None
    assert reading.verdict.kinds == {RequestKind.ACCESS}
    assert pickle.loads(pickle.dumps(reading)).verdict == reading.verdict


def test_a_mail_that_cannot_be_taken_apart_has_no_verdict() -> None:
    tight = Reader(ParsingSettings(max_mail_mb=1), "kleinboek.nl")

    reading = tight(b"From: sanne@klant.example\r\n\r\n" + b"x" * 2_000_000)

    assert not isinstance(reading.mail, ParsedMail)
    assert reading.verdict is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: tussenstand correctie", "Ja, graag op pauze."),
        ("Re: Uw foto", "Ik heb er nog eens over geslapen. Liever toch niet."),
        ("Re: welke vorm", "2 want ik heb geen printer"),
        ("Re: nieuwsbrief", "drie? dan vanaf heden nul"),
    ],
)
def test_an_answer_outside_a_case_is_weighed_in_the_service_as_it_is_in_training(subject: str, text: str) -> None:
    mail = _mail(
        subject, f"{text}\n\nOp 3 maart 2026 schreef Kleinboek:\n> Wat mogen wij doen?", In_Reply_To="<9@k.nl>"
    )
    reading = _read(mail)
    assert isinstance(reading.mail, ParsedMail)
    assert reading.verdict is not None
    assert reading.as_reply is not None

    alone = classify_mail(load_model(), reading.mail, in_case=False)

    assert (reading.verdict.kinds, reading.verdict.needs_person) == (alone.kinds, alone.needs_person)


def test_a_reply_is_also_read_as_a_follow_up() -> None:
    reading = _read(_mail("Re: uw verzoek", "NIET IK", In_Reply_To="<9@kleinboek.nl>"))

    assert reading.as_reply is not None
    assert Intent.NOT_ME in reading.as_reply.intents


@pytest.mark.requirement("INT-10")
def test_headers_of_automatic_mail_count() -> None:
    reading = _read(_mail("Uw bericht", "Ik lees mijn mail later.", Auto_Submitted="auto-replied"))

    assert reading.verdict is not None
    assert reading.verdict.automatic


def test_doubtful_words_from_an_address_of_a_website_get_a_person_but_not_from_an_answering_machine() -> None:
    words = "Er moet iets anders met mijn gegevens."

    form = _read(_mail("Website", words, sender="no-reply@klant.example")).verdict
    machine = _read(_mail("Website", words, sender="no-reply@klant.example", Auto_Submitted="auto-replied")).verdict

    assert form is not None
    assert machine is not None
    assert form.automatic
    assert form.needs_person
    assert machine.ordinary


@pytest.mark.requirement("INT-12", "KLA-06")
def test_mail_from_the_authority_gets_a_person_whatever_it_says() -> None:
    reading = _read(_mail("Vraag", "Kunt u ons bellen?", sender="x@autoriteitpersoonsgegevens.nl"))

    assert reading.verdict is not None
    assert reading.verdict.needs_person
    assert reading.verdict.writer is Writer.AUTHORITY


def test_nothing_but_a_letter_that_we_cannot_read_gets_a_person() -> None:
    mail = _mail("brief", "")
    mail.add_attachment(b"%PDF-1.7 nothing", maintype="application", subtype="pdf", filename="brief.pdf")

    reading = _read(mail)

    assert reading.verdict is not None
    assert reading.verdict.needs_person


def test_a_bill_without_words_stays_ordinary() -> None:
    mail = _mail("Factuur 2026-031", "")
    mail.add_attachment(b"%PDF-1.7 nothing", maintype="application", subtype="pdf", filename="factuur.pdf")

    reading = _read(mail)

    assert reading.verdict is not None
    assert reading.verdict.ordinary


def test_hidden_text_beside_a_request_gets_a_person() -> None:
    reading = _read(_mail("vraag", "Wat hebben jullie allemaal over mij opgeslagen?"))
    assert isinstance(reading.mail, ParsedMail)
    values = {name: getattr(reading.mail, name) for name in ParsedMail.__dataclass_fields__}

    verdict = classify_mail(load_model(), ParsedMail(**values | {"hidden_text": True}), in_case=False)

    assert verdict.needs_person
