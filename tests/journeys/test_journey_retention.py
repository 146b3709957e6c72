"""What becomes of our own files, each at its time; and one bad case stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink

from bot.cases.model import Channel, Level
from bot.rooms import Rooms
from bot.store.archive import Transaction
from bot.store.records import NewCase, NewRequest
from bot.triage.labels import Language, RequestKind, Role, Writer

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@contextmanager
def archive_of(office: Office) -> Iterator[Transaction]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.transaction() as tx:
            yield tx
    finally:
        rooms.close_now()


async def asked(office: Office, text: str = ASKS) -> str:
    """Sanne asks; her case waits for her proof."""
    office.write(office.people.sanne.address, text)
    await office.step()
    return str(office.cases()[-1]["ref"])


async def answered(office: Office) -> str:
    """Sanne asked, proved who she is, and got her export."""
    sanne = office.people.sanne.address
    ref = await asked(office)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "answered"}
    return ref


async def closed(office: Office) -> str:
    ref = await answered(office)
    await office.step(days=9)
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "closed"}
    return ref


def kept(office: Office, ref: str) -> tuple[int, int, str]:
    """How many raw mails and letters our archive still holds of the case, and all its readable words."""
    with archive_of(office) as tx:
        case = tx.cases.get(ref)
        raw = sum(mail.has_content for mail in tx.mails.of_case(case.id))
        texts = [message.text + message.subject for message in tx.messages.of_case(case.id)]
        texts += [draft.text + draft.subject for draft in tx.drafts.of_case(case.id)]
        live = sum(export.destroyed_at is None for export in tx.exports.of_case(case.id))
        return raw, live, "".join(texts).strip()


def kinds_of_events(office: Office, ref: str) -> list[str]:
    with archive_of(office) as tx:
        return [event.kind for event in tx.events.of(tx.cases.get(ref).id)]


async def test_mail_goes_three_months_after_the_end_and_whom_it_was_about_after_five_years(office: Office) -> None:
    ref = await closed(office)
    await office.step(days=91)
    assert kept(office, ref)[2]

    await office.step(days=2)

    assert kept(office, ref) == (0, 0, "")
    with archive_of(office) as tx:
        assert tx.cases.get(ref).sender == office.people.sanne.address
    await office.step(days=5 * 365)

    assert office.people.sanne.address not in office.cli("case", ref)
    with archive_of(office) as tx:
        case = tx.cases.get(ref)
        assert (case.sender, case.data_subject) == (None, None)
        assert case.requests[0].answered_at is not None
        assert tx.events.broken_links(case.id) == ()
    assert {"exports_destroyed", "mail_forgotten", "words_forgotten"} <= set(kinds_of_events(office, ref))


async def test_what_is_forgotten_is_forgotten_once(office: Office) -> None:
    ref = await closed(office)
    await office.step(days=93)
    await office.step(minutes=5)
    await office.step(days=1)

    events = kinds_of_events(office, ref)

    assert (events.count("exports_destroyed"), events.count("mail_forgotten")) == (1, 1)


async def test_a_withdrawn_case_keeps_no_passphrase_code_or_letter_two_weeks_later(office: Office) -> None:
    ref = await asked(office)
    office.cli("withdraw", ref, "--reason", "toch niet nodig", "--as", "fatima")
    await office.step(days=13)
    with archive_of(office) as tx:
        assert tx.secrets.passphrase(tx.cases.get(ref).id)

    await office.step(days=2)

    with archive_of(office) as tx:
        case_id = tx.cases.get(ref).id
        assert (tx.secrets.passphrase(case_id), tx.secrets.codes(case_id)) == (None, ())
    assert "secrets_destroyed" in kinds_of_events(office, ref)


async def test_a_code_that_ran_out_is_kept_not_even_as_a_hash(office: Office) -> None:
    ref = await asked(office)

    await office.step(days=15)

    assert "code_expired" in kinds_of_events(office, ref)


async def test_a_legal_hold_keeps_everything_until_it_is_lifted(office: Office) -> None:
    ref = await closed(office)
    with archive_of(office) as tx:
        tx.cases.change(tx.cases.get(ref).id, legal_hold=True)
    await office.step(days=6 * 365)
    raw, live, words = kept(office, ref)
    assert raw
    assert live
    assert "opgeslagen" in words

    with archive_of(office) as tx:
        tx.cases.change(tx.cases.get(ref).id, legal_hold=False)
    await office.step(minutes=5)

    assert kept(office, ref) == (0, 0, "")


async def test_a_case_that_cannot_be_computed_is_told_and_stops_no_other(office: Office) -> None:
    ref = await asked(office)
    with archive_of(office) as tx:
        received = datetime(9999, 12, 20, tzinfo=UTC)
        bad = tx.cases.open(
            NewCase(
                role=Role.CONTROLLER,
                writer=Writer.SUBJECT,
                language=Language.DUTCH,
                channel=Channel.PHONE,
                received_at=received,
                sender=None,
                subject_line="",
                letters_held=True,
                requests=(NewRequest(RequestKind.ACCESS, received, Level.L2),),
            )
        )

    await office.step(days=40)
    await office.step(days=1)

    with archive_of(office) as tx:
        [told] = tx.tasks.open(bad.id)
        assert told.kind == "look"
        assert "loopt op deze zaak vast" in told.text
        assert [task for task in tx.tasks.open(tx.cases.get(ref).id) if task.kind == "deadline"]


async def test_what_the_law_kept_becomes_a_task_on_its_day_and_is_done_once_ticked_off(office: Office) -> None:
    ref = await asked(office)
    with archive_of(office) as tx:
        case_id = tx.cases.get(ref).id
        tx.erasures.write(case_id, "boekhouding", "facturen", "klant=7", 3, None, date(2026, 12, 10))
    await office.step(days=13)
    assert not tasks(office, ref, "erasure_due")
    await office.step(days=2)
    await office.step(minutes=5)

    [task] = tasks(office, ref, "erasure_due")
    assert f"({ref}): wis in boekhouding, tabel facturen, de rijen met klant=7 en vink af" in task["text"]
    office.cli("task", "done", str(task["id"]), "--as", "fatima")
    await office.step(minutes=5)

    with archive_of(office) as tx:
        assert tx.erasures.due(date(2027, 1, 1)) == ()
        [done] = [event for event in tx.events.of(case_id) if event.kind == "due_erasure_done"]
        assert done.actor == "fatima"


async def test_nothing_is_asked_to_be_erased_for_a_case_under_legal_hold(office: Office) -> None:
    ref = await asked(office)
    with archive_of(office) as tx:
        case_id = tx.cases.get(ref).id
        tx.erasures.write(case_id, "boekhouding", "facturen", "klant=7", 3, None, date(2026, 12, 10))
        tx.cases.change(case_id, legal_hold=True)

    await office.step(days=20)

    assert not tasks(office, ref, "erasure_due")


async def test_work_whose_workers_all_died_is_told_once(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, STORE__MAX_ATTEMPTS="1")
    ref = await asked(office)
    with archive_of(office) as tx:
        case_id = tx.cases.get(ref).id
        tx.jobs.defer("identify", case_id, case_id=case_id)
        assert tx.jobs.claim("a worker that dies", office.now + timedelta(seconds=15)) is not None
        assert tx.jobs.claim("the next one", office.now + timedelta(minutes=2)) is None

    await office.step(minutes=5)
    await office.step(minutes=5)

    [task] = tasks(office, ref, "parked")
    assert "'identify'" in task["text"]
    assert "privacybot jobs" in task["text"]


def tasks(office: Office, ref: str, kind: str) -> list[dict[str, Any]]:
    return [task for task in office.case(ref)["tasks"] if task["kind"] == kind]
