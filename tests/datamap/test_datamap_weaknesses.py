"""What the operator is warned of."""

from __future__ import annotations

from pathlib import Path

from bot.datamap.loading import load_datamap
from bot.datamap.model import DataMap, FindBy, TableErasure
from bot.datamap.weaknesses import weaknesses

SHIPPED = Path(__file__).parents[2] / "config" / "datamap.yaml"


def shipped(**identity: object) -> DataMap:
    """The shipped map, with its first identity changed."""
    datamap = load_datamap(SHIPPED, {"KLEINBOEK_DB_URL": "sqlite://"})
    changed = datamap.identity[0].model_copy(update=identity)
    return datamap.model_copy(update={"identity": (changed, *datamap.identity[1:])})


def test_an_address_of_unknown_age_is_a_warning() -> None:
    found = [line for line in weaknesses(shipped()) if "address_changed_at" in line]

    assert [line.split(":")[0] for line in found] == ["identity[1].address_changed_at"]


def test_people_without_a_second_factor_are_a_warning() -> None:
    assert not [line for line in weaknesses(shipped(phone_of_record=None)) if "second factor" in line]
    assert [line for line in weaknesses(shipped(phone_of_record=None, postal_of_record=())) if "second factor" in line]


def test_accounts_that_never_end_are_a_warning() -> None:
    assert not [line for line in weaknesses(shipped()) if ".running" in line]
    assert [line for line in weaknesses(shipped(running=None)) if line.startswith("identity[0].running: missing")]


def test_finding_people_by_what_stands_on_every_invoice_is_a_warning() -> None:
    assert not [line for line in weaknesses(shipped()) if ".find_by" in line]
    assert [line for line in weaknesses(shipped(find_by=(FindBy.KVK,))) if line.startswith("identity[0].find_by: kvk")]


def test_deleting_a_customers_own_books_unasked_is_a_warning() -> None:
    datamap = shipped()
    [system] = datamap.systems
    unasked = TableErasure(action="delete")
    tables = tuple(
        table.model_copy(update={"on_erasure": unasked}) if table.name == "debiteuren" else table
        for table in system.tables
    )
    changed = datamap.model_copy(update={"systems": (system.model_copy(update={"tables": tables}),)})

    assert not [line for line in weaknesses(datamap) if "own administration" in line]
    assert [line.split(":")[0] for line in weaknesses(changed) if "own administration" in line] == [
        "systems[0].tables[10].on_erasure"
    ]
