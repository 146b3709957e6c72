"""The command that writes every letter down, for a jurist to read."""

from __future__ import annotations

from pathlib import Path

from bot.cli.session import telling
from bot.replies.catalogue import pages
from bot.settings import templates_dir


def letters(out: Path) -> None:
    """Write an index and a page for every letter; files of other names in the folder stay as they are."""
    with telling():
        found = pages(templates_dir())
    out.mkdir(parents=True, exist_ok=True)
    for name, text in found.items():
        (out / name).write_text(text, encoding="utf-8")
    print(f"{len(found)} pages in {out}; start at README.md")
