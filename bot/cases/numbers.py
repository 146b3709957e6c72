"""Case numbers as people copy them from paper, found in what they wrote."""

from __future__ import annotations

import re

_SEPARATORS = r"[\s\-\u2010-\u2015\u2212_./]{0,3}"
_NUMBER = re.compile(rf"(?<![^\W_])([A-Za-z]{{1,6}}){_SEPARATORS}(20\d\d){_SEPARATORS}(\d{{4,6}})(?![^\W_])")
_AT_MOST = 10  # numbers taken from one mail
_READ = 20_000  # characters of a mail


def numbers_named(subject: str, new_text: str) -> tuple[str, ...]:
    """What may be a case number in a mail, as we write it (KB-2026-0042), in order; what is none names no case."""
    found: dict[str, None] = {}
    for match in _NUMBER.finditer(f"{subject}\n{new_text}"[:_READ]):
        found.setdefault(f"{match[1].upper()}-{match[2]}-{match[3]}")
        if len(found) == _AT_MOST:
            break
    return tuple(found)
