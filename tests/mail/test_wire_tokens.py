"""Logging in with tokens: a token server that behaves and misbehaves, and a Dovecot that checks what it gives."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from servers.dovecot import Dovecot
from servers.token_server import SECRET, TokenServer, make_token
from servers.wire import Wire
from structlog.testing import capture_logs
from wire_ledger import MemoryLedger, make_mail

from bot.mail.errors import MailboxLostError, MailboxRefusedError, TokenError, TokenRefusedError
from bot.mail.mailbox import Mailbox
from bot.mail.tokens import TokenSource
from bot.mail.watching import Watcher
from bot.settings import OAuthSettings, SettingsError

AUTHS = ["xoauth2", "oauthbearer"]


@pytest.fixture
def token_server(dovecot: Dovecot) -> Iterator[TokenServer]:
    server = TokenServer(lambda: make_token(dovecot.user))
    yield server
    server.close()


def make_source(server: TokenServer, secret: str = SECRET, user: str = "info@kleinboek.example") -> TokenSource:
    return TokenSource(server.settings(), lambda: secret, user)


def log_in(dovecot: Dovecot, source: TokenSource, auth: str) -> None:
    with Mailbox(dovecot.settings(auth=auth), source) as mailbox:
        mailbox.examine("INBOX")


@pytest.mark.parametrize("auth", AUTHS)
async def test_mail_is_read_with_a_token(dovecot: Dovecot, token_server: TokenServer, auth: str) -> None:
    ledger = MemoryLedger()
    dovecot.append("INBOX", make_mail(1))
    watcher = Watcher(dovecot.settings(auth=auth), make_source(token_server), ledger, max_bytes=1_000_000)

    await watcher.sync_once()
    await watcher.sync_once()

    assert ledger.numbers() == [1]
    assert token_server.asked == [  # once: the token was good for the second connection too
        {
            "grant_type": "client_credentials",
            "client_id": "de-toepassing",
            "client_secret": SECRET,
            "scope": "https://outlook.office365.com/.default",
        }
    ]


@pytest.mark.parametrize("auth", AUTHS)
def test_a_token_that_the_server_refuses_is_fetched_anew_once(
    dovecot: Dovecot, token_server: TokenServer, auth: str
) -> None:
    tokens = iter([make_token(dovecot.user, seconds=-60), make_token(dovecot.user)])
    token_server.token = lambda: next(tokens)

    log_in(dovecot, make_source(token_server), auth)

    assert len(token_server.asked) == 2


@pytest.mark.parametrize(
    ("auth", "bad"),
    [
        ("xoauth2", "expired"),
        ("oauthbearer", "of another key"),
        ("xoauth2", "of another mailbox"),
        ("oauthbearer", "no token at all"),
    ],
)
def test_tokens_that_the_server_keeps_refusing_are_a_permanent_error_that_names_the_mend(
    dovecot: Dovecot, token_server: TokenServer, auth: str, bad: str
) -> None:
    token_server.token = lambda: {
        "expired": make_token(dovecot.user, seconds=-60),
        "of another key": make_token(dovecot.user, key=b"een-andere-sleutel"),
        "of another mailbox": make_token("joris"),
        "no token at all": "onzin",
    }[bad]
    source = make_source(token_server)

    with pytest.raises(MailboxRefusedError, match=r"refuses our token for watch\.user") as refused:
        log_in(dovecot, source, auth)

    assert refused.value.permanent
    assert len(token_server.asked) == 2
    assert token_server.token() not in str(refused.value)


def test_a_server_without_the_method_is_named(dovecot: Dovecot, token_server: TokenServer) -> None:
    wire = Wire(dovecot.port)
    wire.replaced = (b"AUTH=XOAUTH2", b"AUTH=XYZZY22")
    try:
        with pytest.raises(MailboxRefusedError, match=r"does not offer xoauth2: check watch\.auth"):
            Mailbox(dovecot.settings(auth="xoauth2", port=wire.port), make_source(token_server)).connect()
    finally:
        wire.close()


def test_a_token_about_to_end_is_replaced_before_the_next_connection(
    dovecot: Dovecot, token_server: TokenServer
) -> None:
    token_server.life = 0
    source = make_source(token_server)

    for _ in range(2):
        log_in(dovecot, source, "xoauth2")

    assert len(token_server.asked) == 2


def test_many_threads_share_one_token(token_server: TokenServer) -> None:
    source = make_source(token_server)
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(source())) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 8
    assert len(token_server.asked) == 1


def test_a_wrong_secret_is_permanent_and_is_not_repeated(dovecot: Dovecot, token_server: TokenServer) -> None:
    source = make_source(token_server, secret="een-verkeerd-geheim")

    with pytest.raises(TokenRefusedError, match=r"invalid_client.*PRIVACYBOT_OAUTH_SECRET") as refused:
        source()
    with pytest.raises(MailboxRefusedError, match="PRIVACYBOT_OAUTH_SECRET"):
        log_in(dovecot, source, "xoauth2")

    assert refused.value.permanent
    assert "verkeerd-geheim" not in str(refused.value)
    assert "AADSTS" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "headers", "body", "waits"),
    [
        (503, {"Retry-After": "120"}, b"", 120.0),
        (429, {"Retry-After": "7"}, b"{}", 7.0),
        (500, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"<html>", 0.0),
        (400, {}, b'{"error": "temporarily_unavailable"}', 0.0),
        (200, {}, b"", 0.0),
        (200, {}, b"\xff\x00 geen json", 0.0),
        (200, {}, b"[" * 60_000, 0.0),
        (200, {}, b'["access_token"]', 0.0),
        (200, {}, b'{"access_token": null}', 0.0),
        (200, {}, b'{"access_token": "twee\\r\\nregels"}', 0.0),
        (200, {}, b'{"access_token": "' + b"x" * 100_000 + b'"}', 0.0),
    ],
)
def test_what_may_pass_is_tried_again_and_no_answer_is_taken_for_a_token(
    dovecot: Dovecot, token_server: TokenServer, status: int, headers: dict[str, str], body: bytes, waits: float
) -> None:
    source = make_source(token_server)
    token_server.instead = [(status, headers, body)] * 2

    with pytest.raises(TokenError) as failed:
        source()
    with pytest.raises(MailboxLostError) as lost:
        log_in(dovecot, source, "xoauth2")

    assert not failed.value.permanent
    assert failed.value.wait_seconds == lost.value.wait_seconds == waits
    log_in(dovecot, source, "xoauth2")


@pytest.mark.parametrize("life", ['"3599"', "null", '"gauw"', "-5", "1e400"])
def test_odd_lives_are_understood_or_count_as_short(token_server: TokenServer, life: str) -> None:
    body = f'{{"access_token": "abc", "expires_in": {life}}}'.encode()
    token_server.instead = [(200, {}, body)] * 2
    source = make_source(token_server)

    assert (source(), source()) == ("abc", "abc")
    assert len(token_server.asked) == (1 if life in ('"3599"', "1e400") else 2)


def test_a_secret_is_not_carried_elsewhere(token_server: TokenServer) -> None:
    elsewhere = TokenServer(lambda: "abc")
    try:
        token_server.instead = [(307, {"Location": elsewhere.settings().token_url}, b"")]
        with pytest.raises(TokenRefusedError, match=r"correct oauth\.token_url"):
            make_source(token_server)()
        assert elsewhere.asked == []
    finally:
        elsewhere.close()


def test_a_token_server_that_is_down_or_slow_is_lost_and_found_again(
    dovecot: Dovecot, token_server: TokenServer
) -> None:
    slow = TokenSource(token_server.settings(timeout_seconds=0.2), lambda: SECRET, "info")
    down = TokenSource(token_server.settings(token_url="http://127.0.0.1:1/token"), lambda: SECRET, "info")
    token_server.hold.clear()

    for source in (slow, down):
        with pytest.raises(MailboxLostError, match=r"token server 127\.0\.0\.1 cannot be reached"):
            log_in(dovecot, source, "xoauth2")
    token_server.hold.set()

    log_in(dovecot, slow, "xoauth2")


def test_a_secret_that_is_missing_stops_this_mailbox_only(dovecot: Dovecot, token_server: TokenServer) -> None:
    def missing() -> str:
        raise SettingsError("PRIVACYBOT_OAUTH_SECRET is missing; set it")

    with pytest.raises(MailboxRefusedError, match="PRIVACYBOT_OAUTH_SECRET is missing"):
        log_in(dovecot, TokenSource(token_server.settings(), missing, "info"), "xoauth2")


def test_a_token_url_in_the_open_is_refused() -> None:
    for url in ("http://login.klant.example/token", "ftp://127.0.0.1/token", ""):
        with pytest.raises(SettingsError, match=r"oauth\.token_url"):
            TokenSource(OAuthSettings(token_url=url), lambda: SECRET, "info")


# Google: a signed statement instead of a secret


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


@pytest.mark.parametrize("as_json", [False, True])
def test_a_service_account_signs_for_whose_mailbox_it_asks(
    dovecot: Dovecot, token_server: TokenServer, private_key: rsa.RSAPrivateKey, as_json: bool
) -> None:
    secret = json.dumps({"type": "service_account", "private_key": pem(private_key)}) if as_json else pem(private_key)
    settings = token_server.settings(grant="service_account", scope="https://mail.google.com/")

    log_in(dovecot, TokenSource(settings, lambda: secret, "info@kleinboek.example"), "xoauth2")

    [asked] = token_server.asked
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    signed, _, signature = asked["assertion"].rpartition(".")
    private_key.public_key().verify(decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    head, claims = (json.loads(decoded(part)) for part in signed.split("."))
    assert head == {"alg": "RS256", "typ": "JWT"}
    assert claims["exp"] - claims.pop("iat") == 600
    claims.pop("exp")
    assert claims == {
        "iss": "de-toepassing",
        "sub": "info@kleinboek.example",
        "scope": "https://mail.google.com/",
        "aud": settings.token_url,
    }


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("secret", ["geen sleutel", "{", '{"private_key": 5}', '{"andere": "x"}', "[1]"])
def test_a_secret_that_is_no_key_is_named(token_server: TokenServer, secret: str) -> None:
    settings = token_server.settings(grant="service_account")

    with pytest.raises(TokenRefusedError, match="PRIVACYBOT_OAUTH_SECRET holds no RSA key"):
        TokenSource(settings, lambda: secret, "info")()

    assert token_server.asked == []


async def test_logs_and_reprs_hold_neither_secret_nor_token(dovecot: Dovecot, token_server: TokenServer) -> None:
    source = make_source(token_server)
    dovecot.append("INBOX", make_mail(1))

    with capture_logs() as lines:
        await Watcher(dovecot.settings(auth="xoauth2"), source, MemoryLedger(), max_bytes=10_000).sync_once()

    assert lines
    for trace in (SECRET, source()):
        assert trace not in repr(lines)
        assert trace not in repr(source) + repr(vars(source))
