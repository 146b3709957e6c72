"""The dossier as a zip: every piece streamed in, a page for readers, an index and the sums of all files."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.cases.dossier import Letterhead, Piece, Section
from bot.exports.cells import readable
from bot.exports.overview import typeset

_HERE = Path(__file__).parent
_ROWS = 400  # of one section on the page
_PAGE = "dossier.pdf"
_INDEX = "INHOUD.txt"
_SUMS = "SHA256SUMS.txt"


@dataclass(frozen=True, slots=True)
class Filed:
    """One file in the zip."""

    name: str
    about: str
    size: int  # bytes
    sha256: str


def make_dossier(
    work: Path, target: Path, head: Letterhead, sections: tuple[Section, ...], pieces: Iterable[Piece]
) -> str:
    """Leave the zip at `target`, readable by its owner alone; its SHA-256. The same values give the same bytes.

    `work` is an empty directory for the page. Memory holds one chunk of a piece. Raises TypesettingError.
    """
    with _private(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        when = (head.year, head.month, head.day, 0, 0, 0)
        filed = [_streamed(package, piece, when) for piece in pieces]
        filed.append(_streamed(package, _page(work, head, sections, filed), when))
        filed.append(_streamed(package, _text(_INDEX, "deze inhoud", _index(head, sections, filed)), when))
        sums = "".join(f"{one.sha256}  {one.name}\n" for one in sorted(filed, key=lambda one: one.name))
        _streamed(package, _text(_SUMS, "controlesommen", sums), when)
    with target.open("rb") as made:
        return hashlib.file_digest(made, "sha256").hexdigest()


def _private(target: Path):  # type: ignore[no-untyped-def]
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _streamed(package: zipfile.ZipFile, piece: Piece, when: tuple[int, int, int, int, int, int]) -> Filed:
    entry = zipfile.ZipInfo(piece.name, date_time=when)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with package.open(entry, "w", force_zip64=True) as place:
        for chunk in piece.chunks():
            place.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return Filed(piece.name, piece.about, size, digest.hexdigest())


def _text(name: str, about: str, text: str) -> Piece:
    return Piece(name, about, lambda: [text.replace("\n", "\r\n").encode("utf-8", "replace")])


def _index(head: Letterhead, sections: tuple[Section, ...], filed: list[Filed]) -> str:
    lines = [f"Dossier {head.ref}", f"{head.organisation}, {head.made_at}", ""]
    lines += [f"{name}: {value}" for name, value in head.facts]
    lines += ["", "Onderdelen", *(f"- {section.title} ({section.folder}/)" for section in sections)]
    lines += ["", "Bestanden (bytes, SHA-256)"]
    lines += [f"- {one.name}: {one.about} ({one.size}, {one.sha256})" for one in filed]
    lines += ["", "De map alleen-intern/ is voor de eigen organisatie en wordt niet zonder meer overgedragen."]
    return "\n".join(lines) + "\n"


def _page(work: Path, head: Letterhead, sections: tuple[Section, ...], filed: list[Filed]) -> Piece:
    document = {
        "ref": head.ref,
        "brand": head.brand,
        "organisation": head.organisation,
        "made": {"year": head.year, "month": head.month, "day": head.day},
        "made_at": head.made_at,
        "facts": [(name, readable(value)) for name, value in head.facts],
        "files": [(one.name, one.about, str(one.size)) for one in filed[:_ROWS]],
        "sections": [_shown(section) for section in sections if not section.folder.startswith("alleen-intern")],
    }
    (work / "data.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8", errors="replace")
    shutil.copyfile(_HERE / "dossier.typ", work / "dossier.typ")
    typeset(work, "dossier", (head.year, head.month, head.day))
    return Piece(_PAGE, "het dossier om te lezen", lambda: [(work / _PAGE).read_bytes()])


def _shown(section: Section) -> dict[str, object]:
    more = len(section.rows) - _ROWS
    return {
        "title": section.title,
        "intro": section.intro,
        "head": section.head,
        "widths": section.widths or (1,) * len(section.head),
        "rows": [[readable(cell) or "–" for cell in row] for row in section.rows[:_ROWS]],
        "more": f"en nog {more} regels: zie {section.folder}/" if more > 0 else None,
    }
