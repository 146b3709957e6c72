"""An archive of an earlier version, full of work, is brought up to this one: nothing is lost and the work goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from servers.office import Office, code_in, header
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink, SunkMail
from sqlalchemy import Column, Connection, Table, column, inspect, select, table, text

import bot.store.migrations
from bot.store.archive import migrate
from bot.store.engines import WRITES, address_of, make_engine
from bot.store.schema import revisions
from bot.store.tables import folders, metadata

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
LOTTE, THIJS = "lotte@klant.example", "thijs@klant.example"
MIGRATIONS = str(Path(bot.store.migrations.__file__).parent)
FORMER_NAMES = {("outbox", "mailbox_index"): "address_index"}
DERIVED = {("cases", "mailbox_index")}
"""Columns that a migration fills from what stands there already."""
FILLED = {
    "blobs",
    "cases",
    "challenges",
    "events",
    "folders",
    "jobs",
    "mails",
    "messages",
    "outbox",
    "requests",
    "users",
}

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Addresses of databases without any schema, as many as one wants."""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        return iter(postgres.new_database, None)
    return (f"sqlite:///{tmp_path / f'{number}.sqlite'}" for number in range(100))


async def test_an_archive_of_any_earlier_version_loses_nothing_and_its_work_goes_on(
    tmp_path: Path, smtp_sink: SmtpSink, new_url: Iterator[str]
) -> None:
    office = Office(tmp_path / "home", smtp_sink, database_url=next(new_url), SEND__BACKOFF_SECONDS="1800")
    challenge = await filled(office)
    rows = kept(office.env["DATABASE_URL"])
    assert {name for name in metadata.tables if rows[name]} >= FILLED

    for revision in reversed(revisions()[:-1]):
        url = next(new_url)
        expected = as_it_stood(url, revision, rows)
        migrate(url)
        assert kept(url) == expected, revision

    office.env["DATABASE_URL"] = url  # the oldest
    waiting = {row["message_id"] for row in rows["outbox"]} - set(left(office))
    assert waiting
    await goes_on(office, challenge)
    assert [left(office)[message_id] for message_id in waiting] == [1] * len(waiting)


def left(office: Office) -> Counter[str]:
    """How often each letter left, by its Message-ID."""
    return Counter(header(mail, "Message-ID") for mail in office.letters())


async def filled(office: Office) -> SunkMail:
    """Sanne was challenged, Lotte's receipt waits for a busy mail server, Thijs's mail was not read yet."""
    office.write(office.people.sanne.address, ASKS)
    office.write("bart@klant.example", "Hoe boek ik een factuur van twee bladzijden?", subject="boeken")
    await office.step()
    office.sink.answer("MAIL", *["451 4.3.0 busy"] * 9)
    office.write(LOTTE, ASKS)
    await office.step()
    office.sink.answers["MAIL"].clear()
    assert office.letters(LOTTE) == []
    office.write(THIJS, ASKS)  # lies in the spool
    with opened(office.env["DATABASE_URL"]) as connection:
        line = {"mailbox": "", "folder": "INBOX", "uidvalidity": 7, "high_water": 41, "before_start": 12}
        connection.execute(folders.insert(), line)
    return office.challenge_to(office.people.sanne.address)


async def goes_on(office: Office, challenge: SunkMail) -> None:
    """Everything that waited in the archive is done, to the answer."""
    sanne = office.people.sanne.address
    before = len(office.letters(sanne))

    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(hours=1)
    [ref] = [case["ref"] for case in office.cases() if case["state"] == "awaiting_approval"]
    office.cli("approve", ref, "--as", "fatima")
    await office.step(hours=1)

    assert [request["level_reached"] for request in office.case(ref)["requests"]] == ["L2"]
    assert len(office.letters(sanne)) == before + 1
    assert len(office.letters(THIJS)) >= 1
    assert office.json("verify-log")["broken"] == {}


@contextmanager
def opened(url: str) -> Iterator[Connection]:
    """One transaction on this database, of whatever version it is."""
    engine = make_engine(address_of(url), 60.0, migrating=True)
    try:
        with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def kept(url: str) -> Rows:
    """Every row of a database of this version."""
    with opened(url) as connection:
        return {
            one.name: [dict(row._mapping) for row in connection.execute(select(one).order_by(*one.primary_key))]
            for one in metadata.sorted_tables
        }


def as_it_stood(url: str, revision: str, rows: Rows) -> Rows:
    """Make a database of that version, with all that it had columns for; what of the rows should be found later."""
    expected: Rows = {name: [] for name in rows}
    with opened(url) as connection:
        migrate_to(connection, revision)
        inspector = inspect(connection)
        for one in metadata.sorted_tables:
            if not inspector.has_table(one.name):
                continue
            then = {found["name"] for found in inspector.get_columns(one.name)}
            insert(connection, one, then, rows[one.name])
            lasting = {name.name for name in one.c if known_as(name, then) or (one.name, name.name) in DERIVED}
            expected[one.name] = [
                {name: value if name in lasting else None for name, value in row.items()} for row in rows[one.name]
            ]
    return expected


def known_as(one: Column[Any], then: set[str]) -> str | None:
    """The name of this column at that time."""
    former = FORMER_NAMES.get((one.table.name, one.name))
    return next((name for name in (one.name, former) if name in then), None)


def insert(connection: Connection, one: Table, then: set[str], rows: list[dict[str, Any]]) -> None:
    names = {known_as(each, then): each for each in one.c if known_as(each, then)}
    former = table(one.name, *(column(str(name), each.type) for name, each in names.items()))
    if rows:
        connection.execute(
            former.insert(), [{str(name): row[each.name] for name, each in names.items()} for row in rows]
        )
    if rows and "id" in one.c and connection.dialect.name == "postgresql":
        last = max(row["id"] for row in rows)
        sequence = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)")
        connection.execute(sequence, {"name": one.name, "last": last})


def migrate_to(connection: Connection, revision: str) -> None:
    """The migrations up to this one, as the version of that day ran them."""
    scripts = ScriptDirectory(MIGRATIONS, version_locations=[MIGRATIONS])
    with EnvironmentContext(Config(), scripts, fn=lambda at, _: scripts._upgrade_revs(revision, at)) as environment:
        environment.configure(connection=connection, render_as_batch=True, transactional_ddl=True)
        with environment.begin_transaction():
            environment.run_migrations()
