import re
import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

import bot.store.migrations
from bot.settings import StoreSettings
from bot.store.archive import Archive, migrate, open_archive
from bot.store.engines import address_of
from bot.store.errors import SchemaError, StoreError, StoreUnavailableError
from bot.store.schema import head, revisions
from bot.store.tables import metadata
from bot.store.vault import Vault

MIGRATIONS = Path(bot.store.migrations.__file__).parent


def test_from_empty_to_head_gives_exactly_the_tables_of_the_models(empty_url: str) -> None:
    migrate(empty_url)

    engine = create_engine(address_of(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_migrating_twice_changes_nothing_and_names_the_same_revision(empty_url: str) -> None:
    assert migrate(empty_url) == migrate(empty_url)


def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    revisions: list[str] = []
    threads = [threading.Thread(target=lambda: revisions.append(migrate(empty_url))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(revisions) == 2


def test_a_migration_is_named_by_date_and_goes_forward_only() -> None:
    names = [path.stem for path in MIGRATIONS.glob("*.py") if path.stem != "__init__"]

    assert sorted(names) == revisions()
    for name in names:
        source = (MIGRATIONS / f"{name}.py").read_text()
        assert re.fullmatch(r"\d{8}_(?:\d\d_)?[a-z_]+", name)
        assert f'revision = "{name}"' in source
        assert "def downgrade" not in source


def test_the_migrations_in_order_of_their_names_are_one_line_to_the_head() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])

    line = [script.revision for script in scripts.walk_revisions("base", "heads")]

    assert line[::-1] == revisions()
    assert scripts.get_heads() == [head()]


def test_every_foreign_key_index_and_constraint_has_a_name(url: str) -> None:
    engine = create_engine(address_of(url))
    inspector = inspect(engine)
    unnamed = [
        (table, constraint)
        for table in metadata.tables
        for constraint in (*inspector.get_foreign_keys(table), *inspector.get_unique_constraints(table))
        if not constraint["name"]
    ]
    engine.dispose()

    assert unnamed == []


def test_a_database_without_schema_is_refused_with_the_command_to_run(empty_url: str, vault: Vault) -> None:
    with pytest.raises(SchemaError, match="run: privacybot migrate"):
        _open(empty_url, vault)


def test_looking_for_a_sqlite_file_does_not_make_one(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(SchemaError, match="there is no database"):
        _open(f"sqlite:///{tmp_path / 'none.db'}", vault)

    assert not (tmp_path / "none.db").exists()


def test_a_database_of_a_newer_version_is_refused_by_start_and_by_migrate(empty_url: str, vault: Vault) -> None:
    url = empty_url
    migrate(url)
    engine = create_engine(address_of(url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '20990101_later'"))
    engine.dispose()

    with pytest.raises(SchemaError, match=r"20990101_later.*newer version"):
        _open(url, vault)
    with pytest.raises(SchemaError, match="20990101_later"):
        migrate(url)


def test_an_unreachable_database_is_named_by_host_without_its_password(vault: Vault) -> None:
    url = "postgresql://privacybot:geheim@127.0.0.1:1/archive"

    for attempt in (lambda: migrate(url), lambda: _open(url, vault)):
        with pytest.raises(StoreUnavailableError, match=r"127\.0\.0\.1:1/archive") as refused:
            attempt()
        assert "geheim" not in str(refused.value)
        assert refused.value.__suppress_context__


@pytest.mark.parametrize("url", ["mysql://u:geheim@h/d", "nonsense", "sqlite+nodriver:///x", ""])
def test_an_address_of_another_kind_is_refused_with_the_kinds_that_work(url: str) -> None:
    with pytest.raises(StoreUnavailableError, match="must begin with sqlite:/// or postgresql://") as refused:
        migrate(url)

    assert "geheim" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreUnavailableError, match="make its folder writable"):
        migrate(f"sqlite:///{tmp_path / 'file' / 'archive.db'}")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Beste Sanne, " * 100)

    with pytest.raises(StoreError, match=r"letter\.txt is no sound SQLite database"):
        migrate(f"sqlite:///{path}")

    assert path.read_text() == "Beste Sanne, " * 100


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str) -> None:
    engine = create_engine(address_of(empty_url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE outbox (somebody_elses INTEGER)"))

    with pytest.raises(StoreError, match="refused a statement"):
        migrate(empty_url)

    assert inspect(engine).get_table_names() == ["outbox"]
    engine.dispose()


def test_only_the_owner_can_read_a_new_sqlite_file(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'var' / 'archive.db'}")

    assert stat.S_IMODE((tmp_path / "var" / "archive.db").stat().st_mode) == 0o600


def test_heroku_style_addresses_mean_the_same_driver() -> None:
    assert {address_of(f"{name}://h/d").drivername for name in ("postgres", "postgresql")} == {"postgresql+psycopg"}


def test_sqlite_writes_ahead_syncs_fully_keeps_keys_and_deletes_securely(sqlite_archive: Archive) -> None:
    with sqlite_archive._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 10_000,
    }


def test_a_copied_database_opens_without_another_migration(
    migrated_sqlite: Path, tmp_path: Path, opened: Callable[..., Archive]
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "copy.db")

    with opened(f"sqlite:///{tmp_path / 'copy.db'}").reading() as tx:
        assert tx.cases.listed() == ()


def _open(url: str, vault: Vault) -> Archive:
    return open_archive(StoreSettings(), url, vault, lambda: None, "KB", "Europe/Amsterdam")  # type: ignore[arg-type, return-value]
