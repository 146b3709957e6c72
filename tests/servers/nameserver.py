"""A name server on loopback that says what a test wrote down, and counts what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SILENT = "silent"
"""A record of this text is never answered."""


class NameServer:
    """Serves TXT records over UDP; any other name does not exist."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.texts: dict[str, str] = {}
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve, name="nameserver")
        self._thread.start()

    def say(self, texts: Mapping[str, str]) -> None:
        """Replace everything that is said by these TXT records."""
        self.texts = dict(texts)
        self.asked.clear()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            asked, client = self._socket.recvfrom(4096)
            if not asked:
                return
            answer = self._answer(dns.message.from_wire(asked))
            if answer is not None:
                self._socket.sendto(answer, client)

    def _answer(self, query: dns.message.Message) -> bytes | None:
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        text = self.texts.get(name)
        if text == SILENT:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if text is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif query.question[0].rdtype == dns.rdatatype.TXT:
            pieces = " ".join(f'"{text[start : start + 250]}"' for start in range(0, len(text), 250))
            response.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", "TXT", pieces))
        return response.to_wire()
