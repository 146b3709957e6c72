"""Keeping watch over the watching: people are told when a mailbox cannot be read or compared, and when it can again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.cases.alarming import dutch_day
from bot.cases.deadlines import Calendar
from bot.cases.draft import Block
from bot.cases.work import Work
from bot.mail.accounting import WatchedMailbox
from bot.mail.outage import Readings, Turn
from bot.mail.webhook import Plain, post_alarm
from bot.replies.mailing import MailRoom, Thread
from bot.settings import AlarmSettings
from bot.store.anchors import ANCHORED
from bot.store.archive import Archive, Transaction
from bot.store.casework import ALARM_LOST, BOT, TERM_ENDS, tell_staff
from bot.store.incidents import BREACH_ALARM
from bot.store.records import Event, Job, Scalar

_log = structlog.get_logger(__name__)

UNREADABLE = "mailbox_unreadable"
"""The task that stands while a mailbox cannot be read; it is ticked off by itself."""

UNCOMPARED = "mailbox_uncompared"
"""The same for the nightly comparison of mailboxes and ledger."""

_COMPARISON = "comparison"
"""Where it is kept how comparing goes, among what is kept of mailboxes, whose names hold an @."""

_NIGHTS = timedelta(days=3)
"""So long comparing may fail: differences stay unseen, but no request is lost by that alone."""

_ALERTS: dict[str, str] = {
    ALARM_LOST: "an alarm mail to a user did not arrive: look at the tasks (privacybot tasks) and at user list",
    Turn.UNREADABLE: "the mailbox {host} could not be read since {since}; the mend: privacybot doctor",
    Turn.READABLE: "the mailbox {host} is read again since {since}",
    UNCOMPARED: "mailbox and ledger could not be compared since {since}; see why: privacybot reconcile",
    TERM_ENDS: "the legal date of {case} is {due}, and its answer did not leave yet; see: privacybot case {case}",
    BREACH_ALARM: "a personal data breach waits for a decision within 72 hours; see: privacybot breach list",
    ANCHORED: "no alarm: today's anchor of the event log; keep it, and compare with: privacybot verify-log --hash",
    "mailbox_compared": "mailbox and ledger are compared again",
    "mailbox_reconciled": "mail was missing from the ledger, or is not worked on; see: privacybot reconcile",
}
"""What the web address for alarms reads, by the kind of event."""

_COUNTS = ("missing", "taken_in", "stuck")
_ANCHOR = ("day", "hash")


class Watchkeeping:
    """Writes down how reading goes, and raises and ends the alarm about it."""

    def __init__(
        self,
        archive: Archive,
        mailroom: MailRoom,
        calendar: Calendar,
        mailboxes: Sequence[WatchedMailbox],
        alarm: AlarmSettings,
    ) -> None:
        self._archive = archive
        self._mailroom = mailroom
        self._calendar = calendar
        self._mailboxes = mailboxes
        self._alarm = alarm

    def looked(self, mailbox: WatchedMailbox, *, success: bool) -> None:
        """A complete sync of this mailbox ended just now, or it failed."""
        now = self._archive.clock()
        with self._archive.transaction() as tx:
            seen = tx.meta.readings(mailbox.name) or Readings(now)
            after = seen.after_success(now, _patience(mailbox)) if success else seen.after_failure()
            tx.meta.set_readings(mailbox.name, after)

    def compared(self, tx: Transaction, *, success: bool) -> None:
        """All mailboxes were compared with the ledger just now, or that failed for one of them."""
        now = self._archive.clock()
        seen = tx.meta.readings(_COMPARISON) or Readings(now)
        tx.meta.set_readings(_COMPARISON, seen.after_success(now, _NIGHTS) if success else seen.after_failure())

    def round(self) -> None:
        """Whether people must be told something now; safe to ask as often as one likes."""
        with self._archive.transaction() as tx:
            self._consider_comparing(tx)
        for mailbox in self._mailboxes:
            if mailbox.settings.alarm_minutes:
                with self._archive.transaction() as tx:
                    self._consider(tx, mailbox)

    def _consider(self, tx: Transaction, mailbox: WatchedMailbox) -> None:
        now, patience = self._archive.clock(), _patience(mailbox)
        seen = tx.meta.readings(mailbox.name)
        if seen is None:
            tx.meta.set_readings(mailbox.name, Readings(now))
            return
        turn = seen.turn(now, patience)
        if turn is None or (turn is Turn.UNREADABLE and _kept_lately(tx, mailbox, now - patience)):
            return
        tx.meta.set_readings(mailbox.name, seen.after(turn, now, patience))
        since = seen.last_read if turn is Turn.UNREADABLE else seen.readable_since or now
        self._tell(tx, mailbox, turn, since)

    def _consider_comparing(self, tx: Transaction) -> None:
        """Nobody is told before it was tried: after a long stop the last comparison is always old."""
        now, seen = self._archive.clock(), tx.meta.readings(_COMPARISON)
        turn = None if seen is None else seen.turn(now, _NIGHTS)
        if seen is None or turn is None or (turn is Turn.UNREADABLE and seen.readable_since is not None):
            return
        tx.meta.set_readings(_COMPARISON, seen.after(turn, now, _NIGHTS))
        since = seen.last_read if turn is Turn.UNREADABLE else seen.readable_since or now
        event = UNCOMPARED if turn is Turn.UNREADABLE else "mailbox_compared"
        _log.error("the alarm about comparing mailbox and ledger changes", kind=event)
        words = _COMPARING[turn].format(when=self._dutch(since))
        for task in tx.tasks.open_of_kind(UNCOMPARED):
            tx.tasks.done(task.id, BOT, now)
        if turn is Turn.UNREADABLE:
            tx.tasks.add(None, UNCOMPARED, words)
        self._announce(tx, event, words, _COMPARING_MAILS[turn], {"since": since.isoformat()})

    def _tell(self, tx: Transaction, mailbox: WatchedMailbox, turn: Turn, since: datetime) -> None:
        _log.error("the alarm about the mailbox changes", kind=turn, host=mailbox.settings.host)
        when = self._dutch(since)
        words = _SENTENCES[turn].format(mailbox=mailbox.shown, when=when)
        self._renew_task(tx, mailbox, words if turn is Turn.UNREADABLE else None)
        place = {"mailbox": mailbox.shown, "host": mailbox.settings.host, "since": since.isoformat()}
        self._announce(tx, turn, words, _MAILS[turn], place)

    def _announce(
        self, tx: Transaction, event: str, words: str, mail: tuple[str, str], values: Mapping[str, Scalar]
    ) -> None:
        """To every user with an address and to the web address; `mail` is its subject and what to do."""
        subject, advice = mail
        blocks = (Block("what", f"{words[0].upper()}{words[1:]}."), Block("how", advice))
        told = tell_staff(tx, lambda to: self._mailroom.automatic(subject, blocks, to, Thread()), self._archive.clock())
        seq = tx.events.write(None, event, BOT, {**values, "mails": told})
        if self._alarm.webhook_url:
            tx.jobs.defer(Work.TELL_WEBHOOK, seq)

    def _renew_task(self, tx: Transaction, mailbox: WatchedMailbox, words: str | None) -> None:
        for task in tx.tasks.open_of_kind(UNREADABLE):
            if f" {mailbox.shown} " in task.text:
                tx.tasks.done(task.id, BOT, self._archive.clock())
        if words is not None:
            tx.tasks.add(None, UNREADABLE, words)

    def _dutch(self, moment: datetime) -> str:
        zone = ZoneInfo(self._calendar.timezone)
        local, today = moment.astimezone(zone), self._archive.clock().astimezone(zone).date()
        return f"{dutch_day(local.date(), today)} om {local:%H:%M} uur"

    def tell_webhook(self, job: Job) -> None:
        """Hand the alarm of this event to the web address; a failure is tried again as the job is."""
        with self._archive.reading() as tx:
            event = tx.events.one(None, job.target_id)
        if event is not None and self._alarm.webhook_url:
            alert = _alert(event)
            post_alarm(self._alarm, _as_apprise(alert) if self._alarm.webhook_format == "apprise" else alert)


def _patience(mailbox: WatchedMailbox) -> timedelta:
    """Never shorter than two polls: one sync may be late."""
    settings = mailbox.settings
    return max(timedelta(minutes=settings.alarm_minutes), timedelta(seconds=2 * settings.poll_seconds))


def _kept_lately(tx: Transaction, mailbox: WatchedMailbox, after: datetime) -> bool:
    """Whether mail still comes in: the first sync of a large mailbox takes long, and is no outage."""
    marks = [mark.synced_at for mark in tx.folders.all() if mark.mailbox == mailbox.name]
    return any(at is not None and at > after for at in marks)


def _alert(event: Event) -> dict[str, Plain]:
    """Kind, server, times and counts: nothing personal."""
    values = event.values
    host, since = values.get("host"), values.get("since")
    counts = {name: values[name] for name in _COUNTS if name in values}
    about = {"host": host, "since": since, "case": values.get("case"), "due": values.get("due")}
    text = _ALERTS.get(event.kind, event.kind).format(**about)
    named = {name: value for name, value in about.items() if value is not None}
    anchor = {name: values[name] for name in _ANCHOR if event.kind == ANCHORED}
    return {"schema": 1, "event": event.kind, "at": event.at.isoformat(), **named, **counts, **anchor, "text": text}


def _as_apprise(alert: Mapping[str, Plain]) -> dict[str, Plain]:
    """The same for an Apprise API: `type` is one of info, success, warning, failure."""
    told = [f"{name} {alert[name]}" for name in (*_COUNTS, *_ANCHOR) if name in alert]
    body = "; ".join([str(alert["text"]), *told])
    return {"title": "privacybot", "body": body, "type": _TYPES.get(str(alert["event"]), "warning")}


_TYPES: dict[str, str] = {
    Turn.READABLE: "success",
    "mailbox_compared": "success",
    ANCHORED: "info",
    Turn.UNREADABLE: "failure",
    TERM_ENDS: "failure",
    BREACH_ALARM: "failure",
}

_SENTENCES = {
    Turn.UNREADABLE: "het postvak {mailbox} kan sinds {when} niet worden gelezen: nieuwe verzoeken komen niet binnen, "
    "terwijl hun termijn loopt",
    Turn.READABLE: "het postvak {mailbox} wordt sinds {when} weer gelezen",
}

_MAILS = {
    Turn.UNREADABLE: (
        "Het postvak kan niet worden gelezen",
        "Waarschuw de beheerder: privacybot doctor zegt wat er mis is. Kijk tot dan zelf in het postvak.",
    ),
    Turn.READABLE: (
        "Het postvak wordt weer gelezen",
        "Wat intussen binnenkwam, wordt alsnog opgehaald en telt vanaf de dag waarop het binnenkwam.",
    ),
}

_COMPARING = {
    Turn.UNREADABLE: "het postvak is sinds {when} niet met het logboek vergeleken, omdat dat telkens mislukt: een "
    "bericht dat niet is verwerkt, valt dan niet op",
    Turn.READABLE: "het postvak wordt sinds {when} weer met het logboek vergeleken",
}

_COMPARING_MAILS = {
    Turn.UNREADABLE: (
        "Het postvak kan niet met het logboek worden vergeleken",
        "Waarschuw de beheerder: privacybot reconcile zegt wat er mis is.",
    ),
    Turn.READABLE: (
        "Het postvak wordt weer met het logboek vergeleken",
        "Klopt er iets niet, dan staat dat in een taak: privacybot tasks.",
    ),
}
