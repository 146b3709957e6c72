"""Whatever rows there are: everybody gets exactly the rows that hang on him, counted by hand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.datamap.loading import load_datamap
from bot.sources.facade import Sources
from bot.sources.selection import key_parts, key_text
from bot.triage.labels import Language

COMMON = (
    "label: t, category: c, purpose: p, legal_basis: contract, source: s, retention: {value: r, confirmed: true}, "
    "on_erasure: {action: delete}"
)
MAP = f"""
identity:
  - {{name: person, system: any, table: person, tenant: firm, address_of_record: mail,
      owner: {{column: boss, values: ["1"]}}}}
systems:
  - name: any
    url: ${{ANY_URL}}
    tables:
      - {{name: person, key: id, role: controller, person: {{column: id}}, {COMMON},
          columns: {{id: {{label: i}}, firm: {{label: f}}, mail: {{label: m}}, boss: {{label: b}}}}}}
      - {{name: chat, key: id, role: controller, person: {{column: person}}, tenant: {{column: firm}}, {COMMON},
          columns: {{id: {{label: i}}, person: {{label: p}}, firm: {{label: f}}}}}}
      - {{name: line, key: id, role: controller, person: {{via: {{table: chat, column: chat}}}}, {COMMON},
          columns: {{id: {{label: i}}, chat: {{label: c}}}}}}
      - {{name: letter, key: id, role: controller, person: {{column: mail, is: address}}, {COMMON},
          columns: {{id: {{label: i}}, mail: {{label: m}}}}}}
      - {{name: book, key: id, role: processor, tenant: {{column: firm}}, {COMMON},
          columns: {{id: {{label: i}}, firm: {{label: f}}}}}}
      - {{name: entry, key: id, role: both, tenant: {{via: {{table: book, column: book}}}}, {COMMON},
          columns: {{id: {{label: i}}, book: {{label: b}}}}}}
"""
COLUMNS = {
    "person": ("firm INTEGER", "mail TEXT", "boss INTEGER"),
    "chat": ("person INTEGER", "firm INTEGER"),
    "line": ("chat INTEGER",),
    "letter": ("mail TEXT",),
    "book": ("firm INTEGER",),
    "entry": ("book INTEGER",),
}
MAILS = ("a@klant.example", "A@klant.example", "b@klant.example", "c@klant.example")
small = st.integers(1, 4)
person = st.tuples(small, st.sampled_from(MAILS), st.integers(0, 1))
worlds = st.fixed_dictionaries(
    {
        "person": st.lists(
            st.tuples(small, st.sampled_from(MAILS), st.integers(0, 1)), max_size=4, unique_by=lambda p: p[1]
        ),
        "chat": st.lists(st.tuples(small, small), max_size=5),
        "line": st.lists(st.tuples(small), max_size=5),
        "letter": st.lists(st.tuples(st.sampled_from(MAILS)), max_size=4),
        "book": st.lists(st.tuples(small), max_size=4),
        "entry": st.lists(st.tuples(small), max_size=5),
    }
)
World = dict[str, list[tuple]]


@dataclass(frozen=True)
class Anything:
    engine: sa.Engine
    sources: Sources

    def fill(self, world: World) -> None:
        with self.engine.begin() as connection:
            for table, rows in world.items():
                connection.exec_driver_sql(f"DELETE FROM {table}")
                for number, row in enumerate(rows, start=1):
                    marks = ", ".join("?" * (len(row) + 1))
                    connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({marks})", (number, *row))


@pytest.fixture(scope="module")
def anything(tmp_path_factory: pytest.TempPathFactory) -> Anything:
    folder = tmp_path_factory.mktemp("any")
    url = f"sqlite:///{folder / 'any.sqlite'}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        for table, columns in COLUMNS.items():
            connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {', '.join(columns)})")
    (folder / "map.yaml").write_text(MAP)
    datamap = load_datamap(folder / "map.yaml", {"ANY_URL": url})
    return Anything(engine, Sources(datamap, datamap.urls))


def by_hand(world: World, number: int) -> dict[str, list[int]]:
    """The ids that person `number` must get, found without SQL and without the map."""
    firm, mail, boss = world["person"][number - 1]
    ids = {table: list(enumerate(rows, start=1)) for table, rows in world.items()}
    twin = sum(other.lower() == mail.lower() for _, other, _ in world["person"]) > 1
    mine = (lambda other: other == mail) if twin else (lambda other: other.lower() == mail.lower())
    chats = [i for i, (person, of) in ids["chat"] if person == number and of == firm]
    expected = {
        "person": [number],
        "chat": chats,
        "line": [i for i, (chat,) in ids["line"] if chat in chats],
        "letter": [i for i, (to,) in ids["letter"] if mine(to)],
    }
    if boss:
        books = [i for i, (of,) in ids["book"] if of == firm]
        expected["book"] = books
        expected["entry"] = [i for i, (book,) in ids["entry"] if book in books]
    return expected


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds)
def test_everybody_gets_exactly_the_rows_that_hang_on_him(anything: Anything, world: World) -> None:
    anything.fill(world)

    for number, (_, mail, _) in enumerate(world["person"], start=1):
        [subject] = [one for one in anything.sources.find(mail, {}) if one.key == f"person/{number}"]
        collected = {
            held.table: [row["id"] for row in held.rows] for held in anything.sources.collect(subject, Language.ENGLISH)
        }
        assert collected == by_hand(world, number)


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_a_key_of_several_columns_survives_being_written_as_one_text(parts: list[str]) -> None:
    assert key_parts(key_text(parts)) == tuple(parts)


def test_different_keys_are_written_differently() -> None:
    keys = list(itertools.product(["", "a", "/", "a/b", "%2F"], repeat=2))

    assert len({key_text(key) for key in keys}) == len(keys)
