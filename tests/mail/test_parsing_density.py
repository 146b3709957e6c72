"""Pages of nothing but tags: read within a second, their words never lost, and staff are told."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest

from bot.cases.attachments import as_staff_read_it
from bot.mail.density import MAX_TAGS, Appetite
from bot.mail.html import html_text
from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings
from bot.triage.classify import classify_mail
from bot.triage.labels import Look, RequestKind
from bot.triage.model import load_model

ASKS = "Graag ontvang ik een kopie van alle persoonsgegevens die u van mij heeft (artikel 15 AVG)."
SIZE = 250_000
HOSTILE = {
    "bold": "<b>" * (SIZE // 3),
    "bold paragraphs": "<b><p>" * (SIZE // 6),
    "misnested": "".join(f"<b a={number}>" for number in range(8_000)) + "<p>x</b>" * 8_000,
    "closers without openers": "<font>" * 290 + "</table></applet><pre><div>" * (SIZE // 27),
    "table parts outside tables": "<applet>" * 230 + "<colgroup>" * (SIZE // 10),
    "tables": "<table><tr><td>" * (SIZE // 15),
    "cells put out of a table": "<table>" + "<b>x" * (SIZE // 4),
    "less-than signs": "<" * SIZE,
    "unclosed lists": "<ul><li>x" * (SIZE // 9),
}


def mail_of(*pages: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "sanne@klant.example", "Vraag", "<1@klant.example>"
    mail.make_mixed()
    for page in pages:
        part = EmailMessage()
        part.set_content(page, subtype="html", cte="8bit")
        mail.attach(part)
    return mail.as_bytes()


def read(*pages: str) -> ParsedMail:
    mail = parsed(mail_of(*pages), ParsingSettings(), "kleinboek.nl")
    assert isinstance(mail, ParsedMail)
    return mail


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_a_page_of_tags_costs_less_than_a_second_and_hides_no_words_below_it(page: str) -> None:
    began = time.process_time()

    found = html_text(f"{page}<p>{ASKS}</p>")

    assert time.process_time() - began < 1
    assert ASKS in found.visible
    assert "html cut" in found.defects


def test_many_pages_in_one_mail_cost_no_more_than_one() -> None:
    raw = mail_of(*[HOSTILE["bold paragraphs"]] * 8)
    began = time.process_time()

    mail = parsed(raw, ParsingSettings(), "kleinboek.nl")

    assert isinstance(mail, ParsedMail)
    assert time.process_time() - began < 1
    assert "html not read" in mail.defects
    assert classify_mail(load_model(), mail, in_case=False).look is Look.UNREAD_TEXT


def test_staff_read_that_the_form_was_too_much_and_decide_what_is_asked() -> None:
    mail = read(f"{HOSTILE['bold']}<p>{ASKS}</p>")

    verdict = classify_mail(load_model(), mail, in_case=False)

    assert (verdict.kinds, verdict.needs_person) == ({RequestKind.ACCESS}, True)
    assert as_staff_read_it(mail).startswith("[de opmaak van dit bericht is te zwaar")


def _reply(depth: int) -> str:
    inner = _reply(depth - 1) if depth else ""
    words = f"<div><p><span>Antwoord {depth}</span></p></div>"
    return f"<div class=x>{words}<blockquote><div><div>{inner}</div></div></blockquote></div>"


@pytest.mark.parametrize(
    "page",
    [
        _reply(45),
        "<table>" + "<tr><td><a href=x><font>Koop</font></a></td></tr>" * 800 + "</table>",
        "<p>regel<br>" * 3000,
        "<ul>" + "<li><b>punt</b>" * 1500 + "</ul>",
    ],
    ids=["a long thread", "a large table", "a long text", "a long list"],
)
def test_what_people_and_newsletters_send_is_read_whole(page: str) -> None:
    assert html_text(f"{page}<p>slot</p>").defects == ()


def test_the_tags_of_all_pages_are_counted_together() -> None:
    appetite = Appetite()

    first = html_text("<i>a</i>" * (MAX_TAGS // 2 - 5), appetite)
    second = html_text("<p style='display:none'>geheim</p>" * 20, appetite)

    assert first.defects == ()
    assert "html cut" in second.defects
