"""What the commands share: their common options, and how the function behind one is found."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

MOMENTS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S"]

As = Annotated[str, typer.Option("--as", metavar="USER", help="Who you are, by name in `privacybot user list`.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The case, such as KB-2026-0042.")]
DraftId = Annotated[int | None, typer.Option("--draft", help="Which draft, if the case has several.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is written in the case file.")]
Kinds = Annotated[str | None, typer.Option("--kind", help="Only these rights, such as access,erasure.")]


class Given:
    """What stood before the command."""

    config: Path | None = None


def do(where: str, what: str, *args: Any, **kwargs: Any) -> None:
    """Run the function behind a command; its module is imported only now."""
    getattr(import_module(f"bot.cli.{where}"), what)(*args, **kwargs)


def case_act(what: str, *args: Any, **kwargs: Any) -> None:
    """Run one of the acts of staff on a case."""
    do("acts", what, Given.config, *args, **kwargs)
