"""The service is killed at ten random moments while requests travel: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from servers.certificates import Certificates
from servers.dovecot import Dovecot
from servers.office import START, code_in, header
from servers.running import LiveOffice, Service, until
from servers.smtp_sink import SmtpSink

from bot.cases.letters import AUTOMATIC
from bot.rooms import Rooms
from bot.store.records import MailVerdict, OutboxState, OutgoingLetter

KILLS = 10
MOST_EVENTS = 10  # in one life
LONGEST_LIFE_SECONDS = 5.0
THIJS, TESS = "thijs@klant.example", "tess@klant.example"
NEW_STREET = "Kerkstraat 9"
LUNCH = b"From: fenna@klant.example\r\nSubject: lunch\r\n\r\nHoe laat is de lunch?\r\n"
ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
AWAY = "Ik ben met vakantie tot en met 7 december en lees mijn mail niet."
SECRET_WORDS = "de vergadering over de vleermuis"


class DeadlySink(SmtpSink):
    """A mail server at which, on demand, the client dies between the final dot and our answer."""

    victim: int | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        victim, self.victim = self.victim, None
        if victim is not None:
            os.kill(victim, signal.SIGKILL)
        return answer


@pytest.fixture
def sink(certificates: Certificates) -> Iterator[DeadlySink]:
    sink = DeadlySink(certificates)
    yield sink
    sink.close()


@pytest.fixture
def office(tmp_path: Path, sink: DeadlySink, dovecot: Dovecot) -> Iterator[LiveOffice]:
    office = LiveOffice(
        tmp_path,
        sink,
        dovecot=dovecot,
        STORE__LEASE_SECONDS="1.5",
        STORE__BACKOFF_SECONDS="0.2",
        SEND__BACKOFF_SECONDS="0.2",
        WATCH__BACKOFF_MAX_SECONDS="1",
        CASES__CLOSING_DAYS="0",
        SERVICE__PORT="0",
        LOG__LEVEL="debug",
        LOG__FORMAT="json",
    )
    with closing(office):
        yield office


class Town:
    """The people around the service: customers who answer, staff who approve and look after stray letters."""

    def __init__(self, office: LiveOffice) -> None:
        self.office = office
        self._answered: set[str] = set()
        self._written = 0
        self._archive = sqlite3.connect(office.home / "archive.sqlite")
        self._seen = 0  # a number that grows with every commit
        self.content = False  # everybody who asked has an answer that arrived

    def write(self) -> None:
        """The next two mails arrive, if there are any left to write."""
        people = self.office.people
        mails: list[tuple[str, str, str, dict[str, str]]] = [
            (people.sanne.address, "vraag", ASKS, {}),
            ("bart@klant.example", "Factuur dubbel geboekt", f"Hoe boek ik {SECRET_WORDS}? " * 2_000, {}),
            (THIJS, "adres", f"Ik ben verhuisd. Mijn nieuwe adres is {NEW_STREET}. Willen jullie dat aanpassen?", {}),
            ("lotte@klant.example", "Automatisch antwoord: Uw factuur", AWAY, {"Auto-Submitted": "auto-replied"}),
            (TESS, "Verwijder mij", "Ik wil niet langer in jullie bestand staan. Verwijder mij helemaal.", {}),
        ]
        for sender, subject, text, headers in mails[self._written : self._written + 2]:
            self.office.write(sender, text, subject=subject, headers=headers)
            self._written += 1

    def live(self) -> None:
        """Everybody looks, if anything happened, and does what is waiting for them."""
        [(version,)] = self._archive.execute("PRAGMA data_version")
        if version == self._seen:
            time.sleep(0.02)
            return
        self._seen = version
        self._answer_challenges()
        cases = self.office.cases()
        for case in cases:
            if case["state"] == "awaiting_approval":
                self.office.cli("approve", case["ref"], "--as", "fatima")
            elif case["state"] == "undelivered":
                self._look_after(case["ref"])
        self.content = [case["state"] for case in cases] == ["closed"] * 3

    def close(self) -> None:
        self._archive.close()

    def _answer_challenges(self) -> None:
        for mail in self.office.letters():
            message_id, code = header(mail, "Message-ID"), code_in(mail)
            if code is not None and message_id not in self._answered:
                self._answered.add(message_id)
                self.office.reply(mail, mail.to[0], code)

    def _look_after(self, ref: str) -> None:
        """Nobody knows whether the letter arrived; staff ask the mail server."""
        arrived = {header(mail, "Message-ID") for mail in self.office.letters()}
        [stuck] = [letter for letter in letters(self.office, ref) if letter.state is OutboxState.UNKNOWN]
        self.office.cli("sent" if stuck.message_id in arrived else "send-again", ref, "--as", "fatima")


@pytest.fixture
def town(office: LiveOffice) -> Iterator[Town]:
    with closing(Town(office)) as town:
        yield town


@pytest.mark.timeout(300)  # twelve starts; a busy machine is slow at those
def test_ten_kills_lose_nothing_and_answer_nobody_twice(
    office: LiveOffice, sink: DeadlySink, dovecot: Dovecot, town: Town, record_property: pytest.RecordProperty
) -> None:
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    record_property("kill_seed", seed)
    print(f"KILL_SEED={seed}")  # shown when the test fails; set it to see the same moments again
    fate = random.Random(seed)
    office.now = START
    dovecot.append("INBOX", LUNCH, office.now, (rb"\Seen", b"klant"))
    dovecot.append("Junk", LUNCH, office.now, (rb"\Flagged",))
    with dovecot.client() as client:
        client.create_folder("Sent")
    office.cli("run", "--once")
    office.now = START + timedelta(hours=1)
    count_changes(office)
    flags = {folder: dovecot.flags(folder) for folder in ("INBOX", "Junk")}
    for _ in range(KILLS):
        town.write()
        service = office.begin("run")
        service.says("work: ")
        die_some_time(service, fate, office, sink, town)
    service = office.begin("run")
    until(lambda: town.live() or town.content, "everybody is answered")
    service.says("work: ")
    service.signal()
    assert service.ends(seconds=20) == 0
    office.cli("run", "--once")

    with opened(office) as rooms:
        answers = assert_that_each_letter_left_once(rooms, sink)
        assert_that_every_mail_is_accounted_for(rooms, dovecot)
    for folder, before in flags.items():
        arrived_since = dict.fromkeys(dovecot.flags(folder), ())
        assert dovecot.flags(folder) == {**arrived_since, **before}
    filed = [message_from_bytes(raw)["Message-ID"] for raw in dovecot.mails("Sent")]
    assert sorted(filed) == sorted(answers)
    assert changes(office) == [(THIJS, NEW_STREET)]
    assert subscriptions(office, TESS) == 0
    assert office.json("verify-log")["broken"] == {}
    assert [*(office.home / "scratch").glob("**/*")] == []
    assert_that_nothing_personal_was_logged(office)


def die_some_time(service: Service, fate: random.Random, office: LiveOffice, sink: DeadlySink, town: Town) -> None:
    """Killed soon after so many events, or at the very moment when a letter was taken and we were not told yet."""
    events, seconds = fate.randint(0, MOST_EVENTS), fate.uniform(0, 0.1)
    if fate.random() < 0.3:
        sink.victim = service.pid
        events = MOST_EVENTS
    reaper = threading.Thread(target=reap, args=(service, office, events, seconds))
    reaper.start()
    while reaper.is_alive():
        town.live()
    reaper.join()
    sink.victim = None
    assert service.ended == -signal.SIGKILL, service.said


def reap(service: Service, office: LiveOffice, events: int, seconds: float) -> None:
    """Kill it so many seconds after it has written so many events, or when it has lived long enough."""
    last_moment = time.monotonic() + LONGEST_LIFE_SECONDS
    with closing(sqlite3.connect(office.home / "archive.sqlite")) as archive:
        enough = events_in(archive) + events
        while events_in(archive) < enough and service.ended is None and time.monotonic() < last_moment:
            time.sleep(0.001)
    time.sleep(seconds)
    service.kill()


def events_in(archive: sqlite3.Connection) -> int:
    [(count,)] = archive.execute("SELECT count(*) FROM events")
    return int(count)


def test_a_letter_that_may_have_arrived_is_never_sent_twice_unless_it_is_an_automatic_one(
    office: LiveOffice, sink: DeadlySink
) -> None:
    office.now = START
    office.cli("run", "--once")
    office.now = START + timedelta(hours=1)
    office.write("niemand@elders.example", ASKS)  # nothing is found, so nothing need be proved

    assert dies_while_sending(office, sink) == -signal.SIGKILL
    pass_time(office)
    pass_time(office)
    receipt, again = sink.mails
    [case] = office.cases()
    assert office.states(case["ref"]) == {"access": "awaiting_approval"}
    assert (again.raw, len(sink.mails)) == (receipt.raw, 2)

    office.cli("approve", case["ref"], "--as", "femke")
    assert dies_while_sending(office, sink) == -signal.SIGKILL
    pass_time(office)
    assert office.states(case["ref"]) == {"access": "undelivered"}
    assert "privacybot sent" in " ".join(task["text"] for task in office.case(case["ref"])["tasks"])
    office.cli("sent", case["ref"], "--as", "fatima")
    pass_time(office)

    assert len(sink.mails) == 3
    assert office.states(case["ref"]) == {"access": "closed"}


def pass_time(office: LiveOffice) -> None:
    office.now += timedelta(minutes=1)
    office.cli("run", "--once")


def dies_while_sending(office: LiveOffice, sink: DeadlySink) -> int:
    """Its exit code: killed as soon as the mail server has taken the next letter."""
    service = office.begin("run", "--once")
    sink.victim = service.pid
    return service.ends()


# What the archive says


@contextmanager
def opened(office: LiveOffice) -> Iterator[Rooms]:
    rooms = Rooms(office.settings(), office.env)
    try:
        yield rooms
    finally:
        rooms.close_now()


def letters(office: LiveOffice, ref: str) -> list[OutgoingLetter]:
    with opened(office) as rooms, rooms.archive.reading() as tx:
        [case] = [case for case in tx.cases.listed() if case.ref == ref]
        return [*tx.outbox.of_case(case.id)]


def assert_that_each_letter_left_once(rooms: Rooms, sink: SmtpSink) -> list[str]:
    """One answer for each request; automatic letters may come again, but only as the same bytes. The answers' ids."""
    arrivals = Counter(header(mail, "Message-ID") for mail in sink.mails)
    bytes_of = {header(mail, "Message-ID"): mail.raw for mail in sink.mails}
    assert all(mail.raw == bytes_of[header(mail, "Message-ID")] for mail in sink.mails)
    answered: Counter[int] = Counter()
    answers: list[str] = []
    with rooms.archive.reading() as tx:
        for case in tx.cases.listed():
            kinds = Counter(letter.letter for letter in tx.outbox.of_case(case.id) if letter.letter in AUTOMATIC)
            assert set(kinds.values()) <= {1}, kinds
            for letter in tx.outbox.of_case(case.id):
                times = arrivals.pop(letter.message_id, 0)
                assert letter.state is OutboxState.SENT or not times
                if letter.draft_id is not None:
                    answers.append(letter.message_id)
                    answered.update(dict.fromkeys(tx.drafts.get(letter.draft_id).request_ids, times))
        requests = {request.id for case in tx.cases.listed() for request in case.requests}
    assert answered == dict.fromkeys(requests, 1)
    assert not arrivals, "a mail left that is not in the outbox"
    return answers


def assert_that_every_mail_is_accounted_for(rooms: Rooms, dovecot: Dovecot) -> None:
    mailbox = f"{dovecot.user}@{dovecot.host}"
    with rooms.archive.reading() as tx:
        for folder in ("INBOX", "Junk"):
            mark = tx.folders.mark(mailbox, folder)
            assert mark is not None
            ledger = dict(tx.mails.uids(mailbox, folder, mark.uidvalidity))
            assert ledger.keys() == dovecot.flags(folder).keys()
            assert not set(ledger.values()) & {MailVerdict.PENDING, MailVerdict.FAILED}
        counts = tx.mails.counts()
        assert counts[MailVerdict.CASE] == 6, counts  # three requests and three answers to a challenge
        assert counts[MailVerdict.AUTOMATIC] == 1, counts
        left_alone = [tx.mails.with_verdict(verdict) for verdict in (MailVerdict.ORDINARY, MailVerdict.AUTOMATIC)]
        assert not any(mail.has_content for mails in left_alone for mail in mails)
        assert tx.mails.blob_bytes() < 100_000  # Bart's long question alone had more
        assert not tx.jobs.parked()


# What the company's own database says


def count_changes(office: LiveOffice) -> None:
    """A trigger that writes down every change of a customer's row."""
    with closing(sqlite3.connect(office.books_path)) as books, books:
        books.execute("CREATE TABLE gezien (klant_id INTEGER, straat TEXT)")
        books.execute(
            "CREATE TRIGGER toen AFTER UPDATE ON klanten "
            "BEGIN INSERT INTO gezien VALUES (new.klant_id, new.straat); END"
        )


def changes(office: LiveOffice) -> list[tuple[str, str]]:
    query = "SELECT g.email, s.straat FROM gezien s JOIN gebruikers g ON g.klant_id = s.klant_id"
    with closing(sqlite3.connect(office.books_path)) as books:
        return books.execute(query).fetchall()


def subscriptions(office: LiveOffice, address: str) -> int:
    with closing(sqlite3.connect(office.books_path)) as books:
        [(count,)] = books.execute("SELECT count(*) FROM nieuwsbrief WHERE email = ?", (address,))
        return int(count)


def assert_that_nothing_personal_was_logged(office: LiveOffice) -> None:
    logs = office.logs().casefold()
    sanne = office.people.sanne
    for words in (sanne.name, sanne.address, "opgeslagen", "sanne", NEW_STREET, TESS, THIJS, SECRET_WORDS):
        assert words.casefold() not in logs
