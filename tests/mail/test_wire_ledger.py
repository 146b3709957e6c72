"""Every UID ends as a fact: kept, in a gap, or before the start; on a real Dovecot that people change meanwhile."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from wire_ledger import MemoryLedger, make_mail

from bot.mail.errors import MailboxFolderError
from bot.mail.positions import Gap, GapReason, gaps_among
from bot.mail.watching import Watcher
from bot.settings import WatchSettings

EARLIER = datetime(2025, 6, 1, tzinfo=UTC)


def make_watcher(settings: WatchSettings, ledger: MemoryLedger) -> Watcher:
    return Watcher(settings, lambda: "een-goed-geheim", ledger, max_bytes=1_000_000)


def take_away(dovecot: Dovecot, *uids: int, to: str | None = None, source: str = "INBOX") -> None:
    """A person deletes mail for good, or moves it."""
    with dovecot.client() as person:
        person.select_folder(source)
        if to is not None:
            person.move(list(uids), to)
            return
        person.delete_messages(list(uids))
        person.expunge()


def accounted(ledger: MemoryLedger, folder: str = "INBOX") -> list[int]:
    """Every UID up to the mark, as often as the ledger accounts for it."""
    position = ledger.positions[folder]
    before = range(1, position.before_start + 1)
    missed = [uid for reason in GapReason for uid in ledger.missed(reason, folder)]
    return sorted([*before, *missed, *ledger.uids(folder)])


def test_gaps_are_what_lies_between() -> None:
    gaps = [*gaps_among([3, 4, 7], 2, 9, GapReason.GONE)]

    assert [(gap.low, gap.high) for gap in gaps] == [(2, 2), (5, 6), (8, 9)]
    assert [*gaps_among([1, 2], 1, 2, GapReason.GONE)] == []
    assert [*gaps_among([], 5, 6, GapReason.OLD)] == [Gap(5, 6, GapReason.OLD)]


async def test_mail_deleted_or_moved_away_before_it_is_read_is_a_gap(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    dovecot.append_many("INBOX", [make_mail(number) for number in range(1, 7)])
    with dovecot.client() as person:
        person.create_folder("Archief")
    watcher = make_watcher(dovecot.settings(), ledger)
    take_away(dovecot, 2)
    await watcher.sync_once()
    dovecot.append_many("INBOX", [make_mail(number) for number in range(7, 10)])
    take_away(dovecot, 7, to="Archief")
    take_away(dovecot, 8)

    await watcher.sync_once()

    assert ledger.uids() == [1, 3, 4, 5, 6, 9]
    assert ledger.missed(GapReason.OLD) == [2]
    assert ledger.missed(GapReason.GONE) == [7, 8]
    assert accounted(ledger) == [*range(1, 10)]


async def test_mail_that_vanishes_between_search_and_fetch_is_a_gap(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    dovecot.append_many("INBOX", [make_mail(number) for number in range(1, 4)])

    def delete_the_second(_mails: object) -> None:
        ledger.before_keep = None
        take_away(dovecot, 2)

    ledger.before_keep = delete_the_second
    await make_watcher(dovecot.settings(batch=1), ledger).sync_once()

    assert ledger.uids() == [1, 3]
    assert ledger.missed(GapReason.GONE) == [2]


async def test_a_last_mail_that_is_gone_is_told_after_a_second_look(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    dovecot.append("INBOX", make_mail(1))
    watcher = make_watcher(dovecot.settings(poll_seconds=0), ledger)
    await watcher.sync_once()
    dovecot.append("INBOX", make_mail(2))
    take_away(dovecot, 2)

    await watcher.sync_once()
    after_one_look = ledger.positions["INBOX"].high_water
    await watcher.sync_once()

    assert after_one_look == 1
    assert ledger.positions["INBOX"].high_water == 2
    assert ledger.missed(GapReason.GONE) == [2]


async def test_old_mail_between_new_is_a_gap_and_the_rest_lies_before_the_start(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    for number, at in enumerate([EARLIER, None, EARLIER, None, EARLIER], start=1):
        dovecot.append("INBOX", make_mail(number), at)

    await make_watcher(dovecot.settings(since=date(2026, 1, 15)), ledger).sync_once()

    assert ledger.uids() == [2, 4]
    assert ledger.missed(GapReason.OLD) == [3, 5]
    assert ledger.positions["INBOX"].before_start == 1
    assert accounted(ledger) == [1, 2, 3, 4, 5]


async def test_a_mail_moved_out_and_back_comes_again_under_its_new_uid(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    with dovecot.client() as person:
        person.create_folder("Archief")
    dovecot.append_many("INBOX", [make_mail(1), make_mail(2)])
    watcher = make_watcher(dovecot.settings(), ledger)
    await watcher.sync_once()
    take_away(dovecot, 1, to="Archief")
    take_away(dovecot, 1, to="INBOX", source="Archief")

    await watcher.sync_once()

    assert ledger.numbers() == [1, 2, 1]
    assert ledger.uids() == [1, 2, 3]
    assert accounted(ledger) == [1, 2, 3]


async def test_a_folder_that_was_read_and_is_gone_is_a_trouble_until_it_is_back(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    dovecot.append("Vragen", make_mail(1))
    watcher = make_watcher(dovecot.settings(folders=("Vragen", "INBOX")), ledger)
    await watcher.sync_once()
    with dovecot.client() as person:
        person.rename_folder("Vragen", "Vragen oud")
    dovecot.append("INBOX", make_mail(2))

    for _ in range(2):
        with pytest.raises(MailboxFolderError, match=r"no folder Vragen any more.*watch\.folders"):
            await watcher.sync_once()
    was_missing, shown = ledger.positions["Vragen"].missing, watcher.trouble
    with dovecot.client() as person:
        person.rename_folder("Vragen oud", "Vragen")
    await watcher.sync_once()

    assert was_missing
    assert shown is not None
    assert watcher.trouble is None
    assert not ledger.positions["Vragen"].missing
    assert ledger.numbers() == [1, 2]


async def test_a_server_put_back_to_a_backup_loses_no_mail_that_gets_a_uid_we_have_seen(dovecot: Dovecot) -> None:
    ledger = MemoryLedger()
    dovecot.append_many("INBOX", [make_mail(1), make_mail(2)])
    maildir = dovecot.server.maildir(dovecot.user)
    backup = maildir.with_name("backup")
    shutil.copytree(maildir, backup, symlinks=True)
    dovecot.append_many("INBOX", [make_mail(number) for number in range(3, 9)])
    watcher = make_watcher(dovecot.settings(), ledger)
    await watcher.sync_once()
    owner = maildir.stat()
    shutil.rmtree(maildir)
    shutil.copytree(backup, maildir, symlinks=True)
    give(maildir, owner.st_uid, owner.st_gid)
    dovecot.append("INBOX", make_mail(9))

    await watcher.sync_once()

    (_, first), (_, second) = ledger.starts
    assert first.uidvalidity == second.uidvalidity
    assert ledger.kept[-1][1].uid == 3
    assert ledger.numbers()[-1] == 9


def give(top: Path, uid: int, gid: int) -> None:
    for path in [top, *top.rglob("*")]:
        os.chown(path, uid, gid)
