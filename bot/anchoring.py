"""Once a day the heads of all event chains are written outside the database, and told outside this machine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from bot.cases.deadlines import Calendar
from bot.cases.draft import Block
from bot.cases.work import Work
from bot.replies.casefacts import local_day
from bot.replies.mailing import MailRoom, Thread
from bot.settings import AnchorSettings
from bot.store.anchors import (
    ANCHORED,
    NONE_BEFORE,
    Anchor,
    AnchorError,
    Newest,
    in_words,
    keep,
    make_anchor,
    newest,
    note_told,
    place_of,
    read_anchor,
    told_on,
)
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, tell_staff
from bot.store.records import Scalar

_log = structlog.get_logger(__name__)

UNANCHORED = "unanchored"
"""The task that stands while the anchor of the day cannot be written."""

_WORDS = "het logboek kan vandaag niet worden verankerd: de beheerder kijkt de map van [anchor] en de klok na"
_SUBJECT = "Controlegetal van het logboek"
_WHY = (
    "Hiermee is later te bewijzen dat niemand het logboek heeft veranderd. U hoeft niets te doen; bewaar dit bericht. "
    "Nakijken kan met: privacybot verify-log --hash GETAL."
)


class Anchoring:
    """Makes the anchor of the day."""

    def __init__(
        self,
        archive: Archive,
        mailroom: MailRoom,
        calendar: Calendar,
        folder: Path,
        settings: AnchorSettings,
        *,
        webhook: bool,
    ) -> None:
        self._archive = archive
        self._mailroom = mailroom
        self._calendar = calendar
        self._folder = folder
        self._settings = settings
        self._webhook = webhook and settings.webhook

    def round(self) -> None:
        """The anchor of today, if it is not there yet; killed anywhere it may begin anew."""
        now = self._archive.clock()
        today = local_day(now, self._calendar.timezone)
        with self._archive.reading() as tx:
            before = newest(tx)
        if before is not None and before.day > today:
            self._cannot(f"the newest anchor is of {before.day}: the clock of this machine ran ahead, or runs behind")
        if before is not None and before.day >= today:
            return
        try:
            anchor = self._of_today(today, now, before)
        except AnchorError as trouble:
            self._cannot(str(trouble))
            return
        with self._archive.transaction() as tx:
            if newest(tx) == before:
                self._write_down(tx, anchor, today)

    def _of_today(self, today: date, now: datetime, before: Newest | None) -> Anchor:
        """The file of today; one that a killed attempt left is taken as it is. Raises AnchorError."""
        vault, path = self._archive.vault, place_of(self._folder, today)
        previous = before.hash if before is not None else NONE_BEFORE
        if path.exists():
            anchor = read_anchor(path, vault)
            if (anchor.day, anchor.previous) != (today, previous):
                raise AnchorError(f"{path} is of another installation or another day: move it away")
            return anchor
        with self._archive.reading() as tx:
            anchor = make_anchor(today, now, previous, tx.events.heads_to_anchor())
        keep(anchor, self._folder, vault)
        return anchor

    def _write_down(self, tx: Transaction, anchor: Anchor, today: date) -> None:
        tx.events.note_anchored(anchor.heads)
        values: dict[str, Scalar] = {"day": anchor.day.isoformat(), "hash": anchor.hash, "chains": len(anchor.heads)}
        seq = tx.events.write(None, ANCHORED, BOT, values)
        tx.meta.set(ANCHORED, f"{anchor.day.isoformat()} {anchor.hash}")
        if self._webhook:
            tx.jobs.defer(Work.TELL_WEBHOOK, seq)
        for task in tx.tasks.open_of_kind(UNANCHORED):
            tx.tasks.done(task.id, BOT, self._archive.clock())
        self._mail(tx, Newest(anchor.day, anchor.hash), today)

    def _mail(self, tx: Transaction, anchor: Newest, today: date) -> None:
        """The daily alarm mail carries it; when there was none for so many days, a mail of its own does."""
        last = told_on(tx)
        if last is None:
            note_told(tx, today)
        elif self._settings.mail_days and today - last >= timedelta(days=self._settings.mail_days):
            blocks = (Block("anchor", in_words(anchor)), Block("how", _WHY))
            now = self._archive.clock()
            tell_staff(tx, lambda to: self._mailroom.automatic(_SUBJECT, blocks, to, Thread()), now)
            note_told(tx, today)

    def _cannot(self, trouble: str) -> None:
        with self._archive.transaction() as tx:
            if ask_person(tx, None, UNANCHORED, _WORDS):
                _log.error("the log cannot be anchored", trouble=trouble)
