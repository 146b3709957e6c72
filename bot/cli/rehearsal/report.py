"""The report of a rehearsal: what was read, what came of it, and how programs and terminals are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cases.rehearsal import Lane
from bot.cli.rehearsal.findings import Finding, Sheet
from bot.cli.rehearsal.words import CLOSED, LANES, OTHER_FILES, UNREAD, rights_in_words, trouble_in_words
from bot.mail.charsets import visible

_FIRST = 10  # mails of each kind that a terminal shows
_MOST_NAMED = 1000  # files that were passed over


@dataclass(slots=True)
class Gathered:
    """All that was read so far; of no mail more than the report needs."""

    sheets: list[Sheet] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)  # mail, reason: each would be a case for a person
    closed: list[tuple[str, str]] = field(default_factory=list)  # file that cannot be opened, reason
    passed_over: list[str] = field(default_factory=list)  # the first files that hold no mail
    others: int = 0  # how many those are

    @property
    def mails(self) -> int:
        return len(self.sheets) + len(self.unread)

    def pass_over(self, name: str) -> None:
        self.others += 1
        if len(self.passed_over) < _MOST_NAMED:
            self.passed_over.append(name)


@dataclass(frozen=True, slots=True)
class Report:
    """What the rehearsal found; the mails in the order in which they came."""

    place: str
    model: str
    findings: tuple[Finding, ...]
    unread: tuple[tuple[str, str], ...]
    closed: tuple[tuple[str, str], ...]
    passed_over: tuple[str, ...]
    others: int

    @property
    def counts(self) -> dict[Lane, int]:
        """How many mails took each lane, in the order of the lanes."""
        counted = Counter(finding.lane for finding in self.findings)
        return {lane: counted[lane] for lane in Lane}

    @property
    def mails(self) -> int:
        return len(self.findings) + len(self.unread)

    def of(self, lane: Lane) -> list[Finding]:
        """The mails of one lane; of ordinary mail first what came nearest to being something else."""
        found = [finding for finding in self.findings if finding.lane is lane]
        return sorted(found, key=lambda one: -one.nearest) if lane is Lane.ORDINARY else found


# As JSON


def as_json(report: Report) -> dict[str, Any]:
    """One document, the schema aside."""
    return {
        "path": report.place,
        "model": report.model,
        "counts": {
            **{lane.value: number for lane, number in report.counts.items()},
            "unreadable": len(report.unread),
            "not_opened": len(report.closed),
            "other_files": report.others,
        },
        "mails": [_finding(one) for one in report.findings],
        "unreadable": [{"file": name, "reason": reason} for name, reason in report.unread],
        "not_opened": [{"file": name, "reason": reason} for name, reason in report.closed],
        "other_files": list(report.passed_over),
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "file": one.name,
        "date": None if one.on is None else one.on.isoformat(),
        "sender": one.sender,
        "subject": one.subject,
        "outcome": one.lane.value,
        "case": one.number,
        "labels": list(one.kinds),
        "why": one.why,
        "writer": one.writer.value,
        "language": one.language.value,
        "considered": dict(one.considered),
        "reasons": [
            {"label": reason.label, "text": reason.text} | ({"attachment": reason.source} if reason.source else {})
            for reason in one.reasons
        ],
        "corrections": [{"field": each.field, "old": each.old, "new": each.new} for each in one.corrections],
    }


# For a terminal


def print_summary(report: Report, page: Path | None) -> None:
    """How many of each, and the first of those that ask for something."""
    console = Console(markup=False, highlight=False, emoji=False)
    console.print(
        f"{report.mails} mails gelezen in {report.place}. Er is niets veranderd en niets verstuurd.", soft_wrap=True
    )
    console.print(_counts(report))
    for lane in (Lane.CASE, Lane.PERSON, Lane.FOLLOW_UP):
        if found := report.of(lane):
            _print_first(console, LANES[lane], found)
    _print_troubles(console, UNREAD, report.unread)
    _print_troubles(console, CLOSED, report.closed)
    where = visible(str(page)) if page is not None else "een pagina met --html BESTAND, of in --json"
    console.print(f"Alles, met de zinnen en de redenen: {where}", soft_wrap=True)


def _counts(report: Report) -> Table:
    table = Table(box=SIMPLE, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for words, number in counted_in_words(report):
        table.add_row(words, str(number))
    return table


def counted_in_words(report: Report) -> list[tuple[str, int]]:
    """Every count that tells something; the lanes always do."""
    seldom = ((UNREAD, len(report.unread)), (CLOSED, len(report.closed)), (OTHER_FILES, report.others))
    usual = [
        (LANES[lane], number)
        for lane, number in report.counts.items()
        if number or lane not in (Lane.OWN, Lane.DUPLICATE)
    ]
    return usual + [(words, number) for words, number in seldom if number]


def _print_first(console: Console, title: str, found: list[Finding]) -> None:
    console.print(title, style="bold")
    for one in found[:_FIRST]:
        day = "geen datum" if one.on is None else one.on.isoformat()
        what = rights_in_words(one.kinds) if one.lane is Lane.CASE else one.why
        line = "  ".join((day, what, one.subject or "(geen onderwerp)", one.sender))
        console.print(Text(f"  {line}"), no_wrap=True, overflow="ellipsis")
    _print_rest(console, len(found))


def _print_troubles(console: Console, title: str, troubles: Iterable[tuple[str, str]]) -> None:
    found = list(troubles)
    if found:
        console.print(title, style="bold")
        for name, reason in found[:_FIRST]:
            console.print(f"  {name}: {trouble_in_words(reason)}", soft_wrap=True)
        _print_rest(console, len(found))


def _print_rest(console: Console, number: int) -> None:
    console.print(f"  … en nog {number - _FIRST}\n" if number > _FIRST else "")
