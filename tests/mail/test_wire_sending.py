"""Handing mail over: every way in which a server can answer, refuse, vanish or stay silent has its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from servers.certificates import Certificates
from servers.smtp_sink import DROP, HANG, SmtpSink, Stage

from bot.mail.errors import AddressError, TokenError
from bot.mail.sending import (
    Accepted,
    OutcomeUnknown,
    Postman,
    RefusedForGood,
    SendOutcome,
    ServerUnreachable,
    TryLater,
)
from bot.settings import SendSettings, SettingsError

HEADER = (
    b"From: info@kleinboek.example\r\nTo: sanne@klant.example\r\nSubject: Uw verzoek\r\n"
    b"Message-ID: <kb.1+2@kleinboek.example>\r\n"
)
RAW = HEADER + b"\r\nBeste Sanne,\r\n.\r\n..\r\nDag\r\n"
SANNE, US = "sanne@klant.example", "info@kleinboek.example"


@pytest.fixture
def tls_sink(certificates: Certificates) -> Iterator[SmtpSink]:
    sink = SmtpSink(certificates, tls=True)
    yield sink
    sink.close()


@asynccontextmanager
async def postman_for(settings: SendSettings, password: Callable[[], str] | None = None) -> AsyncIterator[Postman]:
    postman = Postman(settings, password)
    try:
        yield postman
    finally:
        await postman.close()


async def sent(settings: SendSettings, password: Callable[[], str] | None = None) -> SendOutcome:
    async with postman_for(settings, password) as postman:
        return await postman.send(RAW, US, SANNE)


async def test_a_mail_arrives_byte_for_byte_over_starttls(smtp_sink: SmtpSink) -> None:
    outcome = await sent(smtp_sink.settings())

    (mail,) = smtp_sink.wait_for(1)
    assert outcome == Accepted()
    assert (mail.sender, mail.to, mail.raw, mail.tls) == (US, (SANNE,), RAW, True)


async def test_a_mail_arrives_over_tls_from_the_first_byte(tls_sink: SmtpSink) -> None:
    assert await sent(tls_sink.settings()) == Accepted()
    assert tls_sink.wait_for(1)[0].tls


async def test_automatic_mail_has_the_null_sender(smtp_sink: SmtpSink) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        await postman.send(RAW, "", SANNE)

    assert smtp_sink.wait_for(1)[0].sender == ""


async def test_a_burst_goes_over_one_connection(smtp_sink: SmtpSink) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        outcomes = [await postman.send(RAW, US, SANNE) for _ in range(5)]

    assert outcomes == [Accepted()] * 5
    assert len(smtp_sink.wait_for(5)) == 5
    assert smtp_sink.connections == 1


async def test_a_kept_connection_that_the_server_closed_costs_nothing(smtp_sink: SmtpSink) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        await postman.send(RAW, US, SANNE)
        smtp_sink.hang_up()
        outcome = await postman.send(RAW, US, SANNE)

    assert outcome == Accepted()
    assert len(smtp_sink.wait_for(2)) == 2


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
async def test_a_kept_connection_that_dies_before_the_mail_costs_nothing(smtp_sink: SmtpSink, stage: Stage) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        await postman.send(RAW, US, SANNE)
        smtp_sink.answer(stage, DROP)
        outcome = await postman.send(RAW, US, SANNE)

    assert outcome == Accepted()
    assert len(smtp_sink.wait_for(2)) == 2
    assert smtp_sink.connections == 2


async def test_after_a_rest_the_connection_is_closed_with_a_goodbye(smtp_sink: SmtpSink) -> None:
    async with postman_for(smtp_sink.settings(idle_seconds=0.0)) as postman:
        await postman.send(RAW, US, SANNE)
        await asyncio.to_thread(smtp_sink.wait_until_empty)
        goodbyes = smtp_sink.goodbyes
        outcome = await postman.send(RAW, US, SANNE)

    assert outcome == Accepted()
    assert smtp_sink.connections == 2
    assert goodbyes == 1


async def test_reports_on_delivery_are_asked_for_where_they_are_offered(smtp_sink: SmtpSink) -> None:
    smtp_sink.dsn = True
    async with postman_for(smtp_sink.settings()) as postman:
        await postman.send(RAW, US, SANNE)
        await postman.send(RAW, "", SANNE)
        smtp_sink.dsn = False
        await postman.close()
        await postman.send(RAW, US, SANNE)

    assert [mail.options for mail in smtp_sink.wait_for(3)] == [
        (
            "RET=HDRS",
            "ENVID=kb.1+2B2@kleinboek.example",
            "NOTIFY=FAILURE,DELAY",
            "ORCPT=rfc822;sanne@klant.example",
        ),
        (),
        (),
    ]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
async def test_a_server_that_refuses_the_reports_it_offered_gets_the_mail_without(
    smtp_sink: SmtpSink, stage: Stage
) -> None:
    smtp_sink.dsn = True
    smtp_sink.answer(stage, "555 5.5.4 Unsupported option")

    assert await sent(smtp_sink.settings()) == Accepted()
    assert smtp_sink.wait_for(1)[0].options == ()


async def test_a_token_logs_in_and_a_refused_one_is_never_shown_again(smtp_sink: SmtpSink) -> None:
    smtp_sink.token = "goed"
    settings = smtp_sink.settings(user=US, auth="xoauth2")

    good = await sent(settings, lambda: "goed")
    wrong = await sent(settings, lambda: "fout")

    assert good == Accepted()
    assert smtp_sink.wait_for(1)[0].login == US
    assert isinstance(wrong, ServerUnreachable)
    assert "oauth.client_id" in wrong.trouble
    assert "fout" not in wrong.trouble


async def test_without_a_token_nothing_is_sent_and_the_mend_is_named(smtp_sink: SmtpSink) -> None:
    def none_to_be_had() -> str:
        raise TokenError("the token server refuses us: check oauth.client_id")

    outcome = await sent(smtp_sink.settings(user=US, auth="xoauth2"), none_to_be_had)

    assert outcome == ServerUnreachable("the token server refuses us: check oauth.client_id")
    assert smtp_sink.mails == []


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace(b"sanne", b"joris"),
        HEADER + b"To: joris@klant.example\r\n",
        HEADER + b"Bcc: joris@klant.example\r\n",
        HEADER.replace(b"sanne@klant.example", b"sanne@klant.example, joris@klant.example"),
        HEADER.replace(b"To: sanne@klant.example\r\n", b""),
    ],
)
async def test_a_letter_goes_to_the_one_whom_it_names_or_to_nobody(smtp_sink: SmtpSink, header: bytes) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        with pytest.raises(AddressError):
            await postman.send(header + b"\r\nBeste Sanne\r\n", US, SANNE)

    assert smtp_sink.connections == 0


async def test_the_name_of_this_machine_does_not_leak(smtp_sink: SmtpSink) -> None:
    await sent(smtp_sink.settings())

    assert set(smtp_sink.greetings) == {"[127.0.0.1]"}


async def test_a_server_without_starttls_gets_nothing(plain_smtp_sink: SmtpSink) -> None:
    outcome = await sent(plain_smtp_sink.settings(tls="starttls"))

    assert isinstance(outcome, ServerUnreachable)
    assert "STARTTLS" in outcome.trouble
    assert "send.tls" in outcome.trouble
    assert plain_smtp_sink.mails == []


async def test_plain_text_reaches_a_server_on_this_machine_when_asked_for(plain_smtp_sink: SmtpSink) -> None:
    assert await sent(plain_smtp_sink.settings()) == Accepted()


@pytest.mark.parametrize("host", ["smtp.kleinboek.example", "192.0.2.1", "127.0.0.1.kleinboek.example", "0.0.0.0"])
def test_plain_text_to_another_machine_is_refused_at_the_start(host: str) -> None:
    with pytest.raises(SettingsError, match=r"send\.tls"):
        Postman(SendSettings(host=host, tls="none"), None)


def test_a_user_without_a_password_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match=r"send\.user"):
        Postman(SendSettings(user="info@kleinboek.example"), None)


@pytest.mark.parametrize("kind", ["starttls", "tls"])
async def test_a_certificate_from_a_stranger_is_never_accepted(
    smtp_sink: SmtpSink, tls_sink: SmtpSink, certificates: Certificates, kind: str
) -> None:
    sink = smtp_sink if kind == "starttls" else tls_sink

    for ca_file in (certificates.stranger_ca_file, ""):
        outcome = await sent(sink.settings(ca_file=ca_file))

        assert isinstance(outcome, ServerUnreachable)
        assert "send.ca_file" in outcome.trouble
    assert sink.mails == []


async def test_a_missing_ca_file_is_named() -> None:
    with pytest.raises(SettingsError, match=r"send\.ca_file"):
        await sent(SendSettings(host="127.0.0.1", ca_file="/nergens/ca.pem"))


async def test_a_login_is_used_and_a_refused_one_names_the_mend(smtp_sink: SmtpSink) -> None:
    smtp_sink.password = "geheim"

    good = await sent(smtp_sink.settings(user="info"), lambda: "geheim")
    wrong = await sent(smtp_sink.settings(user="info"), lambda: "fout")
    without = await sent(smtp_sink.settings())

    assert good == Accepted()
    assert smtp_sink.wait_for(1)[0].login == "info"
    for outcome in (wrong, without):
        assert isinstance(outcome, ServerUnreachable)
        assert "send.user" in outcome.trouble
        assert "geheim" not in outcome.trouble


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
async def test_a_temporary_refusal_is_tried_later_and_quotes_only_codes(smtp_sink: SmtpSink, stage: Stage) -> None:
    smtp_sink.answer(stage, "451 4.7.1 <sanne@klant.example>: greylisted")

    assert await sent(smtp_sink.settings()) == TryLater(451, "451 4.7.1")
    assert smtp_sink.mails == []


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
async def test_a_permanent_refusal_is_for_good(smtp_sink: SmtpSink, stage: Stage) -> None:
    smtp_sink.answer(stage, "550 5.1.1 <sanne@klant.example>: user unknown")

    assert await sent(smtp_sink.settings()) == RefusedForGood(550)
    assert smtp_sink.mails == []


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "END"])
async def test_a_refusal_says_nothing_about_the_next_mail(smtp_sink: SmtpSink, stage: Stage) -> None:
    smtp_sink.answer(stage, "550 no")
    async with postman_for(smtp_sink.settings()) as postman:
        outcomes = [await postman.send(RAW, US, SANNE) for _ in range(2)]

    assert outcomes == [RefusedForGood(550), Accepted()]
    assert smtp_sink.connections == 1


@pytest.mark.parametrize("trick", [DROP, HANG])
async def test_silence_after_the_final_dot_is_an_unknown_outcome(smtp_sink: SmtpSink, trick: str) -> None:
    smtp_sink.answer("END", trick)
    async with postman_for(smtp_sink.settings(timeout_seconds=0.5)) as postman:
        first = await postman.send(RAW, US, SANNE)
        second = await postman.send(RAW, US, SANNE)

    assert first == OutcomeUnknown()
    assert second == Accepted()


@pytest.mark.parametrize("trick", [DROP, HANG])
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
async def test_silence_before_the_mail_was_handed_over_is_certainly_no_delivery(
    smtp_sink: SmtpSink, stage: Stage, trick: str
) -> None:
    smtp_sink.answer(stage, trick)

    outcome = await sent(smtp_sink.settings(timeout_seconds=0.3))

    assert isinstance(outcome, ServerUnreachable)
    assert "sanne" not in outcome.trouble


async def test_a_server_that_goes_away_before_the_final_dot_has_certainly_not_delivered() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hier\r\n")
        for answer in (b"250 hier", b"250 goed", b"250 goed", b"354 toe maar"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        await reader.readexactly(100_000)
        writer.transport.abort()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, postman_for(SendSettings(host="127.0.0.1", port=port, tls="none")) as postman:
        outcome = await postman.send(RAW + (b"r" * 70 + b"\r\n") * 300_000, US, SANNE)

    assert isinstance(outcome, ServerUnreachable)
    assert "before it had the whole mail" in outcome.trouble


@pytest.mark.parametrize("greeting", ["554 5.7.1 no mail here", "421 4.3.2 too busy", DROP, HANG])
async def test_a_server_that_turns_us_away_says_nothing_about_the_mail(smtp_sink: SmtpSink, greeting: str) -> None:
    smtp_sink.answer("CONNECT", greeting)

    assert isinstance(await sent(smtp_sink.settings(timeout_seconds=0.3)), ServerUnreachable)


async def test_a_server_that_is_not_there_is_named_with_its_settings() -> None:
    outcome = await sent(SendSettings(host="127.0.0.1", port=1))

    assert isinstance(outcome, ServerUnreachable)
    assert "127.0.0.1:1" in outcome.trouble
    assert "send.host" in outcome.trouble


@pytest.mark.parametrize("to", ["Sanne <sanne@klant.example>", "sanne@klant.example>\r\nRCPT TO:<joris@klant.example"])
async def test_what_is_not_one_plain_address_never_reaches_the_wire(smtp_sink: SmtpSink, to: str) -> None:
    async with postman_for(smtp_sink.settings()) as postman:
        with pytest.raises(AddressError):
            await postman.send(RAW, US, to)
        with pytest.raises(AddressError):
            await postman.send(RAW, to, SANNE)

    assert smtp_sink.connections == 0


async def test_bare_line_breaks_cannot_end_the_mail_early(smtp_sink: SmtpSink) -> None:
    smuggled = HEADER + b"\r\nhoi\n.\nMAIL FROM:<joris@klant.example>\r.\r\nnog iets\r\n"
    async with postman_for(smtp_sink.settings()) as postman:
        await postman.send(smuggled, US, SANNE)

    (mail,) = smtp_sink.wait_for(1)
    assert mail.raw.endswith(b"nog iets\r\n")
