"""Every mail in the mailbox is in the ledger: counted nightly or when asked, and mended where it is not so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.cases.deadlines import Calendar
from bot.cases.draft import Block
from bot.cases.work import Work
from bot.mail.accounting import Accountant, FolderAccount, WatchedMailbox
from bot.mail.errors import MailboxError, MailboxLostError
from bot.mail.fetching import FetchedMail, Fetcher, Suspects
from bot.mail.lines import Bell, Line, in_thread
from bot.mail.mailbox import FolderState, Mailbox
from bot.mail.positions import FolderPosition
from bot.replies.mailing import MailRoom, Thread
from bot.store.archive import Archive, Transaction
from bot.store.casework import BOT, ask_person, tell_staff
from bot.store.records import Job, Scalar

_log = structlog.get_logger(__name__)

MAILBOX = "mailbox"
"""The task that tells of trouble with the mailbox itself."""

STUCK = "stuck"
"""The fate of a mail that nobody decided about and that no work goes on with by itself."""

_RECONCILED = "reconciled_on"
_TRIED = "reconcile_tried_at"
_FRESH = timedelta(minutes=10)
"""Mail may be on its way into the ledger for so long; and so lately a mailbox must have been read to be counted."""

_PAUSE = timedelta(hours=1)
"""After a comparison that failed: a server that is tired is not asked for it again every minute."""

Keeps = Callable[[str, int, Sequence[FetchedMail]], int]
"""Stores mails of a folder with this UIDVALIDITY that the ledger lacks, the mark left where it is; how many."""


class Told(Protocol):
    """Is told, in the transaction that writes it down, how a comparison of all mailboxes went."""

    def __call__(self, tx: Transaction, *, success: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class MailboxAccount:
    """One mailbox, folder by folder; `trouble` says why it could not be counted, or not to the end."""

    mailbox: str
    folders: tuple[FolderAccount, ...] = ()
    trouble: str | None = None

    @property
    def missing(self) -> int:
        """Still missing, after a repair too."""
        return sum(folder.missing - folder.taken_in for folder in self.folders)

    @property
    def never_read(self) -> bool:
        return any(folder.never_read and folder.missing for folder in self.folders)

    @property
    def stuck(self) -> int:
        return sum(folder.fates.get(STUCK, 0) for folder in self.folders)


class Reconciliation:
    """Compares mailboxes with the ledger. `accounts` and `round` block: call them in a thread."""

    def __init__(
        self,
        archive: Archive,
        mailroom: MailRoom,
        calendar: Calendar,
        mailboxes: Mapping[WatchedMailbox, Keeps],
        hour: int,
        max_bytes: int,
        told: Told,
        *,
        webhook: bool,
    ) -> None:
        self._archive = archive
        self._mailroom = mailroom
        self._calendar = calendar
        self._mailboxes = mailboxes
        self._hour = hour
        self._max_bytes = max_bytes
        self._told = told
        self._webhook = webhook
        self._suspects: dict[str, Suspects] = {}  # by mailbox

    def accounts(self, *, repair: bool = False, line: Line | None = None) -> tuple[MailboxAccount, ...]:
        """Every watched mailbox; with `repair` what is missing is taken in. Another thread may stop `line`."""
        line = line or Line(Bell())
        return tuple(self._account(box, keeps if repair else None, line) for box, keeps in self._mailboxes.items())

    def _account(self, watched: WatchedMailbox, keeps: Keeps | None, line: Line) -> MailboxAccount:
        folders: list[FolderAccount] = []
        try:
            with line.connected(watched.connection()) as mailbox:
                folders.extend(self._folders(watched, mailbox, keeps))
        except MailboxError as trouble:
            return MailboxAccount(watched.shown, tuple(folders), trouble=str(trouble))
        return MailboxAccount(watched.shown, tuple(folders))

    def _folders(self, watched: WatchedMailbox, mailbox: Mailbox, keeps: Keeps | None) -> Iterator[FolderAccount]:
        settings = watched.settings
        since = settings.since or date.min
        accountant = Accountant(mailbox, _Books(self._archive, watched.name), since, self._archive.clock() - _FRESH)

        def take_in(folder: str, state: FolderState, uids: Sequence[int]) -> int:
            assert keeps is not None
            suspects = self._suspects.setdefault(watched.name, Suspects())
            fetcher = Fetcher(mailbox, (folder, state.uidvalidity), suspects, settings.batch, self._max_bytes)
            batches = fetcher.patient_batches(uids, lambda: _reopen(mailbox, folder, state))
            return sum(keeps(folder, state.uidvalidity, mails) for mails in batches)

        return (accountant.account(folder, take_in if keeps else None) for folder in settings.folders)

    # Every night

    def round(self) -> None:
        """Ask for today's comparison, once its hour has come and every mailbox was read a moment ago."""
        now = self._archive.clock()
        local = now.astimezone(ZoneInfo(self._calendar.timezone))
        if not self._mailboxes or local.hour < self._hour:
            return
        with self._archive.transaction() as tx:
            tried = tx.meta.get(_TRIED)
            if tried is not None and now - datetime.fromisoformat(tried) < _PAUSE:
                return
            readings = [tx.meta.readings(watched.name) for watched in self._mailboxes]
            lately = [seen for seen in readings if seen and seen.read_at and now - seen.read_at < _FRESH]
            if len(lately) == len(readings) and tx.meta.get(_RECONCILED) != local.date().isoformat():
                tx.jobs.defer(Work.RECONCILE, 0, key=Work.RECONCILE)

    async def nightly(self, _job: Job) -> None:
        """Count, take in what is missing, and tell staff. A mailbox that cannot be read is counted another time."""
        line = Line(Bell())
        try:
            await in_thread(lambda: self._compare(line), line.stop)
        except Exception:
            await asyncio.to_thread(self._failed)
            raise

    def _failed(self) -> None:
        with self._archive.transaction() as tx:
            self._told(tx, success=False)

    def _compare(self, line: Line) -> None:
        accounts = self.accounts(repair=True, line=line)
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            for account in accounts:
                self._write_down(tx, account)
            well = all(account.trouble is None for account in accounts)
            self._told(tx, success=well)
            if well:
                today = now.astimezone(ZoneInfo(self._calendar.timezone)).date()
                tx.meta.set(_RECONCILED, today.isoformat())
            else:
                tx.meta.set(_TRIED, now.isoformat())

    def _write_down(self, tx: Transaction, account: MailboxAccount) -> None:
        if account.trouble is not None:
            _log.warning("the mailbox could not be compared with the ledger", trouble=account.trouble)
            if not any(each.taken_in for each in account.folders):
                return
        found, taken_in = sum(each.missing for each in account.folders), sum(each.taken_in for each in account.folders)
        values: dict[str, Scalar] = {
            "mailbox": account.mailbox,
            "there": sum(each.there for each in account.folders),
            "missing": found,
            "taken_in": taken_in,
            "stuck": account.stuck,
        }
        seq = tx.events.write(None, "mailbox_reconciled", BOT, values)
        sentences = [*_sentences(account)]
        new = [words for words in sentences if ask_person(tx, None, MAILBOX, words)]
        if new:
            _log.error("the mailbox and the ledger differ", count=found, mails=account.stuck)
            self._alarm(tx, new, seq)

    def _alarm(self, tx: Transaction, sentences: Sequence[str], seq: int) -> None:
        blocks = (
            Block("difference", "Bij de nachtelijke controle van het postvak klopte iets niet:"),
            Block("which", "\n".join(f"- {words}" for words in sentences)),
            Block("how", "Alle taken: privacybot tasks. Het overzicht: privacybot reconcile."),
        )
        subject = "Het postvak en het logboek verschillen"
        now = self._archive.clock()
        tell_staff(tx, lambda to: self._mailroom.automatic(subject, blocks, to, Thread()), now)
        if self._webhook:
            tx.jobs.defer(Work.TELL_WEBHOOK, seq)


def _reopen(mailbox: Mailbox, folder: str, state: FolderState) -> None:
    """Raises MailboxError where the server does not let us go on with this very folder."""
    mailbox.close()
    mailbox.connect()
    if mailbox.examine(folder).uidvalidity != state.uidvalidity:
        raise MailboxLostError(f"{mailbox.host} made the folder {folder} anew while it was compared")


def _sentences(account: MailboxAccount) -> list[str]:
    """What staff read of a difference. Each sentence stands once, however many nights it stays true."""
    told = []
    for each in account.folders:
        where = f"map {each.folder} van {account.mailbox}"
        if each.taken_in:
            told.append(
                f"{where}: {_mails(each.taken_in)} niet ontvangen en alsnog opgehaald; kijk of er verzoeken bij zijn "
                "(privacybot cases) en laat de beheerder nagaan waarom"
            )
        if left := each.missing - each.taken_in:
            told.append(f"{where}: {_mails(left)} niet ontvangen en niet op te halen; lees die map zelf na")
        if stuck := each.fates.get(STUCK, 0):
            told.append(f"{where}: {_mails(stuck)} ontvangen maar niet verwerkt; zie privacybot jobs")
    return told


def _mails(count: int) -> str:
    return "1 bericht is" if count == 1 else f"{count} berichten zijn"


@dataclass(frozen=True, slots=True)
class _Books:
    """Our ledger of one mailbox."""

    archive: Archive
    mailbox: str

    def position(self, folder: str) -> FolderPosition | None:
        with self.archive.reading() as tx:
            mark = tx.folders.mark(self.mailbox, folder)
        return None if mark is None else FolderPosition(mark.uidvalidity, mark.high_water, mark.before_start)

    def fates(self, folder: str, uidvalidity: int, low: int, high: int) -> Mapping[int, str]:
        with self.archive.reading() as tx:
            verdicts, stuck = tx.mails.between(self.mailbox, folder, uidvalidity, low, high)
        return verdicts | dict.fromkeys(stuck, STUCK)

    def gone_unread(self, folder: str, uidvalidity: int) -> int:
        with self.archive.reading() as tx:
            return tx.mails.gone_unread(self.mailbox, folder, uidvalidity)
