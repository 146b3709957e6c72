"""Content in encrypted pieces of one MiB: raw mails, letters, exports. Memory stays at one piece."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Select, delete, func, insert, select, update

from bot.store.bench import Bench
from bot.store.errors import MissingRowError, VaultError
from bot.store.tables import blob_chunks, blobs

CHUNK = 1024 * 1024  # bytes of plain content


@dataclass(frozen=True, slots=True)
class Blobs:
    """Blobs belong to one row of another table; `owner` ("mails.raw|17") seals them to it."""

    bench: Bench

    def add(self, content: bytes | BinaryIO, owner: str) -> int:
        """Store content, read piece by piece; returns the blob's id."""
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        blob_id = self.bench.add(blobs, size=0, chunks=0)
        size = chunks = 0
        while piece := stream.read(CHUNK):
            sealed = self.bench.vault.seal(piece, _place(owner, chunks))
            self.bench.run(insert(blob_chunks).values(blob_id=blob_id, seq=chunks, sealed=sealed))
            size, chunks = size + len(piece), chunks + 1
        self.bench.run(update(blobs).where(blobs.c.id == blob_id).values(size=size, chunks=chunks))
        return blob_id

    def chunks(self, blob_id: int, owner: str) -> Iterator[bytes]:
        """The content again, one MiB at a time; VaultError if a piece is missing, moved or changed."""
        row = self.bench.one(blobs, blob_id)
        size = 0
        for seq in range(row.chunks):
            piece = self._piece(blob_id, seq, owner)
            size += len(piece)
            yield piece
        _require_size(owner, size, row.size)

    def read(self, blob_id: int, owner: str) -> bytes:
        return b"".join(self.chunks(blob_id, owner))

    def read_all(self, owners: Mapping[int, str]) -> dict[int, bytes]:
        """Small contents by blob id, with two queries for all; VaultError if a piece is missing, moved or changed."""
        sizes = {row.id: row.size for row in self.bench.all(select(blobs).where(blobs.c.id.in_(owners)))}
        here = (
            select(blob_chunks)
            .where(blob_chunks.c.blob_id.in_(owners))
            .order_by(blob_chunks.c.blob_id, blob_chunks.c.seq)
        )
        found: dict[int, bytearray] = {blob_id: bytearray() for blob_id in owners}
        for row in self.bench.all(here):
            found[row.blob_id] += self.bench.vault.open(row.sealed, _place(owners[row.blob_id], row.seq))
        for blob_id, content in found.items():
            _require_size(owners[blob_id], len(content), sizes.get(blob_id, 0))
        return {blob_id: bytes(content) for blob_id, content in found.items()}

    def drop(self, blob_id: int) -> None:
        """Delete the content. The row that pointed to it must have let go before."""
        self.bench.run(delete(blob_chunks).where(blob_chunks.c.blob_id == blob_id))
        self.bench.run(delete(blobs).where(blobs.c.id == blob_id))

    def total_bytes(self, of: Select[Any]) -> int:
        """Encrypted bytes of the blobs whose ids this query gives."""
        length = func.coalesce(func.sum(func.length(blob_chunks.c.sealed)), 0)
        return int(self.bench.run(select(length).where(blob_chunks.c.blob_id.in_(of))).scalar_one())

    def _piece(self, blob_id: int, seq: int, owner: str) -> bytes:
        sealed = self.bench.run(
            select(blob_chunks.c.sealed).where(blob_chunks.c.blob_id == blob_id, blob_chunks.c.seq == seq)
        ).scalar_one_or_none()
        if sealed is None:
            raise MissingRowError(blob_chunks.name, f"{blob_id}.{seq}")
        return self.bench.vault.open(sealed, _place(owner, seq))


def pieces(content: bytes, owner: str) -> Iterator[tuple[bytes, str]]:
    """What is kept of the content in one piece each, and the place it is sealed to."""
    for seq, start in enumerate(range(0, len(content), CHUNK)):
        yield content[start : start + CHUNK], _place(owner, seq)


def _require_size(owner: str, size: int, wanted: int) -> None:
    if size != wanted:
        raise VaultError(f"{owner} is {size} bytes long instead of {wanted}: restore it from a backup")


def _place(owner: str, seq: int) -> str:
    return f"{owner}.{seq}"
