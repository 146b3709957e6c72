"""Commands about whoever does not simply write for himself: representatives, heirs, companies, third persons."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cases.mandates import Ground, Standing
from bot.cli.options import As, Given, Json, Reason, Ref, do

people_app = typer.Typer()


def _day(name: str, what: str) -> Any:
    return typer.Option(name, formats=["%Y-%m-%d"], help=what)


@people_app.command()
def represents(
    ref: Ref,
    user: As,
    who: Annotated[Standing, typer.Option("--who", help="Who writes, as far as you found out.")],
    custody: Annotated[bool, typer.Option("--custody", help="Ask for an extract of the custody register.")] = False,
    as_json: Json = False,
) -> None:
    """Say who writes; the letter that goes with it is drafted."""
    do("people", "represents", Given.config, ref, user, who, custody=custody, as_json=as_json)


@people_app.command()
def mandate(
    ref: Ref,
    user: As,
    principal: Annotated[str, typer.Option("--for", help="For whom.")],
    agent: Annotated[str, typer.Option("--by", help="Who may speak for him.")],
    scope: Annotated[str, typer.Option("--scope", help="For which rights, such as access,erasure.")],
    signed: Annotated[datetime, _day("--signed", "The day on it, or of the court's decision.")],
    begins: Annotated[datetime, _day("--from", "The first day on which it holds.")],
    ends: Annotated[datetime, _day("--to", "The last one.")],
    note: Annotated[str, typer.Option("--note", help="What you looked at: names, signature, court.")],
    ground: Annotated[Ground, typer.Option("--ground", help="Why he may.")] = Ground.MANDATE,
    receipt: Annotated[bool, typer.Option("--receipt", help="It says that he may receive the answer.")] = False,
    known_by: Annotated[
        str | None, typer.Option("--known-by", help="Address or customer number of the person; it only finds.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="The document on paper; only its hash is kept.")] = None,
    as_json: Json = False,
) -> None:
    """Write down a mandate that you have seen; the person himself is then asked."""
    do(
        "people",
        "mandate",
        Given.config,
        ref,
        user,
        ground=ground,
        principal=principal,
        agent=agent,
        scope=scope,
        signed=signed,
        begins=begins,
        ends=ends,
        receipt=receipt,
        note=note,
        known_by=known_by,
        file=file,
        as_json=as_json,
    )


@people_app.command("mandate-receipt")
def mandate_receipt(
    ref: Ref,
    user: As,
    note: Annotated[str, typer.Option("--note", help="How the person himself agreed to that.")],
    as_json: Json = False,
) -> None:
    """Let the answer go to whoever holds the mandate; two people approve it."""
    do("people", "to_agent", Given.config, ref, user, note, as_json=as_json)


@people_app.command()
def forward(
    ref: Ref,
    user: As,
    company: Annotated[str, typer.Option("--company", help="Exact name, KvK number or customer number.")],
    as_json: Json = False,
) -> None:
    """Hand a request about a customer's books to that customer: drafts both letters."""
    do("people", "forward", Given.config, ref, user, company, as_json=as_json)


@people_app.command("masked-copy")
def masked_copy(ref: Ref, user: As, reason: Reason, as_json: Json = False) -> None:
    """Ask for a masked copy of an identity document, where nothing else shows who it is; two people approve."""
    do("people", "masked_copy", Given.config, ref, user, reason, as_json=as_json)


@people_app.command("id-checked")
def copy_checked(ref: Ref, user: As, as_json: Json = False) -> None:
    """Write down that you looked at a masked copy; nothing of it is kept."""
    do("people", "copy_checked", Given.config, ref, user, as_json=as_json)
