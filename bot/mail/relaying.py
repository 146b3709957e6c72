"""Handing a mail on, unchanged, to the mail server behind us."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass

import aiosmtplib
from aiosmtplib.errors import SMTPException

from bot.mail.smtpline import let_go
from bot.mail.trust import is_loopback
from bot.settings import SettingsError


def host_and_port(relay_to: str) -> tuple[str, int]:
    """The two halves of "host:port". Raises SettingsError."""
    host, colon, port = relay_to.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise SettingsError('receiver.relay_to must be "host:port" when receiver.mode is "relay"')
    return host.strip("[]"), int(port)


@dataclass(frozen=True, slots=True)
class Relay:
    """The next mail server, to which mail goes on unchanged."""

    host: str
    port: int
    timeout_seconds: float

    async def hand_on(self, raw: bytes, sender: str, to: str) -> None:
        """Return when the next server said 250; raises SMTPException or OSError.

        Another machine must offer STARTTLS; its certificate is not checked, as between mail servers. Bare line breaks
        become CRLF before dots are doubled, so that no mail can end early at a server that reads them otherwise.
        """
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.timeout_seconds,
            local_hostname="[127.0.0.1]",
            start_tls=None if is_loopback(self.host) else True,
            tls_context=_unproven(),
        )
        await client.connect()
        transport = client.transport
        try:
            options = _mail_options(client, raw, f"{sender}{to}")
            await client.mail(sender, options=options, encoding="utf-8")
            await client.rcpt(to, encoding="utf-8")
            await client.data(raw)
            with contextlib.suppress(SMTPException, OSError):
                await client.quit()
        finally:
            client.close()
            await let_go(transport)


def _mail_options(client: aiosmtplib.SMTP, raw: bytes, addresses: str) -> list[str]:
    """What the next server must be told so that it takes the mail as it is (RFC 6152, RFC 6531)."""
    eight_bit = not raw.isascii() and client.supports_extension("8bitmime")
    return ["BODY=8BITMIME"] * eight_bit + ["SMTPUTF8"] * (not addresses.isascii())


def _unproven() -> ssl.SSLContext:
    """Encrypted, to whoever answers: the next hop's certificate rarely bears the name by which we know it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
