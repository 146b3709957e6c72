"""`privacybot calendar`: the terms of open cases as a file that a calendar program reads."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Given, do

agenda_app = typer.Typer()


@agenda_app.command("calendar")
def calendar(out: Annotated[Path, typer.Option("--out", help="The .ics file to write.")]) -> None:
    """Write the terms of all open cases as iCalendar: reference, right and date, nothing about anybody."""
    do("agendas", "write", Given.config, out)
