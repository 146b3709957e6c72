"""How letters leave through the real service: signed once, and the same however often they are offered."""

from __future__ import annotations

import base64
from pathlib import Path

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from servers.office import Office
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
SIGNING = {"DKIM__DOMAIN": "kleinboek.nl", "DKIM__SELECTOR": "bot", "SEND__BACKOFF_SECONDS": "1"}


def with_key(office: Office, pem: bytes) -> None:
    file = office.home / "dkim.pem"
    file.write_bytes(pem)
    office.env["PRIVACYBOT_DKIM_KEY_FILE"] = str(file)


async def test_letters_are_signed_at_their_first_hand_over_and_stay_the_same(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, **SIGNING)
    key = Ed25519PrivateKey.generate()
    with_key(office, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    smtp_sink.answer("END", "451 later", "451 later")
    office.write(office.people.sanne.address, ASKS)

    await office.step()
    offered = [*smtp_sink.offered]
    await office.step(minutes=5)

    letters = office.letters(office.people.sanne.address)
    assert len(offered) == len(letters) == 2
    assert sorted(offered) == sorted(letter.raw for letter in letters)
    assert all(dkim.verify(raw, dnsfunc=lambda *_, **__: b"v=DKIM1; k=ed25519; p=" + public) for raw in offered)


def test_a_key_that_cannot_sign_stops_the_start_and_names_the_mend(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, **SIGNING)
    with_key(office, b"geen sleutel")

    for words in (("run", "--once"), ("check-config",)):
        assert "PRIVACYBOT_DKIM_KEY" in office.cli(*words, fails=True)
