"""A53: nobody's Subject, name, reference or file name becomes a header of ours, asserted on the bytes that arrive."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.front_door import kept_by
from servers.office import OUR_ADDRESS, Office, code_in
from servers.smtp_sink import SmtpSink, SunkMail
from structlog.testing import capture_logs

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
EVIL = "Bcc: evil@x.example"
ALLOWED = {
    *("Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Privacybot-Token", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
}


def q(words: bytes) -> bytes:
    """As one encoded word with quoted-printable (RFC 2047)."""
    return b"=?utf-8?q?" + b"".join(b"=%02X" % byte for byte in words) + b"?="


def b(words: bytes) -> bytes:
    return b"=?utf-8?b?" + base64.b64encode(words) + b"?="


BREAKS = ("\n", "\r", "\r\n", "\n\r", "\r\n ", "\n\t", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029", "\0")
SPELLINGS = (
    *(
        spelled
        for broken in BREAKS
        for words in [f"hoi{broken}{EVIL}{broken}{broken}<b>".encode()]
        for spelled in (b(words), q(words))
    ),
    f"hoi\x85{EVIL}".encode(),
    f"hoi\u2028{EVIL}".encode(),
    f"hoi\x0b{EVIL}".encode(),
    f"hoi\x00{EVIL}".encode(),
    f"hoi\r{EVIL}".encode(),
    b"=?utf-8?q?hoi=0ABcc=3A_evil=40x.example?=",
    b"=?utf-8*nl?q?hoi=0D=0ABcc=3A_evil=40x.example?=",
    b"=?iso-8859-1?q?hoi=0A?= =?utf-8?q?Bcc=3A_evil=40x.example?=",
    b"=?utf-8?q?=3D=3Futf-8=3Fq=3F=0ABcc=3A_evil=40x.example=3F=3D?=",
    b"=?utf-16?b?" + base64.b64encode(f"hoi\n{EVIL}".encode("utf-16")) + b"?=",
    b"=?utf-7?q?hoi+AAo-Bcc:_evil+AEA-x.example?=",
    b"=?x-geen?q?hoi=0ABcc=3A_evil=40x.example?=",
    b"hoi\\r\\nBcc: evil@x.example",
    b"hoi%0d%0aBcc: evil@x.example",
)


def mail(sender: str, *, number: str, subject: bytes = b"Gegevens", name: bytes = b"", **more: bytes) -> bytes:
    """A request, with hostile bytes where they are given."""
    message_id = more.get("message_id", f"<{number}@klant.example>".encode())
    references = more.get("references", b"<eerder@klant.example>")
    file_name = more.get("file_name", b"bijlage.txt")
    return b"\r\n".join(
        [
            b"From: " + name + b" <" + sender.encode() + b">",
            b"To: info@kleinboek.nl",
            b"Subject: " + subject,
            b"Message-ID: " + message_id,
            b"References: " + references,
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="grens"',
            b"",
            b"--grens",
            b"Content-Type: text/plain; charset=utf-8",
            b"",
            ASKS.encode(),
            b"--grens",
            b'Content-Type: text/plain; name="' + file_name + b'"',
            b'Content-Disposition: attachment; filename="' + file_name + b'"',
            b"",
            b"niets",
            b"--grens--",
            b"",
        ]
    )


def all_mails() -> Iterator[bytes]:
    """Every spelling in every place, from addresses of their own: one letter goes to an address and day."""
    for number, words in enumerate(SPELLINGS):
        bad_id = b"<" + words + b"@klant.example>"
        spoiled = {
            "words": {"subject": words, "references": bad_id + b" <goed@klant.example>", "file_name": words},
        }
        if number % 4 == 0:  # such a sender is nobody for certain, and gets no letter
            spoiled["who"] = {"name": words, "message_id": bad_id}
        for place, changes in spoiled.items():
            yield mail(f"{place}{number}@klant.example", number=f"{place}{number}", **changes)


def assert_harmless(sunk: SunkMail) -> None:
    """One recipient, in envelope and header; only fields of ours, each once; lines that end in CRLF; plain ASCII."""
    for policy in (email.policy.compat32, email.policy.default):
        names = email.message_from_bytes(sunk.raw, policy=policy).keys()
        assert set(names) <= ALLOWED
        assert len(set(names)) == len(names)
    header = email.message_from_bytes(sunk.raw, policy=email.policy.compat32)
    assert (header["To"],) == sunk.to
    assert sunk.raw.isascii()
    assert b"\0" not in sunk.raw
    assert not {*b"\r\n"} & {*sunk.raw.replace(b"\r\n", b"")}
    assert b"\nbcc:" not in sunk.raw.partition(b"\r\n\r\n")[0].lower()


async def test_a53_no_spelling_in_any_place_becomes_a_header_of_a_receipt(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    files = []
    for number, raw in enumerate(all_mails()):
        files.append(office.home / f"{number}.eml")
        files[-1].write_bytes(raw)
    office.cli("ingest", *map(str, files), "--received", office.now.strftime("%Y-%m-%dT%H:%M:%S%z"))

    with capture_logs() as lines:
        await office.step()

    assert sum(kept_by(office).mails.values()) == len(files)
    assert len(office.letters()) > len(SPELLINGS) / 2
    assert {address for letter in office.letters() for address in letter.to} & {"evil@x.example"} == set()
    for letter in office.letters():
        assert_harmless(letter)
    assert not [line for line in lines if "klant.example" in repr(line) or "evil" in repr(line)]


@pytest.mark.parametrize("words", [SPELLINGS[4], SPELLINGS[5]], ids=["b", "q"])
async def test_a53_the_approved_answer_carries_none_either(tmp_path: Path, smtp_sink: SmtpSink, words: bytes) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    bad_id = b"<" + words + b"@klant.example>"
    office.deliver(mail(sanne, number="1", subject=words, references=bad_id, file_name=words))
    await office.step()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, str(code_in(challenge)))
    await office.step(minutes=1)
    [case] = office.cases()

    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)

    assert office.states(case["ref"]) == {"access": "answered"}
    assert {address for letter in office.letters() for address in letter.to} == {sanne}
    for letter in office.letters():
        assert letter.sender in ("", OUR_ADDRESS)
        assert_harmless(letter)
