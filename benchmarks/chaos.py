"""Everything is killed while mail arrives, and nothing is lost or done twice:
`python benchmarks/chaos.py [--kills 60] [--seed N]`.

The whole service runs beside a real Dovecot and a mail server. In random order these die without a word and come back:
our process, Dovecot's processes for logged-in clients, the whole Dovecot, the mail server. People write all the while,
move mail out of the INBOX and back, and staff approve what waits for them. Those whom the company knows get a challenge
and answer it: at once, twice, with a wrong code first or only, or with a no. At the end every UID is in the ledger and
decided, each request is in one case, each case got each letter once, each right answer gave one level, one draft and
one letter, no other answer gave any, foreign flags are as they were.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import mails
from customers import PROVES, Customer, customers, faults_of, settled
from servers.ground import HOST
from servers.office import code_in, header
from servers.running import LiveOffice, Service, until
from servers.smtp_sink import SmtpSink
from town import installation, machine, mailbox_of

from bot.cases.letters import AUTOMATIC
from bot.rooms import Rooms
from bot.store.records import MailVerdict, OutboxState

ASKS = "Kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?"
PAUSE = (0.2, 2.0)  # seconds between two deaths
ARRIVALS = (0.05, 0.4)  # seconds between two mails
ANSWERS = 0.3  # how often somebody answers a challenge after a mail was written
APPROVERS = ("fatima", "femke")  # the second where the first is not enough
MARKED = 20  # mails that lay there before us, with flags of other people


class MortalSink(SmtpSink):
    """A mail server that dies and comes back at the same address."""

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._session, HOST, getattr(self, "port", 0))

    def die(self) -> None:
        self._call(self._closed())

    def rise(self) -> None:
        self._server = self._call(self._listen())


class Senders(threading.Thread):
    """People who write, whatever is dead: a mail that cannot be delivered now is tried again, as mail servers do."""

    def __init__(self, office: LiveOffice, fate: random.Random) -> None:
        super().__init__(name="senders")
        self._office = office
        self._fate = fate
        self._over = threading.Event()
        self.asked: list[str] = []  # addresses of those who ask for their data
        self.written = self.moved = self.answered = 0
        self.customers = customers(office, fate)

    def run(self) -> None:
        while not self._over.wait(self._fate.uniform(*ARRIVALS)):
            self.written += 1
            chance = self._fate.random()
            if chance < 0.1:
                self._ask(f"vraagt-{self.written}@elders.example")
            elif chance < 0.2:
                self._one_of_ours_asks()
            elif chance < 0.3:
                self._until_done(self._move_out_and_back)
            else:
                self._deliver(mails.one(self.written))
            if self._fate.random() < ANSWERS:
                self.answer()

    def end(self) -> None:
        self._over.set()
        self.join()

    def _ask(self, address: str) -> None:
        raw = (
            f"From: {address}\r\nTo: {mails.OURS}\r\nSubject: mijn gegevens\r\n"
            f"Message-ID: <{self.written}@elders.example>\r\n\r\n{ASKS}\r\n"
        ).encode()
        self._deliver(raw)
        self.asked.append(address)

    def _one_of_ours_asks(self) -> None:
        customer = next((one for one in self.customers if not one.asked), None)
        if customer is not None:
            self._deliver(customer.asks(ASKS))
            self.asked.append(customer.address)

    def answer(self) -> None:
        """Somebody who has a challenge answers it, or answers it once more."""
        letters = self._office.letters()
        for customer in self._fate.sample(self.customers, len(self.customers)):
            raw = customer.answers(letters)
            if raw is not None:
                self._deliver(raw)
                self.answered += 1
                return

    def _deliver(self, raw: bytes) -> None:
        self._until_done(lambda: mailbox_of(self._office).deliver(raw))

    def _move_out_and_back(self) -> None:
        """Somebody puts a mail elsewhere and thinks better of it: the same mail has another UID then."""
        with mailbox_of(self._office).client() as person:
            person.select_folder("INBOX")
            uid = self._fate.choice(person.search(["ALL"])[MARKED:] or [0])
            if uid:
                person.move([uid], "Archief")
                person.select_folder("Archief")
                person.move(person.search(["ALL"]), "INBOX")
                self.moved += 1

    def _until_done(self, deed: Callable[[], None]) -> None:
        for _ in range(600):
            with suppress(Exception):
                return deed()
            time.sleep(0.1)
        raise RuntimeError("the mail server stayed away for a minute")


def staff(office: LiveOffice, seen: Counter[str]) -> None:
    """Approve what is ready, and settle the letters of which nobody knows whether they arrived."""
    arrived = {header(mail, "Message-ID") for mail in office.letters()}
    for case in office.cases():
        if case["state"] == "awaiting_approval" and seen[case["ref"]] < len(APPROVERS):
            office.cli("approve", case["ref"], "--as", APPROVERS[seen[case["ref"]]])
            seen[case["ref"]] += 1
        elif case["state"] == "undelivered":
            stuck = [letter for letter in letters_of(office, case["ref"]) if letter.state is OutboxState.UNKNOWN]
            for letter in stuck:
                office.cli("sent" if letter.message_id in arrived else "send-again", case["ref"], "--as", "fatima")


def letters_of(office: LiveOffice, ref: str) -> list[Any]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            [case] = [case for case in tx.cases.listed() if case.ref == ref]
            return [*tx.outbox.of_case(case.id)]
    finally:
        rooms.close_now()


def kill(what: str, office: LiveOffice, service: Service) -> Service:
    """One death, and the life after it."""
    dovecot, sink = mailbox_of(office), office.sink
    assert isinstance(sink, MortalSink)
    match what:
        case "service":
            service.kill()
            return office.begin("run")
        case "imap":
            dovecot.kill_imap()
        case "dovecot":
            dovecot.restart()
        case "smtp":
            sink.die()
            time.sleep(0.5)
            sink.rise()
    return service


def lived_through(office: LiveOffice, kills: int, fate: random.Random) -> tuple[Counter[str], Senders]:
    """Run it all; what was killed how often, and who wrote what."""
    senders = Senders(office, random.Random(fate.random()))  # noqa: S311 - not a secret
    deaths: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    service = office.begin("run")
    service.says("work: ")
    senders.start()
    try:
        for _ in range(kills):
            time.sleep(fate.uniform(*PAUSE))
            what = fate.choices(("service", "imap", "dovecot", "smtp"), (4, 3, 1, 2))[0]
            deaths[what] += 1
            service = kill(what, office, service)
            if deaths.total() % 10 == 0:
                staff(office, seen)
                print(f"{deaths.total()} of {kills} killed, {senders.written} mails written", flush=True)
    finally:
        senders.end()
    service.says("work: ")
    try:
        until(lambda: senders.answer() or staff(office, seen) or quiet(office, senders), "all is done", seconds=300)
    except AssertionError as late:
        print(late)  # what is missing is told with the rest
    service.stop()
    return deaths, senders


def quiet(office: LiveOffice, senders: Senders) -> bool:
    """Everybody who asked and proved what he had to has an answer that arrived, and nothing waits to be read."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            [position] = [mark for mark in tx.folders.all() if mark.folder == "INBOX"]
            waits = tx.mails.counts().get(MailVerdict.PENDING, 0)
            cases = {case.sender: case for case in tx.cases.listed()}
            ours = {customer.address for customer in senders.customers}
            running = [case for sender, case in cases.items() if case.open_requests and sender not in ours]
            unsettled = [one for one in senders.customers if not settled(tx, one, cases.get(one.address))]
        there = max(mailbox_of(office).flags(), default=0)
    finally:
        rooms.close_now()
    return position.high_water >= there and not waits and not running and not unsettled


def faults(office: LiveOffice, senders: Senders, flags: dict[int, tuple[bytes, ...]]) -> list[str]:
    """Everything that is not as it must be."""
    found: list[str] = []
    rooms = Rooms(office.settings(), office.env)
    dovecot = mailbox_of(office)
    try:
        with rooms.archive.reading() as tx:
            [mark] = [mark for mark in tx.folders.all() if mark.folder == "INBOX"]
            ledger = dict(tx.mails.uids(mark.mailbox, "INBOX", mark.uidvalidity))
            lost = dovecot.flags().keys() - ledger.keys()
            found += [f"lost: {len(lost)} mails are in the mailbox and not in the ledger"] if lost else []
            undecided = [uid for uid, verdict in ledger.items() if verdict in (MailVerdict.PENDING, MailVerdict.FAILED)]
            found += [f"undecided: {len(undecided)} mails"] if undecided else []
            held = [tx.mails.with_verdict(verdict) for verdict in (MailVerdict.ORDINARY, MailVerdict.AUTOMATIC)]
            kept = sum(mail.has_content for mails_ in held for mail in mails_)
            found += [f"kept: the content of {kept} ordinary mails"] if kept else []
            found += [f"parked: {len(tx.jobs.parked())} jobs"] if tx.jobs.parked() else []
            cases = tx.cases.listed()
            per_sender = Counter(case.sender for case in cases)
            twice = [address for address in senders.asked if per_sender[address] > 1]
            found += [f"twice: {len(twice)} people have more than one case"] if twice else []
            missing = set(senders.asked) - set(per_sender)
            found += [f"missing: {len(missing)} people who asked have no case"] if missing else []
            by_sender = {case.sender: case for case in cases}
            for customer in senders.customers:
                if customer.asked and customer.address in by_sender:
                    found += faults_of(tx, customer, by_sender[customer.address])
            arrivals = Counter(header(mail, "Message-ID") for mail in office.sink.mails)
            for case in cases:
                letters = tx.outbox.of_case(case.id)
                kinds = Counter(letter.letter for letter in letters)
                found += [f"{case.ref}: letters {dict(kinds)}"] if max(kinds.values(), default=0) > 1 else []
                found += [
                    f"{case.ref}: an answer arrived {arrivals[letter.message_id]} times"
                    for letter in letters
                    if letter.letter not in AUTOMATIC and arrivals[letter.message_id] != 1
                ]
    finally:
        rooms.close_now()
    now = dovecot.flags()
    found += ["flags: somebody's flags changed"] if any(now[uid] != seen for uid, seen in flags.items()) else []
    found += ["flags: new mail was marked"] if any(now[uid] for uid in now.keys() - flags.keys()) else []
    bytes_of = {header(mail, "Message-ID"): mail.raw for mail in office.sink.mails}
    changed = sum(mail.raw != bytes_of[header(mail, "Message-ID")] for mail in office.sink.mails)
    found += [f"changed: {changed} letters were sent again with other bytes"] if changed else []
    return found


def habits(people: list[Customer]) -> Counter[str]:
    return Counter(str(one.habit) for one in people if one.asked)


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--kills", type=int, default=60)
    order.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 10**6))
    given = order.parse_args()
    print(f"seed {given.seed}; {machine()}", flush=True)
    began = time.monotonic()
    quick = {
        "STORE__LEASE_SECONDS": "3",
        "STORE__BACKOFF_SECONDS": "0.2",
        "STORE__MAX_ATTEMPTS": "100",
        "SEND__BACKOFF_SECONDS": "0.2",
        "SEND__MAX_ATTEMPTS": "100",
        "WATCH__BACKOFF_MAX_SECONDS": "1",
        "WATCH__POLL_SECONDS": "5",
        "WATCH__FOLDERS": "INBOX",
        "CASES__CLOSING_DAYS": "0",
        "GATE__AUTOMATIC_PER_HOUR": "1000",
    }
    with installation(MortalSink, **quick) as office:
        dovecot = mailbox_of(office)
        with dovecot.client() as client:
            client.create_folder("Sent")
            client.create_folder("Archief")
        for number in range(MARKED):
            flags = ((rb"\Seen", b"klant"), (rb"\Flagged",), ())[number % 3]
            dovecot.append("INBOX", mails.one(10**6 + number), office.now - timedelta(hours=1), flags)
        before = dovecot.flags()
        deaths, senders = lived_through(office, given.kills, random.Random(given.seed))  # noqa: S311 - not a secret
        wrong = faults(office, senders, before)
        again = len(office.sink.mails) - len({header(mail, "Message-ID") for mail in office.sink.mails})
        challenges = sum(code_in(mail) is not None for mail in office.sink.mails)
        print(f"{deaths.total()} deaths in {time.monotonic() - began:.0f} s: {dict(deaths)}")
        print(f"{senders.written} mails written, {len(senders.asked)} of them requests; {senders.moved} moved and back")
        proved = sum(one.asked and one.habit in PROVES for one in senders.customers)
        print(f"{sum(one.asked for one in senders.customers)} known people asked, {proved} of them proved who they are")
        print(f"{senders.answered} answers to challenges: {dict(habits(senders.customers))}")
        print(f"{len(office.sink.mails)} letters arrived, {challenges} challenges; {again} the same bytes once more")
    if wrong:
        sys.exit("\n".join(wrong))
    print("nothing lost, nothing twice, no flag touched")


if __name__ == "__main__":
    main()
