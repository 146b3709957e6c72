"""An alarm to a web address of the operator's choice: for when the mail server is what is dead."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from bot.mail.errors import MailRoomError
from bot.mail.trust import client_context, is_loopback
from bot.settings import AlarmSettings, SettingsError

Plain = str | int | float | bool | None


class WebhookError(MailRoomError):
    """The web address did not take the alarm. The address itself may be a secret, so only its host is named."""


def post_alarm(settings: AlarmSettings, alarm: Mapping[str, Plain]) -> None:
    """POST one alarm as JSON; it holds no personal data. Blocks. Raises WebhookError or SettingsError.

    Redirects are not followed: an alarm goes where the operator said, over TLS unless that is this machine.
    """
    url = urlsplit(settings.webhook_url)
    host = insist_on_https(url)
    body = json.dumps(dict(alarm), ensure_ascii=False).encode()
    try:
        status = _posted(url, host, body, settings)
    except (OSError, http.client.HTTPException) as fault:
        raise WebhookError(
            f"the web address for alarms at {host} cannot be reached ({type(fault).__name__}): check alarm.webhook_url"
        ) from fault
    if not 200 <= status < 300:
        raise WebhookError(f"the web address for alarms at {host} answers {status}: check alarm.webhook_url")


def insist_on_https(url: SplitResult) -> str:
    """The host, if alarms may be sent there. Raises SettingsError."""
    host = url.hostname or ""
    if host and (url.scheme == "https" or (url.scheme == "http" and is_loopback(host))):
        return host
    raise SettingsError("alarm.webhook_url must begin with https:// and name a host")


def _posted(url: SplitResult, host: str, body: bytes, settings: AlarmSettings) -> int:
    line = _connection(url, host, settings)
    patience = threading.Timer(settings.timeout_seconds * 2, _cut, [line])  # a timeout counts each read anew
    patience.start()
    try:
        path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        line.request("POST", path, body, {"Content-Type": "application/json"})
        return line.getresponse().status
    finally:
        patience.cancel()
        line.close()


def _cut(line: http.client.HTTPConnection) -> None:
    """End an answer that drips in for ever: other work waits for it."""
    with contextlib.suppress(OSError, AttributeError):
        socket.socket.shutdown(line.sock, socket.SHUT_RDWR)


def _connection(url: SplitResult, host: str, settings: AlarmSettings) -> http.client.HTTPConnection:
    timeout = settings.timeout_seconds
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port, timeout=timeout)
    context = client_context(settings.ca_file, "alarm.ca_file")
    return http.client.HTTPSConnection(host, url.port, timeout=timeout, context=context)
