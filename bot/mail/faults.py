"""The faults of an IMAP connection, in our own names: the server is gone, refused, is busy, or cannot be trusted."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
from collections.abc import Iterator

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from bot.mail.errors import (
    MailboxError,
    MailboxLostError,
    MailboxRefusedError,
    ServerBusyError,
    ServerSaidNoError,
    UntrustedServerError,
)
from bot.mail.pacing import asked_wait
from bot.mail.trust import certificate_trouble
from bot.settings import SettingsError


@contextlib.contextmanager
def at_the_door(host: str, table: str, *, opening: bool = False) -> Iterator[None]:
    """Foreign exceptions end here. Their texts may quote mail, so ours name only the kind of fault.

    `table` is the mailbox's table among the settings; while `opening`, a bad certificate is named as such.
    """
    try:
        yield
    except MailboxError:
        raise
    except SettingsError as wrong:
        raise MailboxRefusedError(str(wrong)) from None
    except Exception as fault:
        if opening and (trouble := _tls_trouble(fault, host, table)):
            raise UntrustedServerError(trouble) from fault
        raise _named(fault, host) from fault


def _tls_trouble(fault: Exception, host: str, table: str) -> str | None:
    """What a person must mend; None where the server only hung up in the middle of the handshake."""
    hung_up = ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError
    return None if isinstance(fault, hung_up) else certificate_trouble(fault, host, table)


def _named(fault: Exception, host: str) -> MailboxError:
    """Our name for a foreign fault. `str(fault)` holds the words of the server, a BYE among them."""
    if _is_an_answer(fault) and (wait := asked_wait(str(fault))):
        return ServerBusyError(f"{host} asks us to come back later", wait_seconds=wait)
    if _is_plain_no(fault):
        return ServerSaidNoError(f"{host} refused a command")
    if isinstance(fault, TimeoutError):
        return MailboxLostError(f"{host} did not answer in time")
    if isinstance(fault, OSError):
        return MailboxLostError(f"no connection to {host}: {fault.strerror or type(fault).__name__}")
    return MailboxLostError(f"the connection to {host} ended ({type(fault).__name__})")


def _is_an_answer(fault: Exception) -> bool:
    """Words of the server's own, and not bytes that we could not make out, which may be those of a mail."""
    return isinstance(fault, IMAPClientError | imaplib.IMAP4.error) and not str(fault).startswith("un")


def _is_plain_no(fault: Exception) -> bool:
    """A NO or BAD from a server that is still there. imapclient turns a lost connection at login into LoginError."""
    if isinstance(fault, LoginError) and isinstance(fault.__context__, IMAPClientAbortError):
        return False
    return isinstance(fault, IMAPClientError | imaplib.IMAP4.error) and not isinstance(fault, imaplib.IMAP4.abort)
