"""`parse` and `corpora`: one mail, or a folder of them, as the bot sees it, without an archive."""

from __future__ import annotations

import json
import re
from pathlib import Path

from servers.office import invoked

CORPUS = Path(__file__).parents[1] / "corpus"


def run(*words: str) -> tuple[int, str]:
    return invoked([*words], {"PRIVACYBOT_SERVICE__ENVIRONMENT": "demo", "PRIVACYBOT_LOG__LEVEL": "warning"})


def test_a_mail_is_drawn_with_its_parts_its_judgement_and_whose_words_are_whose() -> None:
    code, shown = run("parse", str(CORPUS / "html_and_text_differ.eml"))

    assert code == 0
    assert "  ├─ text/plain  utf-8  55 bytes\n  └─ text/html  utf-8  85 bytes\n" in shown
    assert re.search(r"sender +sanne@klant\.example", shown)
    assert re.search(r"may a machine answer +yes", shown)
    assert "afzender: niet te bewijzen\n    want het bericht is niet ondertekend (DKIM)\n" in shown
    assert re.search(r"defect +text and html differ", shown)
    assert "│ Kunnen jullie mij de factuur van maart nog eens sturen?" in shown


def test_a_program_gets_the_same_as_json() -> None:
    code, shown = run("parse", str(CORPUS / "reply_below.eml"), "--json")

    found = json.loads(shown)

    assert code == 0
    assert [part["kind"] for part in found["structure"]] == ["text/plain"]
    assert found["sender"] == "sanne@klant.example"
    assert "Nee, dat niet." in found["new_text"]
    assert "En daarna alles wissen?" in found["quoted_text"]
    assert found["verdict"]["labels"] is not None
    assert found["sender_check"] == {
        "verdict": "none",
        "reasons": ["het bericht is niet ondertekend (DKIM)"],
        "flags": [],
    }


def test_a_mail_over_a_limit_shows_its_headers_and_says_why_it_is_not_read(tmp_path: Path) -> None:
    mail = tmp_path / "veel.eml"
    mail.write_bytes(b"From: sanne@klant.example\r\n" + b"X-A: 1\r\n" * 300 + b"\r\nHallo")

    code, shown = run("parse", str(mail))

    assert code == 1
    assert "From  sanne@klant.example" in shown
    assert "could not be taken apart: too many headers" in shown


def test_a56_a_mail_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    escape = "\x1b]0;weg\x07\x1b[2J\x9b31m"
    mail = tmp_path / f"{escape}.eml"
    mail.write_bytes(
        f"From: {escape} <sanne@klant.example>\nSubject: {escape}\nMessage-ID: <{escape}@klant.example>\n"
        f"Content-Type: multipart/mixed; boundary=g\n\n--g\nContent-Type: text/{escape}\n\n{escape}\n"
        f"--g\nContent-Type: text/plain; charset={escape}\n\n> {escape}\n{escape}\u202e[bold]weg[/bold]\n"
        f"--g\nContent-Disposition: {escape}; filename={escape}.pdf\n\nx\n--g--\n".encode()
    )

    for words in (("parse", str(mail)), ("parse", str(mail), "--json"), ("corpora", str(tmp_path))):
        _, shown = run(*words)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
        assert "[bold]" in shown or words[0] == "corpora"


def test_a_folder_of_odd_mail_is_counted_and_nothing_in_it_is_lost(tmp_path: Path) -> None:
    plain = (CORPUS / "plain.eml").read_bytes()
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1:2,S").write_bytes(plain)
    (tmp_path / "post.mbox").write_bytes(b"From - x\n" + plain + b"\n\nFrom - y\n" + plain + b"\n")
    (tmp_path / "leeg").write_bytes(b"")
    (tmp_path / "beeld").write_bytes(bytes(range(256)) * 20)

    code, shown = run("corpora", str(tmp_path), "--json")

    found = json.loads(shown)
    assert (code, found["failures"]) == (0, [])
    assert found["files"] == 4
    assert found["counts"]["mails"] == 5
    assert found["counts"]["read"] == 4
    assert found["labels"]["access"] == 3
    assert found["unreadable"] == {"empty": 1}
    assert sum(found["sender_verdicts"].values()) == 5


def test_a_file_that_cannot_be_read_is_named_and_ends_with_one(tmp_path: Path) -> None:
    mail = tmp_path / "traag.eml"
    mail.write_bytes(b"From: sanne@klant.example\n\n" + b"Hallo daar. " * 100_000)

    code, shown = invoked(
        ["corpora", str(tmp_path)],
        {"PRIVACYBOT_SERVICE__ENVIRONMENT": "demo", "PRIVACYBOT_PARSING__SECONDS": "0.001"},
    )

    assert code == 1
    assert "traag.eml: took too long" in shown


def test_no_command_about_a_mail_shows_a_citizen_service_number(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b"From: sanne@klant.example\nSubject: BSN 111222333\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n"
        b"Ik wil inzage in mijn gegevens, mijn BSN is 111222333.\n--x\nContent-Disposition: attachment\n\n"
        b"Burgerservicenummer: 111222333. Wis al mijn gegevens.\n--x--\n"
    )

    shown = [
        run(*words, str(mail))[1] for words in (("parse",), ("parse", "--json"), ("classify",), ("classify", "--json"))
    ]

    assert not [text for text in shown if "111222333" in text]
    assert "•••" in shown[0]
