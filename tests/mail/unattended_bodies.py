"""Short invented bodies: what machines say of an absence or a receipt, and what people say that looks like it."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent / "unattended"


def bodies(file: str, tag: str | None = None) -> list[tuple[str, str]]:
    """Tag and body of each entry of the file, or only those with this tag."""
    entries = (_FOLDER / file).read_text(encoding="utf-8").split("%%\n")
    pairs = [(first, body) for first, _, body in (entry.partition("\n") for entry in entries)]
    return [pair for pair in pairs if tag in (None, pair[0])]
