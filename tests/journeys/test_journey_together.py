"""Mail that is read and filed fifty at a time fares as it would one by one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from servers.office import Office
from servers.smtp_sink import SmtpSink

from bot.mail.cage import TOO_LONG, Caged
from bot.rooms import Rooms
from bot.store.records import KeptMail, MailVerdict
from bot.worker import Worker

ASKS = "Kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?"
SAYS = "Hoe maak ik een creditnota voor een klant die te veel betaald heeft?"
BUSY = "De btw-aangifte van het derde kwartaal staat klaar, maar de knop om te versturen is grijs."
AWAY = "Ik ben met vakantie tot en met 7 december en lees mijn mail niet."


def mails() -> list[bytes]:
    """Ordinary mail, in between what touches a case that began a moment earlier, copies, and what nobody can read."""

    def mail(number: int, sender: str, text: str, headers: str = "") -> bytes:
        head = f"From: {sender}\r\nSubject: bericht\r\nMessage-ID: <{number}@klant.example>\r\n{headers}"
        return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()

    sanne, joris, lotte = "sanne@klant.example", "joris@klant.example", "lotte@klant.example"
    return [
        mail(1, joris, SAYS),
        mail(2, lotte, BUSY),
        mail(3, sanne, ASKS),
        mail(4, joris, SAYS, "In-Reply-To: <3@klant.example>\r\n"),
        mail(5, sanne, "Wanneer krijg ik antwoord op mijn verzoek om inzage?"),
        mail(1, joris, SAYS),
        mail(6, lotte, AWAY, "Auto-Submitted: auto-replied\r\n"),
        mail(7, sanne, AWAY, "Auto-Submitted: auto-replied\r\nIn-Reply-To: <3@klant.example>\r\n"),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\n" * 500,
        mail(8, lotte, ASKS),
        mail(9, lotte, SAYS),
        mail(10, joris, BUSY),
        mail(10, joris, BUSY),
    ]


def fates(office: Office) -> list[tuple[MailVerdict, int | None, bool]]:
    """Verdict, case and whether content is kept, mail by mail."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            kept: list[KeptMail] = [mail for verdict in MailVerdict for mail in tx.mails.with_verdict(verdict)]
    finally:
        rooms.close_now()
    return [(mail.verdict, mail.case_id, mail.has_content) for mail in sorted(kept, key=lambda mail: mail.id)]


async def test_a_mail_fares_the_same_in_a_crowd_as_alone(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    crowd, alone = Office(tmp_path / "crowd", smtp_sink), Office(tmp_path / "alone", smtp_sink)
    for raw in mails():
        crowd.now += timedelta(seconds=20)
        crowd.deliver(raw)
        alone.deliver(raw)
        await alone.step()

    await crowd.step(minutes=10)

    assert fates(crowd) == fates(alone)
    verdicts = Counter(verdict for verdict, _, _ in fates(crowd))
    assert verdicts == {"ordinary": 4, "case": 6, "duplicate": 2, "automatic": 1}


async def test_a_large_mail_is_filed_beside_the_others_and_a_mail_behind_it_too(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    picture = "Content-Type: image/png\r\n\r\n" + "x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 16_000
    head = "From: sanne@klant.example\r\nMessage-ID: <groot@klant.example>\r\nSubject: mijn gegevens\r\n"
    body = f"--x\r\n\r\n{ASKS}\r\n--x\r\n{picture}--x--\r\n"
    office.deliver(f"{head}Content-Type: multipart/mixed; boundary=x\r\n\r\n{body}".encode())
    office.now += timedelta(seconds=20)
    office.deliver(mails()[0])

    await office.step()

    assert fates(office) == [(MailVerdict.CASE, 1, True), (MailVerdict.ORDINARY, None, False)]
    assert len(office.letters("sanne@klant.example")) == 2  # receipt and challenge


class SlowCage:
    """Reads every mail for so long, or until it is given one once more."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._twice = asyncio.Event()
        self.readings = Counter[bytes]()
        self.done = asyncio.Event()

    async def run(self, raw: bytes, slow: Callable[[], None] | None = None) -> Caged:
        self.readings[raw] += 1
        if self.readings[raw] > 1:
            self._twice.set()
        if slow is not None:
            slow()
        await asyncio.wait([asyncio.ensure_future(self._twice.wait())], timeout=self._seconds)
        self._twice.set()
        self.done.set()
        return Caged(TOO_LONG)


async def test_a_mail_that_is_read_for_longer_than_a_lease_is_not_begun_again(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, STORE__LEASE_SECONDS="0.3")
    for raw in mails()[:2]:
        office.deliver(raw)
    cage: Any = SlowCage(seconds=1.8)
    rooms = Rooms(office.settings(), office.env, lent_cage=cage)
    working = asyncio.create_task(Worker(rooms).run(lambda: None))

    await cage.done.wait()
    working.cancel()
    await asyncio.wait([working])
    await rooms.close()

    assert cage.readings == Counter(mails()[:2])
