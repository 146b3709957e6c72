"""An alarm goes where the operator said, over TLS with proof, or not at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest
from servers.certificates import Certificates
from servers.ground import HOST, free_port
from servers.webhook import Webhook

from bot.mail.webhook import WebhookError, post_alarm
from bot.settings import AlarmSettings, SettingsError

ALARM = {"schema": 1, "event": "mailbox_unreadable", "host": "imap.kleinboek.example"}


@pytest.fixture
def webhook(certificates: Certificates) -> Iterator[Webhook]:
    server = Webhook(certificates)
    yield server
    server.close()


def settings(webhook: Webhook, **changes: object) -> AlarmSettings:
    return AlarmSettings(**{"webhook_url": webhook.url, "timeout_seconds": 5.0, **changes})


def test_an_alarm_is_posted_as_json(webhook: Webhook, certificates: Certificates) -> None:
    post_alarm(settings(webhook, ca_file=certificates.ca_file), ALARM)

    assert webhook.alarms == [ALARM]


def test_an_address_whose_certificate_nobody_vouches_for_gets_nothing(
    webhook: Webhook, certificates: Certificates
) -> None:
    with pytest.raises(WebhookError, match=r"cannot be reached .SSLCertVerificationError"):
        post_alarm(settings(webhook, ca_file=certificates.stranger_ca_file), ALARM)

    assert webhook.alarms == []


@pytest.mark.parametrize("url", ["http://alarm.klant.example/haak", "ftp://127.0.0.1/", "https://", "haak"])
def test_another_machine_is_told_over_tls_only(url: str) -> None:
    with pytest.raises(SettingsError, match="webhook_url must begin with https://"):
        post_alarm(AlarmSettings(webhook_url=url), ALARM)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_refusal_and_a_redirect_are_errors_that_do_not_quote_the_address(
    webhook: Webhook, certificates: Certificates, status: int
) -> None:
    webhook.answers.append(status)

    with pytest.raises(WebhookError, match=f"answers {status}: check alarm.webhook_url") as refused:
        post_alarm(settings(webhook, ca_file=certificates.ca_file), ALARM)

    assert "geheim" not in str(refused.value)
    assert webhook.alarms == []


def test_a_closed_port_is_told_with_the_setting_to_mend() -> None:
    with pytest.raises(WebhookError, match=r"cannot be reached .ConnectionRefusedError.: check alarm.webhook_url"):
        post_alarm(AlarmSettings(webhook_url=f"http://{HOST}:{free_port()}/"), ALARM)


def test_an_answer_that_drips_in_is_cut_off() -> None:
    patient = threading.Event()
    cut = threading.Event()

    def drip(server: socket.socket) -> None:
        client, _ = server.accept()
        with client, contextlib.suppress(OSError):
            client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            for _ in range(300):
                client.sendall(b"x")
                patient.wait(0.01)
            return
        cut.set()

    with socket.create_server((HOST, 0)) as server:
        dripping = threading.Thread(target=drip, args=[server])
        dripping.start()
        with contextlib.suppress(WebhookError):
            post_alarm(
                AlarmSettings(webhook_url=f"http://{HOST}:{server.getsockname()[1]}/", timeout_seconds=0.1), ALARM
            )
        dripping.join()

    assert cut.is_set()
