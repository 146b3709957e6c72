"""The page where the files of an answer are fetched: with a password, so many times, and each time written down."""

from __future__ import annotations

import hmac
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import IO

import structlog

from bot.cases.codes import normalise
from bot.cases.draft import DraftFile, DraftState
from bot.cases.errors import RefusedActError
from bot.cases.incidents import Cause
from bot.cases.links import Link, LinkAction, LinkState, is_token, new_token
from bot.cases.model import Case, CaseRef
from bot.cases.people import Act, Actor, require
from bot.exports.handing import Pack, SealedPart, packed
from bot.settings import ExportsSettings
from bot.store.archive import Archive, Transaction
from bot.store.breach_signs import suspect
from bot.store.casework import BOT, ask_person
from bot.store.records import Scalar
from bot.triage.labels import Language

_log = structlog.get_logger(__name__)

_TICKET = timedelta(minutes=15)
"""How long the password holds, once given."""

_SPOILED = "een bestand op de downloadpagina is niet wat werd goedgekeurd: er is niets gegeven; kijk het archief na"
_LOCKED = (
    "{} keer een verkeerd wachtwoord op de downloadpagina: de link is gesloten. Bel de klant op het bekende nummer"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page shows before the password: a reference."""

    ref: str
    language: Language
    tries_left: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What it shows after it: names and sizes in bytes, and how often they may be fetched."""

    ref: str
    language: Language
    files: tuple[tuple[str, int], ...]
    left: int
    ticket: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong password, with tries left."""


@dataclass(frozen=True, slots=True)
class _Standing:
    link: Link
    case: Case
    files: tuple[DraftFile, ...]


class Handout:
    """Hands out what was approved and sent, to whoever has both the link and the password."""

    def __init__(self, archive: Archive, settings: ExportsSettings, scratch: Path) -> None:
        self._archive = archive
        self._settings = settings
        self._scratch = scratch

    # Looking

    def offer(self, token: str) -> Offer | None:
        """None for a link that opens nothing, whatever the reason."""
        with self._archive.reading() as tx:
            standing = self._standing(tx, token)
            if standing is None:
                return None
            return Offer(standing.case.ref, standing.case.language, self._settings.tries - standing.link.tries)

    def _standing(self, tx: Transaction, token: str) -> _Standing | None:
        """The link, if it opens anything now: its letter left, its files are there, it is neither old nor used up."""
        link = self._link(tx, token)
        if link is None or link.state is not LinkState.OPEN or link.opened_at is None:
            return None
        ends_at = link.opened_at + timedelta(days=self._settings.link_days)
        used_up = link.downloads >= self._settings.downloads
        files = self._sent_files(tx, link)
        if ends_at <= self._archive.clock() or used_up or not files:
            return None
        return _Standing(link, tx.cases.by_id(link.case_id), files)

    def _link(self, tx: Transaction, token: str) -> Link | None:
        return tx.links.by_token(LinkAction.DOWNLOAD, token) if is_token(token) else None

    def _sent_files(self, tx: Transaction, link: Link) -> tuple[DraftFile, ...]:
        """The files as they were approved; none unless the very letter with this link was sent, and they still lie."""
        for draft in tx.drafts.of_case(link.case_id):
            same = draft.state is DraftState.SENT and tuple(file.export_id for file in draft.files) == link.export_ids
            if same and tx.links.goes_to(link, draft.to):
                there = all(tx.exports.get(export_id).destroyed_at is None for export_id in link.export_ids)
                return draft.files if there else ()
        return ()

    # The password

    def enter(self, token: str, password: str) -> Shelf | Wrong | None:
        """The password was typed in: each try is counted before it is looked at. None for what opens nothing."""
        if not password.strip():
            return None if self.offer(token) is None else Wrong()
        with self._archive.transaction() as tx:
            link = self._link(tx, token)
            if link is None or not self._tried(tx, link):
                return None
            standing = self._standing(tx, token)
            if not self._right(tx, link, password):
                return self._wrong(tx, link, standing)
            tx.links.give_back_try(link.id)
            if standing is None:
                self._opened_though_closed(tx, tx.links.get(link.id))
                return None
            return self._shelf(tx, standing)

    def _tried(self, tx: Transaction, link: Link) -> bool:
        tx.cases.lock(link.case_id)
        return tx.links.take_try(link.id, self._settings.tries)

    def _right(self, tx: Transaction, link: Link, password: str) -> bool:
        """How long the answer takes says nothing about the password."""
        known = tx.secrets.passphrase(link.case_id)
        return known is not None and hmac.compare_digest(normalise(known).encode(), normalise(password).encode())

    def _wrong(self, tx: Transaction, link: Link, standing: _Standing | None) -> Wrong | None:
        if standing is None:
            return None
        tries = tx.links.get(link.id).tries
        tx.events.write(link.case_id, "wrong_password", BOT, {"link": link.id, "tries": tries})
        if tries < self._settings.tries:
            return Wrong()
        tx.links.lock(link.id)
        ask_person(tx, link.case_id, "look", _LOCKED.format(tries))
        _log.warning("a link to files was closed after too many wrong passwords", case=standing.case.ref)
        return None

    def _opened_though_closed(self, tx: Transaction, link: Link) -> None:
        """Somebody who has the password uses a link that was taken back: a sign that it is where it should not be."""
        if link.state is LinkState.REVOKED:
            tx.events.write(link.case_id, "revoked_link_opened", BOT, {"link": link.id})
            suspect(tx, link.case_id, Cause.REVOKED_LINK, self._archive.clock())

    def _shelf(self, tx: Transaction, standing: _Standing) -> Shelf:
        ticket = new_token(token_hex)
        tx.links.hand_ticket(standing.link.id, ticket, self._archive.clock() + _TICKET)
        tx.events.write(standing.case.id, "password_right", BOT, {"link": standing.link.id})
        return Shelf(
            standing.case.ref,
            standing.case.language,
            tuple((file.name, file.size) for file in standing.files),
            self._settings.downloads - standing.link.downloads,
            ticket,
        )

    # The files

    def fetch(self, token: str, ticket: str) -> Pack | None:
        """The files as one ordinary zip, counted and written down before its first byte leaves; close it afterwards.

        What lies in the archive must be, byte for byte, what was approved.
        """
        now = self._archive.clock()
        with ExitStack() as cleaning:
            with self._archive.reading() as tx:
                standing = self._standing(tx, token)
                if standing is None or not tx.links.honours(standing.link, ticket, now):
                    return None
                passphrase = tx.secrets.passphrase(standing.case.id) or ""
                parts = [self._copied(tx, file, cleaning) for file in standing.files]
            if not all(part.sha256 == file.sha256 for part, file in zip(parts, standing.files, strict=True)):
                self._spoiled(standing)
                return None
            pack = packed(f"{standing.case.ref}.zip", parts, passphrase, cleaning.pop_all())
            if self._disclosed(token, ticket, standing, pack, now):
                return pack
            pack.close()
            return None

    def _copied(self, tx: Transaction, file: DraftFile, cleaning: ExitStack) -> SealedPart:
        """Out of the archive, and still closed by the password: nothing readable ever lies on a disk."""
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        copy: IO[bytes] = cleaning.enter_context(tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115
        made_at = tx.exports.get(file.export_id).made_at
        return SealedPart.of(file.name, file.content_type, made_at, copy, tx.exports.chunks(file.export_id))

    def _disclosed(self, token: str, ticket: str, standing: _Standing, pack: Pack, now: datetime) -> bool:
        """Count it and write down what leaves; False when somebody was first, or the link was closed meanwhile."""
        with self._archive.transaction() as tx:
            tx.cases.lock(standing.case.id)
            again = self._standing(tx, token)
            if again is None or not tx.links.honours(again.link, ticket, now):
                return False
            number = tx.links.take_download(again.link.id, self._settings.downloads)
            if number is None:
                return False
            of_link: Mapping[str, Scalar] = {"link": again.link.id, "download": number}
            for file in standing.files:
                values = {"export": file.export_id, "hash": file.sha256, "size": file.size, **of_link}
                tx.events.write(standing.case.id, "file_disclosed", BOT, values)
            whole: dict[str, Scalar] = {"files": len(standing.files), "hash": pack.sha256, "size": pack.size, **of_link}
            tx.events.write(standing.case.id, "export_fetched", BOT, whole)
        _log.info("files were fetched from the page", case=standing.case.ref, count=number, size=pack.size)
        return True

    def _spoiled(self, standing: _Standing) -> None:
        with self._archive.transaction() as tx:
            tx.links.revoke(standing.case.id)
            tx.events.write(standing.case.id, "export_spoiled", BOT, {"link": standing.link.id})
            ask_person(tx, standing.case.id, "look", _SPOILED)

    # What staff do

    def revoke(self, ref: CaseRef, actor: Actor) -> int:
        """No link of this case opens anything any more; how many were closed. Codes by mail go on."""
        with self._archive.transaction() as tx:
            user = require(tx.users.by_name(actor.claimed), Act.HANDLE, actor.claimed)
            case = tx.cases.locked(ref)
            closed = tx.links.revoke(case.id)
            if not closed:
                raise RefusedActError(f"{ref} has no link that still opens anything")
            tx.events.write(case.id, "links_revoked", user.name, {"links": closed}, os_login=actor.os_login)
            return closed
