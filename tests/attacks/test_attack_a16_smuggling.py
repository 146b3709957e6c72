"""A16: no second mail comes in behind the first, and nothing said in the clear counts under TLS."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.certificates import Certificates
from servers.front_door import client_at, front_door, kept_by
from servers.office import Office
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

TERMINATORS = (
    *(b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n"),
    *(b"\r\n.\n", b"\r\n.\r", b"\r\n.\r\r\n", b"\r\n\x00.\r\n"),
)
GREETINGS = {"smtp": b"EHLO klant.example", "lmtp": b"LHLO klant.example"}


JORIS = "joris@elders.example"


def smuggling(number: int, terminator: bytes) -> bytes:
    """An ordinary mail with a whole request by Joris behind a dot that ends nothing."""
    outer = f"From: nieuws@krant.example\r\nMessage-ID: <{number}@krant.example>\r\nSubject: Bestelling\r\n\r\nDank u."
    inner = (
        f"MAIL FROM:<{JORIS}>\r\nRCPT TO:<info@kleinboek.nl>\r\nDATA\r\n"
        f"From: {JORIS}\r\nMessage-ID: <vals{number}@klant.example>\r\nSubject: Gegevens\r\n\r\n"
        "Welke gegevens hebben jullie van mij?"
    )
    return outer.encode() + terminator + inner.encode()


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
async def test_a16_a_smuggled_request_is_text_of_the_mail_around_it(
    tmp_path: Path, smtp_sink: SmtpSink, protocol: str
) -> None:
    office = Office(tmp_path, smtp_sink)
    async with front_door(office, PROTOCOL=protocol) as port, client_at(port, GREETINGS[protocol]) as client:
        with capture_logs() as lines:
            answers = [
                await client.hand_over(smuggling(number, terminator), "nieuws@krant.example")
                for number, terminator in enumerate(TERMINATORS)
            ]
            alive = await client.say(b"NOOP")
    await office.step()

    assert all(answer.startswith(b"250 2.6.0") for answer in answers)
    assert alive.startswith(b"250")
    assert sum(kept_by(office).mails.values()) == len(TERMINATORS)
    assert JORIS not in kept_by(office).senders
    assert office.letters(JORIS) == []
    assert lines == []


async def test_a16_what_was_said_before_tls_is_forgotten(
    tmp_path: Path, smtp_sink: SmtpSink, certificates: Certificates
) -> None:
    office = Office(tmp_path, smtp_sink)
    files = {"TLS_CERT_FILE": certificates.cert_file, "TLS_KEY_FILE": certificates.key_file}
    sanne = office.people.sanne.address
    injected = f"STARTTLS\r\nEHLO vals.example\r\nMAIL FROM:<{JORIS}>\r\nRCPT TO:<info@kleinboek.nl>\r\nDATA"
    words = b"Subject: Gegevens\r\n\r\nWelke gegevens hebben jullie van mij?"
    async with front_door(office, TLS_REQUIRED="true", **files) as port, client_at(port) as client:
        with capture_logs() as lines:
            plainly = await client.say(f"MAIL FROM:<{JORIS}>".encode())
            await client.say(injected.encode())
            await client.start_tls(certificates.ca_file)
            first = await client.say(b"RCPT TO:<info@kleinboek.nl>")
            await client.say(GREETINGS["smtp"])
            kept = await client.hand_over(f"From: {sanne}\r\nMessage-ID: <1@klant.example>\r\n".encode() + words, sanne)
    await office.step()

    assert (plainly[:3], first[:3], kept[:3]) == (b"530", b"503", b"250")
    assert kept_by(office).senders == [sanne]
    assert office.letters(JORIS) == []
    assert lines == []
