"""Dossiers as they were when a case went to the authority, encrypted at rest until the words of the case go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from bot.store.bench import Bench
from bot.store.blobs import Blobs
from bot.store.tables import dossiers


@dataclass(frozen=True, slots=True)
class KeptDossier:
    id: int
    case_id: int
    size: int  # bytes
    sha256: str
    made_at: datetime
    held: bool  # False once its content was destroyed


@dataclass(frozen=True, slots=True)
class KeptDossiers:
    bench: Bench

    def keep(self, case_id: int, path: Path, sha256: str) -> KeptDossier:
        """Take the zip in, read piece by piece. The plain file stays the caller's to delete."""
        size = path.stat().st_size
        dossier_id = self.bench.add(dossiers, case_id=case_id, size=size, sha256=sha256, made_at=self.bench.now())
        with path.open("rb") as file:
            blob_id = Blobs(self.bench).add(file, _owner(dossier_id))
        self.bench.run(update(dossiers).where(dossiers.c.id == dossier_id).values(blob_id=blob_id))
        return _kept(self.bench.one(dossiers, dossier_id))

    def of_case(self, case_id: int) -> tuple[KeptDossier, ...]:
        """The oldest first."""
        query = select(dossiers).where(dossiers.c.case_id == case_id).order_by(dossiers.c.id)
        return tuple(_kept(row) for row in self.bench.all(query))

    def chunks(self, dossier_id: int) -> Iterator[bytes]:
        """The zip, one MiB at a time. Raises MissingRowError after it was destroyed."""
        return Blobs(self.bench).chunks(self.bench.one(dossiers, dossier_id).blob_id, _owner(dossier_id))

    def destroy(self, case_id: int) -> int:
        """Delete the content; size, digest and date stay as proof. How many there were."""
        held = (dossiers.c.case_id == case_id) & dossiers.c.blob_id.is_not(None)
        gone = list(self.bench.all(select(dossiers).where(held)))
        for row in gone:
            self.bench.run(update(dossiers).where(dossiers.c.id == row.id).values(blob_id=None))
            Blobs(self.bench).drop(row.blob_id)
        return len(gone)


def _kept(row: Row[Any]) -> KeptDossier:
    return KeptDossier(row.id, row.case_id, row.size, row.sha256, row.made_at, row.blob_id is not None)


def _owner(dossier_id: int) -> str:
    return f"dossiers.zip|{dossier_id}"
