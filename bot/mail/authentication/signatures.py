"""DKIM signatures (RFC 6376), read more strictly than the standard asks: what is not signed whole is not signed."""

from __future__ import annotations

import hashlib
import logging
import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from dkim import DKIM, DKIMException
from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError
from dkim.util import InvalidTagValueList, parse_tag_value

from bot.mail.authentication.questions import Lookup, TroubleError
from bot.mail.authentication.verdict import SealMark
from bot.mail.headers import HeaderBlock, in_two

MOST = 10
"""Signatures looked at in one mail; real mail has one to four."""

_MUST_BE_SIGNED = ("from", "subject", "date", "to")
_ALGORITHMS = (b"rsa-sha256", b"ed25519-sha256")  # RFC 8301 forbids rsa-sha1
_MIN_KEY = 1024  # bits, RFC 8301

_QUIET = logging.getLogger("bot.mail.authentication.dkim")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class Standing(StrEnum):
    """What one signature is worth."""

    HOLDS = "holds"
    BROKEN = "broken"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: whose, what it is worth, and why not in words for staff."""

    domain: str
    standing: Standing
    why: str = ""
    mark: SealMark | None = None


def claimed_marks(block: HeaderBlock, numbers: Iterable[int]) -> tuple[SealMark, ...]:
    """What these signatures say of themselves, unverified."""
    values, marks = block.values("dkim-signature"), []
    for number in numbers:
        try:
            marks.append(_mark(parse_tag_value(values[number])))
        except (InvalidTagValueList, KeyError, ValueError):
            continue
    return tuple(marks)


class WorthlessError(Exception):
    """Why a signature counts as none, in words for staff."""


def domains(block: HeaderBlock) -> tuple[str, ...]:
    """The domain that each of the first signatures claims, in their order; empty where it cannot be read."""
    return tuple(_domain(value) for value in block.values("dkim-signature")[:MOST])


def _domain(value: bytes) -> str:
    try:
        claimed: bytes = parse_tag_value(value)[b"d"]
        return claimed.decode("ascii").lower()
    except (InvalidTagValueList, KeyError, UnicodeDecodeError):
        return ""


class SignedMail:
    """A mail whose body is hashed once for each way of writing it down, however many signatures it bears."""

    def __init__(self, raw: bytes) -> None:
        """`raw` has CRLF line ends."""
        head, self._body = in_two(raw)
        self._hashes: dict[bytes, bytes] = {}
        self.headers = DKIM(head + b"\r\n\r\n", logger=_QUIET, minkey=_MIN_KEY)

    def body_hash(self, written: bytes) -> bytes:
        """The digest for a c= value. Raises what dkimpy raises on one that is none."""
        policy = CanonicalizationPolicy.from_c_value(written)
        way = written.rpartition(b"/")[2] if b"/" in written else b"simple"
        if way not in self._hashes:
            self._hashes[way] = hashlib.sha256(policy.canonicalize_body(self._body)).digest()
        return self._hashes[way]


def signature(mail: SignedMail, block: HeaderBlock, number: int, lookup: Lookup, received_at: datetime) -> Signature:
    """The signature with this number. Raises UnansweredError."""
    domain = domains(block)[number]
    try:
        mark = _held(mail, number, block, lookup, received_at)
    except WorthlessError as why:
        return Signature(domain, Standing.BROKEN, str(why))
    except TroubleError:
        return Signature(domain, Standing.TROUBLE, "de sleutel was niet op te vragen")
    except (DKIMException, InvalidCanonicalizationPolicyError, ValueError, IndexError, KeyError, TypeError):
        return Signature(domain, Standing.BROKEN, "de handtekening klopt niet")
    return Signature(domain, Standing.HOLDS, "", mark)


def _held(mail: SignedMail, number: int, block: HeaderBlock, lookup: Lookup, received_at: datetime) -> SealMark:
    """Raises WorthlessError and whatever dkimpy raises on signatures that are none."""
    prepared = mail.headers.verify_headerprep(number)
    if not prepared:
        raise WorthlessError("de handtekening is niet te lezen")
    tags, names, headers = prepared
    _require_whole(tags, names, block)
    _require_in_time(tags, received_at)
    key = _key(tags, lookup)
    if mail.body_hash(tags.get(b"c", b"simple/simple")) != b64decode(re.sub(rb"\s+", b"", tags[b"bh"])):
        raise WorthlessError("de inhoud is na het ondertekenen veranderd")
    without_body = {name: value for name, value in tags.items() if name != b"bh"}
    if not mail.headers.verify_sig(without_body, names, headers[number], lambda *_asked, **_limits: key):
        raise WorthlessError("de handtekening klopt niet bij dit bericht")
    return _mark(tags)


def _require_whole(tags: dict[bytes, bytes], names: list[bytes], block: HeaderBlock) -> None:
    if tags[b"a"] not in _ALGORITHMS:
        raise WorthlessError("de handtekening is van een verouderde soort")
    if b"l" in tags:
        raise WorthlessError("alleen het begin van het bericht is ondertekend")
    for name in _MUST_BE_SIGNED:
        if len(block.values(name)) > names.count(name.encode()):
            raise WorthlessError(f"{name.title()} is niet ondertekend")


def _require_in_time(tags: dict[bytes, bytes], received_at: datetime) -> None:
    if b"x" in tags and int(tags[b"x"]) < received_at.timestamp():
        raise WorthlessError("de handtekening was al verlopen")


def _key(tags: dict[bytes, bytes], lookup: Lookup) -> bytes:
    """The text of the one key record, if it may be used for this signature."""
    name = b"%s._domainkey.%s" % (tags[b"s"], tags[b"d"])
    found = [text for text in lookup.records(name.decode("ascii", "replace"), "TXT") if "p=" in text]
    if len(found) != 1:
        raise WorthlessError("er is geen sleutel" if not found else "er is meer dan een sleutel")
    key = found[0].encode("latin-1", "replace")
    fields = parse_tag_value(key)
    flags = _list(fields.get(b"t", b""))
    if not fields.get(b"p", b"").strip():
        raise WorthlessError("de sleutel is ingetrokken")
    if b"y" in flags:
        raise WorthlessError("de sleutel is een proefsleutel")
    if b"s" in flags and b"i" in tags and tags[b"i"].rpartition(b"@")[2].lower() != tags[b"d"].lower():
        raise WorthlessError("de sleutel geldt niet voor een subdomein")
    if b"s" in fields and not {b"*", b"email"} & _list(fields[b"s"]):
        raise WorthlessError("de sleutel is niet voor e-mail")
    if b"h" in fields and b"sha256" not in _list(fields[b"h"]):
        raise WorthlessError("de sleutel is voor een andere soort handtekening")
    if fields.get(b"k", b"rsa").strip() != tags[b"a"].partition(b"-")[0]:
        raise WorthlessError("de sleutel is van een andere soort")
    return key


def _list(value: bytes) -> set[bytes]:
    return {item.strip().lower() for item in value.split(b":")}


def _mark(tags: dict[bytes, bytes]) -> SealMark:
    made = int(tags[b"t"]) if b"t" in tags else None
    return SealMark(
        _digest(b"b", tags[b"b"]),
        _digest(b"bh", tags[b"d"].lower(), tags[b"bh"]),
        None if made is None or made > 1 << 40 else datetime.fromtimestamp(made, UTC),
    )


def _digest(*pieces: bytes) -> str:
    return hashlib.sha256(b"\0".join(re.sub(rb"\s+", b"", piece) for piece in pieces)).hexdigest()
