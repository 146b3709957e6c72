"""What the archive refuses.

StoreError
├── StoreUnavailableError   the database cannot be reached, or not now
│   ├── StoreFullError      no room left; nothing of the transaction was kept
│   └── StoreBusyError      somebody else held a lock too long; trying again makes sense
├── SchemaError             the database has another schema than this version needs
├── VaultError              a sealed cell does not open, or key material is unusable
├── ConflictError           what must be unique is there already, or points at nothing
├── NestedTransactionError  a transaction was begun inside another one of the same thread
├── ReadingOnlyError        something was written inside `reading()`
├── AbandonedError          a failure inside the transaction was passed over
└── MissingRowError         no row has this id

Messages name table, row id and mend, never values: drivers quote whole rows in theirs, so those texts end here.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StoreError(Exception):
    """Superclass of what the archive refuses. `permanent` says that trying again changes nothing."""

    permanent = True


class StoreUnavailableError(StoreError):
    """The database cannot be reached or cannot work now; `where` is host or file, without password."""

    permanent = False

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"the database at {where} is not available: {why}")
        self.where = where


class StoreFullError(StoreUnavailableError):
    """No room left on the database's disk. The transaction was rolled back whole."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "its disk is full; make room, nothing was lost, work goes on by itself")


class StoreBusyError(StoreUnavailableError):
    """Another process held a lock longer than `store.busy_seconds`."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "another process holds a lock (setting: store.busy_seconds); try again")


class SchemaError(StoreError):
    """The database's schema is not the one this version needs."""


class VaultError(StoreError):
    """A sealed cell does not open, or key material cannot be used."""


class ConflictError(StoreError):
    """What must be unique is there already, or a row points at nothing."""


class NestedTransactionError(StoreError):
    """One thread began a transaction inside another: the inner one would wait for the outer one for ever."""


class ReadingOnlyError(StoreError):
    """Something was written inside `reading()`; use `transaction()`."""


class AbandonedError(StoreError):
    """The database gave the transaction up, the failure was passed over, and then it should have been committed."""

    def __init__(self) -> None:
        super().__init__("the database had given this transaction up after a failure; nothing of it was kept")


class MissingRowError(StoreError):
    """No row has this id."""

    def __init__(self, table: str, row: object) -> None:
        super().__init__(f"no row {row} in {table}")


_OF_STATE: dict[str, type[StoreFullError | StoreBusyError]] = {
    "53100": StoreFullError,  # disk_full
    "55P03": StoreBusyError,  # lock_not_available
    "40P01": StoreBusyError,  # deadlock_detected
    "40001": StoreBusyError,  # serialization_failure
    "SQLITE_FULL": StoreFullError,
    "SQLITE_BUSY": StoreBusyError,
    "SQLITE_LOCKED": StoreBusyError,
}
_READING_ONLY = {"25006", "SQLITE_READONLY"}
_LOST = {"SQLITE_CANTOPEN": "its file or folder cannot be opened", "SQLITE_IOERR": "its disk fails or is full"}
_SPOILED = {"SQLITE_NOTADB", "SQLITE_CORRUPT"}


def translated(error: DBAPIError | PoolTimeoutError, where: str) -> StoreError:
    """The archive's own word for a driver's error. Keeps the class name and the state, drops the text."""
    if isinstance(error, PoolTimeoutError):
        return StoreBusyError(where)
    state = _state(error)
    if known := _OF_STATE.get(state):
        return known(where)
    if state in _READING_ONLY:
        return ReadingOnlyError(f"something wanted to write to {where}, which is open for reading only")
    if state in _SPOILED:
        return StoreError(f"{where} is no sound SQLite database; give another path, or restore it from a backup")
    if isinstance(error, IntegrityError):
        return ConflictError(f"the database at {where} refused a row ({_named(error, state)})")
    if why := _unavailable(error, state):
        return StoreUnavailableError(where, why)
    return StoreError(f"the database at {where} refused a statement ({_named(error, state)})")


def _state(error: DBAPIError) -> str:
    """SQLSTATE, or SQLite's own name without its extension: SQLITE_IOERR_WRITE is SQLITE_IOERR."""
    if sqlite := getattr(error.orig, "sqlite_errorname", None):
        return "_".join(str(sqlite).split("_")[:2])
    return getattr(error.orig, "sqlstate", None) or ""


def _unavailable(error: DBAPIError, state: str) -> str | None:
    if state.startswith("SQLITE_"):
        return _LOST.get(state)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return f"{_named(error, state)}; start it, or correct DATABASE_URL"
    return None


def _named(error: DBAPIError, state: str) -> str:
    return " ".join(part for part in (type(error.orig).__name__, state) if part)
