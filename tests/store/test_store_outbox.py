import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from store_builders import JORIS, NOON, SANNE, HandClock, add_letter, make_case, make_draft

from bot.cases.letters import LetterKind
from bot.store.archive import Archive
from bot.store.errors import ConflictError, MissingRowError
from bot.store.records import OutboxState

LATER = NOON + timedelta(minutes=10)


def test_a_letter_comes_back_as_it_was_put_in(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        draft = tx.drafts.add(make_draft(case))
        letter_id = add_letter(tx, case_id=case.id, draft_id=draft.id, letter=LetterKind.ACCESS, not_before=LATER)
        letter = tx.outbox.get(letter_id)

        assert (letter.case_id, letter.draft_id, letter.letter) == (case.id, draft.id, LetterKind.ACCESS)
        assert (letter.to, letter.not_before, letter.attempts, letter.dated_at) == (SANNE, LATER, 0, None)
        assert tx.outbox.raw(letter_id).startswith(b"Subject: Uw verzoek")
        assert tx.outbox.of_case(case.id) == tx.outbox.of_draft(draft.id) == (letter,)
        assert tx.outbox.by_message_id(letter.message_id) == letter


def test_a_message_id_is_in_the_outbox_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        add_letter(tx, "<1@kleinboek.example>")
        with pytest.raises(ConflictError):
            add_letter(tx, "<1@kleinboek.example>")


def test_only_what_is_ready_and_past_its_moment_is_due(archive: Archive) -> None:
    with archive.transaction() as tx:
        add_letter(tx, "<held>", state=OutboxState.HELD)
        add_letter(tx, "<later>", not_before=LATER)
        due = add_letter(tx, "<due>")

        assert [letter.id for letter in tx.outbox.due(NOON)] == [due]
        assert tx.outbox.next_due() == NOON
        tx.outbox.cancel(due)
        assert tx.outbox.next_due() == LATER


def test_a_letter_is_handed_over_by_one_of_many_who_try(opened: Callable[..., Archive], url: str) -> None:
    archives = [opened(url) for _ in range(3)]
    with archives[0].transaction() as tx:
        letter_id = add_letter(tx)
    claimed: list[bool] = []

    def claim(archive: Archive) -> None:
        with archive.transaction() as tx:
            claimed.append(tx.outbox.claim(letter_id))

    threads = [threading.Thread(target=claim, args=(archive,)) for archive in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == [False, False, True]
    with archives[0].reading() as tx:
        assert (tx.outbox.get(letter_id).state, tx.outbox.get(letter_id).attempts) == (OutboxState.SENDING, 1)


@pytest.mark.parametrize("state", [state for state in OutboxState if state is not OutboxState.READY])
def test_what_is_not_ready_cannot_be_claimed(archive: Archive, state: OutboxState) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx, state=state)

        assert not tx.outbox.claim(letter_id)
        assert tx.outbox.get(letter_id).state is state


@pytest.mark.parametrize("state", list(OutboxState))
def test_only_a_letter_that_waits_can_be_cancelled(archive: Archive, state: OutboxState) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx, state=state)

        assert tx.outbox.cancel(letter_id) is (state in {OutboxState.HELD, OutboxState.READY})


def test_a_held_letter_is_released_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx, state=OutboxState.HELD)

        assert [tx.outbox.release(letter_id, LATER), tx.outbox.release(letter_id)] == [True, False]
        assert tx.outbox.get(letter_id).not_before == LATER


def test_a_letter_that_failed_for_now_waits_with_its_trouble(archive: Archive) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx)
        tx.outbox.claim(letter_id)
        tx.outbox.settle(letter_id, OutboxState.READY, "451", LATER)
        letter = tx.outbox.get(letter_id)

        assert (letter.state, letter.trouble, letter.not_before) == (OutboxState.READY, "451", LATER)
        assert tx.outbox.due(NOON) == ()
        assert tx.outbox.in_state(OutboxState.READY) == (letter,)
        with pytest.raises(MissingRowError):
            tx.outbox.settle(99, OutboxState.SENT)


def test_the_bytes_of_the_first_hand_over_replace_the_earlier_ones(archive: Archive) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx, raw=b"undated")
        tx.outbox.set_dated(letter_id, LATER, b"dated")

        assert tx.outbox.raw(letter_id) == b"dated"
        assert tx.outbox.get(letter_id).dated_at == LATER


def test_the_bytes_of_a_letter_can_go_while_its_line_stays(archive: Archive) -> None:
    with archive.transaction() as tx:
        letter_id = add_letter(tx)
        tx.outbox.forget_content(letter_id)
        tx.outbox.forget_content(letter_id)

        assert tx.outbox.get(letter_id).to == SANNE
        with pytest.raises(MissingRowError):
            tx.outbox.raw(letter_id)


def test_letters_to_an_address_are_counted_since_a_moment(archive: Archive, clock: HandClock) -> None:
    with archive.transaction() as tx:
        add_letter(tx, "<old>")
    clock.moment = LATER
    with archive.transaction() as tx:
        add_letter(tx, "<new>")
        add_letter(tx, "<other kind>", letter=LetterKind.CHALLENGE)
        add_letter(tx, "<other address>", to=JORIS)
        tx.outbox.cancel(add_letter(tx, "<cancelled>"))

        assert tx.outbox.automatic_since("Sanne@klant.example", LetterKind.RECEIPT, LATER) == 1
        assert tx.outbox.automatic_since(SANNE, LetterKind.RECEIPT, NOON) == 2


def test_letters_to_tagged_addresses_count_for_one_mailbox_and_keep_their_own_address(archive: Archive) -> None:
    with archive.transaction() as tx:
        tagged = add_letter(tx, "<1>", to="Sanne+Nieuws@klant.example")
        add_letter(tx, "<2>", to=SANNE)

        assert tx.outbox.get(tagged).to == "Sanne+Nieuws@klant.example"
        assert tx.outbox.automatic_since("sanne+2@klant.example", LetterKind.RECEIPT, NOON) == 2
