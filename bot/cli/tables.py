"""Rows as staff read them on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cases.event_facts import facts_in_words
from bot.cases.moments import moment_words


def print_table(
    console: Console, title: str, heads: Mapping[str, str], rows: list[dict[str, Any]], timezone: str
) -> None:
    """Nothing where there are no rows. Moments are told in the time of the company."""
    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False)
    for head in heads.values():
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row[key], timezone)) for key in heads))
    console.print(table)


def _cell(value: Any, timezone: str) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "ja"
    if isinstance(value, datetime):
        return moment_words(value, timezone)
    if isinstance(value, Mapping):
        return facts_in_words(value, timezone)
    return str(value)
