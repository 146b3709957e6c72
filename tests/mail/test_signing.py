"""Our signature holds for an independent verifier, and for nothing that somebody changed or added later."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_curve_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.mail.outgoing import OutgoingFile, OutgoingMail, composed, dated
from bot.mail.signing import SIGNED_FIELDS, Signer
from bot.settings import DkimSettings, SettingsError

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SETTINGS = DkimSettings(domain="kleinboek.example", selector="bot2026")
RSA, ED25519 = generate_private_key(65537, 2048), Ed25519PrivateKey.generate()
LETTER = OutgoingMail(
    sender_name="Kleinboek",
    sender="info@kleinboek.example",
    to="sanne@klant.example",
    subject="Uw verzoek: één antwoord dat lang genoeg is om gevouwen te worden",
    text="Beste Sanne,\n\n  twee  spaties \nDit zijn uw gegevens.\n\n\n",
    message_id="<kb.1@kleinboek.example>",
    boundary="=_0123456789abcdef",
    in_reply_to="<a@klant.example>",
    references=("<a@klant.example>", "<b@klant.example>"),
    token="kb",
)
LETTERS = {
    "plain": LETTER,
    "automatic": replace(LETTER, automatic=True, in_reply_to=None, references=()),
    "with a file": replace(LETTER, files=(OutgoingFile("gegevens.zip", "application/zip", bytes(range(256))),)),
    "empty": replace(LETTER, text=""),
}


def pem(key: object) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()  # type: ignore[attr-defined]


def dns(key: object) -> Callable[..., bytes]:
    if key is RSA:
        public = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return lambda *_, **__: b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    raw = ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return lambda *_, **__: b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)


def signed(letter: OutgoingMail, key: object = RSA) -> bytes:
    return Signer(SETTINGS, pem(key)).signed(dated(composed(letter), AT, "Europe/Amsterdam"), AT)


@pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("kind", LETTERS)
def test_a_signature_holds_for_an_independent_verifier(key: object, kind: str) -> None:
    raw = signed(LETTERS[kind], key)

    assert dkim.verify(raw, dnsfunc=dns(key))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 100


@pytest.mark.parametrize("name", SIGNED_FIELDS)
def test_a_field_that_is_added_later_breaks_it(name: str) -> None:
    raw = signed(LETTER)

    for spoiled in (f"{name}: x\r\n".encode() + raw, raw.replace(b"\r\n\r\n", f"\r\n{name}: x\r\n\r\n".encode(), 1)):
        assert not dkim.verify(spoiled, dnsfunc=dns(RSA))


@pytest.mark.parametrize("change", [(b"Beste", b"Beest"), (b"sanne@", b"joris@"), (b"2026 10:00", b"2026 11:00")])
def test_a_changed_word_breaks_it(change: tuple[bytes, bytes]) -> None:
    raw = signed(LETTER)

    assert change[0] in raw
    assert not dkim.verify(raw.replace(*change), dnsfunc=dns(RSA))


def test_the_same_letter_at_the_same_moment_has_the_same_signature() -> None:
    assert signed(LETTER) == signed(LETTER)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "geen sleutel",
        pem(RSA)[:200],
        pem(new_curve_key(SECP256R1())),
        RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")).decode(),
    ],
    ids=["empty", "words", "half", "curve", "passphrase"],
)
def test_a_key_that_cannot_sign_is_said_at_the_start(key: str) -> None:
    with pytest.raises(SettingsError, match="PRIVACYBOT_DKIM_KEY"):
        Signer(SETTINGS, key)
