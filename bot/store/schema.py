"""The schema's version: bringing a database up to it, and refusing to work on another."""

from __future__ import annotations

import functools
from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bot.store.engines import WRITES, address_of, make_engine, make_file, whereabouts
from bot.store.errors import SchemaError, StoreUnavailableError, translated
from bot.store.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 60.0
_LOCK = 0x70726976  # any number that nobody else takes: two processes may migrate at once


def migrate(url: str) -> str:
    """Bring the database to this version's schema, in one transaction; returns the revision. Done twice: nothing.

    Raises SchemaError where the database is newer than this version, StoreUnavailableError where there is none.
    """
    address = address_of(url)
    engine = None
    try:
        make_file(address)
        engine = make_engine(address, _BUSY_SECONDS, migrating=True)
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            _bring_up(connection)
    except DBAPIError as error:
        raise translated(error, whereabouts(address)) from None
    except OSError as error:
        raise StoreUnavailableError(whereabouts(address), f"{type(error).__name__}; make its folder writable") from None
    finally:
        if engine is not None:
            engine.dispose()
    return head()


@functools.cache
def head() -> str:
    """The revision this version needs."""
    revision = _scripts().get_current_head()
    assert revision is not None
    return revision


def require_head(connection: Connection) -> None:
    """Raises SchemaError unless the database is exactly at this version's schema."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found == head():
        return
    if found is None or _knows(found):
        at = found or "no schema at all"
        raise SchemaError(f"the database is at {at}, this version needs {head()}; run: privacybot migrate")
    raise SchemaError(_newer(found))


def _bring_up(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and not _knows(found):
        raise SchemaError(_newer(found))
    scripts = _scripts()
    with EnvironmentContext(
        Config(), scripts, fn=lambda at, _context: scripts._upgrade_revs("head", at)
    ) as environment:
        environment.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
        )
        with environment.begin_transaction():
            environment.run_migrations()
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise SchemaError("the migration would leave rows that point at nothing; the database was left as it was")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS), version_locations=[str(_MIGRATIONS)])


def _knows(revision: str) -> bool:
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _newer(found: str) -> str:
    return (
        f"the database is at {found}, which this version does not know; it needs {head()}. "
        "Start the newer version, or restore a backup made with this one"
    )
