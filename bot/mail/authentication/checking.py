"""Checks the sender of one mail: the child process looks, this process asks the DNS on its behalf."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.mail.authentication.order import Order, packed
from bot.mail.authentication.questions import Answer, Question, Wanted
from bot.mail.authentication.verdict import Connection, SenderCheck, SenderVerdict
from bot.mail.cage import Caged
from bot.mail.headers import in_two
from bot.settings import AuthenticationSettings

Examines = Callable[[bytes], Awaitable[SenderCheck | Wanted | Caged]]


class Resolver(Protocol):
    """Whoever answers questions about names; see DnsResolver."""

    async def answers(self, questions: Iterable[Question], seconds: float) -> Mapping[Question, Answer]: ...


_ROUNDS = 14
"""SPF may need ten answers, each known only after the one before (RFC 7208 section 4.6.4)."""

_LARGEST = 4 * 1024 * 1024
"""Bytes of a mail whose signatures are verified: hashing more would keep other mail waiting."""

_TOO_LARGE = SenderCheck(SenderVerdict.NONE, ("het bericht is te groot om de handtekening na te gaan",))
_NOT_LOOKED_AT = SenderCheck(SenderVerdict.NONE, ("de echtheid van afzenders wordt hier niet nagegaan",))
_UNSIGNED = SenderCheck(SenderVerdict.NONE, ("het bericht is niet ondertekend (DKIM)",))


class SenderChecks:
    """Gives every mail its verdict. `examines` is the cage with `examine` as its task."""

    def __init__(self, settings: AuthenticationSettings, examines: Examines, resolver: Resolver) -> None:
        self._settings = settings
        self._examines = examines
        self._resolver = resolver

    async def check(self, raw: bytes, received_at: datetime, connection: Connection | None = None) -> SenderCheck:
        """The verdict. Never raises on a mail, and waits no longer than `authentication.seconds` for the DNS."""
        settings = self._settings
        if settings.mode == "none":
            return _NOT_LOOKED_AT
        if settings.mode == "own" and connection is None and not _signed(raw):
            return _UNSIGNED
        if settings.mode == "own" and len(raw) > _LARGEST:
            return _TOO_LARGE
        if settings.mode != "own":
            raw = in_two(raw)[0] + b"\r\n\r\n"  # the word of another server stands in the headers
        order = Order(settings.mode, received_at, settings.authserv_id, settings.mx_host, connection)
        return await self._examined(raw, order)

    async def _examined(self, raw: bytes, order: Order) -> SenderCheck:
        loop = asyncio.get_running_loop()
        left = self._settings.seconds
        for _ in range(_ROUNDS):
            match await self._examines(packed(raw, order)):
                case SenderCheck() as check:
                    return check
                case Wanted(questions=questions):
                    begun = loop.time()
                    answers = await self._answered(questions, len(order.answers), left)
                    left -= loop.time() - begun
                    order = replace(order, answers={**order.answers, **answers})
                case Caged(reason=reason):
                    return SenderCheck(SenderVerdict.NONE, (f"de afzender kon niet worden nagegaan ({reason})",))
        return SenderCheck(SenderVerdict.TEMPORARY, ("het nagaan van de afzender vergde te veel vragen",))

    async def _answered(self, questions: tuple[Question, ...], asked: int, seconds: float) -> dict[Question, Answer]:
        """What is over the limit of questions or time is trouble: it proves nothing, for or against."""
        room = max(self._settings.max_questions - asked, 0) if seconds > 0 else 0
        answers = dict(await self._resolver.answers(questions[:room], seconds))
        return answers | dict.fromkeys(questions[room:], Answer(trouble=True))


def _signed(raw: bytes) -> bool:
    """Whether there is anything to examine: most mail without a signature costs no child and no question."""
    return re.search(rb"(?im)^dkim-signature[ \t]*:", in_two(raw)[0]) is not None
