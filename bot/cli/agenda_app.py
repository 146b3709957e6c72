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
    unlink: Annotated[bool, typer.Option("--unlink", help="Close the secret address; no new one is made.")] = False,
    user: Annotated[
        str | None, typer.Option("--as", metavar="USER", help="Who you are, for --link and --unlink.")
    ] = None,
) -> None:
    """Give the terms of all open cases as iCalendar: reference, right and date, nothing about anybody."""
    if [out is not None, link, unlink].count(True) != 1:
        raise typer.BadParameter("give one of --out FILE.ics, --link --as USER and --unlink --as USER")
    if out is None and user is None:
        raise typer.BadParameter("--link and --unlink want --as USER")
    if link:
        do("agendas", "link", Given.config, user)
    elif unlink:
        do("agendas", "unlink", Given.config, user)
    else:
        do("agendas", "write", Given.config, out)
