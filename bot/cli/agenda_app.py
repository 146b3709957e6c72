"""`privacybot calendar`: the terms of open cases for a calendar program, as a file or at a secret address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import Given, do

agenda_app = typer.Typer()


@agenda_app.command("calendar")
def calendar(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.ics", help="Write them to this file.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Make a new secret address, and close the one before.")] = False,
    user: Annotated[str | None, typer.Option("--as", metavar="USER", help="Who you are, for --link.")] = None,
) -> None:
    """Give the terms of all open cases as iCalendar: reference, right and date, nothing about anybody."""
    if (out is None) is not link:
        raise typer.BadParameter("give --out FILE.ics, or --link --as USER")
    if link and user is None:
        raise typer.BadParameter("--link wants --as USER")
    if link:
        do("agendas", "link", Given.config, user)
    else:
        do("agendas", "write", Given.config, out)
