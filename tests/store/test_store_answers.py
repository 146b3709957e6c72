import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from store_builders import JORIS, NOON, SANNE, make_case, make_draft

from bot.cases.changes import ChangeAction, PlannedChange
from bot.cases.draft import Block, DraftFile, DraftState, content_hash
from bot.store.archive import Archive
from bot.store.blobs import CHUNK
from bot.store.errors import ConflictError, MissingRowError, VaultError
from bot.store.records import Approval, Direction
from bot.triage.labels import RequestKind

LATER = NOON + timedelta(days=14)


def test_a_challenge_comes_back_as_it_was_asked(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        asked = tx.challenges.add(case.id, SANNE, "1:abc", (3, 5), NOON, LATER)

        assert (asked.address, asked.request_ids, asked.made_at, asked.expires_at) == (SANNE, (3, 5), NOON, LATER)
        assert (asked.tries, asked.open, asked.used) == (0, True, False)
        assert tx.challenges.open_of(case.id) == asked
        assert tx.challenges.by_code("1:abc") == asked
        assert tx.challenges.by_code("1:abd") is None


def test_a_code_is_used_by_one_of_many_who_try(opened: Callable[..., Archive], url: str) -> None:
    archives = [opened(url) for _ in range(3)]
    with archives[0].transaction() as tx:
        asked = tx.challenges.add(make_case(tx).id, SANNE, "1:abc", (1,), NOON, LATER)
    used: list[bool] = []

    def use(archive: Archive) -> None:
        with archive.transaction() as tx:
            used.append(tx.challenges.use(asked.id))

    threads = [threading.Thread(target=use, args=(archive,)) for archive in archives]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == [False, False, True]


def test_a_used_code_is_found_no_more(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        asked = tx.challenges.add(case.id, SANNE, "1:abc", (1,), NOON, LATER)
        tx.challenges.use(asked.id)

        assert tx.challenges.by_code("1:abc") is None
        assert tx.challenges.open_of(case.id) is None
        assert [(one.open, one.used) for one in tx.challenges.of_case(case.id)] == [(False, True)]


def test_a_retired_code_cannot_be_used_and_a_used_one_stays_used(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        first, second = (tx.challenges.add(case.id, SANNE, code, (1,), NOON, LATER) for code in ("a", "b"))
        tx.challenges.use(first.id)
        tx.challenges.retire(case.id)

        assert not tx.challenges.use(second.id)
        assert [one.used for one in tx.challenges.of_case(case.id)] == [True, False]


def test_tries_are_counted_per_challenge(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        first, second = (tx.challenges.add(case.id, SANNE, code, (1,), NOON, LATER) for code in ("a", "b"))

        assert [tx.challenges.count_try(first.id) for _ in range(3)] == [1, 2, 3]
        assert tx.challenges.get(second.id).tries == 0


def test_the_passphrase_and_codes_of_a_case_are_kept_until_destroyed(archive: Archive) -> None:
    with archive.transaction() as tx:
        case, other = make_case(tx), make_case(tx)
        tx.secrets.set_passphrase(case.id, "paard batterij")
        tx.secrets.remember_code(case.id, "K7M2")
        tx.secrets.remember_code(case.id, "P4Q9")
        tx.secrets.remember_code(case.id, "K7M2")
        tx.secrets.set_passphrase(other.id, "ander")

        assert tx.secrets.passphrase(case.id) == "paard batterij"
        assert tx.secrets.codes(case.id) == ("K7M2", "P4Q9")
        tx.secrets.destroy(case.id)
        assert (tx.secrets.passphrase(case.id), tx.secrets.codes(case.id)) == (None, ())
        assert tx.secrets.passphrase(other.id) == "ander"


def test_the_secret_of_one_case_does_not_open_as_that_of_another(archive: Archive) -> None:
    with archive.transaction() as tx:
        mine, other = make_case(tx), make_case(tx)
        tx.secrets.set_passphrase(mine.id, "a")
        tx.secrets.set_passphrase(other.id, "b")
        swap = "UPDATE secrets SET sealed = (SELECT sealed FROM secrets AS o WHERE o.case_id = 1) WHERE case_id = 2"
        tx.secrets.bench.connection.execute(text(swap))

        with pytest.raises(VaultError):
            tx.secrets.passphrase(other.id)


@pytest.mark.parametrize("size", [0, 10, 2 * CHUNK + 5])
def test_an_export_comes_back_as_the_file_that_was_sealed(archive: Archive, tmp_path: Path, size: int) -> None:
    content = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (tmp_path / "overzicht.pdf").write_bytes(content)

    with archive.transaction() as tx:
        case = make_case(tx)
        sealed = tx.exports.seal(case.id, "overzicht.pdf", "application/pdf", tmp_path / "overzicht.pdf", {"rows": 3})

    with archive.reading() as tx:
        assert tx.exports.read(sealed.id) == content
        assert max((len(piece) for piece in tx.exports.chunks(sealed.id)), default=0) <= CHUNK
        assert tx.exports.of_case(case.id) == (sealed,)
    assert (sealed.size, sealed.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert (sealed.name, sealed.manifest, sealed.made_at) == ("overzicht.pdf", {"rows": 3}, NOON)


def test_a_destroyed_export_leaves_its_proof_and_nothing_to_read(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK")
    with archive.transaction() as tx:
        case, other = make_case(tx), make_case(tx)
        mine, theirs = (
            tx.exports.seal(one.id, "a.zip", "application/zip", tmp_path / "a.zip", {}) for one in (case, other)
        )
        tx.exports.destroy(case.id)
        tx.exports.destroy(case.id)

        assert tx.exports.of_case(case.id) == (replace(mine, destroyed_at=NOON),)
        assert tx.exports.read(theirs.id) == b"PK"
        with pytest.raises(MissingRowError):
            tx.exports.read(mine.id)


def test_a_draft_comes_back_with_the_same_hash(archive: Archive) -> None:
    change = PlannedChange(
        "crm",
        "customers",
        "Uw gegevens",
        ChangeAction.KEEP,
        key=(("id", "17"),),
        old="a",
        count=2,
        reason="belasting",
        keep_until=date(2033, 12, 31),
        high_risk=True,
    )
    with archive.transaction() as tx:
        case = make_case(tx)
        draft = make_draft(
            case,
            references=("<1@klant.example>",),
            in_reply_to="<1@klant.example>",
            blocks=(Block("ACC-a", "Beste Sanne,"), Block("ACC-b", "café €")),
            files=(DraftFile(3, "overzicht.pdf", "application/pdf", 17, "ab"),),
            changes=(change,),
            states_on=date(2026, 3, 3),
            editor="fatima",
            high_risk=True,
        )
        kept = tx.drafts.add(draft)

        assert (kept.version, kept.state) == (1, DraftState.OPEN)
        assert tx.drafts.get(kept.id) == kept == replace(draft, id=kept.id, version=1)
        assert content_hash(tx.drafts.get(kept.id)) == content_hash(draft)


def test_a_newer_draft_voids_the_open_one_for_the_same_request_only(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, (RequestKind.ACCESS, RequestKind.ERASURE))
        access, erasure = (request.id for request in case.requests)
        first = tx.drafts.add(make_draft(case, request_ids=(access,)))
        second = tx.drafts.add(make_draft(case, request_ids=(erasure,)))
        third = tx.drafts.add(make_draft(case, request_ids=(access,)))

        states = {draft.id: draft.state for draft in tx.drafts.of_case(case.id)}
        assert states == {first.id: DraftState.VOID, second.id: DraftState.OPEN, third.id: DraftState.OPEN}
        assert [draft.version for draft in tx.drafts.of_case(case.id)] == [1, 2, 3]
        assert tx.drafts.current(case.id) == third


def test_an_approved_draft_is_current_until_it_is_sent(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        draft = tx.drafts.add(make_draft(case))
        assert tx.drafts.set_state(draft.id, DraftState.APPROVED, DraftState.OPEN)
        assert tx.drafts.current(case.id) == replace(draft, state=DraftState.APPROVED)
        assert tx.drafts.set_state(draft.id, DraftState.SENT, DraftState.APPROVED)

        assert tx.drafts.current(case.id) is None


def test_a_draft_that_is_not_as_expected_keeps_its_state(archive: Archive) -> None:
    with archive.transaction() as tx:
        draft = tx.drafts.add(make_draft(make_case(tx)))
        tx.drafts.set_state(draft.id, DraftState.VOID, DraftState.OPEN)

        assert not tx.drafts.set_state(draft.id, DraftState.APPROVED, DraftState.OPEN)
        assert tx.drafts.get(draft.id).state is DraftState.VOID


def test_approvals_are_kept_in_order_with_hash_and_reason(archive: Archive) -> None:
    with archive.transaction() as tx:
        draft = tx.drafts.add(make_draft(make_case(tx)))
        first = Approval(draft.id, "fatima", "fvisser", NOON, "ab" * 32, "gebeld met Sanne", False)
        second = replace(first, at=LATER, reason=None, final=True)
        tx.drafts.approve(first)
        tx.drafts.approve(second)

        assert tx.drafts.approvals(draft.id) == (first, second)


def test_an_approval_of_no_draft_is_refused(archive: Archive) -> None:
    with pytest.raises(ConflictError), archive.transaction() as tx:
        tx.drafts.approve(Approval(99, "fatima", None, NOON, "ab", None, True))


def add_mail(tx_messages: object, case_id: int, direction: Direction, message_id: str | None) -> int:
    return tx_messages.add(  # type: ignore[attr-defined, no-any-return]
        case_id,
        direction,
        NOON,
        "request",
        message_id=message_id,
        sender=SANNE,
        subject="Mijn gegevens",
        text="Wat weten jullie?",
        facts={"attachments": 2},
    )


def test_a_message_comes_back_as_staff_read_it(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        message_id = add_mail(tx.messages, case.id, Direction.IN, "<1@klant.example>")
        (message,) = tx.messages.of_case(case.id)

    assert (message.id, message.message_id, message.direction) == (message_id, "<1@klant.example>", Direction.IN)
    assert (message.sender, message.subject, message.text) == (SANNE, "Mijn gegevens", "Wat weten jullie?")
    assert message.facts == {"attachments": 2}


def test_a_message_id_leads_to_its_case_and_our_own_letter_wins(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = make_case(tx), make_case(tx, sender=JORIS)
        add_mail(tx.messages, first.id, Direction.OUT, "<ours@kleinboek.example>")
        add_mail(tx.messages, second.id, Direction.IN, "<theirs@klant.example>")
        add_mail(tx.messages, second.id, Direction.IN, None)

        assert tx.messages.case_of(["<theirs@klant.example>"]) == second.id
        assert tx.messages.case_of(["<theirs@klant.example>", "<ours@kleinboek.example>"]) == first.id
        assert tx.messages.case_of(["<nobody@klant.example>"]) is None
        assert tx.messages.case_of([]) is None


def test_replacing_the_text_of_a_message_leaves_the_rest(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        message_id = add_mail(tx.messages, case.id, Direction.IN, "<1@klant.example>")
        (before,) = tx.messages.of_case(case.id)
        tx.messages.replace_text(message_id, "[verwijderd]")

        assert tx.messages.of_case(case.id) == (replace(before, text="[verwijderd]"),)
