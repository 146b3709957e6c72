"""Our own copy of an answer, filed in the Sent folder of the mailbox: the only thing we ever write there."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
from collections.abc import Callable
from email.message import Message

import structlog

from bot.mail.errors import ServerSaidNoError
from bot.mail.mailbox import Mailbox
from bot.mail.outgoing import quoted_printable
from bot.settings import WatchSettings

_log = structlog.get_logger(__name__)


async def file_sent_copy(settings: WatchSettings, password: Callable[[], str], raw: bytes, message_id: str) -> bool:
    """File `raw` as read mail, unless a mail with this Message-ID is there already: doing it twice does no harm.

    The caller hands in a copy without attachments (`without_files`). False, and a line in the log that names the mend,
    when the mailbox has no such folder; raises MailboxError when the mailbox cannot be reached.
    """
    mailbox = Mailbox(settings, password)
    filing = asyncio.get_running_loop().run_in_executor(None, _filed, mailbox, settings.sent_folder, raw, message_id)
    try:
        return await asyncio.shield(filing)
    except asyncio.CancelledError:
        mailbox.hang_up()
        await asyncio.wait([filing])
        raise


def without_files(raw: bytes) -> bytes:
    """One of our own mails as it goes into Sent: the name, size and SHA-256 of each file in place of the file."""
    mail: Message = email.message_from_bytes(raw, policy=email.policy.compat32)
    parts = mail.get_payload()
    if not isinstance(parts, list):
        return raw
    text, *files = (part for part in parts if isinstance(part, Message))
    body = _bytes_of(text).decode("utf-8", "replace") + "".join(f"\r\n{_line_about(file)}" for file in files) + "\r\n"
    header, _, _ = raw.partition(b"\r\n\r\n")
    kept, _, _ = header.partition(b"\r\nContent-Type: ")  # the last field of our own multipart header
    plain = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable'
    return kept + b"\r\n" + plain + b"\r\n\r\n" + quoted_printable(body)


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _line_about(file: Message) -> str:
    content = _bytes_of(file)
    return f"[{file.get_filename()}, {len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}]"


def _filed(mailbox: Mailbox, folder: str, raw: bytes, message_id: str) -> bool:
    if b"\0" in raw:
        raise ValueError("a mail holds no NUL")
    with mailbox:
        try:
            mailbox.examine(folder)
        except ServerSaidNoError:
            if mailbox.folder_exists(folder):
                raise
            _log.error("the Sent folder does not exist: correct watch.sent_folder or make it", folder=folder)
            return False
        if not mailbox.uids_with_message_id(message_id):
            mailbox.append(folder, raw, [b"\\Seen"])
        return True
