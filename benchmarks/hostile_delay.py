"""How long a hostile mail keeps others waiting: `python benchmarks/hostile_delay.py [--mails 10]`.

For each hostile mail: it is delivered, ordinary mail comes right behind it, and we measure how long that takes until it
is decided, beside the same without a hostile mail. Fails above 2 s more in any run.
"""

from __future__ import annotations

import argparse
import base64
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from statistics import median

import mails
from servers.running import LiveOffice
from town import archive_of, installation, machine, mailbox_of, spread

MOST = 2.0  # seconds
MIB = 1024 * 1024
HEAD = "From: joris@klant.example\r\nDate: Thu, 26 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"


def _mail(headers: str, body: bytes) -> bytes:
    return f"{HEAD}Message-ID: <{random.getrandbits(64):x}@klant.example>\r\n{headers}\r\n".encode() + body


def _html(body: bytes) -> bytes:
    return _mail("Content-Type: text/html; charset=utf-8\r\n", body)


def _attachment() -> bytes:
    data = base64.encodebytes(b"%PDF-1.7\n" + random.randbytes(17 * MIB))  # noqa: S311 - not a secret
    part = b"--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + data
    return _mail("Content-Type: multipart/mixed; boundary=x\r\n", b"--x\r\n\r\nZie bijlage.\r\n" + part + b"--x--\r\n")


def _many_mails_inside() -> bytes:
    inner = b"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\n" + b"woord > " * 15_000 + b"\r\n"
    return _mail("Content-Type: multipart/mixed; boundary=x\r\n", inner * 190 + b"--x--\r\n")


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "25 MB attachment": _attachment,
    "25 MB of HTML": lambda: _html(b"<div><b style='color:red'>wis " * (24 * MIB // 30)),
    "25 MB of mails inside": _many_mails_inside,
    "25 MB of quotes": lambda: _mail("", b"> Op 1 jan. 2026 om 10:00 schreef Van: Aan:\r\n" * (24 * MIB // 46)),
    "deep HTML, 250 KB": lambda: _html(b"<div>" * 50_000),
    "unclosed links, 160 KB": lambda: _html(b'<a href="' * 18_000),
    "tables in tables, 200 KB": lambda: _html(b"<table><tr><td>" * 14_000),
    "semicolons, 16 KB": lambda: _mail("Content-Type: text/plain" + ";" * 15_900 + "\r\n", b"hoi"),
    "comments in From, 15 KB": lambda: _mail("From: " + "(a)" * 5_000 + " a@b.example\r\n", b"hoi"),
    "encoded words, 15 KB": lambda: _mail("Subject: " + "=?utf-8?q?a?= " * 1_100 + "\r\n", b"hoi"),
    "one long line, 250 KB": lambda: _mail("", b"verwijder@mijn.gegevens " * 10_000),
    "no spaces, 250 KB": lambda: _mail("", b"a.b-c_d@" * 31_000),
}


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--mails", type=int, default=10, help="ordinary mails behind each hostile one")
    order.add_argument("--runs", type=int, default=3)
    given = order.parse_args()
    count, runs = given.mails, given.runs
    print(f"{count} ordinary mails behind each; {machine()}")
    print(f"{'':<26} {'seconds until all are decided':>30} {'more than without':>20}")
    worst = 0.0
    with installation(WATCH__FOLDERS="INBOX") as office:
        service = office.begin("run")
        with closing(sqlite3.connect(archive_of(office))) as archive:
            waited(office, archive, None, count)  # the children are started by now
            plain = [waited(office, archive, None, count) for _ in range(5)]
            print(f"{'without':<26} {spread(plain, 2):>30}")
            for name, made in HOSTILE.items():
                took = [waited(office, archive, made(), count) for _ in range(runs)]
                more = max(took) - median(plain)
                worst = max(worst, more)
                print(f"{name:<26} {spread(took, 2):>30} {more:>20.2f}", flush=True)
        service.stop()
    if worst > MOST:
        sys.exit(f"a hostile mail keeps others waiting more than {MOST:.0f} s")


_written = iter(range(10**6))


def waited(office: LiveOffice, archive: sqlite3.Connection, hostile: bytes | None, count: int) -> float:
    """Seconds from delivery until the ordinary mails behind the hostile one are decided."""
    dovecot = mailbox_of(office)
    last = newest(archive) + (hostile is not None)  # the hostile one comes in first
    if hostile is not None:
        dovecot.deliver(hostile)
    began = time.monotonic()
    for _ in range(count):
        dovecot.deliver(mails.one(next(_written)))
    while decided(archive, last) < count:
        time.sleep(0.005)
    took = time.monotonic() - began
    calm(archive)
    return took


def newest(archive: sqlite3.Connection) -> int:
    return int(archive.execute("SELECT coalesce(max(id), 0) FROM mails").fetchone()[0])


def decided(archive: sqlite3.Connection, after: int) -> int:
    """How many of the mails that came in after this one are decided."""
    query = "SELECT count(*) FROM mails WHERE id > ? AND verdict <> 'pending'"
    return int(archive.execute(query, (after,)).fetchone()[0])


def calm(archive: sqlite3.Connection) -> None:
    while archive.execute("SELECT count(*) FROM mails WHERE verdict = 'pending'").fetchone()[0]:
        time.sleep(0.05)


if __name__ == "__main__":
    main()
