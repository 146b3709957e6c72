"""The second factor: a call, a code on paper, a log-in, and the officer's decision where there is none."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink

from bot.desk.health import Readiness, health_app, serve
from bot.rooms import Rooms

ERASE = "Wis mijn account en al mijn gegevens, ik stop ermee."
ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
KEY = "een-sleutel-van-meer-dan-tweeendertig-tekens"
BEGIN = ("--method", "letter", "--begin")


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    office = Office(tmp_path, smtp_sink)
    office.env["PRIVACYBOT_LOGIN_KEY"] = KEY
    return office


async def asked(office: Office, text: str = ERASE) -> str:
    office.write(office.people.sanne.address, text, subject="verzoek")
    await office.step()
    [case] = office.cases()
    return str(case["ref"])


async def answered(office: Office, ref: str) -> None:
    """Sanne answers the challenge."""
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)


def standing(office: Office, ref: str) -> tuple[str, str]:
    [request] = office.case(ref)["requests"]
    return request["level_reached"], request["state"]


def verify(office: Office, ref: str, *words: str, fails: bool = False) -> str:
    return office.cli("verify", ref, "--as", "fatima", *words, fails=fails)


def paper_code(letter: str) -> str:
    found = re.search(r"^([0-9][0-9A-Z]{3}-[0-9A-Z]{3}[A-Z])$", letter, re.MULTILINE)
    assert found is not None, letter
    return found[1]


# A letter with a code


async def test_a_code_on_paper_raises_an_erasure_to_l3_and_works_once(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)
    assert standing(office, ref) == ("L2", "awaiting_identity")

    letter = verify(office, ref, *BEGIN)
    code = paper_code(letter)
    verify(office, ref, "--method", "letter", "--code", code.lower().replace("-", " "))
    await office.step(minutes=1)

    assert "Lindelaan 12\n9999 AB\nVoorbeeldstad" in letter
    assert standing(office, ref) == ("L3", "awaiting_approval")
    assert "no request" in verify(office, ref, "--method", "letter", "--code", code, fails=True)
    assert code not in office.home.joinpath("archive.sqlite").read_bytes().decode("latin-1")
    assert code not in json.dumps(office.case(ref))


async def test_staff_cannot_say_that_a_letter_was_answered_without_its_code(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)

    told = verify(office, ref, "--method", "letter", "--note", "zij noemde de code", fails=True)
    verify(office, ref, "--method", "letter", "--code", "7KDA-X9MT", fails=True)  # no letter was made

    assert "--begin" in told
    assert standing(office, ref) == ("L2", "awaiting_identity")


async def test_five_wrong_codes_kill_the_code_on_paper(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)
    code = paper_code(verify(office, ref, *BEGIN))

    told = [verify(office, ref, "--method", "letter", "--code", f"3AAA-AAA{end}", fails=True) for end in "ACDEF"]
    verify(office, ref, "--method", "letter", "--code", code, fails=True)

    assert "4 tries are left" in told[0]
    assert "the code is dead" in told[-1]
    assert standing(office, ref) == ("L2", "awaiting_identity")
    tasks = [task["text"] for task in office.case(ref)["tasks"]]
    assert "5 keer een verkeerde code uit de brief: de code is vervallen" in tasks


async def test_a_code_on_paper_works_three_weeks_and_a_new_letter_kills_the_old_one(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)
    first = paper_code(verify(office, ref, *BEGIN))
    second = paper_code(verify(office, ref, *BEGIN))

    told = verify(office, ref, "--method", "letter", "--code", first, fails=True)
    office.now += timedelta(days=22)
    late = verify(office, ref, "--method", "letter", "--code", second, fails=True)

    assert "that is not the code" in told
    assert "no code on paper stands open" in late
    assert standing(office, ref) == ("L2", "awaiting_identity")


async def test_a_code_by_mail_and_a_code_on_paper_do_not_stand_in_for_each_other(office: Office) -> None:
    ref = await asked(office)
    sanne = office.people.sanne.address
    challenge = office.challenge_to(sanne)
    on_paper = paper_code(verify(office, ref, *BEGIN))

    verify(office, ref, "--method", "letter", "--code", code_in(challenge) or "", fails=True)
    office.reply(challenge, sanne, on_paper)
    await office.step(minutes=1)

    assert standing(office, ref) == ("L0", "awaiting_identity")


NEW_ADDRESS = "sanne@nieuw.example"
TOLD_OF_CODE = "de code uit de brief kwam per mail"
TOLD_OF_NUMBER = "een bericht noemt het nummer van deze zaak"


def told(office: Office, ref: str) -> str:
    """The words of the open tasks of a case."""
    return "\n".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


def rows_of(office: Office, table: str) -> int:
    with closing(sqlite3.connect(office.home / "archive.sqlite")) as archive:
        return int(archive.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.parametrize(
    ("known", "words"),
    [(True, "{}"), (False, "Hierbij de code uit uw brief: {}\n\nGroet, Sanne")],
    ids=["the bare code from the known address", "a sentence from a new address"],
)
async def test_the_code_of_a_letter_that_comes_by_mail_is_a_task_from_whatever_address(
    office: Office, known: bool, words: str
) -> None:
    ref = await asked(office)
    await answered(office, ref)
    code = paper_code(verify(office, ref, *BEGIN))

    office.write(office.people.sanne.address if known else NEW_ADDRESS, words.format(code), subject="uw brief")
    await office.step(minutes=1)
    after_mail, tasks = standing(office, ref), told(office, ref)
    wrong_guesses = rows_of(office, "guesses")
    verify(office, ref, "--method", "letter", "--code", code)
    await office.step(minutes=1)

    assert [str(case["ref"]) for case in office.cases()] == [ref]
    assert after_mail == ("L2", "awaiting_identity")
    assert wrong_guesses == 0
    assert f"{TOLD_OF_CODE}: vul haar in met privacybot verify {ref}" in tasks
    assert code in json.dumps(office.case(ref)["messages"])
    assert standing(office, ref) == ("L3", "awaiting_approval")
    assert TOLD_OF_CODE not in told(office, ref)


async def test_a_mistyped_code_beside_the_number_of_the_case_is_read_by_staff(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)
    verify(office, ref, *BEGIN)

    office.write(NEW_ADDRESS, f"De code is 3AAA-AAAC, voor {ref.lower().replace('-', ' ')}", subject="uw brief")
    await office.step(minutes=1)

    assert TOLD_OF_NUMBER in told(office, ref)
    assert rows_of(office, "guesses") == 1
    assert standing(office, ref) == ("L2", "awaiting_identity")


async def test_not_me_from_elsewhere_that_names_the_case_stops_it_and_takes_no_proof_away(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)
    code = paper_code(verify(office, ref, *BEGIN))

    office.write(NEW_ADDRESS, "NIET IK", subject=f"Uw code voor {ref}")
    await office.step(minutes=1)

    assert standing(office, ref) == ("L2", "needs_person")
    assert "noemt alleen het nummer van de zaak: bel de klant op het bekende nummer" in told(office, ref)
    assert "proof_void" not in [event["kind"] for event in office.case(ref)["events"]]

    office.write(NEW_ADDRESS, f"NIET IK\n\n{code}", subject="uw brief")
    await office.step(minutes=1)

    assert standing(office, ref) == ("L0", "needs_person")


async def test_the_number_of_a_case_without_a_letter_on_paper_opens_no_door_to_it(office: Office) -> None:
    ref = await asked(office)

    office.write(NEW_ADDRESS, "NIET IK", subject=f"Uw code voor {ref}")
    await office.step(minutes=1)

    assert standing(office, ref) == ("L0", "awaiting_identity")
    assert NEW_ADDRESS not in [message["sender"] for message in office.case(ref)["messages"]]


# A log-in


def call(ref: str, subject: str, office: Office, key: str = KEY, **changes: Any) -> tuple[str, dict[str, str]]:
    """What the company's application sends, and the header beside it."""
    said = {"timestamp": int(office.now.timestamp()), "nonce": secrets.token_urlsafe(16), "case": ref}
    said |= {"subject": subject, **changes}
    text = f"{said['timestamp']}\n{said['nonce']}\n{said['case']}\n{said['subject']}"
    signature = hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return json.dumps(said), {"X-Privacybot-Signature": signature}


async def posts(office: Office, *calls: tuple[str, dict[str, str]]) -> list[int]:
    """The statuses of these calls, made one after the other to the pages of the service."""
    rooms = Rooms(office.settings(), office._env_now())
    try:
        async with await serve(health_app(Readiness, rooms.login_pages()), "127.0.0.1", 0) as server:
            assert await asyncio.to_thread(_asked, server.port, "GET") in (404, 405)
            return [await asyncio.to_thread(_asked, server.port, "POST", *one) for one in calls]
    finally:
        await rooms.close()


def _asked(port: int, method: str, body: str = "", head: Mapping[str, str] = MappingProxyType({})) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, "/api/inloggen", body, dict(head))
        return connection.getresponse().status
    finally:
        connection.close()


def record_of(office: Office) -> str:
    return f"gebruiker/{office.people.sanne.gebruiker_id}"


async def test_a_log_in_alone_gives_l2_and_with_the_challenge_l3_in_whatever_order(office: Office) -> None:
    ref = await asked(office)

    assert await posts(office, call(ref, record_of(office), office)) == [200]
    assert standing(office, ref) == ("L2", "awaiting_identity")
    assert await posts(office, call(ref, record_of(office), office)) == [409]  # the same proof twice counts once
    assert standing(office, ref) == ("L2", "awaiting_identity")
    await answered(office, ref)

    assert standing(office, ref) == ("L3", "awaiting_approval")


async def test_a_log_in_is_enough_for_access(office: Office) -> None:
    ref = await asked(office, ASKS)

    assert await posts(office, call(ref, record_of(office), office)) == [200]
    await office.step(minutes=1)

    assert standing(office, ref) == ("L2", "awaiting_approval")


async def test_no_other_call_proves_anything(office: Office) -> None:
    ref = await asked(office, ASKS)
    sanne, joris = record_of(office), f"gebruiker/{office.people.joris.gebruiker_id}"
    genuine = call(ref, joris, office)
    late = int(office.now.timestamp()) - 600

    statuses = await posts(
        office,
        call(ref, sanne, office, key="x" * 40),
        (call(ref, sanne, office)[0], {}),
        (call(ref, sanne, office)[0], call(ref, sanne, office)[1]),
        call(ref, sanne, office, timestamp=late),
        genuine,  # Joris logged in, and names the case of Sanne
        genuine,  # and once more
        call("KB-2026-9999", sanne, office),
        ("x" * 5000, {}),
    )

    assert statuses == [403, 403, 403, 403, 409, 403, 409, 413]
    assert standing(office, ref) == ("L0", "awaiting_identity")
    assert "iemand anders dan de persoon" in " ".join(task["text"] for task in office.case(ref)["tasks"])


async def test_a_genuine_call_works_once(office: Office) -> None:
    ref = await asked(office, ERASE)
    once = call(ref, record_of(office), office)

    assert await posts(office, once, once) == [200, 403]
    assert standing(office, ref) == ("L2", "awaiting_identity")


async def test_a_call_that_cannot_be_weighed_now_is_not_used_up(office: Office) -> None:
    ref = await asked(office, ERASE)
    once = call(ref, record_of(office), office)
    aside = office.books_path.rename(office.home / "elders.sqlite")

    refused = await posts(office, once)
    aside.rename(office.books_path)

    assert refused == [503]
    assert await posts(office, once) == [200]
    assert standing(office, ref) == ("L2", "awaiting_identity")


async def test_without_a_key_there_is_no_such_page_and_a_short_key_is_refused(office: Office) -> None:
    del office.env["PRIVACYBOT_LOGIN_KEY"]
    assert await posts(office, call("KB-2026-0001", "gebruiker/1", office)) == [404]

    office.env["PRIVACYBOT_LOGIN_KEY"] = "kort"
    with pytest.raises(Exception, match="PRIVACYBOT_LOGIN_KEY is shorter than 32"):
        await posts(office)


async def test_staff_cannot_type_in_a_log_in(office: Office) -> None:
    ref = await asked(office)

    office.cli("verify", ref, "--as", "fatima", "--method", "login", "--note", "zij logde in", fails=True)

    assert standing(office, ref) == ("L0", "awaiting_identity")


# No second factor


@pytest.mark.requirement("ID-09")
async def test_without_a_usable_second_factor_the_officers_decision_counts_after_a_week(office: Office) -> None:
    ref = await asked(office)
    await answered(office, ref)

    office.cli("verify", ref, "--as", "fatima", "--method", "decision", "--note", "geen telefoon", fails=True)
    office.cli("verify", ref, "--as", "femke", "--method", "decision", "--note", "geen telefoon, geen post")
    await office.step(minutes=1)
    [request] = office.case(ref)["requests"]
    office.cli("approve", ref, "--as", "fatima")
    office.cli("approve", ref, "--as", "femke")
    await office.step(days=6)
    held = office.states(ref)
    await office.step(days=1, minutes=5)

    assert (request["level_reached"], request["hold_until"] is not None) == ("L3", True)
    assert held == {"erasure": "approved"}
    assert office.states(ref) != held
