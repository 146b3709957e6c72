"""Another company: other words, keys of two columns, uuids, reserved words, spaces, two hops. No code for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import ENGINES, new_url

from bot.cases.changes import ChangeAction
from bot.cases.subject import DataSubject
from bot.datamap.loading import load_datamap
from bot.sources.facade import Sources
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

MAP = """
recipients: {}
identity:
  - name: "client / contact"
    system: Practice
    table: user
    tenant: [Region, "No"]
    address_of_record: {via: {table: mailboxes, column: ID, to: owner}, column: "E-Mail"}
    person_name: ["given name", "family name"]
    owner: {via: {table: org, column: [Region, "No"]}, column: "Boss"}
    customer_number: {via: {table: org, column: [Region, "No"]}, column: "VAT%"}
systems:
  - name: Practice
    url: ${CRM_URL}
    tables:
      - name: org
        table: Org Unit
        SCHEMA
        key: [Region, "No"]
        label: Organisation
        role: controller
        person: {column: [Region, "No"], is: tenant}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: keep, reason: the law}
        columns:
          Region: {label: Region}
          "No": {label: "Number"}
          Title: {label: Title, correctable: {field: company}}
          VAT%: {label: VAT}
          Boss: {label: Boss, on_erasure: {action: pseudonymise, value: "00000000-0000-0000-0000-000000000000"}}
      - name: user
        SCHEMA
        key: ID
        label: User
        role: controller
        person: {column: ID}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        account: true
        columns:
          ID: {label: Id}
          Region: {label: Region}
          "No": {label: "Number"}
          given name: {label: First name, correctable: {field: name}}
          family name: {label: Last name}
          order: {label: Order}
          select: {label: Secret, secret: true}
      - name: mailboxes
        table: mail.boxes
        SCHEMA
        key: owner
        label: Mailbox
        role: controller
        person: {column: owner}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {owner: {label: Owner}, E-Mail: {label: Address, correctable: {field: email, validator: email}}}
      - name: thread
        SCHEMA
        key: id
        label: Thread
        role: controller
        person: {column: by}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {id: {label: Id}, by: {label: By}}
      - name: post
        SCHEMA
        key: [thread, "no"]
        label: Post
        role: controller
        person: {via: {table: thread, column: thread}}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {thread: {label: Thread}, "no": {label: Number}, at: {label: Moment}, extra: {label: Extra}}
      - name: attachment
        SCHEMA
        key: [thread, "post no", name]
        label: Attachment
        role: controller
        person: {via: {table: post, column: [thread, "post no"]}}
        category: c
        purpose: p
        legal_basis: contract
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {thread: {label: Thread}, "post no": {label: Post}, name: {label: Name}, bytes: {label: Content}}
      - name: book
        SCHEMA
        key: id
        label: Book
        role: processor
        tenant: {column: [Region, "No"]}
        category: c
        purpose: p
        legal_basis: instruction
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: return}
        columns: {id: {label: Id}, Region: {label: Region}, "No": {label: "Number"}}
      - name: page
        SCHEMA
        key: id
        label: Page
        role: processor
        tenant: {via: {table: book, column: book}}
        category: c
        purpose: p
        legal_basis: instruction
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {id: {label: Id}, book: {label: Book}}
      - name: line
        SCHEMA
        key: id
        label: Line
        role: processor
        tenant: {via: {table: page, column: page}}
        category: c
        purpose: p
        legal_basis: instruction
        source: s
        retention: {value: r, confirmed: true}
        on_erasure: {action: delete}
        columns: {id: {label: Id}, page: {label: Page}, whom: {label: Whom, third_party: true}}
"""

TABLES = """
CREATE TABLE @"Org Unit" ("Region" VARCHAR(19), "No" INTEGER, "Title" TEXT, "VAT%" INTEGER, "Boss" UUID,
    PRIMARY KEY ("Region", "No"));
CREATE TABLE @"user" ("ID" UUID PRIMARY KEY, "Region" VARCHAR(19), "No" INTEGER, "given name" TEXT, "family name" TEXT,
    "order" INTEGER, "select" TEXT, FOREIGN KEY ("Region", "No") REFERENCES @"Org Unit" ("Region", "No"));
CREATE TABLE @"mail.boxes" ("owner" UUID PRIMARY KEY REFERENCES @"user" ("ID"), "E-Mail" TEXT);
CREATE TABLE @"thread" ("id" UUID PRIMARY KEY, "by" UUID REFERENCES @"user" ("ID"));
CREATE TABLE @"post" ("thread" UUID REFERENCES @"thread" ("id"), "no" INTEGER, "at" TIMESTAMP, "extra" JSON,
    PRIMARY KEY ("thread", "no"));
CREATE TABLE @"attachment" ("thread" UUID, "post no" INTEGER, "name" TEXT, "bytes" BYTEA,
    PRIMARY KEY ("thread", "post no", "name"), FOREIGN KEY ("thread", "post no") REFERENCES @"post" ("thread", "no"));
CREATE TABLE @"book" ("id" INTEGER PRIMARY KEY, "Region" VARCHAR(19), "No" INTEGER);
CREATE TABLE @"page" ("id" INTEGER PRIMARY KEY, "book" INTEGER REFERENCES @"book" ("id"));
CREATE TABLE @"line" ("id" INTEGER PRIMARY KEY, "page" INTEGER REFERENCES @"page" ("id"), "whom" TEXT);
"""

PEOPLE = ("Sanne", "Joris", "Fatima")
REGIONS = (("North/East", 7), ("North", 7), ("North/East", 8))
IDS = [str(uuid.UUID(int=number)) for number in range(10)]


def rows() -> Iterator[str]:
    """Three people in three organisations, the same shape for each."""
    for n, (name, (region, no)) in enumerate(zip(PEOPLE, REGIONS, strict=True)):
        person, thread = IDS[n + 1], IDS[n + 5]
        yield f"""INSERT INTO @"Org Unit" VALUES ('{region}', {no}, 'Firm of {name}', {9000 + n}, '{person}')"""
        yield f"""INSERT INTO @"user" VALUES ('{person}', '{region}', {no}, '{name}', 'O''Neil', {n}, 'hidden')"""
        yield f"""INSERT INTO @"mail.boxes" VALUES ('{person}', '{name}@klant.example')"""
        yield f"""INSERT INTO @"thread" VALUES ('{thread}', '{person}')"""
        for post in (1, 2):
            yield f"""INSERT INTO @"post" VALUES ('{thread}', {post}, '2026-01-0{n + 1} 10:00:00', '["{name}"]')"""
            yield f"""INSERT INTO @"attachment" VALUES ('{thread}', {post}, 'file of {name}', NULL)"""
        yield f"""INSERT INTO @"book" VALUES ({n}, '{region}', {no})"""
        yield f"""INSERT INTO @"page" VALUES ({n + 10}, {n})"""
        yield f"""INSERT INTO @"line" VALUES ({n + 20}, {n + 10}, 'debtor of {name}')"""


@dataclass(frozen=True)
class Practice:
    sources: Sources
    url: str
    schema: str

    def ask(self, statement: str) -> list[object]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return list(connection.exec_driver_sql(statement.replace("@", self.schema)).scalars())

    def subject(self, name: str = "sanne") -> DataSubject:
        [found] = self.sources.find(f"{name}@klant.example", {})
        return found


@pytest.fixture(params=ENGINES)
def practice(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Practice]:
    url = new_url(request.param, request, tmp_path)
    on_server = request.param == "postgresql"
    schema = '"crm 1"."' if on_server else '"'
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        if on_server:
            connection.exec_driver_sql('CREATE SCHEMA "crm 1"')
        for statement in [*TABLES.split(";")[:-1], *rows()]:
            written = statement.replace('@"', schema).replace("%", "%%" if on_server else "%")
            connection.exec_driver_sql(written)
    file = tmp_path / "map.yaml"
    file.write_text(MAP.replace("        SCHEMA\n", '        schema: "crm 1"\n' if on_server else ""))
    datamap = load_datamap(file, {"CRM_URL": url})
    sources = Sources(datamap, datamap.urls)
    yield Practice(sources, url, schema.removesuffix('"'))
    sources.close()


def test_the_map_fits_and_covers_it(practice: Practice) -> None:
    assert practice.sources.check() == ()
    assert practice.sources.unmapped() == ()


def test_the_person_is_found_through_another_table(practice: Practice) -> None:
    sanne = practice.subject()

    assert (sanne.name, sanne.customer_number, sanne.address_of_record) == (
        "Sanne O'Neil",
        "9000",
        "Sanne@klant.example",
    )
    assert sanne.owner
    assert not sanne.address_change_known
    assert [one.name for one in practice.sources.find(None, {"customer_number": "9001"})] == ["Joris O'Neil"]
    assert practice.sources.find(None, {"customer_number": "9001; DROP TABLE x"}) != ()
    assert practice.sources.find(None, {"customer_number": "abc"}) == ()


@pytest.mark.parametrize("name", PEOPLE)
def test_everybody_gets_his_own_rows_and_no_others(practice: Practice, name: str) -> None:
    collected = {
        held.table: [dict(row) for row in held.rows]
        for held in practice.sources.collect(practice.subject(name.lower()), Language.ENGLISH)
    }

    assert {table: len(rows) for table, rows in collected.items()} == {
        "org": 1,
        "user": 1,
        "mailboxes": 1,
        "thread": 1,
        "post": 2,
        "attachment": 2,
        "book": 1,
        "page": 1,
        "line": 1,
    }
    assert collected["line"][0]["whom"] == f"debtor of {name}"
    assert {row["name"] for row in collected["attachment"]} == {f"file of {name}"}
    assert collected["post"][0]["extra"] == f'["{name}"]'
    assert "hidden" not in str(collected)
    for other in set(PEOPLE) - {name}:
        assert other not in str(collected)


def test_a_correction_reaches_a_row_with_an_odd_name_and_a_uuid(practice: Practice) -> None:
    stated = [StatedCorrection("email", None, "new@klant.example"), StatedCorrection("name", None, "Sanneke")]
    plan = practice.sources.plan_corrections(practice.subject(), stated, Language.ENGLISH)

    results = practice.sources.execute(plan.changes)

    assert [(result.change.table, result.done, result.change.high_risk) for result in results] == [
        ("mailboxes", True, True),
        ("user", True, False),
    ]
    assert sorted(map(str, practice.ask('SELECT "E-Mail" FROM @"mail.boxes"'))) == [
        "Fatima@klant.example",
        "Joris@klant.example",
        "new@klant.example",
    ]


def test_erasure_takes_the_deepest_rows_first_and_leaves_other_organisations_alone(practice: Practice) -> None:
    plan = practice.sources.plan_erasure(practice.subject(), Language.ENGLISH, date(2026, 11, 26))

    results = practice.sources.execute(plan)

    actions = {(change.table, change.column): change.action for change in plan}
    assert ("org", "Boss") not in actions  # says whose the organisation is
    assert actions["book", None] is ChangeAction.RETURN
    assert actions["line", None] is ChangeAction.ERASE
    assert actions["user", None] is actions["mailboxes", None] is ChangeAction.KEEP
    assert all(result.done for result in results), [result.trouble for result in results]
    assert len(results) == 5
    counts = [practice.ask(f'SELECT count(*) FROM @"{table}"')[0] for table in ("user", "post", "attachment", "line")]
    assert counts == [3, 4, 4, 2]
    assert all(result.done for result in practice.sources.execute(plan))
    assert practice.subject().owner
