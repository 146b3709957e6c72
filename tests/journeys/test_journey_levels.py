"""Nothing is drafted, approved, carried out or sent below the level, whichever way somebody tries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from servers.office import SANNE_ASKS, Office, files, proved_access
from servers.smtp_sink import SmtpSink

from bot.cases.draft import Draft
from bot.cases.errors import CaseError
from bot.cases.model import CaseRef
from bot.cases.people import Actor
from bot.rooms import Rooms

MORE = "PRIVACYBOT_IDENTITY__LEVELS__ACCESS"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


def disclosed(office: Office) -> int:
    """How many letters with data left."""
    return sum(bool(files(mail)) for mail in office.letters())


def open_tasks(office: Office, ref: str) -> list[str]:
    return [task["kind"] for task in office.case(ref)["tasks"] if task["done_at"] is None]


@pytest.mark.requirement("ID-09")
async def test_a_draft_that_was_made_at_a_lower_level_than_is_asked_now_cannot_be_approved(office: Office) -> None:
    ref = await proved_access(office)
    office.env[MORE] = "L3"

    refusal = office.cli("approve", ref, "--as", "fatima", fails=True)
    await office.step(minutes=1)

    assert "identity is proved to L2, and access needs L3; see: verify" in refusal
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert disclosed(office) == 0


@pytest.mark.requirement("ID-09")
async def test_such_a_draft_sent_back_is_not_made_again_before_the_second_proof(office: Office) -> None:
    ref = await proved_access(office)
    office.env[MORE] = "L3"

    office.cli("reject", ref, "--as", "fatima", "--reason", "meer bewijs")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "awaiting_identity"}
    assert "second_factor" in open_tasks(office, ref)
    drafts = len(office.case(ref)["drafts"])
    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "gebeld op het bekende nummer")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "awaiting_approval"}
    assert len(office.case(ref)["drafts"]) == drafts + 1


async def test_what_was_approved_is_not_carried_out_when_its_level_is_no_longer_enough(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")
    office.env[MORE] = "L3"

    await office.step(minutes=11)

    assert office.states(ref) == {"access": "awaiting_identity"}
    assert disclosed(office) == 0
    assert {letter["state"] for letter in office.case(ref)["letters"] if letter["letter"] == "access"} == {"cancelled"}
    assert {"look", "second_factor"} <= set(open_tasks(office, ref))


async def test_a_letter_in_the_outbox_does_not_leave_when_its_level_is_no_longer_enough(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("pause", "sending")
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "sending"}
    office.env[MORE] = "L3"

    office.cli("resume", "sending")
    await office.step(minutes=1)
    office.cli("send-again", ref, "--as", "fatima")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "undelivered"}
    assert disclosed(office) == 0


async def test_neither_undo_nor_two_approvals_at_once_get_round_the_level(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")
    office.env[MORE] = "L3"
    rooms = Rooms(office.settings(), office.env)

    def tries(user: str) -> str:
        try:
            rooms.decisions.undo(CaseRef(ref), Actor(user))
            [draft] = [one for one in office_drafts(rooms, ref) if one.state == "open"]
            rooms.decisions.shown(draft, Actor(user))
            rooms.decisions.approve(CaseRef(ref), Actor(user), draft_id=draft.id)
        except (CaseError, ValueError) as refused:
            return type(refused).__name__
        return "approved"

    both = await asyncio.gather(*(asyncio.to_thread(tries, user) for user in ("fatima", "femke")))
    await rooms.close()
    await office.step(minutes=11)

    assert "approved" not in both
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert disclosed(office) == 0


def office_drafts(rooms: Rooms, ref: str) -> tuple[Draft, ...]:
    with rooms.archive.reading() as tx:
        return tx.drafts.of_case(tx.cases.get(ref).id)


async def test_no_command_on_a_case_without_proof_discloses_anything(office: Office, tmp_path: Path) -> None:
    office.write(office.people.sanne.address, SANNE_ASKS)
    await office.step()
    [case] = office.cases()
    ref = case["ref"]
    text = tmp_path / "brief.txt"
    text.write_text("== ACC-1 ==\nAlles wat wij hebben.\n", encoding="utf-8")

    for words in (
        ("approve", ref, "--as", "fatima"),
        ("edit", ref, "--as", "fatima", "--file", str(text)),
        ("undo", ref, "--as", "fatima"),
        ("passphrase", ref, "--as", "fatima"),
        ("sent", ref, "--as", "fatima"),
        ("send-again", ref, "--as", "fatima"),
        ("verify", ref, "--as", "femke", "--method", "decision", "--note", "zij is het vast"),
    ):
        office.cli(*words, fails=True)
    office.cli("label", ref, "--as", "fatima", "--set", "complaint")
    office.cli("label", ref, "--as", "fatima", "--set", "access,portability")
    office.cli("release", "--all", "--as", "fatima")
    await office.step(minutes=1)

    assert {kind: state for kind, state in office.states(ref).items() if kind != "complaint"} == {
        "access": "awaiting_identity",
        "portability": "awaiting_identity",
    }
    assert not [draft for draft in office.case(ref)["drafts"] if draft["files"] or draft["letter"] == "access"]
    assert disclosed(office) == 0
