"""The command that sends one mail of our own and sees it arrive."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.cli.session import print_json, settings_of, telling
from bot.rooms import Rooms
from bot.settings import Settings
from bot.trial import Step, trial


def testmail(config: Path | None, to: str | None, wait_seconds: float, *, as_json: bool) -> None:
    with telling():
        steps = asyncio.run(_steps(settings_of(config), to, wait_seconds, show=not as_json))
    well = all(step.ok for step in steps)
    if as_json:
        lines = [{"step": step.name, "ok": step.ok, "text": step.text, "seconds": step.seconds} for step in steps]
        print_json({"ok": well, "steps": lines})
    if not well:
        raise SystemExit(1)


async def _steps(settings: Settings, to: str | None, wait_seconds: float, *, show: bool) -> list[Step]:
    rooms = Rooms(settings)
    steps = []
    try:
        async for step in trial(rooms, to, wait_seconds):
            steps.append(step)
            if show:
                print(f"{step.seconds:7.2f} s  {'' if step.ok else 'FAILED '}{step.name}: {step.text}", flush=True)
    finally:
        await rooms.close()
    return steps
