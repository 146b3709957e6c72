"""The dossier of a case, for the privacy officer: made on demand, written down, and sent to nobody."""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cases.alarming import dutch_day
from bot.cases.complaints import LANES, lane_of
from bot.cases.deadlines import Calendar
from bot.cases.dossier import Letterhead
from bot.cases.errors import RefusedActError
from bot.cases.model import Case, CaseRef
from bot.cases.people import Act, Actor, require
from bot.exports.dossier import make_dossier
from bot.exports.leaving import left_at
from bot.settings import Organisation
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT
from bot.store.dossier.gathering import pieces, sections
from bot.store.dossier.matter import Matter, masking
from bot.store.keptdossiers import KeptDossier
from bot.store.records import Job, Scalar


class Dossiers:
    """Reads the archive and writes one zip; the same archive at the same instant gives the same bytes."""

    def __init__(
        self,
        archive: Archive,
        calendar: Calendar,
        organisation: Organisation,
        own_numbers: frozenset[str],
        templates: Path,
        scratch: Path,
    ) -> None:
        self._archive = archive
        self._calendar = calendar
        self._organisation = organisation
        self._own_numbers = own_numbers
        self._templates = templates
        self._scratch = scratch

    def make(self, ref: CaseRef, actor: Actor, out: Path, *, originals: bool = False) -> str:
        """Leave the zip at `out` and write in the chain that it was made; its SHA-256. Raises RefusedActError."""
        with self._archive.reading() as tx:
            require(tx.users.by_name(actor.claimed), Act.DECIDE_RISK, actor.claimed)
        with left_at(out) as part:
            digest = self.build(ref, part, originals=originals)
            with self._archive.transaction() as tx:
                user = require(tx.users.by_name(actor.claimed), Act.DECIDE_RISK, actor.claimed)
                values: dict[str, Scalar] = {"hash": digest, "size": part.stat().st_size, "originals": originals}
                tx.events.write(tx.cases.get(ref).id, "dossier_made", user.name, values, os_login=actor.os_login)
        return digest

    def keep(self, job: Job) -> None:
        """What the case is now stays with it, for nobody can make it later as it was; the plain file goes."""
        with self._archive.reading() as tx:
            case = tx.cases.by_id(job.target_id)
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._scratch) as place:
            path = Path(place, "dossier.zip")
            digest = self.build(case.ref, path)
            with self._archive.transaction() as tx:
                kept = tx.dossiers.keep(case.id, path, digest)
                values: dict[str, Scalar] = {"dossier": kept.id, "hash": digest, "size": kept.size}
                tx.events.write(case.id, "dossier_kept", BOT, values)

    def take(self, ref: CaseRef, actor: Actor, out: Path) -> str:
        """Leave the newest kept zip at `out`, readable by its owner alone; its SHA-256. Raises RefusedActError."""
        with left_at(out) as part:
            with self._archive.reading() as tx:
                require(tx.users.by_name(actor.claimed), Act.DECIDE_RISK, actor.claimed)
                kept = _newest(tx, ref)
                with part.open("wb") as file:
                    file.writelines(tx.dossiers.chunks(kept.id))
            with self._archive.transaction() as tx:
                user = require(tx.users.by_name(actor.claimed), Act.DECIDE_RISK, actor.claimed)
                values: dict[str, Scalar] = {"dossier": kept.id, "hash": kept.sha256}
                tx.events.write(kept.case_id, "dossier_taken", user.name, values, os_login=actor.os_login)
        return kept.sha256

    def build(self, ref: CaseRef, target: Path, *, originals: bool = False) -> str:
        """The zip alone; nothing is written down. Its SHA-256."""
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=self._scratch) as work, self._archive.reading() as tx:
            case = tx.cases.get(ref)
            mask = masking(tx, case.id, self._own_numbers)
            now = self._archive.clock()
            matter = Matter(tx, case, self._calendar, self._organisation.address, mask, now)
            told = sections(matter)
            files = pieces(matter, told, originals=originals)
            return make_dossier(Path(work), target, self._letterhead(case), told, files)

    def _letterhead(self, case: Case) -> Letterhead:
        now = self._archive.clock().astimezone(ZoneInfo(self._calendar.timezone))
        lane = lane_of(case)
        return Letterhead(
            ref=case.ref,
            organisation=self._organisation.name,
            brand=self._organisation.brand,
            made_at=f"{dutch_day(now.date(), now.date())} {now.year}, {now:%H:%M}",
            year=now.year,
            month=now.month,
            day=now.day,
            facts=(
                ("Zaak", case.ref),
                ("Spoor", LANES[lane] if lane else "verzoek"),
                ("Van", case.sender or "niet bekend of verwijderd"),
                ("Behandelaar", case.assigned_to or "niemand"),
                ("Wordt vastgehouden", "ja, er wordt niets vernietigd" if case.legal_hold else "nee"),
                ("Programma", f"privacybot {_version()}"),
                ("Sjablonen", _digest_of(self._templates)),
            ),
        )


def _newest(tx: Transaction, ref: CaseRef) -> KeptDossier:
    held = [one for one in tx.dossiers.of_case(tx.cases.get(ref).id) if one.held]
    if not held:
        raise RefusedActError(f"{ref} has no kept dossier; make one: privacybot dossier {ref} --out FILE.zip")
    return held[-1]


def _version() -> str:
    try:
        return version("privacybot")
    except PackageNotFoundError:
        return "onbekend"


def _digest_of(folder: Path) -> str:
    """One SHA-256 of all templates: which letters could have been written."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(os.fsencode(path.relative_to(folder)) + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
