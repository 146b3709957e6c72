"""Wrong codes are counted exactly, whoever counts at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from store_builders import JORIS, NOON, SANNE, HandClock, make_new_case

from bot.store.archive import Archive
from bot.store.guessing import guessed

HASH = "of the right code"


def asked(archive: Archive) -> int:
    """A case with an open question, whose id this is."""
    with archive.transaction() as tx:
        case = tx.cases.open(make_new_case())
        return tx.challenges.add(case.id, SANNE, HASH, (), NOON, NOON + timedelta(days=14)).id


def test_a21_ten_wrong_answers_from_two_threads_count_as_ten_without_any_lock_of_the_caller(archive: Archive) -> None:
    challenge_id = asked(archive)
    begin = Barrier(2)

    def five_tries(_: int) -> list[int]:
        begin.wait(timeout=10)
        return [one_try() for _ in range(5)]

    def one_try() -> int:
        with archive.transaction() as tx:
            return tx.challenges.count_try(challenge_id)

    with ThreadPoolExecutor(2) as threads:
        given = [tries for counted in threads.map(five_tries, range(2)) for tries in counted]

    assert sorted(given) == list(range(1, 11))


def test_guesses_of_one_mailbox_are_counted_together_from_two_threads_and_whatever_its_tag(archive: Archive) -> None:
    begin = Barrier(2)

    def five_guesses(tag: str) -> list[int]:
        begin.wait(timeout=10)
        return [one_guess(tag) for _ in range(5)]

    def one_guess(tag: str) -> int:
        with archive.transaction() as tx:
            return tx.guesses.count(f"kwaad+{tag}@elders.example")

    with ThreadPoolExecutor(2) as threads:
        given = [count for counted in threads.map(five_guesses, ("a", "B")) for count in counted]

    assert sorted(given) == list(range(1, 11))
    with archive.reading() as tx:
        assert tx.guesses.today("Kwaad@Elders.example") == 10
        assert tx.guesses.today(JORIS) == 0


def test_a_mail_from_a_tagged_address_is_one_guess_of_the_mailbox_that_was_asked(archive: Archive) -> None:
    tagged = SANNE.replace("@", "+verzoek@").title()

    with archive.transaction() as tx:
        enough = guessed(tx, None, frozenset({tagged, SANNE, JORIS}), 2, where="buiten elke zaak")
        counted = [tx.guesses.today(address) for address in (tagged, SANNE, JORIS)]
        tasks = tx.tasks.open()

    assert (counted, enough, tasks) == ([1, 1, 1], False, ())


def test_guesses_of_yesterday_count_no_more_and_are_forgotten(archive: Archive, clock: HandClock) -> None:
    with archive.transaction() as tx:
        tx.guesses.count(JORIS)
    clock.moment += timedelta(days=1)

    with archive.transaction() as tx:
        assert tx.guesses.today(JORIS) == 0
        assert tx.guesses.count(SANNE) == 1

    clock.moment -= timedelta(days=1)
    with archive.reading() as tx:
        assert tx.guesses.today(JORIS) == 0
