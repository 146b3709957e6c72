"""What an export refuses; messages hold no personal data.

ExportError
├── ExportLeakError      a row belongs to somebody else
└── TypesettingError     the overview could not be made
"""

from __future__ import annotations


class ExportError(Exception):
    """The export could not be built; nothing of it is left on disk."""


class ExportLeakError(ExportError):
    """A row carries another tenant or subject than the rest, or none at all."""

    def __init__(self, system: str, table: str, row: int) -> None:
        super().__init__(f"row {row} of {system}.{table} belongs to somebody else: nothing was exported")
        self.system = system
        self.table = table


class TypesettingError(ExportError):
    """The overview could not be made; the message is the first line of what the typesetter said."""
