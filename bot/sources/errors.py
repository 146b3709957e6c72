"""What reading and changing the company's systems can refuse.

SourceError
├── SourceFailedError     a system could not be read or written: never "no data"
└── ForeignRowError       a row of somebody else came along: nothing may be exported
"""

from __future__ import annotations


class SourceError(Exception):
    """Superclass; the message is one line for whoever must act, without personal data."""


class SourceFailedError(SourceError):
    """A system could not be read. `permanent`: trying again does not help, the map or the system must be mended."""

    def __init__(self, system: str, permanent: bool, trouble: str) -> None:
        mend = "mend the data map or the system" if permanent else "it will be tried again"
        super().__init__(f"system '{system}' could not be read ({trouble}); {mend}")
        self.system = system
        self.permanent = permanent
        self.trouble = trouble


class ForeignRowError(SourceError):
    """A row that was read for one person carries another person's or tenant's key."""

    def __init__(self, system: str, table: str) -> None:
        super().__init__(
            f"a row of somebody else came out of {system}.{table}; nothing was exported, check the data map"
        )
        self.system = system
        self.table = table
