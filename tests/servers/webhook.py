"""A web address that takes alarms, or refuses them."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servers.certificates import Certificates
from servers.ground import HOST


class Webhook:
    """`alarms` holds what was posted; `answers` are statuses to give instead of 204, one each."""

    def __init__(self, certificates: Certificates | None = None) -> None:
        self.alarms: list[dict[str, Any]] = []
        self.answers: list[int] = []
        self.raw: list[bytes] = []
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        if certificates is not None:
            self._server.socket = certificates.server_context().wrap_socket(self._server.socket, server_side=True)
        self.url = (
            f"{'http' if certificates is None else 'https'}://{HOST}:{self._server.server_port}/haak?sleutel=geheim"
        )
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = webhook.answers.pop(0) if webhook.answers else 204
                if status == 204:
                    assert self.path == "/haak?sleutel=geheim"
                    webhook.raw.append(body)
                    webhook.alarms.append(json.loads(body))
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", webhook.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Tests print nothing."""

        return Handler
