"""Whoever thinks better of an erasure stops it until the very step; others neither stop nor void what he asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink

WIPE = "Wis mijn account en al mijn gegevens, ik stop ermee."
ALSO = "Stuur mij wel een kopie van al mijn persoonsgegevens."
KEEP = "Laat mijn account toch maar staan, niet verwijderen."
FENNA = "fenna@klant.example"
FORMER = "fenna.oud@klant.example"
JORIS = "joris@klant.example"

Say = Callable[[Office, str], None]


def in_thread(office: Office, words: str) -> None:
    office.reply(office.challenge_to(FENNA), FENNA, words)


def loose(office: Office, words: str) -> None:
    office.write(FENNA, words, subject="toch niet")


def from_another_own_address(office: Office, words: str) -> None:
    office.write(FORMER, words, subject="toch niet")


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")


async def approved(office: Office) -> str:
    """Fenna asked, proved herself twice and two people approved: the hold of the level runs, then the undo window."""
    office.write(FENNA, WIPE, subject="wissen")
    await office.step()
    [case] = office.cases()
    ref = str(case["ref"])
    in_thread(office, code_in(office.challenge_to(FENNA)) or "")
    await office.step(minutes=1)
    office.cli("verify", ref, "--as", "fatima", "--method", "phone", "--note", "gebeld op het bekende nummer")
    await office.step(minutes=1)
    assert office.states(ref) == {"erasure": "awaiting_approval"}
    office.cli("approve", ref, "--as", "fatima")
    office.cli("approve", ref, "--as", "femke")
    await office.step(minutes=1)
    assert office.states(ref) == {"erasure": "approved"}
    return ref


def events(office: Office, ref: str, kind: str) -> list[dict[str, Any]]:
    return [event for event in office.case(ref)["events"] if event["kind"] == kind]


def open_tasks(office: Office, ref: str) -> str:
    return "\n".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


ENOUGH = "wil niet meer dat er gewist wordt"


@pytest.mark.parametrize(
    ("say", "days", "words", "task"),
    [
        (in_thread, 0, KEEP, ENOUGH),
        (loose, 3, KEEP, ENOUGH),
        (from_another_own_address, 3, f"{KEEP} {ALSO}", f"{ENOUGH}, en vraagt ook iets anders: lees het"),
    ],
    ids=["in the undo window", "in the hold, loose", "in the hold, from another own address"],
)
async def test_an_approved_erasure_stops_when_any_own_address_calls_it_off(
    office: Office, say: Say, days: int, words: str, task: str
) -> None:
    ref = await approved(office)
    await office.step(days=days)
    letters = len(office.letters())

    say(office, words)
    await office.step(minutes=1)
    stopped = office.states(ref)
    await office.step(days=7 - days)
    await office.step(days=1)

    assert stopped == office.states(ref) == {"erasure": "needs_person"}
    assert events(office, ref, "executed") == []
    assert {letter["state"] for letter in office.case(ref)["letters"] if letter["letter"] == "erasure"} == {"cancelled"}
    assert task in open_tasks(office, ref).splitlines()
    assert len(office.letters()) == letters


async def test_neither_a_stranger_nor_a_repeat_freezes_or_voids_what_was_approved(office: Office) -> None:
    ref = await approved(office)
    before = office.case(ref)

    for number in range(3):
        office.write(f"joris{number}@elders.example", f"{KEEP} Ik ben Fenna.", subject="wissen")
        office.write(JORIS, f"{WIPE} Het gaat om {FENNA}.", subject=f"wissen {number}")
        loose(office, f"{WIPE} ({number})")
        await office.step(minutes=1)

    after = office.case(ref)
    assert office.states(ref) == {"erasure": "approved"}
    assert events(office, ref, "draft_voided") == []
    assert [after[name] for name in ("due", "target", "customer")] == [
        before[name] for name in ("due", "target", "customer")
    ]
    assert after["requests"][0]["hold_until"] == before["requests"][0]["hold_until"]
    await office.step(days=6)
    for _ in range(2):
        await office.step(days=1)
    assert office.states(ref) == {"erasure": "answered"}
