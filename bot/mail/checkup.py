"""A look at the mail servers as they are now: each thing that must work, and its mend where it does not.

Nothing is changed, no mail is sent, and every wait has an end.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from aiosmtplib import SMTP
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException

from bot.mail.errors import MailboxError, MailboxRefusedError, ServerSaidNoError, UntrustedServerError
from bot.mail.mailbox import Mailbox
from bot.mail.smtpline import let_go
from bot.mail.trust import certificate_trouble, client_context, insist_on_tls
from bot.settings import SendSettings, SettingsError, WatchSettings

SOON = timedelta(days=21)
"""A certificate that ends within this time is a warning."""

_OUR_NAME = "[127.0.0.1]"  # in EHLO: this machine's name does not leak
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


async def sending_findings(settings: SendSettings, password: Callable[[], str] | None) -> AsyncIterator[Finding]:
    """The server that takes our letters: greeting, TLS, login, and what it offers."""
    try:
        insist_on_tls(settings.tls, settings.host, "send.tls")
        context = client_context(settings.ca_file, "send.ca_file")
    except SettingsError as wrong:
        yield Finding("send connection", Health.FAILED, str(wrong))
        return
    smtp = SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=_OUR_NAME,
        timeout=settings.timeout_seconds,
        use_tls=settings.tls == "tls",
        start_tls=False,
        tls_context=context,
    )
    try:
        async for finding in _spoken_with(smtp, settings, context, password):
            yield finding
    finally:
        transport = smtp.transport
        with contextlib.suppress(SMTPException, OSError):
            if smtp.is_connected:
                await smtp.quit(timeout=5)
        smtp.close()
        await let_go(transport)


async def _spoken_with(
    smtp: SMTP, settings: SendSettings, context: ssl.SSLContext, password: Callable[[], str] | None
) -> AsyncIterator[Finding]:
    host = f"{settings.host}:{settings.port}"
    try:
        await smtp.connect()
        await smtp.ehlo()
        if settings.tls == "starttls":
            if not smtp.supports_extension("starttls"):
                trouble = f"{host} does not offer STARTTLS, and nothing leaves in plain text"
                yield Finding("send certificate", Health.FAILED, f"{trouble}: check send.port and send.tls")
                return
            await smtp.starttls(tls_context=context)
            await smtp.ehlo()
    except (SMTPException, OSError) as fault:
        yield _no_connection(fault, host)
        return
    yield Finding("send connection", Health.OK, f"{host} answers")
    if (ends_at := certificate_end(smtp.get_transport_info("peercert"))) is not None:
        yield certificate_finding("send certificate", ends_at, f"whoever runs {settings.host} must renew it")
    yield await _login(smtp, settings, password)
    yield _size(smtp)
    yield _notices(smtp)


def _no_connection(fault: BaseException, host: str) -> Finding:
    link: BaseException | None = fault
    while link is not None:
        if trouble := certificate_trouble(link, host, "send"):
            return Finding("send certificate", Health.FAILED, trouble)
        link = link.__cause__ or link.__context__
    kind = type(fault).__name__
    mend = "check send.host, send.port and send.tls, and the network between"
    return Finding("send connection", Health.FAILED, f"no greeting from {host} ({kind}): {mend}")


async def _login(smtp: SMTP, settings: SendSettings, password: Callable[[], str] | None) -> Finding:
    if not settings.user or password is None:
        return Finding("send login", Health.OK, "none is configured (send.user is empty)")
    if not smtp.supports_extension("auth"):
        mend = "correct send.port and send.tls, or empty send.user"
        return Finding("send login", Health.FAILED, f"{settings.host} offers no login here: {mend}")
    try:
        await smtp.login(settings.user, password())
    except SMTPAuthenticationError:
        return Finding("send login", Health.FAILED, f"{settings.host} refuses it: check send.user and its password")
    except (SMTPException, OSError) as fault:
        kind = type(fault).__name__
        return Finding("send login", Health.FAILED, f"it was broken off ({kind}): ask who runs {settings.host}")
    except SettingsError as missing:
        return Finding("send login", Health.FAILED, str(missing))
    return Finding("send login", Health.OK, "the server lets us in")


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
