"""Signs mails with DKIM for tests: any domain, any lifetime, with the faults that a test is about."""

from __future__ import annotations

import base64
from datetime import datetime
from functools import cache
from random import Random

from dkim import DKIM
from dkim.asn1 import BIT_STRING, INTEGER, NULL, OBJECT_IDENTIFIER, SEQUENCE
from dkim.canonicalization import CanonicalizationPolicy
from dkim.crypto import HASH_ALGORITHMS, RSASSA_PKCS1_v1_5_sign
from dkim.util import parse_tag_value

ALL = ("from", "to", "subject", "date", "message-id")
SELECTOR = "test"


@cache
def _key(bits: int) -> dict[str, int]:
    """A key by dkimpy's names for its numbers. cryptography refuses to make weak ones, and a test wants one."""
    exponent = 65537
    one, other = _prime(bits // 2, bits), _prime(bits // 2, bits + 1)
    secret = pow(exponent, -1, (one - 1) * (other - 1))
    names = (
        "modulus",
        "publicExponent",
        "privateExponent",
        "prime1",
        "prime2",
        "exponent1",
        "exponent2",
        "coefficient",
    )
    numbers = (one * other, exponent, secret, one, other, secret % (one - 1), secret % (other - 1), pow(other, -1, one))
    return dict(zip(names, numbers, strict=True))


def _prime(bits: int, seed: int) -> int:
    """The next number that passes Fermat's test: prime enough for a test, and always the same one."""
    number = Random(seed).getrandbits(bits) | 3 << (bits - 2) | 1
    while not all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)) or (number - 1) % 65537 == 0:
        number += 2
    return number


def key_record(*, bits: int = 1024, flags: str = "") -> str:
    """What stands in the DNS at SELECTOR._domainkey of the signing domain."""
    key = _key(bits)
    numbers = _der(SEQUENCE, _whole_number(key["modulus"]) + _whole_number(key["publicExponent"]))
    rsa = _der(OBJECT_IDENTIFIER, bytes.fromhex("2a864886f70d010101")) + _der(NULL, b"")
    public = _der(SEQUENCE, _der(SEQUENCE, rsa) + _der(BIT_STRING, b"\0" + numbers))
    return f"v=DKIM1; k=rsa; {f't={flags}; ' if flags else ''}p={base64.b64encode(public).decode()}"


def _whole_number(number: int) -> bytes:
    return _der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    """dkimpy's own encoder stumbles over more than 127 bytes."""
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def signed(
    raw: bytes,
    domain: str,
    *,
    at: datetime,
    headers: tuple[str, ...] = ALL,
    bits: int = 1024,
    tags: dict[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """The mail with a DKIM-Signature above it; `tags` come on top of the usual ones. `raw` has CRLF line ends."""
    mail = DKIM(raw)
    policy = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    body = policy.canonicalize_body(mail.body)
    hasher = HASH_ALGORITHMS[b"rsa-sha256"]
    digest = hasher(body if length is None else body[:length]).digest()
    fields = {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": domain,
        "s": SELECTOR,
        "t": str(int(at.timestamp())),
        "h": ":".join(headers),
        **({} if length is None else {"l": str(length)}),
        **(tags or {}),
        "bh": base64.b64encode(digest).decode(),
    }
    value = b" " + "; ".join(f"{name}={text}" for name, text in fields.items()).encode() + b"; b="
    chosen = _hashed(mail, policy, value, list(headers))
    whole = hasher()
    whole.update(chosen)
    seal = base64.b64encode(RSASSA_PKCS1_v1_5_sign(whole, _key(bits)))
    assert parse_tag_value(value + seal)
    return b"DKIM-Signature:" + value + seal + b"\r\n" + raw


def _hashed(mail: DKIM, policy: CanonicalizationPolicy, value: bytes, names: list[str]) -> bytes:
    """What the signature covers: the last of each named header, then the signature itself without its end."""
    headers = policy.canonicalize_headers(mail.headers)
    left = [(name.lower(), text) for name, text in headers]
    pieces = []
    for wanted in names:
        found = next((place for place in range(len(left) - 1, -1, -1) if left[place][0] == wanted.encode()), None)
        if found is not None:
            name, text = left.pop(found)
            pieces.append(name + b":" + text)
    [(_, own)] = policy.canonicalize_headers([(b"dkim-signature", value + b"\r\n")])
    return b"".join(pieces) + b"dkim-signature:" + own.rstrip(b"\r\n")
