"""Configuration, read once: TOML files and environment into frozen values. Each room gets its own piece."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_PREFIX = "PRIVACYBOT_"
_DOMAIN = r"^([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*)?$"
_PACKAGE = Path(__file__).resolve().parent


class SettingsError(Exception):
    """The configuration cannot be used; each problem names file, key and mend."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Piece(BaseModel):
    """One room's settings: closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _listed(given: object) -> object:
    """The environment writes a list with commas."""
    if isinstance(given, str):
        return [item for part in given.split(",") if (item := part.strip())]
    return given


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("timezone", "is not a known time zone; write it like Europe/Amsterdam") from None
    return name


def _origin(url: str) -> str:
    """Scheme, host and port, and nothing else: letters append the path."""
    if url and not re.fullmatch(r"https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?", url.rstrip("/")):
        raise PydanticCustomError(
            "origin", "is no address of a site; write it like https://privacy.kleinboek.nl, without a path"
        )
    return url.rstrip("/")


Port = Annotated[int, Field(ge=0, le=65535)]
Seconds = Annotated[float, Field(ge=0)]
Hours = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]  # may be none
Number = Annotated[int, Field(ge=1)]  # at least one
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Environment(StrEnum):
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class ServiceSettings(Piece):
    """[service]"""

    environment: Environment
    host: str = "127.0.0.1"  # where the web role listens
    port: Port = 8080  # PORT wins; 0 is any free port
    public_url: Annotated[str, AfterValidator(_origin)] = ""  # where customers reach it; empty: no public pages


class PagesSettings(Piece):
    """[pages]: how often the public pages may be asked for."""

    proxies: Names = ("127.0.0.1", "::1")  # addresses of reverse proxies, whose X-Forwarded-For is believed
    per_client: Number = 60  # a minute
    in_all: Number = 1200  # a minute, for one process


class StoreSettings(Piece):
    """[store]"""

    url: str = ""  # DATABASE_URL wins; empty is SQLite in PRIVACYBOT_HOME
    busy_seconds: Seconds = 10.0
    lease_seconds: Seconds = 30.0  # how long a worker keeps a job without a sign of life
    max_attempts: Number = 8  # then a job is parked and shown
    backoff_seconds: Seconds = 5.0  # doubles with every attempt, at most an hour


class WatchSettings(Piece):
    """[watch]: the mailbox read over IMAP."""

    enabled: bool = False
    host: str = ""
    port: Port = 993
    tls: Literal["tls", "starttls", "none"] = "tls"  # none is accepted for loopback only
    ca_file: str = ""  # extra certificate authority; empty is the system's
    user: str = ""
    auth: Literal["password", "xoauth2", "oauthbearer"] = "password"
    folders: Names = ("INBOX", "Junk")
    junk_folders: Names = ("Junk", "Spam", "Ongewenste e-mail")
    sent_folder: str = "Sent"
    sent_copy: bool = True
    since: date | None = None  # no default: check-config asks for it
    idle_seconds: Seconds = 240.0
    poll_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 30.0
    backoff_max_seconds: Seconds = 300.0
    batch: Annotated[int, Field(ge=1, le=1000)] = 100
    alarm_minutes: Count = 30  # not read for so long: people are told; 0 never
    reconcile_hour: Annotated[int, Field(ge=0, le=23)] = 3  # local time of the cases

    @property
    def label(self) -> str:
        """What this mailbox is called among others: in health, logs and the names of its secrets."""
        return "watch"

    @property
    def table(self) -> str:
        """Where its settings stand, for messages that name a key."""
        return "watch"

    @property
    def password_name(self) -> str:
        return "PRIVACYBOT_IMAP_PASSWORD"

    @property
    def ledger_name(self) -> str:
        """What this mailbox is called in the archive."""
        return f"{self.user}@{self.host}"


class MailboxSettings(WatchSettings):
    """[mailboxes.NAME]: a further mailbox, with the same keys as [watch]."""

    name: str = ""  # that of the table
    enabled: bool = True

    @property
    def label(self) -> str:
        return self.name

    @property
    def table(self) -> str:
        return f"mailboxes.{self.name}"

    @property
    def password_name(self) -> str:
        return f"PRIVACYBOT_IMAP_PASSWORD_{self.name.upper()}"


def _named(mailboxes: object) -> object:
    if not isinstance(mailboxes, dict):
        return mailboxes
    return {name: {**box, "name": name} if isinstance(box, dict) else box for name, box in mailboxes.items()}


def _mailbox_name(name: str) -> str:
    if name == "watch" or not re.fullmatch(r"[a-z][a-z0-9]{0,29}", name):
        raise PydanticCustomError(
            "mailbox_name", "is no name for a mailbox; take small letters and digits, such as [mailboxes.klachten]"
        )
    return name


Mailboxes = Annotated[Mapping[Annotated[str, AfterValidator(_mailbox_name)], MailboxSettings], BeforeValidator(_named)]


class OAuthSettings(Piece):
    """[oauth]: where tokens for mail servers come from; its secret is PRIVACYBOT_OAUTH_SECRET."""

    grant: Literal["client_credentials", "service_account"] = "client_credentials"
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    timeout_seconds: Seconds = 10.0


class ReceiverSettings(Piece):
    """[receiver]: mail handed to us over SMTP or LMTP."""

    enabled: bool = False
    protocol: Literal["smtp", "lmtp"] = "smtp"
    host: str = "127.0.0.1"
    port: Port = 8025
    mode: Literal["copy", "relay"] | None = None  # no default
    relay_to: str = ""  # host:port
    recipients: Names = ()  # empty is the organisation's own address
    tls_cert_file: str = ""
    tls_key_file: str = ""
    tls_required: bool = False
    timeout_seconds: Seconds = 60.0
    transaction_seconds: Seconds = 600.0  # one mail, from MAIL to its final dot
    max_connections: Number = 50
    max_connections_per_address: Number = 20
    max_mb: Number = 100  # over parsing.max_mail_mb only the top is kept
    memory_mb: Number = 256  # of all mails on their way in


class SendSettings(Piece):
    """[send]: mail leaving over SMTP."""

    host: str = "127.0.0.1"
    port: Port = 587
    tls: Literal["tls", "starttls", "none"] = "starttls"  # none is accepted for loopback only
    ca_file: str = ""
    user: str = ""
    auth: Literal["password", "xoauth2"] = "password"
    timeout_seconds: Seconds = 60.0
    idle_seconds: Seconds = 15.0
    max_attempts: Number = 10
    backoff_seconds: Seconds = 60.0


class AlarmSettings(Piece):
    """[alarm]: a further channel for what concerns the service itself."""

    webhook_url: str = Field(default="", repr=False)  # may hold a token of its own
    webhook_format: Literal["plain", "apprise"] = "plain"
    ca_file: str = ""
    timeout_seconds: Seconds = 10.0


class AnchorSettings(Piece):
    """[anchor]: the daily proof, outside the database, of what the log was."""

    folder: str = ""  # empty is anchors/ in PRIVACYBOT_HOME
    mail_days: Count = 7  # without an alarm mail for so long, a mail of its own; 0 never
    webhook: bool = True


class DkimSettings(Piece):
    """[dkim]: our own signature; its key is PRIVACYBOT_DKIM_KEY. Empty signs nothing."""

    domain: Annotated[str, Field(pattern=_DOMAIN)] = ""
    selector: Annotated[str, Field(pattern=_DOMAIN)] = ""


class ParsingSettings(Piece):
    """[parsing]: the cage in which mail is taken apart."""

    processes: Number = 2
    seconds: Seconds = 10.0  # wall and processor time for one mail
    document_seconds: Seconds = 3.0  # processor time for all attached documents of one mail
    memory_mb: Number = 512
    max_mail_mb: Number = 25
    max_header_kb: Number = 256
    max_parts: Number = 200
    max_depth: Number = 10
    replace_after: Number = 2000  # mails, then a fresh child


class AuthenticationSettings(Piece):
    """[authentication]: whether a mail really comes from the domain in its From."""

    mode: Literal["own", "results", "exchange", "none"] = "own"
    authserv_id: str = ""  # the name of our mail server in Authentication-Results
    mx_host: str = ""  # the name of our mail server in its Received headers
    border: bool = False  # our receiver is the first server that senders reach: their address is known
    dns_servers: Names = ()  # "host" or "host:port"; empty is the system's
    seconds: Seconds = 2.0  # how long one mail may wait for the DNS, in all
    max_questions: Number = 60  # to the DNS, for one mail


class CasesSettings(Piece):
    """[cases]"""

    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,6}$")] = "KB"
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    minor_age: Annotated[int, Field(ge=1, le=18)] = 16  # from that age people ask for themselves
    closing_days: Count = 5  # working days between answered and closed
    old_mail_hours: Hours = 24.0  # older mail gets no automatic letter unless staff release it
    export_days: Count = 14  # an export is destroyed so long after the answer
    mail_days: Count = 92  # mail and the texts of letters are forgotten so long after the end of the case
    example_days: Count = 365  # what staff taught the recogniser is forgotten so long after the end of the case
    case_years: Annotated[int, Field(ge=1, le=100)] = 5  # and then whom it was about


LevelName = Literal["L0", "L2", "L3"]


class LevelSettings(Piece):
    """[identity.levels]: what must be proved for each kind of request. Higher is allowed, lower is not."""

    access: LevelName = "L2"
    portability: LevelName = "L2"
    correction: LevelName = "L2"  # that takes nothing over
    erasure: LevelName = "L2"  # that ends no account and touches no bookkeeping
    restriction: LevelName = "L2"
    objection: LevelName = "L2"
    complaint: LevelName = "L0"
    consent_withdrawal: LevelName = "L0"
    marketing: LevelName = "L0"  # an objection to advertising alone
    high_risk: LevelName = "L3"  # contact data, IBAN, owner, KvK; the end of an account, bookkeeping


class IdentitySettings(Piece):
    """[identity]"""

    code_days: Number = 14
    link_hours: Number = 72  # the link to the page where a challenge may be answered
    tries: Number = 5
    secrets: Number = 3  # codes per case in all
    guesses_per_sender: Number = 10  # wrong codes a day, over all cases
    hold_days: Count = 7  # L3 without a second factor, and erasure of a running account
    contact_hold_hours: Count = 72  # change of contact data
    recent_address_days: Count = 14  # an address younger than this proves nothing
    reminder_days: Annotated[tuple[Number, ...], BeforeValidator(_listed)] = (3, 10, 20)
    letter_days: Number = 21  # a code on paper is valid so long
    levels: LevelSettings = LevelSettings()


class ExportsSettings(Piece):
    """[exports]: the page where the files of an answer may be fetched."""

    link_days: Number = 7  # after the letter left
    downloads: Number = 3
    tries: Number = 5  # wrong passwords, then the link is closed


class ApprovalSettings(Piece):
    """[approval]"""

    second_person: Literal["required", "fallback"] = "fallback"
    undo_seconds: Count = 30
    undo_risk_seconds: Count = 600  # exports and erasures
    lead_days: Count = 2  # room for a second approver before a risky change is made
    fallback_hours: Hours = 24.0
    fees: bool = False  # whether a fee may ever be announced


class GateSettings(Piece):
    """[gate]: caps on what happens without a person."""

    automatic_per_hour: Number = 60  # letters; further ones are held for staff
    cases_per_sender: Number = 5  # a day; a further one is looked at by a person first
    mails_per_case: Number = 25  # a day; more of them alarm staff


class ReleaseSettings(Piece):
    """[release]: automatic letters leave on a fixed beat, so that their time says nothing."""

    every_seconds: Count = 300


class TriageSettings(Piece):
    """[triage]"""

    model_file: str = ""  # always this one; empty is the one promoted here, or else the one that ships with the package
    learn: bool = True  # what staff say of a case becomes an example, without its people


class SecondOpinionSettings(Piece):
    """[second_opinion]: another reader, asked over HTTP; its key is PRIVACYBOT_SECOND_OPINION_KEY."""

    enabled: bool = False
    url: str = ""
    model: str = ""
    answer_format: Literal["json_schema", "json_object", "none"] = "json_schema"
    ca_file: str = ""  # extra certificate authority; empty is the system's
    timeout_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0  # for one question, from its first to its last byte
    give_up_minutes: Count = 60  # a mail is decided without it so long after it came in
    max_characters: Annotated[int, Field(ge=100, le=20_000)] = 4000  # of one mail
    ordinary_from: Annotated[float, Field(ge=0, le=1)] = 0.05  # chance from which ordinary mail is asked about
    per_day: Number = 500  # questions in all


class LogSettings(Piece):
    """[log]"""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


_VERIFIED_DAYS = 90
"""So long the details of the authority are believed."""


class AuthorityBlock(Piece):
    """[authority]: the supervisory authority, as printed in letters."""

    name: str
    postal_address: str
    complaint_url: str
    phone: str
    verified_on: date

    def doubtful(self, today: date) -> int | None:
        """How many days ago somebody looked these details up, where that is too long."""
        age = (today - self.verified_on).days
        return age if age > _VERIFIED_DAYS else None


class Fact(Piece):
    """A fact that the privacy statement does not give: unconfirmed facts may not leave outside the demo."""

    value: str
    confirmed: bool
    value_en: str = ""  # the same in English, where the Dutch words would not do


class Organisation(Piece):
    """config/organisation.toml: who the controller is, in letters."""

    name: str  # GravyTrain t.a.v. Kleinboek
    brand: str  # Kleinboek
    street: str
    postcode: str
    city: str
    address: str  # the mailbox, info@...
    phone: Annotated[str, Field(pattern=r"^([+0-9][0-9 ()-]{4,24})?$")] = ""  # that letters may name; empty: none
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
    mail_readers: Fact = Fact(value="VOORBEELD: de beheerder van onze mailserver", confirmed=False)
    mailbox_days: Fact = Fact(value="VOORBEELD: 365 dagen", confirmed=False)
    authority: AuthorityBlock


class Settings(Piece):
    """Everything. Only rooms.py, service.py and the commands see the whole."""

    service: ServiceSettings
    pages: PagesSettings = PagesSettings()
    store: StoreSettings = StoreSettings()
    watch: WatchSettings = WatchSettings()
    mailboxes: Mailboxes = Field(default_factory=dict)
    oauth: OAuthSettings = OAuthSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    send: SendSettings = SendSettings()
    dkim: DkimSettings = DkimSettings()
    alarm: AlarmSettings = AlarmSettings()
    anchor: AnchorSettings = AnchorSettings()
    parsing: ParsingSettings = ParsingSettings()
    authentication: AuthenticationSettings = AuthenticationSettings()
    cases: CasesSettings = CasesSettings()
    identity: IdentitySettings = IdentitySettings()
    exports: ExportsSettings = ExportsSettings()
    approval: ApprovalSettings = ApprovalSettings()
    gate: GateSettings = GateSettings()
    release: ReleaseSettings = ReleaseSettings()
    triage: TriageSettings = TriageSettings()
    second_opinion: SecondOpinionSettings = SecondOpinionSettings()
    log: LogSettings = LogSettings()
    organisation: Organisation
    config_dir: Path
    home: Path  # PRIVACYBOT_HOME
    database_url: str = Field(repr=False)  # resolved; may hold a password
    now: datetime | None = None  # PRIVACYBOT_NOW: demo and test only

    @property
    def models(self) -> Path:
        """Where the models lie that were trained in this installation."""
        return self.home / "models"

    @property
    def anchors(self) -> Path:
        """Where the daily anchors of the log lie."""
        return Path(self.anchor.folder) if self.anchor.folder else self.home / "anchors"

    @property
    def watched(self) -> tuple[WatchSettings, ...]:
        """Every mailbox that is read, [watch] first. The first one also gets the copies of what we sent."""
        return tuple(box for box in (self.watch, *self.mailboxes.values()) if box.enabled)


def default_config_dir() -> Path:
    """`config/` of the checkout, else the copy in the installed package."""
    return _shipped("config")


def templates_dir() -> Path:
    """`templates/` of the checkout, else the copy in the installed package."""
    return _shipped("templates")


def _shipped(name: str) -> Path:
    top = checkout()
    return _PACKAGE / "_data" / name if top is None else top / name


def checkout() -> Path | None:
    """The top of the checkout that this code runs from; None where it is installed."""
    return _PACKAGE.parent if (_PACKAGE.parent / "pyproject.toml").is_file() else None


# Secrets


def secret(name: str, env: Mapping[str, str] = os.environ) -> str:
    """NAME from the environment, from the file that NAME_FILE points to, or from systemd's credentials directory."""
    value = value_of_secret(name, env)
    if value is None:
        raise SettingsError(f"{name} is missing; set {name}, or {name}_FILE to a file that holds it")
    if not value:
        raise SettingsError(f"{name} is empty; set {name}, or {name}_FILE to a file that holds it")
    return value


def value_of_secret(name: str, env: Mapping[str, str]) -> str | None:
    """The secret, or None where nobody set it; an unreadable file is a SettingsError."""
    if path := env.get(f"{name}_FILE"):
        return _file_content(Path(path), f"{name}_FILE")
    if value := env.get(name):
        return value
    if folder := env.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / name
        return _file_content(credential, name) if credential.is_file() else None
    return None


def _file_content(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as failed:
        raise SettingsError(
            f"{name}: the file {path} cannot be read ({type(failed).__name__}); correct the path or its rights"
        ) from failed
