"""A01 in a running case: a later mail in the customer's name that is false does nothing by itself, whatever it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from servers.followups import ALL, ALSO, COMPLAINS, HOLDS, IDLE
from servers.office import OUR_ADDRESS, Office, body, code_in, header
from servers.smtp_sink import SmtpSink, SunkMail

from bot.triage.classify import classify
from bot.triage.labels import Intent
from bot.triage.model import load_model

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
OURS = "mx.kleinboek.nl"
HOP = f"Received: from mail.elders.example (mail.elders.example [203.0.113.9]) by {OURS} (Postfix)"
RESULTS = {
    "AUTHENTICATION__MODE": "results",
    "AUTHENTICATION__AUTHSERV_ID": OURS,
    "AUTHENTICATION__MX_HOST": OURS,
}


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, **RESULTS)


class Thread:
    """Mail about one case, in the name of Sanne."""

    def __init__(self, office: Office) -> None:
        self.office, self.sanne = office, office.people.sanne.address
        self._number = 0

    def write(self, word: str, text: str, answers: SunkMail | None = None) -> None:
        """A mail that our own mail server calls `word`."""
        self._number += 1
        domain = self.sanne.rpartition("@")[2]
        lines = [
            f"Authentication-Results: {OURS}; dmarc={word} (p=reject dis=none) header.from={domain}",
            *(HOP, f"Message-ID: <{self._number}@klant.example>", f"From: {self.sanne}", f"To: {OUR_ADDRESS}"),
            *("Subject: Re: Mijn gegevens", f"Date: {self.office.now:%a, %d %b %Y %H:%M:%S %z}"),
        ]
        if answers is not None:
            lines += [f"In-Reply-To: {header(answers, 'Message-ID')}"]
        self.office.deliver("\r\n".join((*lines, "", text, "")).encode())

    async def begun(self) -> SunkMail:
        """A genuine request; the challenge that went out."""
        self.write("pass", ASKS)
        await self.office.step()
        return self.office.challenge_to(self.sanne)

    async def answered(self, word: str, text: str, challenge: SunkMail) -> dict[str, Any]:
        self.write(word, text, challenge)
        await self.office.step(minutes=5)
        return self.case()

    def case(self) -> dict[str, Any]:
        (one,) = self.office.cases()
        return self.office.case(one["ref"])


def outline(case: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["level_reached"]) for one in case["requests"]]


def open_tasks(case: dict[str, Any]) -> str:
    return " | ".join(task["text"] for task in case["tasks"] if not task["done_at"])


@pytest.mark.parametrize(("intent", "text"), ALL.items(), ids=ALL.keys())
def test_a01_each_of_these_words_means_what_the_tests_below_take_it_for(intent: Intent, text: str) -> None:
    assert intent in classify(load_model(), "Re: Mijn gegevens", text, in_case=True).intents


def test_a01_no_intent_is_forgotten() -> None:
    """A machine's mail answers nothing by itself, false or not; answers to the challenge have a test of their own."""
    assert ALL.keys() | {Intent.CHALLENGE_ANSWER, Intent.OUT_OF_OFFICE, Intent.BOUNCE} == set(Intent)


async def test_a01_a_false_follow_up_changes_nothing_of_the_case(office: Office) -> None:
    thread = Thread(office)
    challenge = await thread.begun()
    before, letters = thread.case(), len(office.letters())

    for text in IDLE.values():
        thread.write("fail", text, challenge)
    case = await thread.answered("fail", "Fijn, dank u wel.", challenge)

    assert outline(case) == outline(before) == [("access", "awaiting_identity", "L0")]
    assert case["customer"] == before["customer"]
    assert len(office.letters()) == letters
    assert "later bericht is waarschijnlijk niet echt" in open_tasks(case)
    case = await thread.answered("pass", str(code_in(challenge)), challenge)
    assert outline(case) == [("access", "awaiting_approval", "L2")]


async def test_a01_a_false_no_or_withdrawal_holds_the_case_up_and_takes_nothing_back(office: Office) -> None:
    thread = Thread(office)
    challenge = await thread.begun()
    letters = len(office.letters())

    for text in HOLDS.values():
        thread.write("fail", text, challenge)
    case = await thread.answered("fail", HOLDS[Intent.NOT_ME], challenge)

    assert outline(case)[0] == ("access", "needs_person", "L0")
    assert {state for _, state, _ in outline(case)[1:]} <= {"needs_person"}
    assert "later bericht is waarschijnlijk niet echt" in open_tasks(case)
    assert len(office.letters()) == letters
    case = await thread.answered("pass", str(code_in(challenge)), challenge)
    assert outline(case)[0][2] == "L2"  # the code is alive: nobody but its owner can say no to it


async def test_a01_a_true_no_still_kills_the_code(office: Office) -> None:
    thread = Thread(office)
    challenge = await thread.begun()

    await thread.answered("pass", HOLDS[Intent.NOT_ME], challenge)
    case = await thread.answered("pass", str(code_in(challenge)), challenge)

    assert outline(case) == [("access", "needs_person", "L0")]


async def test_a01_false_codes_right_or_wrong_prove_nothing_and_use_up_no_try(office: Office) -> None:
    thread = Thread(office)
    challenge = await thread.begun()

    for guess in ("XKCD-7788", "XKCD-7789", "XKCD-7790", "XKCD-7791", "XKCD-7792", "XKCD-7793", "XKCD-7794"):
        thread.write("fail", guess, challenge)
    thread.write("fail", f"NIET IK {code_in(challenge)}", challenge)
    case = await thread.answered("fail", str(code_in(challenge)), challenge)

    assert {reached for _, _, reached in outline(case)} == {"L0"}
    assert "juiste code, maar de afzender is niet echt" in open_tasks(case)
    assert not [event for event in case["events"] if event["kind"] in ("wrong_code", "challenge_denied")]
    case = await thread.answered("pass", str(code_in(challenge)), challenge)
    assert {reached for _, _, reached in outline(case)} == {"L2"}


@pytest.mark.parametrize(("text", "kind"), [(ALSO, "erasure"), (COMPLAINS, "complaint")])
async def test_a01_a_false_new_request_voids_no_draft_and_goes_nowhere_without_a_person(
    office: Office, text: str, kind: str
) -> None:
    thread = Thread(office)
    challenge = await thread.begun()
    await thread.answered("pass", str(code_in(challenge)), challenge)
    letters = len(office.letters())

    case = await thread.answered("fail", text, challenge)

    assert outline(case) == [("access", "awaiting_approval", "L2"), (kind, "needs_person", "L0")]
    assert not [event for event in case["events"] if event["kind"] == "draft_voided"]
    assert len(office.letters()) == letters
    assert "er is niets vanzelf gedaan" in open_tasks(case)
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    assert "inzage" in body(office.letters(thread.sanne)[-1]).lower()


async def test_a01_a_true_new_request_is_on_its_way_at_once(office: Office) -> None:
    thread = Thread(office)
    challenge = await thread.begun()
    await thread.answered("pass", str(code_in(challenge)), challenge)

    case = await thread.answered("pass", ALSO, challenge)

    assert outline(case)[1][:2] == ("erasure", "awaiting_identity")
    assert [event for event in case["events"] if event["kind"] == "draft_voided"]


@pytest.mark.parametrize(("word", "state"), [("fail", "closed"), ("pass", "needs_person")])
async def test_a01_only_a_true_dispute_opens_a_closed_case_again(office: Office, word: str, state: str) -> None:
    thread = Thread(office)
    challenge = await thread.begun()
    case = await thread.answered("pass", str(code_in(challenge)), challenge)
    office.cli("approve", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    answer = office.letters(thread.sanne)[-1]
    await office.step(days=10)

    case = await thread.answered(word, "Dit klopt niet, jullie antwoord is onvolledig.", answer)

    assert [one["state"] for one in case["requests"]] == [state]
    assert ("er is niets vanzelf gedaan" in open_tasks(case)) == (word == "fail")
