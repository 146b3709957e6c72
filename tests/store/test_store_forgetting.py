"""Forgetting: what is readable of a case goes, what proves what was done stays, and a legal hold stops it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from store_builders import NOON, SANNE, HandClock, add_letter, make_arrival, make_case, make_draft

from bot.cases.draft import content_hash
from bot.cases.errors import RefusedActError
from bot.cases.lifecycle import Move
from bot.cases.model import Case, Outcome
from bot.cases.subject import DataSubject
from bot.store.archive import Archive, Transaction
from bot.store.examples import Lesson
from bot.store.forgetting import (
    ERASURE_TASK,
    destroy_exports,
    forget_examples_of_erased,
    forget_mail,
    forget_words,
    with_old_exports,
    with_old_facts,
    with_old_mail,
)
from bot.store.records import Approval, Direction, MailVerdict, OutboxState
from bot.triage.labels import RequestKind
from bot.triage.verdict import StatedCorrection

PERSONAL = "Sanne de Vries wil weten wat er ligt"


def full_case(tx: Transaction, path: Path, name: str = "1") -> Case:
    """A case with a word of Sanne in every place that can hold one."""
    case = make_case(tx, subject_line=PERSONAL, identifiers=(("iban", PERSONAL),))
    [request] = case.requests
    tx.cases.change(case.id, data_subject=DataSubject("crm", name, None, SANNE, PERSONAL))
    correction = StatedCorrection("name", PERSONAL, PERSONAL)
    tx.cases.change_request(case.id, request.id, corrections=(correction,), needs=PERSONAL, extended_reason=PERSONAL)
    mail = tx.mails.store(PERSONAL.encode(), make_arrival())
    assert mail is not None
    tx.mails.settle(mail, MailVerdict.CASE, f"identity {name}", case.id)
    tx.messages.add(
        case.id,
        Direction.IN,
        NOON,
        "request",
        message_id=f"<{name}@klant.example>",
        mail_id=mail,
        sender=SANNE,
        subject=PERSONAL,
        text=PERSONAL,
        facts={},
    )
    tx.events.write(case.id, "opened", "bot", {"mail": mail, "reason_access": PERSONAL})
    tx.events.write(case.id, "letter_queued", "bot", {"letter": "receipt", "outbox": 1})
    draft = tx.drafts.add(make_draft(case, subject=PERSONAL))
    tx.drafts.approve(Approval(draft.id, "fatima", None, NOON, content_hash(draft), PERSONAL, final=True))
    add_letter(
        tx,
        f"<{name}@kleinboek.example>",
        case_id=case.id,
        draft_id=draft.id,
        raw=PERSONAL.encode(),
        state=OutboxState.SENT,
    )
    tx.challenges.add(case.id, SANNE, "hash", [request.id], NOON, NOON + timedelta(days=14))
    tx.secrets.set_passphrase(case.id, PERSONAL)
    tx.secrets.remember_code(case.id, "4F7K-2MQX")
    path.write_text(PERSONAL)
    tx.exports.seal(case.id, "overzicht van Sanne.pdf", "application/pdf", path, {"table": PERSONAL})
    tx.tasks.add(case.id, "look", PERSONAL)
    return tx.cases.by_id(case.id)


def finished(tx: Transaction, case: Case) -> Case:
    for request in case.requests:
        case = tx.cases.move(case, request.id, Move.WITHDRAWN, "fatima")
    return case


def everything(tx: Transaction, case_id: int) -> str:
    """All that can be read of a case, personal fields included."""
    case = tx.cases.by_id(case_id)
    found: list[object] = [case.sender, case.subject_line, case.data_subject and case.data_subject.name]
    found += [case.identifiers, *((r.corrections, r.needs, r.extended_reason) for r in case.requests)]
    found += [(m.sender, m.subject, m.text) for m in tx.messages.of_case(case_id)]
    found += [(d.to, d.subject, d.text) for d in tx.drafts.of_case(case_id)]
    found += [a.reason for d in tx.drafts.of_case(case_id) for a in tx.drafts.approvals(d.id)]
    found += [letter.to for letter in tx.outbox.of_case(case_id)]
    found += [(e.name, e.manifest) for e in tx.exports.of_case(case_id)]
    found += [c.address for c in tx.challenges.of_case(case_id)]
    found += [dict(event.values) for event in tx.events.of(case_id)]
    found += [task.text for task in tx.tasks.of_case(case_id)]
    found += [tx.secrets.passphrase(case_id), tx.secrets.codes(case_id)]
    return " ".join(map(_shown, found))


def _shown(value: object) -> str:
    if isinstance(value, StatedCorrection):
        return f"{value.field} {value.old} {value.new}"
    return " ".join(map(_shown, value)) if isinstance(value, tuple | list) else str(value)


def test_nothing_readable_is_left_of_a_forgotten_case_and_its_chain_still_holds(
    archive: Archive, tmp_path: Path
) -> None:
    with archive.transaction() as tx:
        case = full_case(tx, tmp_path / "export")
        assert "Sanne" in everything(tx, case.id)

        forget_words(tx, case, "fatima")

        left = everything(tx, case.id)
        assert "Sanne" not in left
        assert SANNE not in left
        assert "4F7K" not in left
        assert tx.events.broken_links(case.id) == ()


def test_reference_kinds_dates_hashes_and_wordless_events_outlive_the_words(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as tx:
        case = full_case(tx, tmp_path / "export")
        [draft] = tx.drafts.of_case(case.id)

        forget_words(tx, finished(tx, case))

        after = tx.cases.by_id(case.id)
        assert after.ref == case.ref
        assert [(r.kind, r.received_at) for r in after.requests] == [(RequestKind.ACCESS, NOON)]
        assert after.requests[0].extended_reason is not None  # the term follows from it
        [mail] = tx.mails.of_case(case.id)
        assert (mail.verdict, mail.has_content) == (MailVerdict.CASE, False)
        assert tx.mails.earlier_with_identity("identity 1", 99) == mail
        assert [a.content_hash for a in tx.drafts.approvals(draft.id)] == [content_hash(draft)]
        events = {event.kind: event for event in tx.events.of(case.id)}
        assert events["draft_forgotten"].values["hash"] == content_hash(draft)
        assert events["letter_queued"].values == {"letter": "receipt", "outbox": 1}
        assert events["withdrawn"].values["to"] == "withdrawn"
        assert events["opened"].forgotten


def test_a_letter_that_did_not_leave_yet_is_cancelled_when_its_case_is_forgotten(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        states = (OutboxState.READY, OutboxState.HELD, OutboxState.UNKNOWN, OutboxState.FAILED, OutboxState.SENT)
        for state in states:
            add_letter(tx, f"<{state}@kleinboek.example>", case_id=case.id, state=state)

        forget_words(tx, case)

        assert [letter.state for letter in tx.outbox.of_case(case.id)] == [OutboxState.CANCELLED] * 4 + [
            OutboxState.SENT
        ]
        assert tx.outbox.due(NOON + timedelta(days=1)) == ()


def test_nothing_of_a_case_under_legal_hold_can_be_destroyed_or_forgotten(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as tx:
        case = full_case(tx, tmp_path / "export")
        before = everything(tx, case.id)
        tx.cases.change(case.id, legal_hold=True)

        for act in (lambda: forget_words(tx, case), lambda: forget_mail(tx, case)):
            with pytest.raises(RefusedActError, match="legal hold"):
                act()
        with pytest.raises(RefusedActError, match="legal hold"):
            destroy_exports(tx, case, NOON)

        assert everything(tx, case.id) == before
        assert tx.cases.by_id(case.id).legal_hold


def test_of_an_erased_person_examples_go_in_every_case_but_what_is_held(archive: Archive) -> None:
    with archive.transaction() as tx:
        erased, other, held, stranger = (taught_case(tx, key) for key in ("1", "1", "1", "2"))
        tx.cases.change(held.id, legal_hold=True)

        forget_examples_of_erased(tx, tx.cases.by_id(erased.id))

        assert [example.case_id for example in tx.examples.all()] == [held.id, stranger.id]
        told = {case.id: [event.values for event in tx.events.of(case.id)] for case in (erased, other, held, stranger)}
        gone = [{"examples": 1, "erased": True}]
        assert told == {erased.id: gone, other.id: gone, held.id: [], stranger.id: []}


def test_a_case_of_an_erased_person_that_taught_nothing_yet_is_told_that_it_may_not(archive: Archive) -> None:
    with archive.transaction() as tx:
        erased, other, held = (taught_case(tx, "1") for _ in range(3))
        tx.cases.change(held.id, legal_hold=True)
        for case in (other, held):
            tx.examples.forget(case.id)

        forget_examples_of_erased(tx, tx.cases.by_id(erased.id))

        assert [event.values for event in tx.events.of(other.id)] == [{"examples": 0, "erased": True}]
        assert list(tx.events.of(held.id)) == []


def taught_case(tx: Transaction, key: str) -> Case:
    """A case about this record, and what staff taught with it."""
    case = make_case(tx)
    tx.cases.change(case.id, data_subject=DataSubject("crm", key, None, SANNE))
    tx.examples.keep(case.id, "model", Lesson("", f"{PERSONAL} {case.id}", "", ("access",), (), "nl"))
    return case


def test_forgetting_mail_leaves_whom_the_case_is_about(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as tx:
        case = full_case(tx, tmp_path / "export")

        forget_mail(tx, case)

        after = tx.cases.by_id(case.id)
        assert (after.sender, after.subject_line) == (SANNE, "")
        assert after.data_subject is not None
        assert [message.text for message in tx.messages.of_case(case.id)] == [""]
        assert [draft.blocks for draft in tx.drafts.of_case(case.id)] == [()]


def test_a_case_is_due_from_its_last_move_unless_it_is_open_or_held(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as tx:
        done, _still_open, held = (full_case(tx, tmp_path / "export", f"{n}") for n in range(3))
        finished(tx, done)
        tx.cases.change(finished(tx, held).id, legal_hold=True)

        for due in (with_old_exports, with_old_mail, with_old_facts):
            assert due(tx, NOON - timedelta(seconds=1), 10) == ()
            assert due(tx, NOON, 10) == (done.id,)


def test_forgetting_what_is_due_leaves_nothing_due(archive: Archive, tmp_path: Path) -> None:
    with archive.transaction() as tx:
        case = finished(tx, full_case(tx, tmp_path / "export"))

        destroy_exports(tx, case, NOON)
        assert (with_old_exports(tx, NOON, 10), with_old_mail(tx, NOON, 10)) == ((), (case.id,))
        forget_mail(tx, tx.cases.by_id(case.id))
        assert (with_old_mail(tx, NOON, 10), with_old_facts(tx, NOON, 10)) == ((), (case.id,))
        forget_words(tx, tx.cases.by_id(case.id))

        assert [due(tx, NOON, 10) for due in (with_old_exports, with_old_mail, with_old_facts)] == [(), (), ()]


def test_an_export_counts_from_the_answer_and_not_from_the_closing(archive: Archive, clock: HandClock) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        tx.secrets.set_passphrase(case.id, "geheim")
        tx.cases.change_request(case.id, case.requests[0].id, answered_at=NOON)
        clock.moment += timedelta(days=7)
        finished(tx, case)

        assert with_old_exports(tx, NOON, 10) == (case.id,)


def test_a_reopened_case_is_not_due_and_counts_anew(archive: Archive, clock: HandClock) -> None:
    with archive.transaction() as tx:
        case = finished(tx, make_case(tx))
        clock.moment += timedelta(days=7)
        case = tx.cases.move(case, case.requests[0].id, Move.REOPENED, "fatima")
        assert with_old_facts(tx, clock.moment, 10) == ()

        finished(tx, case)

        assert with_old_facts(tx, NOON + timedelta(days=6), 10) == ()
        assert with_old_facts(tx, clock.moment, 10) == (case.id,)


def test_a_case_without_requests_is_due_after_it_was_settled(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx, kinds=())
        assert with_old_facts(tx, NOON, 10) == ()

        tx.cases.change(case.id, settled=Outcome.ORDINARY)

        assert with_old_facts(tx, NOON, 10) == (case.id,)


def test_an_erasure_that_is_due_later_outlives_the_words_of_its_case(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        tx.tasks.add(case.id, ERASURE_TASK, "wis in boekhouding")
        tx.tasks.add(case.id, "look", PERSONAL)

        forget_words(tx, case)

        assert [(task.kind, task.text) for task in tx.tasks.open(case.id)] == [(ERASURE_TASK, "wis in boekhouding")]


def test_the_hash_of_a_code_goes_when_it_is_used_replaced_or_expired(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        until = NOON + timedelta(days=14)
        used, retired, expired = (tx.challenges.add(case.id, SANNE, f"hash{n}", [], NOON, until) for n in range(3))
        assert tx.challenges.use(used.id)
        assert tx.challenges.by_code("hash0") is None
        assert tx.challenges.by_code("hash2") == expired

        assert tx.challenges.forget_expired(until - timedelta(seconds=1)) == ()
        tx.cases.change(case.id, legal_hold=True)
        assert tx.challenges.forget_expired(until) == ()
        tx.cases.change(case.id, legal_hold=False)
        assert {gone.id for gone in tx.challenges.forget_expired(until)} == {retired.id, expired.id}
        assert tx.challenges.by_code("hash2") is None
        assert retired.open


def test_emptying_the_write_ahead_log_does_not_wait_for_who_reads(
    opened: Callable[..., Archive], sqlite_url: str
) -> None:
    writer, reader = opened(sqlite_url), opened(sqlite_url)
    log = Path(sqlite_url.removeprefix("sqlite:///") + "-wal")
    with writer.transaction() as tx:
        make_case(tx)
    with reader.reading() as reading:
        assert len(reading.cases.open_ids()) == 1
        with writer.transaction() as tx:
            make_case(tx)
        begun = time.monotonic()

        writer.tidy()

        assert time.monotonic() - begun < 5  # store.busy_seconds is 10
        assert len(reading.cases.open_ids()) == 1
    writer.tidy()
    assert log.stat().st_size == 0
