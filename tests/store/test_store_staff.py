from datetime import date, timedelta

from store_builders import NOON, SANNE, make_case

from bot.cases.people import StaffRole, User
from bot.store.archive import Archive
from bot.store.records import ErasureLine, Task


def test_users_are_found_by_name_and_can_be_disabled(archive: Archive) -> None:
    with archive.transaction() as tx:
        fatima = tx.users.add("fatima", StaffRole.FUNCTIONARIS, "fatima@klant.example")
        joris = tx.users.add("joris", StaffRole.LEZER)

        assert tx.users.by_name("fatima") == fatima
        assert fatima == User(fatima.id, "fatima", StaffRole.FUNCTIONARIS, True, "fatima@klant.example")
        assert tx.users.by_name("Fatima") is None
        assert tx.users.set_enabled("joris", False)
        assert not tx.users.set_enabled("nobody", False)
        assert [(user.name, user.enabled) for user in tx.users.all()] == [("fatima", True), ("joris", False)]
    assert joris.enabled


def test_a_task_is_open_until_somebody_ticks_it_and_only_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        case, other = make_case(tx), make_case(tx)
        look = tx.tasks.add(case.id, "look", "bel Sanne", NOON + timedelta(hours=24))
        elsewhere = tx.tasks.add(other.id, "look", "lees")
        everywhere = tx.tasks.add(None, "held_letters", "er wachten zaken")
        assert [task.id for task in tx.tasks.open()] == [look, elsewhere, everywhere]
        assert tx.tasks.open(case.id) == (
            Task(look, case.id, "look", "bel Sanne", NOON + timedelta(hours=24), None, None, NOON),
        )
        assert [tx.tasks.done(look, "fatima", NOON), tx.tasks.done(look, "joris", NOON)] == [True, False]

        assert tx.tasks.open(case.id) == ()
        assert [(task.done_by, task.done_at) for task in tx.tasks.of_case(case.id)] == [("fatima", NOON)]


def test_the_erasure_ledger_holds_the_key_sealed_and_findable(archive: Archive) -> None:
    with archive.transaction() as tx:
        done = tx.erasures.write(None, "crm", "customers", SANNE, 1, NOON)
        due = tx.erasures.write(None, "crm", "invoices", SANNE, 0, None, date(2033, 12, 31))

        index = archive.vault.index(SANNE)
        assert tx.erasures.all() == (
            ErasureLine(done, None, "crm", "customers", index, 1, NOON, None, SANNE),
            ErasureLine(due, None, "crm", "invoices", index, 0, None, date(2033, 12, 31), SANNE),
        )
        assert SANNE not in repr(tx.erasures.all())


def test_an_erasure_that_is_due_is_carried_out_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        line = tx.erasures.write(None, "crm", "invoices", SANNE, 0, None, date(2033, 12, 31))

        assert tx.erasures.due(date(2033, 12, 30)) == ()
        assert [one.id for one in tx.erasures.due(date(2033, 12, 31))] == [line]
        assert [tx.erasures.done(line, 3, NOON), tx.erasures.done(line, 3, NOON)] == [True, False]
        assert tx.erasures.due(date(2034, 1, 1)) == ()


def test_a_lease_is_held_by_one_until_it_ends_or_is_dropped(archive: Archive) -> None:
    later = NOON + timedelta(seconds=10)
    with archive.transaction() as tx:
        assert tx.leases.take("work", "a", NOON, 10)
        assert not tx.leases.take("work", "b", NOON, 10)
        assert tx.leases.take("other", "b", NOON, 10)
        assert tx.leases.take("work", "a", NOON, 10)
        assert tx.leases.holder("work", NOON) == "a"
        assert tx.leases.take("work", "b", later, 10)
        assert not tx.leases.take("work", "a", later, 10)
        tx.leases.drop("work", "a")
        assert tx.leases.holder("work", later) == "b"
        tx.leases.drop("work", "b")
        assert tx.leases.take("work", "a", later, 10)


def test_facts_about_the_service_outlive_the_transaction(archive: Archive) -> None:
    with archive.transaction() as tx:
        tx.meta.set("sending_paused", "yes")
        tx.meta.set("sending_paused", "no")

    with archive.reading() as tx:
        assert tx.meta.get("sending_paused") == "no"
        assert tx.meta.get("first_started_at") is None
