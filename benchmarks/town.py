"""What benchmarks run against: a real Dovecot, a mail server that takes our letters, an installation, tables."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import mails  # noqa: F401 - puts the project and its test servers on the path
from servers.certificates import make_certificates
from servers.dovecot import Dovecot, DovecotServer
from servers.running import LiveOffice
from servers.smtp_sink import SmtpSink

_AT_ONCE = 500


@contextmanager
def installation(sink_kind: type[SmtpSink] = SmtpSink, **settings: str) -> Iterator[LiveOffice]:
    """The bot with an empty mailbox. Everything lies in memory where there is room, as in the tests, and is removed."""
    room = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - not guessed by name
    with tempfile.TemporaryDirectory(dir=room) as place:
        certificates = make_certificates(Path(place))
        server = DovecotServer(certificates)
        try:
            with closing(sink_kind(certificates)) as sink:
                home = Path(place) / "home"
                office = LiveOffice(
                    home, sink, dovecot=server.account(), LOG__LEVEL="info", SERVICE__PORT="0", **settings
                )
                office.now = datetime.now(UTC)
                with closing(office):
                    yield office
        finally:
            server.remove()


def archive_of(office: LiveOffice) -> Path:
    return Path(office.env["DATABASE_URL"].removeprefix("sqlite:///"))


def mailbox_of(office: LiveOffice) -> Dovecot:
    assert office.dovecot is not None
    return office.dovecot


def fill(office: LiveOffice, raws: Iterator[bytes], at: datetime | None = None) -> None:
    """Put mail into the INBOX."""
    batch: list[bytes] = []
    for raw in raws:
        batch.append(raw)
        if len(batch) == _AT_ONCE:
            mailbox_of(office).append_many("INBOX", batch, at)
            batch.clear()
    if batch:
        mailbox_of(office).append_many("INBOX", batch, at)


def machine() -> str:
    """Where and when a figure was measured, in neutral words."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    now = datetime.now(UTC)
    return f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Least, middle and most of several runs."""
    return " / ".join(f"{value:,.{digits}f}" for value in (min(values), median(values), max(values)))
