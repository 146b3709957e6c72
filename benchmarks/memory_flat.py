"""Memory and start-up as the mailbox grows: `python benchmarks/memory_flat.py [--full]`, with it up to 100,000 mails.

For each size a mailbox of which the newest 1,000 mails are to be read (with `--read-all` all of them). The service
reads them, and its peak memory is taken; then it starts again on the mailbox that it knows, with one new mail, and
everything that it asks of the server on the way is recorded.
Fails if the peaks of our own process differ by more than 10 %, or if the second start asks for more than the new mail.
"""

from __future__ import annotations

import argparse
import re
import socket
import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import mails
from servers.dovecot import Dovecot
from servers.ground import HOST
from servers.running import LiveOffice, Service, until
from town import archive_of, fill, installation, machine, mailbox_of

MOST = 1.10  # times the smallest peak
MIB = 1024  # KiB
READ = 1_000  # mails that are new in each mailbox
LONG_AGO = timedelta(days=100)


class Wire(threading.Thread):
    """Passes bytes between client and server, and keeps the commands."""

    def __init__(self, dovecot: Dovecot) -> None:
        super().__init__(name="wire", daemon=True)
        self._server = (dovecot.host, dovecot.port)
        self._door = socket.create_server((HOST, 0))
        self.port: int = self._door.getsockname()[1]
        self.asked: list[str] = []

    def run(self) -> None:
        while True:
            client, _ = self._door.accept()
            server = socket.create_connection(self._server)
            for source, target, kept in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._pass_on, args=(source, target, kept), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, kept: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if kept:
                    self.asked += [line.partition(" ")[2] for line in data.decode("latin-1").splitlines()]
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def questions(self) -> list[str]:
        """What was asked about mail: searches and fetches."""
        return [line for line in self.asked if re.match(r"(UID )?(SEARCH|FETCH|SORT|THREAD)", line)]


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--full", action="store_true", help="up to 100,000 mails")
    order.add_argument("--read-all", action="store_true", help="all mails are new: with --full for half an hour")
    given = order.parse_args()
    sizes = (1_000, 10_000, 100_000) if given.full else (1_000, 10_000)
    print(machine())
    print(f"{'mails':>9} {'read':>9} {'seconds':>8} {'peak MiB':>9} {'2nd start':>10}  asked at the second start")
    peaks = []
    for size in sizes:
        peak, asked = one(size, size if given.read_all else READ)
        peaks.append(peak)
        if len(asked) > 3:
            sys.exit(f"the second start asks {len(asked)} times for mail: {asked[:5]}")
    print(f"the largest peak is {max(peaks) / min(peaks):.2f} times the smallest")
    if max(peaks) / min(peaks) > MOST:
        sys.exit(f"memory grows with the mailbox: more than {MOST} times")


def one(size: int, new: int) -> tuple[float, list[str]]:
    """Peak memory of our process in MiB, and what the second start asks."""
    with installation(WATCH__FOLDERS="INBOX", WATCH__POLL_SECONDS="3600") as office:
        wire = Wire(mailbox_of(office))
        office.env["PRIVACYBOT_WATCH__PORT"] = str(wire.port)
        wire.start()
        fill(office, repeat(mails.one(0), size - new), office.now - LONG_AGO)
        fill(office, mails.ordinary(new))
        began = time.monotonic()
        service = office.begin("run")
        with closing(sqlite3.connect(archive_of(office))) as archive:
            until(lambda: decided(archive) >= new, "all mail is read", seconds=3600)
            took = time.monotonic() - began
            peak = memory(service.pid)
            service.stop()
            wire.asked.clear()
            mailbox_of(office).deliver(mails.one(size))
            again_took, again = restarted(office, archive, new + 1)
        questions = wire.questions()
        again.stop()
    print(f"{size:>9,} {new:>9,} {took:>8.1f} {peak:>9.0f} {again_took:>10.1f}  {'; '.join(questions)}", flush=True)
    return peak, questions


def restarted(office: LiveOffice, archive: sqlite3.Connection, count: int) -> tuple[float, Service]:
    """Seconds from the start of the process until the new mail is kept, and the service."""
    began = time.monotonic()
    service = office.begin("run")
    until(lambda: decided(archive) >= count, "the new mail is read")
    return time.monotonic() - began, service


def decided(archive: sqlite3.Connection) -> int:
    return int(archive.execute("SELECT count(*) FROM mails WHERE verdict <> 'pending'").fetchone()[0])


def memory(pid: int) -> float:
    """Peak resident memory of a process in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / MIB


if __name__ == "__main__":
    main()
