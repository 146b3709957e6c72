"""The outside world of the demo: a mail server that keeps what it gets, and a customer who answers challenges."""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from bot.cli.demo_mails import SampleMail
from bot.clock import Clock

HOST = "127.0.0.1"
_CODE = re.compile(r"^([0-9][0-9A-Z]{3}-[0-9A-Z]{4})\r?$", re.MULTILINE)


@dataclass(slots=True)
class Sink:
    """Keeps every letter as a file, and hands it to the scripted customer."""

    folder: Path
    arrived: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    count: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.content
        assert isinstance(raw, bytes)
        self.count += 1
        to = envelope.rcpt_tos[0].partition("@")[0]
        (self.folder / f"{self.count:02d}-{re.sub('[^a-z]', '', to.lower())}.eml").write_bytes(raw)
        self.arrived.put_nowait(raw)
        return "250 kept"

    async def listen(self) -> asyncio.Server:
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: SMTP(self, hostname="sink.example", loop=loop), HOST, 0)


@dataclass(slots=True)
class Customers:
    """Write the sample mails, and answer a challenge as a person would: code on top, our mail quoted below."""

    office: str  # the address of the organisation
    port: int  # where it receives
    clock: Clock
    answered: list[str] = field(default_factory=list)

    async def write(self, sample: SampleMail) -> None:
        mail = self._mail(sample.sender, sample.subject, sample.text)
        for name, value in sample.headers:
            mail[name] = value
        await self._send(sample.sender, mail)

    async def answer_challenges(self, letters: asyncio.Queue[bytes]) -> None:
        while True:
            letter = email.message_from_bytes(await letters.get(), policy=email.policy.default)
            text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            if code := _CODE.search(text):
                await self._answer(letter, text, code[1])

    async def _answer(self, letter: EmailMessage, text: str, code: str) -> None:
        person = str(letter["To"])
        quoted = "\n".join(f"> {line}" for line in text.splitlines())
        words = f"{code}\n\nOp {self.clock():%d-%m-%Y} schreef Kleinboek <{self.office}>:\n{quoted}\n"
        mail = self._mail(person, f"Re: {letter['Subject']}", words)
        mail["In-Reply-To"] = mail["References"] = str(letter["Message-ID"])
        await self._send(person, mail)
        self.answered.append(person)

    def _mail(self, sender: str, subject: str, text: str) -> EmailMessage:
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = sender, self.office, subject
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = f"<{datetime.now().timestamp()}.{len(self.answered)}@klant.example>"  # noqa: DTZ005
        mail.set_content(text)
        return mail

    async def _send(self, sender: str, mail: EmailMessage) -> None:
        await aiosmtplib.send(
            mail, sender=sender, recipients=[self.office], hostname=HOST, port=self.port, start_tls=False, use_tls=False
        )
