"""What time alone does: reminders, the reasoned letter to who never answered, and a late answer after all."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from servers.office import Office, body, code_in
from servers.smtp_sink import SmtpSink

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@pytest.mark.requirement("ID-07", "ID-08", "INT-08")
async def test_a70_silence_to_the_end_reminds_on_days_3_10_and_20_writes_why_on_the_target_date_and_can_be_revived(
    office: Office,
) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    ref = case["ref"]
    receipt, challenge = office.letters(sanne)
    assert "26 november 2026" in body(receipt)
    assert "24 december 2026" in body(receipt)
    assert code_in(challenge)

    came: dict[int, int] = {}
    for day in range(1, 29):
        before = len(office.letters(sanne))
        await office.step(days=1)
        came |= {day: len(office.letters(sanne)) - before} if len(office.letters(sanne)) > before else {}
        assert office.states(ref)["access"] == ("awaiting_identity" if day < 28 else "awaiting_approval"), day

    assert came == {3: 1, 10: 1, 20: 1}
    last_code = office.letters(sanne)[-1]
    reasoned = office.cli("draft", ref)
    assert "Autoriteit Persoonsgegevens" in reasoned
    await office.step(hours=1)
    assert len(office.letters(sanne)) == 5  # nothing leaves before somebody approved it
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "parked"}
    [*_, told] = office.letters(sanne)
    assert "Autoriteit Persoonsgegevens" in body(told)
    assert code_in(told) is None

    office.reply(last_code, sanne, code_in(last_code) or "")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "awaiting_approval"}
    assert [draft["letter"] for draft in office.case(ref)["drafts"] if draft["state"] == "open"] == ["access"]


@pytest.mark.requirement("ID-07")
async def test_silence_gets_three_reminders_then_a_reasoned_letter_for_approval(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    first = code_in(office.challenge_to(sanne))

    sent = []
    for days in (3, 7, 10):
        await office.step(days=days)
        await office.step(minutes=1)
        sent.append(code_in(office.letters(sanne)[-1]))
    assert len(office.letters(sanne)) == 5  # receipt, challenge, three reminders
    assert sent[0] is None  # day 3 carries no code
    assert len({first, *sent[1:]}) == 3  # days 10 and 20 each a fresh one
    await office.step(days=9)

    assert office.states(case["ref"]) == {"access": "awaiting_approval"}
    letter = office.cli("draft", case["ref"])
    assert "Autoriteit Persoonsgegevens" in letter
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(case["ref"]) == {"access": "parked"}


async def test_reminders_leave_on_their_day_also_at_christmas_and_new_year(office: Office) -> None:
    """Days 3, 10 and 20 are days of the calendar, as those of the code are: waiting would take time from the person."""
    office.now = datetime.fromisoformat("2026-12-22T09:00:00+01:00")
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    first = len(office.letters(sanne))

    came = []
    for _ in range(21):
        await office.step(days=1)
        if len(office.letters(sanne)) > first + len(came):
            came.append(office.now.date().isoformat())

    assert came == ["2026-12-25", "2027-01-01", "2027-01-11"]  # Christmas Day, New Year's Day, a Monday


async def test_an_old_code_dies_when_a_fresh_one_is_sent(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    old = office.challenge_to(sanne)
    for days in (3, 7):
        await office.step(days=days)
        await office.step(minutes=1)

    office.reply(old, sanne, code_in(old) or "")
    await office.step(minutes=1)
    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    office.reply(old, sanne, code_in(office.letters(sanne)[-1]) or "")
    await office.step(minutes=1)

    assert office.states(case["ref"]) == {"access": "awaiting_approval"}


async def test_an_answer_while_the_reasoned_letter_waits_overtakes_it(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    for days in (3, 7, 10):
        await office.step(days=days)
        await office.step(minutes=1)
    await office.step(days=9)
    assert "not_identified" in [draft["letter"] for draft in office.case(case["ref"])["drafts"]]

    latest = office.letters(sanne)[-1]
    office.reply(latest, sanne, code_in(latest) or "")
    await office.step(minutes=1)

    drafts = {draft["letter"]: draft["state"] for draft in office.case(case["ref"])["drafts"]}
    assert drafts == {"not_identified": "void", "access": "open"}


async def test_the_deadline_is_told_to_a_person_before_it_passes(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    [case] = office.cases()

    await office.step(days=15)
    early = [task["text"] for task in office.case(case["ref"])["tasks"] if task["kind"] == "deadline"]
    await office.step(days=20)
    late = [task["text"] for task in office.case(case["ref"])["tasks"] if task["kind"] == "deadline"]

    assert early == ["inzage: de streefdatum 24 december is over 9 werkdagen, uiterlijk 28 december"]
    assert late[-1] == "inzage: de wettelijke termijn is op 28 december verstreken, 3 dagen geleden"


async def test_an_export_and_its_passphrase_are_destroyed_after_their_time(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    await office.step()
    [case] = office.cases()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    await office.step(days=10)

    await office.step(days=5)

    exports = office.case(case["ref"])["exports"]
    assert exports
    assert all(export["destroyed_at"] for export in exports)
    assert "no passphrase" in office.cli("passphrase", case["ref"], "--as", "fatima", fails=True)
    assert body(office.letters(sanne)[-1])
