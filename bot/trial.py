"""A trial: one mail of our own, sent the way letters leave and looked for where mail comes in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat

from bot.cases.draft import Block
from bot.cases.letters import LetterKind
from bot.dispatch import PAUSED
from bot.mail.accounting import WatchedMailbox
from bot.mail.errors import AddressError, MailboxError, ServerSaidNoError
from bot.mail.lines import Bell, Line, in_thread
from bot.mail.mailbox import Mailbox
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
_LONGEST_PAUSE_SECONDS = 5.0
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
            found = await _first_found(rooms, mail)
    except TimeoutError:
        yield step("arrived", _missing(rooms, wait_seconds), ok=False)
    else:
        yield step("arrived", found.text, ok=found.ok)


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


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the mail is, or why that cannot be seen."""

    text: str
    ok: bool = True


async def _first_found(rooms: Rooms, mail: PreparedMail) -> _Found:
    """What is known first of all places where it may come in. Waits for ever where nothing ever is."""
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(_in_mailbox(box, mail.message_id)) for box in rooms.mailboxes]
        if rooms.settings.receiver.enabled:
            looks.append(group.create_task(_taken_in(rooms, mail)))
        known, _ = await asyncio.wait(looks, return_when=asyncio.FIRST_COMPLETED)
        for look in looks:
            look.cancel()
    return next(look.result() for look in looks if look in known)


def _pauses() -> Iterator[float]:
    """Seconds between looks: short at first, for most mail comes at once."""
    return chain((0.25, 0.5, 1.0, 2.0), repeat(_LONGEST_PAUSE_SECONDS))


async def _taken_in(rooms: Rooms, mail: PreparedMail) -> _Found:
    identity = await asyncio.to_thread(_identity, rooms, mail)
    for pause in _pauses():
        if await asyncio.to_thread(_in_ledger, rooms, identity):
            break
        await asyncio.sleep(pause)
    return _Found("taken in by [receiver], and known as our own")


def _identity(rooms: Rooms, mail: PreparedMail) -> str:
    read = rooms.reader(mail.raw).mail
    assert isinstance(read, ParsedMail)
    return read.identity


async def _in_mailbox(box: WatchedMailbox, message_id: str) -> _Found:
    """Logs in once, and looks again over that connection."""
    bell = Bell()
    line = Line(bell)
    try:
        folder = await in_thread(lambda: _folder_with(box, line, bell, message_id), line.stop)
    except MailboxError as trouble:
        return _Found(str(trouble), ok=False)
    junk = folder.casefold() in {name.casefold() for name in box.settings.junk_folders}
    return _Found(f"in {folder} of {box.settings.host}" + (" (taken for spam: let it be trusted)" if junk else ""))


def _folder_with(box: WatchedMailbox, line: Line, bell: Bell, message_id: str) -> str:
    """Looks until it is there; another thread may stop the line. Raises MailboxError."""
    with line.connected(box.connection()) as connection:
        for pause in _pauses():
            for folder in box.settings.folders:
                if _holds(connection, folder, message_id):
                    return folder
            bell.wait_for_stop(pause)
    raise AssertionError("the pauses have no end")


def _holds(connection: Mailbox, folder: str, message_id: str) -> bool:
    try:
        connection.examine(folder)
    except ServerSaidNoError:
        return False  # `doctor` names folders that are not there
    return bool(connection.uids_with_message_id(message_id))


def _in_ledger(rooms: Rooms, identity: str) -> bool:
    with rooms.archive.reading() as tx:
        return tx.mails.earlier_with_identity(identity, 0) is not None


def _missing(rooms: Rooms, wait_seconds: float) -> str:
    where = " and ".join(f"{', '.join(box.settings.folders)} of {box.settings.host}" for box in rooms.mailboxes)
    looked = f"not in {where}" if where else "not taken in by [receiver]; the service must run for that"
    return f"{looked} after {wait_seconds:g} s: look for a rule, filter or queue between the two servers"
