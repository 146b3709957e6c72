"""Answers of the DNS, in the parent process: in parallel, within a time limit, remembered for a while."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping

import dns.asyncresolver
import dns.exception
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from bot.mail.authentication.questions import Answer, Question

_REMEMBERED = 2000  # questions
_LONGEST = 3600.0  # seconds that an answer is remembered, whatever its owner says
_NOTHING = 300.0  # and that there is nothing
_TROUBLE = 30.0  # and that a server does not answer, so that a slow one holds up one mail and not each
_MOST_RECORDS = 50


class DnsResolver:
    """The system's name servers, or those given as "host" or "host:port"."""

    def __init__(self, servers: tuple[str, ...] = (), now: Callable[[], float] = time.monotonic) -> None:
        self._servers = servers
        self._now = now
        self._known: OrderedDict[Question, tuple[float, Answer]] = OrderedDict()
        self._resolver: dns.asyncresolver.Resolver | None = None

    async def answers(self, questions: Iterable[Question], seconds: float) -> Mapping[Question, Answer]:
        """An answer to each; what was not answered in time is trouble. Never raises."""
        asked = tuple(questions)
        found = await asyncio.gather(*(self._answer(question, seconds) for question in asked))
        return dict(zip(asked, found, strict=True))

    async def _answer(self, question: Question, seconds: float) -> Answer:
        remembered = self._known.get(question)
        if remembered is not None and remembered[0] > self._now():
            return remembered[1]
        answer, keeps = await self._fresh(question, seconds)
        self._known[question] = (self._now() + keeps, answer)
        self._known.move_to_end(question)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return answer

    async def _fresh(self, question: Question, seconds: float) -> tuple[Answer, float]:
        """The answer, and for how many seconds it may be remembered."""
        try:
            async with asyncio.timeout(seconds):
                found = await self._asked().resolve(f"{question.name}.", question.kind, lifetime=seconds)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Answer(), _NOTHING
        except (dns.exception.DNSException, OSError, TimeoutError, ValueError):
            return Answer(trouble=True), _TROUBLE
        ttl = found.rrset.ttl if found.rrset is not None else 0
        return Answer(tuple(map(_as_text, list(found)[:_MOST_RECORDS]))), min(ttl, _LONGEST)

    def _asked(self) -> dns.asyncresolver.Resolver:
        """Made at the first question: a machine without a resolver can still start."""
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                pairs = [server.rpartition(":") if ":" in server else (server, ":", "53") for server in self._servers]
                self._resolver.nameservers = [
                    dns.nameserver.Do53Nameserver(host.strip("[]"), int(port)) for host, _, port in pairs
                ]
        return self._resolver


def _as_text(record: object) -> str:
    if isinstance(record, TXT):
        return b"".join(record.strings).decode("latin-1")
    return str(record).rstrip(".")
