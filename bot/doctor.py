"""Looks at everything that the service needs, as it is now. Nothing is changed and no mail is sent."""

from __future__ import annotations

import asyncio
import errno
import shutil
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from cryptography import x509

from bot.configuration import check_config, load_settings
from bot.datamap.loading import load_datamap
from bot.desk.texts import PAGES
from bot.desk.texts import check as check_pages
from bot.mail.accounting import WatchedMailbox
from bot.mail.authentication.questions import Question
from bot.mail.authentication.resolver import DnsResolver
from bot.mail.checkup import Finding, Health, certificate_finding, mailbox_findings, sending_findings
from bot.mail.lines import in_thread
from bot.mail.trust import server_context
from bot.replies.check import check as check_templates
from bot.rooms import Rooms, archive_of, clock_of, keys_fit
from bot.settings import AlarmSettings, ReceiverSettings, Settings, SettingsError, templates_dir
from bot.store.archive import Archive
from bot.store.engines import address_of
from bot.store.errors import SchemaError, StoreError, VaultError
from bot.triage.errors import NoOpinionError, TriageError
from bot.triage.installed import Live, Standing, live
from bot.triage.labels import RequestKind
from bot.triage.model import load_model

_MIB = 1024 * 1024
_LITTLE_ROOM, _NO_ROOM = 2048 * _MIB, 200 * _MIB
_KNOCK_SECONDS = 3.0
_EXAMPLE = ("Mijn gegevens", "Kunt u mij een overzicht sturen van alles wat u over mij heeft opgeslagen?")


async def findings(config_dir: Path, env: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Everything, in the order in which it must be mended. Without a usable configuration there is no more to see."""
    wrong = check_config(config_dir, env).errors
    for line in wrong:
        yield Finding("configuration", Health.FAILED, line)
    try:
        settings = load_settings(config_dir, env, keys_required=False)
    except SettingsError:
        return
    if not wrong:
        yield Finding("configuration", Health.OK, "it can be used")
    if (doubt := _authority(settings)) is not None:
        yield doubt
    for finding in (
        *_words(settings, env),
        *_archive(settings, env),
        _disk(settings),
        _model(settings),
        *receiver_findings(settings.receiver),
    ):
        yield finding
    async for finding in _mail(settings, env):
        yield finding
    if settings.authentication.mode == "own":
        yield await _dns(settings)
    if settings.second_opinion.enabled:
        yield await _second_reader(settings, env)


def _authority(settings: Settings) -> Finding | None:
    """Letters print where a complaint goes: old details are worth a look."""
    block = settings.organisation.authority
    age = block.doubtful(clock_of(settings)().date())
    if age is None:
        return None
    words = f"looked up {age} days ago: see {block.complaint_url}, then set authority.verified_on in organisation.toml"
    return Finding("authority", Health.WARNING, words)


async def _mail(settings: Settings, env: Mapping[str, str]) -> AsyncIterator[Finding]:
    rooms = Rooms(settings, env)
    for number, watched in enumerate(rooms.mailboxes):
        box = watched.settings
        sent_folder = box.sent_folder if number == 0 and box.sent_copy else None
        if (nameless := _nameless(f"{box.table} name", box.host, f"{box.table}.host")) is not None:
            yield nameless
            continue
        for finding in await _mailbox(watched, sent_folder):
            yield finding
    if (nameless := _nameless("send name", settings.send.host, "send.host")) is not None:
        yield nameless
        return
    async for finding in sending_findings(settings.send, rooms.sending_secret()):
        yield finding


async def _mailbox(watched: WatchedMailbox, sent_folder: str | None) -> list[Finding]:
    """What was found until the server took too long: that is a finding too."""
    mailbox, box = watched.connection(), watched.settings
    found: list[Finding] = []
    try:
        async with asyncio.timeout(3 * box.timeout_seconds):
            await in_thread(lambda: found.extend(mailbox_findings(mailbox, box, sent_folder)), mailbox.hang_up)
    except TimeoutError:
        words = f"{box.host} took too long over its answers and was cut off: try again; if it stays, ask who runs it"
        found.append(Finding(f"{box.table} connection", Health.FAILED, words))
    return found


async def _dns(settings: Settings) -> Finding:
    """Our own domain's policy is asked for; that there is none is an answer too."""
    asked = Question(f"_dmarc.{settings.organisation.address.rpartition('@')[2]}", "TXT")
    wanted = settings.authentication
    answers = await DnsResolver(wanted.dns_servers).answers([asked], wanted.seconds)
    if not answers[asked].trouble:
        return Finding("dns for senders", Health.OK, "it answers: senders can be examined")
    mend = "correct authentication.dns_servers, or let this machine ask the DNS"
    return Finding("dns for senders", Health.WARNING, f"no answer, so that no sender can be proved: {mend}")


async def _second_reader(settings: Settings, env: Mapping[str, str]) -> Finding:
    """It is asked about an invented mail. Nothing depends on it, so that trouble is a warning."""
    check = "second opinion"
    try:
        reader = Rooms(settings, env).second_reader
        labels = await reader.ask(*_EXAMPLE) if reader is not None else frozenset()
    except SettingsError as wrong:
        return Finding(check, Health.FAILED, str(wrong))
    except NoOpinionError as none:
        return Finding(check, Health.WARNING, f"{none}; mail is decided without it")
    if labels != {RequestKind.ACCESS}:
        words = "it answers, but misreads a plain request for access: choose another second_opinion.model"
        return Finding(check, Health.WARNING, words)
    return Finding(check, Health.OK, "it answers in the agreed form, and reads a plain request as one")


def _nameless(check: str, host: str, key: str) -> Finding | None:
    """The trouble with a host that has no address."""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return Finding(
            check, Health.FAILED, f"DNS knows no address of {host}: correct {key}, or mend this machine's DNS"
        )
    return None


# What lies on this machine


def _words(settings: Settings, env: Mapping[str, str]) -> Iterator[Finding]:
    troubles = [*check_templates(templates_dir(), fees=settings.approval.fees), *check_pages(templates_dir() / PAGES)]
    yield from (Finding("templates", Health.FAILED, line) for line in troubles)
    if not troubles:
        yield Finding("templates", Health.OK, "every letter can be written")
    try:
        load_datamap(settings.config_dir / "datamap.yaml", env)
    except SettingsError as wrong:
        yield from (Finding("data map", Health.FAILED, line) for line in str(wrong).splitlines())
    else:
        yield Finding("data map", Health.OK, "it can be used; check-config --live compares it with the databases")


def _archive(settings: Settings, env: Mapping[str, str]) -> Iterator[Finding]:
    try:
        archive = archive_of(settings, env, clock_of(settings))
    except (SettingsError, VaultError) as wrong:
        yield from (Finding("keys", Health.FAILED, line) for line in str(wrong).splitlines())
        return
    except SchemaError as wrong:
        yield Finding("database", Health.FAILED, str(wrong))
        return
    except StoreError as away:
        yield Finding("database", Health.FAILED, f"{away}: start it, or correct DATABASE_URL")
        return
    with closing(archive):
        yield Finding("database", Health.OK, "it answers, and has the schema of this version")
        try:
            begun = keys_fit(archive)
        except SettingsError as wrong:
            yield Finding("keys", Health.FAILED, str(wrong))
        else:
            yield Finding(
                "keys", Health.OK, "they open the archive" if begun else "the first start will begin with them"
            )
            yield _second_channel(archive, settings.alarm)


def _second_channel(archive: Archive, alarm: AlarmSettings) -> Finding:
    """No term may end with nobody told but by a list that somebody must look at."""
    with archive.reading() as tx:
        told = sum(user.enabled and bool(user.address) for user in tx.users.all())
    ways = [*(["a web address"] if alarm.webhook_url else []), *([f"mail to {told} user(s)"] if told else [])]
    if not ways:
        mend = "privacybot user add NAME --address A, or set [alarm] webhook_url"
        return Finding("alarms", Health.WARNING, f"terms that end are told in the list of tasks alone: {mend}")
    return Finding("alarms", Health.OK, f"terms that end are also told by {' and '.join(ways)}")


def _disk(settings: Settings) -> Finding:
    """Where the archive lies if that is a file, else where exports are built."""
    file = Path(address_of(settings.database_url).database or "")
    place = file.parent if address_of(settings.database_url).get_backend_name() == "sqlite" else settings.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    health = Health.FAILED if free < _NO_ROOM else Health.WARNING if free < _LITTLE_ROOM else Health.OK
    mend = "" if health is Health.OK else ": make room, or mail stays in the mailbox"
    return Finding("disk", health, f"{free // _MIB} MiB free in {place}{mend}")


def _model(settings: Settings) -> Finding:
    """Which model judges mail."""
    fixed = settings.triage.model_file
    try:
        found = Live(load_model(Path(fixed)), Standing()) if fixed else live(settings.models)
    except TriageError as unusable:
        return Finding("model", Health.FAILED, str(unusable))
    if found.trouble:
        return Finding("model", Health.WARNING, f"the shipped one judges, not the one trained here: {found.trouble}")
    whose = f"{fixed} always" if fixed else "the one trained here" if found.standing.version else "the shipped one"
    return Finding("model", Health.OK, f"{found.model.version} judges: {whose}")


# Mail handed to us


def receiver_findings(settings: ReceiverSettings) -> Iterator[Finding]:
    """The place where mail is handed to us: free, ours already, or not to be had; and our own certificate."""
    if not settings.enabled:
        return
    yield _door(settings)
    if settings.tls_cert_file:
        yield _own_certificate(settings)


def _door(settings: ReceiverSettings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as refusal:
        if refusal.errno == errno.EADDRINUSE:
            return _listener(settings, where)
        return Finding(
            "receiver port",
            Health.FAILED,
            f"we may not listen on {where} ({refusal.strerror}): set another receiver.host or receiver.port",
        )
    return Finding("receiver port", Health.OK, f"{where} is free: the service does not run, and may listen there")


def _listener(settings: ReceiverSettings, where: str) -> Finding:
    """Whoever listens there already should greet as a mail server does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    greeting = b""
    try:
        with socket.create_connection((host, settings.port), timeout=_KNOCK_SECONDS) as line:
            greeting = line.recv(512)
            line.sendall(b"QUIT\r\n")
    except OSError:
        pass
    if greeting.startswith(b"220"):
        return Finding("receiver port", Health.OK, f"a mail server greets on {where}")
    mend = "end what listens there, or set another receiver.port"
    return Finding("receiver port", Health.FAILED, f"something else than a mail server is on {where}: {mend}")


def _own_certificate(settings: ReceiverSettings) -> Finding:
    check = "receiver certificate"
    try:
        server_context(settings.tls_cert_file, settings.tls_key_file)
        shown = x509.load_pem_x509_certificate(Path(settings.tls_cert_file).read_bytes())
    except (SettingsError, OSError, ValueError) as wrong:
        return Finding(check, Health.FAILED, str(wrong))
    return certificate_finding(check, shown.not_valid_after_utc, "renew receiver.tls_cert_file")
