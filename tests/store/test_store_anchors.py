"""What nobody can do to the log without `verify-log` saying where: ten hands in the tables and files, and the mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from store_builders import NOON, make_case

from bot.store.anchors import (
    ANCHORED,
    NONE_BEFORE,
    Anchor,
    AnchorError,
    Fault,
    anchor_faults,
    by_chain,
    chain_faults,
    keep,
    make_anchor,
    place_of,
    read_anchor,
)
from bot.store.archive import Archive
from bot.store.records import ChainHead

DAY = date(2026, 3, 2)


class Log:
    """Three cases with events on three days, each day anchored."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        self.archive = archive
        self.folder = folder
        with archive.transaction() as tx:
            self.cases = [make_case(tx).id for _ in range(3)]
        self.anchors: list[Anchor] = []
        for number in range(3):
            self.write(number)
            self.anchors.append(self.anchor(DAY + timedelta(days=number)))

    def write(self, number: int) -> None:
        with self.archive.transaction() as tx:
            for case_id in self.cases:
                tx.events.write(case_id, "noted", "fatima", {"number": number})
            tx.events.write(None, "user_added", "os:root", {"number": number})

    def anchor(self, day: date) -> Anchor:
        with self.archive.transaction() as tx:
            previous = self.anchors[-1].hash if self.anchors else NONE_BEFORE
            anchor = make_anchor(day, NOON, previous, tx.events.heads_to_anchor())
            keep(anchor, self.folder, self.archive.vault)
            tx.events.note_anchored(anchor.heads)
            tx.events.write(None, ANCHORED, "bot", {"day": day.isoformat(), "hash": anchor.hash})
        return anchor

    def run(self, *statements: str) -> None:
        with self.archive.transaction() as tx:
            for statement in statements:
                assert tx.events.bench.connection.execute(text(statement)).rowcount > 0

    def faults(self, *given: Path) -> list[Fault]:
        with self.archive.reading() as tx:
            anchors, faults = anchor_faults(tx, self.folder, given)
            anchored = by_chain(anchors)
            for chain in sorted({*tx.events.chains(), *anchored}):
                faults += chain_faults(tx, chain, anchored.get(chain, ()))
        return faults


@pytest.fixture
def log(archive: Archive, tmp_path: Path) -> Log:
    return Log(archive, tmp_path / "anchors")


def test_an_untouched_log_holds_against_every_anchor(log: Log) -> None:
    log.write(3)

    assert log.faults() == []
    assert [path.name for path in sorted(log.folder.iterdir())] == [f"2026-03-0{number}.json" for number in (2, 3, 4)]


REWRITTEN = (
    "DELETE FROM events WHERE chain = 2",
    "DELETE FROM event_values WHERE chain = 2",
    "DELETE FROM event_heads WHERE chain = 2",
)


@pytest.mark.parametrize(
    ("statements", "links"),
    [
        (("UPDATE events SET actor = 'joris' WHERE chain = 2 AND seq = 2",), (2,)),
        (("UPDATE events SET at = '2026-01-01 00:00:00' WHERE chain = 2 AND seq = 3",), (3,)),
        (("DELETE FROM events WHERE chain = 2 AND seq = 2",), (2, 3)),
        (("DELETE FROM event_values WHERE chain = 2 AND seq = 1",), (1,)),
        (("UPDATE event_values SET sealed = NULL WHERE chain = 2 AND seq = 1",), (1,)),
        (
            ("UPDATE event_values SET sealed = NULL, forgotten_at = '2026-03-02 12:00' WHERE chain = 2 AND seq = 1",),
            (1,),
        ),
        (("DELETE FROM event_heads WHERE chain = 2",), (3,)),
        (("UPDATE events SET hash = digest WHERE chain = 2 AND seq = 3",), (3,)),
    ],
    ids=["actor", "date", "link", "values", "emptied", "false tombstone", "head", "hash"],
)
def test_a67_a_row_changed_by_hand_is_named_with_its_case_and_link(
    log: Log, statements: tuple[str, ...], links: tuple[int, ...]
) -> None:
    log.run(*statements)

    assert {number for fault in log.faults() if fault.chain == 2 for number in fault.links} == set(links)
    assert {fault.chain for fault in log.faults()} == {2}


def test_a67_the_end_of_a_chain_cut_off_cleanly_is_missed_by_its_anchor_alone(log: Log) -> None:
    log.run(
        "DELETE FROM events WHERE chain = 2 AND seq = 3",
        "DELETE FROM event_values WHERE chain = 2 AND seq = 3",
        "UPDATE event_heads SET seq = 2, hash = (SELECT hash FROM events WHERE chain = 2 AND seq = 2) WHERE chain = 2",
    )

    with log.archive.reading() as tx:
        assert tx.events.broken_links(2) == ()
    assert log.faults() == [Fault("links that were there on 2026-03-04 are gone", 2, (3,), date(2026, 3, 4))]


def test_a67_a_chain_that_was_removed_whole_is_missed_by_its_anchor_alone(log: Log) -> None:
    log.run(*REWRITTEN)

    assert log.faults() == [Fault("the chain is gone: it had 1 links on 2026-03-02", 2, (1,), DAY)]


def test_a67_a_chain_written_anew_by_our_own_program_differs_from_its_anchor_alone(log: Log) -> None:
    log.run(*REWRITTEN)
    with log.archive.transaction() as tx:
        for number in range(3):
            tx.events.write(2, "noted", "joris", {"number": number})
        assert tx.events.broken_links(2) == ()

    [fault] = log.faults()

    assert (fault.chain, fault.links, fault.day) == (2, (1,), DAY)
    assert "written anew" in fault.what


def test_a_chain_written_anew_from_its_second_day_on_tells_from_which_link(log: Log) -> None:
    log.run(
        "DELETE FROM events WHERE chain = 2 AND seq > 1",
        "DELETE FROM event_values WHERE chain = 2 AND seq > 1",
        "UPDATE event_heads SET seq = 1, hash = (SELECT hash FROM events WHERE chain = 2 AND seq = 1) WHERE chain = 2",
    )
    with log.archive.transaction() as tx:
        for number in (1, 2):
            tx.events.write(2, "noted", "joris", {"number": number})

    assert [(fault.chain, fault.links, fault.day) for fault in log.faults()] == [(2, (2,), date(2026, 3, 3))]


def test_values_that_were_forgotten_with_a_tombstone_are_accepted(log: Log) -> None:
    with log.archive.transaction() as tx:
        tx.events.forget(2, (1, 2), "bot")

    assert log.faults() == []


def test_a67_an_anchor_missing_in_the_middle_is_told(log: Log) -> None:
    place_of(log.folder, date(2026, 3, 3)).unlink()

    assert [fault.what for fault in log.faults()] == [
        "the anchor of 2026-03-03 is missing",
        "the anchor of 2026-03-04 does not follow the one before it: one is missing or replaced",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw.replace(b'"2":[2,', b'"2":[1,'), "its hash is not that of its content"),
        (lambda raw: raw.replace(b",", b", ", 1), "its seal does not hold"),
        (lambda raw: raw[:-40], "is no anchor"),
        (lambda raw: b"[]", "is no anchor"),
        (lambda raw: b"", "is no anchor"),
    ],
    ids=["head", "blank", "cut", "list", "empty"],
)
def test_a67_an_edited_anchor_is_told(log: Log, change: Callable[[bytes], bytes], says: str) -> None:
    path = place_of(log.folder, date(2026, 3, 3))
    raw = path.read_bytes()
    assert change(raw) != raw
    path.write_bytes(change(raw))

    assert says in log.faults()[0].what


def test_a67_an_anchor_made_without_the_key_is_told_however_well_it_is_made(log: Log) -> None:
    path = place_of(log.folder, date(2026, 3, 4))
    forged = replace(log.anchors[2], heads=(ChainHead(2, 1, "f" * 64),))
    seal = log.archive.vault.index(f"anchor:{log.anchors[2].hash}")
    path.write_bytes(
        forged.written(log.archive.vault).replace(
            log.archive.vault.index(f"anchor:{forged.hash}").encode(), seal.encode()
        )
    )

    with pytest.raises(AnchorError, match="its seal does not hold"):
        read_anchor(path, log.archive.vault)
    assert "seal" in log.faults()[0].what


def test_a67_an_anchor_put_in_the_place_of_another_is_told(log: Log) -> None:
    place_of(log.folder, date(2026, 3, 3)).write_bytes(place_of(log.folder, date(2026, 3, 4)).read_bytes())

    assert "2026-03-03.json holds the anchor of 2026-03-04" in [fault.what for fault in log.faults()]


def test_a67_whoever_rewrites_log_and_anchors_with_our_keys_is_caught_by_an_anchor_kept_elsewhere(
    log: Log, tmp_path: Path
) -> None:
    outside = tmp_path / "kopie.json"
    outside.write_bytes(place_of(log.folder, date(2026, 3, 3)).read_bytes())
    for table in ("events", "event_values", "event_heads"):
        log.run(f"DELETE FROM {table}")
    for path in log.folder.iterdir():
        path.unlink()
    log.anchors.clear()
    for number in range(3):
        log.write(number)
        log.anchors.append(log.anchor(DAY + timedelta(days=number)))

    assert log.faults() == []
    told = log.faults(outside)

    assert {fault.chain for fault in told} == {0, *log.cases}
    assert "the anchor of 2026-03-03 that was given is not the one that the log speaks of" in [f.what for f in told]


def test_a_large_installation_anchors_what_grew_and_each_month_everything() -> None:
    heads = [(ChainHead(number, 1, "a" * 64), number > 3) for number in range(1, 1500)]

    daily = make_anchor(DAY, NOON, "b" * 64, heads)
    monthly = make_anchor(date(2026, 4, 1), NOON, "b" * 64, heads)
    first = make_anchor(DAY, NOON, NONE_BEFORE, heads)

    assert [head.chain for head in daily.heads] == [1, 2, 3]
    assert (daily.whole, monthly.whole, first.whole) == (False, True, True)
    assert len(monthly.heads) == len(first.heads) == 1499


def test_what_an_anchor_knows_is_noted_on_its_chains(log: Log) -> None:
    with log.archive.reading() as tx:
        assert [anchored for head, anchored in tx.events.heads_to_anchor() if head.chain] == [True] * 3
    log.write(4)
    with log.archive.reading() as tx:
        assert [anchored for head, anchored in tx.events.heads_to_anchor() if head.chain] == [False] * 3
