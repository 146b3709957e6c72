"""A mail server that never comes to the point: it greets as it is told, and then drips, or says nothing more."""

from __future__ import annotations

import contextlib
import socket
import threading

from servers.ground import HOST

GREETING = b"* OK ready\r\n"
_ABLE = b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN IDLE\r\n"
_DRIP_SECONDS = 0.05


class Stubborn:
    """Says `first`; answers CAPABILITY and the commands in `obeys`; then one of `drips` after the other, or nothing."""

    def __init__(self, first: bytes = b"", *, obeys: tuple[bytes, ...] = (), drips: bytes = b"") -> None:
        self._first = first
        self._obeys = obeys
        self._drips = drips
        self._ended = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.stuck = threading.Event()  # a client waits for what never comes
        self._threads = [threading.Thread(target=self._accept, name="stubborn")]
        self._threads[0].start()

    def close(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,), name="stubborn"))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.sendall(self._first)
            if self._first.endswith(b"\r\n"):
                self._answer(client)
            self.stuck.set()
            client.settimeout(_DRIP_SECONDS)
            while not self._ended.is_set():
                client.sendall(self._drips)
                with contextlib.suppress(TimeoutError):
                    if not client.recv(65536):
                        return

    def _answer(self, client: socket.socket) -> None:
        """Until it is asked for something that it does not give."""
        waiting = [*self._obeys]
        while line := client.recv(4096):
            tag, command = line.split()[:2]
            if command == b"CAPABILITY":
                client.sendall(_ABLE + tag + b" OK done\r\n")
            elif command in waiting:
                waiting.remove(command)
                client.sendall(tag + b" OK done\r\n")
                if not waiting:
                    return
            else:
                return
