"""Anchors: what the event chains were at the start of a day, in a file outside the database that names the one before.

A chain can be written anew as a whole by whoever can write in the database; not without differing from its anchors.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.store.archive import Transaction
from bot.store.errors import StoreError
from bot.store.records import ChainHead
from bot.store.vault import Vault

ANCHORED = "anchored"
"""The event of the service's own chain, and the mark in the archive, that name the newest anchor."""

_TOLD = "anchor_told"
"""The mark in the archive of the day on which a mail last carried an anchor to staff."""

NONE_BEFORE = "0" * 64
_SCHEMA = 1
_WHOLE_UP_TO = 1000
"""With more chains than these an anchor holds only those that grew, except the first of each month."""


class AnchorError(StoreError):
    """A file is no anchor of this installation, or cannot be written or read; the words name the file."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The newest link of every chain that grew since the anchor before; of every chain if it is `whole`."""

    day: date
    at: datetime
    previous: str  # hash of the anchor before it
    whole: bool
    heads: tuple[ChainHead, ...]

    @property
    def hash(self) -> str:
        return hashlib.sha256(_canonical(self._content())).hexdigest()

    def _content(self) -> dict[str, Any]:
        return {
            "schema": _SCHEMA,
            "day": self.day.isoformat(),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous": self.previous,
            "whole": self.whole,
            "chains": {str(head.chain): [head.seq, head.hash] for head in self.heads},
        }

    def written(self, vault: Vault) -> bytes:
        """The file: canonical JSON with its own hash, sealed with the index key."""
        return _canonical({**self._content(), "hash": self.hash, "seal": _seal(vault, self.hash)}) + b"\n"


def make_anchor(day: date, at: datetime, previous: str, heads: Iterable[tuple[ChainHead, bool]]) -> Anchor:
    """An anchor of these chains, each with whether it stands as the anchor before it says."""
    heads = tuple(heads)
    whole = len(heads) <= _WHOLE_UP_TO or previous == NONE_BEFORE or day.day == 1
    return Anchor(day, at, previous, whole, tuple(head for head, anchored in heads if whole or not anchored))


def read_anchor(path: Path, vault: Vault) -> Anchor:
    """The anchor in this file. Raises AnchorError if it cannot be read or is not, to the byte, what we wrote."""
    try:
        raw = path.read_bytes()
    except OSError as failed:
        raise AnchorError(f"{path} cannot be read ({type(failed).__name__})") from None
    try:
        anchor, told = _parsed(json.loads(raw))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise AnchorError(f"{path.name} is no anchor") from None
    if not hmac.compare_digest(told, anchor.hash):
        raise AnchorError(f"{path.name} was changed: its hash is not that of its content")
    if not hmac.compare_digest(raw, anchor.written(vault)):
        raise AnchorError(f"{path.name} was changed, or written with another index key: its seal does not hold")
    return anchor


def _parsed(matter: dict[str, Any]) -> tuple[Anchor, str]:
    heads = tuple(ChainHead(int(chain), int(seq), str(link)) for chain, (seq, link) in matter["chains"].items())
    at = datetime.fromisoformat(matter["at"])
    day = date.fromisoformat(matter["day"])
    return Anchor(day, at, str(matter["previous"]), bool(matter["whole"]), heads), str(matter["hash"])


def place_of(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.json"


def files_in(folder: Path) -> tuple[Path, ...]:
    """The files of anchors, oldest first."""
    return tuple(sorted(folder.glob("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].json")))


def keep(anchor: Anchor, folder: Path, vault: Vault) -> None:
    """Write the file whole, or not at all. Raises AnchorError."""
    path = place_of(folder, anchor.day)
    beside = path.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(anchor.written(vault))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(folder)
    except OSError as failed:
        raise AnchorError(f"{path} cannot be written ({type(failed).__name__})") from None


def _sync_folder(folder: Path) -> None:
    """A rename is only certain once the folder itself is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest anchor, as the archive remembers it."""

    day: date
    hash: str


def newest(tx: Transaction) -> Newest | None:
    day, _, link = (tx.meta.get(ANCHORED) or "").partition(" ")
    return Newest(date.fromisoformat(day), link) if day else None


def recorded(tx: Transaction) -> Mapping[date, str]:
    """Day to hash of every anchor that the service's own chain speaks of."""
    told = (event.values for event in tx.events.of(None, ANCHORED) if not event.forgotten)
    return {date.fromisoformat(str(values["day"])): str(values["hash"]) for values in told}


def told_on(tx: Transaction) -> date | None:
    """The day on which staff last got a mail with an anchor."""
    day = tx.meta.get(_TOLD)
    return date.fromisoformat(day) if day else None


def note_told(tx: Transaction, day: date) -> None:
    tx.meta.set(_TOLD, day.isoformat())


def in_words(anchor: Newest) -> str:
    """What a mail to staff says of it; nothing personal."""
    return f"Controlegetal van het logboek op {anchor.day.isoformat()} (bewaar dit bericht):\n{anchor.hash}"


def _seal(vault: Vault, link: str) -> str:
    return vault.index(f"anchor:{link}")


def _canonical(matter: Mapping[str, Any]) -> bytes:
    return json.dumps(matter, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


# Checking


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold. `chain` is None where it concerns an anchor itself; `links` may be empty."""

    what: str
    chain: int | None = None
    links: tuple[int, ...] = ()
    day: date | None = None


def anchor_faults(tx: Transaction, folder: Path, given: Iterable[Path] = ()) -> tuple[list[Anchor], list[Fault]]:
    """The anchors that can be trusted, and what is wrong with the others: in the folder, and brought from outside."""
    vault, told = tx.events.bench.vault, recorded(tx)
    anchors: dict[date, Anchor] = {}
    faults: list[Fault] = []
    for path in files_in(folder):
        _read_into(anchors, faults, path, vault, named=True)
    faults += _gaps(anchors, told, {path.stem for path in files_in(folder)})
    faults += _breaks(anchors)
    outside: dict[date, Anchor] = {}
    for path in given:
        _read_into(outside, faults, path, vault, named=False)
    faults += _unlike(outside, told)
    return [*anchors.values(), *outside.values()], faults


def _read_into(anchors: dict[date, Anchor], faults: list[Fault], path: Path, vault: Vault, *, named: bool) -> None:
    try:
        anchor = read_anchor(path, vault)
    except AnchorError as wrong:
        faults.append(Fault(str(wrong), day=_day_in(path)))
        return
    if named and path.stem != anchor.day.isoformat():
        faults.append(Fault(f"{path.name} holds the anchor of {anchor.day}", day=anchor.day))
        return
    anchors[anchor.day] = anchor


def _day_in(path: Path) -> date | None:
    try:
        return date.fromisoformat(path.stem)
    except ValueError:
        return None


def _gaps(anchors: Mapping[date, Anchor], told: Mapping[date, str], files: set[str]) -> Iterator[Fault]:
    for day, link in sorted(told.items()):
        if day.isoformat() not in files:
            yield Fault(f"the anchor of {day} is missing", day=day)
        elif day in anchors and anchors[day].hash != link:
            yield Fault(f"the anchor of {day} is not the one that the log speaks of", day=day)
    for day in sorted(set(anchors) - set(told)):
        yield Fault(f"the log does not speak of the anchor of {day}: its own chain was changed", chain=0, day=day)


def _breaks(anchors: Mapping[date, Anchor]) -> Iterator[Fault]:
    """Each names the one before it; where that one is missing or unsound it is told already, unless nothing tells."""
    before = NONE_BEFORE
    for day, anchor in sorted(anchors.items()):
        if anchor.previous != before:
            yield Fault(f"the anchor of {day} does not follow the one before it: one is missing or replaced", day=day)
        before = anchor.hash


def _unlike(outside: Mapping[date, Anchor], told: Mapping[date, str]) -> Iterator[Fault]:
    for day, anchor in sorted(outside.items()):
        if told.get(day) != anchor.hash:
            words = f"the anchor of {day} that was given is not the one that the log speaks of"
            yield Fault(words, chain=0, day=day)


def chain_faults(tx: Transaction, chain: int, anchors: Iterable[tuple[date, ChainHead]]) -> Iterator[Fault]:
    """What is wrong within one chain, and between it and what was anchored of it."""
    case_id = chain or None
    if broken := tx.events.broken_links(case_id):
        yield Fault("links are missing or changed", chain, broken)
    links = tx.events.hashes(case_id)
    sound = 0
    for day, head in sorted(anchors, key=lambda pair: pair[1].seq):
        if not links:
            yield Fault(f"the chain is gone: it had {head.seq} links on {day}", chain, (head.seq,), day)
            return
        if head.seq not in links:
            gone = tuple(number for number in range(1, head.seq + 1) if number not in links)
            yield Fault(f"links that were there on {day} are gone", chain, gone, day)
            return
        if links[head.seq] != head.hash:
            words = f"the chain was written anew: link {head.seq} is not what it was on {day}"
            yield Fault(words, chain, tuple(range(sound + 1, head.seq + 1)), day)
            return
        sound = head.seq


def by_chain(anchors: Iterable[Anchor]) -> dict[int, list[tuple[date, ChainHead]]]:
    """What was anchored of each chain."""
    found: dict[int, list[tuple[date, ChainHead]]] = {}
    for anchor in anchors:
        for head in anchor.heads:
            found.setdefault(head.chain, []).append((anchor.day, head))
    return found
