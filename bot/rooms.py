"""Builds the rooms of one process, each when first asked for."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

from starlette.routing import Route

from bot.account_notices import AccountNotices
from bot.alarms import Alarms
from bot.anchoring import Anchoring
from bot.approval import Decisions
from bot.authentication import Authentication
from bot.breach import Breach
from bot.cases.deadlines import Calendar
from bot.cases.levels import Levels
from bot.cases.model import Channel
from bot.cases.special import House
from bot.cases.work import Work
from bot.clock import Clock, clock_from, system_clock
from bot.complaints import Complaints
from bot.confirmation import Confirmation
from bot.correspondence import Correspondence
from bot.datamap.loading import load_datamap
from bot.datamap.model import DataMap
from bot.desk.agenda import agenda_routes
from bot.desk.limits import Limits
from bot.desk.logins import login_routes
from bot.desk.public import Public
from bot.desk.texts import PAGES, Letterhead, Pages
from bot.dispatch import Dispatch
from bot.dossier import Dossiers
from bot.execution import Execution
from bot.fees import Fees
from bot.followup import FollowUp
from bot.forwarding import Forwarding
from bot.fulfilment import Fulfilment
from bot.handling import Handling
from bot.handout import Handout
from bot.housekeeping import Housekeeping, SentFolder
from bot.identification import Identification
from bot.intake import Asking, Intake, IntakeRules
from bot.levelling import Levelling
from bot.login_confirmation import LoginConfirmation
from bot.mail.accounting import WatchedMailbox
from bot.mail.authentication.checking import SenderChecks
from bot.mail.authentication.questions import Wanted
from bot.mail.authentication.task import examine, warm
from bot.mail.authentication.verdict import Connection, SenderCheck
from bot.mail.cage import Cage
from bot.mail.login import Secret
from bot.mail.mailbox import Mailbox
from bot.mail.positions import FolderPosition, Gap
from bot.mail.receiving import delivered
from bot.mail.sending import Postman
from bot.mail.signing import Signer
from bot.mail.tokens import TokenSource
from bot.mail.visitors import Handed
from bot.mail.watching import FetchedMail, Watcher
from bot.proof import Proof
from bot.reconciliation import Keeps, Reconciliation
from bot.replies.letters import Letters
from bot.replies.mailing import MailRoom
from bot.replies.templates import TemplateFolder
from bot.representation import Representation
from bot.second_factor import SecondFactor
from bot.second_opinion import Bounds, SecondOpinions
from bot.second_reader import SecondReader
from bot.settings import (
    Environment,
    Settings,
    SettingsError,
    WatchSettings,
    secret,
    templates_dir,
    value_of_secret,
)
from bot.sources.facade import Sources
from bot.store.archive import Archive, Transaction, open_archive
from bot.store.errors import VaultError
from bot.store.records import Arrival, FolderMark
from bot.store.vault import Vault, vault_from
from bot.terms_feed import TermsFeed
from bot.triage.reading import Reader, Reading
from bot.watchkeeping import Watchkeeping

Examiner = Cage[SenderCheck | Wanted]

_KEY_MARK = "keys"
_NOT_ITS_KEY = "is not the key that this database was begun with; give that one"


def clock_of(settings: Settings) -> Clock:
    return system_clock if settings.now is None else clock_from(settings.now)


def vault_of(settings: Settings, env: Mapping[str, str]) -> Vault:
    """The vault, with keys from secrets. In the demo and in tests keys may lie in PRIVACYBOT_HOME."""
    home = None if settings.service.environment is Environment.PRODUCTION else settings.home
    return vault_from(_key("PRIVACYBOT_VAULT_KEY", env, home), _key("PRIVACYBOT_INDEX_KEY", env, home))


_SHORTEST_KEY = 32


def login_key(env: Mapping[str, str]) -> str | None:
    """The key that the company's own application signs with. Raises SettingsError."""
    key = value_of_secret("PRIVACYBOT_LOGIN_KEY", env)
    if key is not None and len(key) < _SHORTEST_KEY:
        raise SettingsError(f"PRIVACYBOT_LOGIN_KEY is shorter than {_SHORTEST_KEY} characters: openssl rand -hex 32")
    return key


def _key(name: str, env: Mapping[str, str], home: Path | None) -> str:
    """Outside the demo a missing key is an error, never a new key."""
    kept = home / f"{name.lower()}.txt" if home is not None else None
    if kept is not None and kept.is_file() and name not in env and f"{name}_FILE" not in env:
        return kept.read_text(encoding="ascii").strip()
    return secret(name, env)


def _require_its_keys(archive: Archive) -> None:
    """Other keys than those of the first start would mix with them unseen. Raises SettingsError."""
    if not keys_fit(archive):
        sealed = b64encode(archive.vault.seal(b"", _KEY_MARK)).decode("ascii")
        with archive.transaction() as tx:
            tx.meta.set(_KEY_MARK, f"{archive.vault.index(_KEY_MARK)} {sealed}")


def keys_fit(archive: Archive) -> bool:
    """True for the keys of the first start, False where there was none yet. Raises SettingsError for others."""
    with archive.reading() as tx:
        mark = tx.meta.get(_KEY_MARK)
    if mark is None:
        return False
    index, sealed = mark.split()
    try:
        archive.vault.open(b64decode(sealed), _KEY_MARK)
    except VaultError:
        raise SettingsError(f"PRIVACYBOT_VAULT_KEY {_NOT_ITS_KEY}, or add it as a line below the new one") from None
    if index != archive.vault.index(_KEY_MARK):
        raise SettingsError(f"PRIVACYBOT_INDEX_KEY {_NOT_ITS_KEY}")
    return True


def archive_of(settings: Settings, env: Mapping[str, str], clock: Clock) -> Archive:
    """The archive, opened and not touched. Raises StoreError and SettingsError."""
    return open_archive(
        settings.store,
        settings.database_url,
        vault_of(settings, env),
        clock,
        settings.cases.prefix,
        settings.cases.timezone,
    )


class Rooms:
    """Every room of one process, built when first asked for. Close it at the end."""

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str] = os.environ,
        *,
        lent_cage: Cage[Reading] | None = None,
        lent_examiner: Examiner | None = None,
    ) -> None:
        """What is lent belongs to the caller, who closes it: children that serve several lives of the rooms."""
        self._lent_cage = lent_cage
        self._lent_examiner = lent_examiner
        self.settings = settings
        self._env = env
        self._tokens: dict[str, TokenSource] = {}
        self.clock = clock_of(settings)
        self.calendar = Calendar(settings.cases.timezone)

    @cached_property
    def archive(self) -> Archive:
        archive = archive_of(self.settings, self._env, self.clock)
        try:
            _require_its_keys(archive)
        except BaseException:
            archive.close()
            raise
        return archive

    @property
    def scratch(self) -> Path:
        """Where exports are built; nothing in it outlives the work."""
        return self.settings.home / "scratch"

    @cached_property
    def own_token(self) -> str:
        """Marks our own mail; made once for an installation."""
        with self.archive.transaction() as tx:
            token = tx.meta.get("own_token")
            if token is None:
                token = secrets.token_hex(8)
                tx.meta.set("own_token", token)
            return token

    @cached_property
    def own_numbers(self) -> frozenset[str]:
        return frozenset({self.settings.organisation.kvk, self.settings.organisation.vat})

    @cached_property
    def letters(self) -> Letters:
        demo = self.settings.service.environment is Environment.DEMO
        open_texts = {
            text: f"datamap.yaml: {fact.path}"
            for fact in self.datamap.unconfirmed()
            for text in (fact.value.nl, fact.value.en)
        }
        return Letters(
            templates_dir(),
            self.settings.organisation,
            case_years=self.settings.cases.case_years,
            mark_unconfirmed=demo,
            open_texts={} if demo else open_texts,
        )

    @cached_property
    def mailroom(self) -> MailRoom:
        return MailRoom(self.settings.organisation, self.own_token)

    @cached_property
    def datamap(self) -> DataMap:
        return load_datamap(self.settings.config_dir / "datamap.yaml", self._env)

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.datamap, {system.name: system.url for system in self.datamap.systems})

    @cached_property
    def reader(self) -> Reader:
        return Reader.of(self.settings)

    @cached_property
    def cage(self) -> Cage[Reading]:
        if self._lent_cage is not None:
            return self._lent_cage
        return Cage(self.reader, self.settings.parsing, self.reader.warm, self.reader.careful())

    @cached_property
    def examiner(self) -> Examiner:
        """The child that checks senders: apart from those that read mail, and started for the first mail of a case."""
        if self._lent_examiner is not None:
            return self._lent_examiner
        return Cage(examine, self.settings.parsing.model_copy(update={"processes": 1}), warm)

    @cached_property
    def sender_checks(self) -> SenderChecks:
        from bot.mail.authentication.resolver import DnsResolver  # noqa: PLC0415 - dnspython takes a while to load

        settings = self.settings.authentication
        return SenderChecks(settings, self.examiner.run, DnsResolver(settings.dns_servers))

    @cached_property
    def authentication(self) -> Authentication:
        return Authentication(self.archive, self.sender_checks)

    @cached_property
    def follow_ups(self) -> FollowUp:
        return FollowUp(self.archive)

    @cached_property
    def intake(self) -> Intake:
        second = self.settings.second_opinion
        rules = IntakeRules(
            own_address=self.settings.organisation.address,
            own_token=self.own_token,
            own_numbers=self.own_numbers,
            old_mail_hours=self.settings.cases.old_mail_hours,
            release_seconds=self.settings.release.every_seconds,
            levels=self.levels,
            cases_per_sender=self.settings.gate.cases_per_sender,
            mails_per_case=self.settings.gate.mails_per_case,
            guesses_per_sender=self.settings.identity.guesses_per_sender,
            house=House(self.settings.cases.minor_age, self.settings.organisation.authority.phone),
            second=Asking(second.ordinary_from, second.per_day) if second.enabled else None,
        )
        return Intake(self.archive, self.cage.run, self.letters, self.mailroom, self.calendar, rules)

    @cached_property
    def second_reader(self) -> SecondReader | None:
        """Another reader, where one is configured. Raises SettingsError."""
        settings = self.settings.second_opinion
        key = value_of_secret("PRIVACYBOT_SECOND_OPINION_KEY", self._env)
        return SecondReader(settings, key) if settings.enabled else None

    @cached_property
    def second_opinions(self) -> SecondOpinions:
        settings = self.settings.second_opinion
        bounds = Bounds(settings.max_characters, timedelta(minutes=settings.give_up_minutes), self.own_numbers)
        return SecondOpinions(self.archive, self.cage.run, self.intake.file_after, bounds, self.second_reader)

    @cached_property
    def identification(self) -> Identification:
        return Identification(
            self.archive,
            self.sources,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.identity,
            self.settings.release.every_seconds,
            self.settings.service.public_url,
        )

    @cached_property
    def levels(self) -> Levels:
        return Levels.configured(self.settings.identity.levels)

    @cached_property
    def levelling(self) -> Levelling:
        return Levelling(
            self.archive,
            self.sources,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.identity,
            self.settings.release.every_seconds,
        )

    @cached_property
    def proof(self) -> Proof:
        return Proof(self.archive, self.cage.run, self.levelling, self.settings.identity)

    @cached_property
    def confirmation(self) -> Confirmation:
        return Confirmation(self.archive, self.levelling, self.proof, self.calendar, self.settings.identity)

    @cached_property
    def handout(self) -> Handout:
        return Handout(self.archive, self.settings.exports, self.scratch)

    def public_pages(self, on_news: Callable[[], None] | None = None) -> Public | None:
        """The pages for customers; None where no public address is set. Raises TemplateError."""
        if not self.settings.service.public_url:
            return None
        about, limits, words = self.settings.organisation, self.settings.pages, TemplateFolder(templates_dir())
        return Public(
            url=self.settings.service.public_url,
            pages=Pages(templates_dir() / PAGES, Letterhead(about.brand, about.address)),
            confirmation=self.confirmation,
            handout=self.handout,
            limits=Limits(limits.per_client, limits.in_all, time.monotonic),
            asked=lambda kind, language: words.word(language, "asked", kind),
            on_news=on_news or (lambda: None),
        )

    @cached_property
    def second_factor(self) -> SecondFactor:
        return SecondFactor(self.archive, self.levelling, self.letters, self.calendar, self.settings.identity)

    @cached_property
    def account_notices(self) -> AccountNotices:
        return AccountNotices(self.archive, self.sources, self.letters, self.mailroom, self.calendar)

    @cached_property
    def login_confirmation(self) -> LoginConfirmation:
        """Raises SettingsError for a key that is too short."""
        return LoginConfirmation(self.archive, self.levelling, login_key(self._env))

    def login_pages(self, on_news: Callable[[], None] | None = None) -> tuple[Route, ...]:
        """Where the company's own application calls; nothing where no key is set. Raises SettingsError."""
        limits = Limits(self.settings.pages.per_client, self.settings.pages.in_all, time.monotonic)
        return login_routes(self.login_confirmation, limits, on_news or (lambda: None))

    @cached_property
    def terms_feed(self) -> TermsFeed:
        return TermsFeed(self.archive, self.calendar, self.settings.organisation.name)

    def agenda_pages(self) -> tuple[Route, ...]:
        """Where calendar programs of staff fetch the terms."""
        limits = Limits(self.settings.pages.per_client, self.settings.pages.in_all, time.monotonic)
        return agenda_routes(self.terms_feed, limits)

    @cached_property
    def fulfilment(self) -> Fulfilment:
        return Fulfilment(
            self.archive,
            self.sources,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.organisation,
            self.settings.approval,
            self.levels,
            self.scratch,
            self.settings.exports,
            self.settings.service.public_url,
        )

    @cached_property
    def decisions(self) -> Decisions:
        return Decisions(self.archive, self.letters, self.mailroom, self.calendar, self.settings.approval, self.levels)

    @cached_property
    def handling(self) -> Handling:
        learns, brand = self.settings.triage.learn, self.settings.organisation.brand
        return Handling(self.archive, self.own_numbers, self.levels, learns=learns, brand=brand)

    @cached_property
    def representation(self) -> Representation:
        minor_age = self.settings.cases.minor_age
        return Representation(self.archive, self.letters, self.mailroom, self.calendar, minor_age)

    @cached_property
    def correspondence(self) -> Correspondence:
        return Correspondence(self.archive, self.letters, self.mailroom, self.calendar)

    @cached_property
    def fees(self) -> Fees:
        allowed = self.settings.approval.fees
        return Fees(self.archive, self.letters, self.mailroom, self.calendar, allowed=allowed)

    @cached_property
    def forwarding(self) -> Forwarding:
        return Forwarding(self.archive, self.sources, self.letters, self.mailroom, self.calendar)

    @cached_property
    def complaints(self) -> Complaints:
        return Complaints(self.archive, self.letters, self.mailroom, self.calendar)

    @cached_property
    def dossiers(self) -> Dossiers:
        return Dossiers(
            self.archive,
            self.calendar,
            self.settings.organisation,
            self.own_numbers,
            templates_dir(),
            self.scratch,
        )

    @cached_property
    def breach(self) -> Breach:
        return Breach(
            self.archive,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.organisation,
            webhook=bool(self.settings.alarm.webhook_url),
        )

    @cached_property
    def execution(self) -> Execution:
        return Execution(self.archive, self.sources, self.calendar, self.levels)

    @cached_property
    def postman(self) -> Postman:
        return Postman(self.settings.send, self.sending_secret())

    def sending_secret(self) -> Secret | None:
        """What logs in at the server that takes our letters; None where nothing does."""
        send = self.settings.send
        if not send.user:
            return None
        if send.auth != "password":
            return self.tokens(send.user)
        return lambda: secret("PRIVACYBOT_SMTP_PASSWORD", self._env)

    @cached_property
    def dispatch(self) -> Dispatch:
        return Dispatch(
            self.archive,
            self.postman,
            self.calendar,
            self.settings.send,
            self.settings.gate,
            self.settings.cases,
            self.settings.organisation.address,
            self.own_numbers,
            self.levels,
            self.signer,
        )

    @cached_property
    def signer(self) -> Signer | None:
        """Signs our letters, where that is our part. Raises SettingsError for a key that cannot."""
        dkim = self.settings.dkim
        return Signer(dkim, secret("PRIVACYBOT_DKIM_KEY", self._env)) if dkim.domain else None

    @cached_property
    def alarms(self) -> Alarms:
        webhook = bool(self.settings.alarm.webhook_url)
        return Alarms(self.archive, self.mailroom, self.calendar, webhook=webhook)

    @cached_property
    def housekeeping(self) -> Housekeeping:
        watched = self.settings.watched
        sent = SentFolder(watched[0], self.mailbox_secret(watched[0])) if watched else None
        return Housekeeping(
            self.archive,
            self.letters,
            self.mailroom,
            self.calendar,
            self.settings.cases,
            self.settings.identity,
            sent,
            self.settings.models,
            self.settings.organisation.authority,
        )

    @cached_property
    def _mailboxes(self) -> dict[WatchedMailbox, Keeps]:
        """Every mailbox that is read, in the order of the settings, with what stores its mail."""
        return {
            WatchedMailbox(box.ledger_name, box, partial(Mailbox, box, self.mailbox_secret(box))): (
                MailboxLedger(self, box).add
            )
            for box in self.settings.watched
        }

    @property
    def mailboxes(self) -> tuple[WatchedMailbox, ...]:
        return tuple(self._mailboxes)

    @cached_property
    def reconciliation(self) -> Reconciliation:
        return Reconciliation(
            self.archive,
            self.mailroom,
            self.calendar,
            self._mailboxes,
            self.settings.watch.reconcile_hour,
            self.settings.parsing.max_mail_mb * 1024 * 1024,
            self.watchkeeping.compared,
            webhook=bool(self.settings.alarm.webhook_url),
        )

    @cached_property
    def anchoring(self) -> Anchoring:
        return Anchoring(
            self.archive,
            self.mailroom,
            self.calendar,
            self.settings.anchors,
            self.settings.anchor,
            webhook=bool(self.settings.alarm.webhook_url),
        )

    @cached_property
    def watchkeeping(self) -> Watchkeeping:
        return Watchkeeping(self.archive, self.mailroom, self.calendar, self.mailboxes, self.settings.alarm)

    def mailbox_secret(self, mailbox: WatchSettings) -> Secret:
        """What logs in at this mailbox: its password, or tokens."""
        if mailbox.auth != "password":
            return self.tokens(mailbox.user)
        return lambda: secret(mailbox.password_name, self._env)

    def tokens(self, user: str) -> TokenSource:
        """Tokens that let us in as `user`, at mail servers that read and that send."""
        if user not in self._tokens:
            env = self._env
            self._tokens[user] = TokenSource(self.settings.oauth, lambda: secret("PRIVACYBOT_OAUTH_SECRET", env), user)
        return self._tokens[user]

    def watchers(self, on_news: Callable[[], None] | None = None) -> list[Watcher]:
        """One for each mailbox that is read."""
        limit = self.settings.parsing.max_mail_mb * 1024 * 1024
        return [
            Watcher(box, self.mailbox_secret(box), MailboxLedger(self, box), max_bytes=limit, on_news=on_news)
            for box in self.settings.watched
        ]

    def keep(
        self,
        tx: Transaction,
        raw: bytes,
        arrival: Arrival,
        *,
        truncated: bool = False,
        connection: Connection | None = None,
    ) -> int | None:
        """Into the spool, and the work of reading it with it, in the caller's transaction."""
        mail_id = tx.mails.store(raw, arrival, connection)
        if mail_id is not None:
            tx.jobs.defer(Work.TAKE_IN_TOP if truncated else Work.TAKE_IN, mail_id)
        return mail_id

    def keep_all(self, tx: Transaction, arrived: Sequence[tuple[FetchedMail, Arrival]]) -> None:
        """The same for many."""
        ids = tx.spool.store([(mail.raw, arrival) for mail, arrival in arrived])
        kinds = (Work.TAKE_IN_TOP if mail.truncated else Work.TAKE_IN for mail, _ in arrived)
        tx.jobs.defer_all([(kind, mail_id) for kind, mail_id in zip(kinds, ids, strict=True) if mail_id is not None])

    async def keep_received(self, handed: Handed) -> None:
        """A mail over SMTP or LMTP: 250 only after this has returned."""
        raw = delivered(handed)
        connection = self._connection(handed)

        def commit() -> None:
            with self.archive.transaction() as tx:
                arrival = Arrival(Channel.SMTP, self.clock())
                self.keep(tx, raw, arrival, truncated=handed.top_only, connection=connection)

        await asyncio.to_thread(commit)

    def _connection(self, handed: Handed) -> Connection | None:
        """Who handed it over, where that is the sender's own server; of a mail cut short SPF alone would judge."""
        checks = self.settings.authentication
        if not checks.border or checks.mode != "own" or handed.top_only or not handed.client_ip:
            return None
        return Connection(handed.client_ip, handed.helo, handed.sender or "")

    async def close(self) -> None:
        if "cage" in self.__dict__ and self._lent_cage is None:
            await self.cage.close()
        if "examiner" in self.__dict__ and self._lent_examiner is None:
            await self.examiner.close()
        if "postman" in self.__dict__:
            await self.postman.close()
        self.close_now()

    def close_now(self) -> None:
        """For a command that opened neither child processes nor connections for sending."""
        if "sources" in self.__dict__:
            self.sources.close()
        if "archive" in self.__dict__:
            self.archive.close()


class MailboxLedger:
    """The watcher's ledger on our database: mails and high-water mark move together."""

    def __init__(self, rooms: Rooms, watch: WatchSettings) -> None:
        self._rooms = rooms
        self._mailbox = watch.ledger_name
        self._junk = {name.casefold() for name in watch.junk_folders}

    def position(self, folder: str) -> FolderPosition | None:
        with self._rooms.archive.reading() as tx:
            mark = tx.folders.mark(self._mailbox, folder)
        if mark is None:
            return None
        missing = mark.missing_since is not None
        return FolderPosition(mark.uidvalidity, mark.high_water, mark.before_start, missing)

    def start(self, folder: str, position: FolderPosition, uid_next: int) -> None:
        with self._rooms.archive.transaction() as tx:
            if tx.meta.get("first_started_at") is None:
                tx.meta.set("first_started_at", self._rooms.clock().isoformat())
            tx.folders.begin(self._mark(folder, position), uid_next)

    def keep(
        self, folder: str, mails: Sequence[FetchedMail], position: FolderPosition, gaps: Sequence[Gap] = ()
    ) -> None:
        with self._rooms.archive.transaction() as tx:
            self._store(tx, folder, position.uidvalidity, mails)
            mark = self._mark(folder, position)
            tx.folders.set(mark)
            tx.folders.note_gaps(mark, gaps)

    def add(self, folder: str, uidvalidity: int, mails: Sequence[FetchedMail]) -> int:
        """Commit mails that the ledger lacks, wherever the mark stands; how many are now certainly in it."""
        with self._rooms.archive.transaction() as tx:
            self._store(tx, folder, uidvalidity, mails)
        return len(mails)

    def _store(self, tx: Transaction, folder: str, uidvalidity: int, mails: Sequence[FetchedMail]) -> None:
        started = tx.meta.get("first_started_at")
        first = None if started is None else datetime.fromisoformat(started)
        olds = [first is not None and mail.received_at < first for mail in mails]
        arrivals = [self._arrival(folder, uidvalidity, mail, old=old) for mail, old in zip(mails, olds, strict=True)]
        self._rooms.keep_all(tx, [*zip(mails, arrivals, strict=True)])

    def _arrival(self, folder: str, uidvalidity: int, mail: FetchedMail, *, old: bool) -> Arrival:
        return Arrival(
            Channel.IMAP,
            min(mail.received_at, self._rooms.clock()),  # a server's clock or a client's APPEND may say anything
            mailbox=self._mailbox,
            folder=folder,
            uidvalidity=uidvalidity,
            uid=mail.uid,
            junk=folder.casefold() in self._junk,
            old=old,
        )

    def _mark(self, folder: str, position: FolderPosition) -> FolderMark:
        return FolderMark(
            self._mailbox,
            folder,
            position.uidvalidity,
            position.high_water,
            position.before_start,
            self._rooms.clock(),
            self._rooms.clock() if position.missing else None,
        )
