"""`privacybot breach …`: the register of personal data breaches."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cases.incidents import Risk
from bot.cli.options import MOMENTS, As, Given, Json, do

breach_app = typer.Typer(help="Personal data breaches: register, 72 hours, notification.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="N", help="Its number in `privacybot breach list`.")]


def _when(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, formats=MOMENTS, help=what)
    return option


@breach_app.command("list")
def listed(as_json: Json = False) -> None:
    """The register, dismissed ones included."""
    do("breaches", "listed", Given.config, as_json=as_json)


@breach_app.command()
def show(number: Number, as_json: Json = False) -> None:
    """One breach: what is known, what is missing, how long there is."""
    do("breaches", "show", Given.config, number, as_json=as_json)


@breach_app.command()
def fill(
    number: Number,
    user: As,
    name: Annotated[str, typer.Option("--field", help="nature, people, records, consequences, measures, late_reason")],
    text: Annotated[str, typer.Option("--text", help="What is known; no names.")],
) -> None:
    """Write one field of the notification."""
    do("breaches", "fill", Given.config, number, user, name, text)


@breach_app.command()
def decide(
    number: Number,
    user: As,
    risk: Annotated[Risk | None, typer.Option("--risk", help="For the people; it starts as high.")] = None,
    risk_because: Annotated[str | None, typer.Option("--risk-because", help="Why the risk is lower.")] = None,
    notified: Annotated[datetime | None, _when("--notified", "When somebody notified the authority.")] = None,
    authority_ref: Annotated[str | None, typer.Option("--ap-ref", help="The authority's own number.")] = None,
    not_notified: Annotated[str | None, typer.Option("--not-notified", help="Why the authority need not hear.")] = None,
    people_told: Annotated[datetime | None, _when("--people-told", "When the people heard.")] = None,
    people_not_told: Annotated[str | None, typer.Option("--people-not-told", help="Why they need not hear.")] = None,
    controller_told: Annotated[datetime | None, _when("--customer-told", "When the customer heard.")] = None,
) -> None:
    """The privacy officer's decisions, or what was done about them."""
    decided = {
        "risk": risk,
        "risk_because": risk_because,
        "notified_at": notified,
        "authority_ref": authority_ref,
        "not_notified_because": not_notified,
        "people_told_at": people_told,
        "people_not_told_because": people_not_told,
        "controller_told_at": controller_told,
    }
    do("breaches", "decide", Given.config, number, user, decided)


@breach_app.command()
def dismiss(
    number: Number, user: As, reason: Annotated[str, typer.Option("--reason", help="Why nothing was disclosed.")]
) -> None:
    """No breach after all; it stays in the register."""
    do("breaches", "dismiss", Given.config, number, user, reason)


@breach_app.command()
def close(number: Number, user: As) -> None:
    """Everything is known, decided and done."""
    do("breaches", "close", Given.config, number, user)


@breach_app.command()
def notice(number: Number, user: As) -> None:
    """Draft the letter to the person whose data they are."""
    do("breaches", "notice", Given.config, number, user)


@breach_app.command()
def notification(
    number: Number, out: Annotated[Path | None, typer.Option("--out", help="A file; else it is printed.")] = None
) -> None:
    """The draft of the notification to the authority; a person hands it in."""
    do("breaches", "notification", Given.config, number, out)
