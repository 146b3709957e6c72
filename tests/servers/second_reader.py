"""A stand-in for the server that gives second opinions: speaks HTTP as far as each test wants it to."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from servers.ground import HOST

Line = socket.socket
Way = Callable[[Line, "Asked"], None]

_PACE_SECONDS = 0.02


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    raw: str

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def words(self) -> str:
        """What was asked about, as it stands in the question."""
        return str(self.body["messages"][-1]["content"])


class SecondReader:
    """Answers each question by `way`, one connection at a time; `asked` holds what came in."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.way: Way = labels("none")
        self.ways: list[Way] = []  # each once, before `way`
        self.asked: list[Asked] = []
        self.cut_off = threading.Event()  # the other side ended a connection before we were done
        self.closing = threading.Event()
        self._server = socket.create_server((HOST, 0))
        self.port: int = self._server.getsockname()[1]
        self.url = f"http://{HOST}:{self.port}/v1/chat/completions"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self.closing.set()
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.port)):
            pass
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        while True:
            plain, _ = self._server.accept()
            if self.closing.is_set():
                plain.close()
                return
            with contextlib.suppress(ssl.SSLError), self._greeted(plain) as line:
                try:
                    if (asked := _asked(line)) is not None:
                        self.asked.append(asked)
                        (self.ways.pop(0) if self.ways else self.way)(line, asked)
                except OSError:
                    self.cut_off.set()

    def _greeted(self, line: Line) -> Line:
        return line if self._tls is None else self._tls.wrap_socket(line, server_side=True)

    # Ways that end only when the other side has had enough

    def hang(self, line: Line, _asked: Asked) -> None:
        """Takes the question and never says a word."""
        if line.recv(1) == b"":
            self.cut_off.set()

    def drip(self, line: Line, _asked: Asked) -> None:
        """An answer of which a byte comes now and then, for ever."""
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not self.closing.wait(_PACE_SECONDS):
            line.sendall(b" ")


def _asked(line: Line) -> Asked | None:
    with line.makefile("rb") as read:
        first = read.readline().decode("latin-1").split()
        if not first:
            return None
        headers = {}
        while (field := read.readline().strip()) != b"":
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return Asked(first[1], headers, read.read(int(headers.get("content-length", 0))).decode())


def replies(status: int, body: bytes, **headers: str) -> Way:
    """This answer, whatever is asked."""

    def way(line: Line, _asked: Asked) -> None:
        fields = {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        line.sendall(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)

    return way


def completion(message: Mapping[str, Any], **choice: Any) -> bytes:
    """An answer as the endpoint gives it, with this message."""
    said = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop", **choice}
    return json.dumps({"id": "x", "object": "chat.completion", "model": "m", "choices": [said]}).encode()


def says(content: str) -> Way:
    return replies(200, completion({"content": content}))


def labels(*names: str) -> Way:
    return says(json.dumps({"labels": list(names)}))


def huge(line: Line, _asked: Asked) -> None:
    """Fifty megabytes, as fast as they are taken."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
    for _ in range(800):
        line.sendall(b"[" * 65536)


def bomb() -> Way:
    """Ten megabytes in ten kilobytes."""
    return replies(
        200, gzip.compress(b" " * 10_000_000 + completion({"content": '{"labels": ["none"]}'})), Content_Encoding="gzip"
    )


def cut(line: Line, _asked: Asked) -> None:
    """The connection ends in the middle of an answer."""
    line.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"choices": [')


def obeys(line: Line, asked: Asked) -> None:
    """Does what the mail says: `answer: ...` in its words is the answer."""
    told = re.search(r"answer: ([a-z_+]+)", asked.words)
    assert told is not None
    labels(*told[1].split("+"))(line, asked)
