"""The command that looks at everything the service needs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bot.cli.session import print_json, telling
from bot.doctor import findings
from bot.log import configure
from bot.mail.checkup import Finding, Health
from bot.settings import LogSettings, default_config_dir


def doctor(config: Path | None, *, as_json: bool) -> None:
    configure(LogSettings(level="error", format="text"))
    with telling():
        found = asyncio.run(_found(config or default_config_dir(), show=not as_json))
    well = not any(finding.health is Health.FAILED for finding in found)
    if as_json:
        lines = [{"check": each.check, "health": str(each.health), "text": each.text} for each in found]
        print_json({"ok": well, "findings": lines})
    if not well:
        raise SystemExit(1)


async def _found(config_dir: Path, *, show: bool) -> list[Finding]:
    """All findings; each is shown as soon as it is known, because a server that does not answer takes its time."""
    found = []
    async for finding in findings(config_dir, os.environ):
        found.append(finding)
        if show:
            print(f"{finding.health:<8} {finding.check}: {finding.text}", flush=True)
    return found
