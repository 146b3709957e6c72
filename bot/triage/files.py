"""Files that are there whole or not at all: whoever reads one never sees half of it, whatever ends the writer."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from bot.triage.errors import ModelUnwritableError

UNFINISHED = ".new"


def write_whole(path: Path, content: bytes) -> None:
    """The file with this content. Raises ModelUnwritableError; an earlier file of that name then stays as it was."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        _keep_name(path.parent)
    except OSError as full:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise ModelUnwritableError(path, full.strerror or type(full).__name__) from full


def _keep_name(folder: Path) -> None:
    """The new name survives a loss of power too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
