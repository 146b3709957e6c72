"""Our own copy of an answer, filed in the Sent folder of the mailbox: the only thing we ever write there."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.mail.errors import ServerSaidNoError
from bot.mail.lines import in_thread
from bot.mail.mailbox import Mailbox
from bot.settings import WatchSettings

_log = structlog.get_logger(__name__)


async def file_sent_copy(settings: WatchSettings, password: Callable[[], str], raw: bytes, message_id: str) -> bool:
    """File `raw` as read mail, unless a mail with this Message-ID is there already: doing it twice does no harm.

    The caller hands in a copy without attachments. False, and a line in the log that names the mend,
    when the mailbox has no such folder; raises MailboxError when the mailbox cannot be reached.
    """
    mailbox = Mailbox(settings, password)
    return await in_thread(lambda: _filed(mailbox, settings.sent_folder, raw, message_id), mailbox.hang_up)


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
