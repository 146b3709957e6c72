"""`doctor` sees what is wrong with the servers and this machine, names the mend, and touches nothing."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.certificates import make_certificates
from servers.dovecot import Dovecot, DovecotServer
from servers.ground import HOST, free_port
from servers.office import START, Office
from servers.second_reader import SecondReader, labels, replies, says
from servers.smtp_sink import HANG, SmtpSink
from servers.stubborn import GREETING, Stubborn
from servers.wire import Wire

from bot.doctor import findings, receiver_findings
from bot.mail.checkup import Finding
from bot.rooms import Rooms
from bot.settings import ReceiverSettings, default_config_dir
from bot.store.archive import migrate
from bot.store.vault import new_key

Findings = dict[str, tuple[str, str]]


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot) -> Office:
    return Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__FOLDERS="INBOX", WATCH__SENT_COPY="false")


def seen(office: Office, *, fails: bool = True, **changes: str) -> Findings:
    """Every finding by what was looked at: its health and its text. The machine's own DNS is left out."""
    before = dict(office.env)
    office.env |= {f"PRIVACYBOT_{name}": value for name, value in {"AUTHENTICATION__MODE": "none", **changes}.items()}
    try:
        told = office.json("doctor", fails=fails)
    finally:
        office.env = before
    assert (told["schema"], told["ok"]) == (1, not fails)
    return {each["check"]: (each["health"], each["text"]) for each in told["findings"]}


def failed(found: Findings) -> dict[str, str]:
    return {check: text for check, (health, text) in found.items() if health == "failed"}


def over_tls(dovecot: Dovecot, **changes: str) -> dict[str, str]:
    known = {"WATCH__PORT": str(dovecot.tls_port), "WATCH__TLS": "tls", "WATCH__CA_FILE": dovecot.ca_file}
    return known | changes


def test_where_all_is_well_every_check_says_so_and_nothing_is_touched(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    smtp_sink.password = "ook-een-geheim"
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, SEND__USER="kleinboek", **over_tls(dovecot))
    office.env["PRIVACYBOT_SMTP_PASSWORD"] = smtp_sink.password
    for folder in ("Junk", "Sent", "INBOX"):
        dovecot.append(folder, b"From: sanne@klant.example\r\n\r\nDag\r\n")
    flags = {folder: dovecot.flags(folder) for folder in ("Junk", "Sent", "INBOX")}
    before = (tmp_path / "archive.sqlite").read_bytes()

    found = seen(office, fails=False)

    assert {check for check, (health, _) in found.items() if health == "ok"} == {
        *("configuration", "templates", "data map", "keys", "database", "disk", "model"),
        *("watch connection", "watch certificate", "watch login", "watch push"),
        *("watch folder INBOX", "watch folder Junk", "watch folder for copies"),
        *("send connection", "send certificate", "send login", "send size", "send bounces"),
    }
    assert {folder: dovecot.flags(folder) for folder in flags} == flags
    assert (tmp_path / "archive.sqlite").read_bytes() == before
    assert smtp_sink.mails == []
    assert "ok       watch login: the server lets us in" in office.cli("doctor")


def test_a_wrong_password_and_a_wrong_login_are_named(office: Office, smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    smtp_sink.password = "het-ware"

    found = failed(seen(office, IMAP_PASSWORD="verkeerd", SEND__USER="kleinboek", SMTP_PASSWORD="verkeerd"))

    assert found == {
        "watch login": f"{HOST} refuses the login of watch.user: check watch.user and the mailbox password "
        "(and that the server allows password login over IMAP)",
        "send login": f"{HOST}:{smtp_sink.port} refuses the login of send.user: check send.user and its password",
    }


def test_a_folder_that_is_not_there_is_named_with_the_setting(office: Office) -> None:
    found = failed(seen(office, WATCH__FOLDERS="INBOX,Klachten", WATCH__SENT_COPY="true", WATCH__SENT_FOLDER="Weg"))

    assert list(found) == ["watch folder Klachten", "watch folder for copies"]
    assert "correct watch.folders" in found["watch folder Klachten"]
    assert "correct watch.sent_folder" in found["watch folder for copies"]


def test_a_closed_port_is_named_for_reading_and_sending(office: Office) -> None:
    found = failed(seen(office, WATCH__PORT=str(free_port()), SEND__PORT=str(free_port())))

    assert list(found) == ["watch connection", "send connection"]
    assert "Connection refused: check watch.host, watch.port" in found["watch connection"]
    assert "check send.host and send.port" in found["send connection"]


def test_a_certificate_of_a_stranger_is_refused_on_both_sides(office: Office, dovecot: Dovecot) -> None:
    strange = dovecot.server.certificates.stranger_ca_file

    found = failed(seen(office, **over_tls(dovecot, WATCH__CA_FILE=strange, SEND__CA_FILE=strange)))

    assert list(found) == ["watch certificate", "send certificate"]
    assert "let watch.ca_file name the PEM file" in found["watch certificate"]
    assert "let send.ca_file name the PEM file" in found["send certificate"]


@pytest.fixture(scope="module")
def ending_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DovecotServer]:
    """A mail server whose certificate ends in twenty days."""
    ends_at = datetime.now(UTC) + timedelta(days=20, hours=1)
    server = DovecotServer(make_certificates(tmp_path_factory.mktemp("ending"), ends_at=ends_at))
    yield server
    server.remove()


@pytest.mark.requirement("KLA-04")
def test_details_of_the_authority_that_nobody_looked_up_for_ninety_days_warn(office: Office) -> None:
    office.now = START + timedelta(days=80)
    assert "authority" not in seen(office, fails=False)

    office.now = START + timedelta(days=100)
    health, words = seen(office, fails=False)["authority"]

    assert health == "warning"
    assert "days ago" in words
    assert "set authority.verified_on in organisation.toml" in words


def test_a_certificate_that_ends_within_three_weeks_warns(tmp_path: Path, ending_server: DovecotServer) -> None:
    sink, mailbox = SmtpSink(ending_server.certificates), ending_server.account()
    try:
        office = Office(tmp_path, sink, dovecot=mailbox, **over_tls(mailbox), WATCH__SENT_COPY="false")
        found = seen(office, fails=False, WATCH__FOLDERS="INBOX")
    finally:
        sink.close()

    for check in ("watch certificate", "send certificate"):
        assert found[check][0] == "warning"
        assert "in 20 days: whoever runs 127.0.0.1 must renew it" in found[check][1]


def test_a_certificate_that_has_ended_fails_before_any_password_is_sent(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    ended = make_certificates(tmp_path, ends_at=datetime.now(UTC) - timedelta(days=1))
    sink, imap_like = SmtpSink(ended), SmtpSink(ended, tls=True)
    try:
        office = Office(tmp_path, sink, dovecot=dovecot, WATCH__FOLDERS="INBOX", WATCH__SENT_COPY="false")
        found = failed(seen(office, WATCH__PORT=str(imap_like.port), WATCH__TLS="tls", WATCH__CA_FILE=ended.ca_file))
    finally:
        sink.close()
        imap_like.close()

    assert list(found) == ["watch certificate", "send certificate"]
    assert all("certificate has expired" in text for text in found.values())


def test_servers_without_starttls_are_not_spoken_to_in_the_clear(
    tmp_path: Path, plain_smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    wire = Wire(dovecot.port)
    wire.replaced = (b"STARTTLS", b"XTARTTLS")
    office = Office(tmp_path, plain_smtp_sink, dovecot=dovecot)
    try:
        found = failed(seen(office, WATCH__PORT=str(wire.port), WATCH__TLS="starttls", SEND__TLS="starttls"))
    finally:
        wire.close()

    assert list(found) == ["watch certificate", "send certificate"]
    assert all("does not offer STARTTLS" in text and ".tls" in text for text in found.values())


def test_a_server_that_accepts_and_never_greets_is_given_up_in_time(office: Office, smtp_sink: SmtpSink) -> None:
    smtp_sink.answer("CONNECT", HANG)
    with socket.create_server((HOST, 0)) as mute:
        port = str(mute.getsockname()[1])

        found = failed(seen(office, WATCH__PORT=port, WATCH__TIMEOUT_SECONDS="0.3", SEND__TIMEOUT_SECONDS="0.3"))

    assert list(found) == ["watch connection", "send connection"]
    assert "did not answer in time: check watch.host" in found["watch connection"]
    assert "Timeout" in found["send connection"]


def test_a_server_whose_answers_drip_in_is_cut_off_and_named(office: Office) -> None:
    server = Stubborn(GREETING, obeys=(b"AUTHENTICATE",), drips=b"*")
    try:
        found = failed(seen(office, WATCH__PORT=str(server.port), WATCH__TIMEOUT_SECONDS="0.2"))
    finally:
        server.close()

    assert list(found) == ["watch connection"]
    assert "took too long over its answers" in found["watch connection"]


async def test_a_doctor_that_is_stopped_does_not_wait_for_a_server_that_says_nothing(office: Office) -> None:
    server = Stubborn()
    office.env |= {"PRIVACYBOT_WATCH__PORT": str(server.port), "PRIVACYBOT_AUTHENTICATION__MODE": "none"}
    looking = asyncio.create_task(looked_at(office))
    await asyncio.to_thread(server.stuck.wait, 10)
    began = time.monotonic()

    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking

    assert time.monotonic() - began < 1.0
    server.close()


async def looked_at(office: Office) -> list[Finding]:
    return [finding async for finding in findings(default_config_dir(), office.env)]


def test_a_server_without_push_is_a_warning_with_the_poll(office: Office, dovecot: Dovecot) -> None:
    wire = Wire(dovecot.port)
    wire.replaced = (b"IDLE", b"XDLE")
    try:
        found = seen(office, fails=False, WATCH__PORT=str(wire.port), WATCH__POLL_SECONDS="45")
    finally:
        wire.close()

    assert found["watch push"] == ("warning", "the server has no IDLE: new mail is seen every 45 seconds")


def test_a_name_that_dns_does_not_know_is_told_apart_from_a_dead_server(office: Office) -> None:
    found = failed(seen(office, WATCH__TLS="tls", WATCH__HOST="imap.klant.invalid", SEND__HOST="smtp.klant.invalid"))

    assert found == {
        "watch name": "DNS knows no address of imap.klant.invalid: correct watch.host, or mend this machine's DNS",
        "send name": "DNS knows no address of smtp.klant.invalid: correct send.host, or mend this machine's DNS",
    }


def test_a_dns_that_does_not_answer_is_a_warning_where_senders_are_examined_by_ourselves(office: Office) -> None:
    nobody = {"AUTHENTICATION__DNS_SERVERS": f"{HOST}:{free_port()}", "AUTHENTICATION__SECONDS": "0.3"}

    found = seen(office, fails=False, AUTHENTICATION__MODE="own", **nobody)

    assert found["dns for senders"][0] == "warning"
    assert "correct authentication.dns_servers" in found["dns for senders"][1]


def test_an_archive_that_is_not_there_and_keys_that_do_not_fit_are_named(office: Office, tmp_path: Path) -> None:
    rooms = Rooms(office.settings(), office.env)
    _ = rooms.archive
    rooms.close_now()

    found = failed(seen(office, VAULT_KEY=new_key()))
    assert list(found) == ["keys"]
    assert "PRIVACYBOT_VAULT_KEY is not the key that this database was begun with" in found["keys"]

    office.env["DATABASE_URL"] = f"sqlite:///{tmp_path / 'elders.sqlite'}"
    found = failed(seen(office))
    assert list(found) == ["database"]
    assert "privacybot migrate" in found["database"]
    assert not (tmp_path / "elders.sqlite").exists()


def test_an_archive_that_nobody_began_with_is_not_begun_by_looking(office: Office, tmp_path: Path) -> None:
    office.env["DATABASE_URL"] = f"sqlite:///{tmp_path / 'nieuw.sqlite'}"
    migrate(office.env["DATABASE_URL"])

    found = seen(office, fails=False)

    assert found["keys"] == ("ok", "the first start will begin with them")
    with sqlite3.connect(tmp_path / "nieuw.sqlite") as raw:
        assert raw.execute("SELECT count(*) FROM meta").fetchone() == (0,)
    raw.close()


def test_a_mistake_in_the_configuration_is_a_finding(office: Office) -> None:
    found = failed(seen(office, WATCH__FOLDRS="INBOX"))

    assert list(found) == ["configuration"]
    assert "did you mean folders?" in found["configuration"]


def received(port: int, **changes: str) -> dict[str, tuple[str, str]]:
    settings = ReceiverSettings(enabled=True, mode="copy", port=port, **changes)
    return {each.check: (each.health, each.text) for each in receiver_findings(settings)}


def test_a_receiver_port_is_free_or_ours_or_somebody_elses(smtp_sink: SmtpSink, dovecot: Dovecot) -> None:
    free, ours, theirs = (received(port)["receiver port"] for port in (free_port(), smtp_sink.port, dovecot.port))
    abroad = received(free_port(), host="192.0.2.1")["receiver port"]

    assert [health for health, _ in (free, ours, theirs, abroad)] == ["ok", "ok", "failed", "failed"]
    assert "is free" in free[1]
    assert "a mail server greets" in ours[1]
    assert "something else than a mail server" in theirs[1]
    assert "set another receiver.host or receiver.port" in abroad[1]


def test_our_own_certificate_is_looked_at_too(office: Office, tmp_path: Path) -> None:
    ended = make_certificates(tmp_path, ends_at=datetime.now(UTC) - timedelta(days=1))
    files = {"RECEIVER__TLS_CERT_FILE": ended.cert_file, "RECEIVER__TLS_KEY_FILE": ended.key_file}
    receiver = {"RECEIVER__ENABLED": "true", "RECEIVER__MODE": "copy", "RECEIVER__PORT": str(free_port())}

    found = failed(seen(office, **receiver, **files))

    assert "renew receiver.tls_cert_file" in found["receiver certificate"]


def test_the_second_reader_is_asked_about_an_invented_mail_and_what_is_wrong_with_it_is_a_warning(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office, reader = Office(tmp_path, smtp_sink), SecondReader()
    on = {"SECOND_OPINION__ENABLED": "true", "SECOND_OPINION__URL": reader.url, "SECOND_OPINION__MODEL": "klein"}
    try:
        reader.ways = [labels("access"), labels("none"), says("Ja hoor"), replies(404, b"")]
        found = [seen(office, fails=False, **on)["second opinion"] for _ in reader.ways.copy()]
    finally:
        reader.close()

    assert [health for health, _ in found] == ["ok", "warning", "warning", "warning"]
    for (_, text), words in zip(found[1:], ("misreads", "no JSON", "HTTP 404"), strict=True):
        assert words in text
    assert "check second_opinion.url, model, answer_format and PRIVACYBOT_SECOND_OPINION_KEY" in found[3][1]
    assert "second opinion" not in seen(office, fails=False)
