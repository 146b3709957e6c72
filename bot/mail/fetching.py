"""Fetching mail from the examined folder: bounded in memory, and past a mail that the server cannot give.

A server that cannot read a mail may end the connection in the middle of it (Dovecot does), so one bad mail would stop
the mailbox for ever. After such a break mail is fetched one by one; the mail at which it breaks again and again is
kept with its header, and at last as a note of where it lies: a person then looks for it in the mailbox.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from bot.mail.errors import MailboxLostError, ServerSaidNoError
from bot.mail.mailbox import Listed, Mailbox
from bot.mail.pacing import THROTTLED_SECONDS

_log = structlog.get_logger(__name__)

_SMALL_BYTES = 1024 * 1024  # larger mail is fetched in slices
_BATCH_BYTES = 8 * 1024 * 1024  # in memory at a time, unless one mail alone is larger
_LIST_AT_ONCE = 500
_TRIES_WHOLE = 3
_TRIES_HEADER = 5  # those for the whole mail included

Place = tuple[str, int]  # folder and UIDVALIDITY: what a UID counts in


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail as the server gave it. With `truncated` a person must look at it: it may be only a note of ours."""

    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime  # INTERNALDATE, aware UTC
    size: int  # bytes, as the server tells it
    truncated: bool = False  # too large, or the server would not give the text: only the top is here


class Suspects:
    """Mail at which a connection ended. Lives as long as the process: after a restart all is tried anew."""

    def __init__(self) -> None:
        self._one_by_one: dict[Place, int] = {}  # up to this UID
        self._breaks: Counter[tuple[Place, int]] = Counter()
        self._listed: dict[tuple[Place, int], Listed] = {}
        self.faults = 0

    def note(self, place: Place, uids: Sequence[int], listed: Mapping[int, Listed]) -> None:
        """The connection ended while these were fetched; what was listed of a single one is remembered."""
        self.faults += 1
        self._one_by_one[place] = max(uids[-1], self._one_by_one.get(place, 0))
        if len(uids) == 1:
            self._breaks[place, uids[0]] += 1
            self._listed |= {(place, uid): seen for uid, seen in listed.items() if uid == uids[0]}

    def recalled(self, place: Place, uid: int) -> Listed:
        return self._listed.get((place, uid)) or Listed(0, datetime.now(UTC))

    def breaks(self, place: Place, uid: int) -> int:
        return self._breaks[place, uid]

    def portions(self, place: Place, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """The UIDs in order: one by one where something is suspect, then many at once."""
        careful = [uid for uid in uids if uid <= self._one_by_one.get(place, 0)]
        yield from ([uid] for uid in careful)
        rest = uids[len(careful) :]
        yield from (rest[start : start + _LIST_AT_ONCE] for start in range(0, len(rest), _LIST_AT_ONCE))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from the folder that `mailbox` has examined."""

    mailbox: Mailbox
    place: Place
    suspects: Suspects
    longest: int  # mails in a batch
    max_bytes: int  # of one mail; of a larger one only the top is fetched

    def batches(self, uids: Sequence[int]) -> Iterator[tuple[Sequence[int], list[FetchedMail]]]:
        """Runs of `uids`, in order, with those of their mails that are still there."""
        for portion in self.suspects.portions(self.place, uids):
            if len(portion) == 1 and self.suspects.breaks(self.place, portion[0]) >= _TRIES_WHOLE:
                yield portion, self._what_can_be_had(portion[0])
            else:
                yield from self._whole_mails(portion)

    def patient_batches(self, uids: Sequence[int], reopen: Callable[[], None]) -> Iterator[list[FetchedMail]]:
        """The same past a mail that breaks the connection: `reopen` makes it anew as long as we learn at which one."""
        left = [*uids]
        while left:
            faults = self.suspects.faults
            try:
                for done, mails in self.batches([*left]):
                    yield mails
                    left = left[len(done) :]
            except MailboxLostError:
                if self.suspects.faults == faults:
                    raise
                reopen()

    def _whole_mails(self, uids: Sequence[int]) -> Iterator[tuple[Sequence[int], list[FetchedMail]]]:
        under_way, listed = uids, dict[int, Listed]()
        try:
            listed = self.mailbox.listed(uids)
            for under_way in _batches(uids, listed, self.longest):
                yield under_way, [*self._fetched(under_way, listed)]
        except MailboxLostError as lost:
            if lost.wait_seconds < THROTTLED_SECONDS:  # else the server is tired of us, and not of this mail
                self.suspects.note(self.place, under_way, listed)
            raise

    def _what_can_be_had(self, uid: int) -> list[FetchedMail]:
        """The header, if that does not break the connection too. Empty when the mail is gone."""
        seen = self.suspects.recalled(self.place, uid)
        if not self.mailbox.uids_among([uid]):
            return []
        _log.error("the mail server breaks off at this mail; look for it in the mailbox", folder=self.place[0], uid=uid)
        if self.suspects.breaks(self.place, uid) >= _TRIES_HEADER:
            return [FetchedMail(uid, _note(self.place, uid), seen.received_at, seen.size, truncated=True)]
        try:
            header = self.mailbox.header(uid) or _note(self.place, uid)
            return [FetchedMail(uid, header, seen.received_at, seen.size, truncated=True)]
        except MailboxLostError as lost:
            if lost.wait_seconds < THROTTLED_SECONDS:
                self.suspects.note(self.place, [uid], {})
            raise

    def _fetched(self, uids: Sequence[int], listed: Mapping[int, Listed]) -> Iterator[FetchedMail]:
        """Mail that is still there. What the server lists but does not give comes with its header."""
        texts = self._small_texts([uid for uid in uids if uid in listed and listed[uid].size <= _SMALL_BYTES])
        got = {uid: self._mail(uid, texts.get(uid), listed.get(uid)) for uid in uids}
        silent = [uid for uid, mail in got.items() if mail is None]
        still_there = set(self.mailbox.uids_among(silent)) if silent else set()
        for uid, mail in got.items():
            if mail is not None:
                yield mail
            elif uid in still_there:
                yield self._header_only(uid, listed.get(uid))

    def _small_texts(self, uids: Sequence[int]) -> dict[int, bytes]:
        """All at once; when the server refuses that, one by one, so that one bad mail does not stop the others."""
        if not uids:
            return {}
        try:
            return self.mailbox.whole(uids)
        except ServerSaidNoError:
            texts: dict[int, bytes] = {}
            for uid in uids:
                with contextlib.suppress(ServerSaidNoError):
                    texts |= self.mailbox.whole([uid])
            return texts

    def _mail(self, uid: int, text: bytes | None, seen: Listed | None) -> FetchedMail | None:
        """The mail from its text, if that was fetched with the others; a large one is fetched now."""
        if seen is None:
            return None
        truncated = False
        if text is None and seen.size > _SMALL_BYTES:
            truncated = seen.size > self.max_bytes
            with contextlib.suppress(ServerSaidNoError):
                text = self.mailbox.top(uid) if truncated else self.mailbox.in_slices(uid)
        return FetchedMail(uid, text, seen.received_at, seen.size, truncated) if text else None

    def _header_only(self, uid: int, seen: Listed | None) -> FetchedMail:
        _log.error("the mail server does not give the text of this mail", folder=self.place[0], uid=uid)
        header = b""
        with contextlib.suppress(ServerSaidNoError):
            header = self.mailbox.header(uid)
        known = seen or self.suspects.recalled(self.place, uid)
        return FetchedMail(uid, header or _note(self.place, uid), known.received_at, known.size, truncated=True)


def _note(place: Place, uid: int) -> bytes:
    """In place of a mail of which nothing could be had. It differs for each mail, or two would pass for one."""
    folder, uidvalidity = place
    return (
        f"Subject: Onleesbaar bericht (UID {uid})\r\n"
        f"Message-ID: <{uid}.{uidvalidity}@unreadable.invalid>\r\n"
        'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
        "De mailserver gaf dit bericht niet. Zoek het op in de mailbox: "
        f"map {folder}, UID {uid}, UIDVALIDITY {uidvalidity}.\r\n"
    ).encode()


def _batches(uids: Sequence[int], listed: Mapping[int, Listed], longest: int) -> Iterator[list[int]]:
    """Runs of UIDs, in order, that together are not too many and not too large."""
    batch: list[int] = []
    room = _BATCH_BYTES
    for uid in uids:
        size = listed[uid].size if uid in listed else 0
        if batch and (len(batch) >= longest or size > room):
            yield batch
            batch, room = [], _BATCH_BYTES
        batch.append(uid)
        room -= size
    if batch:
        yield batch
