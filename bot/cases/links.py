"""Links to our public pages: what each is for, what it looks like, and that none is read by who should not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

Draw = Callable[[int], str]
"""So many unpredictable bytes as twice as many hexadecimal digits: `secrets.token_hex`."""

_BYTES = 16  # 128 bits


class LinkAction(StrEnum):
    """What a link is for, and nothing else. Stored: add, never rename."""

    CONFIRM = "confirm"  # the answer to a challenge
    DOWNLOAD = "download"  # the files of an answer


class LinkState(StrEnum):
    """Stored: add, never rename."""

    WAITING = "waiting"  # the letter that carries it did not leave yet
    OPEN = "open"
    LOCKED = "locked"  # too many wrong passwords
    REVOKED = "revoked"  # by a person, or because of a breach
    DESTROYED = "destroyed"  # with the files


PATHS = MappingProxyType({LinkAction.CONFIRM: "bevestig", LinkAction.DOWNLOAD: "afhalen"})
"""The first part of the address of a page."""

_TOKEN = re.compile(rf"[0-9a-f]{{{2 * _BYTES}}}")
_BROKEN = r"[\s>=]{0,4}"  # what mail programs put into a long address that they quote
_LINK = re.compile(rf"((?:{'|'.join(PATHS.values())})/)(?:{_BROKEN}[0-9A-Fa-f]){{{2 * _BYTES}}}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """One link; its token is kept nowhere, only its keyed hash."""

    id: int
    case_id: int
    action: LinkAction
    state: LinkState
    address_index: str  # the address of record that its letter goes to, as a keyed hash
    challenge_id: int | None
    export_ids: tuple[int, ...]
    opened_at: datetime | None  # None until its letter left
    tries: int
    downloads: int


def new_token(draw: Draw) -> str:
    """A fresh token of 128 bits; it reads the same in capitals."""
    return draw(_BYTES)


def is_token(text: str) -> bool:
    """Whether it could be one of ours: nothing else is looked up."""
    return _TOKEN.fullmatch(text) is not None


def address_of(public_url: str, action: LinkAction, token: str) -> str:
    """The whole address, as it stands in a letter."""
    return f"{public_url.rstrip('/')}/{PATHS[action]}/{token}"


def without_tokens(text: str, mask: str) -> str:
    """The text with `mask` in place of every token: for whoever did not get the letter."""
    return _LINK.sub(rf"\g<1>{mask}", text)
