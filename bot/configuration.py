"""Reading the configuration: files and environment into settings, every mistake named with its mend."""

from __future__ import annotations

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.settings import (
    Environment,
    Fact,
    LevelSettings,
    MailboxSettings,
    OAuthSettings,
    Organisation,
    Piece,
    ReceiverSettings,
    SecondOpinionSettings,
    SendSettings,
    Settings,
    SettingsError,
    WatchSettings,
    checkout,
    secret,
    value_of_secret,
)

_PREFIX = "PRIVACYBOT_"

SECRETS = (
    "PRIVACYBOT_IMAP_PASSWORD",
    "PRIVACYBOT_SMTP_PASSWORD",
    "PRIVACYBOT_OAUTH_SECRET",
    "PRIVACYBOT_VAULT_KEY",
    "PRIVACYBOT_INDEX_KEY",
    "PRIVACYBOT_SECOND_OPINION_KEY",
    "PRIVACYBOT_LOGIN_KEY",
    "PRIVACYBOT_DKIM_KEY",
)
Place = tuple[str, ...]  # ("watch", "port")
_PLAIN = ("PRIVACYBOT_HOME", "PRIVACYBOT_NOW")
_MAY_BE_SECRET: tuple[Place, ...] = (("alarm", "webhook_url"),)
"""Settings that may hold a token: given like a secret, also from a file or from systemd's credentials."""
_SECTIONS = tuple(
    name
    for name, field in Settings.model_fields.items()
    if name == "mailboxes"
    or (name != "organisation" and isinstance(field.annotation, type) and issubclass(field.annotation, Piece))
)


def _variable(place: Place) -> str:
    return _PREFIX + "__".join(place).upper()


_IN_FILES = frozenset(f"{_variable(place)}_FILE" for place in _MAY_BE_SECRET)


def load_settings(config_dir: Path, env: Mapping[str, str], *, keys_required: bool = True) -> Settings:
    """settings.toml and organisation.toml of `config_dir`, overruled by the environment.

    All problems that can be seen at once are raised at once. `keys_required=False` is for commands that touch neither
    the archive nor the mailbox (`check-config` of a half-finished machine, `classify`).
    """
    gathered = _Gathered.from_files(config_dir)
    gathered.overrule(env)
    settings = gathered.settings(config_dir, env)
    problems = [*_cross_field_problems(settings)]
    if keys_required:
        problems += _secret_problems(settings, env)
    if problems:
        raise SettingsError(*problems)
    return settings


class _Gathered:
    """Raw values on their way to the models, with where each came from, for the messages."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.origins: dict[Place, str] = {}
        self.problems: list[str] = []

    @classmethod
    def from_files(cls, config_dir: Path) -> _Gathered:
        gathered = cls()
        sections = gathered._read(config_dir / "settings.toml")
        for name, section in sections.items():
            if name in _SECTIONS:
                gathered.values[name] = section
            else:
                gathered.problems.append(_unknown_section(name))
        gathered.values["organisation"] = gathered._read(config_dir / "organisation.toml")
        gathered._refuse_password_in_url()
        return gathered

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            self.problems.append(f"{path.name}: not found in {path.parent}; copy it from config/ of the project")
        except (OSError, UnicodeDecodeError) as failed:
            self.problems.append(f"{path.name}: cannot be read ({type(failed).__name__}); it must be UTF-8 text")
        except tomllib.TOMLDecodeError as wrong:
            self.problems.append(f"{path.name}: not valid TOML: {wrong}; text needs quotes, names of sections brackets")
        raise SettingsError(*self.problems)

    def _refuse_password_in_url(self) -> None:
        store = self.values.get("store")
        url = store.get("url") if isinstance(store, dict) else None
        if isinstance(url, str) and re.search(r"//[^/@]*:[^/@]+@", url):
            self.problems.append("settings.toml: [store] url holds a password; put the whole URL into DATABASE_URL")

    def overrule(self, env: Mapping[str, str]) -> None:
        """Lay PRIVACYBOT_<SECTION>__<KEY>, also from files what may be secret, and PORT over the TOML."""
        for name in sorted(env):
            if name.startswith(_PREFIX) and "__" in name and name not in _IN_FILES:
                self._lay(tuple(name.removeprefix(_PREFIX).lower().split("__")), name, env[name])
        for place in _MAY_BE_SECRET:
            if (value := value_of_secret(_variable(place), env)) is not None:
                self._lay(place, _variable(place), value)
        if port := env.get("PORT"):
            self._lay(("service", "port"), "PORT", port)

    def _lay(self, place: Place, variable: str, value: str) -> None:
        if "" in place:
            self.problems.append(f"{variable}: write it as {_PREFIX}<SECTION>__<KEY>")
            return
        if place[0] not in (*_SECTIONS, "organisation"):
            self.problems.append(f"{variable}: there is no section {place[0]}{_meant(place[0], _SECTIONS)}")
            return
        inner = self.values
        for step in place[:-1]:
            inner = inner.setdefault(step, {})
            if not isinstance(inner, dict):
                self.problems.append(f"{variable}: {step} holds no further keys; take the last part off")
                return
        inner[place[-1]] = value
        self.origins[place] = variable

    def settings(self, config_dir: Path, env: Mapping[str, str]) -> Settings:
        home = Path(env.get("PRIVACYBOT_HOME") or _default_home()).expanduser().absolute()
        try:
            settings = Settings(
                **self.values, config_dir=config_dir, home=home, database_url=self._database_url(home, env)
            )
        except ValidationError as wrong:
            self.problems += [self._in_words(error) for error in wrong.errors(include_url=False)]
            raise SettingsError(*self.problems) from None
        if self.problems:
            raise SettingsError(*self.problems)
        return settings.model_copy(update={"now": _moment(settings, env)})

    def _database_url(self, home: Path, env: Mapping[str, str]) -> str:
        store = self.values.get("store")
        url = value_of_secret("DATABASE_URL", env) or (str(store.get("url") or "") if isinstance(store, dict) else "")
        if not url:
            return f"sqlite:///{home / 'privacybot.sqlite3'}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)

    def _in_words(self, error: ErrorDetails) -> str:
        place = tuple(str(step) for step in error["loc"] if step != "[key]")
        return f"{self._where(place)} {_what(error, place)}"

    def _where(self, place: Place) -> str:
        for origin, variable in self.origins.items():
            if origin[: len(place)] == place:
                return f"{variable}:"
        if place[0] == "organisation":
            return f"organisation.toml: {'.'.join(place[1:]) or 'the file'}"
        depth = 2 if place[0] == "mailboxes" else 1
        table, key = ".".join(place[:depth]), ".".join(place[depth:])
        return f"settings.toml: [{table}] {key}".rstrip()


def _default_home() -> Path:
    return (checkout() or Path.cwd()) / "var"


def _moment(settings: Settings, env: Mapping[str, str]) -> datetime | None:
    """PRIVACYBOT_NOW; without an offset it is local time of the cases."""
    given = env.get("PRIVACYBOT_NOW")
    if not given:
        return None
    if settings.service.environment is Environment.PRODUCTION:
        raise SettingsError(
            'PRIVACYBOT_NOW: moves the clock only where [service] environment is "demo" or "test"; unset it'
        )
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise SettingsError("PRIVACYBOT_NOW: must be a moment such as 2026-11-26T09:00:00+01:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.cases.timezone))


# Messages

_PLAIN_WORDS = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text in quotes",
    "dict_type": "must be tables with names, such as [mailboxes.klachten]",
    "tuple_type": 'must be a list such as ["INBOX", "Junk"]',
    "string_pattern_mismatch": "must be one to six capital letters, such as KB",
    "missing": "is missing; add it (config/ of the project shows every key with an example)",
}
_SECRET_LOOKING = re.compile(r"passw|passphrase|secret|token|credential|wachtwoord|(^|_)pass$|(^|_)key$")


def _what(error: ErrorDetails, place: Place) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(place)
    if kind in ("literal_error", "enum"):
        return f"is {error['input']!r}; it must be one of {context['expected']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        side, bound = ("least", context.get("ge")) if kind.startswith("greater") else ("most", context.get("le"))
        return f"must be at {side} {bound}"
    if kind in ("model_type", "model_attributes_type"):
        return "must be a section with keys"
    if kind.startswith(("date_", "datetime_")):
        return "must be a date such as 2026-10-22, without quotes"
    return _PLAIN_WORDS.get(kind, error["msg"])


def _unknown_key(place: Place) -> str:
    if _SECRET_LOOKING.search(place[-1]):
        return f"is refused: secrets never stand among the settings; set {_secret_for(place)}"
    return f"is not a setting{_meant(place[-1], _known_keys(place[:-1]))}"


def _secret_for(place: Place) -> str:
    sections = {"watch": SECRETS[:1], "send": SECRETS[1:2], "oauth": SECRETS[2:3], "dkim": SECRETS[-1:]}
    sections["second_opinion"] = ("PRIVACYBOT_SECOND_OPINION_KEY",)
    if place[0] == "mailboxes" and len(place) > 1:
        sections["mailboxes"] = (MailboxSettings(name=place[1]).password_name,)
    names = sections.get(place[0], SECRETS)
    return f"{' or '.join(names)} in the environment, or {names[0]}_FILE to a file"


def _unknown_section(name: str) -> str:
    if name == "organisation":
        return "settings.toml: [organisation] belongs in organisation.toml, without the section's name"
    if _SECRET_LOOKING.search(name):
        return f"settings.toml: {name} is refused: secrets never stand in TOML; set {_secret_for((name,))}"
    return f"settings.toml: [{name}] is not a section{_meant(name, _SECTIONS)}"


def _meant(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(known)}"


def _known_keys(place: Place) -> tuple[str, ...]:
    if place[:1] == ("mailboxes",):
        return tuple(name for name in MailboxSettings.model_fields if name != "name")
    model: type[BaseModel] = Settings
    for step in place:
        annotation = model.model_fields[step].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        model = annotation
    return tuple(model.model_fields)


# Rules that look at more than one key


def _cross_field_problems(settings: Settings) -> Iterator[str]:
    for box in (settings.watch, *settings.mailboxes.values()):
        yield from _watch_problems(box)
    yield from _twice_watched(settings.watched)
    if _wants_tokens(settings):
        yield from _oauth_problems(settings.oauth)
    yield from _receiver_problems(settings.receiver)
    yield from _room_problems(settings)
    yield from _send_problems(settings.send)
    yield from _dkim_problems(settings)
    yield from _level_problems(settings.identity.levels)
    if settings.authentication.mode == "results" and not settings.authentication.authserv_id:
        yield (
            '[authentication] authserv_id is needed by mode = "results": the name by which your mail server begins its '
            "Authentication-Results; look at the headers of any mail it delivered"
        )
    if settings.second_opinion.enabled:
        yield from _second_opinion_problems(settings.second_opinion)
        yield from _untold_reader(settings)
    if settings.service.public_url and not _may_be_public(settings):
        yield "settings.toml: [service] public_url must begin with https://; http:// only in the demo and in tests"
    if settings.alarm.webhook_url and not _may_be_told(settings.alarm.webhook_url):
        yield "settings.toml: [alarm] webhook_url must begin with https://; http:// only on this machine"
    for name, fact in _facts(settings.organisation):
        if fact.confirmed and "VOORBEELD" in fact.value.upper():
            yield f"organisation.toml: {name}.value still is the example; write the fact, or set confirmed = false"


_WHY_PROOF = {
    "access": "its answer discloses personal data",
    "portability": "its answer discloses personal data",
    "correction": "it changes personal data",
    "erasure": "what is erased does not come back",
    "restriction": "it freezes somebody's data, and its answer says what is held",
    "objection": "it stops the use of somebody's data, and its answer says what is held",
    "high_risk": "it hands an account or money over, or ends an account",
}
"""Why no lower level is enough than the one that ships."""

_WHY_NO_PROOF = {
    "complaint": "a complaint may come from anybody, and its answer holds nothing from your systems (GDPR Art. 12(6))",
    "consent_withdrawal": "withdrawing consent must be as easy as giving it (GDPR Art. 7(3))",
    "marketing": "anybody may stop advertising to his own address at any time (GDPR Art. 21(2)-(3))",
}


def _level_problems(levels: LevelSettings) -> Iterator[str]:
    for key, why in _WHY_PROOF.items():
        shipped = LevelSettings.model_fields[key].default
        if getattr(levels, key) < shipped:
            yield (
                f"settings.toml: [identity.levels] {key} is lower than {shipped}, which is refused: {why}, and a mail "
                f'alone proves nobody (GDPR Art. 12(6), 32); write "{shipped}" or higher'
            )


def _level_warnings(levels: LevelSettings) -> Iterator[str]:
    for key, why in _WHY_NO_PROOF.items():
        if getattr(levels, key) > LevelSettings.model_fields[key].default:
            yield f"settings.toml: [identity.levels] {key} asks for proof: {why}; ask for none unless you must"


def _watch_problems(watch: WatchSettings) -> Iterator[str]:
    if watch.tls == "none" and watch.host and not _loopback(watch.host):
        yield _plain_text(watch.table)
    if not watch.enabled:
        return
    for key in ("host", "user"):
        if not getattr(watch, key):
            yield (
                f"settings.toml: [{watch.table}] {key} is missing while enabled = true; add it, or set enabled = false"
            )
    if watch.since is None:
        yield _since_asked(watch.table)


def _twice_watched(watched: Sequence[WatchSettings]) -> Iterator[str]:
    """A folder that two tables name would be read twice into one place of the ledger."""
    seen: dict[Place, str] = {}
    for box in watched:
        for folder in box.folders:
            place = (box.user.casefold(), box.host.casefold(), folder)
            if place in seen:
                yield (
                    f"settings.toml: [{box.table}] folders: {folder} of this mailbox is read by [{seen[place]}] "
                    "already; name it once"
                )
            seen.setdefault(place, box.table)


def _room_problems(settings: Settings) -> Iterator[str]:
    """A mail that memory never has room for would be asked for again until its sender gives up."""
    receiver = settings.receiver
    held = receiver.max_mb if receiver.mode == "relay" else min(receiver.max_mb, settings.parsing.max_mail_mb)
    if receiver.enabled and receiver.memory_mb < held:
        yield f"settings.toml: [receiver] memory_mb is less than one mail may take; write at least {held}"


def _dkim_problems(settings: Settings) -> Iterator[str]:
    domain, ours = settings.dkim.domain.lower(), settings.organisation.address.rpartition("@")[2].lower()
    if bool(domain) != bool(settings.dkim.selector):
        yield "settings.toml: [dkim] domain and selector go together; add the other one"
    elif domain and ours != domain and not ours.endswith(f".{domain}"):
        yield (
            f"settings.toml: [dkim] domain is not that of organisation.address; write {ours} or a domain above it, "
            "else the signature proves nothing for our mail"
        )


def _wants_tokens(settings: Settings) -> bool:
    sends = settings.send.user and settings.send.auth != "password"
    return bool(sends) or any(box.auth != "password" for box in settings.watched)


def _send_problems(send: SendSettings) -> Iterator[str]:
    if send.tls == "none" and not _loopback(send.host):
        yield _plain_text("send")
    if send.auth != "password" and not send.user:
        yield "settings.toml: [send] user is missing: with tokens it is the mailbox that sends"


def _oauth_problems(oauth: OAuthSettings) -> Iterator[str]:
    for key in ("token_url", "client_id", "scope"):
        if not getattr(oauth, key):
            yield f'settings.toml: [oauth] {key} is needed where auth is not "password"; see docs/operations.md'
    url = urlsplit(oauth.token_url)
    if oauth.token_url and not (url.scheme == "https" or (url.scheme == "http" and _loopback(url.hostname or ""))):
        yield "settings.toml: [oauth] token_url must begin with https://, because the secret is sent there"


def _since_asked(table: str, today: date | None = None) -> str:
    proposal = (today or datetime.now(UTC).date()) - timedelta(days=35)
    return (
        f"settings.toml: [{table}] since has no default: how far back should old mail be looked at? "
        f"proposal: since = {proposal.isoformat()}"
    )


def _receiver_problems(receiver: ReceiverSettings) -> Iterator[str]:
    if bool(receiver.tls_cert_file) != bool(receiver.tls_key_file):
        yield "settings.toml: [receiver] tls_cert_file and tls_key_file go together; add the other one"
    if receiver.tls_required and not receiver.tls_cert_file:
        yield "settings.toml: [receiver] tls_required = true needs tls_cert_file and tls_key_file; add them"
    if not receiver.enabled:
        return
    if receiver.mode is None:
        yield (
            '[receiver] mode has no default: "copy" if the mail server keeps its own delivery, '
            '"relay" if we hand every mail on to relay_to; add it to settings.toml'
        )
    if receiver.mode == "relay" and not re.fullmatch(r"\S+:\d{1,5}", receiver.relay_to):
        yield 'settings.toml: [receiver] relay_to is needed by mode = "relay"; write it as "host:port"'


def _second_opinion_problems(second: SecondOpinionSettings) -> Iterator[str]:
    for key in ("url", "model"):
        if not getattr(second, key):
            yield f"settings.toml: [second_opinion] {key} is missing while enabled = true; add it"
    if second.url and not _may_read_mail(second.url):
        yield (
            "settings.toml: [second_opinion] url must begin with https://, because words of customers are sent there; "
            "http:// only on this machine or in its own network"
        )


def _untold_reader(settings: Settings) -> Iterator[str]:
    """Answers name whoever else reads the mail (Art. 15(1)(c), 15(2)), so it is written down before he reads any."""
    url = settings.second_opinion.url
    if not _may_read_mail(url) or _own_network(urlsplit(url).hostname or ""):
        return
    owners = settings.organisation
    if not owners.mail_readers.confirmed or _NOBODY.match(owners.mail_readers.value.strip()):
        yield (
            "organisation.toml: mail_readers does not name who runs the model at [second_opinion] url, outside your "
            "own network; write the name there and set confirmed = true, or set [second_opinion] enabled = false"
        )
    if not owners.transfers.confirmed:
        yield (
            "organisation.toml: transfers is not confirmed, and [second_opinion] url lies outside your own network; "
            "write whether words leave the EEA and under which safeguard, and set confirmed = true, or set "
            "[second_opinion] enabled = false"
        )


_NOBODY = re.compile(r"(?:geen|niemand)\W*$", re.IGNORECASE)


def _may_read_mail(url: str) -> bool:
    """Where the name of a host stands in the way of knowing, its addresses are looked at when it is asked."""
    parts = _web_address(url)
    if parts is None or parts.username is not None:
        return False
    return parts.scheme == "https" or _own_network(parts.hostname or "")


def _own_network(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".lan", ".home.arpa"))


def _may_be_public(settings: Settings) -> bool:
    https = settings.service.public_url.startswith("https://")
    return https or settings.service.environment is not Environment.PRODUCTION


def _may_be_told(url: str) -> bool:
    parts = _web_address(url)
    return parts is not None and (parts.scheme == "https" or _loopback(parts.hostname or ""))


def _web_address(url: str) -> SplitResult | None:
    """An address of the web with a host and a port that is one, or None."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and parts.scheme in ("http", "https") else None


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _plain_text(section: str) -> str:
    return (
        f'settings.toml: [{section}] tls = "none" sends passwords and mail in the open, so it is for this machine only '
        '(127.0.0.1, ::1, localhost); use "tls" or "starttls"'
    )


def _secret_problems(settings: Settings, env: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys(_needed_secrets(settings)):
        try:
            secret(name, env)
        except SettingsError as missing:
            yield from missing.problems


def _needed_secrets(settings: Settings) -> Iterator[str]:
    for box in settings.watched:
        yield box.password_name if box.auth == "password" else "PRIVACYBOT_OAUTH_SECRET"
    if settings.send.user:
        yield "PRIVACYBOT_SMTP_PASSWORD" if settings.send.auth == "password" else "PRIVACYBOT_OAUTH_SECRET"
    if settings.dkim.domain:
        yield "PRIVACYBOT_DKIM_KEY"
    if settings.service.environment is Environment.PRODUCTION:
        yield "PRIVACYBOT_VAULT_KEY"
        yield "PRIVACYBOT_INDEX_KEY"


# check-config


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check-config` has to tell: errors stop the start, warnings do not, questions go to the owner."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    questions: tuple[str, ...]


_STATEMENT_2018_ON = date(2018, 5, 22)
_STATEMENT_2018_LACKS = (
    "the right to object (Art. 21)",
    "the right to restriction (Art. 18)",
    "the right to withdraw consent (Art. 7(3))",
    "the recipients of the data (Art. 13(1)(e))",
    "a contact for privacy, or the data protection officer (Art. 13(1)(b))",
)


def check_config(settings_dir: Path, env: Mapping[str, str], today: date | None = None) -> Checked:
    """The configuration judged without touching anything: no network, no database, nothing written."""
    today = today or datetime.now(UTC).date()
    try:
        settings = load_settings(settings_dir, env, keys_required=False)
    except SettingsError as wrong:
        return Checked(wrong.problems, tuple(_variable_warnings(env, None)), ())
    warnings = (*_variable_warnings(env, settings), *_warnings(settings, today))
    return Checked(tuple(_secret_problems(settings, env)), warnings, tuple(_questions(settings, today)))


def _variable_warnings(env: Mapping[str, str], settings: Settings | None) -> Iterator[str]:
    secrets = (*SECRETS, *(box.password_name for box in (settings.mailboxes.values() if settings else ())))
    known = [name.removeprefix(_PREFIX) for name in (*secrets, *_PLAIN, *(f"{name}_FILE" for name in secrets))]
    for name in sorted(env):
        short = name.removeprefix(_PREFIX)
        if settings is None and short.startswith("IMAP_PASSWORD_"):
            continue  # of a mailbox that may be right
        if name.startswith(_PREFIX) and "__" not in name and short not in known:
            close = difflib.get_close_matches(short, known, n=1, cutoff=0.8)
            if close:
                yield f"{name}: nothing reads this variable; did you mean {_PREFIX}{close[0]}?"


def _warnings(settings: Settings, today: date) -> Iterator[str]:
    authority = settings.organisation.authority
    if (age := authority.doubtful(today)) is not None:
        yield (
            f"organisation.toml: authority.verified_on is {age} days ago; look the details up at {authority.name} "
            "and set the new date"
        )
    if not settings.watched and not settings.receiver.enabled:
        yield "settings.toml: neither [watch] nor [receiver] is enabled; mail only comes in through `ingest`"
    if not settings.alarm.webhook_url:
        yield (
            "settings.toml: alarm.webhook_url is empty: on the last day of a term only users with an address are told "
            "beside the list of tasks; privacybot doctor says whether there is one"
        )
    yield from _level_warnings(settings.identity.levels)
    yield from _authentication_warnings(settings)
    yield from _one_machine(settings)
    if settings.second_opinion.enabled:
        yield (
            "settings.toml: [second_opinion] words of customers go to another reader; whoever runs it must be a "
            "processor under contract (GDPR Art. 28) and stand in the register and in organisation.toml (mail_readers; "
            "outside the EEA also transfers), unless that is you"
        )
    for name, fact in _facts(settings.organisation):
        if not fact.confirmed and not fact.value.startswith("VOORBEELD"):
            yield (
                f"organisation.toml: {name}.value could be mistaken for a fact; set confirmed = true, "
                'or begin it with "VOORBEELD: "'
            )


def _authentication_warnings(settings: Settings) -> Iterator[str]:
    checks = settings.authentication
    if checks.mode == "results":
        yield (
            f"settings.toml: [authentication] mail server {checks.authserv_id} must remove Authentication-Results that "
            "others wrote in its name (RFC 8601 section 5); send it one and look whether it is gone"
        )
        if not checks.mx_host:
            yield (
                "settings.toml: [authentication] mx_host is empty: a mail that your server adds no result to may bring "
                'its own; set the name that stands behind "by" in its Received headers'
            )
    if checks.border and not settings.receiver.enabled:
        yield "settings.toml: [authentication] border = true does nothing while [receiver] is not enabled"
    if checks.mode == "none":
        yield "settings.toml: [authentication] mode is none: staff are not told when a sender is false"


def _one_machine(settings: Settings) -> Iterator[str]:
    """An alarm about a dead mail server does not leave by that server."""
    told = any(box.alarm_minutes and box.host == settings.send.host for box in settings.watched)
    if told and not settings.alarm.webhook_url:
        yield (
            f"settings.toml: {settings.send.host} reads and sends our mail, so an alarm that it is down "
            "would not leave it; set [alarm] webhook_url as well"
        )


def _questions(settings: Settings, today: date) -> Iterator[str]:
    if settings.watch.since is None and (settings.watch.enabled or not settings.mailboxes):
        yield _since_asked("watch", today)
    for name, fact in _facts(settings.organisation):
        if not fact.confirmed:
            yield f"organisation.toml: {name} is not confirmed (now {fact.value!r}); what is true?"
    if settings.organisation.privacy_statement_on == _STATEMENT_2018_ON:
        for lack in _STATEMENT_2018_LACKS:
            yield f"the privacy statement of 22 May 2018 does not mention {lack}; will it be updated?"


def _facts(organisation: Organisation) -> Iterator[tuple[str, Fact]]:
    for name in Organisation.model_fields:
        if isinstance(value := getattr(organisation, name), Fact):
            yield name, value
