"""Everything that can be wrong around us: nothing is lost, the operator reads one line with the mend, and goes on."""

from __future__ import annotations

import asyncio
import re
import shutil
import smtplib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.certificates import make_certificates
from servers.dovecot import Dovecot
from servers.ground import HOST
from servers.office import OUR_ADDRESS, Office, body, code_in, files, header
from servers.postgres import Postgres
from servers.smtp_sink import DROP, SmtpSink
from sqlalchemy import Engine, create_engine, event, text
from typer.testing import CliRunner

from bot.cli.app import app
from bot.rooms import Rooms
from bot.service import run
from bot.settings import default_config_dir
from bot.store.records import MailVerdict
from bot.store.vault import new_key

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
MOVED = "Ik ben verhuisd. Mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde. Past u dat aan?"
RECEIVES = {"RECEIVER__ENABLED": "true", "RECEIVER__PORT": "0", "RECEIVER__MODE": "copy"}


PERSONAL = ("klant.example", "sanne", "vries", "opgeslagen", "dorpsstraat", "Traceback")
"""What no line for the operator, of a command or in the log, may hold."""


@pytest.fixture(autouse=True)
def discreet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever was logged in this process names nobody."""
    yield
    said = "".join(capfd.readouterr())
    assert not [word for word in PERSONAL if word in said]


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, LOG__LEVEL="debug")


@pytest.fixture
def watching(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> Office:
    """An office with a mailbox whose first start is over."""
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, LOG__LEVEL="debug")
    step(office)
    office.now += timedelta(minutes=1)
    return office


def step(office: Office, **passed: float) -> str:
    """As `Office.step`, through the command that an operator gives.

    A minute passes at least: each command's clock begins at `now`, and work that a slow one left is due only after it.
    """
    office.now += timedelta(**(passed or {"minutes": 1}))
    said = office.cli("run", "--once")
    assert not [word for word in PERSONAL if word in said]
    return said


def refused(office: Office, *words: str) -> str:
    """What the operator reads of a command that cannot work: plain lines, exit code 1, and nobody's data."""
    result = CliRunner().invoke(app, list(words), env=office._env_now())
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    lines = [line for line in result.output.splitlines() if line.startswith("privacybot: ")]
    assert lines, result.output
    assert not [word for word in PERSONAL if word in result.output]
    return "\n".join(lines)


def asked(office: Office, words: str = ASKS) -> str:
    """Sanne asked, was challenged and answered; the reference of her case."""
    sanne = office.people.sanne.address
    office.write(sanne, words)
    step(office)
    office.now += timedelta(minutes=1)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    step(office, minutes=5)
    return str(office.cases()[-1]["ref"])


def tasks(office: Office, ref: str) -> str:
    return " | ".join(task["text"] for task in office.case(ref)["tasks"] if task["done_at"] is None)


# Configuration


def config_with(office: Office, name: str, old: str, new: str) -> str:
    """A copy of config/ in which one text is replaced."""
    folder = office.home / "config"
    shutil.copytree(default_config_dir(), folder, dirs_exist_ok=True)
    whole = (folder / name).read_text(encoding="utf-8")
    assert old in whole
    (folder / name).write_text(whole.replace(old, new, 1), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("settings.toml", "[watch]", "[watch", r"settings\.toml: not valid TOML: .*line \d+"),
        ("settings.toml", "poll_seconds", "pol_seconds", r"settings\.toml: \[watch\] pol_seconds .*poll_seconds"),
        ("organisation.toml", "kvk", "kvknummer", r"organisation\.toml: kvk is missing; add it"),
        ("datamap.yaml", "\nsystems:", "\nsystems: [", r"datamap\.yaml.*line \d+"),
        ("datamap.yaml", "on_erasure: {action: delete}", "on_erasure: {action: wis}", r"datamap\.yaml.*on_erasure"),
    ],
)
def test_a_mistake_in_the_configuration_stops_the_start_and_is_named(
    office: Office, file: str, old: str, new: str, said: str
) -> None:
    folder = config_with(office, file, old, new)

    assert re.search(said, refused(office, "--config", folder, "run", "--once"))


@pytest.mark.parametrize("name", ["PRIVACYBOT_VAULT_KEY", "PRIVACYBOT_INDEX_KEY"])
def test_without_a_key_nothing_starts_and_none_is_made(office: Office, name: str) -> None:
    del office.env[name]

    assert name in refused(office, "run", "--once")
    assert f"{name}_FILE" in refused(office, "cases")
    assert [*office.home.glob("*key*")] == []


@pytest.mark.parametrize("name", ["PRIVACYBOT_VAULT_KEY", "PRIVACYBOT_INDEX_KEY"])
def test_another_key_than_that_of_the_first_start_is_refused_before_anything_is_written(
    office: Office, name: str
) -> None:
    right, office.env[name] = office.env[name], new_key()

    assert f"{name} is not the key that this database was begun with" in refused(office, "run", "--once")

    office.env[name] = right
    step(office)


# Our own database


def test_a_database_that_is_down_at_the_start_is_named_without_its_password(
    tmp_path: Path, smtp_sink: SmtpSink, postgres: Postgres
) -> None:
    office = Office(tmp_path, smtp_sink, database_url=postgres.new_database().replace("tests@", "tests:geheim@"))
    postgres.stop()
    try:
        said = refused(office, "run")
    finally:
        postgres.start()

    assert f"{HOST}:{postgres.port}" in said
    assert "start it, or correct DATABASE_URL" in said
    assert "geheim" not in said
    step(office)


async def test_a_database_that_goes_down_in_the_middle_loses_no_mail_and_is_found_again(
    tmp_path: Path, smtp_sink: SmtpSink, postgres: Postgres, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, database_url=postgres.new_database(), LOG__LEVEL="debug")
    await office.step()
    office.now += timedelta(minutes=1)
    async with service(office, "watch", "work"):
        office.write(office.people.sanne.address, ASKS)
        await asyncio.to_thread(smtp_sink.wait_for, 2)

        await asyncio.to_thread(postgres.stop)
        office.write(office.people.joris.address, ASKS)
        await asyncio.to_thread(postgres.start)

        mails = await asyncio.to_thread(smtp_sink.wait_for, 4)
    addresses = [office.people.sanne.address, office.people.joris.address]
    assert sorted(mail.to[0] for mail in mails) == sorted(addresses * 2)


@contextmanager
def schema_at(office: Office, revision: str | None) -> Iterator[None]:
    engine = create_engine(office.env["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("DELETE FROM alembic_version"))
        if revision is not None:
            connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": revision})
    yield
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": before})
    engine.dispose()


@pytest.mark.parametrize(
    ("revision", "said"),
    [(None, "run: privacybot migrate"), ("29991231_later", "Start the newer version, or restore a backup")],
    ids=["older", "newer"],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(
    office: Office, revision: str | None, said: str
) -> None:
    office.write(office.people.sanne.address, ASKS)

    with schema_at(office, revision):
        for command in (("run",), ("run", "--once"), ("cases",)):
            assert said in refused(office, *command)

    step(office)
    assert len(office.letters(office.people.sanne.address)) == 2


# The mailbox


def test_a_refused_login_is_told_and_the_rest_of_the_work_is_done(watching: Office) -> None:
    watching.write(watching.people.sanne.address, ASKS)
    path = watching.home / "joris.eml"
    path.write_bytes(f"From: {watching.people.joris.address}\r\nMessage-ID: <1@x.example>\r\n\r\n{ASKS}\r\n".encode())
    watching.cli("ingest", str(path))
    watching.now += timedelta(minutes=1)
    right = watching.env["PRIVACYBOT_IMAP_PASSWORD"]
    watching.env["PRIVACYBOT_IMAP_PASSWORD"] = "verkeerd"

    said = refused(watching, "run", "--once")

    assert "check watch.user and the mailbox password" in said
    assert "verkeerd" not in said
    assert len(watching.letters(watching.people.joris.address)) == 2
    watching.env["PRIVACYBOT_IMAP_PASSWORD"] = right
    step(watching)
    assert len(watching.letters(watching.people.sanne.address)) == 2


def test_a_certificate_of_a_stranger_stops_the_reading_and_is_named(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    (tmp_path / "stranger").mkdir()
    stranger = make_certificates(tmp_path / "stranger")
    trusted = {"WATCH__PORT": str(dovecot.tls_port), "WATCH__TLS": "tls"}
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, **trusted, WATCH__CA_FILE=stranger.ca_file)
    office.write(office.people.sanne.address, ASKS)

    said = refused(office, "run", "--once")

    assert "watch.ca_file" in said
    assert office.cases() == []
    office.env["PRIVACYBOT_WATCH__CA_FILE"] = dovecot.ca_file
    step(office)
    assert len(office.cases()) == 1


async def test_a_server_that_dies_while_we_listen_delays_mail_and_loses_none(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, LOG__LEVEL="debug")
    await office.step()
    office.now += timedelta(minutes=1)
    async with service(office, "watch", "work"):
        office.write(office.people.sanne.address, ASKS)
        await asyncio.to_thread(smtp_sink.wait_for, 2)

        assert dovecot.kill_imap() >= 1
        office.write(office.people.joris.address, ASKS)

        await asyncio.to_thread(smtp_sink.wait_for, 4)
    assert len(office.cases()) == 2


class service:  # noqa: N801  reads like a verb at its place
    """The roles in this process; they must end well."""

    def __init__(self, office: Office, *roles: str) -> None:
        self.said: list[str] = []
        self._work = run(office.settings(), roles, env=office._env_now(), started=self.said.append)

    async def __aenter__(self) -> service:
        self._task = asyncio.create_task(self._work)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._task

    async def port(self) -> int:
        async with asyncio.timeout(20):
            while not self.said:
                await asyncio.sleep(0.01)
        return int(self.said[0].rpartition(":")[2])


# The mail server that sends for us


def test_a_receipt_that_is_refused_for_now_leaves_later_and_once(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    office.sink.answer("RCPT", "450 4.2.1 busy", "450 4.2.1 busy")
    step(office)
    assert office.letters() == []

    step(office, minutes=2)
    step(office, minutes=2)

    assert len(office.letters(sanne)) == 2
    assert len({header(mail, "Message-ID") for mail in office.letters()}) == 2


def test_a_receipt_that_is_refused_for_good_is_shown_to_staff_with_the_way_on(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    office.sink.answer("RCPT", "550 5.1.1 no such user sanne@klant.example")
    step(office)

    [case] = office.cases()
    told = tasks(office, case["ref"])
    assert "geweigerd: smtp 550" in told
    assert "privacybot send-again" in told
    assert "no such user" not in told
    assert len(office.letters(sanne)) == 1  # the other one: only what was refused waits
    office.cli("send-again", case["ref"], "--as", "fatima")
    step(office, minutes=1)
    assert len(office.letters(sanne)) == 2


def test_an_approved_answer_that_is_refused_for_now_leaves_later_as_it_was_approved(office: Office) -> None:
    ref = asked(office)
    approved = office.cli("draft", ref, "--eml")
    office.cli("approve", ref, "--as", "fatima")
    office.sink.answer("DATA", "451 4.3.0 later")
    before = len(office.letters())
    step(office)
    assert len(office.letters()) == before
    assert office.states(ref) == {"access": "sending"}

    step(office, minutes=2)

    [answer] = office.letters()[before:]
    assert header(answer, "Message-ID") in approved
    assert office.states(ref) == {"access": "answered"}


def test_an_approved_answer_that_is_refused_for_good_waits_for_staff_and_never_counts_as_given(
    office: Office,
) -> None:
    ref = asked(office)
    office.cli("approve", ref, "--as", "fatima")
    office.sink.answer("END", "554 5.7.1 not from you")
    before = len(office.letters())
    step(office)

    step(office, days=1)

    assert len(office.letters()) == before
    assert office.states(ref) == {"access": "undelivered"}
    assert "smtp 554" in tasks(office, ref)
    office.cli("send-again", ref, "--as", "fatima")
    step(office, minutes=1)
    assert files(office.letters()[-1])
    assert office.states(ref) == {"access": "answered"}


def test_a_receipt_of_unknown_outcome_is_sent_again_under_the_same_id(office: Office) -> None:
    office.write("niemand@elders.example", ASKS)
    office.sink.answer("END", DROP)
    step(office)
    [case] = office.cases()
    [receipt] = [letter for letter in office.case(case["ref"])["letters"] if letter["letter"] == "receipt"]
    assert receipt["state"] == "ready"

    step(office, minutes=2)
    step(office, minutes=2)

    assert len(office.letters()) == 1


@pytest.mark.parametrize("arrived", [True, False])
def test_an_answer_of_unknown_outcome_waits_until_staff_say_whether_it_arrived(office: Office, arrived: bool) -> None:
    ref = asked(office)
    approved = office.cli("draft", ref, "--eml")
    office.cli("approve", ref, "--as", "fatima")
    office.sink.answer("END", DROP)
    before = len(office.letters())
    step(office)
    step(office, days=1)
    assert len(office.letters()) == before
    assert office.states(ref) == {"access": "undelivered"}
    assert "privacybot sent of send-again" in tasks(office, ref)

    office.cli("sent" if arrived else "send-again", ref, "--as", "fatima")
    step(office, minutes=1)

    sent_since = office.letters()[before:]
    assert [header(mail, "Message-ID") in approved for mail in sent_since] == ([] if arrived else [True])
    assert office.states(ref) == {"access": "answered"}
    assert tasks(office, ref) == ""


# A full disk


@contextmanager
def full_disk(office: Office) -> Iterator[None]:
    """Connections that are opened inside find room for a few pages, and then SQLite says that the disk is full."""
    with closing(sqlite3.connect(office.home / "archive.sqlite")) as archive:
        (pages,) = archive.execute("PRAGMA page_count").fetchone()

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 12}").close()

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def large(office: Office) -> bytes:
    """A request of 300 kB from Sanne."""
    padding = "\r\n".join(["Dit is een lange handtekening die niemand leest."] * 6000)
    return (
        f"From: {office.people.sanne.address}\r\nTo: {OUR_ADDRESS}\r\nSubject: gegevens\r\n{DATE}"
        f"Message-ID: <groot@klant.example>\r\n\r\n{ASKS}\r\n-- \r\n{padding}\r\n"
    ).encode()


def test_a_full_disk_leaves_mail_in_the_mailbox_and_it_is_read_when_there_is_room(watching: Office) -> None:
    watching.deliver(large(watching))

    with full_disk(watching):
        said = refused(watching, "run", "--once")

    assert "disk" in said
    assert watching.cases() == []
    step(watching)
    assert len(watching.cases()) == 1
    assert len(watching.letters(watching.people.sanne.address)) == 2


async def test_a_full_disk_leaves_mail_with_whoever_hands_it_in(office: Office) -> None:
    office.env |= {f"PRIVACYBOT_{key}": value for key, value in RECEIVES.items()}
    raw = large(office)

    with full_disk(office):
        async with service(office, "receive") as receiver:
            code, said = await asyncio.to_thread(hand_in, await receiver.port(), raw)

    assert code == 451
    assert b"klant.example" not in said
    async with service(office, "receive") as receiver:
        assert (await asyncio.to_thread(hand_in, await receiver.port(), raw))[0] == 250
    await office.step(minutes=1)
    assert len(office.letters(office.people.sanne.address)) == 2


def hand_in(port: int, raw: bytes) -> tuple[int, bytes]:
    """What the server answers after the final dot, or before it."""
    with smtplib.SMTP(HOST, port, timeout=20) as client:
        client.ehlo()
        client.mail("bounce@klant.example")
        client.rcpt(OUR_ADDRESS)
        return client.data(raw)


def test_a_full_disk_in_the_middle_of_the_work_answers_nobody_twice(office: Office) -> None:
    ref = asked(office)
    office.cli("approve", ref, "--as", "fatima")
    before = len(office.letters())

    with full_disk(office):
        CliRunner().invoke(app, ["run", "--once"], env=office._env_now())
    step(office, minutes=2)
    step(office, minutes=10)
    for _ in range(2):
        if office.states(ref) == {"access": "undelivered"}:
            office.cli("sent", ref, "--as", "fatima")

    assert len(office.letters()) == before + 1
    assert office.states(ref) == {"access": "answered"}


# Mails


def odd(headers: str, words: str = ASKS) -> bytes:
    return f"{headers}To: {OUR_ADDRESS}\r\nSubject: gegevens\r\n\r\n{words}\r\n".encode()


SANNE = "From: Sanne <sanne@klant.example>\r\n"
DATE = "Date: Thu, 26 Nov 2026 09:00:00 +0100\r\n"
ID = "Message-ID: <1@klant.example>\r\n"


def test_a_request_whose_sender_is_not_certain_is_a_case_and_nobody_is_written_to(watching: Office) -> None:
    nobody = DATE + ID
    two_headers = f"{SANNE}From: joris@klant.example\r\n{DATE}{ID}"
    two_in_one = f"From: sanne@klant.example, x@y.example\r\n{DATE}{ID}"
    for headers in (nobody, two_headers, two_in_one):
        watching.deliver(odd(headers))

    step(watching)

    assert [case["state"] for case in watching.cases()] == ["needs_person"] * 3
    assert all("afzender" in tasks(watching, case["ref"]) for case in watching.cases())
    assert watching.letters() == []


def test_a_request_without_id_or_date_is_answered_with_the_clock_of_its_arrival(watching: Office) -> None:
    arrived = watching.now
    people = ("geen-id", "geen-datum", "geen-van-beide")
    for who, headers in zip(people, (DATE, ID, ""), strict=True):
        watching.deliver(odd(f"From: {who}@elders.example\r\n{headers}"))

    step(watching, hours=1)

    assert [case["received_on"] for case in watching.cases()] == [f"{arrived:%Y-%m-%d}"] * 3
    assert sorted(mail.to[0] for mail in watching.letters()) == sorted(f"{who}@elders.example" for who in people)


def test_two_different_mails_without_id_are_two_mails_and_the_same_one_twice_is_one(watching: Office) -> None:
    watching.deliver(odd(SANNE))
    watching.deliver(odd(SANNE))
    watching.deliver(odd(SANNE.replace("sanne", "joris")))

    step(watching)

    assert len(watching.cases()) == 2


def test_a_request_in_a_charset_that_does_not_fit_is_still_a_request(watching: Office) -> None:
    charsets = ("x-bestaat-niet", "utf-16", "us-ascii", '"; rm -rf')
    for number, charset in enumerate(charsets):
        kind = f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n"
        sender = f"From: iemand-{number}@elders.example\r\n"
        watching.deliver(odd(sender + DATE + kind, f"Beste Kléinboek,\r\n\r\n{ASKS}\r\n\r\nGroet, Sanne €"))

    step(watching)

    assert [case["kinds"] for case in watching.cases()] == [["access"]] * len(charsets)


def test_empty_mails_do_not_stop_the_mail_behind_them(office: Office) -> None:
    for raw in (b"", b"\r\n", b"\0"):
        office.deliver(raw)
    office.write(office.people.sanne.address, ASKS)

    step(office)

    assert len(office.letters(office.people.sanne.address)) == 2
    ledger = verdicts(office)
    assert MailVerdict.PENDING not in ledger
    assert sum(ledger.values()) == 4


def verdicts(office: Office) -> dict[MailVerdict, int]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            return {verdict: count for verdict, count in tx.mails.counts().items() if count}
    finally:
        rooms.close_now()


def heavy(sender: str) -> bytes:
    """A request with an attachment of 30 MB."""
    attached = (b"A" * 76 + b"\r\n") * (30 * 1024 * 1024 // 78)
    head = (
        f"From: {sender}\r\n{DATE}Message-ID: <zwaar@klant.example>\r\nTo: {OUR_ADDRESS}\r\nSubject: gegevens\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{ASKS}\r\n--b\r\n"
        "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + attached + b"--b--\r\n"


def test_a_mail_of_thirty_megabytes_in_the_mailbox_is_a_case_for_staff_with_its_clock(watching: Office) -> None:
    watching.deliver(heavy(watching.people.sanne.address))
    watching.write(watching.people.joris.address, ASKS)

    step(watching)

    assert len(watching.letters(watching.people.joris.address)) == 2
    [case] = [case for case in watching.cases() if case["tasks"]]
    assert case["received_on"] == f"{watching.now:%Y-%m-%d}"
    assert watching.letters(watching.people.sanne.address) == []


async def test_a_mail_of_thirty_megabytes_at_the_door_is_a_case_for_staff_too(office: Office) -> None:
    office.env |= {f"PRIVACYBOT_{key}": value for key, value in RECEIVES.items()}
    raw = heavy(office.people.sanne.address)

    async with service(office, "receive") as receiver:
        code, _ = await asyncio.to_thread(hand_in, await receiver.port(), raw)

    assert code == 250
    await office.step()
    [case] = office.cases()
    assert case["tasks"]
    assert office.letters() == []


def test_a_mail_that_outlives_its_child_is_a_case_for_staff(office: Office) -> None:
    raw = odd(SANNE + ID + DATE + "Content-Type: text/html\r\n", "<p>a</p>\r\n" * 400_000)
    office.deliver(raw)
    office.env["PRIVACYBOT_PARSING__SECONDS"] = "0.2"

    step(office)

    [case] = office.cases()
    assert "kon niet worden gelezen: took too long" in tasks(office, case["ref"])
    assert case["due"] > f"{office.now:%Y-%m-%d}"
    assert office.letters() == []


def test_templates_that_people_write_stay_words(office: Office) -> None:
    hostile = "{{ 7*7 }}{% for x in range(9) %}ha{% endfor %}"
    office.write(f'"{hostile}" <sanne@klant.example>', f"{ASKS}\n\n{hostile}", subject=hostile)
    step(office)
    office.now += timedelta(minutes=1)
    challenge = office.challenge_to(office.people.sanne.address)
    office.reply(challenge, office.people.sanne.address, code_in(challenge) or "")
    step(office, minutes=5)
    [case] = office.cases()
    office.cli("approve", case["ref"], "--as", "fatima")
    step(office, minutes=1)

    for letter in office.letters():
        assert "49" not in header(letter, "Subject")
        assert "haha" not in f"{header(letter, 'Subject')}{body(letter)}"
    assert hostile in office.case(case["ref"])["messages"][0]["text"]
    assert office.states(case["ref"]) == {"access": "answered"}


# The company's systems


@contextmanager
def books_away(office: Office) -> Iterator[None]:
    aside = office.books_path.with_suffix(".weg")
    office.books_path.rename(aside)
    yield
    aside.rename(office.books_path)


def test_a_system_that_is_down_stops_the_request_visibly_and_never_means_no_data(office: Office) -> None:
    sanne = office.people.sanne.address
    office.write(sanne, ASKS)
    step(office)
    office.now += timedelta(minutes=1)
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    [ref] = [case["ref"] for case in office.cases()]

    with books_away(office):
        step(office, minutes=1)
        assert office.states(ref) == {"access": "awaiting_identity"}
        [stuck] = office.case(ref)["stuck"]
        assert re.search("system 'kleinboek' could not be read .*mend the data map or the system", stuck["why"])
        for _ in range(8):
            step(office, hours=1)
        assert office.states(ref) == {"access": "awaiting_identity"}
        assert office.case(ref)["drafts"] == []
        [parked] = office.json("jobs")["parked"]
    assert "could not be read" in parked["last_error"]
    assert "privacybot jobs" in tasks(office, ref)

    office.cli("jobs", "--unpark", str(parked["id"]))
    step(office, minutes=1)

    assert office.states(ref) == {"access": "awaiting_approval"}
    assert office.case(ref)["drafts"][-1]["letter"] == "access"


def test_a_system_that_is_down_when_somebody_asks_does_not_make_him_a_stranger(office: Office) -> None:
    office.write(office.people.sanne.address, ASKS)

    with books_away(office):
        step(office)
        [case] = office.cases()
        assert len(office.letters(office.people.sanne.address)) == 1  # the receipt
        assert office.case(case["ref"])["drafts"] == []
    step(office, minutes=2)

    assert code_in(office.challenge_to(office.people.sanne.address))


def test_a_row_that_changed_after_the_approval_stops_the_letter_and_gives_a_new_draft(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_SECONDS="600", APPROVAL__UNDO_RISK_SECONDS="600")
    ref = asked(office, MOVED)
    first = office.case(ref)["drafts"][-1]
    office.cli("approve", ref, "--as", "fatima")
    set_street(office, "Kerkstraat 99")

    step(office, minutes=11)

    assert len(office.letters()) == 2  # receipt and challenge
    assert street(office) == "Kerkstraat 99"
    assert office.states(ref) == {"correction": "awaiting_approval"}
    assert "anders dan goedgekeurd" in tasks(office, ref)
    second = office.case(ref)["drafts"][-1]
    assert (first["id"] < second["id"], second["state"]) == (True, "open")
    office.cli("approve", ref, "--as", "fatima")
    step(office, minutes=11)
    assert street(office) == "Dorpsstraat 12"
    assert office.states(ref) == {"correction": "answered"}


def set_street(office: Office, words: str) -> None:
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute("UPDATE klanten SET straat = ? WHERE klant_id = ?", (words, office.people.sanne.klant_id))


def street(office: Office) -> object:
    with closing(sqlite3.connect(office.books_path)) as books:
        query = "SELECT straat FROM klanten WHERE klant_id = ?"
        return books.execute(query, (office.people.sanne.klant_id,)).fetchone()[0]
