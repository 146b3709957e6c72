"""Our copy in Sent: once, as read mail, and never a reason to lose an answer."""

from __future__ import annotations

import pytest
from servers.dovecot import Dovecot
from servers.wire import Wire
from structlog.testing import capture_logs
from wire_ledger import make_mail

from bot.mail.errors import MailboxLostError, MailboxRefusedError
from bot.mail.sentcopy import file_sent_copy

MESSAGE_ID = "<1@klant.example>"


async def test_a_copy_is_filed_once_as_read_mail_however_often_it_is_asked(dovecot: Dovecot) -> None:
    dovecot.append("Sent", make_mail(7))
    settings = dovecot.settings()

    filed = [await file_sent_copy(settings, lambda: dovecot.password, make_mail(1), MESSAGE_ID) for _ in range(3)]

    assert filed == [True, True, True]
    assert dovecot.mails("Sent") == [make_mail(7), make_mail(1)]
    assert dovecot.flags("Sent") == {1: (), 2: (b"\\Seen",)}


async def test_a_copy_goes_into_the_folder_that_people_named(dovecot: Dovecot) -> None:
    dovecot.append("Verzonden é", make_mail(7))

    filed = await file_sent_copy(
        dovecot.tls_settings(sent_folder="Verzonden é"), lambda: dovecot.password, make_mail(1), MESSAGE_ID
    )

    assert filed
    assert len(dovecot.mails("Verzonden é")) == 2


async def test_a_missing_sent_folder_is_said_with_its_setting(dovecot: Dovecot) -> None:
    with capture_logs() as lines:
        filed = await file_sent_copy(dovecot.settings(), lambda: dovecot.password, make_mail(1), MESSAGE_ID)

    assert not filed
    assert "watch.sent_folder" in lines[-1]["event"]
    assert "klant" not in repr(lines)


async def test_an_unreachable_mailbox_is_an_error_and_not_an_answer(dovecot: Dovecot) -> None:
    with pytest.raises(MailboxRefusedError):
        await file_sent_copy(dovecot.settings(), lambda: "fout", make_mail(1), MESSAGE_ID)
    with pytest.raises(MailboxLostError):
        await file_sent_copy(dovecot.settings(port=1), lambda: dovecot.password, make_mail(1), MESSAGE_ID)


async def test_a_copy_whose_answer_was_lost_is_there_once_when_it_is_filed_again(dovecot: Dovecot) -> None:
    dovecot.append("Sent", make_mail(7))
    wire = Wire(dovecot.port)
    wire.dropped = b"APPENDUID"
    settings = dovecot.settings(port=wire.port, timeout_seconds=5.0)
    try:
        with pytest.raises(MailboxLostError):
            await file_sent_copy(settings, lambda: dovecot.password, make_mail(1), MESSAGE_ID)
        filed = await file_sent_copy(settings, lambda: dovecot.password, make_mail(1), MESSAGE_ID)
    finally:
        wire.close()

    assert filed
    assert dovecot.mails("Sent") == [make_mail(7), make_mail(1)]
