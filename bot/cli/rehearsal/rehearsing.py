"""`privacybot rehearse`: what would have come of past mail, and why. It opens no archive and changes nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.cases.errors import RefusedActError
from bot.cases.rehearsal import Rehearsal
from bot.cli.mails import own_numbers
from bot.cli.rehearsal.findings import finding_of, sheet_of
from bot.cli.rehearsal.page import PageFile, write_page
from bot.cli.rehearsal.report import Gathered, Report, as_json, print_summary
from bot.cli.session import print_json, settings_of, telling
from bot.mail.cage import Cage, Caged
from bot.mail.charsets import visible
from bot.mail.mailfiles import files_under, holds_mail, mails_in, size_of
from bot.mail.message import ParsedMail, Unreadable
from bot.rooms import clock_of
from bot.settings import Settings
from bot.triage.reading import Reader, Reading
from bot.triage.verdict import Verdict

_MEGABYTE = 1024 * 1024
_LINE_SECONDS = 10.0  # between two lines of progress where there is no terminal
_INTERRUPTED = 130  # as shells have it

Told = Callable[[int, int], None]
"""Is told of progress: bytes of files that were read, mails that were read."""


def rehearse(config: Path | None, place: Path, page: Path | None, *, as_document: bool) -> None:
    """Exit code 1 if a file could not be opened; what was read is told all the same."""
    with telling(), _interruptible():
        _refuse_what_is_not_there(place)
        settings = settings_of(config, keys_required=False)
        if page is None:
            report = _report(settings, place)
        else:
            with PageFile(page) as file:
                report = _report(settings, place)
                write_page(
                    file, report, settings.organisation.brand, clock_of(settings)(), ZoneInfo(settings.cases.timezone)
                )
        with _printing():
            if as_document:
                print_json(as_json(report))
            else:
                print_summary(report, page)
        if report.closed:
            raise RefusedActError(f"{len(report.closed)} files could not be opened; the report names them and the mend")


def _refuse_what_is_not_there(place: Path) -> None:
    if not place.exists():
        raise RefusedActError(
            f"{visible(str(place))} does not exist; give a folder with mails, one .eml, an mbox file or a Maildir"
        )
    if not (place.is_dir() or place.is_file()):
        raise RefusedActError(f"{visible(str(place))} is neither a folder nor a file; give one of these")


def _report(settings: Settings, place: Path) -> Report:
    """All mails read, then decided about in the order in which they came. Raises RefusedActError if there are none."""
    gathered = asyncio.run(_gathered(settings, place))
    if not gathered.mails:
        raise RefusedActError(_nothing_there(place, gathered))
    rehearsal = Rehearsal(settings.organisation.address, settings.gate.cases_per_sender)
    zone = ZoneInfo(settings.cases.timezone)
    sheets = sorted(gathered.sheets, key=lambda sheet: sheet.came_at)
    findings = (
        finding_of(one, rehearsal.take(one.mail, one.verdict, one.as_reply, one.came_at), zone) for one in sheets
    )
    return Report(
        place=visible(str(place)),
        model=Reader.of(settings).model().version,
        findings=tuple(findings),
        unread=tuple(sorted(gathered.unread)),
        closed=tuple(gathered.closed),
        passed_over=tuple(gathered.passed_over),
        others=gathered.others,
    )


def _nothing_there(place: Path, gathered: Gathered) -> str:
    if gathered.closed:
        return f"{visible(str(place))} cannot be opened ({gathered.closed[0][1]}); let this user read it"
    others = f"; {gathered.others} other files were passed over" if gathered.others else ""
    return (
        f"there is no mail in {visible(str(place))}{others}; mail is .eml, mbox or a Maildir"
        " (let Outlook save its mail as .eml first)"
    )


# Reading


async def _gathered(settings: Settings, place: Path) -> Gathered:
    """As many mails at once as there are children; of each only its sheet stays in memory."""
    gathered, reader, ours = Gathered(), Reader.of(settings), own_numbers(settings)
    mails = _mails(place, settings.parsing.max_mail_mb * _MEGABYTE, gathered)
    with _progress(sum(map(size_of, files_under(place)))) as told:

        async def work() -> None:
            for name, raw in mails:
                _keep(gathered, name, await cage.run(raw), ours)
                told(len(raw), gathered.mails)

        async with (
            Cage(reader, settings.parsing, reader.warm, reader.careful()) as cage,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(settings.parsing.processes):
                group.create_task(work())
    return gathered


def _mails(place: Path, limit: int, gathered: Gathered) -> Iterator[tuple[str, bytes]]:
    """Every mail with its name, one after the other. A file that was named is mail, whatever it looks like."""
    for path in files_under(place):
        name = visible(path.name if path == place else str(path.relative_to(place)))
        try:
            if path == place or holds_mail(path):
                yield from ((f"{name}{which}", raw) for which, raw in mails_in(path, limit))
            else:
                gathered.pass_over(name)
        except OSError as trouble:
            gathered.closed.append((name, type(trouble).__name__))


def _keep(gathered: Gathered, name: str, reading: Reading | Caged, ours: frozenset[str]) -> None:
    match reading:
        case Caged(reason=reason) | Reading(mail=Unreadable(reason=reason)):
            gathered.unread.append((name, reason))
        case Reading(mail=ParsedMail() as mail, verdict=Verdict() as verdict, as_reply=as_reply):
            gathered.sheets.append(sheet_of(name, mail, verdict, as_reply, ours))
        case _:
            gathered.unread.append((name, "not judged"))


# Progress


@contextmanager
def _progress(total: int) -> Iterator[Told]:
    """A bar on a terminal, elsewhere a line now and then; both on stderr."""
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("mails lezen", total=total)

        def told(size: int, mails: int) -> None:
            progress.update(bar, advance=size, description=f"{mails} mails gelezen")

        yield told


class _Lines:
    """Says how far it is, no more often than every ten seconds."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._read = 0
        self._next = asyncio.get_running_loop().time() + _LINE_SECONDS

    def __call__(self, size: int, mails: int) -> None:
        self._read += size
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + _LINE_SECONDS
            share = min(99, 100 * self._read // max(1, self._total))
            print(f"privacybot: {mails} mails gelezen ({share} %)", file=sys.stderr)


# Ending


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends it with one line: nothing was begun that could stay half done."""
    try:
        yield
    except KeyboardInterrupt:
        print("\nprivacybot: gestopt; er is niets veranderd", file=sys.stderr)
        raise SystemExit(_INTERRUPTED) from None


@contextmanager
def _printing() -> Iterator[None]:
    """Whoever reads standard output may stop reading, and the disk behind it may be full."""
    try:
        yield
        sys.stdout.flush()
    except OSError as trouble:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at the end
        raise RefusedActError(
            f"the report cannot be printed ({trouble.strerror}); give --html a file instead"
        ) from None
