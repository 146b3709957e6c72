"""The schema's version: bringing a database up to it, and refusing to work on another."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
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


def revisions() -> list[str]:
    """Every migration this version has, oldest first: their names begin with the date."""
    return sorted(path.stem for path in _MIGRATIONS.glob("2*.py"))


def head() -> str:
    """The revision this version needs."""
    return revisions()[-1]


def require_head(connection: Connection) -> None:
    """Raises SchemaError unless the database is exactly at this version's schema."""
    found = _current(connection)
    if found == head():
        return
    _require_known(found)
    at = found or "no schema at all"
    raise SchemaError(f"the database is at {at}, this version needs {head()}; run: privacybot migrate")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _require_known(found: str | None) -> None:
    if found is not None and found not in revisions():
        raise SchemaError(
            f"the database is at {found}, which this version does not know; it needs {head()}. "
            "Start the newer version, or restore a backup made with this one"
        )


def _bring_up(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    _require_known(_current(connection))
    _run_migrations(connection)
    if connection.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise SchemaError("the migration would leave rows that point at nothing; the database was left as it was")


def _run_migrations(connection: Connection) -> None:
    # Alembic takes longer to import than most commands take to run, and only `migrate` needs it.
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory(str(_MIGRATIONS), version_locations=[str(_MIGRATIONS)])
    with EnvironmentContext(
        Config(), scripts, fn=lambda at, _context: scripts._upgrade_revs("head", at)
    ) as environment:
        environment.configure(
            connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
        )
        with environment.begin_transaction():
            environment.run_migrations()
