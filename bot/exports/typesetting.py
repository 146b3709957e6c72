"""Typesets one document in a process of its own: memory goes back when it ends, and it can be stopped.

Run as a script with a directory that holds `overview.typ` and `data.json`; writes `overview.pdf` there. It imports
nothing of ours, so that the child starts fast and holds nothing but its document.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main(directory: str) -> None:
    """Make the PDF as PDF/UA; where a character cannot be drawn, tagged all the same and with a note that says so."""
    import typst  # noqa: PLC0415 - tools import this module; only the child needs the typesetter

    root = Path(directory)
    page, pdf = root / "overview.typ", root / "overview.pdf"
    try:
        try:
            typst.compile(page, pdf, root, pdf_standards="ua-1")
        except typst.TypstError:
            typst.compile(page, pdf, root, sys_inputs={"boxes": "yes"})
    except typst.TypstError as error:
        sys.exit(f"the typesetter stopped: {without_quotes(str(error))}")


def without_quotes(message: str) -> str:
    """The first line of an error, without what it quotes: that may be personal data."""
    return re.sub(r"[\"'`].*[\"'`]", "…", (message.splitlines() or ["no reason given"])[0])[:200]


if __name__ == "__main__":
    main(sys.argv[1])
