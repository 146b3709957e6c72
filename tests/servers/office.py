"""A whole office for journeys: configuration, demo database, archive, mailbox and mail server, with people in it."""

from __future__ import annotations

import asyncio
import email
import email.policy
import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from typing import Any

from servers.dovecot import Dovecot
from servers.remembering import warmed
from servers.smtp_sink import SmtpSink, SunkMail
from typer.main import get_command

from bot.cli.app import app
from bot.configuration import load_settings
from bot.mail.authentication.task import examine, warm
from bot.mail.cage import Cage
from bot.rooms import Examiner, Rooms
from bot.service import run_once
from bot.settings import Settings, default_config_dir
from bot.sources.demo import DemoPeople, make_demo_database
from bot.store.archive import migrate
from bot.store.vault import new_key
from bot.triage.reading import Reader, Reading
from bot.worker import Worker

OUR_ADDRESS = "info@kleinboek.nl"
_MOMENT = timedelta(seconds=20)  # each command starts its clock anew: one must not lag behind the one before
START = datetime.fromisoformat("2026-11-26T09:00:00+01:00")


class Office:
    """One installation. Time stands where `now` says; `step` moves it and does what is due."""

    def __init__(
        self,
        home: Path,
        sink: SmtpSink,
        *,
        database_url: str | None = None,
        dovecot: Dovecot | None = None,
        **overrides: str,
    ) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.sink = sink
        self.dovecot = dovecot
        self.now = START
        plan = _Plan.drawn()
        self.books_path = plan.books_in(home)
        self.people = plan.people
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PRIVACYBOT_")},
            "PRIVACYBOT_HOME": str(home),
            **plan.keys,
            "KLEINBOEK_DB_URL": f"sqlite:///{self.books_path}",
            "DATABASE_URL": database_url or f"sqlite:///{plan.archive_in(home)}",
            **_as_env(_QUICK | _sending(sink) | _watching(dovecot) | overrides),
        }
        if database_url is not None:
            _furnish(self.env)

    def settings(self) -> Settings:
        return load_settings(default_config_dir(), self._env_now())

    def _env_now(self) -> dict[str, str]:
        return {**self.env, "PRIVACYBOT_NOW": self.now.isoformat()}

    # Mail in

    def write(
        self,
        sender: str,
        text: str,
        *,
        subject: str = "Mijn gegevens",
        answers: SunkMail | None = None,
        headers: Mapping[str, str] | None = None,
        folder: str = "INBOX",
    ) -> bytes:
        """A mail from a person arrives in the mailbox, or as a file where there is none."""
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"] = sender
        mail["To"] = OUR_ADDRESS
        mail["Subject"] = subject if answers is None else f"Re: {subject}"
        mail["Message-ID"] = f"<{abs(hash((sender, text, self.now)))}@klant.example>"
        mail["Date"] = self.now
        if answers is not None:
            mail["In-Reply-To"] = mail["References"] = header(answers, "Message-ID")
        for name, value in (headers or {}).items():
            mail[name] = value
        mail.set_content(text)
        self.deliver(mail.as_bytes(), folder)
        return mail.as_bytes()

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        if self.dovecot is not None:
            self.dovecot.append(folder, raw, self.now)
            return
        path = self.home / "mail.eml"
        path.write_bytes(raw)
        self.cli("ingest", str(path), "--received", self.now.strftime("%Y-%m-%dT%H:%M:%S%z"))

    def reply(self, to: SunkMail, sender: str, words: str) -> None:
        """An answer to one of our mails, the mail quoted below."""
        quoted = "\n".join(f"> {line}" for line in body(to).splitlines())
        text = f"{words}\n\nOp do 26 nov. 2026 om 09:00 schreef Kleinboek <{OUR_ADDRESS}>:\n{quoted}\n"
        self.write(sender, text, subject=header(to, "Subject"), answers=to)

    # Time and work

    async def step(self, **passed: float) -> None:
        """Let time pass (timedelta words, a moment at least), then do everything that is due."""
        self.now += timedelta(**passed) + _MOMENT
        settings = self.settings()
        await run_once(settings, self._env_now(), lent_cage=_children(settings), lent_examiner=_examiner(settings))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Rooms]:
        """A worker goes on by itself while the test does other things; its rooms."""
        settings = self.settings()
        cage, examiner = _children(settings), _examiner(settings)
        rooms = Rooms(settings, self._env_now(), lent_cage=cage, lent_examiner=examiner)
        task = asyncio.create_task(Worker(rooms).run(lambda: None))
        try:
            yield rooms
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await rooms.close()

    # Staff

    def cli(self, *words: str, fails: bool = False) -> str:
        """A command of staff; its output. Fails the test unless it ends as expected. Approvers read first."""
        if words[0] == "approve" and "--hash" not in words:
            which = words[words.index("--draft") : words.index("--draft") + 2] if "--draft" in words else ()
            invoked(["draft", words[1], *which], self._env_now())
        code, output = invoked(list(words), self._env_now())
        assert (code != 0) == fails, f"{words}: {output}"
        return output

    def json(self, *words: str, fails: bool = False) -> Any:
        printed = printed_by([*words, "--json"], self._env_now())
        assert (printed.code != 0) == fails, f"{words}: {printed.answer}{printed.said}"
        return json.loads(printed.answer)

    def cases(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("cases")["cases"]
        return found

    def case(self, ref: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json("case", ref)
        return found

    def states(self, ref: str) -> dict[str, str]:
        return {request["kind"]: request["state"] for request in self.case(ref)["requests"]}

    # Mail out

    def letters(self, to: str | None = None) -> list[SunkMail]:
        return [mail for mail in self.sink.mails if to is None or to in mail.to]

    def challenge_to(self, address: str) -> SunkMail:
        found = [mail for mail in self.letters(address) if code_in(mail) is not None]
        assert found, f"no challenge among {len(self.letters(address))} letters"
        return found[-1]


class _Plan:
    """What every new office begins with: made once, then copied, for making it takes longer than many a journey."""

    @staticmethod
    @cache
    def drawn() -> _Plan:
        return _Plan()

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="pb-plan-")
        place = Path(self._folder.name)
        self._books, self._archive = place / "kleinboek.sqlite", place / "archive.sqlite"
        self.people: DemoPeople = make_demo_database(f"sqlite:///{self._books}")
        self.keys = {"PRIVACYBOT_VAULT_KEY": new_key(), "PRIVACYBOT_INDEX_KEY": new_key()}
        there = {"PRIVACYBOT_HOME": str(place), "DATABASE_URL": f"sqlite:///{self._archive}", "KLEINBOEK_DB_URL": "-"}
        _furnish({**self.keys, **there, **_as_env(_QUICK), "PRIVACYBOT_NOW": START.isoformat()})
        assert sorted(path.name for path in place.iterdir()) == ["archive.sqlite", "kleinboek.sqlite"]

    def books_in(self, home: Path) -> Path:
        return Path(shutil.copy(self._books, home))

    def archive_in(self, home: Path) -> Path:
        return Path(shutil.copy(self._archive, home))


def _furnish(env: Mapping[str, str]) -> None:
    """An archive with Fatima, who approves, and Femke, the privacy officer."""
    migrate(env["DATABASE_URL"])
    for name, role in (("fatima", "behandelaar"), ("femke", "functionaris")):
        code, output = invoked(["user", "add", name, "--role", role], {"PRIVACYBOT_NOW": START.isoformat(), **env})
        assert code == 0, output


_COMMAND = get_command(app)
"""Built once: each building costs more than most commands do."""


@dataclass(frozen=True)
class Printed:
    """What one command printed. The log of the whole process goes to standard error, so that of the sink does too."""

    code: int
    answer: str  # standard output
    said: str  # standard error


def invoked(words: list[str], env: Mapping[str, str]) -> tuple[int, str]:
    """Run one command in this process, with this environment alone; its exit code and all that it printed."""
    printed = printed_by(words, env)
    return printed.code, printed.answer + printed.said


def printed_by(words: list[str], env: Mapping[str, str]) -> Printed:
    """Run one command in this process, with this environment alone."""
    answer, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        with redirect_stdout(answer), redirect_stderr(said):
            code = _exit_code(words)
        return Printed(code, _text(answer), _text(said))
    finally:
        os.environ.clear()
        os.environ.update(before)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]


def _exit_code(words: list[str]) -> int:
    try:
        _COMMAND.main(args=words, prog_name="privacybot")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


_CAGES: dict[Reader, Cage[Reading]] = {}


def _children(settings: Settings) -> Cage[Reading]:
    """One set of children for all journeys of a worker: each start costs a second. `children_end` ends them."""
    domain = settings.organisation.address.rpartition("@")[2]
    reader = Reader(settings.parsing, domain, settings.triage.model_file)
    if reader not in _CAGES:
        _CAGES[reader] = Cage(reader, settings.parsing, partial(warmed, reader), reader.careful())
    return _CAGES[reader]


_EXAMINERS: list[Examiner] = []


def _examiner(settings: Settings) -> Examiner:
    """And one that checks senders."""
    if not _EXAMINERS:
        _EXAMINERS.append(Cage(examine, settings.parsing.model_copy(update={"processes": 1}), warm))
    return _EXAMINERS[0]


async def children_end() -> None:
    while _EXAMINERS:
        await _EXAMINERS.pop().close()
    while _CAGES:
        await _CAGES.popitem()[1].close()


_QUICK: dict[str, str] = {
    "SERVICE__ENVIRONMENT": "demo",
    "RELEASE__EVERY_SECONDS": "0",
    "APPROVAL__UNDO_SECONDS": "0",
    "APPROVAL__UNDO_RISK_SECONDS": "0",
    "APPROVAL__LEAD_DAYS": "0",
    "ANCHOR__MAIL_DAYS": "0",
    "ANCHOR__WEBHOOK": "false",
    "LOG__LEVEL": "warning",
    "LOG__FORMAT": "text",
}


def _sending(sink: SmtpSink) -> dict[str, str]:
    settings = sink.settings()
    return {
        "SEND__HOST": settings.host,
        "SEND__PORT": str(settings.port),
        "SEND__TLS": settings.tls,
        "SEND__CA_FILE": settings.ca_file,
    }


def _watching(dovecot: Dovecot | None) -> dict[str, str]:
    if dovecot is None:
        return {}
    settings = dovecot.settings(since=(START - timedelta(days=35)).date())
    return {
        "WATCH__ENABLED": "true",
        "WATCH__HOST": settings.host,
        "WATCH__PORT": str(settings.port),
        "WATCH__TLS": settings.tls,
        "WATCH__CA_FILE": settings.ca_file,
        "WATCH__USER": settings.user,
        "WATCH__SINCE": str(settings.since),
        "PASSWORD": dovecot.password,
    }


def _as_env(overrides: Mapping[str, str]) -> dict[str, str]:
    named = {f"PRIVACYBOT_{key}": value for key, value in overrides.items() if key != "PASSWORD"}
    return named | ({"PRIVACYBOT_IMAP_PASSWORD": overrides["PASSWORD"]} if "PASSWORD" in overrides else {})


def parsed(mail: SunkMail) -> EmailMessage:
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def header(mail: SunkMail, name: str) -> str:
    return str(parsed(mail)[name])


def body(mail: SunkMail) -> str:
    part = parsed(mail).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def files(mail: SunkMail) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in parsed(mail).iter_attachments()}


JORIS_MOVED = "Ik ben verhuisd. Mijn nieuwe adres is Dorpsstraat 12, 9765 AB Paterswolde. Past u dat aan?"
SANNE_ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"


async def proved(office: Office, address: str, words: str) -> str:
    """Somebody asked and proved who he is; a draft lies ready. The reference of his case, which is the only one."""
    office.write(address, words)
    await office.step()
    challenge = office.challenge_to(address)
    office.reply(challenge, address, code_in(challenge) or "")
    await office.step(minutes=1)
    [case] = office.cases()
    return str(case["ref"])


async def proved_access(office: Office) -> str:
    """Sanne asked for her data and proved who she is; a draft lies ready. The reference of her case."""
    ref = await proved(office, office.people.sanne.address, SANNE_ASKS)
    assert office.states(ref) == {"access": "awaiting_approval"}
    return ref


async def proved_move(office: Office) -> str:
    """Joris moved and proved who he is; a draft of the correction lies ready. The reference of his case."""
    return await proved(office, office.people.joris.address, JORIS_MOVED)


def code_in(mail: SunkMail) -> str | None:
    found = re.search(r"^([0-9][0-9A-Z]{3}-[0-9A-Z]{3}[A-Z])$", body(mail), re.MULTILINE)
    return None if found is None else found[1]


def passphrase_in(mail: SunkMail) -> str:
    found = re.search(r"^([0-9a-z]{4}(?:-[0-9a-z]{4}){4})$", body(mail), re.MULTILINE)
    assert found is not None, body(mail)
    return found[1]
