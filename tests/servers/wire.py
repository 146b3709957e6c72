"""A wire between a client and a server that a test can cut, or make silent, in the middle of an answer."""

from __future__ import annotations

import contextlib
import socket
import threading

from servers.ground import HOST


class Wire:
    """Listens on `port` and passes everything on to a server; counts what comes back from it."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut_after: int | None = None  # bytes of answers in one connection, once
        self.replaced: tuple[bytes, bytes] | None = None  # in every answer
        self.dropped: bytes | None = None  # the connection ends where an answer holds this, once
        self.connections = 0
        self.asked: list[bytes] = []  # what clients said, piece by piece
        self.greeting: bytes | None = None  # said instead of the server's, and then the connection ends
        self.answers: dict[bytes, bytes] = {}  # said to these commands, such as b"EXAMINE", instead of passing them on
        self.held_back: bytes | None = None  # what holds these words waits until `let_through`
        self.holding = threading.Event()  # something was held back
        self._let_through = threading.Event()
        self._clients: list[socket.socket] = []
        self._silent = threading.Event()
        self._closed = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def go_silent(self) -> None:
        """Nothing comes through any more in the connections that stand, and nobody is told."""
        self._silent.set()

    def let_through(self) -> None:
        self._let_through.set()

    def say_to_clients(self, *pieces: bytes) -> None:
        """Something that the server never said, each piece in a segment of its own."""
        for client in self._clients:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in pieces:
                with contextlib.suppress(OSError):
                    client.sendall(piece)

    def close(self) -> None:
        self._closed = True
        self.let_through()
        for sock in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join()

    def _start(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name="wire")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._server_port))
            except OSError:
                return
            self._silent = threading.Event()
            self._sockets += [client, server]
            self.connections += 1
            if self.greeting is not None:
                client.sendall(self.greeting)
                client.close()
                server.close()
                continue
            self._clients.append(client)
            self._start(self._pass_on, client, server, self._silent, False)
            self._start(self._pass_on, server, client, self._silent, True)

    def _pass_on(self, source: socket.socket, target: socket.socket, silent: threading.Event, answers: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while piece := source.recv(4096):
                passed += len(piece)
                if not answers:
                    self.asked.append(piece)
                if answers and self.cut_after is not None and passed > self.cut_after:
                    self.cut_after = None
                    break
                if answers and self.dropped is not None and self.dropped in piece:
                    self.dropped = None
                    break
                if answers and self.replaced is not None:
                    piece = piece.replace(*self.replaced)
                if not answers and self._answered(piece, source):
                    continue
                if not answers and self.held_back is not None and self.held_back in piece:
                    self.holding.set()
                    self._let_through.wait()
                if not silent.is_set():
                    target.sendall(piece)
        if silent.is_set():
            return
        for sock in (source, target):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _answered(self, command: bytes, client: socket.socket) -> bool:
        tag, _, rest = command.partition(b" ")
        for words, answer in self.answers.items():
            if words in rest:
                client.sendall(tag + b" " + answer + b"\r\n")
                return True
        return False
