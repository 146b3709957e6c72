"""Closes files to everybody without the passphrase: AES-256 zip (AE-2) and AES-256 PDF (revision 6)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.exports.about import BuiltFile, ExportAbout, Scalar
from bot.exports.rowfiles import SCHEMA, RowFile

_CHUNK = 1 << 20  # bytes


def seal_zip(
    target: Path, files: Iterable[RowFile], note: tuple[str, str], about: ExportAbout, passphrase: str
) -> None:
    """One encrypted package: the row files, a note for people and a manifest. Streams; holds one chunk in memory."""
    import pyzipper  # noqa: PLC0415 - with its ciphers too slow to load for `--help`

    files = tuple(files)
    with pyzipper.AESZipFile(target, "x", compression=pyzipper.ZIP_DEFLATED) as package:
        package.setpassword(passphrase.encode())
        package.setencryption(pyzipper.WZ_AES, nbits=256, force_wz_aes_version=2)  # AE-2: no checksum of the plain text
        when = local_time(about).timetuple()[:6]

        def entry(name: str) -> object:
            described = package.zipinfo_cls(name, date_time=when)
            described.compress_type = pyzipper.ZIP_DEFLATED
            return described

        name, text = note
        package.writestr(entry(name), text.replace("\n", "\r\n").encode("utf-8-sig"))
        package.writestr(entry("manifest.json"), json.dumps(_manifest(files, about), ensure_ascii=False, indent=2))
        for file in files:
            with file.path.open("rb") as source, package.open(entry(file.name), "w", force_zip64=True) as place:
                shutil.copyfileobj(source, place, _CHUNK)


def _manifest(files: tuple[RowFile, ...], about: ExportAbout) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "reference": about.ref,
        "made_at": about.made_at.isoformat(),
        "files": [
            {
                "name": file.name,
                "system": file.system,
                "table": file.table,
                "label": file.label,
                "rows": file.rows,
                "size": file.size,
                "sha256": file.sha256,
            }
            for file in files
        ],
    }


def seal_pdf(plain: Path, target: Path, passphrase: str) -> None:
    """The same PDF, encrypted; whoever has the passphrase may do with it what he likes, also with a screen reader."""
    import pikepdf  # noqa: PLC0415 - loads a PDF library that only exports need

    with pikepdf.open(plain) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(owner=passphrase, user=passphrase, R=6))


def built_file(path: Path, content_type: str, manifest: Mapping[str, Scalar]) -> BuiltFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BuiltFile(path, path.name, content_type, path.stat().st_size, digest, manifest)


def rows_per_table(files: Iterable[RowFile]) -> dict[str, Scalar]:
    return {f"{file.system}.{file.table}": file.rows for file in files}


def local_time(about: ExportAbout) -> datetime:
    return about.made_at.astimezone(ZoneInfo(about.timezone))
