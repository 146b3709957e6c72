"""The files of an answer as one ordinary zip, which Windows opens too: taken apart and packed anew while it streams."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

_CHUNK = 1 << 20  # bytes
_LARGE = 1 << 31  # bytes; from here a zip needs longer numbers


@dataclass(frozen=True, slots=True)
class SealedPart:
    """One file as it was approved, still closed by its password, in a file of nobody else."""

    name: str
    content_type: str
    made_at: datetime
    file: IO[bytes] = field(repr=False)
    size: int
    sha256: str

    @classmethod
    def of(
        cls, name: str, content_type: str, made_at: datetime, file: IO[bytes], chunks: Iterable[bytes]
    ) -> SealedPart:
        """Write the chunks to the file, and know what they were."""
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        return cls(name, content_type, made_at, file, size, digest.hexdigest())


class Pack:
    """One zip that is made while it is read. Size and digest are known before; every reading gives the same bytes."""

    def __init__(self, name: str, parts: Iterable[SealedPart], passphrase: str, cleaning: ExitStack) -> None:
        self.name = name
        self._parts = tuple(parts)
        self._passphrase = passphrase.encode()
        self._cleaning = cleaning
        digest, size = hashlib.sha256(), 0
        for piece in self:
            digest.update(piece)
            size += len(piece)
        self.size = size
        self.sha256 = digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        drain = _Drain()
        with zipfile.ZipFile(drain, "w", zipfile.ZIP_DEFLATED) as target:  # type: ignore[call-overload]  # only written
            for entry in self._entries():
                with target.open(entry.info, "w", force_zip64=entry.size >= _LARGE) as place:
                    for chunk in entry.chunks:
                        place.write(chunk)
                        yield drain.taken()
        yield drain.taken()

    def _entries(self) -> Iterator[_Entry]:
        for part in self._parts:
            part.file.seek(0)
            if part.content_type == "application/zip":
                yield from _opened(part, self._passphrase)
            else:
                info = _info(part.name, part.made_at.timetuple()[:6])
                yield _Entry(info, part.size, _read(part.file))

    def close(self) -> None:
        self._cleaning.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trail: TracebackType | None
    ) -> None:
        self.close()


def packed(name: str, parts: Iterable[SealedPart], passphrase: str, cleaning: ExitStack) -> Pack:
    """The parts as one zip; `cleaning` gives back what they lie in, when the pack is closed or cannot be made."""
    try:
        return Pack(name, parts, passphrase, cleaning)
    except BaseException:
        cleaning.close()
        raise


@dataclass(frozen=True, slots=True)
class _Entry:
    info: zipfile.ZipInfo
    size: int
    chunks: Iterator[bytes]


def _opened(part: SealedPart, passphrase: bytes) -> Iterator[_Entry]:
    """What lies in a closed package, in a folder with its name."""
    import pyzipper  # noqa: PLC0415 - with its ciphers too slow to load for `--help`

    with pyzipper.AESZipFile(part.file) as package:
        package.setpassword(passphrase)
        for inside in package.infolist():
            info = _info(f"{PurePosixPath(part.name).stem}/{inside.filename}", inside.date_time)
            with package.open(inside) as source:
                yield _Entry(info, inside.file_size, _read(source))


def _read(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def _info(name: str, at: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=tuple(at))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class _Drain:
    """Takes what a zip writes, in order, and gives it away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
