"""The real corridor on SQLite and the demo's database, with hands for hypothesis: mail, time and staff; no sockets.

Ours are only the clock, the children that read mail (here in this process) and the postman, who keeps what he is given.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

from servers.office import OUR_ADDRESS, START, Office
from servers.smtp_sink import SmtpSink

from bot.cases.draft import Draft, content_hash
from bot.cases.errors import CaseError
from bot.cases.model import Case, Channel
from bot.cases.people import Actor
from bot.mail.authentication.task import examine
from bot.mail.sending import Accepted
from bot.rooms import Rooms
from bot.store.archive import Transaction
from bot.store.errors import StoreError
from bot.store.records import Arrival, OutgoingLetter
from bot.triage.reading import Reader, Reading
from bot.worker import Worker

SERVER = "mx.kleinboek.nl"
STRANGER = "kwaad@elders.example"
_CODE = re.compile(r"^([0-9][0-9A-Z]{3}-[0-9A-Z]{3}[A-Z])$", re.MULTILINE)


@dataclass(frozen=True)
class Sent:
    """What left: the mail, and who was to get it."""

    to: str
    mail: EmailMessage
    at: datetime
    raw: bytes

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def code(self) -> str | None:
        found = _CODE.search(self.text)
        return None if found is None else found[1]

    @property
    def digests(self) -> list[str]:
        parts = self.mail.iter_attachments()
        return [hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest() for part in parts]


class Postman:
    """Takes every letter at once and keeps it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.sent: list[Sent] = []
        self._now = now

    async def send(self, raw: bytes, _sender: str, to: str) -> Accepted:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.sent.append(Sent(to.lower(), mail, self._now(), raw))
        return Accepted()

    async def close(self) -> None:
        """There is nothing to close."""


class Child:
    """Does in this process what a child does."""

    def __init__(self, task: Callable[[bytes], Any]) -> None:
        self._task = task

    async def run(self, raw: bytes, _slow: Callable[[], None] | None = None) -> Any:
        return self._task(raw)

    async def close(self) -> None:
        """There is nothing to close."""


@cache
def _reader(reader: Reader) -> Callable[[bytes], Reading]:
    return cache(reader)


class House:
    """One installation and everybody who has to do with it."""

    def __init__(self, **overrides: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pb-model-", dir=_room())
        office = Office(Path(self._folder.name), _Nobody(), **(_SETTINGS | overrides))  # type: ignore[arg-type]
        for name, role in (("lea", "lezer"), ("otto", "beheerder")):
            office.cli("user", "add", name, "--role", role)
        self.people, self.books_path = office.people, office.books_path
        settings = office.settings()
        domain = settings.organisation.address.rpartition("@")[2]
        reader = _reader(Reader(settings.parsing, domain, settings.triage.model_file))
        self.now = START.astimezone(UTC)
        self.rooms = Rooms(settings, office.env, lent_cage=Child(reader), lent_examiner=Child(examine))  # type: ignore[arg-type]
        self.rooms.clock = lambda: self.now
        self.postman = Postman(lambda: self.now)
        self.rooms.__dict__["postman"] = self.postman
        self._mails = 0
        self._loop = asyncio.new_event_loop()
        self.before = self.books()

    def end(self) -> None:
        self._loop.run_until_complete(self.rooms.close())
        self._loop.close()
        self._folder.cleanup()

    # Mail and time

    def write(
        self,
        sender: str,
        text: str,
        *,
        answers: Sent | None = None,
        genuine: bool = True,
        subject: str | None = None,
        **more: str,
    ) -> None:
        """A mail comes in and is worked on."""
        self.put(sender, text, answers=answers, genuine=genuine, subject=subject, **more)
        self.work()

    def put(
        self,
        sender: str,
        text: str,
        *,
        answers: Sent | None = None,
        genuine: bool = True,
        age: timedelta = timedelta(0),
        subject: str | None = None,
        **more: str,
    ) -> None:
        """A mail comes in through our own mail server, which says whether its sender is genuine."""
        self._mails += 1
        self.now += timedelta(seconds=20)
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["Authentication-Results"] = f"{SERVER}; dmarc={'pass' if genuine else 'fail'} header.from=klant.example"
        mail["Received"] = f"from mail.elders.example (mail.elders.example [203.0.113.9]) by {SERVER} (Postfix)"
        mail["From"], mail["To"] = sender, OUR_ADDRESS
        mail["Subject"] = subject or ("Mijn gegevens" if answers is None else f"Re: {answers.mail['Subject']}")
        mail["Message-ID"] = f"<{self._mails:05}@klant.example>"
        mail["Date"] = self.now
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = str(answers.mail["Message-ID"])
        for name, value in more.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        with self.rooms.archive.transaction() as tx:
            self.rooms.keep(tx, mail.as_bytes(), Arrival(Channel.FILE, self.now - age))

    def work(self, **passed: float) -> None:
        """Time passes, and everything that is due is done."""
        self.now += timedelta(**passed)
        self._loop.run_until_complete(Worker(self.rooms).once())

    # Staff

    def act(self, does: Callable[[], object]) -> bool:
        """What staff try may be refused; that is an answer."""
        self.now += timedelta(seconds=20)
        with suppress(CaseError, StoreError):
            does()
            return True
        return False

    def approve(self, case: Case, user: str) -> bool:
        """Somebody reads the newest open draft and approves exactly that."""
        with self.rooms.archive.reading() as tx:
            drafts = [draft for draft in tx.drafts.of_case(case.id) if draft.state == "open"]
        if not drafts:
            return False
        chosen = drafts[-1]
        return self.act(
            lambda: self.rooms.decisions.approve(
                case.ref, Actor(user), draft_id=chosen.id, seen_hash=content_hash(chosen)
            )
        )

    # Looking

    def cases(self) -> tuple[Case, ...]:
        with self.rooms.archive.reading() as tx:
            return tx.cases.listed()

    def look(self, question: Callable[[Transaction], Any]) -> Any:
        with self.rooms.archive.reading() as tx:
            return question(tx)

    def letter(self, sent: Sent) -> tuple[OutgoingLetter | None, Draft | None]:
        """The row and the draft that this mail says it is."""
        message_id = str(sent.mail["Message-ID"]).strip()

        def found(tx: Transaction) -> tuple[OutgoingLetter | None, Draft | None]:
            letter = tx.outbox.by_message_id(message_id)
            draft = tx.drafts.get(letter.draft_id) if letter is not None and letter.draft_id is not None else None
            return letter, draft

        answer: tuple[OutgoingLetter | None, Draft | None] = self.look(found)
        return answer

    def books(self) -> str:
        """A digest of all that the company holds."""
        with closing(sqlite3.connect(self.books_path)) as books:
            return hashlib.sha256("\n".join(books.iterdump()).encode()).hexdigest()


class _Nobody(SmtpSink):
    """In the place of a mail server that nobody speaks to."""

    def __init__(self) -> None:
        self.mails = []

    def settings(self) -> Any:
        from bot.settings import SendSettings

        return SendSettings(port=1)


_SETTINGS: dict[str, str] = {
    "AUTHENTICATION__MODE": "results",
    "AUTHENTICATION__AUTHSERV_ID": SERVER,
    "AUTHENTICATION__MX_HOST": SERVER,
    "STORE__BUSY_SECONDS": "300",  # a slow machine is no fault
    "APPROVAL__UNDO_SECONDS": "3600",
    "APPROVAL__UNDO_RISK_SECONDS": "3600",
}


def _room() -> str | None:
    """Memory where there is some: nothing here outlives the test."""
    return "/dev/shm" if shutil.os.access("/dev/shm", shutil.os.W_OK) else None  # type: ignore[attr-defined]
