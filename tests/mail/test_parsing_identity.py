"""One mail is one mail, however it travelled; another's words under the same Message-ID are another mail."""

from __future__ import annotations

import base64

import pytest
from hypothesis import assume, example, given, strategies
from hypothesis import settings as hypothesis_settings

from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.mail.sender import ORDINARY, NotOneMailboxError, mailbox, read_twice
from bot.settings import ParsingSettings

TEXT = "Graag één kopie van mijn gegevens.\n"


def mail(
    *,
    headers: str = "",
    sender: str = "sanne@klant.example",
    message_id: str = "<1@klant.example>",
    content: str = f"Content-Type: text/plain; charset=utf-8\n\n{TEXT}",
) -> ParsedMail:
    raw = f"{headers}From: {sender}\nMessage-ID: {message_id}\nMIME-Version: 1.0\n{content}"
    read = parsed(raw.encode(), ParsingSettings(), "kleinboek.nl")
    assert isinstance(read, ParsedMail)
    return read


def attached(letters: str) -> str:
    return (
        "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{TEXT}\n--x\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n{letters}\n--x--\n"
    )


@pytest.mark.parametrize(
    "copy",
    [
        mail(),
        mail(headers="Received: from a by b; Thu, 26 Nov 2026 10:00:00 +0100\nReturn-Path: <x@klant.example>\n"),
        mail(headers="Delivered-To: info@kleinboek.nl\nAuthentication-Results: mx; dkim=pass\n"),
        mail(content=f"Content-Type: text/plain; charset=utf-8\n\n{TEXT}\n\n"),
        mail(
            content="Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(TEXT.encode()).decode()
        ),
    ],
)
def test_a_copy_that_travelled_another_way_is_the_same_mail(copy: ParsedMail) -> None:
    assert copy.identity == mail().identity


@pytest.mark.parametrize(
    "other",
    [
        mail(sender="joris@elders.example"),
        mail(message_id="<2@klant.example>"),
        mail(content="Content-Type: text/plain; charset=utf-8\n\nGraag alles wissen.\n"),
        mail(content=attached("een")),
    ],
)
def test_another_sender_id_text_or_attachment_makes_another_mail(other: ParsedMail) -> None:
    assert other.identity != mail().identity


def test_two_attachments_that_differ_in_one_letter_make_two_mails() -> None:
    assert mail(content=attached("een")).identity != mail(content=attached("eén")).identity


@pytest.mark.parametrize(
    "written",
    [
        "sanne@klant.example>",
        "<sanne@klant.example",
        "sanne@klant.example>>",
        "<<sanne@klant.example>",
        "<sanne@klant.example>>",
        "<<sanne@klant.example>>",
        "sanne@klant.example <",
        "sanne@klant.example <>",
        "> sanne@klant.example",
        ">sanne@klant.example<",
        "Sanne sanne@klant.example>",
        "Sanne <sanne@klant.example",
        "Sanne> <sanne@klant.example>",
        'Sanne "<" sanne@klant.example>',
        '"Sanne <sanne@klant.example>',
    ],
)
def test_a_sender_with_a_bracket_too_many_or_too_few_has_no_address(written: str) -> None:
    read = mail(sender=written)

    assert read.sender.address is None
    assert any(defect.startswith("From: ") for defect in read.sender.defects)


@pytest.mark.parametrize(
    "written",
    ["sanne@klant.example", "<sanne@klant.example>", "Sanne <sanne@klant.example>", '"S. > V." <Sanne@klant.example>'],
)
def test_a_bare_address_or_a_name_with_one_address_in_brackets_is_a_sender(written: str) -> None:
    read = mail(sender=written)

    assert (read.sender.address, read.sender.defects) == ("sanne@klant.example", ())


@example('"Vries, S. de (sanne@klant.example)" <sanne+1@klant.example>')
@example("<sanne.de.vries@klant-1.klant.example>")
@hypothesis_settings(max_examples=60, deadline=None)
@given(strategies.from_regex(ORDINARY, fullmatch=True, alphabet=strategies.characters(codec="ascii")))
def test_a_sender_of_the_plainest_form_is_whom_two_parsers_read(value: str) -> None:
    assume(not value.rstrip(">").lower().endswith((".test", ".arpa", ".invalid", ".local", ".localhost", ".onion")))

    assert mailbox(value.encode()) == read_twice(value)


def test_a_sender_of_the_plainest_form_under_a_name_that_is_no_domain_is_none() -> None:
    with pytest.raises(NotOneMailboxError):
        mailbox(b"Sanne <sanne@klant.localhost>")
