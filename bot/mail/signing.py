"""Our own DKIM signature on what leaves (RFC 6376, RFC 8463), for those whose mail server does not sign."""

from __future__ import annotations

import base64
import re
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.settings import DkimSettings, SettingsError

SIGNED_FIELDS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "Content-Type",
    "MIME-Version",
    "Auto-Submitted",
)
"""Each is signed once more than it stands there, so that nobody can add one later (RFC 6376 section 8.15)."""

_RSA_BITS = 1024  # RFC 8301 section 3.2: verifiers take no smaller key
_LINE = 72
_WHITE = re.compile(rb"[ \t]+")


class Signer:
    """Signs for one domain with one key; the same mail always gets the same bytes at the same moment."""

    def __init__(self, settings: DkimSettings, pem: str) -> None:
        """Raises SettingsError when `pem` holds no key that can sign."""
        self._settings = settings
        self._key = _private_key(pem)

    def signed(self, raw: bytes, at: datetime) -> bytes:
        """The mail with its signature on top. It must be whole, Date included, with CRLF."""
        header, _, body = raw.partition(b"\r\n\r\n")
        fields = _fields(header + b"\r\n")
        names = [name.lower() for name in SIGNED_FIELDS]
        wanted = [name for name in names for _ in range(1 + sum(field[0] == name.encode() for field in fields))]
        tags = self._tags(at, wanted, base64.b64encode(sha256(_relaxed_body(body)).digest()).decode())
        unsigned = f"DKIM-Signature: {tags}\tb="
        hashed = b"".join([*_picked(fields, wanted), _relaxed_field(unsigned.encode()).removesuffix(b"\r\n")])
        signature = base64.b64encode(self._sign(hashed)).decode()
        folded = "".join(f"\r\n\t{signature[start : start + _LINE]}" for start in range(0, len(signature), _LINE))
        return f"{unsigned}{folded}\r\n".encode() + raw

    def _tags(self, at: datetime, wanted: list[str], body_hash: str) -> str:
        algorithm = "rsa-sha256" if isinstance(self._key, RSAPrivateKey) else "ed25519-sha256"
        return (
            f"v=1; a={algorithm}; c=relaxed/relaxed; d={self._settings.domain};\r\n"
            f"\ts={self._settings.selector}; t={int(at.timestamp())};\r\n"
            f"\th={_folded(wanted)};\r\n"
            f"\tbh={body_hash};\r\n"
        )

    def _sign(self, hashed: bytes) -> bytes:
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(hashed, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(sha256(hashed).digest())


def _private_key(pem: str) -> RSAPrivateKey | Ed25519PrivateKey:
    mend = "PRIVACYBOT_DKIM_KEY holds no RSA or Ed25519 key in PEM without a passphrase; see docs/operations.md"
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SettingsError(mend) from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise SettingsError(mend)
    if isinstance(key, RSAPrivateKey) and key.key_size < _RSA_BITS:
        raise SettingsError(f"PRIVACYBOT_DKIM_KEY is an RSA key of {key.key_size} bits; nobody takes fewer than 1024")
    return key


def _folded(names: list[str]) -> str:
    """Names between colons, on lines that stay short."""
    lines = [names[start : start + 6] for start in range(0, len(names), 6)]
    return ":\r\n\t ".join(":".join(line) for line in lines)


def _fields(header: bytes) -> list[tuple[bytes, bytes]]:
    """Name in small letters and the relaxed field, in order."""
    found = re.findall(rb"(?m)^([!-9;-~]+)[ \t]*:((?:.*\r\n)(?:[ \t].*\r\n)*)", header)
    return [(name.lower(), _relaxed_field(name + b":" + value)) for name, value in found]


def _relaxed_field(field: bytes) -> bytes:
    """RFC 6376 section 3.4.2."""
    name, _, value = field.partition(b":")
    return name.strip().lower() + b":" + _WHITE.sub(b" ", value.replace(b"\r\n", b"")).strip() + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4."""
    narrow = _WHITE.sub(b" ", body).replace(b" \r\n", b"\r\n").rstrip(b" ")
    text = narrow.rstrip(b"\r\n")
    return text + b"\r\n" if text else b""


def _picked(fields: list[tuple[bytes, bytes]], wanted: list[str]) -> list[bytes]:
    """The last field of that name first (RFC 6376 section 5.4.2); one that is not there adds nothing."""
    left = list(fields)
    picked = []
    for name in wanted:
        at = next((at for at in reversed(range(len(left))) if left[at][0] == name.encode()), None)
        if at is not None:
            picked.append(left.pop(at)[1])
    return picked
