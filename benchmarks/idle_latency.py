"""How soon we notice a mail beside how soon the server tells of it: `python benchmarks/idle_latency.py [--mails 50]`.

A bare client listens in IDLE on the same mailbox in the same run; its time is the server's own. Ours is the time until
the mail is committed in the ledger. Fails if the median of the difference is above 100 ms.
"""

from __future__ import annotations

import argparse
import random
import socket
import sqlite3
import sys
import threading
import time
from contextlib import closing
from statistics import median

import mails
from servers.dovecot import Dovecot
from town import archive_of, installation, machine, mailbox_of, spread

MOST = 0.100  # seconds
LOOK = 0.002


class BareClient(threading.Thread):
    """Speaks the least IMAP there is, and notes when the server says that there is more mail."""

    def __init__(self, dovecot: Dovecot) -> None:
        super().__init__(name="bare", daemon=True)
        self._socket = socket.create_connection((dovecot.host, dovecot.port))
        self._lines = self._socket.makefile("rb")
        self._said(f'a LOGIN "{dovecot.user}" "{dovecot.password}"', b"a OK")
        self._said("b EXAMINE INBOX", b"b OK")
        self._said("c IDLE", b"+ ")
        self.heard: dict[int, float] = {}  # moments by how many mails there are

    def _said(self, words: str, until: bytes) -> None:
        self._socket.sendall(words.encode() + b"\r\n")
        while not self._lines.readline().startswith(until):
            pass

    def run(self) -> None:
        for line in self._lines:
            words = line.split()
            if words[-1:] == [b"EXISTS"]:
                self.heard[int(words[1])] = time.monotonic()


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--mails", type=int, default=50)
    count = order.parse_args().mails
    print(f"{count} mails; {machine()}")
    ours, servers = [], []
    with installation(WATCH__FOLDERS="INBOX") as office:
        dovecot = mailbox_of(office)
        bare = BareClient(dovecot)
        bare.start()
        service = office.begin("run")
        with closing(sqlite3.connect(archive_of(office))) as archive:
            dovecot.deliver(mails.one(0))
            noticed(archive, 1)  # the children are started by now
            time.sleep(3)
            for number in range(2, count + 2):
                dovecot.deliver(mails.one(number))
                accepted = time.monotonic()
                ours.append(noticed(archive, number) - accepted)
                while number not in bare.heard:
                    time.sleep(LOOK)
                servers.append(bare.heard[number] - accepted)
                time.sleep(random.uniform(0.7, 1.3))  # noqa: S311 - not a secret
        service.stop()
    later = [1000 * (mine - its) for mine, its in zip(ours, servers, strict=True)]
    print(f"the server tells a bare client after {spread([1000 * one for one in servers])} ms")
    print(f"the mail is in our ledger after      {spread([1000 * one for one in ours])} ms")
    print(f"later than the server tells it:      {spread(later)} ms")
    if median(later) > 1000 * MOST:
        sys.exit(f"we notice a mail more than {1000 * MOST:.0f} ms later than the server tells of it")


def noticed(archive: sqlite3.Connection, count: int) -> float:
    """The moment at which the ledger has so many mails."""
    while archive.execute("SELECT count(*) FROM mails").fetchone()[0] < count:
        time.sleep(LOOK)
    return time.monotonic()


if __name__ == "__main__":
    main()
