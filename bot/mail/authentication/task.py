"""What the child process does, named without loading the libraries for it in the parent."""

from __future__ import annotations

from importlib import import_module

from bot.mail.authentication.order import unpacked
from bot.mail.authentication.questions import Wanted
from bot.mail.authentication.verdict import SenderCheck


def examine(message: bytes) -> SenderCheck | Wanted:
    """The verdict about a mail, or what must be known first; `message` is what `packed` made."""
    from bot.mail.authentication.examining import examined  # noqa: PLC0415 - a third of a second, for the child alone

    order, raw = unpacked(message)
    return examined(raw, order)


def warm() -> None:
    """Load all that examining needs before the child's limits count."""
    import_module("bot.mail.authentication.examining")
