"""The demo, judged from outside: its exit, its screen, and the mail that it sent."""

from __future__ import annotations

import email
import email.policy
import io
import os
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
import pyzipper
from sqlalchemy import create_engine, text

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """One run of the demo: its folder and what it printed."""
    home = tmp_path_factory.mktemp("demo")
    env = {key: value for key, value in os.environ.items() if not key.startswith("PRIVACYBOT_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--no-wait"],
        cwd=ROOT,
        env={**env, "PRIVACYBOT_HOME": str(home), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "demo", done.stdout


def letters(folder: Path, person: str) -> list[EmailMessage]:
    """What one person was sent, in order."""
    found = []
    for path in sorted((folder / "verzonden").glob(f"*-{person}.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def words(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def passphrase(folder: Path, person: str) -> str:
    for letter in letters(folder, person):
        if found := re.search(r"^([0-9a-z]{4}(?:-[0-9a-z]{4}){4})\s*$", words(letter), re.MULTILINE):
            return found[1]
    raise AssertionError("no letter carries a passphrase")


def attachment(letter: EmailMessage, suffix: str) -> bytes:
    [part] = [part for part in letter.iter_attachments() if str(part.get_filename()).endswith(suffix)]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_sannes_overview_opens_with_the_passphrase_of_her_challenge_and_with_no_other(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    overview = attachment(letters(folder, "sanne")[-1], ".pdf")

    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(overview))
    with pikepdf.open(io.BytesIO(overview), password=passphrase(folder, "sanne")) as pdf:
        assert len(pdf.pages) > 1


def test_sannes_package_holds_her_rows_and_nobody_elses(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    package = attachment(letters(folder, "sanne")[-1], ".zip")
    with pyzipper.AESZipFile(io.BytesIO(package)) as opened:
        opened.setpassword(passphrase(folder, "sanne").encode())
        content = "\n".join(opened.read(name).decode("utf-8-sig") for name in opened.namelist())

    engine = create_engine(f"sqlite:///{folder / 'kleinboek.sqlite'}")
    with engine.connect() as connection:
        people = connection.execute(
            text("SELECT g.email, k.klantnummer FROM gebruikers g JOIN klanten k USING (klant_id)")
        )
        everyone = {(str(address), str(number)) for address, number in people}
    engine.dispose()

    own = {(address, number) for address, number in everyone if address == "sanne@klant.example"}
    assert len(everyone) > 20
    assert all(address in content and number in content for address, number in own)
    assert not [address for address, number in everyone - own if address in content or number in content]


def test_the_answer_carries_no_secret_and_says_where_it_is(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    answer = words(letters(folder, "sanne")[-1])

    assert passphrase(folder, "sanne") not in answer
    assert "controlebericht" in answer


def test_only_sanne_was_answered_and_only_automatic_mail_left_besides(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    approved = [
        path.name
        for path in sorted((folder / "verzonden").glob("*.eml"))
        if b"\nAuto-Submitted: auto-replied" not in path.read_bytes()
    ]

    assert [name.split("-", 1)[1] for name in approved] == ["sanne.eml"]
    assert letters(folder, "bart") == []
    assert letters(folder, "lotte") == []


def test_the_screen_tells_what_happened_and_why(demo: tuple[Path, str]) -> None:
    _, screen = demo

    assert "staan in de demo op 0" in screen
    assert "vraagt L3; de code uit de mail gaf L2" in screen
    assert "goedgekeurd, verstuurd en gesloten" in screen
    assert screen.count("concept klaar, wacht op goedkeuring") >= 5
    assert "gewone mail" in screen
    assert "verzonden/" in screen


def test_the_screen_fits_a_small_terminal(demo: tuple[Path, str]) -> None:
    _, screen = demo

    assert all(len(line) <= 160 for line in screen.splitlines())
