"""A person in more than one system: one identity, and rows elsewhere that hang on his address or customer number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.cases.changes import ChangeAction
from bot.datamap.loading import load_datamap
from bot.sources.errors import SourceFailedError
from bot.sources.facade import Sources
from bot.triage.labels import Language
from bot.triage.verdict import StatedCorrection

REST = "category: c, purpose: p, legal_basis: contract, source: s, retention: {value: r, confirmed: true}"
MAP = f"""
identity:
  - {{name: account, system: app, table: account, tenant: id, address_of_record: mail, customer_number: number}}
systems:
  - name: app
    url: ${{APP_URL}}
    tables:
      - {{name: account, key: id, role: controller, person: {{column: id}}, label: Account, {REST},
          on_erasure: {{action: delete}},
          columns: {{id: {{label: i}}, number: {{label: n}},
            mail: {{label: Address, correctable: {{field: email, validator: email}}}}}}}}
  - name: shop
    url: ${{SHOP_URL}}
    tables:
      - {{name: orders, key: id, role: controller, person: {{column: customer, is: customer_number}}, {REST},
          label: Orders,
          on_erasure: {{action: keep, reason: law, until: {{months: 24, date_column: at}}}},
          columns: {{id: {{label: i}}, customer: {{label: c}}, at: {{label: a}},
            remark: {{label: Remark, on_erasure: {{action: pseudonymise, value: removed}}}}}}}}
      - {{name: wishes, key: id, role: controller, person: {{column: mail, is: address}}, label: Wishes, {REST},
          on_erasure: {{action: delete}},
          columns: {{id: {{label: i}}, mail: {{label: Address, correctable: {{field: email, validator: email}}}}}}}}
"""


class TwoSystems:
    """Sanne and Joris have an account in one database, and orders and wishes in another."""

    def __init__(self, folder: Path) -> None:
        self.urls = {name: f"sqlite:///{folder / name}.sqlite" for name in ("app", "shop")}
        self.tell("app", "CREATE TABLE account (id INTEGER PRIMARY KEY, number TEXT, mail TEXT)")
        self.tell("app", "INSERT INTO account VALUES (1, 'C1', 'sanne@klant.example')")
        self.tell("app", "INSERT INTO account VALUES (2, 'C2', 'joris@klant.example')")
        self.tell("shop", "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, at TEXT, remark TEXT)")
        self.tell("shop", "INSERT INTO orders VALUES (1, 'C1', '2025-12-01', 'a'), (2, 'C1', '2020-01-01', NULL)")
        self.tell("shop", "INSERT INTO orders VALUES (3, 'C2', '2020-01-01', 'c')")
        self.tell("shop", "CREATE TABLE wishes (id INTEGER PRIMARY KEY, mail TEXT)")
        self.tell("shop", "INSERT INTO wishes VALUES (1, 'Sanne@klant.example'), (2, 'joris@klant.example')")
        (folder / "map.yaml").write_text(MAP)
        self.datamap = load_datamap(folder / "map.yaml", {"APP_URL": self.urls["app"], "SHOP_URL": self.urls["shop"]})
        self.sources = Sources(self.datamap, self.datamap.urls)
        [self.sanne] = self.sources.find("sanne@klant.example", {})
        [self.joris] = self.sources.find("joris@klant.example", {})

    def tell(self, system: str, statement: str) -> list[tuple]:
        engine = sa.create_engine(self.urls[system], poolclass=sa.NullPool)
        with engine.begin() as connection:
            done = connection.exec_driver_sql(statement)
            return [tuple(row) for row in done] if done.returns_rows else []


@pytest.fixture
def two(tmp_path: Path) -> Iterator[TwoSystems]:
    systems = TwoSystems(tmp_path)
    yield systems
    systems.sources.close()


def test_rows_in_another_system_are_collected_by_number_and_by_address(two: TwoSystems) -> None:
    collected = {
        (held.system, held.table): [row["id"] for row in held.rows]
        for held in two.sources.collect(two.sanne, Language.DUTCH)
    }

    assert collected == {("app", "account"): [1], ("shop", "orders"): [1, 2], ("shop", "wishes"): [1]}


def test_a_second_system_that_fails_stops_the_export_after_the_first(two: TwoSystems) -> None:
    two.tell("shop", "DROP TABLE wishes")

    with pytest.raises(SourceFailedError) as failed:
        [list(held.rows) for held in two.sources.collect(two.sanne, Language.DUTCH)]

    assert failed.value.system == "shop"


def test_the_newest_row_decides_how_long_all_are_kept_and_a_column_may_go_at_once(two: TwoSystems) -> None:
    plan = two.sources.plan_erasure(two.sanne, Language.DUTCH, date(2026, 11, 26))

    lines = {(change.table, change.column): change for change in plan}
    assert lines["orders", None].action is ChangeAction.KEEP
    assert lines["orders", None].keep_until == date(2027, 12, 1)
    assert (lines["orders", "remark"].action, lines["orders", "remark"].count) == (ChangeAction.PSEUDONYMISE, 1)

    results = two.sources.execute(plan)

    assert all(result.done for result in results)
    assert two.tell("shop", "SELECT id, remark FROM orders ORDER BY id") == [(1, "removed"), (2, None), (3, "c")]
    assert all(result.done and result.found == 0 for result in two.sources.execute(plan))


def test_rows_whose_time_is_over_go(two: TwoSystems) -> None:
    plan = two.sources.plan_erasure(two.joris, Language.DUTCH, date(2026, 11, 26))

    assert {change.table: change.action for change in plan} == {
        "account": ChangeAction.ERASE,
        "orders": ChangeAction.ERASE,
        "wishes": ChangeAction.ERASE,
    }


def test_a_row_without_a_date_counts_as_of_today(two: TwoSystems) -> None:
    two.tell("shop", "UPDATE orders SET at = NULL WHERE id = 3")

    plan = two.sources.plan_erasure(two.joris, Language.DUTCH, date(2026, 11, 26))

    kept = {change.table: change.keep_until for change in plan if change.action is ChangeAction.KEEP}
    assert kept == {"account": date(2028, 11, 26), "orders": date(2028, 11, 26)}


def test_the_record_stays_where_another_system_keeps_something(two: TwoSystems) -> None:
    plan = two.sources.plan_erasure(two.sanne, Language.DUTCH, date(2026, 11, 26))

    assert {change.table: change.action for change in plan if change.column is None} == {
        "account": ChangeAction.KEEP,
        "orders": ChangeAction.KEEP,
        "wishes": ChangeAction.ERASE,
    }


def test_trouble_in_one_system_leaves_the_other_done_and_says_which(two: TwoSystems) -> None:
    plan = two.sources.plan_erasure(two.joris, Language.DUTCH, date(2026, 11, 26))
    two.tell("shop", "INSERT INTO wishes VALUES (9, 'joris@klant.example')")

    results = {(result.change.system, result.change.table): result for result in two.sources.execute(plan)}

    assert results["app", "account"].done
    assert results["shop", "wishes"].trouble == "other_number_of_rows"
    assert results["shop", "orders"].trouble == "rolled_back"
    assert two.tell("shop", "SELECT count(*) FROM orders WHERE customer = 'C2'") == [(1,)]


def test_a_new_address_is_written_in_both_systems(two: TwoSystems) -> None:
    stated = [StatedCorrection("email", None, "sanne.nieuw@klant.example")]
    plan = two.sources.plan_corrections(two.sanne, stated, Language.DUTCH)

    results = two.sources.execute(plan.changes)

    assert [(result.change.system, result.done, result.change.high_risk) for result in results] == [
        ("app", True, True),
        ("shop", True, True),
    ]
    assert two.tell("shop", "SELECT mail FROM wishes ORDER BY id") == [
        ("sanne.nieuw@klant.example",),
        ("joris@klant.example",),
    ]
    assert all(result.done for result in two.sources.execute(plan.changes))
