"""Configuration: what is read from where, and how a mistake is told."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.configuration import SECRETS, check_config, load_settings
from bot.settings import Environment, Settings, SettingsError, default_config_dir, secret, templates_dir

SHIPPED = Path(__file__).parent.parent / "config"
TEST = {"PRIVACYBOT_SERVICE__ENVIRONMENT": "test"}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration, to be spoiled."""
    folder = tmp_path / "config"
    folder.mkdir()
    for name in ("settings.toml", "organisation.toml"):
        shutil.copy(SHIPPED / name, folder / name)
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(config_dir: Path, env: Mapping[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(config_dir, env)
    return caught.value.problems


# What ships


def sections() -> dict[str, type[BaseModel]]:
    return {
        name: field.annotation
        for name, field in Settings.model_fields.items()
        if name != "organisation" and isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }


@pytest.mark.parametrize("section", sections())
def test_the_shipped_file_holds_every_setting_with_its_default(section: str) -> None:
    shipped: dict[str, Any] = tomllib.loads((SHIPPED / "settings.toml").read_text(encoding="utf-8"))[section]
    fields = sections()[section].model_fields
    without_default = {("service", "environment"), ("watch", "since"), ("receiver", "mode")}

    written = {key: tuple(value) if isinstance(value, list) else value for key, value in shipped.items()}
    defaults = {key: plain(field.default) for key, field in fields.items() if (section, key) not in without_default}

    assert written == defaults | ({"environment": "production"} if section == "service" else {})


def plain(default: Any) -> Any:
    return default.model_dump() if isinstance(default, BaseModel) else default


def test_every_setting_in_the_shipped_file_has_a_sentence_above_it() -> None:
    above = ""
    for line in (SHIPPED / "settings.toml").read_text(encoding="utf-8").splitlines():
        if " = " in line:
            assert above.startswith("# "), line
            assert above.endswith("."), line
        above = line


@pytest.mark.parametrize("key", ["# since = ", "# mode = "])
def test_settings_without_a_default_stand_in_the_shipped_file_as_a_comment(key: str) -> None:
    assert key in (SHIPPED / "settings.toml").read_text(encoding="utf-8")


def test_the_shipped_organisation_is_that_of_the_privacy_statement() -> None:
    organisation = load_settings(SHIPPED, TEST).organisation

    assert (organisation.name, organisation.street, organisation.postcode, organisation.city) == (
        "GravyTrain t.a.v. Kleinboek",
        "Hooiweg 146",
        "9765EK",
        "Paterswolde",
    )
    assert (organisation.address, organisation.kvk, organisation.vat) == (
        "info@kleinboek.nl",
        "53991907",
        "NL851106183B01",
    )
    assert organisation.privacy_statement_on == date(2018, 5, 22)


def test_no_shipped_fact_that_nobody_confirmed_can_be_mistaken_for_true() -> None:
    checked = check_config(SHIPPED, TEST, date(2026, 11, 26))

    assert checked.errors == ()
    assert not [warning for warning in checked.warnings if "mistaken" in warning]
    assert len([question for question in checked.questions if "VOORBEELD: " in question]) == 7


def test_config_and_templates_are_those_of_the_checkout() -> None:
    assert default_config_dir() == SHIPPED
    assert templates_dir() == SHIPPED.parent / "templates"


# The environment


def test_the_environment_wins_over_the_file() -> None:
    settings = load_settings(
        SHIPPED,
        TEST
        | {
            "PRIVACYBOT_WATCH__HOST": "imap.klant.example",
            "PRIVACYBOT_WATCH__FOLDERS": "INBOX, Ongewenste e-mail",
            "PRIVACYBOT_WATCH__SINCE": "2026-10-22",
            "PRIVACYBOT_WATCH__SENT_COPY": "false",
            "PRIVACYBOT_IDENTITY__REMINDER_DAYS": "2,4",
            "PRIVACYBOT_RECEIVER__MODE": "relay",
            "PRIVACYBOT_ORGANISATION__AUTHORITY__PHONE": "070",
        },
    )

    assert settings.service.environment is Environment.TEST
    assert settings.watch.host == "imap.klant.example"
    assert settings.watch.folders == ("INBOX", "Ongewenste e-mail")
    assert settings.watch.since == date(2026, 10, 22)
    assert settings.watch.sent_copy is False
    assert settings.identity.reminder_days == (2, 4)
    assert settings.receiver.mode == "relay"
    assert settings.organisation.authority.phone == "070"


def test_port_wins_over_everything() -> None:
    assert load_settings(SHIPPED, TEST | {"PORT": "5000", "PRIVACYBOT_SERVICE__PORT": "1"}).service.port == 5000


@pytest.mark.parametrize(
    ("given_url", "used"),
    [
        ("postgres://bot:geheim@db/privacy", "postgresql+psycopg://bot:geheim@db/privacy"),
        ("postgresql://db/privacy", "postgresql+psycopg://db/privacy"),
        ("postgresql+psycopg://db/privacy", "postgresql+psycopg://db/privacy"),
        ("sqlite:////tmp/x.sqlite3", "sqlite:////tmp/x.sqlite3"),
    ],
)
def test_database_url_wins_and_is_written_for_our_driver(given_url: str, used: str) -> None:
    settings = load_settings(SHIPPED, TEST | {"DATABASE_URL": given_url, "PRIVACYBOT_STORE__URL": "sqlite://"})

    assert settings.database_url == used
    assert "geheim" not in repr(settings)


def test_without_a_url_the_database_is_a_file_in_the_home(tmp_path: Path) -> None:
    settings = load_settings(SHIPPED, TEST | {"PRIVACYBOT_HOME": str(tmp_path / "home")})

    assert settings.home == tmp_path / "home"
    assert settings.database_url == f"sqlite:///{tmp_path}/home/privacybot.sqlite3"
    assert not settings.home.exists()


@pytest.mark.parametrize("environment", ["demo", "test"])
def test_the_clock_can_be_moved_in_demo_and_test(environment: str) -> None:
    env = {"PRIVACYBOT_SERVICE__ENVIRONMENT": environment, "PRIVACYBOT_NOW": "2026-12-24T09:00:00+01:00"}

    assert load_settings(SHIPPED, env).now == datetime(2026, 12, 24, 8, tzinfo=UTC)


def test_a_moment_without_an_offset_is_local_time_of_the_cases() -> None:
    now = load_settings(SHIPPED, TEST | {"PRIVACYBOT_NOW": "2026-07-01T09:00"}).now

    assert now == datetime(2026, 7, 1, 9, tzinfo=timezone(timedelta(hours=2)))


def test_the_clock_cannot_be_moved_in_production() -> None:
    assert "PRIVACYBOT_NOW" in problems(SHIPPED, {"PRIVACYBOT_NOW": "2026-12-24T09:00:00Z"})[0]


def test_a_moment_that_is_none_is_named() -> None:
    assert problems(SHIPPED, TEST | {"PRIVACYBOT_NOW": "gisteren"})[0].startswith("PRIVACYBOT_NOW: must be a moment")


# Mistakes in the files


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("settings.toml", 'user = ""', 'usr = ""', "settings.toml: [watch] usr is not a setting; did you mean user?"),
        ("settings.toml", "[watch]", "[wach]", "settings.toml: [wach] is not a section; did you mean watch?"),
        ("settings.toml", "port = 8080", 'port = "acht"', "settings.toml: [service] port must be a whole number"),
        ("settings.toml", "port = 8080", "port = 80800", "settings.toml: [service] port must be at most 65535"),
        ("settings.toml", "tries = 5", "tries = 0", "settings.toml: [identity] tries must be at least 1"),
        ("settings.toml", "busy_seconds = 10.0", "busy_seconds = inf", "[store] busy_seconds must be a number"),
        ("settings.toml", "sent_copy = true", 'sent_copy = "misschien"', "[watch] sent_copy must be true or false"),
        ("settings.toml", "sent_folder = \"Sent\"", "sent_folder = 1", "[watch] sent_folder must be text in quotes"),
        ("settings.toml", "recipients = []", "recipients = 1", "[receiver] recipients must be a list"),
        ("settings.toml", "# since = 2026-10-22", 'since = "ooit"', "[watch] since must be a date such as 2026-10-22"),
        ("settings.toml", 'prefix = "KB"', 'prefix = "kb-1"', "[cases] prefix must be one to six capital letters"),
        ("settings.toml", "Europe/Amsterdam", "Europe/Paterswolde", "[cases] timezone is not a known time zone"),
        ("settings.toml", 'tls = "starttls"', 'tls = "ssl"', "[send] tls is 'ssl'; it must be one of 'tls'"),
        ("settings.toml", 'host = "127.0.0.1"', "host = 127.0.0.1", "settings.toml: not valid TOML"),
        ("organisation.toml", 'kvk = "53991907"', "", "organisation.toml: kvk is missing"),
        ("organisation.toml", 'phone = "088', 'fone = "088', "authority.fone is not a setting; did you mean phone?"),
        ("organisation.toml", "\nconfirmed = false", '\nconfirmed = "ja"', "confirmed must be true or false"),
        ("organisation.toml", "\nconfirmed = false", "\nconfirmed = true", "privacy_contact.value still is"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_key_and_mend(config: Path, file: str, old: str, new: str, told: str) -> None:
    change(config / file, old, new)

    found = problems(config, TEST)

    assert any(told in problem for problem in found), found


def test_a_missing_key_without_a_default_stops_the_start(config: Path) -> None:
    change(config / "settings.toml", 'environment = "production"', "")

    assert problems(config, {})[0].startswith("settings.toml: [service] environment is missing; add it")


@pytest.mark.parametrize("file", ["settings.toml", "organisation.toml"])
def test_a_missing_file_is_named_with_where_to_get_it(config: Path, file: str) -> None:
    (config / file).unlink()

    (found,) = problems(config, TEST)

    assert found.startswith(f"{file}: not found in {config}")
    assert "copy it" in found


def test_several_mistakes_are_told_at_once(config: Path) -> None:
    change(config / "settings.toml", "port = 8080", 'port = "acht"')
    change(config / "settings.toml", "tries = 5", "trys = 5")
    change(config / "organisation.toml", 'city = "Paterswolde"', "")

    found = problems(config, TEST | {"PRIVACYBOT_WATCH__USR": "x", "PRIVACYBOT_WACH__USER": "x"})

    assert len(found) == 5


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("PRIVACYBOT_WATCH__USR", "PRIVACYBOT_WATCH__USR: is not a setting; did you mean user?"),
        ("PRIVACYBOT_WACH__USER", "PRIVACYBOT_WACH__USER: there is no section wach; did you mean watch?"),
        ("PRIVACYBOT_WATCH__PORT", "PRIVACYBOT_WATCH__PORT: must be a whole number"),
        ("PRIVACYBOT_WATCH__USER__NAME", "PRIVACYBOT_WATCH__USER__NAME: user holds no further keys"),
        ("PORT", "PORT: must be a whole number"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(variable: str, told: str) -> None:
    assert problems(SHIPPED, TEST | {variable: "x"})[0].startswith(told)


def test_organisation_inside_the_settings_is_sent_to_its_own_file(config: Path) -> None:
    with (config / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('[organisation]\nname = "x"\n')

    assert "belongs in organisation.toml" in problems(config, TEST)[0]


@examples(deadline=None, max_examples=50)
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12))
def test_no_unknown_key_is_ever_ignored(key: str) -> None:
    if key in sections()["watch"].model_fields:
        return

    variable = f"PRIVACYBOT_WATCH__{key}".upper()
    assert variable in problems(SHIPPED, TEST | {variable: "1"})[0]


# Secrets


@pytest.mark.parametrize(
    ("section", "key", "variable"),
    [
        ("[watch]", "password", "PRIVACYBOT_IMAP_PASSWORD"),
        ("[send]", "smtp_pass", "PRIVACYBOT_SMTP_PASSWORD"),
        ("[store]", "vault_key", "PRIVACYBOT_VAULT_KEY"),
        ("[store]", "token", "PRIVACYBOT_INDEX_KEY"),
        ("[second_opinion]", "api_key", "PRIVACYBOT_SECOND_OPINION_KEY"),
    ],
)
def test_a_secret_in_toml_is_refused_with_the_place_where_it_belongs(
    config: Path, section: str, key: str, variable: str
) -> None:
    change(config / "settings.toml", section, f'{section}\n{key} = "geheim"')

    (found,) = problems(config, TEST)

    assert "secrets never stand among the settings" in found
    assert variable in found
    assert "geheim" not in found


def test_a_database_password_in_toml_is_refused(config: Path) -> None:
    change(config / "settings.toml", '\nurl = ""', '\nurl = "postgresql://bot:geheim@db/x"')

    (found,) = problems(config, TEST)

    assert "DATABASE_URL" in found
    assert "geheim" not in found


def test_a_secret_comes_from_file_variable_or_credential_in_that_order(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("from file\n", encoding="utf-8")
    (tmp_path / "PRIVACYBOT_VAULT_KEY").write_text("from systemd\n", encoding="utf-8")
    env = {
        "PRIVACYBOT_VAULT_KEY_FILE": str(tmp_path / "file"),
        "PRIVACYBOT_VAULT_KEY": "from variable",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }

    found = []
    for name in list(env):
        found.append(secret("PRIVACYBOT_VAULT_KEY", env))
        del env[name]

    assert found == ["from file", "from variable", "from systemd"]


def test_the_web_address_for_alarms_comes_from_a_file_or_a_credential_as_secrets_do(
    config: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("https://alarm.example/file\n", encoding="utf-8")
    (tmp_path / "PRIVACYBOT_ALARM__WEBHOOK_URL").write_text("https://alarm.example/systemd\n", encoding="utf-8")
    env = {
        "PRIVACYBOT_ALARM__WEBHOOK_URL_FILE": str(tmp_path / "file"),
        "PRIVACYBOT_ALARM__WEBHOOK_URL": "https://alarm.example/variable",
        "CREDENTIALS_DIRECTORY": str(tmp_path),
    }

    found = []
    for name in list(env):
        found.append(load_settings(config, {**TEST, **env}, keys_required=False).alarm.webhook_url)
        del env[name]

    assert found == [f"https://alarm.example/{way}" for way in ("file", "variable", "systemd")]


def test_a_file_of_the_web_address_for_alarms_that_cannot_be_read_stops_the_start(config: Path) -> None:
    [found] = problems(config, {**TEST, "PRIVACYBOT_ALARM__WEBHOOK_URL_FILE": "/nowhere/alarm"})

    assert found.startswith("PRIVACYBOT_ALARM__WEBHOOK_URL_FILE: the file /nowhere/alarm cannot be read")


@pytest.mark.parametrize("env", [{}, {"PRIVACYBOT_VAULT_KEY": ""}, {"CREDENTIALS_DIRECTORY": "/nowhere"}])
def test_a_missing_secret_is_named_with_both_ways_to_give_it(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="set PRIVACYBOT_VAULT_KEY, or PRIVACYBOT_VAULT_KEY_FILE"):
        secret("PRIVACYBOT_VAULT_KEY", env)


def test_an_empty_secret_file_and_an_unreadable_one_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="is empty"):
        secret("PRIVACYBOT_VAULT_KEY", {"PRIVACYBOT_VAULT_KEY_FILE": str(tmp_path / "empty")})
    with pytest.raises(SettingsError, match="cannot be read"):
        secret("PRIVACYBOT_VAULT_KEY", {"PRIVACYBOT_VAULT_KEY_FILE": str(tmp_path / "nothing")})


def test_production_does_not_start_without_its_keys() -> None:
    found = problems(SHIPPED, {})

    assert [problem.split()[0] for problem in found] == ["PRIVACYBOT_VAULT_KEY", "PRIVACYBOT_INDEX_KEY"]
    assert load_settings(SHIPPED, dict.fromkeys(SECRETS, "k")).service.environment is Environment.PRODUCTION
    assert load_settings(SHIPPED, {}, keys_required=False).service.environment is Environment.PRODUCTION


# Rules over more than one key


@pytest.mark.parametrize("section", ["WATCH", "SEND"])
def test_an_unprotected_connection_is_for_this_machine_only(section: str) -> None:
    env = TEST | {f"PRIVACYBOT_{section}__TLS": "none"}

    assert "in the open" in problems(SHIPPED, env | {f"PRIVACYBOT_{section}__HOST": "mail.klant.example"})[0]
    for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
        assert load_settings(SHIPPED, env | {f"PRIVACYBOT_{section}__HOST": host}).home.is_absolute()


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"PRIVACYBOT_RECEIVER__ENABLED": "true"}, "[receiver] mode has no default"),
        ({"PRIVACYBOT_RECEIVER__ENABLED": "true", "PRIVACYBOT_RECEIVER__MODE": "relay"}, "[receiver] relay_to"),
        ({"PRIVACYBOT_RECEIVER__TLS_CERT_FILE": "x.pem"}, "tls_cert_file and tls_key_file go together"),
        ({"PRIVACYBOT_RECEIVER__TLS_REQUIRED": "true"}, "tls_required = true needs tls_cert_file"),
        (
            {
                "PRIVACYBOT_RECEIVER__ENABLED": "true",
                "PRIVACYBOT_RECEIVER__MODE": "copy",
                "PRIVACYBOT_RECEIVER__MEMORY_MB": "24",
            },
            "[receiver] memory_mb is less than one mail may take; write at least 25",
        ),
        ({"PRIVACYBOT_SEND__USER": "bot"}, "PRIVACYBOT_SMTP_PASSWORD is missing"),
        ({"PRIVACYBOT_ALARM__WEBHOOK_URL": "http://alarm.klant.example/x"}, "must begin with https://"),
        ({"PRIVACYBOT_ALARM__WEBHOOK_URL": "https://:443/x"}, "must begin with https://"),
        ({"PRIVACYBOT_SEND__AUTH": "xoauth2"}, "[send] user is missing"),
        ({"PRIVACYBOT_SEND__AUTH": "xoauth2", "PRIVACYBOT_SEND__USER": "info"}, "[oauth] token_url is needed"),
        ({"PRIVACYBOT_DKIM__DOMAIN": "kleinboek.nl"}, "[dkim] domain and selector go together"),
        ({"PRIVACYBOT_SECOND_OPINION__ENABLED": "true"}, "[second_opinion] url is missing"),
        (
            {"PRIVACYBOT_DKIM__DOMAIN": "elders.example", "PRIVACYBOT_DKIM__SELECTOR": "bot"},
            "[dkim] domain is not that of organisation.address",
        ),
        (
            {"PRIVACYBOT_DKIM__DOMAIN": "kleinboek.nl", "PRIVACYBOT_DKIM__SELECTOR": "bot"},
            "PRIVACYBOT_DKIM_KEY is missing",
        ),
    ],
)
def test_a_setting_that_needs_another_one_says_which(env: dict[str, str], told: str) -> None:
    assert told in problems(SHIPPED, TEST | env)[0]


SECOND = {"PRIVACYBOT_SECOND_OPINION__ENABLED": "true", "PRIVACYBOT_SECOND_OPINION__MODEL": "klein"}


@pytest.mark.parametrize(
    "url",
    [
        "http://llm.klant.example/v1",
        "http://8.8.8.8/v1",
        "https://u:p@llm.example/v1",
        "ftp://127.0.0.1/",
        "https://",
        "x",
    ],
)
def test_words_of_customers_go_to_another_machine_over_tls_only(url: str) -> None:
    (found,) = problems(SHIPPED, TEST | SECOND | {"PRIVACYBOT_SECOND_OPINION__URL": url})

    assert "[second_opinion] url must begin with https://" in found


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/v1", "http://127.0.0.1:11434/v1", "http://ollama:11434/v1", "http://10.0.0.9/v1"]
)
def test_whoever_turns_another_reader_on_is_told_what_that_asks_by_law(url: str) -> None:
    checked = check_config(SHIPPED, TEST | SECOND | {"PRIVACYBOT_SECOND_OPINION__URL": url})

    assert checked.errors == ()
    assert any("[second_opinion]" in warning and "Art. 28" in warning for warning in checked.warnings)


@pytest.mark.parametrize("url", ["https://llm.klant.example/v1", "https://8.8.8.8/v1", "https://[2001:4860::8]/v1"])
@pytest.mark.parametrize(
    ("readers", "transfers", "named"),
    [
        ("", "", ["mail_readers", "transfers"]),
        ("Taalmodel B.V.", "", ["transfers"]),
        ("Geen.", "geen", ["mail_readers"]),
        ("Taalmodel B.V.", "geen", []),
    ],
)
def test_a_reader_elsewhere_is_written_down_for_answers_before_it_reads(
    url: str, readers: str, transfers: str, named: list[str]
) -> None:
    env = TEST | SECOND | {"PRIVACYBOT_SECOND_OPINION__URL": url}
    for name, value in (("MAIL_READERS", readers), ("TRANSFERS", transfers)):
        if value:
            env |= {
                f"PRIVACYBOT_ORGANISATION__{name}__VALUE": value,
                f"PRIVACYBOT_ORGANISATION__{name}__CONFIRMED": "true",
            }

    found = check_config(SHIPPED, env).errors

    assert [error.split()[1] for error in found] == named
    assert all("set confirmed = true, or set [second_opinion] enabled = false" in " ".join(e.split()) for e in found)


def test_an_alarm_by_the_machine_that_is_dead_itself_is_warned_of() -> None:
    one = {f"PRIVACYBOT_{room}__HOST": "mail.klant.example" for room in ("WATCH", "SEND")}
    watched = TEST | one | {"PRIVACYBOT_WATCH__ENABLED": "true", "PRIVACYBOT_WATCH__USER": "info"}
    watched |= {"PRIVACYBOT_WATCH__SINCE": "2026-11-01"}

    def warned(**more: str) -> bool:
        return any("[alarm] webhook_url" in word for word in check_config(SHIPPED, watched | more).warnings)

    assert warned()
    assert not warned(PRIVACYBOT_ALARM__WEBHOOK_URL="https://alarm.klant.example/haak")
    assert not warned(PRIVACYBOT_SEND__HOST="smtp.klant.example")
    assert not warned(PRIVACYBOT_WATCH__ALARM_MINUTES="0")


def test_watching_asks_for_host_user_password_and_how_far_to_look_back() -> None:
    proposal = (datetime.now(UTC).date() - timedelta(days=35)).isoformat()

    found = problems(SHIPPED, TEST | {"PRIVACYBOT_WATCH__ENABLED": "true"})

    assert [
        word for word in ("host", "user", "since", "IMAP_PASSWORD") if any(word in problem for problem in found)
    ] == [
        "host",
        "user",
        "since",
        "IMAP_PASSWORD",
    ]
    assert any(f"proposal: since = {proposal}" in problem for problem in found)


# Further mailboxes, and tokens

MAILBOXES = """
[mailboxes.klachten]
host = "imap.kleinboek.example"
user = "klachten@kleinboek.example"
since = 2026-10-22

[mailboxes.archief]
enabled = false
"""


def add(config: Path, words: str) -> None:
    path = config / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")


def test_further_mailboxes_have_tables_and_passwords_of_their_own(config: Path) -> None:
    add(config, MAILBOXES)
    env = TEST | {"PRIVACYBOT_IMAP_PASSWORD_KLACHTEN": "x"}

    [klachten] = load_settings(config, env).watched

    assert (klachten.label, klachten.folders, klachten.enabled) == ("klachten", ("INBOX", "Junk"), True)
    assert problems(config, TEST)[0].startswith("PRIVACYBOT_IMAP_PASSWORD_KLACHTEN is missing")


def test_a_mailbox_can_come_from_the_environment_and_the_first_one_stays_first(config: Path) -> None:
    add(config, MAILBOXES)
    env = {f"PRIVACYBOT_WATCH__{key}": value for key, value in {"ENABLED": "true", "USER": "info@x.example"}.items()}
    env |= {"PRIVACYBOT_WATCH__HOST": "imap.x.example", "PRIVACYBOT_WATCH__SINCE": "2026-10-22"}
    env |= {"PRIVACYBOT_MAILBOXES__AVG__HOST": "imap.y.example", "PRIVACYBOT_MAILBOXES__AVG__USER": "avg@y.example"}
    env |= {"PRIVACYBOT_MAILBOXES__AVG__SINCE": "2026-10-22", "PRIVACYBOT_MAILBOXES__KLACHTEN__PORT": "143"}
    env |= dict.fromkeys((f"PRIVACYBOT_IMAP_PASSWORD{name}" for name in ("", "_AVG", "_KLACHTEN")), "x")

    settings = load_settings(config, TEST | env)

    assert [box.label for box in settings.watched] == ["watch", "klachten", "avg"]
    assert settings.mailboxes["klachten"].port == 143
    assert not [word for word in check_config(config, TEST | env).warnings if "IMAP_PASSWORD" in word]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('[mailboxes.klachten]\nhots = "x"\n', "[mailboxes.klachten] hots is not a setting; did you mean host?"),
        ('[mailboxes.klachten]\nport = "x"\n', "settings.toml: [mailboxes.klachten] port must be a whole number"),
        ("[mailboxes.klachten]\n", "settings.toml: [mailboxes.klachten] host is missing"),
        ('[mailboxes.klachten]\npassword = "x"\n', "set PRIVACYBOT_IMAP_PASSWORD_KLACHTEN in the environment"),
        ("[mailboxes.Klachten]\n", "settings.toml: [mailboxes.Klachten] is no name for a mailbox"),
        ("[mailboxes.watch]\n", "settings.toml: [mailboxes.watch] is no name for a mailbox"),
        ("[[mailboxes]]\n", "settings.toml: [mailboxes] must be"),
        (
            MAILBOXES + MAILBOXES.replace("klachten]", "twee]").partition("[mailboxes.archief]")[0],
            "read by [mailboxes.",
        ),
        (MAILBOXES.replace("2026-10-22", '2026-10-22\nauth = "xoauth2"'), "settings.toml: [oauth] token_url is needed"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_named(config: Path, words: str, told: str) -> None:
    add(config, words)

    assert any(told in problem for problem in problems(config, TEST)), problems(config, TEST)


def test_a_mailbox_is_asked_how_far_to_look_back(config: Path) -> None:
    add(config, MAILBOXES.replace("since = 2026-10-22", ""))

    assert any("[mailboxes.klachten] since has no default" in problem for problem in problems(config, TEST))


def test_tokens_ask_for_their_secret_and_never_travel_in_the_open(config: Path) -> None:
    add(config, MAILBOXES.replace("2026-10-22", '2026-10-22\nauth = "oauthbearer"'))
    env = {"PRIVACYBOT_OAUTH__CLIENT_ID": "x", "PRIVACYBOT_OAUTH__SCOPE": "y"}
    in_the_open = env | {"PRIVACYBOT_OAUTH__TOKEN_URL": "http://login.example/token"}

    assert "must begin with https://" in problems(config, TEST | in_the_open)[0]
    env |= {"PRIVACYBOT_OAUTH__TOKEN_URL": "https://login.example/token"}
    assert problems(config, TEST | env)[0].startswith("PRIVACYBOT_OAUTH_SECRET is missing")
    assert load_settings(config, TEST | env | {"PRIVACYBOT_OAUTH_SECRET": "z"}).oauth.client_id == "x"


# check-config


def test_checking_lists_the_questions_to_the_owner_and_what_the_old_statement_lacks() -> None:
    checked = check_config(SHIPPED, TEST, date(2026, 11, 26))

    questions = "\n".join(checked.questions)
    facts = ("privacy_contact", "hosting_country", "backup_days", "transfers", "automated_decisions")
    for name in (*facts, "mail_readers", "mailbox_days"):
        assert f"organisation.toml: {name} is not confirmed" in questions
    for lack in ("object", "restriction", "withdraw consent", "recipients", "data protection officer"):
        assert lack in questions
    assert "proposal: since = 2026-10-22" in questions


def test_a_new_statement_is_not_asked_about(config: Path) -> None:
    change(config / "organisation.toml", "2018-05-22", "2026-12-01")

    assert "statement" not in "\n".join(check_config(config, TEST).questions)


def test_the_authoritys_details_are_doubted_after_ninety_days() -> None:
    fresh = check_config(SHIPPED, TEST, date(2027, 2, 20))
    stale = check_config(SHIPPED, TEST, date(2027, 2, 21))

    assert not any("verified_on" in warning for warning in fresh.warnings)
    assert any("authority.verified_on is 91 days ago" in warning for warning in stale.warnings)


def test_checking_reports_errors_instead_of_raising_them_and_still_asks() -> None:
    checked = check_config(SHIPPED, {})

    assert "PRIVACYBOT_VAULT_KEY" in checked.errors[0]
    assert checked.questions
    assert "tries" in check_config(SHIPPED, TEST | {"PRIVACYBOT_IDENTITY__TRIES": "0"}).errors[0].lower()


def test_a_variable_that_resembles_one_of_ours_is_pointed_out() -> None:
    checked = check_config(SHIPPED, TEST | {"PRIVACYBOT_VAULT_KYE": "x", "PRIVACYBOT_CUSTOMERS_URL": "x"})

    assert "PRIVACYBOT_VAULT_KYE: nothing reads this variable; did you mean PRIVACYBOT_VAULT_KEY?" in checked.warnings
    assert not any("CUSTOMERS_URL" in warning for warning in checked.warnings)


def test_an_unconfirmed_fact_that_looks_true_is_pointed_out(config: Path) -> None:
    change(config / "organisation.toml", "VOORBEELD: 30 dagen", "30 dagen")

    assert any("backup_days.value could be mistaken" in warning for warning in check_config(config, TEST).warnings)


# Who checks senders


def test_believing_a_mail_server_needs_its_name(config: Path) -> None:
    with pytest.raises(SettingsError, match="authserv_id is needed"):
        load_settings(config, TEST | {"PRIVACYBOT_AUTHENTICATION__MODE": "results"}, keys_required=False)


def test_whoever_believes_a_mail_server_is_told_what_it_must_remove(config: Path) -> None:
    believing = TEST | {
        "PRIVACYBOT_AUTHENTICATION__MODE": "results",
        "PRIVACYBOT_AUTHENTICATION__AUTHSERV_ID": "mx.kleinboek.nl",
    }
    bordered = believing | {"PRIVACYBOT_AUTHENTICATION__MX_HOST": "mx.kleinboek.nl"}

    warnings = check_config(config, believing).warnings

    assert any("must remove Authentication-Results that others wrote" in warning for warning in warnings)
    assert any("mx_host is empty" in warning for warning in warnings)
    assert not any("mx_host" in warning for warning in check_config(config, bordered).warnings)
    assert not any("[authentication]" in warning for warning in check_config(config, TEST).warnings)


def test_a_border_without_a_door_is_told(config: Path) -> None:
    checked = check_config(config, TEST | {"PRIVACYBOT_AUTHENTICATION__BORDER": "true"})

    assert any("border = true does nothing" in warning for warning in checked.warnings)


# What must be proved


@pytest.mark.requirement("ID-09")
@pytest.mark.parametrize(
    "key", ["access", "portability", "correction", "erasure", "restriction", "objection", "high_risk"]
)
def test_no_less_proof_than_ships_can_be_configured_for_what_discloses_changes_or_erases(key: str) -> None:
    env = TEST | {f"PRIVACYBOT_IDENTITY__LEVELS__{key.upper()}": "L0"}

    [problem] = problems(SHIPPED, env)

    assert f"[identity.levels] {key} is lower than L{3 if key == 'high_risk' else 2}, which is refused" in problem
    assert "a mail alone proves nobody" in problem
    assert problem in check_config(SHIPPED, env).errors


@pytest.mark.requirement("ID-09")
def test_more_proof_can_be_configured_and_where_the_law_wants_none_that_is_told() -> None:
    env = TEST | {"PRIVACYBOT_IDENTITY__LEVELS__ACCESS": "L3", "PRIVACYBOT_IDENTITY__LEVELS__MARKETING": "L2"}

    levels = load_settings(SHIPPED, env, keys_required=False).identity.levels

    assert (levels.access, levels.marketing) == ("L3", "L2")
    [warning] = [line for line in check_config(SHIPPED, env).warnings if "identity.levels" in line]
    assert "marketing asks for proof: anybody may stop advertising to his own address at any time" in warning


# The pages for customers


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://privacy.klant.example", "must begin with https://"),
        ("https://privacy.klant.example/avg", "is no address of a site"),
        ("https://privacy.klant.example?x=1", "is no address of a site"),
        ("https://fatima@privacy.klant.example", "is no address of a site"),
        ("privacy.klant.example", "is no address of a site"),
    ],
)
def test_the_address_of_the_pages_is_a_site_of_its_own_behind_tls(url: str, told: str) -> None:
    production = {"PRIVACYBOT_SERVICE__ENVIRONMENT": "production", "PRIVACYBOT_SERVICE__PUBLIC_URL": url}

    assert any(told in problem for problem in problems(SHIPPED, production))


def test_the_pages_are_shut_as_shipped_and_open_for_the_demo_on_this_machine() -> None:
    demo = TEST | {"PRIVACYBOT_SERVICE__PUBLIC_URL": "http://127.0.0.1:8080/"}

    assert load_settings(SHIPPED, TEST, keys_required=False).service.public_url == ""
    assert load_settings(SHIPPED, demo, keys_required=False).service.public_url == "http://127.0.0.1:8080"
