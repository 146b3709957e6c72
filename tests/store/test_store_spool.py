"""Many mails at once: the same rules as for one, with a few statements for all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_builders import NOON, SANNE, add_letter, make_arrival, make_case

from bot.mail.message import Fate, ParsedMail, Report, Sender
from bot.mail.parsing import parsed
from bot.settings import ParsingSettings
from bot.store.archive import Archive, Transaction
from bot.store.blobs import CHUNK
from bot.store.errors import MissingRowError
from bot.store.records import Direction, MailVerdict
from bot.store.spool import LeftAlone
from bot.store.strangers import strangers

RAWS = [b"", b"Hoi", b"Hallo", b"x" * (CHUNK + 1), b"y" * (2 * CHUNK), b"Hoi"]


def spooled(tx: Transaction, raws: list[bytes], first: int = 1) -> list[int]:
    ids = tx.spool.store([(raw, make_arrival(uid)) for uid, raw in enumerate(raws, first)])
    return [mail_id for mail_id in ids if mail_id is not None]


def mail_from(address: str, number: int, headers: str = "") -> ParsedMail:
    raw = f"From: {address}\r\nMessage-ID: <{number}@klant.example>\r\n{headers}\r\nHoi {number}".encode()
    read = parsed(raw, ParsingSettings(), "kleinboek.example")
    assert isinstance(read, ParsedMail)
    assert isinstance(read.sender, Sender)
    return read


def test_many_mails_come_back_as_the_same_bytes(archive: Archive) -> None:
    with archive.transaction() as tx:
        ids = spooled(tx, RAWS)

        assert [tx.mails.raw(mail_id) for mail_id in ids] == RAWS
        assert tx.spool.read(ids, 100 * CHUNK) == RAWS
        assert [tx.mails.arrival(mail_id).uid for mail_id in ids] == [1, 2, 3, 4, 5, 6]


def test_of_many_mails_only_those_whose_uid_is_new_are_stored(archive: Archive) -> None:
    with archive.transaction() as tx:
        spooled(tx, [b"een", b"twee"])

        ids = tx.spool.store([(b"anders", make_arrival(uid)) for uid in (2, 3)] + [(b"smtp", make_arrival())])

        assert [mail_id is None for mail_id in ids] == [True, False, False]
        assert tx.mails.counts() == {MailVerdict.PENDING: 4}


def test_no_more_mails_are_read_than_there_is_room_for_but_always_one(archive: Archive) -> None:
    with archive.transaction() as tx:
        ids = spooled(tx, RAWS)

        assert tx.spool.read(ids[3:], 10) == RAWS[3:4]
        assert tx.spool.read(ids, 8) == RAWS[:3]
        assert tx.spool.read(ids, 7) == RAWS[:2]


def test_mails_left_alone_keep_a_hash_and_a_verdict_and_nothing_else(archive: Archive) -> None:
    with archive.transaction() as tx:
        kept, ordinary, automatic = spooled(tx, [b"blijft", b"gewoon", b"vanzelf"])

        tx.spool.leave_alone(
            [
                LeftAlone(ordinary, MailVerdict.ORDINARY, "identity a"),
                LeftAlone(automatic, MailVerdict.AUTOMATIC, "identity b"),
            ]
        )

    with archive.reading() as tx:
        assert [tx.mails.get(one).verdict for one in (ordinary, automatic)] == ["ordinary", "automatic"]
        assert [tx.mails.get(one).has_content for one in (kept, ordinary, automatic)] == [True, False, False]
        assert tx.spool.read([ordinary, kept], 100) == [None, b"blijft"]
        assert tx.spool.known_identities(["identity a", "identity c"]) == {"identity a"}
        with pytest.raises(MissingRowError):
            tx.mails.raw(automatic)


def test_a_mail_that_became_a_case_meanwhile_is_not_left_alone(archive: Archive) -> None:
    with archive.transaction() as tx:
        [mail_id] = spooled(tx, [b"Hoi"])
        tx.mails.settle(mail_id, MailVerdict.CASE, "identity", make_case(tx).id)

        tx.spool.leave_alone([LeftAlone(mail_id, MailVerdict.ORDINARY, "identity")])

        assert tx.mails.get(mail_id).verdict == MailVerdict.CASE
        assert tx.mails.raw(mail_id) == b"Hoi"


def test_whoever_touches_the_archive_is_no_stranger(archive: Archive) -> None:
    with archive.transaction() as tx:
        running = make_case(tx)
        [earlier] = spooled(tx, [b"Hoi"])
        tx.messages.add(
            running.id,
            Direction.IN,
            NOON,
            "request",
            message_id="<vraag@klant.example>",
            sender=SANNE,
            subject="",
            text="",
            facts={},
        )
        add_letter(tx, "<brief@kleinboek.example>")
        plain, copied = mail_from("joris@klant.example", 1), mail_from("joris@klant.example", 2)
        tx.mails.settle(earlier, MailVerdict.ORDINARY, copied.identity)
        tx.paper_codes.add(running.id, "straat", "hash", [], NOON, NOON)
        twin = mail_from("joris@klant.example", 7)
        mails = [
            plain,
            copied,
            mail_from(SANNE.upper(), 3),
            mail_from("joris@klant.example", 4, "In-Reply-To: <vraag@klant.example>\r\n"),
            mail_from("joris@klant.example", 5, "References: <brief@kleinboek.example>\r\n"),
            mail_from("joris@klant.example", 6, "References: <ander@elders.example>\r\n"),
            replace(
                mail_from("joris@klant.example", 8), report=Report(Fate.FAILED, envelope_id="brief@kleinboek.example")
            ),
            replace(
                mail_from("joris@klant.example", 9),
                report=Report(Fate.FAILED, message_ids=("<brief@kleinboek.example>",)),
            ),
            twin,
            twin,
            replace(mail_from("joris@klant.example", 10), subject=f"Uw code voor {running.ref}"),
        ]

        known = [False] * 4
        assert strangers(tx, mails) == [True, *known, True, False, False, False, False, False]
        assert strangers(tx, []) == []
