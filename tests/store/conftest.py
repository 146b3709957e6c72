"""Both databases for the archive's tests: made and migrated once, empty for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from servers.postgres import Postgres
from store_builders import INDEX_KEY, KEY, HandClock

from bot.settings import StoreSettings
from bot.store.archive import Archive, migrate, open_archive
from bot.store.tables import metadata
from bot.store.vault import Vault, vault_from


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "archive.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: Postgres) -> str:
    url = postgres.new_database()
    migrate(url)
    return url


@pytest.fixture
def emptied_postgresql(migrated_postgresql: str) -> str:
    """The one migrated database of this worker, without the rows of the test before: cheaper than a copy."""
    with psycopg.connect(migrated_postgresql.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("; ".join(_EMPTYING))
    return migrated_postgresql


_EMPTYING = (
    "UPDATE mails SET case_id = NULL",
    *(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)),
    *(f"ALTER SEQUENCE {name}_id_seq RESTART" for name, table in metadata.tables.items() if "id" in table.c),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.new_database()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "archive.db")
    return f"sqlite:///{tmp_path / 'archive.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test alone."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "emptied_postgresql"))


@pytest.fixture(scope="session")
def vault() -> Vault:
    return vault_from(KEY, INDEX_KEY)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def opened(vault: Vault, clock: HandClock) -> Iterator[Callable[..., Archive]]:
    """Opens archives the way separate processes would; closes them after the test."""
    archives: list[Archive] = []

    def open_one(url: str, **settings: object) -> Archive:
        archive = open_archive(StoreSettings(**settings), url, vault, clock, "KB", "Europe/Amsterdam")
        archives.append(archive)
        return archive

    yield open_one
    for archive in archives:
        archive.close()


@pytest.fixture
def archive(opened: Callable[..., Archive], url: str) -> Archive:
    return opened(url)


@pytest.fixture
def sqlite_archive(opened: Callable[..., Archive], sqlite_url: str) -> Archive:
    return opened(sqlite_url)
