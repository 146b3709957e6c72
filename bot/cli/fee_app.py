"""`privacybot fee`: say before what a request would cost."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import As, Given, Json, Reason, Ref, do

fee_app = typer.Typer()


@fee_app.command("fee")
def fee(
    ref: Ref,
    user: As,
    reason: Reason,
    amount: Annotated[str, typer.Option("--amount", metavar="EURO", help="Such as 4,50.")],
    as_json: Json = False,
) -> None:
    """Draft the letter that announces a fee and lets the person withdraw; off unless [approval] fees says otherwise."""
    do("fees", "announce", Given.config, ref, user, amount, reason, as_json=as_json)
