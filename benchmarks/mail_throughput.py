"""How fast ordinary mail goes from the mailbox to the ledger, beside each of its parts alone:
`python benchmarks/mail_throughput.py [--mails 2000] [--runs 3]`.

The same mails lie in a real Dovecot. Each part runs alone in processes of its own on the same cores: fetching (one
connection), reading (parsing, checking the sender and classifying, one process a core), committing (one writer). The
whole is `privacybot run` from its start to the last line of the ledger, start included. The slowest part is the
ceiling. Fails below 60 % of it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import mails
from peer import Helpdesk
from servers.running import LiveOffice, until
from town import archive_of, fill, installation, machine, mailbox_of, spread

from bot.cases.work import Work
from bot.configuration import load_settings
from bot.mail.fetching import FetchedMail, Fetcher, Suspects
from bot.mail.mailbox import Mailbox
from bot.mail.message import ParsedMail
from bot.mail.parsing import parsed
from bot.mail.positions import FolderPosition
from bot.rooms import MailboxLedger, Rooms
from bot.settings import Settings, default_config_dir
from bot.store.archive import Transaction, migrate
from bot.store.records import Job
from bot.triage.classify import classify_mail
from bot.triage.reading import Reader, Reading
from bot.worker import _TOGETHER

Part = Callable[[Settings, int, int], tuple[Callable[[], Any], int]]
LEAST = 0.60  # of the slowest part alone
SAMPLES = 500  # readings that are made for committing alone; further mails get the same under another identity
CORES = os.cpu_count() or 1


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--mails", type=int, default=2000)
    order.add_argument("--runs", type=int, default=3)
    order.add_argument("--part", nargs=2, metavar=("PART", "SHARE"), help=argparse.SUPPRESS)
    order.add_argument("--peer", type=int, default=0, metavar="MAILS", help="compare with django-helpdesk on so many")
    given = order.parse_args()
    if given.part:
        print(json.dumps(measured(PARTS[given.part[0]], given.mails, int(given.part[1]))))
        return
    report(given.mails, given.runs, given.peer)


@dataclass(frozen=True)
class Pace:
    """What one run of the whole or of a part came to."""

    rate: float  # mails a second
    cpu: float  # milliseconds of processor a mail, all processes of ours together


def report(count: int, runs: int, peer: int) -> None:
    paces: dict[str, list[Pace]] = {}
    print(f"{count:,} mails of 2 to 20 KB; {machine()}")
    with installation(WATCH__FOLDERS="INBOX", PARSING__PROCESSES=str(CORES)) as office:
        fill(office, mails.ordinary(count))
        helpdesk = Helpdesk(office.home, mailbox_of(office).server.account(), mails.OURS) if peer else None
        for _ in range(runs):
            if helpdesk is not None:
                paces.setdefault("helpdesk", []).append(peers(helpdesk, peer))
            for name in (*PARTS, "whole"):
                paces.setdefault(name, []).append(
                    whole(office, count) if name == "whole" else alone(office, name, count)
                )
    print(f"{'':<12} {'mails/s (least / middle / most)':>34} {'ms of processor a mail':>24}")
    for name, ran in paces.items():
        print(f"{name:<12} {spread([one.rate for one in ran]):>34} {spread([one.cpu for one in ran], 2):>24}")
    for names in (STAGES, FINER):
        told(paces, names)
    print(f"the whole reaches {spread(of_work(paces), 2)} of what the processor time of {', '.join(STAGES)} allows")
    if "helpdesk" in paces:
        times = [ours.rate / its.rate for ours, its in zip(paces["whole"], paces["helpdesk"], strict=True)]
        print(f"the whole is {spread(times, 1)} times as fast as django-helpdesk {helpdesk.version} on {peer:,} mails")
    if median(ratios(paces, STAGES)) < LEAST:
        sys.exit(f"the whole reaches less than {LEAST:.0%} of its slowest part")


def peers(helpdesk: Helpdesk, count: int) -> Pace:
    """The other program, on the first of the same mails; it deletes what it has read, so they are put there anew."""
    helpdesk.dovecot.append_many("INBOX", [*mails.ordinary(count)])
    before = processor(resource.RUSAGE_CHILDREN)
    rate = helpdesk.rate(count)
    return Pace(rate, 1000 * (processor(resource.RUSAGE_CHILDREN) - before) / count)


def ratios(paces: Mapping[str, Sequence[Pace]], names: Sequence[str]) -> list[float]:
    slowest = [min(run, key=lambda one: one.rate) for run in zip(*(paces[name] for name in names), strict=True)]
    return [ran.rate / ceiling.rate for ran, ceiling in zip(paces["whole"], slowest, strict=True)]


def of_work(paces: Mapping[str, Sequence[Pace]]) -> list[float]:
    """The whole beside a service that does nothing but these stages and never leaves a core idle."""
    together = [sum(one.cpu for one in run) for run in zip(*(paces[name] for name in STAGES), strict=True)]
    return [ran.rate * work / (1000 * CORES) for ran, work in zip(paces["whole"], together, strict=True)]


def told(paces: Mapping[str, Sequence[Pace]], names: Sequence[str]) -> None:
    print(f"the whole reaches {spread(ratios(paces, names), 2)} of the slowest of {', '.join(names)}")


# The whole


def whole(office: LiveOffice, count: int) -> Pace:
    """The service itself, on an archive that is empty."""
    path = archive_of(office)
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    migrate(office.env["DATABASE_URL"])
    began, before = time.monotonic(), processor(resource.RUSAGE_CHILDREN)
    service = office.begin("run")
    with closing(sqlite3.connect(path)) as archive:
        until(lambda: settled(archive) >= count, "all mail is in the ledger", seconds=600)
    seconds = time.monotonic() - began
    service.stop()
    return Pace(count / seconds, 1000 * (processor(resource.RUSAGE_CHILDREN) - before) / count)


def processor(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def settled(archive: sqlite3.Connection) -> int:
    [(done,)] = archive.execute("SELECT count(*) FROM mails WHERE verdict <> 'pending'")
    return int(done)


# A part alone


def alone(office: LiveOffice, part: str, count: int) -> Pace:
    """One part; what reads runs in one process a core, each with its share."""
    shares = CORES if part in READING else 1
    words = [sys.executable, __file__, "--mails", str(count), "--part", part]
    env = {**office._env_now(), "BENCHMARK_HOME": str(office.home)}
    crew = [
        subprocess.Popen([*words, str(share)], env=env, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        for share in range(shares)
    ]
    answers = [json.loads(one.communicate()[0]) for one in crew]
    rate = sum(answer["mails"] for answer in answers) / max(answer["seconds"] for answer in answers)
    return Pace(rate, 1000 * sum(answer["cpu"] for answer in answers) / count)


def measured(part: Part, count: int, share: int) -> dict[str, float]:
    """Prepare the part, then time it."""
    settings = load_settings(default_config_dir(), os.environ)
    work, its_mails = part(settings, count, share)
    began, before = time.monotonic(), processor(resource.RUSAGE_SELF)
    work()
    return {"mails": its_mails, "seconds": time.monotonic() - began, "cpu": processor(resource.RUSAGE_SELF) - before}


def fetching(settings: Settings, count: int, _share: int) -> tuple[Callable[[], Any], int]:
    watch = settings.watch
    mailbox = Mailbox(watch, lambda: os.environ["PRIVACYBOT_IMAP_PASSWORD"])

    def work() -> None:
        with mailbox:
            state = mailbox.examine("INBOX")
            fetcher = Fetcher(mailbox, ("INBOX", state.uidvalidity), Suspects(), watch.batch, 25 << 20)
            got = sum(len(batch) for _, batch in fetcher.batches(mailbox.uids_above(0, state)))
            assert got == count, got

    return work, count


def _prepared(settings: Settings, count: int, share: int) -> tuple[Reader, list[bytes]]:
    domain = settings.organisation.address.rpartition("@")[2]
    reader = Reader(settings.parsing, domain)
    reader.warm()
    raws = [mails.one(number) for number in range(share, count, CORES)]
    reader(raws[0])
    return reader, raws


def reading(settings: Settings, count: int, share: int) -> tuple[Callable[[], Any], int]:
    reader, raws = _prepared(settings, count, share)
    return lambda: [None for raw in raws if reader(raw) is None], len(raws)


def parsing(settings: Settings, count: int, share: int) -> tuple[Callable[[], Any], int]:
    reader, raws = _prepared(settings, count, share)
    return lambda: [None for raw in raws if parsed(raw, reader.limits, reader.own_domain) is None], len(raws)


def classifying(settings: Settings, count: int, share: int) -> tuple[Callable[[], Any], int]:
    reader, raws = _prepared(settings, count, share)
    model = reader.model()
    read: list[Any] = [parsed(raw, reader.limits, reader.own_domain) for raw in raws]
    return lambda: [None for mail in read if classify_mail(model, mail, in_case=False) is None], len(read)


def committing(settings: Settings, count: int, _share: int) -> tuple[Callable[[], Any], int]:
    """Into the spool, and out of it with a verdict that was given before."""
    reader, _ = _prepared(settings, 1, 0)
    raws = [mails.one(number) for number in range(count)]
    samples = [reader(raw) for raw in raws[:SAMPLES]]
    readings = {raw: _as_another(samples[number % len(samples)], number) for number, raw in enumerate(raws)}

    async def known(raw: bytes, _slow: object) -> Reading:
        return readings[raw]

    path = Path(os.environ["BENCHMARK_HOME"]) / "committing.sqlite"
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    url = f"sqlite:///{path}"
    migrate(url)
    os.environ["DATABASE_URL"] = url
    rooms = Rooms(load_settings(default_config_dir(), os.environ))
    rooms.intake._reads = known  # type: ignore[assignment]
    return partial(_commit_all, rooms, raws), count


def _as_another(reading: Reading, number: int) -> Reading:
    """The same reading of a mail that differs only in its identity."""
    if number < SAMPLES or not isinstance(reading.mail, ParsedMail):
        return reading
    return replace(reading, mail=replace(reading.mail, identity=f"{number:064x}"))


def _commit_all(rooms: Rooms, raws: Sequence[bytes]) -> None:
    ledger = MailboxLedger(rooms, rooms.settings.watch)
    size = rooms.settings.watch.batch
    now = rooms.clock()
    for start in range(0, len(raws), size):
        batch = [FetchedMail(uid, raw, now, len(raw)) for uid, raw in enumerate(raws[start : start + size], start + 1)]
        ledger.keep("INBOX", batch, FolderPosition(1, batch[-1].uid, 0))
    asyncio.run(_file_all(rooms))
    rooms.close_now()


async def _file_all(rooms: Rooms) -> None:
    def done(tx: Transaction, jobs: Sequence[Job]) -> None:
        tx.jobs.finish_all(jobs, "benchmark")

    async with asyncio.TaskGroup() as group:
        while True:
            with rooms.archive.transaction() as tx:
                first = tx.jobs.claim("benchmark", rooms.clock())
                more = () if first is None else tx.jobs.claim_more(first, "benchmark", rooms.clock(), _TOGETHER - 1)
            if first is None or first.kind != Work.TAKE_IN:
                return  # what else there is follows from the few mails that became a case
            await rooms.intake.take_in_together((first, *more), done, group)


PARTS = {"fetch": fetching, "read": reading, "commit": committing, "parse": parsing, "classify": classifying}
STAGES = ("fetch", "read", "commit")
FINER = ("fetch", "parse", "classify", "commit")
READING = ("read", "parse", "classify")

if __name__ == "__main__":
    main()
