"""Tokens with which we log in at mail servers: fetched from the provider, kept until shortly before they end.

Two grants: client credentials (RFC 6749 section 4.4), as Microsoft 365 wants it, and a signed statement (RFC 7523
section 2.1), as Google wants it of a service account that acts for a mailbox. No browser and no person takes part.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.mail.errors import TokenError, TokenRefusedError
from bot.mail.trust import is_loopback
from bot.settings import OAuthSettings, SettingsError

_EARLY_SECONDS = 300.0  # so long before its end a token is not given out any more, or half its life before
_LIFE_SECONDS = 3600.0  # where the server does not say
_ANSWER_BYTES = 64 * 1024
_ASSERTION_SECONDS = 600
_TEMPORARY = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: float  # monotonic seconds


class TokenSource:
    """The tokens of one mailbox. Blocks for at most about `timeout_seconds`; several threads may ask.

    It is called like a function that gives a password, so whoever logs in may hold either.
    """

    def __init__(self, settings: OAuthSettings, secret: Callable[[], str], user: str) -> None:
        """`user` is the mailbox that a service account acts for. Raises SettingsError."""
        _require_safe(settings)
        self._settings = settings
        self._secret = secret
        self._user = user
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def __call__(self) -> str:
        """A token that is good for some minutes. Raises TokenError."""
        with self._lock:
            if self._token is None or time.monotonic() >= self._token.good_until:
                self._token = None
                self._token = self._fetched()
            return self._token.text

    def refused(self, token: str) -> None:
        """The mail server does not take this one, whatever its life was said to be: the next will be a new one."""
        with self._lock:
            if self._token is not None and self._token.text == token:
                self._token = None

    def _fetched(self) -> _Token:
        asked_at = time.monotonic()
        answer = _answer(self._settings, self._form())
        text, life = answer.get("access_token"), answer.get("expires_in", _LIFE_SECONDS)
        if not isinstance(text, str) or not text or not _plain(text):
            raise TokenError(f"the token server {_host(self._settings)} gave an answer without a token")
        seconds = _seconds(life)
        return _Token(text, asked_at + max(seconds - _EARLY_SECONDS, seconds / 2))

    def _form(self) -> dict[str, str]:
        if self._settings.grant == "service_account":
            return {"grant_type": _JWT_BEARER, "assertion": _assertion(self._settings, self._secret(), self._user)}
        return {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._secret(),
            "scope": self._settings.scope,
        }


def bearer(auth: str, user: str, token: str, host: str, port: int) -> Callable[[bytes], bytes]:
    """What answers the server in SASL: XOAUTH2 as Google describes it, else OAUTHBEARER (RFC 7628 section 3.1).

    Asked a second time, it is told why the token was refused, and only says that it has seen that.
    """
    if auth == "xoauth2":
        first, then = f"user={user}\x01auth=Bearer {token}\x01\x01", b""
    else:
        name = user.replace("=", "=3D").replace(",", "=2C")
        first, then = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01", b"\x01"
    answers = iter([first.encode()])
    return lambda _challenge: next(answers, then)


def _require_safe(settings: OAuthSettings) -> None:
    url = urllib.parse.urlsplit(settings.token_url)
    if not (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname or ""))):
        raise SettingsError("oauth.token_url must begin with https://: the secret is sent there")


def _host(settings: OAuthSettings) -> str:
    return urllib.parse.urlsplit(settings.token_url).hostname or ""


def _plain(token: str) -> bool:
    """RFC 6750 section 2.1: nothing in a token may end the line in which it is sent."""
    return token.isascii() and token.isprintable() and " " not in token


def _seconds(life: object) -> float:
    """`expires_in`, which some servers write as text; nonsense counts as a token for one use."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return min(max(float(str(life)), 0.0), 24 * 3600.0)
    return 0.0


# The signed statement


def _assertion(settings: OAuthSettings, secret: str, user: str) -> str:
    """A JWT (RFC 7519) signed with RS256 that says: this service account asks to act for `user`."""
    now = int(time.time())
    claims = {
        "iss": settings.client_id,
        "sub": user,
        "scope": settings.scope,
        "aud": settings.token_url,
        "iat": now,
        "exp": now + _ASSERTION_SECONDS,
    }
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
    signature = _private_key(secret).sign(signed, padding.PKCS1v15(), hashes.SHA256())
    return (signed + b"." + _base64url(signature)).decode("ascii")


def _private_key(secret: str) -> rsa.RSAPrivateKey:
    """From PEM, or from the JSON file that Google hands out, which holds it."""
    with contextlib.suppress(ValueError, TypeError, KeyError, UnsupportedAlgorithm):
        pem = json.loads(secret)["private_key"] if secret.lstrip().startswith("{") else secret
        key = load_pem_private_key(str(pem).encode(), password=None)
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    raise TokenRefusedError(
        "PRIVACYBOT_OAUTH_SECRET holds no RSA key in PEM: give the private key of the service account, or its JSON file"
    )


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


# Asking the server


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A secret goes nowhere but to the address that was configured."""

    def redirect_request(self, *_: object) -> None:
        return None


class _Plain(urllib.request.HTTPHandler):
    """Notes its connection, so that it can be cut."""

    def __init__(self, lines: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._lines = lines

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_noted(http.client.HTTPConnection, self._lines), req)


class _Secure(urllib.request.HTTPSHandler):
    """The same over TLS."""

    def __init__(self, lines: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._lines = lines

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_noted(http.client.HTTPSConnection, self._lines), req)


def _noted(kind: Any, lines: list[http.client.HTTPConnection]) -> Any:
    def made(*args: Any, **named: Any) -> http.client.HTTPConnection:
        line: http.client.HTTPConnection = kind(*args, **named)
        lines.append(line)
        return line

    return made


@contextlib.contextmanager
def _patience(lines: list[http.client.HTTPConnection], seconds: float) -> Iterator[None]:
    """Cut the connection after so long: a timeout counts each read anew, and headers may drip in for ever."""
    timer = threading.Timer(seconds, _cut, [lines])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(lines: list[http.client.HTTPConnection]) -> None:
    for line in lines:
        with contextlib.suppress(OSError, AttributeError, TypeError):
            socket.socket.shutdown(line.sock, socket.SHUT_RDWR)


def _answer(settings: OAuthSettings, form: Mapping[str, str]) -> Mapping[str, object]:
    """What the token server says to `form`, if it gives a token. Raises TokenError."""
    request = urllib.request.Request(  # noqa: S310  https, or this machine: see _require_safe
        settings.token_url,
        data=urllib.parse.urlencode(form).encode("ascii"),
        headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
    )
    lines: list[http.client.HTTPConnection] = []
    opener = urllib.request.build_opener(_NoRedirects(), _Plain(lines), _Secure(lines))
    deadline = time.monotonic() + settings.timeout_seconds
    with _naming(settings), _patience(lines, settings.timeout_seconds * 2):
        try:
            with opener.open(request, timeout=settings.timeout_seconds) as response:
                return _read(response, deadline)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise _refused(refusal, _read(refusal, deadline), settings) from None


def _read(response: http.client.HTTPResponse | urllib.error.HTTPError, deadline: float) -> Mapping[str, object]:
    """The JSON object in the answer; empty where there is none. A server that drips is cut off at the deadline."""
    got = b""
    while len(got) <= _ANSWER_BYTES and (piece := response.read1(4096)):
        got += piece
        if time.monotonic() > deadline:
            raise TimeoutError
    try:
        answer = json.loads(got)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


@contextlib.contextmanager
def _naming(settings: OAuthSettings) -> Iterator[None]:
    """Foreign exceptions end here; none of their texts is passed on, because an answer may hold a token."""
    host = _host(settings)
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise TokenRefusedError(_untrusted(host)) from None
    except urllib.error.URLError as fault:
        if isinstance(fault.reason, ssl.SSLCertVerificationError):
            raise TokenRefusedError(_untrusted(host)) from None
        raise TokenError(f"the token server {host} cannot be reached ({_kind(fault.reason)})") from None
    except (OSError, http.client.HTTPException) as fault:
        raise TokenError(f"the token server {host} cannot be reached ({_kind(fault)})") from None


def _untrusted(host: str) -> str:
    return f"the token server {host} shows a certificate that is not valid for it: check oauth.token_url"


def _kind(fault: object) -> str:
    if isinstance(fault, TimeoutError):
        return "no answer in time"
    return (isinstance(fault, OSError | socket.gaierror) and fault.strerror) or type(fault).__name__


def _refused(refusal: urllib.error.HTTPError, answer: Mapping[str, object], settings: OAuthSettings) -> TokenError:
    """RFC 6749 section 5.2. Our own fault where the server says so with 4xx; anything else may pass."""
    host, code = _host(settings), _word(answer.get("error"))
    wait = _retry_after(refusal.headers.get("Retry-After"))
    if code in _TEMPORARY or refusal.code in (408, 425, 429) or refusal.code >= 500:
        return TokenError(f"the token server {host} gives no token just now (HTTP {refusal.code})", wait_seconds=wait)
    if 300 <= refusal.code < 400:
        return TokenRefusedError(f"the token server {host} sends us elsewhere: correct oauth.token_url")
    return TokenRefusedError(
        f"the token server {host} refuses us (HTTP {refusal.code}{code and ', ' + code}): check oauth.client_id, "
        "oauth.scope and PRIVACYBOT_OAUTH_SECRET, and whether the secret has expired"
    )


def _word(code: object) -> str:
    """An error code of the protocol, such as invalid_client; nothing longer or stranger is passed on."""
    fits = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isalnum() and code.isascii()
    return str(code) if fits else ""


def _retry_after(value: str | None) -> float:
    return float(value) if value and value.isdecimal() and len(value) < 6 else 0.0
