"""The report as one page that needs nothing but itself: no network, no scripts, no other file."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from bot.cases.errors import RefusedActError
from bot.cases.rehearsal import Lane
from bot.cli.rehearsal.findings import Finding
from bot.cli.rehearsal.report import Report, counted_in_words
from bot.cli.rehearsal.words import (
    CLOSED,
    FIELDS,
    LANES,
    LANGUAGES,
    OTHER_FILES,
    UNREAD,
    WRITERS,
    rights_in_words,
    trouble_in_words,
)
from bot.mail.charsets import visible

_HERE = Path(__file__).parent
_MARK = "<!doctype html>\n<!-- privacybot rehearse -->"
"""How a page of ours begins. Another file is never written over."""
_MOST = 2_000  # mails of one lane on the page; a browser can hold no more than some thousands
_NEAR = 0.1  # score from which an ordinary mail is shown among those that came near


@dataclass(frozen=True, slots=True)
class Group:
    """Mails of one lane that have the same said of them."""

    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One lane on the page; `left_out` mails of it are not shown. In a list each mail is one line."""

    lane: Lane
    title: str
    number: int
    groups: tuple[Group, ...]
    left_out: int

    @property
    def in_a_list(self) -> bool:
        return self.lane not in (Lane.CASE, Lane.PERSON, Lane.FOLLOW_UP)


class PageFile:
    """The file of the page. It is there when it is whole, and readable to its owner alone: it holds personal data."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft = Path()

    def __enter__(self) -> PageFile:
        """Raises RefusedActError before any mail is read, if the page could not be written then."""
        if self._target.is_dir() or (self._target.exists() and not self._may_be_replaced()):
            raise RefusedActError(
                f"{visible(str(self._target))} exists and is no page of a rehearsal; give --html another name"
            )
        with self._refusing():
            handle, draft = tempfile.mkstemp(dir=self._target.parent, prefix=".rehearse-", suffix=".html")
            self._draft, self._file = Path(draft), os.fdopen(handle, "w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                with self._refusing():
                    self._file.flush()
                    os.fsync(self._file.fileno())
                    self._draft.replace(self._target)
        finally:
            with suppress(OSError):
                self._file.close()
            self._draft.unlink(missing_ok=True)

    def write(self, pieces: Iterable[str]) -> None:
        """Add to the page. Raises RefusedActError."""
        with self._refusing():
            self._file.writelines(pieces)

    def _may_be_replaced(self) -> bool:
        with self._refusing():
            if not self._target.is_file():
                return False
            with self._target.open("rb") as file:
                return file.read(len(_MARK)) in (b"", _MARK.encode())

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except OSError as trouble:
            raise RefusedActError(
                f"the page {visible(str(self._target))} cannot be written ({trouble.strerror}); give --html a file in a"
                " folder that exists, that you may write in and that has room"
            ) from None


def write_page(file: PageFile, report: Report, brand: str, made_at: datetime, zone: ZoneInfo) -> None:
    """The whole report, mail by mail. Raises RefusedActError."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    file.write(
        _environment()
        .from_string((_HERE / "page.html").read_text(encoding="utf-8"))
        .generate(
            mark=Markup(_MARK),  # noqa: S704 - our own words
            css=Markup(css),  # noqa: S704 - our own file
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
            brand=brand,
            report=report,
            made_on=made_at.astimezone(zone).date(),
            tiles=counted_in_words(report),
            rights=_rights(report),
            sections=[_section(report, lane) for lane in Lane],
            troubles=[(UNREAD, report.unread[:_MOST]), (CLOSED, report.closed[:_MOST])],
            other_files=OTHER_FILES,
            writers=WRITERS,
            languages=LANGUAGES,
            fields=FIELDS,
        )
    )


def _environment() -> Environment:
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Callable[..., str]] = {
        "day": _dutch_day,
        "thousands": lambda number: f"{number:,}".replace(",", "."),
        "percent": lambda share: f"{100 * share:.0f} %",
        "right": lambda label: rights_in_words((label,)),
        "rights": rights_in_words,
        "trouble": trouble_in_words,
    }
    page.filters |= filters
    return page


def _dutch_day(day: date | None) -> str:
    return "geen datum" if day is None else f"{day:%d-%m-}{day.year:04}"


def _rights(report: Report) -> list[tuple[str, int]]:
    """How often each right was found in a mail that opens a case, the commonest first."""
    found: defaultdict[str, int] = defaultdict(int)
    for finding in report.findings:
        for kind in finding.kinds if finding.lane in (Lane.CASE, Lane.PERSON) else ():
            found[kind] += 1
    return sorted(found.items(), key=lambda each: -each[1])


_GROUPED: dict[Lane, Callable[[Finding], str]] = {
    Lane.CASE: lambda finding: rights_in_words(finding.kinds),
    Lane.PERSON: lambda finding: finding.why,
    Lane.FOLLOW_UP: lambda finding: finding.why,
    Lane.ORDINARY: lambda finding: "kwam in de buurt van een verzoek" if finding.nearest >= _NEAR else "de rest",
}


def _section(report: Report, lane: Lane) -> Section:
    found = report.of(lane)
    groups: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in found[:_MOST]:
        groups[_GROUPED[lane](finding) if lane in _GROUPED else ""].append(finding)
    by_size = sorted(groups.items(), key=lambda each: 0 if lane is Lane.ORDINARY else -len(each[1]))
    shown = tuple(Group(title, tuple(members)) for title, members in by_size)
    return Section(lane, LANES[lane], len(found), shown, max(0, len(found) - _MOST))
