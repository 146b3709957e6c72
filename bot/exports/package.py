"""Builds what a person receives as files: the overview (PDF) and the data (JSON and CSV), each encrypted."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.datamap.holdings import Holding
from bot.exports.about import Built, BuiltFile, ExportAbout, HoldingSummary, Scalar, Totals
from bot.exports.overview import Section, long_date, make_overview
from bot.exports.rowfiles import RowFile
from bot.exports.rows import Guard, clean_name, portable_columns, walk
from bot.exports.sealing import built_file, local_time, rows_per_table, seal_zip
from bot.exports.words import Words, words_in

__all__ = ["Built", "BuiltFile", "ExportAbout", "HoldingSummary", "build", "sweep"]

_WORK = "export-"  # what unencrypted rows live under, for as long as one build takes


def build(
    scratch: Path, holdings: Iterable[Holding], about: ExportAbout, passphrase: str, *, access: bool, portability: bool
) -> Built:
    """Build the files for an access or portability request, or both, walking every row once.

    Only encrypted files are left in `scratch`; after an error, nothing is. Raises ExportLeakError when a row belongs to
    somebody else, ExportError otherwise; what a source raises while its rows are walked passes through.
    """
    if not (access or portability):
        raise ValueError("an export is for access, for portability, or for both")
    words = words_in(about.language)
    scratch.mkdir(parents=True, exist_ok=True)
    with _workroom(scratch) as work:
        places = _places(work, access=access, portability=portability)
        sections = tuple(_walked(holdings, about, places, words))
        sealed: list[_Sealed] = []
        if access:
            sealed.append(_overview(work, sections, about, words, passphrase))
            rows = [file for section in sections for file in section.walked.access]
            sealed.append(_package(work, words.data, rows, _note(about, words), about, passphrase))
        if portability:
            rows = [file for section in sections for file in section.walked.portable]
            note = _note(about, words) + words.portable_note
            sealed.append(_package(work, words.transfer, rows, note, about, passphrase))
        files = tuple(_handed_over(file, scratch) for file in sealed)
    return Built(files, tuple(_summary(section) for section in sections), _totals(sections))


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An encrypted file that still lies in the workroom."""

    path: Path
    content_type: str
    manifest: Mapping[str, Scalar]


def _handed_over(file: _Sealed, scratch: Path) -> BuiltFile:
    """The file in `scratch`; one of the same name, left by an earlier build, makes way."""
    return built_file(file.path.replace(scratch / file.path.name), file.content_type, file.manifest)


def sweep(scratch: Path) -> int:
    """Empty the scratch directory, which holds nothing but exports being built. Says how many things it found.

    What a killed process left there may be unencrypted. For the start of the one worker, before it builds anything.
    """
    left = list(scratch.iterdir()) if scratch.is_dir() else []
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(left)


@contextmanager
def _workroom(scratch: Path) -> Iterator[Path]:
    """A directory for our eyes only (0700), gone at the end however it ends."""
    with tempfile.TemporaryDirectory(prefix=_WORK, dir=scratch) as work:
        yield Path(work)


def _places(work: Path, *, access: bool, portability: bool) -> Mapping[str, Path]:
    places = {purpose: work / purpose for purpose, asked in (("access", access), ("portable", portability)) if asked}
    for place in places.values():
        place.mkdir()
    return places


def _walked(
    holdings: Iterable[Holding], about: ExportAbout, places: Mapping[str, Path], words: Words
) -> Iterator[Section]:
    guard = Guard(about.belongs_to)
    taken: set[str] = set()
    for holding in holdings:
        name = _unique(clean_name(holding.system, holding.table), taken)
        walked = walk(holding, about, places, name, guard, words)
        yield Section(holding, walked, _left_out(holding, words))


def _unique(name: str, taken: set[str]) -> str:
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}-{number}"
    taken.add(unique)
    return unique


def _left_out(holding: Holding, words: Words) -> tuple[str, ...]:
    """What the source says it left out, and every redacted column that it does not mention."""
    redacted = (
        words.redacted_why.format(label=column.label)
        for column in holding.columns
        if column.third_party and not any(line.startswith(f"{column.label}:") for line in holding.left_out)
    )
    return (*holding.left_out, *redacted)


def _overview(work: Path, sections: tuple[Section, ...], about: ExportAbout, words: Words, passphrase: str) -> _Sealed:
    target = work / f"{about.ref}-{words.overview}.pdf"
    make_overview(work, target, sections, about, words, passphrase)
    counts = {f"{section.holding.system}.{section.holding.table}": section.walked.count for section in sections}
    return _Sealed(target, "application/pdf", counts)


def _package(work: Path, part: str, rows: list[RowFile], note: str, about: ExportAbout, passphrase: str) -> _Sealed:
    target = work / f"{about.ref}-{part}.zip"
    seal_zip(target, rows, (words_in(about.language).note, note), about, passphrase)
    return _Sealed(target, "application/zip", rows_per_table(rows))


def _note(about: ExportAbout, words: Words) -> str:
    made = long_date(local_time(about), words)
    return words.format_note.format(ref=about.ref, brand=about.organisation.brand, made=made)


def _summary(section: Section) -> HoldingSummary:
    holding = section.holding
    portable = portable_columns(holding)
    return HoldingSummary(
        system=holding.system,
        table=holding.table,
        label=holding.label,
        category=holding.category,
        purpose=holding.purpose,
        legal_basis=holding.legal_basis,
        recipients=holding.recipients,
        origin=holding.origin,
        retention=holding.retention,
        rows=section.walked.count,
        left_out=section.left_out,
        role="processor" if holding.role == "processor" else "controller",
        withheld=holding.withheld,
        portable=tuple(column.label for column in portable),
        not_portable=tuple(column.label for column in holding.columns if column not in portable),
    )


def _totals(sections: tuple[Section, ...]) -> Totals:
    counts = [section.walked.count for section in sections]
    return Totals(tables=len(counts), tables_with_rows=sum(count > 0 for count in counts), rows=sum(counts))
