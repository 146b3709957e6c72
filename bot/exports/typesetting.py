"""Typesets one document in a process of its own: memory goes back when it ends, and it can be stopped.

Run as a script with a directory that holds `overview.typ` and `data.json`; writes `overview.pdf` there. It imports
nothing of ours, so that the child starts fast and holds nothing but its document.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main(directory: str) -> None:
    import typst  # noqa: PLC0415 - this module is also imported by name checkers; only the child needs it

    place = Path(directory)
    try:
        typst.compile(
            str(place / "overview.typ"),
            output=str(place / "overview.pdf"),
            root=str(place),
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        sys.exit(f"typst: {error.message.splitlines()[0][:200]}")


if __name__ == "__main__":
    main(sys.argv[1])
