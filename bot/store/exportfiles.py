"""Files made for the data subject, encrypted at rest until they are destroyed on schedule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Row, select, update

from bot.store.bench import Bench, short
from bot.store.blobs import Blobs
from bot.store.records import Scalar, SealedExport
from bot.store.tables import exports


@dataclass(frozen=True, slots=True)
class SealedManifest:
    name: str = field(repr=False)
    manifest: dict[str, Scalar]


@dataclass(frozen=True, slots=True)
class Exports:
    bench: Bench

    def seal(
        self, case_id: int, name: str, content_type: str, path: Path, manifest: Mapping[str, Scalar]
    ) -> SealedExport:
        """Take a file in, read piece by piece. The plain file stays the caller's to delete."""
        export_id = self.bench.add(
            exports,
            SealedManifest(name, dict(manifest)),
            case_id=case_id,
            content_type=short(content_type, 200),
            size=0,
            sha256="",
            made_at=self.bench.now(),
        )
        with path.open("rb") as file:
            reader = _Hashing(file)
            blob_id = Blobs(self.bench).add(reader, _owner(export_id))  # type: ignore[arg-type]  # only read() is used
        sums = {"size": reader.size, "sha256": reader.digest.hexdigest()}
        self.bench.run(update(exports).where(exports.c.id == export_id).values(blob_id=blob_id, **sums))
        return self.get(export_id)

    def get(self, export_id: int) -> SealedExport:
        return self._export(self.bench.one(exports, export_id))

    def of_case(self, case_id: int) -> tuple[SealedExport, ...]:
        query = select(exports).where(exports.c.case_id == case_id).order_by(exports.c.id)
        return tuple(self._export(row) for row in self.bench.all(query))

    def read(self, export_id: int) -> bytes:
        return b"".join(self.chunks(export_id))

    def chunks(self, export_id: int) -> Iterator[bytes]:
        """The plain file, one MiB at a time. Raises MissingRowError after it was destroyed."""
        row = self.bench.one(exports, export_id)
        return Blobs(self.bench).chunks(row.blob_id, _owner(export_id))

    def destroy(self, case_id: int) -> None:
        """Delete the content of all files of a case; name, size and digest stay as proof."""
        held = exports.c.blob_id.is_not(None)
        for row in list(self.bench.all(select(exports).where(exports.c.case_id == case_id, held))):
            gone = {"blob_id": None, "destroyed_at": self.bench.now()}
            self.bench.run(update(exports).where(exports.c.id == row.id).values(**gone))
            Blobs(self.bench).drop(row.blob_id)

    def forget(self, case_id: int) -> None:
        """Delete names and counts too; size and digest stay. The content must be destroyed before."""
        self.bench.run(update(exports).where(exports.c.case_id == case_id).values(sealed=None))

    def _export(self, row: Row[Any]) -> SealedExport:
        content = self.bench.content(SealedManifest, exports, row) or SealedManifest("", {})
        return SealedExport(
            id=row.id,
            case_id=row.case_id,
            name=content.name,
            content_type=row.content_type,
            size=row.size,
            sha256=row.sha256,
            made_at=row.made_at,
            manifest=content.manifest,
            destroyed_at=row.destroyed_at,
        )


class _Hashing:
    """A file that counts and hashes what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        self.size += len(piece)
        return piece


def _owner(export_id: int) -> str:
    return f"exports.content|{export_id}"
