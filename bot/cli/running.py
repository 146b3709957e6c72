"""Commands of the operator: start, migrate, check."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.cli.session import print_json, rooms, settings_of, telling
from bot.configuration import check_config as checked_config
from bot.configuration import load_settings
from bot.datamap.loading import load_datamap
from bot.datamap.model import DataMap
from bot.datamap.weaknesses import weaknesses
from bot.desk.texts import PAGES
from bot.desk.texts import check as check_pages
from bot.dispatch import PAUSED
from bot.replies.check import check as check_templates
from bot.rooms import Rooms
from bot.service import require_known_roles, run_once
from bot.service import run as run_roles
from bot.settings import SettingsError, default_config_dir, templates_dir
from bot.store.archive import migrate as migrated


def run(config: Path | None, roles: Iterable[str], *, once: bool) -> None:
    with telling():
        require_known_roles(roles)
        settings = settings_of(config)
        if once:
            asyncio.run(run_once(settings))
            return
        _until_told(run_roles(settings, roles, started=_tell))


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """SIGTERM and SIGINT end it cleanly: what is in hand is written down first."""

    async def guarded() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        stop = _stopping(task)
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(guarded())


def _stopping(task: asyncio.Future[None]) -> Callable[[], None]:
    """Once: a second signal must not interrupt the putting away."""
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    return stop


def migrate(config: Path | None) -> None:
    with telling():
        settings = load_settings(config or default_config_dir(), os.environ, keys_required=False)
        settings.home.mkdir(parents=True, exist_ok=True)
        revision = migrated(settings.database_url)
    print(f"the database is at {revision}")


def check_config(config: Path | None, *, live: bool, as_json: bool) -> None:
    folder = config or default_config_dir()
    with telling():
        found = checked_config(folder, os.environ)
        errors = [*found.errors, *_template_troubles(folder)]
        warnings, questions = [*found.warnings], [*found.questions]
        try:
            datamap = _datamap(folder)
        except SettingsError as wrong:
            errors += str(wrong).splitlines()
        else:
            warnings += [f"datamap.yaml: {line}" for line in weaknesses(datamap)]
            questions += [f"datamap.yaml: {fact.path}: is '{fact.value.nl}' right?" for fact in datamap.unconfirmed()]
    if not errors:
        errors += _key_troubles(folder)
    if live and not errors:
        with rooms(config) as opened:
            errors += opened.sources.check()
    if as_json:
        print_json({"errors": errors, "warnings": warnings, "questions": questions})
    else:
        for kind, lines in (("error", errors), ("warning", warnings), ("question", questions)):
            for line in lines:
                print(f"{kind}: {line}")
        if not errors:
            print("the configuration can be used")
    if errors:
        raise SystemExit(1)


def _template_troubles(folder: Path) -> list[str]:
    """Every template is tried; one for a letter that these settings never write may be absent."""
    try:
        fees = load_settings(folder, os.environ, keys_required=False).approval.fees
    except SettingsError:
        fees = True  # settings that cannot be read are told by themselves
    return [*check_templates(templates_dir(), fees=fees), *check_pages(templates_dir() / PAGES)]


def _key_troubles(folder: Path) -> list[str]:
    """What is wrong with the key that signs our letters; whether there is one was looked at before."""
    try:
        _ = Rooms(load_settings(folder, os.environ)).signer
    except SettingsError as wrong:
        return [*wrong.problems]
    return []


def _datamap(folder: Path) -> DataMap:
    """The map, checked; its databases need not be there to ask."""
    file = folder / "datamap.yaml"
    words = file.read_text(encoding="utf-8") if file.is_file() else ""
    urls = dict.fromkeys(re.findall(r"\$\{(\w+)\}", words), "sqlite:///unknown")
    return load_datamap(file, {**urls, **os.environ})


def sending(config: Path | None, *, paused: bool) -> None:
    """Stop all sending, or go on; intake is not touched."""
    with rooms(config) as opened, opened.archive.transaction() as tx:
        tx.meta.set(PAUSED, "yes" if paused else "")
        tx.events.write(None, "sending_paused" if paused else "sending_resumed", f"os:{os.environ.get('USER', '')}")
    print("nothing is sent until: privacybot resume sending" if paused else "letters leave again")
