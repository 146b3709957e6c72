"""Commands about single mails: take in, show, classify."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from bot.cases.errors import RefusedActError
from bot.cases.masking import masked_bsn
from bot.cases.model import Channel
from bot.cli.session import rooms, settings_of, telling
from bot.mail.cage import Cage, Caged
from bot.mail.message import Unreadable
from bot.settings import Settings
from bot.store.records import Arrival
from bot.triage.classify import as_json as verdict_as_json
from bot.triage.reading import Reader, Reading


def ingest(config: Path | None, files: list[Path], received: datetime | None) -> None:
    """Put mails from files into the spool; the service reads them like any other mail."""
    if received is not None and received.tzinfo is None:
        print("privacybot: --received needs a time zone, such as 2026-11-26T14:00+01:00", file=sys.stderr)
        raise SystemExit(2)
    with rooms(config) as opened:
        for file in track(files, "mails", console=Console(stderr=True), disable=len(files) < 20):
            raw = bytes_of(file)
            moment = (received or opened.clock()).astimezone(UTC)
            if moment > opened.clock() + timedelta(days=1):
                raise RefusedActError("--received lies in the future; check the year")
            with opened.archive.transaction() as tx:
                opened.keep(tx, raw, Arrival(Channel.FILE, moment))
    print(f"{len(files)} mail in the spool; a running service reads it, or: privacybot run --once")


def bytes_of(file: Path) -> bytes:
    """The file, or standard input for "-". Raises RefusedActError."""
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as trouble:
        raise RefusedActError(
            f"{file} cannot be read ({type(trouble).__name__}); nothing after it was taken in"
        ) from None


def classify(config: Path | None, files: list[Path], *, as_json: bool) -> None:
    """One JSON object a line, or a few words a mail. A file that is no mail is read as plain words."""
    with telling():
        settings = settings_of(config, keys_required=False)
        for file, reading in asyncio.run(_readings(settings, files)):
            print(_verdict_line(file, reading, own_numbers(settings), as_json=as_json))


async def _readings(settings: Settings, files: Iterable[Path]) -> list[tuple[Path, Reading | Caged]]:
    async with Cage(reader := Reader.of(settings), settings.parsing, reader.warm, reader.careful()) as cage:
        return [(file, await cage.run(as_mail(bytes_of(file)))) for file in files]


def as_mail(raw: bytes) -> bytes:
    """Bytes that begin with a header field are a mail; anything else gets an empty header block."""
    first = raw.lstrip(b"\r\n").split(b"\n", 1)[0]
    name, colon, _ = first.partition(b":")
    looks_like_mail = first.startswith(b"From ") or (colon and name and all(33 <= byte <= 126 for byte in name))
    return raw if looks_like_mail else b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + raw


def own_numbers(settings: Settings) -> frozenset[str]:
    """Our own numbers, which look like citizen service numbers and are none."""
    return frozenset({settings.organisation.kvk, settings.organisation.vat})


def without_numbers(value: Any, ours: frozenset[str]) -> Any:
    """What is shown as JSON, citizen service numbers masked in every text of it."""
    if isinstance(value, str):
        return masked_bsn(value, ours)
    if isinstance(value, dict):
        return {key: without_numbers(one, ours) for key, one in value.items()}
    return [without_numbers(one, ours) for one in value] if isinstance(value, list | tuple) else value


def _verdict_line(file: Path, reading: Reading | Caged, ours: frozenset[str], *, as_json: bool) -> str:
    if isinstance(reading, Caged) or reading.verdict is None:
        reason = reading.reason if isinstance(reading, Caged) else _unreadable(reading)
        return json.dumps({"schema": 1, "file": str(file), "labels": [], "needs_person": True, "unreadable": reason})
    found = without_numbers(verdict_as_json(str(file), reading.as_reply or reading.verdict), ours)
    if as_json:
        return json.dumps(found, ensure_ascii=False)
    labels = ", ".join(found["labels"]) or "geen verzoek"
    doubt = ", een mens moet kijken" if found["needs_person"] else ""
    doubt += f", misschien ook {', '.join(found['perhaps'])}" if found["perhaps"] else ""
    reasons = "".join(f"\n    {reason['label']}: {reason['text']}" for reason in found["reasons"])
    return f"{file}: {labels} ({found['language']}{doubt}){reasons}"


def _unreadable(reading: Reading) -> str:
    return reading.mail.reason if isinstance(reading.mail, Unreadable) else "not judged"
