"""Mails with one oddity each, and what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.mail.message import AutomaticSigns, ParsedMail
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings

CORPUS = Path(__file__).parents[1] / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.eml"))


def read(name: str) -> ParsedMail:
    mail = parsed((CORPUS / f"{name}.eml").read_bytes(), ParsingSettings(), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail


def test_the_readme_of_the_corpus_names_every_mail_and_no_other() -> None:
    lines = (CORPUS / "README.md").read_text(encoding="utf-8").splitlines()

    listed = [line.split("`")[1].removesuffix(".eml") for line in lines if line.startswith("| `")]

    assert sorted(listed) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_mail_gives_storable_text_and_hides_it_in_its_repr(name: str) -> None:
    mail = read(name)

    for text in (mail.subject, mail.new_text, mail.quoted_text, mail.whole_text, mail.sender.shown):
        text.encode("utf-8")
        assert "\0" not in text
    assert "sanne" not in repr(mail).lower()
    assert "gegevens" not in repr(mail)


def test_an_ordinary_mail_is_read_whole_and_without_a_defect() -> None:
    mail = read("plain")

    assert mail.sender.address == "sanne@klant.example"
    assert mail.sender.defects == mail.defects == ()
    assert mail.subject == "Mijn gegevens"
    assert mail.message_id == "<1@klant.example>"
    assert mail.to_addresses == ("info@kleinboek.nl",)
    assert mail.dated_at == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    assert mail.new_text == mail.whole_text == "Graag een kopie van al mijn gegevens."
    assert mail.quoted_text == ""
    assert mail.signs == AutomaticSigns()
    assert mail.signs.may_be_answered


def test_line_ends_change_the_digest_but_not_which_mail_it_is() -> None:
    plain, crlf = read("plain"), read("crlf")

    assert plain.digest != crlf.digest
    assert plain.identity == crlf.identity


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("two_from", "more than one From header"),
        ("two_from_reversed", "more than one From header"),
        ("from_space_first", "space between header name and colon"),
        ("from_space_second", "space between header name and colon"),
        ("leading_space", "first header line is a continuation"),
        ("folded_name", "header line without a colon"),
        ("envelope_line", "envelope line in the header block"),
        ("nul_in_from", "NUL in the header block"),
        ("bare_cr", "bare CR in the header block"),
        ("no_from", "no From header"),
        ("null_from", "From: not a valid address"),
        ("cr_line_ends", "line ends of bare CR"),
        ("from_two_addresses", "From: not exactly one plain address"),
        ("from_route", "From: not exactly one plain address"),
        ("from_group", "From: not exactly one plain address"),
        ("from_comment", "From: not exactly one plain address"),
        ("from_paren_trick", "From: not exactly one plain address"),
        ("from_encoded_address", "From: not exactly one plain address"),
        ("from_encoded_mailbox", "From: encoded word in the address"),
        ("from_unquoted_at", "From: not exactly one plain address"),
        ("from_cyrillic_local", "From: address outside ASCII"),
        ("from_homoglyph_domain", "From: address outside ASCII"),
        ("from_fullwidth_dot", "From: address outside ASCII"),
        ("from_quoted_local", "From: not exactly one plain address"),
        ("from_crlf_word", "From: not exactly one plain address"),
    ],
)
def test_a_sender_that_two_programs_may_read_differently_has_no_address(name: str, defect: str) -> None:
    mail = read(name)

    assert mail.sender.address is None
    assert defect in mail.sender.defects
    assert "kopie van al mijn gegevens" in mail.new_text


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("from_capitals", "sanne.devries@klant.example"),
        ("from_dotted_name", "sanne@klant.example"),
        ("from_raw_utf8", "sanne@klant.example"),
        ("from_name_as_address", "joris@elders.example"),
        ("reply_to_elsewhere", "sanne@klant.example"),
    ],
)
def test_the_address_is_the_one_in_angle_brackets_in_lower_case(name: str, address: str) -> None:
    assert read(name).sender.address == address


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("from_name_as_address", "display name shows another address"),
        ("reply_to_elsewhere", "Reply-To is not the sender"),
        ("bidi_subject", "characters that turn the reading direction"),
        ("no_date", "no Date"),
        ("broken_date", "broken Date"),
        ("no_message_id", "no Message-Id"),
        ("broken_utf8", "broken charset"),
        ("unknown_charset", "unknown charset"),
        ("computing_charset", "unknown charset"),
        ("lost_boundary", "start boundary not found"),
        ("two_content_types", "more than one content-type"),
        ("html_and_text_differ", "text and html differ"),
        ("encrypted", "encrypted"),
    ],
)
def test_every_oddity_is_named(name: str, defect: str) -> None:
    assert defect in read(name).defects


def test_headers_that_are_missing_are_none_and_no_failure() -> None:
    assert read("no_date").dated_at is None
    assert read("broken_date").dated_at is None
    assert read("no_message_id").message_id is None
    assert read("no_from").sender.shown == ""


def test_the_reply_to_address_is_shown_and_never_becomes_the_sender() -> None:
    mail = read("reply_to_elsewhere")

    assert mail.reply_to == "joris@elders.example"
    assert mail.sender.address == "sanne@klant.example"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("subject_with_header", "hoi Bcc: joris@elders.example"),
        ("subject_split_character", "Ik wil mijn € terug"),
        ("bidi_subject", "factuur ‹U+202E›fdp.exe"),
    ],
)
def test_a_subject_is_one_visible_line(name: str, subject: str) -> None:
    assert read(name).subject == subject


def test_references_are_read_through_encoded_words_and_rubbish() -> None:
    assert read("encoded_references").references == ("<KB-2026-0042.1@kleinboek.nl>",)
    assert read("glued_references").references == ("<b@kleinboek.nl>", "<a@kleinboek.nl>")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("broken_utf8", "Één café, graag één \ufffd\ufffd kopie."),
        ("latin1_called_ascii", "Eén kopie voor € 5, graag."),
        ("unknown_charset", "Eén kopie graag."),
        ("computing_charset", "Een kopie graag."),
        ("broken_base64", "Graag een kopie van mijn gegevens."),
        ("lost_boundary", "Graag een kopie van al mijn gegevens."),
        ("no_empty_line", "Graag een kopie van al mijn gegevens.\nGroet, Sanne"),
        ("no_headers", "Graag een kopie van al mijn gegevens.\nGroet, Sanne"),
        ("two_plain_alternatives", "Eerste tekst.\n\nTweede tekst."),
        ("zero_width", "Graag al mijn gegevens verwijderen."),
        ("html_only", "Goedemorgen,\n\nWat weten jullie éigenlijk van mij?\nGroet, Sanne"),
        ("html_and_text_agree", "Wat weten jullie van mij?\n\nGroet, Sanne"),
        ("newsletter_font_zero", "Gewone tekst."),
        ("reply_gmail", "K7QM-2RWX\n\nGroet, Sanne"),
        ("reply_outlook", "De code is K7QM-2RWX."),
        ("reply_html_outlook", "De code is K7QM-2RWX."),
        ("reply_iphone_glued", "Ja graag\n\nVerstuurd vanaf mijn iPhone"),
        ("reply_below", "Ja, alles.\nNee, dat niet.\n\nSanne"),
        ("own_list_with_marks", "Goedendag,\n\n> een kopie van al mijn gegevens\n> en daarna alles wissen\n\nSanne"),
        (
            "forward_with_words_below",
            "Graag een kopie van al mijn gegevens, en stop hiermee.\n\nGroet,\nSanne de Vries",
        ),
        (
            "reply_html_border",
            "Graag een kopie van al mijn gegevens.\n\nVan: Hooiweg 1\nAan: Dorpsstraat 2",
        ),
        ("reply_own_lines", "Mijn adres is veranderd.\n\nVan: Hooiweg 1\nAan: Dorpsstraat 2\n\nGroet, Sanne"),
    ],
)
def test_the_new_text_is_what_the_writer_wrote_now(name: str, text: str) -> None:
    assert read(name).new_text == text


def test_what_was_quoted_stays_readable() -> None:
    mail = read("reply_gmail")

    assert "Stuur ons deze code: K7QM-2RWX" in mail.quoted_text
    assert "Stuur ons deze code: K7QM-2RWX" in mail.whole_text


@pytest.mark.parametrize("name", ["hidden_display_none", "hidden_by_sheet", "hidden_white"])
def test_hidden_text_is_flagged_shown_to_staff_and_kept_out_of_the_new_text(name: str) -> None:
    mail = read(name)

    assert mail.hidden_text
    assert mail.new_text == "Graag de factuur van maart."
    assert mail.whole_text.endswith("[verborgen tekst]\nVerwijder al mijn gegevens.")


def test_text_and_html_that_differ_both_count() -> None:
    mail = read("html_and_text_differ")

    assert "factuur van maart" in mail.new_text
    assert "Verwijder alles" in mail.new_text
    assert not mail.hidden_text


def test_the_words_of_a_forwarded_mail_are_not_the_forwarders() -> None:
    mail = read("forwarded_as_attachment")

    assert mail.new_text == "Wat moet ik hiermee?"
    assert "Verwijder al mijn gegevens." in mail.quoted_text
    assert "Verwijder al mijn gegevens." in mail.whole_text
    assert [attached.content_type for attached in mail.attachments] == ["message/rfc822"]
    assert mail.returned_message_ids == ()


@pytest.mark.parametrize(
    ("name", "file_name", "content_type", "text"),
    [
        ("text_attachment", "brief.txt", "text/plain", "Ik wil inzage in mijn gegevens."),
        ("pdf_called_text", "brief.txt", "application/pdf", None),
        ("program_called_pdf", "factuur.pdf", "application/vnd.microsoft.portable-executable", None),
        ("name_with_newline", "a Bcc: joris@elders.example.png", "image/png", None),
        ("encrypted", "smime.p7m", "application/pkcs7-mime", None),
    ],
)
def test_an_attachment_is_what_its_bytes_say(name: str, file_name: str, content_type: str, text: str | None) -> None:
    (attached,) = read(name).attachments

    assert (attached.name, attached.content_type, attached.text) == (file_name, content_type, text)


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("auto_replied", "auto_submitted"),
        ("auto_replied", "bulk"),
        ("null_return_path", "null_return_path"),
        ("out_of_office_subject", "subject_pattern"),
        ("suppress_only", "suppress_requested"),
        ("mailing_list", "mailing_list"),
        ("no_reply_sender", "role_sender"),
        ("null_from", "role_sender"),
        ("bounce", "report"),
        ("bounce", "role_sender"),
        ("bounce_whole_mail", "subject_pattern"),
    ],
)
def test_a_machine_leaves_its_sign(name: str, sign: str) -> None:
    signs = read(name).signs

    assert getattr(signs, sign)
    assert not signs.may_be_answered


@pytest.mark.parametrize("name", ["auto_submitted_no", "suppress_only", "mailing_list", "plain"])
def test_a_mail_that_a_person_wrote_is_not_automatic(name: str) -> None:
    assert not read(name).signs.automatic


@pytest.mark.parametrize(
    ("name", "message_id"),
    [
        ("bounce", "<KB-2026-0042.2@kleinboek.nl>"),
        ("bounce_whole_mail", "<KB-2026-0042.3@kleinboek.nl>"),
        ("bounce_plain", "<KB-2026-0042.4@kleinboek.nl>"),
    ],
)
def test_a_bounce_names_the_mail_that_came_back_and_says_none_of_it_as_new(name: str, message_id: str) -> None:
    mail = read(name)

    assert mail.returned_message_ids == (message_id,)
    assert "ABCD" not in mail.new_text


def test_our_own_mail_is_known_by_its_token() -> None:
    assert read("own_mail").own_token == "0123456789abcdef"
    assert read("plain").own_token is None
