"""Logging in at the IMAP server: with a password, or with a token that is fetched anew once when it is refused."""

from __future__ import annotations

from collections.abc import Callable

from imapclient import IMAPClient

from bot.mail.dialling import Cord
from bot.mail.errors import MailboxError, MailboxLostError, MailboxRefusedError, ServerSaidNoError, TokenError
from bot.mail.faults import at_the_door
from bot.mail.tokens import TokenSource, bearer
from bot.settings import SettingsError, WatchSettings

Secret = Callable[[], str]
"""Gives the password, or as a TokenSource the token, whenever we log in."""

_ONLY_FOR_NOW = ("[CONTACTADMIN]", "[SERVERBUG]")  # RFC 5530: says nothing against our password


def log_in(client: IMAPClient, settings: WatchSettings, secret: Secret, cord: Cord) -> None:
    """The connection hangs on the cord. Raises a MailboxError that says whether a person must act."""
    given = _asked(secret)
    try:
        _present(client, settings, given, cord)
    except ServerSaidNoError as refusal:
        if not isinstance(secret, TokenSource) or _in_vain(refusal):
            raise _refused(settings, refusal) from None
        secret.refused(given)
        _once_more(client, settings, secret, cord)


def _once_more(client: IMAPClient, settings: WatchSettings, secret: Secret, cord: Cord) -> None:
    """With a new token: the old one may have been withdrawn before its time."""
    try:
        _present(client, settings, _asked(secret), cord)
    except ServerSaidNoError as refusal:
        raise _refused(settings, refusal) from None


def _asked(secret: Secret) -> str:
    """A secret that cannot be had stops this mailbox and no other."""
    try:
        return secret()
    except SettingsError as missing:
        raise MailboxRefusedError(str(missing)) from None
    except TokenError as fault:
        kind = MailboxRefusedError if fault.permanent else MailboxLostError
        raise kind(str(fault), wait_seconds=fault.wait_seconds) from None


def _present(client: IMAPClient, settings: WatchSettings, secret: str, cord: Cord) -> None:
    user, auth, host = settings.user, settings.auth, settings.host
    with at_the_door(host, settings.table), cord.for_at_most(settings.timeout_seconds):
        if auth != "password":
            if not client.has_capability(f"AUTH={auth.upper()}"):
                raise MailboxRefusedError(f"{host} does not offer {auth}: check {settings.table}.auth")
            client.sasl_login(auth.upper(), bearer(auth, user, secret, host, settings.port))
        elif client.has_capability("AUTH=PLAIN"):
            client.plain_login(user, secret)
        else:
            client.login(user, secret)


def _in_vain(refusal: ServerSaidNoError) -> bool:
    """Whether the server says that nobody can log in just now."""
    answer = str(refusal.__cause__).upper()
    return any(code in answer for code in _ONLY_FOR_NOW)


def _refused(settings: WatchSettings, refusal: ServerSaidNoError) -> MailboxError:
    host, user = settings.host, f"{settings.table}.user"
    if _in_vain(refusal):
        return MailboxLostError(f"{host} cannot log anyone in just now")
    if settings.auth == "password":
        return MailboxRefusedError(
            f"{host} refuses the login of {user}: check {user} and the mailbox password "
            f"(and that the server allows password login over IMAP)"
        )
    return MailboxRefusedError(
        f"{host} refuses our token for {user}: check {user}, oauth.scope, and that the application may read this "
        f"mailbox over IMAP"
    )
