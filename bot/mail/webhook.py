"""An alarm to a web address of the operator's choice: for when the mail server is what is dead."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping

from bot.mail.errors import MailRoomError
from bot.mail.posting import Place, place_of, post
from bot.mail.trust import client_context, is_loopback
from bot.settings import AlarmSettings, SettingsError

Plain = str | int | float | bool | None


class WebhookError(MailRoomError):
    """The web address did not take the alarm. The address itself may be a secret, so only its host is named."""


def post_alarm(settings: AlarmSettings, alarm: Mapping[str, Plain]) -> None:
    """POST one alarm as JSON; it holds no personal data. Blocks. Raises WebhookError or SettingsError.

    Redirects are not followed: an alarm goes where the operator said, over TLS unless that is this machine.
    """
    place = _where(settings)
    body = json.dumps(dict(alarm), ensure_ascii=False).encode()
    try:
        status = _posted(place, body, settings)
    except (OSError, http.client.HTTPException) as fault:
        raise WebhookError(
            f"the web address for alarms at {place.host} cannot be reached ({type(fault).__name__}): "
            "check alarm.webhook_url"
        ) from fault
    if not 200 <= status < 300:
        raise WebhookError(f"the web address for alarms at {place.host} answers {status}: check alarm.webhook_url")


def _where(settings: AlarmSettings) -> Place:
    """Where alarms may be sent. Raises SettingsError."""
    try:
        place = place_of(settings.webhook_url, "alarm.webhook_url")
    except SettingsError:
        place = None
    if place is None or not (place.secure or is_loopback(place.host)):
        raise SettingsError("alarm.webhook_url must begin with https:// and name a host")
    return place


def _posted(place: Place, body: bytes, settings: AlarmSettings) -> int:
    context = client_context(settings.ca_file, "alarm.ca_file") if place.secure else None
    headers = {"Content-Type": "application/json"}
    return post(place, body, headers, seconds=settings.timeout_seconds * 2, most=0, context=context).status
