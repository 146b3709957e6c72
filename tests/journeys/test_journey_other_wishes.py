"""Somebody wants something else than first, or wants it in another way: what happens in each state of his request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink, SunkMail

from bot.sources.demo import DemoPerson

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
LESS = "Bij nader inzien hoef ik alleen mijn facturen te krijgen, de rest niet."
BY_POST = "Stuur het liever per post naar Dorpsstraat 2 in Ede, of naar anders@elders.example."
STATES = ("awaiting_identity", "awaiting_approval", "answered")


async def in_each_state(office: Office) -> dict[str, tuple[DemoPerson, str]]:
    """Per state a person whose request for access has come so far, and its reference."""
    people = dict(zip(STATES, (office.people.joris, office.people.english_customer, office.people.sanne), strict=True))
    for person in people.values():
        office.write(person.address, ASKS)
    await office.step()
    refs = {office.case(case["ref"])["customer"]["sender"]: case["ref"] for case in office.cases()}
    for state in STATES[1:]:
        challenge = office.challenge_to(people[state].address)
        office.reply(challenge, people[state].address, code_in(challenge) or "")
    await office.step(minutes=1)
    office.cli("approve", refs[people["answered"].address], "--as", "fatima")
    await office.step(minutes=1)
    reached = {state: (person, str(refs[person.address])) for state, person in people.items()}
    assert {state: office.states(ref)["access"] for state, (_, ref) in reached.items()} == {one: one for one in STATES}
    return reached


def last_letter(office: Office, person: DemoPerson) -> SunkMail:
    return office.letters(person.address)[-1]


def drafts(case: dict[str, Any]) -> list[str]:
    return [draft["state"] for draft in case["drafts"]]


def open_tasks(case: dict[str, Any]) -> str:
    return "\n".join(task["text"] for task in case["tasks"] if task["done_at"] is None)


async def after(office: Office, words: str) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """The cases by state before and after each person wrote these words in his thread; no letter left meanwhile."""
    reached = await in_each_state(office)
    before = {state: office.case(ref) for state, (_, ref) in reached.items()}
    letters = len(office.letters())
    for person, _ in reached.values():
        office.write(person.address, words, answers=last_letter(office, person))
    await office.step(minutes=1)
    found = {state: office.case(ref) for state, (_, ref) in reached.items()}
    assert len(office.letters()) == letters
    for state, case in found.items():
        dates = ("received_on", "target", "due", "legal_due")
        assert [case[name] for name in dates] == [before[state][name] for name in dates]
        assert case["customer"] == before[state]["customer"]
    return before, found


async def test_who_wants_something_else_is_looked_at_by_a_person_before_anything_leaves(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    before, found = await after(Office(tmp_path, smtp_sink), LESS)

    assert {state: case["requests"][0]["state"] for state, case in found.items()} == dict.fromkeys(
        STATES, "needs_person"
    )
    assert {state: drafts(case) for state, case in found.items()} == {
        "awaiting_identity": [],
        "awaiting_approval": ["void"],
        "answered": drafts(before["answered"]),  # what was sent stays sent
    }
    for case in found.values():
        assert "wil iets anders dan eerst gevraagd" in open_tasks(case)


async def test_another_way_of_delivery_is_a_task_and_changes_no_address_and_no_draft(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    before, found = await after(Office(tmp_path, smtp_sink), BY_POST)

    assert {state: case["requests"][0]["state"] for state, case in found.items()} == {one: one for one in STATES}
    for state, case in found.items():
        assert case["drafts"] == before[state]["drafts"]
        assert "een adres uit het bericht zelf telt niet" in open_tasks(case)
