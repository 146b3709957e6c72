"""A log-in confirmed by the company's own application: one signed call, for one case and one record, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)
"""So long before or after its moment a call counts."""

MOST_BYTES = 4096
_NAMES = frozenset({"timestamp", "nonce", "case", "subject"})
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,100}")


@dataclass(frozen=True, slots=True)
class LoginCall:
    """What the application says: this record's owner, logged in, confirms this case."""

    timestamp: int  # seconds since 1970
    nonce: str
    case: str
    subject: str  # as the data map calls the record: "gebruiker/7"

    def signed_text(self) -> bytes:
        """What the signature covers: the four values, a line each. No value can hold a line break."""
        return f"{self.timestamp}\n{self.nonce}\n{self.case}\n{self.subject}".encode()


class BadCallError(ValueError):
    """The call is not one of ours, or not of this moment; the caller is told nothing more than that."""


def genuine_call(body: bytes, signature: str, key: str, now: datetime) -> LoginCall:
    """The call, if its signature and moment are right. Raises BadCallError, with the reason for our own log."""
    call = _call(body)
    expected = hmac.new(key.encode(), call.signed_text(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.strip().lower().encode()):
        raise BadCallError("signature")
    if abs(now.timestamp() - call.timestamp) > WINDOW.total_seconds():
        raise BadCallError("moment")
    return call


def _call(body: bytes) -> LoginCall:
    if len(body) > MOST_BYTES:
        raise BadCallError("size")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise BadCallError("form") from None
    if not isinstance(given, dict) or set(given) != _NAMES:
        raise BadCallError("form")
    moment, words = given["timestamp"], [given[name] for name in ("nonce", "case", "subject")]
    if type(moment) is not int or not 0 < moment < 2**40 or not all(map(_plain, words)):
        raise BadCallError("form")
    if not _NONCE.fullmatch(given["nonce"]):
        raise BadCallError("nonce")
    return LoginCall(moment, *words)


def _plain(word: object) -> bool:
    return isinstance(word, str) and 0 < len(word) <= 200 and word.isprintable()
