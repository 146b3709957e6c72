"""The overview as PDF: what we hold, in words and tables (GDPR Art. 15). Data reach the page as data, not as markup."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from bot.datamap.holdings import Holding
from bot.exports.about import ExportAbout
from bot.exports.cells import readable, shown
from bot.exports.errors import TypesettingError
from bot.exports.rows import Walked, pending_for
from bot.exports.sealing import local_time, seal_pdf
from bot.exports.words import Words

TYPESETTING_SECONDS = 120
"""A document of the largest size takes under ten."""

_LINE = 108  # characters of table text on one line
_COLUMNS = 7  # more of them become a list of cards

_CARD_VALUE = 70  # characters beside another value on a card
_AMOUNT = re.compile(r"-?\d[\d.,]*[.,]\d+")

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Section:
    """One table with what came of it. Its rows are walked: only the meaning of the holding is used."""

    holding: Holding
    walked: Walked
    left_out: tuple[str, ...]

    @property
    def file(self) -> str | None:
        return self.walked.access[0].name if self.walked.access else None


def make_overview(
    work: Path, target: Path, sections: Sequence[Section], about: ExportAbout, words: Words, passphrase: str
) -> None:
    """Typeset in `work` and leave the encrypted PDF at `target`. Raises TypesettingError."""
    (work / "data.json").write_text(
        json.dumps(_document(sections, about, words), ensure_ascii=False, allow_nan=False), encoding="utf-8"
    )
    shutil.copyfile(_HERE / "overview.typ", work / "overview.typ")
    typeset(work, "overview")
    seal_pdf(work / "overview.pdf", target, passphrase)


def typeset(work: Path, page: str, made_on: tuple[int, int, int] | None = None) -> None:
    """Make `page`.pdf of `page`.typ and data.json in `work`; the same bytes each time for the same day."""
    day = () if made_on is None else (date(*made_on).isoformat(),)
    command = [sys.executable, "-I", str(_HERE / "typesetting.py"), str(work), page, *day]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TYPESETTING_SECONDS, check=False)  # noqa: S603 - our own script
    except subprocess.TimeoutExpired:
        raise TypesettingError("the overview took too long to typeset") from None
    if done.returncode:
        raise TypesettingError(_last_words(done))


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """What the child said of itself; a traceback could quote data and stays unsaid."""
    said = done.stderr.strip()
    return (
        said
        if said.startswith("the typesetter") and "\n" not in said
        else f"the typesetter ended with {done.returncode}"
    )


def _document(sections: Sequence[Section], about: ExportAbout, words: Words) -> dict[str, object]:
    organisation = about.organisation
    return {
        "words": asdict(words),
        "brand": organisation.brand,
        "sender": f"{organisation.name} · {organisation.street} · {organisation.postcode} {organisation.city}",
        "reference": about.ref,
        "made": {"year": local_time(about).year, "month": local_time(about).month, "day": local_time(about).day},
        "facts": _facts(about, words),
        "parts": [_part(section) for section in sections],
        "categories": _categories(sections, about, words),
        "general": _general(about, words),
    }


def _facts(about: ExportAbout, words: Words) -> list[tuple[str, str]]:
    organisation = about.organisation
    return [
        (words.reference, about.ref),
        (words.about, readable(about.subject_name or about.address)),
        (words.address, readable(about.address)),
        (words.received, long_date(about.received_on, words)),
        (words.made, long_date(local_time(about), words)),
        (words.controller, f"{organisation.name}, {organisation.city} (KvK {organisation.kvk})"),
    ]


def _part(section: Section) -> dict[str, object]:
    return {"label": section.holding.label, "rows": section.walked.count, "file": section.file or "–"}


def _categories(sections: Sequence[Section], about: ExportAbout, words: Words) -> list[dict[str, object]]:
    """Tables by category, in the order in which categories first appear."""
    grouped: dict[str, list[Section]] = {}
    for section in sections:
        grouped.setdefault(section.holding.category, []).append(section)
    return [
        {"name": name[:1].upper() + name[1:], "tables": [_table(one, about, words) for one in group]}
        for name, group in grouped.items()
    ]


def _table(section: Section, about: ExportAbout, words: Words) -> dict[str, object]:
    holding, walked = section.holding, section.walked
    labels = [column.label for column in holding.columns]
    rows = [list(row) for row in walked.first]
    shape, widths = _shape(labels, rows)
    cards = [_card(labels, row) for row in rows] if shape == "cards" else []
    return {
        "label": holding.label,
        "facts": [
            (words.purpose, holding.purpose),
            (words.legal_basis, holding.legal_basis),
            (words.recipients, ", ".join(holding.recipients) or words.nobody),
            (words.origin, holding.origin),
            (words.retention, holding.retention),
        ],
        "shape": shape,
        "widths": widths,
        "head": labels,
        "right": [_amounts(column) for column in zip(*rows, strict=True)],
        "body": [] if cards else rows,
        "cards": cards,
        "empty": not rows,
        "withheld": holding.withheld,
        "more": words.more_rows.format(shown=len(rows), count=walked.count, file=section.file)
        if walked.count > len(rows)
        else None,
        "left_out": list(section.left_out),
        "pending": _pending(holding, about, words),
        "columns": [
            f"{column.name} = {column.label}"
            for column in holding.columns
            if rows and column.name.lower() != column.label.lower()
        ],
    }


def _pending(holding: Holding, about: ExportAbout, words: Words) -> list[str]:
    labels = {column.name: column.label for column in holding.columns if not column.third_party}
    return [
        words.pending_text.format(
            label=labels[change.column],
            old=shown(change.old, about.language, about.timezone),
            new=shown(change.new, about.language, about.timezone),
        )
        for change in pending_for(holding, about)
        if change.column in labels
    ]


def _shape(labels: list[str], rows: list[list[str]]) -> tuple[str, list[int]]:
    """How a table fits the page: one row reads best as a list, few narrow columns as a table, the rest as cards.

    The widths are parts of a line: each column gets its longest word, and what is left goes to those with long texts.
    """
    if len(rows) <= 1:
        return "list", []
    columns = list(zip(labels, *rows, strict=True))
    needed = [max(_longest_word(cell) for cell in column) + 3 for column in columns]
    if len(labels) > _COLUMNS or sum(needed) > _LINE:
        return "cards", []
    wanted = [
        max(min(max(len(cell) for cell in column), 60) - need, 1) for column, need in zip(columns, needed, strict=True)
    ]
    spare = _LINE - sum(needed)
    return "table", [need + spare * want // sum(wanted) for need, want in zip(needed, wanted, strict=True)]


def _card(labels: list[str], row: list[str]) -> list[tuple[str, str, bool]]:
    """Names with their values, two to a line; a long text (marked True) has a line of its own."""
    card: list[tuple[str, str, bool]] = []
    half = False
    for label, value in zip(labels, row, strict=True):
        wide = len(value) > _CARD_VALUE
        if wide and half:
            card.append(("", "", False))
        card.append((label, value, wide))
        half = not half and not wide
    return card


def _amounts(column: tuple[str, ...]) -> bool:
    """Numbers with decimals line up on the right."""
    return all(value == "–" or _AMOUNT.fullmatch(value) for value in column)


def _longest_word(text: str) -> int:
    return max((len(word) for word in re.split("[ \t\n\u200b]", text)), default=1)


def _general(about: ExportAbout, words: Words) -> list[tuple[str, str]]:
    """What holds for all of it. Facts about the organisation that somebody must confirm stand in the letter only."""
    organisation, authority = about.organisation, about.organisation.authority
    complaint = words.authority_text.format(
        name=authority.name,
        postal=authority.postal_address,
        url=authority.complaint_url,
        phone=authority.phone,
    )
    return [
        (words.rights, words.rights_text),
        (words.letter, words.letter_text),
        (words.contact, words.contact_text.format(address=organisation.address, ref=about.ref)),
        (words.authority, complaint),
    ]


def long_date(day: date | datetime, words: Words) -> str:
    from babel.dates import format_date  # noqa: PLC0415 - locale data that only letters and exports need

    return str(format_date(day, "d MMMM y", locale=f"{words.language}_{words.region}"))
