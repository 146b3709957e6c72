"""A token server as Microsoft and Google run them, and the tokens it gives, which the tests' Dovecot takes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servers.dovecot import TOKEN_KEY
from servers.ground import HOST

from bot.settings import OAuthSettings

SECRET = "het-geheim-van-de-toepassing"
Answer = tuple[int, Mapping[str, str], bytes]


def make_token(user: str, seconds: float = 3600, key: bytes = TOKEN_KEY) -> str:
    """A JWT for this mailbox that ends in so many seconds."""
    now = int(time.time())
    claims = {"sub": user, "iat": now - 7200, "exp": int(now + seconds)}
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return (signed + b"." + _base64url(hmac.digest(key, signed, hashlib.sha256))).decode()


def _base64url(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


class TokenServer:
    """Gives `token()` to whoever shows the secret; a test may put answers of its own in front."""

    def __init__(self, token: Callable[[], str], life: float = 3600) -> None:
        self.token = token
        self.life = life
        self.asked: list[dict[str, str]] = []
        self.instead: list[Answer] = []  # each once, in order
        self.hold = threading.Event()  # cleared: answers wait
        self.hold.set()
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def settings(self, **changes: Any) -> OAuthSettings:
        known = {
            "token_url": f"http://{HOST}:{self._server.server_port}/token",
            "client_id": "de-toepassing",
            "scope": "https://outlook.office365.com/.default",
            "timeout_seconds": 5.0,
        }
        return OAuthSettings(**{**known, **changes})

    def close(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, form: dict[str, str]) -> Answer:
        self.asked.append(form)
        self.hold.wait(20)
        if self.instead:
            return self.instead.pop(0)
        if "assertion" not in form and form.get("client_secret") != SECRET:
            return 401, {}, json.dumps({"error": "invalid_client", "error_description": "AADSTS7000215"}).encode()
        given = {"token_type": "Bearer", "expires_in": self.life, "access_token": self.token()}
        return 200, {}, json.dumps(given).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answer = self._answer

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, headers, said = answer(dict(urllib.parse.parse_qsl(body)))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
