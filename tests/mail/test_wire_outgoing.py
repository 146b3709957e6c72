"""Letters as mail: the same letter gives the same bytes, and nobody's words become a header."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.errors import AddressError, FileNameError, HeaderInjectionError, OutgoingMailError
from bot.mail.outgoing import (
    DATE_PLACEHOLDER,
    OutgoingFile,
    OutgoingMail,
    clean_subject,
    composed,
    dated,
    new_boundary,
    new_message_id,
    plain_address,
)

LETTER = OutgoingMail(
    sender_name="Kleinboek",
    sender="info@kleinboek.example",
    to="sanne@klant.example",
    subject="Uw verzoek",
    text="Beste Sanne,\n\nDit zijn uw gegevens.\n",
    message_id="<kb.1234@kleinboek.example>",
    boundary="=_0123456789abcdef",
    token="kb",
)
PDF = OutgoingFile("overzicht.pdf", "application/pdf", bytes(range(256)) * 40)
PLAIN_HEADER = [
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "X-Privacybot-Token",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
]

INJECTIONS = [
    "=?utf-8?q?hoi=0ABcc=3A_evil=40x.example?=",
    "=?utf-8?b?aG9pCkJjYzogZXZpbEB4LmV4YW1wbGU=?=",
    "hoi\nBcc: evil@x.example",
    "hoi\r\nBcc: evil@x.example",
    "hoi\rBcc: evil@x.example",
    "hoi\r\n\r\n<script>",
    "hoi\x0bBcc: evil@x.example",
    "hoi\x0cBcc: evil@x.example",
    "hoi\x85Bcc: evil@x.example",
    "hoi\u2028Bcc: evil@x.example",
    "hoi\u2029Bcc: evil@x.example",
    "hoi\x00Bcc: evil@x.example",
    "\n hoi",
    "hoi\n",
    "=?utf-8?q?=0D=0A=0D=0A?= x",
    "é" * 90 + "\nBcc: evil@x.example",
    "\ud800\nBcc: x",
    "hoi =?iso-8859-1?q?=0A?=Bcc:_x",
    "\u202e\u200b\ufeff",
]


def read(raw: bytes) -> Message:
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def shown(value: str) -> str:
    return str(make_header(decode_header(value)))


def test_a_letter_has_exactly_the_header_that_was_set() -> None:
    mail = read(composed(LETTER))

    assert mail.keys() == PLAIN_HEADER
    assert mail["From"] == '"Kleinboek" <info@kleinboek.example>'
    assert mail["To"] == "sanne@klant.example"
    assert mail["Subject"] == "Uw verzoek"
    assert mail["Message-ID"] == "<kb.1234@kleinboek.example>"
    assert mail.get_payload(decode=True) == LETTER.text.replace("\n", "\r\n").encode()


def test_an_answer_names_what_it_answers_and_only_automatic_mail_says_so() -> None:
    letter = replace(LETTER, in_reply_to="<b@klant.example>", references=("<a@klant.example>", "<b@klant.example>"))

    by_hand, automatic = read(composed(letter)), read(composed(replace(letter, automatic=True)))

    assert by_hand["In-Reply-To"] == "<b@klant.example>"
    assert by_hand["References"].split() == ["<a@klant.example>", "<b@klant.example>"]
    assert by_hand["Auto-Submitted"] is None
    assert automatic["Auto-Submitted"] == "auto-replied"


def test_the_same_letter_gives_the_same_bytes() -> None:
    letter = replace(LETTER, subject="Vérzoek", files=(PDF,))

    assert composed(letter) == composed(letter)


def test_files_come_back_as_they_went_in() -> None:
    table = OutgoingFile("gegevens.zip", "application/zip", b"")
    mail = read(composed(replace(LETTER, files=(PDF, table))))

    text, *files = mail.get_payload()

    assert mail.get_content_type() == "multipart/mixed"
    assert text.get_payload(decode=True).decode() == LETTER.text.replace("\n", "\r\n")
    assert [(file.get_filename(), file.get_content_type(), file.get_payload(decode=True)) for file in files] == [
        ("overzicht.pdf", "application/pdf", PDF.data),
        ("gegevens.zip", "application/zip", b""),
    ]


@pytest.mark.parametrize("subject", INJECTIONS)
def test_a_hostile_subject_stays_one_subject(subject: str) -> None:
    mail = read(composed(replace(LETTER, subject=subject, files=(PDF,))))

    assert "Bcc" not in mail
    assert len(mail.get_payload()) == 2
    assert not any(char in shown(mail["Subject"]) for char in "\r\n\0")
    assert shown(mail["Subject"]) == clean_subject(subject).encode("utf-8", "replace").decode()


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_a_hostile_id_of_another_mail_is_left_out(hostile: str) -> None:
    ids = (f"<{hostile}>", hostile, "<goed@klant.example>")

    mail = read(composed(replace(LETTER, in_reply_to=f"<{hostile}>", references=ids)))

    assert "Bcc" not in mail
    assert mail["References"].split()[-1] == "<goed@klant.example>"
    assert all(found.startswith("<") and found.endswith(">") for found in mail["References"].split())


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_a_hostile_file_name_or_type_is_refused(hostile: str) -> None:
    for file in (
        replace(PDF, name=f"{hostile}.pdf"),
        replace(PDF, content_type=f"application/pdf; name={hostile}"),
    ):
        with pytest.raises(FileNameError):
            composed(replace(LETTER, files=(file,)))


@pytest.mark.parametrize("name", ["../x.pdf", ".verborgen", "naam met spatie.pdf", 'x".pdf', "x.pdf;y", "é.pdf", ""])
def test_a_file_name_outside_our_alphabet_is_refused(name: str) -> None:
    with pytest.raises(FileNameError):
        composed(replace(LETTER, files=(replace(PDF, name=name),)))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sanne",
        "sanne@",
        "Sanne <sanne@klant.example>",
        "sanne@klant.example, joris@klant.example",
        "sanne@klant.example\nBcc: evil@x.example",
        "sanne@klant.example\n",
        '"sanne"@klant.example',
        "sanne@[127.0.0.1]",
        "sanne@klant_.example",
        "sanne@-klant.example",
        "sännë@klant.example",
        "sanne@klant..example",
        ".sanne@klant.example",
        "sanne@klant.example>",
        "sanne(x)@klant.example",
        "a" * 65 + "@klant.example",
        "sanne@" + "klant." * 45 + "example",
        "=?utf-8?q?sanne?=@klant.example ",
    ],
)
def test_what_is_not_one_plain_address_gets_no_mail(address: str) -> None:
    with pytest.raises(AddressError):
        composed(replace(LETTER, to=address))
    with pytest.raises(AddressError):
        plain_address(address)


@pytest.mark.parametrize("address", ["sanne@klant.example", "S.O'Neil+avg=1@Klant-2.example", "x@localhost"])
def test_plain_addresses_are_taken_as_they_are(address: str) -> None:
    assert read(composed(replace(LETTER, to=address)))["To"] == address


def test_a_long_outlook_id_stays_whole_on_one_line() -> None:
    outlook = "<AM0PR0" + "A1b2" * 220 + "@AM0PR0.eurprd01.prod.outlook.example>"
    raw = composed(replace(LETTER, in_reply_to=outlook, references=("<a@klant.example>", outlook)))

    mail = read(raw)

    assert len(outlook) > 900
    assert mail["In-Reply-To"] == outlook
    assert mail["References"].split() == ["<a@klant.example>", outlook]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_a_thread_of_a_hundred_mails_keeps_its_first_and_newest_ids() -> None:
    ids = tuple(f"<{number}@klant.example>" for number in range(100))

    kept = read(composed(replace(LETTER, references=ids)))["References"].split()

    assert kept[0] == ids[0]
    assert kept[1:] == list(ids[-19:])


@pytest.mark.parametrize(
    "name", ["Kleinboek", 'De "beste" boeken \\ zn.', "Kleinboek, privacy <x@y.example>", "Bücher"]
)
def test_any_display_name_leaves_one_sender(name: str) -> None:
    mail = email.message_from_bytes(composed(replace(LETTER, sender_name=name)), policy=email.policy.default)

    (sender,) = mail["From"].addresses
    assert sender.addr_spec == "info@kleinboek.example"
    assert sender.display_name == name


def test_a_mail_is_dated_once_in_dutch_time_and_only_in_its_header() -> None:
    raw = composed(replace(LETTER, text=f"Date: {DATE_PLACEHOLDER}\n"))

    sent = dated(raw, datetime(2026, 7, 1, 22, 30, 15, 999, tzinfo=UTC), "Europe/Amsterdam")

    assert read(sent)["Date"] == "Thu, 02 Jul 2026 00:30:15 +0200"
    assert DATE_PLACEHOLDER in read(sent).get_payload()
    with pytest.raises(ValueError, match="already"):
        dated(sent, datetime(2026, 7, 2, tzinfo=UTC), "Europe/Amsterdam")


def test_message_ids_are_new_each_time_and_name_only_our_domain() -> None:
    first, second = (new_message_id("kleinboek.example", "kb2026") for _ in range(2))

    assert first != second
    assert first.startswith("<kb2026.")
    assert first.endswith("@kleinboek.example>")
    with pytest.raises(HeaderInjectionError):
        new_message_id("kleinboek.example", "kb\n")
    with pytest.raises(OutgoingMailError):
        new_message_id("kleinboek example", "kb")


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": "<a@b>\r\nBcc: x@y.example"},
        {"message_id": "a@b"},
        {"token": "kb\r\nBcc: x@y.example"},
        {"boundary": 'x"\r\nBcc: x@y.example', "files": (PDF,)},
        {"boundary": "kort", "files": (PDF,)},
    ],
)
def test_our_own_broken_values_stop_the_mail(changes: dict[str, object]) -> None:
    with pytest.raises(HeaderInjectionError):
        composed(replace(LETTER, **changes))


def test_a_boundary_that_stands_in_the_text_stops_the_mail() -> None:
    with pytest.raises(HeaderInjectionError):
        composed(replace(LETTER, boundary="abcdefgh", text="--abcdefgh\n", files=(PDF,)))


@given(st.text(max_size=400))
def test_every_text_arrives_as_it_was_written(text: str) -> None:
    raw = composed(replace(LETTER, text=text, files=(PDF,), boundary=new_boundary()))

    arrived = read(raw).get_payload()[0].get_payload(decode=True).decode().replace("\r\n", "\n")

    controls = {chr(code) for code in [*range(32), *range(127, 160)]} - {"\n", "\t"}
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert arrived.rstrip("\n") == "".join(char for char in lines if char not in controls).rstrip("\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


anything = st.text(st.characters(), max_size=300)


@given(subject=anything, name=anything, reply=anything, references=st.lists(anything, max_size=4))
def test_no_words_of_others_ever_become_a_header(subject: str, name: str, reply: str, references: list[str]) -> None:
    letter = replace(
        LETTER, subject=subject, sender_name=name, in_reply_to=f"<{reply}>", references=tuple(references), text=subject
    )

    raw = composed(letter)

    for policy in (email.policy.compat32, email.policy.default):
        names = email.message_from_bytes(raw, policy=policy).keys()
        assert [each for each in names if each not in ("In-Reply-To", "References")] == PLAIN_HEADER
        assert len(set(names)) == len(names)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert shown(read(raw)["Subject"]) == clean_subject(subject)
