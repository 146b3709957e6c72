"""How soon delivered mail is noticed, beside the server's own IDLE: `python benchmarks/mail_notice.py [COUNT]`.

The same mail wakes a bare IMAP client that does nothing but IDLE, and our watcher, which must also have fetched and
kept it. Both are timed from the moment when the server accepted the mail over LMTP. Fails above 100 ms between the
medians.
"""

from __future__ import annotations

import asyncio
import random
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "mail")]

from servers.certificates import make_certificates  # noqa: E402 - found through the path above
from servers.dovecot import Dovecot, DovecotServer  # noqa: E402 - found through the path above
from servers.ground import HOST  # noqa: E402 - found through the path above
from wire_ledger import MemoryLedger, make_mail  # noqa: E402 - found through the path above

from bot.mail.watching import Watcher  # noqa: E402 - found through the path above

MOST_SECONDS = 0.1


class BareListener:
    """IDLE and nothing else, on a socket: when the server said that there is mail."""

    def __init__(self, dovecot: Dovecot) -> None:
        self._sock = socket.create_connection((HOST, dovecot.port))
        self._lines = self._sock.makefile("rb")
        self._say(f'a LOGIN "{dovecot.user}" "{dovecot.password}"', b"a OK")
        self._say("b EXAMINE INBOX", b"b OK")
        self._say("c IDLE", b"+")
        self.told: list[float] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _say(self, words: str, until: bytes) -> None:
        self._sock.sendall(words.encode() + b"\r\n")
        while not self._lines.readline().startswith(until):
            pass

    def _listen(self) -> None:
        for line in self._lines:
            if line.rstrip().endswith(b"EXISTS"):
                with self._changed:
                    self.told.append(time.perf_counter())
                    self._changed.notify_all()

    def wait_for(self, count: int) -> float:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.told) >= count, timeout=20)
            return self.told[count - 1]


async def noticed(dovecot: Dovecot, count: int) -> tuple[list[float], list[float]]:
    """Seconds from delivery until the bare listener was told, and until our ledger had the mail."""
    ledger = MemoryLedger()
    kept: list[float] = []
    ledger.before_keep = lambda mails: kept.extend(time.perf_counter() for _ in mails)
    watcher = Watcher(dovecot.settings(), lambda: dovecot.password, ledger, max_bytes=1_000_000)
    task = asyncio.create_task(watcher.run())
    try:
        dovecot.deliver(make_mail(0))
        await ledger.wait_for(1)
        bare = BareListener(dovecot)
        theirs, ours = [], []
        for number in range(1, count + 1):
            await asyncio.sleep(random.uniform(0.6, 1.1))  # noqa: S311 - longer than the server gathers news
            await asyncio.to_thread(dovecot.deliver, make_mail(number))
            delivered = time.perf_counter()
            theirs.append(await asyncio.to_thread(bare.wait_for, number) - delivered)
            await ledger.wait_for(number + 1)
            ours.append(kept[number] - delivered)
    finally:
        task.cancel()
        await asyncio.wait([task])
    return theirs, ours


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        server = DovecotServer(make_certificates(Path(place)))
        try:
            theirs, ours = asyncio.run(noticed(server.account(), count))
        finally:
            server.remove()
    for name, found in (("the server's IDLE", theirs), ("kept by us", ours)):
        print(f"{name:>18}: median {median(found) * 1000:6.0f} ms, slowest {max(found) * 1000:6.0f} ms")
    behind = median(ours) - median(theirs)
    print(f"{'behind':>18}: {behind * 1000:13.0f} ms")
    if behind > MOST_SECONDS:
        raise SystemExit(f"mail is noticed more than {MOST_SECONDS * 1000:.0f} ms after the server told of it")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
