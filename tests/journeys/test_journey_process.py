"""The service as processes: it stops cleanly, its roles can live apart, and commands work beside it."""

from __future__ import annotations

import asyncio
import json
import signal
import smtplib
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from servers.certificates import Certificates
from servers.dovecot import Dovecot
from servers.ground import HOST
from servers.office import OUR_ADDRESS, START, body, code_in, header
from servers.postgres import Postgres
from servers.running import LiveOffice, Service, alive, until
from servers.smtp_sink import DROP, SmtpSink, SunkMail

from bot.rooms import Rooms
from bot.store.records import OutboxState

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
NEW_IBAN = "Ik heb een nieuwe rekening. Mijn nieuwe IBAN is NL91ABNA0417164300, willen jullie dat aanpassen?"
RECEIVES = {
    "RECEIVER__ENABLED": "true",
    "RECEIVER__PORT": "0",
    "RECEIVER__MODE": "copy",
    "SERVICE__PORT": "0",
    "LOG__LEVEL": "debug",
    "LOG__FORMAT": "json",
}


class PatientSink(SmtpSink):
    """A mail server that takes its time after the final dot, until it is told to go on."""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(certificates)
        self.waiting = 0
        self._go = asyncio.Event()

    def go(self) -> None:
        self._loop.call_soon_threadsafe(self._go.set)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.waiting += 1
        await self._go.wait()
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def offices() -> Iterator[list[LiveOffice]]:
    """Opened here, looked through at the end: no log of any process knows who wrote, or what."""
    opened: list[LiveOffice] = []
    yield opened
    for office in opened:
        office.close()
        logs = office.logs().casefold()
        for words in ("sanne", "vries", "klant.example", "marijke", "opgeslagen", "0417164300"):
            assert words not in logs


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, offices: list[LiveOffice]) -> LiveOffice:
    office = LiveOffice(tmp_path, smtp_sink, **RECEIVES)
    offices.append(office)
    return office


@contextmanager
def running(office: LiveOffice, *words: str, **env: str) -> Iterator[Service]:
    """A process that must end well when the test is over; the office ends it when the test failed."""
    service = office.begin(*words, **env)
    yield service
    service.stop()


def mail(office: LiveOffice, sender: str, text: str, *, answers: SunkMail | None = None) -> EmailMessage:
    mail = EmailMessage(policy=CRLF)
    mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, OUR_ADDRESS, "Mijn gegevens", office.now
    mail["Message-ID"] = f"<{abs(hash((sender, text)))}@klant.example>"
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = header(answers, "Message-ID")
    mail.set_content(text)
    return mail


def hand_in(port: int, mail: EmailMessage) -> None:
    with smtplib.SMTP(HOST, port, timeout=20) as smtp:
        smtp.send_message(mail)


def challenge(office: LiveOffice, address: str) -> SunkMail:
    """Wait for the letter with a code."""
    until(lambda: any(code_in(mail) for mail in office.letters(address)), "a challenge arrives")
    return office.challenge_to(address)


def state_becomes(office: LiveOffice, *states: str) -> None:
    def reached() -> bool:
        return [case["state"] for case in office.cases()] == [*states]

    until(reached, f"the cases are {states}")


def page(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


@contextmanager
def opened(office: LiveOffice) -> Iterator[Rooms]:
    rooms = Rooms(office.settings(), office.env)
    try:
        yield rooms
    finally:
        rooms.close_now()


# Stopping


def test_a_stop_waits_for_the_letter_in_hand_and_leaves_nothing_behind(
    tmp_path: Path, certificates: Certificates, offices: list[LiveOffice]
) -> None:
    with closing(PatientSink(certificates)) as sink:
        office = LiveOffice(tmp_path, sink, **RECEIVES)
        offices.append(office)
        with running(office, "run") as service:
            hand_in(service.port_of("receive"), mail(office, office.people.sanne.address, ASKS))
            until(lambda: sink.waiting, "the mail server has a whole letter")
            children = service.children
            assert children

            service.signal()
            service.signal()
            service.signal(signal.SIGINT)
            with pytest.raises(Exception, match="timed out"):
                service.ends(seconds=0.5)
            sink.go()

            assert service.ends(seconds=20) == 0
        assert not any(map(alive, children))
        with opened(office) as rooms, rooms.archive.reading() as tx:
            assert [letter.state for letter in tx.outbox.in_state(OutboxState.SENT)] == [OutboxState.SENT]
            assert not tx.outbox.in_state(OutboxState.SENDING)
            assert tx.leases.holder("work", rooms.clock()) is None
        assert len(sink.mails) == 1
        assert "Traceback" not in service.said


def test_a_stop_in_the_middle_of_reading_leaves_the_mail_for_the_next_start(office: LiveOffice) -> None:
    with running(office, "run") as service:
        hand_in(service.port_of("receive"), mail(office, office.people.sanne.address, ASKS))
        until(lambda: service.children, "a mail is being read")
        children = service.children

        service.signal()

        assert service.ends(seconds=20) == 0
    assert not any(map(alive, children))
    office.cli("run", "--once")
    assert [case["state"] for case in office.cases()] == ["awaiting_identity"]
    assert code_in(office.challenge_to(office.people.sanne.address))


def test_once_leaves_what_is_not_due_and_does_not_wait_for_it(
    tmp_path: Path, smtp_sink: SmtpSink, offices: list[LiveOffice]
) -> None:
    office = LiveOffice(tmp_path, smtp_sink, **RECEIVES, RELEASE__EVERY_SECONDS="300")
    offices.append(office)
    office.now = START.replace(minute=1)
    office.write(office.people.sanne.address, ASKS)

    office.cli("run", "--once")

    assert office.letters() == []
    [case] = office.cases()
    queued = office.case(case["ref"])["letters"]
    assert sorted(letter["letter"] for letter in queued) == ["challenge", "receipt"]
    office.now = START.replace(minute=6)
    office.cli("run", "--once")
    assert len(office.letters()) == 2


# Roles apart


def test_roles_in_processes_of_their_own_bring_mail_from_both_doors_to_a_challenge(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot, offices: list[LiveOffice]
) -> None:
    office = LiveOffice(tmp_path, smtp_sink, dovecot=dovecot, **RECEIVES)
    offices.append(office)
    office.cli("run", "--once")
    office.now = START.replace(hour=11)
    sanne, joris = office.people.sanne.address, office.people.joris.address
    with (
        running(office, "watch") as watch,
        running(office, "receive") as receive,
        running(office, "work") as work,
        running(office, "desk") as desk,
    ):
        hand_in(receive.port_of("receive"), mail(office, sanne, ASKS))
        office.write(joris, ASKS)

        for address in (sanne, joris):
            assert code_in(challenge(office, address))
        assert not watch.children
        assert work.children
        port = desk.port_of("desk")
        assert page(f"http://{HOST}:{port}/healthz") == (200, {"alive": True})
        assert page(f"http://{HOST}:{port}/readyz") == (200, {"ready": True, "reasons": []})


def test_readyz_says_when_the_database_file_is_gone_although_it_is_still_open(office: LiveOffice) -> None:
    with running(office, "desk") as desk:
        ready = f"http://{HOST}:{desk.port_of('desk')}/readyz"
        assert page(ready)[0] == 200

        kept = (office.home / "archive.sqlite").rename(office.home / "elders.sqlite")
        assert page(ready) == (503, {"ready": False, "reasons": ["database: the file is gone"]})

        kept.rename(office.home / "archive.sqlite")
        assert page(ready)[0] == 200


@pytest.mark.parametrize("role", ["watch", "receive"])
def test_a_role_that_is_switched_off_says_so_instead_of_ending_in_silence(
    tmp_path: Path, smtp_sink: SmtpSink, role: str
) -> None:
    office = LiveOffice(tmp_path, smtp_sink)

    assert "nothing to do: set [" in office.cli(role, fails=True)


def test_a_taken_port_is_one_line_that_names_the_setting(office: LiveOffice) -> None:
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        office.env["PORT"] = str(port)

        said = office.cli("desk", fails=True)

    assert f"[service] cannot listen on {HOST}:{port}" in said
    assert "Traceback" not in said


# Beside a running service


def test_staff_work_beside_a_running_service_and_never_find_the_database_locked(office: LiveOffice) -> None:
    marijke = office.people.owner_with_second_user.address
    with running(office, "run") as service:
        port = service.port_of("receive")
        hand_in(port, mail(office, marijke, NEW_IBAN))
        asked = challenge(office, marijke)
        hand_in(port, mail(office, marijke, f"{code_in(asked)}\n", answers=asked))
        [case] = office.cases()
        until(lambda: office.case(case["ref"])["requests"][0]["level_reached"] == "L2", "the code is accepted")

        office.cli("verify", case["ref"], "--as", "fatima", "--method", "phone", "--note", "gebeld")
        for number in range(5):
            hand_in(port, mail(office, f"vraag{number}@elders.example", ASKS))
            office.cli("note", case["ref"], "--as", "fatima", "--text", f"notitie {number}")
        until(lambda: office.states(case["ref"]) == {"correction": "awaiting_approval"}, "there is a draft")
        office.cli("approve", case["ref"], "--as", "fatima")
        office.cli("approve", case["ref"], "--as", "femke")

        until(lambda: len(office.cases()) == 6, "all mail is read")
        assert office.states(case["ref"]) == {"correction": "approved"}
        assert "locked" not in service.said
        assert office.json("verify-log")["broken"] == {}
        kinds = [event["kind"] for event in office.case(case["ref"])["events"]]
        assert kinds.count("note") == 5


def test_on_sqlite_a_second_worker_is_refused_and_told_of_postgresql(office: LiveOffice) -> None:
    with running(office, "work") as first:
        first.says("work: ")

        said = office.cli("work", fails=True)

        assert "another process" in said
        assert "use PostgreSQL" in said
        assert "work: " not in said
        assert "another process" in office.cli("run", "--once", fails=True)
        assert first.ended is None


def test_a_worker_whose_place_is_held_by_a_dead_one_does_not_wait_for_the_lease(office: LiveOffice) -> None:
    first = office.begin("work")
    first.says("work: ")
    first.kill()
    with opened(office) as rooms, rooms.archive.reading() as tx:
        assert f":{first.pid}:" in (tx.leases.holder("work", rooms.clock()) or "")  # and will for half a minute
    office.write(office.people.sanne.address, ASKS)

    office.cli("run", "--once")

    assert code_in(office.challenge_to(office.people.sanne.address))


def test_what_a_killed_export_left_unencrypted_is_swept_at_the_next_start(office: LiveOffice) -> None:
    left = office.home / "scratch" / "tmp" / "klanten.csv"
    left.parent.mkdir(parents=True)
    left.write_text("Sanne", encoding="utf-8")

    office.cli("run", "--once")

    assert not left.parent.exists()


def test_on_postgresql_the_whole_service_runs_and_tells_when_the_database_is_gone(
    tmp_path: Path, smtp_sink: SmtpSink, postgres: Postgres, offices: list[LiveOffice]
) -> None:
    office = LiveOffice(tmp_path, smtp_sink, database_url=postgres.new_database(), **RECEIVES)
    offices.append(office)
    with running(office, "desk") as desk:
        with running(office, "run") as service:
            hand_in(service.port_of("receive"), mail(office, office.people.sanne.address, ASKS))
            assert code_in(challenge(office, office.people.sanne.address))
            said = office.cli("work", fails=True)
            assert "another process" in said
            assert "use PostgreSQL" not in said
        ready = f"http://{HOST}:{desk.port_of('desk')}/readyz"
        assert page(ready)[0] == 200

        postgres.stop()
        try:
            status, told = page(ready)
        finally:
            postgres.start()

        assert status == 503
        assert [str(reason).split(":")[0] for reason in told["reasons"]] == ["database"]  # type: ignore[attr-defined]
        until(lambda: page(ready)[0] == 200, "the database is back")


def test_a_stop_ends_the_service_also_when_the_database_went_away_just_before(
    tmp_path: Path, smtp_sink: SmtpSink, postgres: Postgres, offices: list[LiveOffice]
) -> None:
    office = LiveOffice(tmp_path, smtp_sink, database_url=postgres.new_database(), **RECEIVES)
    offices.append(office)
    with running(office, "work") as service:
        service.says("work: ")

        postgres.stop()
        try:
            service.signal()
            code = service.ends(seconds=20)
        finally:
            postgres.start()

    assert code == 0
    assert "Traceback" not in service.said


# Time


def test_the_domain_clock_moves_in_the_demo_and_is_refused_in_production(office: LiveOffice) -> None:
    office.now = START.replace(year=2031)
    office.write(office.people.sanne.address, ASKS)
    office.cli("run", "--once")

    [case] = office.cases()

    assert case["ref"].startswith("KB-2031-")
    assert str(case["due"]).startswith(("2031-12", "2032-01"))
    office.env["PRIVACYBOT_SERVICE__ENVIRONMENT"] = "production"
    assert "PRIVACYBOT_NOW: moves the clock only where" in office.cli("run", "--once", fails=True)


# LMTP, and mail handed on


def test_over_lmtp_every_mail_is_handed_on_before_it_is_accepted_and_none_is_lost(
    tmp_path: Path, smtp_sink: SmtpSink, plain_smtp_sink: SmtpSink, offices: list[LiveOffice]
) -> None:
    next_server = plain_smtp_sink
    relaying = {"RECEIVER__PROTOCOL": "lmtp", "RECEIVER__MODE": "relay"}
    relaying["RECEIVER__RELAY_TO"] = f"{next_server.host}:{next_server.port}"
    office = LiveOffice(tmp_path, smtp_sink, **RECEIVES | relaying)
    offices.append(office)
    sanne = office.people.sanne.address
    raw = mail(office, sanne, ASKS).as_bytes()
    with running(office, "run") as service, smtplib.LMTP(HOST, service.port_of("receive")) as lmtp:
        next_server.answer("CONNECT", DROP)
        next_server.answer("DATA", "451 4.3.0 not now")

        for _ in range(2):
            with pytest.raises(smtplib.SMTPDataError) as refused:
                lmtp.sendmail(sanne, [OUR_ADDRESS], raw)
            assert refused.value.smtp_code == 451
        assert next_server.mails == []
        lmtp.sendmail(sanne, [OUR_ADDRESS], raw)

        assert [kept.raw for kept in next_server.mails] == [raw]
        assert "Klopt dat?" in body(challenge(office, sanne))
        state_becomes(office, "awaiting_identity")
        with opened(office) as rooms:
            until(lambda: not _pending(rooms), "the other copies are read too")
            with rooms.archive.reading() as tx:
                assert dict(tx.mails.counts()) == {"case": 1, "duplicate": 2}


def _pending(rooms: Rooms) -> tuple[int, ...]:
    with rooms.archive.reading() as tx:
        return tx.mails.pending()
