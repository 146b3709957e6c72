"""A look at the mail servers as they are now: each thing that must work, and its mend where it does not.

Nothing is changed, no mail is sent, and every wait has an end.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError

from bot.mail.errors import MailboxError, MailboxRefusedError, ServerSaidNoError, TokenError, UntrustedServerError
from bot.mail.login import Secret
from bot.mail.mailbox import Mailbox
from bot.mail.smtpline import LINE_FAULTS, SmtpLine
from bot.settings import SendSettings, SettingsError, WatchSettings

SOON = timedelta(days=21)
"""A certificate that ends within this time is a warning."""

_ROOMY = 10 * 1024 * 1024  # bytes that a mail server should take: an answer carries exports


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. The text is one line without personal data; that of a failure names the mend."""

    check: str
    health: Health
    text: str


def certificate_finding(check: str, ends_at: datetime, renew: str) -> Finding:
    """How long a certificate still holds, in real time. `renew` says who must act."""
    left, day = ends_at - datetime.now(UTC), f"{ends_at:%Y-%m-%d}"
    if left <= timedelta(0):
        return Finding(check, Health.FAILED, f"the certificate ended on {day}: {renew}")
    if left <= SOON:
        return Finding(check, Health.WARNING, f"the certificate ends on {day}, in {left.days} days: {renew}")
    return Finding(check, Health.OK, f"the certificate holds until {day}")


# Reading


def mailbox_findings(mailbox: Mailbox, settings: WatchSettings, sent_folder: str | None) -> Iterator[Finding]:
    """One mailbox: connection, certificate, login, folders, IDLE. Blocks. `sent_folder` is where copies are filed."""
    table = settings.table
    try:
        mailbox.connect()
    except UntrustedServerError as trouble:
        yield Finding(f"{table} certificate", Health.FAILED, str(trouble))
    except MailboxRefusedError as trouble:
        yield Finding(f"{table} login", Health.FAILED, str(trouble))
    except MailboxError as trouble:
        mend = f"check {table}.host, {table}.port and {table}.tls, and the network between"
        yield Finding(f"{table} connection", Health.FAILED, f"{trouble}: {mend}")
    else:
        with contextlib.closing(mailbox):
            yield from _inside(mailbox, settings, sent_folder)


def _inside(mailbox: Mailbox, settings: WatchSettings, sent_folder: str | None) -> Iterator[Finding]:
    table = settings.table
    yield Finding(f"{table} connection", Health.OK, f"{settings.host}:{settings.port} answers")
    if (ends_at := mailbox.certificate_ends_at()) is not None:
        yield certificate_finding(f"{table} certificate", ends_at, f"whoever runs {settings.host} must renew it")
    yield Finding(f"{table} login", Health.OK, "the server lets us in")
    try:
        for folder in settings.folders:
            yield _folder(mailbox, table, folder)
        if sent_folder is not None:
            yield _sent_folder(mailbox, table, sent_folder)
        yield _idle(mailbox, settings)
    except MailboxError as trouble:
        yield Finding(
            f"{table} connection", Health.FAILED, f"{trouble}: try again; if it stays, ask who runs the server"
        )


def _folder(mailbox: Mailbox, table: str, folder: str) -> Finding:
    check = f"{table} folder {folder}"
    try:
        state = mailbox.examine(folder)
    except ServerSaidNoError:
        if mailbox.folder_exists(folder):
            return Finding(check, Health.FAILED, f"it cannot be opened: let {table}.user read it")
        return Finding(check, Health.FAILED, f"the mailbox has no such folder: correct {table}.folders, or make it")
    return Finding(check, Health.OK, f"{state.count} mails")


def _sent_folder(mailbox: Mailbox, table: str, folder: str) -> Finding:
    check = f"{table} folder for copies"
    if mailbox.folder_exists(folder):
        return Finding(check, Health.OK, f"{folder} is there")
    return Finding(
        check,
        Health.FAILED,
        f"the mailbox has no folder {folder}: correct {table}.sent_folder, make it, or set {table}.sent_copy to false",
    )


def _idle(mailbox: Mailbox, settings: WatchSettings) -> Finding:
    check = f"{settings.table} push"
    if mailbox.has_idle():
        return Finding(check, Health.OK, "the server tells of new mail by itself (IDLE)")
    seconds = f"{settings.poll_seconds:g}"
    return Finding(check, Health.WARNING, f"the server has no IDLE: new mail is seen every {seconds} seconds")


# Sending


async def sending_findings(settings: SendSettings, secret: Secret | None) -> AsyncIterator[Finding]:
    """The server that takes our letters: greeting, TLS, login, and what it offers."""
    line = None
    try:
        line = SmtpLine(settings, secret)
        smtp = await line.open()
    except SettingsError as wrong:
        yield Finding("send login", Health.FAILED, str(wrong))
    except LINE_FAULTS as fault:
        assert line is not None
        yield _no_line(line, settings, fault)
    else:
        yield Finding("send connection", Health.OK, f"{settings.host}:{settings.port} answers")
        if (ends_at := certificate_end(smtp.get_transport_info("peercert"))) is not None:
            yield certificate_finding("send certificate", ends_at, f"whoever runs {settings.host} must renew it")
        words = "the server lets us in" if settings.user else "none is configured (send.user is empty)"
        yield Finding("send login", Health.OK, words)
        yield _size(smtp)
        yield _notices(smtp)
    finally:
        if line is not None:
            await line.close()


def _no_line(line: SmtpLine, settings: SendSettings, fault: BaseException) -> Finding:
    """Which of the steps it was."""
    words = str(getattr(fault, "message", ""))
    if isinstance(fault, SMTPAuthenticationError | TokenError):
        return Finding("send login", Health.FAILED, line.trouble(fault))
    if "AUTH extension" in words:
        mend = "correct send.port and send.tls, or empty send.user"
        return Finding("send login", Health.FAILED, f"{settings.host} offers no login here: {mend}")
    if "STARTTLS" in words or any(isinstance(link, ssl.SSLError) for link in _links(fault)):
        return Finding("send certificate", Health.FAILED, line.trouble(fault))
    return Finding("send connection", Health.FAILED, line.trouble(fault))


def _links(fault: BaseException | None) -> Iterator[BaseException]:
    """A fault and what led to it."""
    while fault is not None:
        yield fault
        fault = fault.__cause__ or fault.__context__


def _size(smtp: SMTP) -> Finding:
    """RFC 1870: 0 or nothing means that no limit is told."""
    told = smtp.esmtp_extensions.get("size", "")
    limit = int(told) if told.isdecimal() else 0
    mib = limit // (1024 * 1024)
    if 0 < limit < _ROOMY:
        return Finding("send size", Health.WARNING, f"mails over {mib} MiB are refused: exports may not get through")
    return Finding("send size", Health.OK, f"mails up to {mib} MiB" if limit else "no limit is told")


def _notices(smtp: SMTP) -> Finding:
    """RFC 3461."""
    if smtp.supports_extension("dsn"):
        return Finding("send bounces", Health.OK, "delivery notices can be asked for (DSN)")
    return Finding("send bounces", Health.OK, "no DSN is offered: a bounce is recognised when it comes back")


def certificate_end(certificate: dict[str, Any] | None) -> datetime | None:
    """When a checked certificate ends, as ssl gives it; None without TLS."""
    if not certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
