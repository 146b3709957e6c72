"""What erasure means per table, and what is really gone afterwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from conftest import ON_BOTH, Kleinboek

from bot.cases.changes import ChangeAction, PlannedChange
from bot.sources.demo import DemoPerson
from bot.sources.erasing import Fate, settled_order
from bot.triage.labels import Language

TODAY = date(2026, 11, 26)


def plan(room: Kleinboek, person: DemoPerson, today: date = TODAY) -> tuple[PlannedChange, ...]:
    return room.sources.plan_erasure(room.subject(person), Language.DUTCH, today)


def actions(changes: tuple[PlannedChange, ...]) -> dict[tuple[str, str | None], ChangeAction]:
    return {(change.table, change.column): change.action for change in changes}


def test_each_table_gets_its_own_decision(kleinboek: Kleinboek) -> None:
    changes = plan(kleinboek, kleinboek.people.sanne)

    assert actions(changes) == {
        ("klanten", "telefoon"): ChangeAction.ERASE,
        ("klanten", "iban"): ChangeAction.ERASE,
        ("klanten", None): ChangeAction.KEEP,
        ("licenties", None): ChangeAction.KEEP,
        ("betalingen", None): ChangeAction.KEEP,
        ("gebruikers", None): ChangeAction.KEEP,
        ("api_sleutels", None): ChangeAction.ERASE,
        ("aanmeldingen", None): ChangeAction.ERASE,
        ("tickets", None): ChangeAction.ERASE,
        ("ticket_berichten", None): ChangeAction.ERASE,
        ("nieuwsbrief", None): ChangeAction.ERASE,
        ("debiteuren", None): ChangeAction.RETURN,
        ("verkoopfacturen", None): ChangeAction.RETURN,
        ("api_verkopen", None): ChangeAction.RETURN,
    }


def test_what_the_law_makes_us_keep_says_why_and_until_when(kleinboek: Kleinboek) -> None:
    changes = {change.table: change for change in plan(kleinboek, kleinboek.people.sanne) if change.column is None}

    newest = kleinboek.ask(
        "SELECT max(betaald_op) FROM betalingen JOIN licenties USING (licentie_id) WHERE klant_id = 1"
    )[0]
    assert changes["betalingen"].keep_until == date(int(str(newest)[:4]) + 7, 12, 31)
    assert "artikel 52 AWR" in (changes["betalingen"].reason or "")
    assert changes["klanten"].keep_until == changes["licenties"].keep_until  # the licences refer to it


def test_ending_a_running_account_is_high_risk_and_a_newsletter_is_not(kleinboek: Kleinboek) -> None:
    risk = {change.table: change.high_risk for change in plan(kleinboek, kleinboek.people.sanne)}

    assert risk["gebruikers"]
    assert risk["debiteuren"]
    assert not risk["nieuwsbrief"]
    assert not risk["tickets"]
    assert not risk["betalingen"]  # kept: nothing happens to it
    assert not any(change.high_risk for change in plan(kleinboek, kleinboek.people.newsletter_only))


def test_of_an_account_that_ended_last_year_the_log_in_is_no_longer_high_risk(kleinboek: Kleinboek) -> None:
    changes = {change.table: change for change in plan(kleinboek, kleinboek.people.recent_leaver)}

    assert changes["betalingen"].action is ChangeAction.KEEP
    assert changes["gebruikers"].action is ChangeAction.KEEP
    assert not changes["gebruikers"].high_risk


def test_the_record_by_which_he_is_found_stays_as_long_as_the_last_thing_that_is_kept(kleinboek: Kleinboek) -> None:
    changes = plan(kleinboek, kleinboek.people.sanne)

    ends = [change.keep_until for change in changes if change.action is ChangeAction.KEEP]
    [record] = [change for change in changes if change.table == "gebruikers"]
    assert record.keep_until == max(end for end in ends if end)
    assert "herkennen en bereiken" in (record.reason or "")


@ON_BOTH
def test_where_only_his_own_bookkeeping_stays_a_person_erases_the_record_last(fresh: Kleinboek) -> None:
    fresh.tell("DELETE FROM betalingen WHERE licentie_id IN (SELECT licentie_id FROM licenties WHERE klant_id = 1)")
    fresh.tell("DELETE FROM licenties WHERE klant_id = 1")

    planned = {change.table: change for change in plan(fresh, fresh.people.sanne) if change.column is None}

    assert planned["debiteuren"].action is ChangeAction.RETURN
    assert planned["gebruikers"].action is ChangeAction.ERASE_BY_HAND
    assert "teruggegeven" in (planned["gebruikers"].reason or "")
    assert planned["tickets"].action is ChangeAction.ERASE


@ON_BOTH
def test_whoever_had_himself_erased_still_gets_what_was_kept(fresh: Kleinboek) -> None:
    fresh.sources.execute(plan(fresh, fresh.people.sanne))

    sanne = fresh.subject(fresh.people.sanne)
    held = {one.table: len(list(one.rows)) for one in fresh.sources.collect(sanne, Language.DUTCH)}

    assert {table for table, count in held.items() if count} == {
        "klanten",
        "gebruikers",
        "licenties",
        "betalingen",
        "debiteuren",
        "verkoopfacturen",
        "api_verkopen",
    }


def test_a_second_users_plan_touches_his_own_rows_only(kleinboek: Kleinboek) -> None:
    changes = plan(kleinboek, kleinboek.people.second_user)

    assert {change.table for change in changes} == {
        "gebruikers",
        "api_sleutels",
        "aanmeldingen",
        "tickets",
        "ticket_berichten",
    }
    assert all(change.count < 10 for change in changes)


def test_what_others_use_too_is_left_to_a_person(kleinboek: Kleinboek) -> None:
    planned = actions(plan(kleinboek, kleinboek.people.owner_with_second_user))

    assert planned["klanten", "iban"] is ChangeAction.ERASE_BY_HAND
    assert planned["tickets", None] is ChangeAction.ERASE


@ON_BOTH
def test_a_plan_is_erased_in_an_order_that_foreign_keys_allow_and_nobody_else_loses_a_row(fresh: Kleinboek) -> None:
    others = "SELECT count(*) FROM gebruikers WHERE gebruiker_id <> 1"
    tickets, subscribers = "SELECT count(*) FROM tickets", "SELECT count(*) FROM nieuwsbrief"
    before = [fresh.ask(question)[0] for question in (others, tickets, subscribers)]

    results = fresh.sources.execute(plan(fresh, fresh.people.sanne))

    assert all(result.done for result in results)
    assert {result.change.action for result in results} == {ChangeAction.ERASE}
    after = [fresh.ask(question)[0] for question in (others, tickets, subscribers)]
    assert after == [before[0], before[1] - 1, before[2] - 1]
    assert fresh.ask("SELECT count(*) FROM gebruikers WHERE email = 'sanne@klant.example'") == [1]
    assert fresh.ask("SELECT count(*) FROM tickets WHERE gebruiker_id = 1") == [0]
    assert fresh.ask("SELECT telefoon FROM klanten WHERE klant_id = 1") == [None]
    assert fresh.ask("SELECT bedrijfsnaam FROM klanten WHERE klant_id = 1") == ["Atelier De Vries"]


@ON_BOTH
def test_when_nothing_need_be_kept_any_more_everything_goes(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.former_customer)

    results = fresh.sources.execute(changes)

    assert {change.action for change in changes} == {ChangeAction.ERASE}
    assert all(result.done for result in results)
    assert fresh.ask("SELECT count(*) FROM klanten WHERE klant_id = 4") == [0]
    assert fresh.sources.find(fresh.people.former_customer.address, {}) == ()
    assert fresh.ask("SELECT count(*) FROM betalingen WHERE rekeninghouder = 'Wim Hoekstra'") == [0]


def test_retention_that_ends_tomorrow_has_not_ended(kleinboek: Kleinboek) -> None:
    recent = kleinboek.people.recent_leaver
    end = {change.table: change.keep_until for change in plan(kleinboek, recent)}["betalingen"]
    assert end is not None

    on_the_day = actions(plan(kleinboek, recent, end))
    the_day_after = actions(plan(kleinboek, recent, date(end.year + 1, 1, 1)))

    assert on_the_day["betalingen", None] is ChangeAction.KEEP
    assert the_day_after["betalingen", None] is ChangeAction.ERASE


@ON_BOTH
def test_an_erasure_can_be_carried_out_twice(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.sanne)
    fresh.sources.execute(changes)

    again = fresh.sources.execute(changes)

    assert all(result.done for result in again)
    assert {result.found for result in again} == {0}


def test_what_happened_to_kept_rows_later_does_not_undo_an_erasure_that_was_done(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.sanne)
    fresh.sources.execute(changes)
    fresh.tell("DELETE FROM betalingen WHERE betaling_id = 1")

    assert all(result.done for result in fresh.sources.execute(changes))


@ON_BOTH
def test_two_workers_with_the_same_plan_both_see_it_done(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.sanne)

    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: fresh.sources.execute(changes), range(2)))

    assert all(result.done for results in both for result in results)


def test_a_row_that_came_in_after_the_plan_stops_the_erasure(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.sanne)
    fresh.tell("INSERT INTO tickets VALUES (9999, 1, 'nieuwe vraag', 'open', NULL, '2026-11-26 10:00:00')")

    results = fresh.sources.execute(changes)

    assert not any(result.done for result in results)
    assert {result.trouble for result in results} == {"other_number_of_rows", "rolled_back"}
    [stopped] = [result for result in results if result.trouble == "other_number_of_rows"]
    assert (stopped.change.table, stopped.found) == ("tickets", 2)
    assert fresh.ask("SELECT count(*) FROM gebruikers WHERE gebruiker_id = 1") == [1]


@ON_BOTH
def test_what_must_be_kept_survives_a_cascade_that_the_map_does_not_know(fresh: Kleinboek) -> None:
    """Somebody added a trigger that takes payments along with a ticket."""
    changes = plan(fresh, fresh.people.sanne)
    if fresh.url.startswith("sqlite"):
        fresh.tell("CREATE TRIGGER along AFTER DELETE ON tickets BEGIN DELETE FROM betalingen; END")
    else:
        fresh.tell("CREATE RULE along AS ON DELETE TO tickets DO ALSO DELETE FROM betalingen")

    results = fresh.sources.execute(changes)

    assert not any(result.done for result in results)
    assert fresh.ask("SELECT count(*) FROM betalingen")[0] > 4


@ON_BOTH
def test_a_table_that_nobody_mapped_and_that_refers_to_the_rows_stops_the_erasure(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.sanne)
    fresh.tell("CREATE TABLE badges (id INTEGER, which INTEGER REFERENCES tickets (ticket_id))")
    fresh.tell("INSERT INTO badges SELECT 1, ticket_id FROM tickets WHERE gebruiker_id = 1")

    results = fresh.sources.execute(changes)

    assert not any(result.done for result in results)
    assert {result.trouble for result in results} <= {"IntegrityError", "ForeignKeyViolation"}
    assert fresh.ask("SELECT count(*) FROM tickets WHERE gebruiker_id = 1") == [1]


def test_lines_that_do_not_act_have_no_result(fresh: Kleinboek) -> None:
    kept = tuple(change for change in plan(fresh, fresh.people.sanne) if not change.acts)

    assert kept
    assert fresh.sources.execute(kept) == ()


@ON_BOTH
def test_a_system_that_is_gone_is_a_result_and_not_an_exception(fresh: Kleinboek) -> None:
    changes = plan(fresh, fresh.people.newsletter_only)
    fresh.tell("DROP TABLE nieuwsbrief")

    [result] = fresh.sources.execute(changes)

    assert not result.done
    assert result.trouble in {"OperationalError", "UndefinedTable"}


def test_nothing_is_planned_where_nothing_is_held(fresh: Kleinboek) -> None:
    tess = fresh.subject(fresh.people.newsletter_only)
    fresh.sources.execute(fresh.sources.plan_erasure(tess, Language.DUTCH, TODAY))

    assert fresh.sources.plan_erasure(tess, Language.DUTCH, TODAY) == ()


@pytest.fixture
def fates(kleinboek: Kleinboek) -> dict[str, Fate]:
    tables = {table.name: table for table in kleinboek.datamap.system("kleinboek").tables}
    return {name: Fate(tables[name], (), 1, ChangeAction.ERASE) for name in ("klanten", "licenties", "betalingen")}


def test_a_row_that_a_kept_row_refers_to_is_kept_as_long(fates: dict[str, Fate]) -> None:
    fates["betalingen"] = replace(fates["betalingen"], action=ChangeAction.KEEP, keep_until=date(2030, 12, 31))

    order = settled_order(fates, [("licenties", "klanten"), ("betalingen", "licenties")])

    assert [fate.table.name for fate in order] == ["betalingen", "licenties", "klanten"]
    assert {fate.action for fate in order} == {ChangeAction.KEEP}
    assert {fate.keep_until for fate in order} == {date(2030, 12, 31)}


def test_a_row_that_a_returned_row_refers_to_is_left_to_a_person(fates: dict[str, Fate]) -> None:
    fates["betalingen"] = replace(fates["betalingen"], action=ChangeAction.RETURN)

    order = settled_order(fates, [("licenties", "klanten"), ("betalingen", "licenties")])

    assert [fate.action for fate in order] == [
        ChangeAction.RETURN,
        ChangeAction.ERASE_BY_HAND,
        ChangeAction.ERASE_BY_HAND,
    ]


def test_tables_that_refer_to_each_other_in_a_circle_are_left_to_a_person(fates: dict[str, Fate]) -> None:
    order = settled_order(fates, [("licenties", "klanten"), ("klanten", "licenties"), ("betalingen", "betalingen")])

    assert {fate.table.name: fate.action for fate in order} == {
        "klanten": ChangeAction.ERASE_BY_HAND,
        "licenties": ChangeAction.ERASE_BY_HAND,
        "betalingen": ChangeAction.ERASE,
    }
