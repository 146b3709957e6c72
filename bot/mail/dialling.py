"""Making a connection: it has an end, and from its first moment on another thread can cut it."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from imapclient import IMAPClient, SocketTimeout

Found = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]
"""One address of a host, as getaddrinfo gives it."""

_ANSWER_SECONDS = 10.0  # for one address of the server to answer, and for each piece of its greeting


class Cord:
    """What a connection hangs on: a second handle to its socket, which holds whatever layers are put over the first.

    imaplib shows its socket only after the server's greeting, and ssl takes it away while it shakes hands.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._cut = False
        self._late = False

    @property
    def was_cut(self) -> bool:
        """Somebody wants no connection any more; one that was only too slow was not cut in this sense."""
        return self._cut

    def hold(self, sock: socket.socket) -> None:
        """This is the connection from now on. Raises ConnectionAbortedError where none is wanted any more."""
        self.let_go()
        with self._lock:
            self.insist_on_wanted()
            self._handle = sock.dup()

    def insist_on_wanted(self) -> None:
        """Raises ConnectionAbortedError where no connection is wanted any more: it was cut, or its time is over."""
        if self._cut or self._late:
            raise ConnectionAbortedError

    def cut(self) -> None:
        """Whatever the connection waits for ends at once with an error, and no other is made.

        Only a name that is being looked up is waited for.
        """
        with self._lock:
            self._cut = True
            self._snap()

    def let_go(self) -> None:
        with self._lock:
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    @contextlib.contextmanager
    def for_at_most(self, seconds: float) -> Iterator[None]:
        """Whatever is done meanwhile over this cord ends with a TimeoutError, and no further connection is tried.

        A read timeout would begin anew with each byte that drips. A name that is being looked up is waited for. There
        is one such time after another, never two at once.
        """
        timer = threading.Timer(seconds, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as fault:
            if self._late:
                raise TimeoutError from fault
            raise
        else:
            if self._late:  # a connection that was cut may look like one that ended well
                raise TimeoutError
        finally:
            timer.cancel()
            timer.join()
            self._late = False

    def _give_up(self) -> None:
        with self._lock:
            self._late = True
            self._snap()

    def _snap(self) -> None:
        """For one who has the lock."""
        with contextlib.suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)


class DialledClient(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient over a connection that hangs on our cord. Raises what imaplib, ssl and sockets raise."""

    def __init__(
        self, place: tuple[str, int], context: ssl.SSLContext | None, timeout_seconds: float, cord: Cord
    ) -> None:
        """`place` is host and port; with a context TLS comes before the first word."""
        self._cord = cord
        host, port = place
        timeout = SocketTimeout(min(_ANSWER_SECONDS, timeout_seconds), timeout_seconds)
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=timeout)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - imapclient's own name, its place to choose a connection
        return _Connection(self.host, self.port, self.ssl_context, self._timeout.connect, self._cord)


class _Connection(imaplib.IMAP4):
    """imaplib over a socket that hangs on the cord."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, answer_seconds: float, cord: Cord) -> None:
        self._context = context
        self._cord = cord
        super().__init__(host, port, answer_seconds)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        sock = dialled(found, timeout, self._cord)
        if self._context is None:
            return sock
        return self._context.wrap_socket(sock, server_hostname=self.host)


def dialled(found: Sequence[Found], answer_seconds: float | None, cord: Cord) -> socket.socket:
    """A connection to the first of these addresses that answers, each within `answer_seconds`.

    Raises OSError; ConnectionAbortedError, without trying a further address, where the cord wants none any more.
    """
    trouble = OSError("the host has no address")
    for family, kind, protocol, _, address in found:
        try:
            sock = socket.socket(family, kind, protocol)
        except OSError as unknown_family:
            trouble = unknown_family
            continue
        try:
            cord.hold(sock)
            sock.settimeout(answer_seconds)
            sock.connect(address)
            cord.insist_on_wanted()  # a socket that was cut before it knocked may have been let in all the same
        except OSError as fault:
            sock.close()
            cord.insist_on_wanted()
            trouble = fault
        else:
            return sock
    raise trouble
