"""A trial: one mail of our own, sent the way letters leave and looked for where mail comes in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.dispatch import PAUSED
from bot.mail.accounting import WatchedMailbox
from bot.mail.errors import AddressError, MailboxError, ServerSaidNoError
from bot.mail.message import ParsedMail
from bot.mail.outgoing import plain_address
from bot.replies.mailing import PreparedMail, Thread
from bot.rooms import Rooms
from bot.settings import SettingsError
from bot.store.records import OutboxState, OutgoingLetter

_SUBJECT = "Proefbericht van privacybot"
_WORDS = Block(
    "test",
    "Dit is een proefbericht van privacybot, verstuurd met `privacybot testmail`.\n"
    "Het hoort bij geen zaak; u hoeft niets te doen.",
)
_LOOK_SECONDS = 1.0
_OWN_HANDS = timedelta(days=1)  # so long the service leaves the mail to us


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was tried, and how long after the start of all it was known."""

    name: str
    ok: bool
    text: str
    seconds: float


async def trial(rooms: Rooms, to: str | None, wait_seconds: float) -> AsyncIterator[Step]:
    """Each step as soon as it is known; the first that fails is the last. Raises SettingsError for a wrong address."""
    began = time.monotonic()

    def step(name: str, text: str, *, ok: bool = True) -> Step:
        return Step(name, ok, text, round(time.monotonic() - began, 2))

    address = to or rooms.settings.organisation.address
    mail = await asyncio.to_thread(_made, rooms, address)
    yield step("made", f"Message-ID {mail.message_id}")
    if trouble := await _sent(rooms, mail):
        yield step("sent", trouble, ok=False)
        return
    send = rooms.settings.send
    yield step("sent", f"{send.host}:{send.port} took it")
    if not _comes_here(rooms, address):
        yield step("arrived", "not looked for: mail to this address does not come in here")
        return
    try:
        async with asyncio.timeout(wait_seconds):
            where = await _arrived(rooms, mail)
    except TimeoutError:
        yield step("arrived", _missing(rooms, wait_seconds), ok=False)
    except MailboxError as trouble_there:
        yield step("arrived", str(trouble_there), ok=False)
    else:
        yield step("arrived", where)


def _made(rooms: Rooms, to: str) -> PreparedMail:
    try:
        plain_address(to)
    except AddressError:
        raise SettingsError("--to must be one plain mail address, such as info@kleinboek.nl") from None
    with rooms.archive.reading() as tx:
        if tx.meta.get(PAUSED):
            raise SettingsError("sending is paused; let it go on first: privacybot resume sending")
    return rooms.mailroom.automatic(_SUBJECT, [_WORDS], to, Thread())


async def _sent(rooms: Rooms, mail: PreparedMail) -> str | None:
    """Through the one gate; what went wrong, with its mend."""
    letter = await asyncio.to_thread(_queued, rooms, mail)
    accepted = await rooms.dispatch.send(letter)
    after = await asyncio.to_thread(_over, rooms, letter.id)
    if accepted:
        return None
    if after.state is OutboxState.UNKNOWN:
        return "the mail server did not answer after the whole mail: look whether it arrived, then try again"
    return f"{after.trouble or 'it could not be sent'}; see `privacybot doctor`"


def _queued(rooms: Rooms, mail: PreparedMail) -> OutgoingLetter:
    with rooms.archive.transaction() as tx:
        letter_id = tx.outbox.add(
            case_id=None,
            draft_id=None,
            letter=LetterKind.TEST_MAIL,
            to=mail.to,
            message_id=mail.message_id,
            raw=mail.raw,
            state=OutboxState.READY,
            not_before=rooms.clock() + _OWN_HANDS,
        )
        return tx.outbox.get(letter_id)


def _over(rooms: Rooms, letter_id: int) -> OutgoingLetter:
    """How it ended; what was only put off is not tried again."""
    with rooms.archive.transaction() as tx:
        tx.outbox.cancel(letter_id)
        return tx.outbox.get(letter_id)


# Where mail comes in


def _comes_here(rooms: Rooms, address: str) -> bool:
    settings = rooms.settings
    if not settings.watched and not settings.receiver.enabled:
        return False
    ours = {settings.organisation.address, *settings.receiver.recipients, *(box.user for box in settings.watched)}
    return address.lower() in {each.lower() for each in ours}


async def _arrived(rooms: Rooms, mail: PreparedMail) -> str:
    """Where it is, once it is there. Raises MailboxError."""
    identity = await asyncio.to_thread(_identity, rooms, mail)
    while True:
        for box in rooms.mailboxes:
            if folder := await asyncio.to_thread(_folder_with, box, mail.message_id):
                junk = folder.casefold() in {name.casefold() for name in box.settings.junk_folders}
                return f"in {folder} of {box.settings.host}" + (" (taken for spam: let it be trusted)" if junk else "")
        if rooms.settings.receiver.enabled and await asyncio.to_thread(_in_ledger, rooms, identity):
            return "taken in by [receiver], and known as our own"
        await asyncio.sleep(_LOOK_SECONDS)


def _identity(rooms: Rooms, mail: PreparedMail) -> str:
    read = rooms.reader(mail.raw).mail
    assert isinstance(read, ParsedMail)
    return read.identity


def _folder_with(box: WatchedMailbox, message_id: str) -> str | None:
    with box.connection() as connection:
        for folder in box.settings.folders:
            try:
                connection.examine(folder)
            except ServerSaidNoError:
                continue  # `doctor` names folders that are not there
            if connection.uids_with_message_id(message_id):
                return folder
    return None


def _in_ledger(rooms: Rooms, identity: str) -> bool:
    with rooms.archive.reading() as tx:
        return tx.mails.earlier_with_identity(identity, 0) is not None


def _missing(rooms: Rooms, wait_seconds: float) -> str:
    where = " and ".join(f"{', '.join(box.settings.folders)} of {box.settings.host}" for box in rooms.mailboxes)
    looked = f"not in {where}" if where else "not taken in by [receiver]; the service must run for that"
    return f"{looked} after {wait_seconds:g} s: look for a rule, filter or queue between the two servers"
