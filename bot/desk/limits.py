"""How often the public pages may be asked for: by one client, and by everybody together."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Callable

_WINDOW = 60.0  # seconds


class Limits:
    """Counts per window of a minute, in this process. `now` is a clock that only goes on: `time.monotonic`."""

    def __init__(self, per_client: int, in_all: int, now: Callable[[], float]) -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._now = now
        self._lock = threading.Lock()
        self._began = now()
        self._asked: Counter[str] = Counter()

    def allows(self, client: str | None) -> bool:
        """Count one question; False when there were too many. The table never holds more clients than `in_all`."""
        place = network_of(client)
        with self._lock:
            if self._now() - self._began >= _WINDOW:
                self._began = self._now()
                self._asked.clear()
            if self._asked.total() >= self._in_all or self._asked[place] >= self._per_client:
                return False
            self._asked[place] += 1
            return True


def network_of(client: str | None) -> str:
    """Who counts as one client: an address of IPv4, or what one household has of IPv6 (a /64)."""
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
