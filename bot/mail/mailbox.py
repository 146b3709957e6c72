"""One connection to the IMAP server: it looks, and never changes a flag.

Every folder is opened with EXAMINE and every text read with BODY.PEEK; the one thing ever written is a copy in the
Sent folder. Lists of ints are the only message sets that imapclient 4 understands.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient

from bot.mail.dialling import Cord, DialledClient
from bot.mail.errors import MailboxLostError, UntrustedServerError
from bot.mail.faults import at_the_door
from bot.mail.login import Secret, log_in
from bot.mail.pacing import asked_wait
from bot.mail.trust import client_context, insist_on_tls
from bot.settings import SettingsError, WatchSettings

_SLICE_BYTES = 256 * 1024
_HEADER_BYTES = 256 * 1024
_TEXT_BYTES = 64 * 1024  # of a mail that is too large
_GOODBYE_SECONDS = 5.0  # politeness waits no longer
_SEARCH_SPAN = 50_000  # hits in one answer: imaplib gives up at a line of a million bytes


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as EXAMINE found it."""

    uidvalidity: int
    uid_next: int  # the UID that the next mail will get
    count: int
    uid_next_told: bool = True  # by the server; otherwise it is one more than the last UID there

    def went_back_before(self, uid: int) -> bool:
        """Whether the server gives out UIDs anew that we have seen: it was restored from a backup."""
        return self.uid_next_told and self.uid_next <= uid


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a mail before its text is fetched."""

    size: int
    received_at: datetime


def checked(settings: WatchSettings) -> WatchSettings:
    """The settings, or a SettingsError that names the key: said at the start, not at the first connection."""
    if not settings.host:
        raise SettingsError(f"{settings.table}.host is empty: set it to the name of the IMAP server")
    insist_on_tls(settings.tls, settings.host, f"{settings.table}.tls")
    return settings


class Mailbox:
    """IMAPClient blocks and is not thread safe: one thread calls; only `hang_up` may come from another."""

    def __init__(self, settings: WatchSettings, secret: Secret) -> None:
        self._settings = checked(settings)
        self._secret = secret
        self._client: IMAPClient | None = None
        self._cord = Cord()

    @property
    def host(self) -> str:
        return self._settings.host

    def __enter__(self) -> Mailbox:
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def connect(self) -> None:
        """Connect, prove the server, log in. Raises a MailboxError that says whether a person must act."""
        if self._cord.was_cut:
            raise MailboxLostError("stopping")
        with self._at_the_door(opening=True), self._cord.for_at_most(self._settings.timeout_seconds):
            client = self._opened()
        self._client = client
        try:
            log_in(client, self._settings, self._secret, self._cord)
        except BaseException:
            self.close()
            raise
        if self._cord.was_cut:
            self.close()
            raise MailboxLostError("stopping")

    def close(self) -> None:
        """End the connection, politely if it still stands. Never raises."""
        client, self._client = self._client, None
        if client is None:
            return
        with contextlib.suppress(Exception), self._cord.for_at_most(_GOODBYE_SECONDS):
            if not self._cord.was_cut:
                client.logout()
        with contextlib.suppress(Exception):
            client.shutdown()
        self._cord.let_go()

    def hang_up(self) -> None:
        """Called from another thread: whatever this connection waits for, or is being made, ends with an error."""
        self._cord.cut()

    def _opened(self) -> IMAPClient:
        settings = self._settings
        context = client_context(settings.ca_file, f"{settings.table}.ca_file")
        direct = context if settings.tls == "tls" else None
        client = None
        try:
            client = DialledClient((settings.host, settings.port), direct, settings.timeout_seconds, self._cord)
            client._imap.debug = 0  # imapclient leaves imaplib's buffer of every line switched on
            client.normalise_times = False  # else times come back naive, in this machine's zone
            if settings.tls == "starttls":
                self._insist_on_starttls(client)
                client.starttls(ssl_context=context)
                client._set_read_timeout()
            _keep_alive(client.socket())
        except BaseException:
            if client is not None:
                with contextlib.suppress(Exception):
                    client.shutdown()
            self._cord.let_go()
            raise
        return client

    def _insist_on_starttls(self, client: IMAPClient) -> None:
        if not client.has_capability("STARTTLS"):
            raise UntrustedServerError(
                f"{self.host} does not offer STARTTLS, and nothing is read unprotected: "
                f"check {self._settings.table}.port and {self._settings.table}.tls"
            )

    def _at_the_door(self, *, opening: bool = False) -> AbstractContextManager[None]:
        return at_the_door(self.host, self._settings.table, opening=opening)

    @property
    def _open_client(self) -> IMAPClient:
        if self._client is None or self._cord.was_cut:
            raise MailboxLostError(f"no connection to {self.host}")
        return self._client

    def certificate_ends_at(self) -> datetime | None:
        """When the certificate that the server showed ends; None without TLS."""
        with self._at_the_door():
            sock = self._open_client.socket()
        shown = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else None
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC) if shown else None

    def has_idle(self) -> bool:
        with self._at_the_door():
            return bool(self._open_client.has_capability("IDLE"))

    def folder_exists(self, folder: str) -> bool:
        """Whether mail can be in it: a mere node above other folders counts as missing."""
        with self._at_the_door():
            listed = self._open_client.list_folders("", folder)
        nodes = {b"\\noselect", b"\\nonexistent"}
        return any(not nodes & {flag.lower() for flag in flags} for flags, _, _ in listed)

    def examine(self, folder: str) -> FolderState:
        """Open a folder for reading only."""
        with self._at_the_door():
            answer = self._open_client.select_folder(folder, readonly=True)
            told = answer.get(b"UIDNEXT")
            return FolderState(
                uidvalidity=answer[b"UIDVALIDITY"],
                uid_next=told or self._last_uid() + 1,
                count=answer[b"EXISTS"],
                uid_next_told=bool(told),
            )

    def _last_uid(self) -> int:
        return max(self._search(["UID", "*"]), default=0)

    def _search(self, criteria: list[Any]) -> list[int]:
        return [int(uid) for uid in self._open_client.search(criteria)]

    def uids_above(self, mark: int, state: FolderState) -> list[int]:
        """UIDs higher than `mark`, ascending, in the folder last examined."""
        with self._at_the_door():
            found: list[int] = []
            for low, high in _spans(mark + 1, state):
                found += self._search(["UID", f"{low}:{high}"])
        return sorted({uid for uid in found if uid > mark})  # n:* always matches the last mail, even below n

    def uids_since(self, day: date, state: FolderState) -> list[int]:
        """UIDs of mails that the server received on `day` or later, ascending."""
        with self._at_the_door():
            found: list[int] = []
            for low, high in _spans(1, state):
                found += self._search(["UID", f"{low}:{high}", "SINCE", day])
        return sorted(set(found))

    def uids_between(self, low: int, high: int, since: date | None = None) -> list[int]:
        """UIDs from `low` to `high`, both included; with a day only those that the server received then or later."""
        criteria: list[Any] = ["UID", f"{low}:{high}", *(() if since is None else ("SINCE", since))]
        with self._at_the_door():
            return self._search(criteria)

    def uids_among(self, uids: Sequence[int]) -> list[int]:
        """Those of `uids` that the server still lists: an empty FETCH alone proves nothing."""
        with self._at_the_door():
            self._open_client.noop()
            return self._search(["UID", ",".join(map(str, uids))])

    def uids_with_message_id(self, message_id: str) -> list[int]:
        with self._at_the_door():
            return self._search(["HEADER", "Message-ID", message_id])

    def listed(self, uids: Sequence[int]) -> dict[int, Listed]:
        """Size and arrival of those mails that are still there."""
        with self._at_the_door():
            answer = self._open_client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
            return {
                uid: Listed(int(seen[b"RFC822.SIZE"]), seen[b"INTERNALDATE"].astimezone(UTC))
                for uid, seen in answer.items()
                if b"RFC822.SIZE" in seen and b"INTERNALDATE" in seen
            }

    def whole(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The raw text of those mails that are still there; only for small ones."""
        with self._at_the_door():
            answer = self._open_client.fetch(list(uids), ["BODY.PEEK[]"])
            return {uid: seen[b"BODY[]"] for uid, seen in answer.items() if seen.get(b"BODY[]")}

    def in_slices(self, uid: int) -> bytes | None:
        """The raw text of a large mail, without holding it several times over; None when it is gone."""
        text = self._slices(uid, "", limit=None)
        return text or None

    def top(self, uid: int) -> bytes | None:
        """The header and the first 64 KiB of the text; None when the mail is gone."""
        header = self._slices(uid, "HEADER", limit=_HEADER_BYTES)
        return header + self._slices(uid, "TEXT", limit=_TEXT_BYTES) if header else None

    def header(self, uid: int) -> bytes:
        """The header alone, at most 256 KiB; empty when there is none to be had."""
        return self._slices(uid, "HEADER", limit=_HEADER_BYTES)

    def _slices(self, uid: int, section: str, limit: int | None) -> bytes:
        """RFC822.SIZE is only a claim (Exchange guesses), so the end is the first slice that is not full."""
        got = bytearray()
        with self._at_the_door():
            while limit is None or len(got) < limit:
                want = _SLICE_BYTES if limit is None else min(_SLICE_BYTES, limit - len(got))
                asked = f"BODY.PEEK[{section}]<{len(got)}.{want}>"
                seen = self._open_client.fetch([uid], [asked]).get(uid, {})
                piece = seen.get(f"BODY[{section}]<{len(got)}>".encode()) or b""
                got += piece
                if len(piece) < want:
                    break
        return bytes(got)

    def idle(self, seconds: float, entered: Callable[[], None], heard: Callable[[], None]) -> None:
        """Wait until the server reports a change in the examined folder, at most `seconds`.

        `entered` is called once the server listens: what came before must then be looked for. `heard` is called at
        the first word of the server, before IDLE is ended, which takes a while on a long line. A dead connection does
        not raise in imapclient, it answers "nothing" at once; an early empty answer or a BYE therefore counts as dead.
        """
        with self._at_the_door():
            client = self._open_client
            client.idle()
            entered()
            began = time.monotonic()
            told = client.idle_check(timeout=seconds)
            if told:
                heard()
            elif time.monotonic() - began < seconds * 0.9:
                raise MailboxLostError(f"{self.host} went away while we were listening")
            _, late = client.idle_done()
            for line in [*told, *late]:
                if isinstance(line, tuple) and b"BYE" in line:
                    raise MailboxLostError(f"{self.host} said goodbye", wait_seconds=asked_wait(_said(line)))

    def append(self, folder: str, raw: bytes, flags: Sequence[bytes]) -> None:
        """Write one mail into a folder: our own copy in Sent, nothing else ever."""
        with self._at_the_door():
            self._open_client.append(folder, raw, list(flags))


def _said(line: tuple[object, ...]) -> str:
    """What the server said, from the pieces into which imapclient has taken it."""
    return " ".join(piece.decode("ascii", "replace") if isinstance(piece, bytes) else str(piece) for piece in line)


def _spans(low: int, state: FolderState) -> Iterator[tuple[int, int | str]]:
    """UID ranges that together reach the end, each small enough for one answer.

    UIDs may be sparse, up to four thousand million; then the ranges are wide instead of many.
    """
    if state.count <= _SEARCH_SPAN:
        yield low, "*"
        return
    step = max(_SEARCH_SPAN, (state.uid_next - low) // 500)
    while low + step < state.uid_next:
        yield low, low + step - 1
        low += step
    yield low, "*"


def _keep_alive(sock: socket.socket) -> None:
    """Let the kernel notice a peer that is silently gone: within about a minute, where it can be told."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 60_000)
