"""Configuration, read once: TOML files and environment into frozen values. Each room gets its own piece."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class SettingsError(Exception):
    """The configuration cannot be used; the message names file, key and mend."""


class Piece(BaseModel):
    """One room's settings: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Environment(StrEnum):
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class ServiceSettings(Piece):
    """[service]"""

    environment: Environment
    host: str = "127.0.0.1"  # where the web role listens
    port: int = 8080  # PORT wins; 0 is any free port


class StoreSettings(Piece):
    """[store]"""

    url: str = ""  # DATABASE_URL wins; empty is SQLite in PRIVACYBOT_HOME
    busy_seconds: float = 10.0
    lease_seconds: float = 30.0  # how long a worker keeps a job without a sign of life
    max_attempts: int = 8  # then a job is parked and shown
    backoff_seconds: float = 5.0  # doubles with every attempt, at most an hour


class WatchSettings(Piece):
    """[watch]: the mailbox read over IMAP."""

    enabled: bool = False
    host: str = ""
    port: int = 993
    tls: Literal["tls", "starttls", "none"] = "tls"  # none is accepted for loopback only
    ca_file: str = ""  # extra certificate authority; empty is the system's
    user: str = ""
    auth: Literal["password", "xoauth2"] = "password"
    folders: tuple[str, ...] = ("INBOX", "Junk")
    junk_folders: tuple[str, ...] = ("Junk", "Spam", "Ongewenste e-mail")
    sent_folder: str = "Sent"
    sent_copy: bool = True
    since: date | None = None  # no default: check-config asks for it
    idle_seconds: float = 240.0
    poll_seconds: float = 60.0
    timeout_seconds: float = 30.0
    backoff_max_seconds: float = 300.0
    batch: Annotated[int, Field(ge=1, le=1000)] = 100


class ReceiverSettings(Piece):
    """[receiver]: mail handed to us over SMTP or LMTP."""

    enabled: bool = False
    protocol: Literal["smtp", "lmtp"] = "smtp"
    host: str = "127.0.0.1"
    port: int = 8025
    mode: Literal["copy", "relay"] | None = None  # no default
    relay_to: str = ""  # host:port
    recipients: tuple[str, ...] = ()  # empty is the organisation's own address
    tls_cert_file: str = ""
    tls_key_file: str = ""
    timeout_seconds: float = 60.0
    max_connections: int = 50


class SendSettings(Piece):
    """[send]: mail leaving over SMTP."""

    host: str = "127.0.0.1"
    port: int = 587
    tls: Literal["tls", "starttls", "none"] = "starttls"  # none is accepted for loopback only
    ca_file: str = ""
    user: str = ""
    timeout_seconds: float = 60.0
    max_attempts: int = 10
    backoff_seconds: float = 60.0


class ParsingSettings(Piece):
    """[parsing]: the cage in which mail is taken apart."""

    processes: int = 1
    seconds: float = 10.0  # wall and processor time for one mail
    memory_mb: int = 512
    max_mail_mb: int = 25
    max_header_kb: int = 256
    max_parts: int = 200
    max_depth: int = 10
    replace_after: int = 500  # mails, then a fresh child


class CasesSettings(Piece):
    """[cases]"""

    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,6}$")] = "KB"
    timezone: str = "Europe/Amsterdam"
    closing_days: int = 5  # working days between answered and closed
    old_mail_hours: float = 24.0  # older mail gets no automatic letter unless staff release it
    export_days: int = 14  # an export is destroyed so long after the answer


class IdentitySettings(Piece):
    """[identity]"""

    code_days: int = 14
    tries: int = 5
    secrets: int = 3  # codes per case in all
    hold_days: int = 7  # L3 without a second factor, and erasure of a running account
    contact_hold_hours: int = 72  # change of contact data
    recent_address_days: int = 14  # an address younger than this proves nothing
    reminder_days: tuple[int, ...] = (3, 10, 20)


class ApprovalSettings(Piece):
    """[approval]"""

    second_person: Literal["required", "fallback"] = "fallback"
    undo_seconds: int = 30
    undo_risk_seconds: int = 600  # exports and erasures
    fallback_hours: float = 24.0


class ReleaseSettings(Piece):
    """[release]: automatic letters leave on a fixed beat, so that their time says nothing."""

    every_seconds: int = 300


class TriageSettings(Piece):
    """[triage]"""

    model_file: str = ""  # empty is the model that ships with the package


class LogSettings(Piece):
    """[log]"""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class AuthorityBlock(Piece):
    """[authority]: the supervisory authority, as printed in letters (law.md KLA-04)."""

    name: str
    postal_address: str
    complaint_url: str
    phone: str
    verified_on: date


class Fact(Piece):
    """A fact that the privacy statement does not give: unconfirmed facts may not leave outside the demo."""

    value: str
    confirmed: bool


class Organisation(Piece):
    """config/organisation.toml: who the controller is, in letters."""

    name: str  # GravyTrain t.a.v. Kleinboek
    brand: str  # Kleinboek
    street: str
    postcode: str
    city: str
    address: str  # the mailbox, info@...
    website: str
    kvk: str
    vat: str
    privacy_statement_on: date
    signature: str  # who signs letters
    privacy_contact: Fact
    hosting_country: Fact
    backup_days: Fact
    transfers: Fact  # outside the EEA, and the safeguard
    automated_decisions: Fact
    authority: AuthorityBlock


class Settings(Piece):
    """Everything. Only service.py and the commands see the whole."""

    service: ServiceSettings
    store: StoreSettings = StoreSettings()
    watch: WatchSettings = WatchSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    send: SendSettings = SendSettings()
    parsing: ParsingSettings = ParsingSettings()
    cases: CasesSettings = CasesSettings()
    identity: IdentitySettings = IdentitySettings()
    approval: ApprovalSettings = ApprovalSettings()
    release: ReleaseSettings = ReleaseSettings()
    triage: TriageSettings = TriageSettings()
    log: LogSettings = LogSettings()
    organisation: Organisation
    config_dir: Path
    home: Path  # PRIVACYBOT_HOME
    database_url: str  # resolved
    now: datetime | None = None  # PRIVACYBOT_NOW: demo and test only


def secret(name: str, env: Mapping[str, str] = os.environ) -> str:
    """NAME from the environment, or the content of the file that NAME_FILE points to."""
    if path := env.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    if value := env.get(name):
        return value
    raise SettingsError(f"set {name} or {name}_FILE")
