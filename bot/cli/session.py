"""What every command shares: the configuration it was pointed at, who acts, and how a refusal is told."""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.cases.errors import CaseError
from bot.cases.people import Actor
from bot.configuration import load_settings
from bot.exports.errors import ExportError
from bot.lease import AnotherWorkerError
from bot.log import configure
from bot.mail.errors import MailRoomError
from bot.replies.errors import ReplyError
from bot.rooms import Rooms
from bot.settings import Settings, SettingsError, default_config_dir
from bot.sources.errors import SourceError
from bot.store.errors import StoreError
from bot.triage.errors import TriageError

SCHEMA = 1
"""The version of our JSON output: grows when a key changes its meaning."""

REFUSALS = (
    CaseError,
    StoreError,
    SettingsError,
    MailRoomError,
    SourceError,
    ReplyError,
    ExportError,
    TriageError,
    AnotherWorkerError,
)


def settings_of(config: Path | None, env: Mapping[str, str] = os.environ, *, keys_required: bool = True) -> Settings:
    """The configuration; a command that opens no archive needs no keys. Sets up logging."""
    settings = load_settings(config or default_config_dir(), env, keys_required=keys_required)
    configure(settings.log)
    return settings


@contextmanager
def telling() -> Iterator[None]:
    """A refusal becomes one line on stderr and exit code 1."""
    try:
        yield
    except REFUSALS as refusal:
        print(f"privacybot: {refusal}", file=sys.stderr)
        raise SystemExit(1) from None
    except ExceptionGroup as group:
        known = group.subgroup(REFUSALS)
        if known is None:
            raise
        for leaf in _leaves(known):
            print(f"privacybot: {leaf}", file=sys.stderr)
        raise SystemExit(1) from None


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


@contextmanager
def rooms(config: Path | None) -> Iterator[Rooms]:
    """The rooms of one short command; it runs beside a service that works on the same database."""
    with telling():
        opened = Rooms(settings_of(config))
        try:
            yield opened
        finally:
            opened.close_now()


def actor(claimed: str) -> Actor:
    """`--as` is a claim about a user in our table; the operating-system login is written down beside it."""
    return Actor(claimed, _os_login())


def _os_login() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def print_json(matter: Mapping[str, Any]) -> None:
    print(json.dumps({"schema": SCHEMA, **matter}, ensure_ascii=False, indent=2, default=str))
