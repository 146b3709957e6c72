"""Several mailboxes, and people who move, delete and make anew in them: every mail ends as a fact in the ledger."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot, DovecotServer
from servers.office import START, Office
from servers.smtp_sink import SmtpSink
from servers.token_server import SECRET, TokenServer, make_token

from bot.mail.errors import MailboxRefusedError
from bot.mail.positions import GapReason
from bot.rooms import Rooms
from bot.service import run
from bot.store.archive import Transaction
from bot.store.records import MailVerdict

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
STRANGER = "bart@elders.example"
ORDINARY = "Hoe boek ik een creditnota van een leverancier?"


@pytest.fixture
def complaints(dovecot_server: DovecotServer) -> Dovecot:
    return dovecot_server.account()


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot, complaints: Dovecot) -> Office:
    """An office that reads two mailboxes."""
    second = {
        "HOST": complaints.host,
        "PORT": str(complaints.port),
        "TLS": "none",
        "USER": complaints.user,
        "SINCE": f"{START:%Y-%m-%d}",
        "BACKOFF_MAX_SECONDS": "0.5",
    }
    overrides = {f"MAILBOXES__KLACHTEN__{key}": value for key, value in second.items()}
    return Office(
        tmp_path,
        smtp_sink,
        dovecot=dovecot,
        **overrides,
        IMAP_PASSWORD_KLACHTEN=complaints.password,
        WATCH__FOLDERS="INBOX,Vragen",
    )


@contextmanager
def ledger(office: Office) -> Iterator[Transaction]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            yield tx
    finally:
        rooms.close_now()


def verdicts(office: Office) -> Counter[MailVerdict]:
    with ledger(office) as tx:
        return Counter({verdict: count for verdict, count in tx.mails.counts().items() if count})


def to(office: Office, mailbox: Dovecot, sender: str, words: str) -> None:
    office.dovecot = mailbox
    office.write(sender, words, subject="Vraag")


async def test_requests_in_two_mailboxes_become_cases_and_both_mailboxes_stay_as_they_were(
    office: Office, dovecot: Dovecot, complaints: Dovecot
) -> None:
    await office.step()
    office.now += timedelta(minutes=1)
    to(office, dovecot, office.people.sanne.address, ASKS)
    to(office, complaints, office.people.joris.address, ASKS)
    to(office, complaints, STRANGER, ORDINARY)
    before = dovecot.flags(), complaints.flags()

    await office.step()

    assert [case["kinds"] for case in office.cases()] == [["access"], ["access"]]
    assert {mail.to[0] for mail in office.sink.mails} == {office.people.sanne.address, office.people.joris.address}
    assert (dovecot.flags(), complaints.flags()) == before
    with ledger(office) as tx:
        marks = {mark.mailbox: mark.high_water for mark in tx.folders.all() if mark.folder == "INBOX"}
    assert marks == {f"{dovecot.user}@{dovecot.host}": 1, f"{complaints.user}@{complaints.host}": 2}


async def test_a_mailbox_that_refuses_us_keeps_the_other_from_nothing(
    office: Office, dovecot: Dovecot, complaints: Dovecot
) -> None:
    await office.step()
    office.now += timedelta(minutes=1)
    to(office, dovecot, office.people.sanne.address, ASKS)
    to(office, complaints, office.people.joris.address, ASKS)
    office.env["PRIVACYBOT_IMAP_PASSWORD_KLACHTEN"] = "verkeerd"

    with pytest.raises(MailboxRefusedError, match=r"check mailboxes\.klachten\.user"):
        await office.step()
    first = len(office.cases())
    office.env["PRIVACYBOT_IMAP_PASSWORD_KLACHTEN"] = complaints.password
    await office.step()

    assert (first, len(office.cases())) == (1, 2)


async def test_a_mailbox_that_wants_tokens_is_read_with_tokens_from_the_settings(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    tokens = TokenServer(lambda: make_token(dovecot.user))
    settings = tokens.settings()
    oauth = {f"OAUTH__{key.upper()}": getattr(settings, key) for key in ("token_url", "client_id", "scope")}
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__AUTH="xoauth2", **oauth, OAUTH_SECRET=SECRET)
    del office.env["PRIVACYBOT_IMAP_PASSWORD"]
    try:
        office.write(office.people.sanne.address, ASKS)
        await office.step()
    finally:
        tokens.close()

    assert [case["kinds"] for case in office.cases()] == [["access"]]
    assert [asked["client_secret"] for asked in tokens.asked] == [SECRET]


async def test_readiness_names_the_mailbox_that_is_behind_while_the_other_is_read(
    office: Office, dovecot: Dovecot
) -> None:
    await office.step()
    office.now += timedelta(minutes=1)
    office.env |= {"PRIVACYBOT_IMAP_PASSWORD_KLACHTEN": "verkeerd", "PRIVACYBOT_SERVICE__PORT": "0"}
    said: list[str] = []
    task = asyncio.create_task(
        run(office.settings(), ("watch", "work", "desk"), env=office._env_now(), started=said.append)
    )
    try:
        to(office, dovecot, office.people.sanne.address, ASKS)
        await asyncio.to_thread(office.sink.wait_for, 2)
        address = next(line.removeprefix("desk: ").removesuffix("/healthz") for line in said if "desk: " in line)
        reasons = await asyncio.to_thread(unready, address)
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    [reason] = reasons
    assert reason.startswith("mailbox klachten: ")
    assert "check mailboxes.klachten.user" in reason


def unready(address: str) -> list[str]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{address}/readyz", timeout=5)
    assert refused.value.code == 503
    return list(json.load(refused.value)["reasons"])


async def test_what_people_do_in_the_mailbox_ends_as_facts_and_opens_nothing_twice(
    office: Office, dovecot: Dovecot
) -> None:
    to(office, dovecot, office.people.sanne.address, ASKS)
    office.write(STRANGER, ORDINARY, subject="Vraag")
    office.write(office.people.joris.address, ASKS, folder="Vragen")
    office.write(STRANGER, "Hoe boek ik btw op een creditnota?", subject="Vraag", folder="Vragen")
    await office.step()
    assert verdicts(office) == {MailVerdict.CASE: 2, MailVerdict.ORDINARY: 2}
    with dovecot.client() as person:
        person.create_folder("Archief")
        person.select_folder("INBOX")
        person.move([1, 2], "Archief")
        person.select_folder("Archief")
        person.move([1, 2], "INBOX")
    old = dovecot.mails("Vragen")
    with dovecot.client() as person:
        person.delete_folder("Vragen")
        person.create_folder("Vragen")
        for raw in old:
            person.append("Vragen", raw, msg_time=office.now)
    office.write(STRANGER, "Waar vind ik mijn facturen?", subject="Vraag")
    with dovecot.client() as person:
        person.select_folder("INBOX")
        person.delete_messages([5])
        person.expunge()
    office.write(STRANGER, "Hoe verander ik het lettertype van mijn offertes?", subject="Vraag")

    await office.step()

    assert verdicts(office) == {MailVerdict.CASE: 2, MailVerdict.ORDINARY: 3, MailVerdict.DUPLICATE: 4}
    assert len(office.cases()) == 2
    mailbox = f"{dovecot.user}@{dovecot.host}"
    with ledger(office) as tx:
        inbox, questions = tx.folders.mark(mailbox, "INBOX"), tx.folders.mark(mailbox, "Vragen")
        assert inbox is not None
        assert questions is not None
        gaps = tx.folders.gaps(mailbox, "INBOX", inbox.uidvalidity)
        assert [(gap.low, gap.high, gap.reason) for gap in gaps] == [(5, 5, GapReason.GONE)]
        [former] = tx.folders.former()
        assert (former.folder, former.high_water) == ("Vragen", 2)
        assert former.uidvalidity != questions.uidvalidity
