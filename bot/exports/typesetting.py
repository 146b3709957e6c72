"""Typesets one document in a process of its own: memory goes back when it ends, and it can be stopped.

Run as a script with a directory that holds `data.json`, and the name of a page in it: of `overview` it makes
`overview.pdf` from `overview.typ`. A day, if given, is what the PDF says it was made on. It imports
nothing of ours, so that the child starts fast and holds nothing but its document.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path


def main(directory: str, name: str, day: str | None = None) -> None:
    """Make the PDF as PDF/UA; where a character cannot be drawn, tagged all the same and with a note that says so."""
    import typst  # noqa: PLC0415 - tools import this module; only the child needs the typesetter

    root = Path(directory)
    page, pdf = root / f"{name}.typ", root / f"{name}.pdf"
    made = None if day is None else int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    try:
        try:
            typst.compile(page, pdf, root, pdf_standards="ua-1", timestamp=made)
        except typst.TypstError:
            typst.compile(page, pdf, root, sys_inputs={"boxes": "yes"}, timestamp=made)
    except typst.TypstError as error:
        sys.exit(f"the typesetter stopped: {without_quotes(str(error))}")


def without_quotes(message: str) -> str:
    """The first line of an error, without what it quotes: that may be personal data."""
    return re.sub(r"[\"'`].*[\"'`]", "…", (message.splitlines() or ["no reason given"])[0])[:200]


if __name__ == "__main__":
    main(*sys.argv[1:])
