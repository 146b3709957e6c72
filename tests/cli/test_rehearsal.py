"""`rehearse`: what would have come of a folder of past mail, told to programs and on a page, and nothing touched."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from servers.office import invoked, printed_by

BSN = "111222333"
HOSTILE = '</summary><script>alert(1)</script>\x1b[2J\u202egniteb<img src="//kwaad.example/x">'
REQUEST = f"""\
Goedemorgen,

Het weer is mooi. Welke gegevens hebben jullie van mij? Ik wil graag inzage in al mijn persoonsgegevens.
Mijn burgerservicenummer is {BSN}.

Groet, Sanne
"""


def mail(sender: str, subject: str, text: str, day: int, *more: str) -> bytes:
    number = hashlib.sha256(f"{sender}{subject}{text}".encode()).hexdigest()[:12]
    head = (
        f"From: {sender}",
        "To: info@kleinboek.nl",
        f"Subject: {subject}",
        f"Date: {day:02} Mar 2026 09:00:00 +0100",
        *(() if any(line.startswith("Message-ID") for line in more) else (f"Message-ID: <{number}@klant.example>",)),
        "Content-Type: text/plain; charset=utf-8",
        *more,
    )
    return "\n".join((*head, "", text)).encode()


def fill(folder: Path) -> None:
    """Past mail in all the forms in which it lies about."""
    (folder / "Archief" / "cur").mkdir(parents=True)
    (folder / "Archief" / "new").mkdir()
    request = mail("Sanne <sanne@klant.example>", "Mijn gegevens", REQUEST, 2, "Message-ID: <een@klant.example>")
    (folder / "verzoek.eml").write_bytes(request)
    (folder / "Archief" / "new" / "verzoek-nog-eens").write_bytes(request)
    (folder / "herinnering.eml").write_bytes(
        mail(
            "Sanne <sanne@klant.example>",
            "Re: Mijn gegevens",
            "Ik heb nog steeds niets gehoord op mijn verzoek. Wanneer krijg ik antwoord?",
            20,
            "In-Reply-To: <twee@kleinboek.nl>",
        )
    )
    (folder / "ons-antwoord.eml").write_bytes(
        mail(
            "Kleinboek <info@kleinboek.nl>",
            "Re: Mijn gegevens",
            "Dank voor uw bericht, wij zoeken het uit.",
            3,
            "Message-ID: <twee@kleinboek.nl>",
            "In-Reply-To: <een@klant.example>",
        )
    )
    (folder / "advocaat.eml").write_bytes(
        mail(
            "joris@elders.example",
            HOSTILE.replace("\x1b", "=?utf-8?q?=1B?=").replace("\u202e", "=?utf-8?b?4oCu?= "),
            "Namens mijn cliënte, mevrouw De Vries, verzoek ik u al haar persoonsgegevens te wissen.\n\n" + HOSTILE,
            4,
        )
    )
    (folder / "post.mbox").write_bytes(
        b"From x\n"
        + mail("fatima@klant.example", "Factuur 2026-014", "Kunt u factuur 2026-014 nog eens sturen?", 5)
        + b"\n\nFrom y\n"
        + mail(
            "joris@klant.example",
            "Automatisch antwoord: afwezig",
            "Ik ben er tot maandag niet.",
            6,
            "Auto-Submitted: auto-replied",
        )
    )
    (folder / "leeg.eml").write_bytes(b"")
    (folder / "weg.eml").symlink_to(folder / "nergens")
    (folder / "notities.txt").write_bytes(b"Geen mail.\n")


def state_of(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(path): (path.lstat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in sorted((folder, *folder.rglob("*")))
    }


def environment(home: Path) -> dict[str, str]:
    return {
        "PRIVACYBOT_SERVICE__ENVIRONMENT": "demo",
        "PRIVACYBOT_LOG__LEVEL": "warning",
        "PRIVACYBOT_PARSING__PROCESSES": "1",
        "PRIVACYBOT_HOME": str(home),
        "PRIVACYBOT_NOW": "2026-11-26T09:00:00+01:00",
    }


@dataclass(frozen=True)
class Rehearsed:
    code: int
    found: dict[str, Any]
    page: str
    said: str
    before: dict[str, tuple[int, str]]
    after: dict[str, tuple[int, str]]
    left: list[str]  # every other file that is there afterwards

    def mail(self, name: str) -> dict[str, Any]:
        return next(one for one in self.found["mails"] if one["file"] == name)


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """One rehearsal for all these tests: its child takes a second to start."""
    place = tmp_path_factory.mktemp("proef")
    fill(place / "post")
    before = state_of(place / "post")
    printed = printed_by(
        ["rehearse", str(place / "post"), "--html", str(place / "proef.html"), "--json"], environment(place / "home")
    )
    return Rehearsed(
        code=printed.code,
        found=json.loads(printed.answer),
        page=(place / "proef.html").read_text(encoding="utf-8"),
        said=printed.said,
        before=before,
        after=state_of(place / "post"),
        left=sorted(path.name for path in place.iterdir()),
    )


def test_every_mail_is_counted_once_by_what_would_have_come_of_it(rehearsed: Rehearsed) -> None:
    assert rehearsed.found["counts"] == {
        "case": 1,
        "person": 1,
        "follow_up": 1,
        "ordinary": 1,
        "automatic": 1,
        "own": 1,
        "duplicate": 1,
        "unreadable": 1,
        "not_opened": 1,
        "other_files": 1,
    }
    assert rehearsed.found["unreadable"] == [{"file": "leeg.eml", "reason": "empty"}]
    assert rehearsed.found["other_files"] == ["notities.txt"]


def test_a_case_is_told_with_its_rights_and_the_sentences_that_carried_it(rehearsed: Rehearsed) -> None:
    case = next(one for one in rehearsed.found["mails"] if one["outcome"] == "case")

    assert (case["labels"], case["case"], case["date"], case["writer"]) == (["access"], 1, "2026-03-02", "subject")
    assert "Ik wil graag inzage in al mijn persoonsgegevens." in [reason["text"] for reason in case["reasons"]]
    assert re.search(r"<mark>Ik wil graag inzage in al mijn persoonsgegevens\.<span", rehearsed.page)
    assert "Het weer is mooi." in rehearsed.page


def test_a_reply_finds_the_case_of_the_mail_that_began_it_through_our_own_answer(rehearsed: Rehearsed) -> None:
    reply = rehearsed.mail("herinnering.eml")

    assert (reply["outcome"], reply["case"]) == ("follow_up", 1)
    assert rehearsed.mail("ons-antwoord.eml")["outcome"] == "own"


def test_what_a_person_would_be_asked_says_why(rehearsed: Rehearsed) -> None:
    asked = rehearsed.mail("advocaat.eml")

    assert (asked["outcome"], asked["why"]) == ("person", "iemand schrijft namens een ander")
    assert "Iemand schrijft namens een ander" in rehearsed.page


def test_nothing_is_touched_and_no_file_is_made_but_the_page(rehearsed: Rehearsed) -> None:
    assert rehearsed.after == rehearsed.before
    assert rehearsed.left == ["post", "proef.html"]


def test_a_file_that_cannot_be_opened_is_named_and_ends_with_one(rehearsed: Rehearsed) -> None:
    assert rehearsed.code == 1
    assert rehearsed.found["not_opened"] == [{"file": "weg.eml", "reason": "FileNotFoundError"}]
    said = rehearsed.said.splitlines()[-1]  # where it is slow, lines of progress come before
    assert said == "privacybot: 1 files could not be opened; the report names them and the mend"
    assert "een verwijzing die nergens heen leidt" in rehearsed.page


def test_no_citizen_service_number_is_told(rehearsed: Rehearsed) -> None:
    assert BSN not in rehearsed.page + json.dumps(rehearsed.found)
    assert "•••" in rehearsed.page


class Elements(HTMLParser):
    """Every element of a page with its attributes, and its style sheet."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.style = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "style" and not self.style:
            self.style = data


def test_the_page_needs_nothing_but_itself_and_its_policy_says_so(rehearsed: Rehearsed) -> None:
    elements = Elements(rehearsed.page)

    policy = next(each["content"] for _, each in elements.found if each.get("http-equiv") == "Content-Security-Policy")
    digest = base64.b64encode(hashlib.sha256(elements.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not {tag for tag, _ in elements.found} & {"script", "img", "link", "iframe", "form", "object", "base"}
    assert not [name for _, each in elements.found for name in each if name in ("style", "src") or name[:2] == "on"]
    assert all((each.get("href") or "#")[0] == "#" for _, each in elements.found)
    assert "url(" not in elements.style
    assert "@import" not in elements.style


def test_words_of_a_mail_cannot_speak_to_the_browser_or_turn_the_line(rehearsed: Rehearsed) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in rehearsed.page
    assert "‹U+202E›gniteb" in rehearsed.page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", rehearsed.page)


def test_the_page_is_for_its_owner_alone_and_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    (tmp_path / "een.eml").write_bytes(b"")
    page = tmp_path / "pagina" / "proef.html"
    page.parent.mkdir()

    page.write_text("<!doctype html>\n<!-- privacybot rehearse -->\nvan gisteren")

    code, shown = invoked(["rehearse", str(tmp_path / "een.eml"), "--html", str(page)], environment(tmp_path / "h"))

    assert (code, list(page.parent.iterdir())) == (0, [page])
    assert "van gisteren" not in page.read_text(encoding="utf-8")
    assert page.stat().st_mode & 0o777 == 0o600
    assert "1 mails gelezen" in shown
    assert re.search(r"een\.eml: het bestand is leeg", shown)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{}/weg",), "{}/weg does not exist; give a folder with mails, one .eml, an mbox file or a Maildir"),
        (("{}/leeg",), "there is no mail in {}/leeg; 1 other files were passed over; mail is .eml, mbox or a Maildir"),
        (("{}/pijp",), "{}/pijp is neither a folder nor a file; give one of these"),
        (
            ("{}/een.eml", "--html", "{}/een.eml"),
            "{}/een.eml exists and is no page of a rehearsal; give --html another",
        ),
        (("{}/een.eml", "--html", "{}/leeg"), "{}/leeg exists and is no page of a rehearsal; give --html another name"),
        (
            ("{}/een.eml", "--html", "{}/weg/proef.html"),
            "the page {}/weg/proef.html cannot be written (No such file or directory); give --html a file in a folder",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_mend_before_any_mail_is_read(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "leeg").mkdir()
    (tmp_path / "leeg" / "notities.txt").write_bytes(b"Geen mail.\n")
    (tmp_path / "een.eml").write_bytes(REQUEST.encode())
    os.mkfifo(tmp_path / "pijp")

    code, shown = invoked(["rehearse", *(word.format(tmp_path) for word in words)], environment(tmp_path / "home"))

    assert code == 1
    assert shown.startswith(f"privacybot: {said.format(tmp_path)}")
    assert (tmp_path / "een.eml").read_bytes() == REQUEST.encode()


def test_a_full_disk_is_told_and_leaves_no_half_a_page(tmp_path: Path) -> None:
    writing = (
        "import sys; from pathlib import Path; from bot.cli.session import telling\n"
        "from bot.cli.rehearsal.page import PageFile\n"
        "with telling(), PageFile(Path(sys.argv[1])) as file: file.write(['x' * 100_000])"
    )

    ended = subprocess.run(
        [sys.executable, "-c", writing, str(tmp_path / "proef.html")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert re.match(r"privacybot: the page \S+ cannot be written \(File too large\); give --html a file", ended.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_cannot_be_printed_is_told(tmp_path: Path) -> None:
    (tmp_path / "een.eml").write_bytes(b"")

    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "rehearse", str(tmp_path / "een.eml")],
            env=environment(tmp_path / "home"),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        "privacybot: the report cannot be printed (No space left on device); give --html a file instead"
    )


@pytest.fixture
def interrupts_heard() -> Iterator[None]:
    """A program started by a shell with "&" ignores Ctrl-C, and so does all that it starts: here it is heard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts_heard")
def test_an_interrupt_on_a_terminal_ends_it_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "veel.mbox").write_bytes((b"From x\n" + REQUEST.encode() + b"\n") * 5000)
    ours, theirs = pty.openpty()

    with subprocess.Popen(
        [sys.executable, "-m", "bot", "rehearse", str(tmp_path / "veel.mbox"), "--html", str(tmp_path / "proef.html")],
        env=environment(tmp_path / "home") | {"TERM": "xterm"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    ) as running:
        os.close(theirs)
        shown = b""
        while b"mails lezen" not in shown:
            shown += os.read(ours, 1000)
        running.send_signal(signal.SIGINT)
        shown += _rest(ours)
    os.close(ours)

    assert running.returncode == 130
    assert "gestopt; er is niets veranderd" in shown.decode()
    assert b"Traceback" not in shown
    assert list(tmp_path.iterdir()) == [tmp_path / "veel.mbox"]


def _rest(terminal: int) -> bytes:
    """What is still said until nobody can speak any more; Linux ends a terminal with an error."""
    said = b""
    try:
        while more := os.read(terminal, 1000):
            said += more
    except OSError:
        pass
    return said
