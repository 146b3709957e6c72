"""A system of the company that hangs holds up whoever asked it, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from servers.office import Office, code_in
from servers.postgres import Postgres
from servers.running import until
from servers.smtp_sink import SmtpSink

from bot.cases.model import CaseRef
from bot.cases.people import Actor
from bot.rooms import Rooms
from bot.sources.demo import make_demo_database

ERASE = "Wis mijn account en al mijn gegevens, ik stop ermee."
STAFF = Actor("fatima", "fatima")


class Books:
    """The company's database on a server of its own, which can be made to hang."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = url.replace("+psycopg", "")

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Whoever reads about customers waits until this ends."""
        with psycopg.connect(self._address) as holder:
            holder.execute("LOCK TABLE klanten IN ACCESS EXCLUSIVE MODE")
            yield

    async def are_waited_for(self) -> None:
        with psycopg.connect(self._address, autocommit=True) as watcher:
            await seen(lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone(), "it hangs")


async def seen(ready: Callable[[], object], what: str) -> None:
    await asyncio.to_thread(until, ready, what, seconds=20)


@pytest.fixture
def books(postgres: Postgres) -> Books:
    url = postgres.new_database()
    make_demo_database(url)
    return Books(url)


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, books: Books) -> Office:
    office = Office(tmp_path, smtp_sink)
    office.env["KLEINBOEK_DB_URL"] = books.url
    return office


async def challenged(office: Office) -> str:
    """Marijke asked for an erasure and has her code; the reference of her case."""
    office.write(office.people.owner_with_second_user.address, ERASE)
    await office.step()
    [case] = office.cases()
    assert case["state"] == "awaiting_identity"
    return str(case["ref"])


def answer(office: Office) -> None:
    marijke = office.people.owner_with_second_user.address
    challenge = office.challenge_to(marijke)
    office.reply(challenge, marijke, code_in(challenge) or "")


def senders(rooms: Rooms) -> set[str | None]:
    with rooms.archive.reading() as tx:
        return {case.sender for case in tx.cases.listed()}


def reached(rooms: Rooms, ref: str) -> int:
    with rooms.archive.reading() as tx:
        return min(request.reached for request in tx.cases.get(CaseRef(ref)).requests)


def events(rooms: Rooms, ref: str) -> set[str]:
    with rooms.archive.reading() as tx:
        return {event.kind for event in tx.events.of(tx.cases.get(CaseRef(ref)).id)}


async def test_while_a_system_hangs_under_an_answer_other_mail_is_filed(office: Office, books: Books) -> None:
    ref = await challenged(office)

    async with office.at_work() as rooms:
        with books.hanging():
            answer(office)
            await books.are_waited_for()
            office.write("niemand@elders.example", "Welke gegevens hebben jullie van mij?")
            await seen(lambda: "niemand@elders.example" in senders(rooms), "the other mail is filed")
            before = reached(rooms, ref)
        await seen(lambda: reached(rooms, ref), "the answer is weighed")

    assert before == 0
    [request] = office.case(ref)["requests"]
    assert (request["level_reached"], request["level_required"]) == ("L2", "L3")


async def test_what_staff_decide_while_a_system_hangs_under_an_answer_stands(office: Office, books: Books) -> None:
    ref = await challenged(office)

    async with office.at_work() as rooms:
        with books.hanging():
            answer(office)
            await books.are_waited_for()
            office.cli("withdraw", ref, "--as", "fatima", "--reason", "belde zelf")
        await seen(lambda: "challenge_answered" in events(rooms, ref), "the answer is weighed")

    assert office.states(ref) == {"erasure": "withdrawn"}
    assert [request["level_reached"] for request in office.case(ref)["requests"]] == ["L0"]
    assert "second_factor" not in [task["kind"] for task in office.case(ref)["tasks"]]


async def test_while_a_system_hangs_under_a_second_proof_other_mail_is_kept(office: Office, books: Books) -> None:
    ref = await challenged(office)
    answer(office)
    await office.step(minutes=1)
    rooms = Rooms(office.settings(), office.env)

    with books.hanging():
        proving = asyncio.create_task(
            asyncio.to_thread(rooms.second_factor.verify, CaseRef(ref), STAFF, "phone", "gebeld")
        )
        await books.are_waited_for()
        office.write("niemand@elders.example", "Welke gegevens hebben jullie van mij?")
        with rooms.archive.reading() as tx:
            waiting = tx.mails.counts()
    case = await proving
    await rooms.close()

    assert waiting["pending"] == 1
    assert [int(request.reached) for request in case.requests] == [3]
