from pathlib import Path

import pytest
from sqlalchemy import text
from store_builders import NOON, HandClock, make_arrival, make_case

from bot.cases.model import Channel
from bot.cases.work import Work
from bot.mail.positions import Gap, GapReason
from bot.store.archive import Archive, Transaction
from bot.store.blobs import CHUNK
from bot.store.errors import MissingRowError, VaultError
from bot.store.records import FolderMark, FormerFolder, MailVerdict

GOES = (MailVerdict.ORDINARY, MailVerdict.AUTOMATIC, MailVerdict.DUPLICATE)
STAYS = (MailVerdict.PENDING, MailVerdict.CASE, MailVerdict.FAILED)


def spooled(tx: Transaction, raw: bytes = b"From: sanne@klant.example\r\n\r\nHoi", uid: int | None = None) -> int:
    mail_id = tx.mails.store(raw, make_arrival(uid))
    assert mail_id is not None
    return mail_id


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK + 17])
def test_a_mail_comes_back_as_the_same_bytes(archive: Archive, size: int) -> None:
    raw = bytes(range(256)) * (size // 256 + 1)

    with archive.transaction() as tx:
        assert tx.mails.raw(spooled(tx, raw[:size])) == raw[:size]


def test_how_a_mail_arrived_is_kept(archive: Archive) -> None:
    arrival = make_arrival(uid=4_294_967_295, uidvalidity=4_294_967_295, junk=True, old=True)

    with archive.transaction() as tx:
        mail_id = tx.mails.store(b"", arrival)
        assert mail_id is not None
        assert tx.mails.arrival(mail_id) == arrival


def test_the_same_uid_is_stored_once(archive: Archive) -> None:
    with archive.transaction() as tx:
        spooled(tx, uid=5)
        assert tx.mails.store(b"again", make_arrival(5)) is None

    with archive.reading() as tx:
        assert tx.mails.counts() == {MailVerdict.PENDING: 1}


def test_the_same_uid_after_a_new_uidvalidity_or_in_another_folder_is_another_mail(archive: Archive) -> None:
    with archive.transaction() as tx:
        spooled(tx, uid=5)

        assert tx.mails.store(b"", make_arrival(5, uidvalidity=8)) is not None
        assert tx.mails.store(b"", make_arrival(5, folder="Junk")) is not None


def test_mails_that_come_by_smtp_never_count_as_the_same_uid(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = (tx.mails.store(b"", make_arrival(channel=Channel.SMTP)) for _ in range(2))

    assert first != second


@pytest.mark.parametrize("verdict", GOES)
def test_what_is_no_case_leaves_no_content(archive: Archive, verdict: MailVerdict) -> None:
    with archive.transaction() as tx:
        mail_id = spooled(tx)
        tx.mails.settle(mail_id, verdict, "identity")

    with archive.reading() as tx:
        kept = tx.mails.get(mail_id)
        assert (kept.verdict, kept.has_content) == (verdict, False)
        assert tx.mails.blob_bytes() == 0
        with pytest.raises(MissingRowError):
            tx.mails.raw(mail_id)


@pytest.mark.parametrize("verdict", STAYS)
def test_what_a_person_may_have_to_read_keeps_its_content(archive: Archive, verdict: MailVerdict) -> None:
    with archive.transaction() as tx:
        mail_id = spooled(tx, b"Hoi")
        tx.mails.settle(mail_id, verdict, None, note="too deep")
        kept = tx.mails.get(mail_id)

        assert tx.mails.raw(mail_id) == b"Hoi"
        assert (kept.has_content, kept.note) == (True, "too deep")


def test_a_settlement_that_is_rolled_back_keeps_the_content(archive: Archive) -> None:
    with archive.transaction() as tx:
        mail_id = spooled(tx, b"Hoi")

    def fail() -> None:
        with archive.transaction() as tx:
            tx.mails.settle(mail_id, MailVerdict.ORDINARY, "identity")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with archive.reading() as tx:
        assert tx.mails.raw(mail_id) == b"Hoi"


def test_the_bytes_of_an_ordinary_mail_are_in_no_file_of_sqlite_afterwards(
    sqlite_archive: Archive, tmp_path: Path
) -> None:
    with sqlite_archive.transaction() as tx:
        kept, gone = spooled(tx, b"x" * 100_000), spooled(tx, b"y" * 100_000)
        sealed = _sealed_chunks(tx)
    with sqlite_archive.transaction() as tx:
        tx.mails.settle(gone, MailVerdict.ORDINARY, "identity")

    sqlite_archive.tidy()

    left = b"".join(path.read_bytes() for path in tmp_path.glob("archive.db*"))
    assert _traces(sealed[kept], left) > 1_000  # so that the look-out is known to see something
    assert _traces(sealed[gone], left) == 0


def _traces(sealed: bytes, left: bytes) -> int:
    return sum(sealed[at : at + 64] in left for at in range(0, len(sealed), 64))


def _sealed_chunks(tx: Transaction) -> dict[int, bytes]:
    found = tx.mails.bench.connection.execute(
        text("SELECT mails.id, sealed FROM mails JOIN blob_chunks ON blob_chunks.blob_id = mails.blob_id")
    )
    return {row.id: row.sealed for row in found}


def test_forgetting_content_twice_is_no_error(archive: Archive) -> None:
    with archive.transaction() as tx:
        mail_id = spooled(tx)
        tx.mails.forget_content(mail_id)
        tx.mails.forget_content(mail_id)

        assert not tx.mails.get(mail_id).has_content


def test_the_earlier_mail_of_the_same_identity_is_found_with_its_case(archive: Archive) -> None:
    with archive.transaction() as tx:
        case = make_case(tx)
        first, second, third = (spooled(tx, uid=number) for number in range(1, 4))
        tx.mails.settle(first, MailVerdict.CASE, "abc", case.id)
        tx.mails.settle(second, MailVerdict.CASE, "other", case.id)

        earlier = tx.mails.earlier_with_identity("abc", third)

        assert earlier is not None
        assert (earlier.id, earlier.case_id) == (first, case.id)
        assert tx.mails.earlier_with_identity("abc", first) is None
        assert tx.mails.earlier_with_identity("other", first).id == second  # type: ignore[union-attr]
        assert tx.mails.earlier_with_identity("unheard of", third) is None


def test_a_duplicate_is_never_the_mail_that_others_are_duplicates_of(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = (spooled(tx, uid=number) for number in (1, 2))
        tx.mails.settle(first, MailVerdict.DUPLICATE, "abc")

        assert tx.mails.earlier_with_identity("abc", second) is None


def test_what_nobody_decided_about_is_pending_oldest_first(archive: Archive) -> None:
    with archive.transaction() as tx:
        mails = [spooled(tx, uid=number) for number in (9, 3, 5)]
        tx.mails.settle(mails[1], MailVerdict.ORDINARY, "b")

        assert tx.mails.pending() == (mails[0], mails[2])
        assert tx.mails.counts() == {MailVerdict.PENDING: 2, MailVerdict.ORDINARY: 1}


def test_every_uid_of_a_folder_is_listed_with_its_verdict(archive: Archive) -> None:
    with archive.transaction() as tx:
        for number in (9, 3):
            spooled(tx, uid=number)
        tx.mails.store(b"", make_arrival(4, folder="Junk"))
        tx.mails.settle(1, MailVerdict.AUTOMATIC, "a")

        assert list(tx.mails.uids("info", "INBOX", 7)) == [(3, MailVerdict.PENDING), (9, MailVerdict.AUTOMATIC)]
        assert list(tx.mails.uids("info", "INBOX", 8)) == []


def test_a_chunk_that_was_moved_to_another_mail_is_refused(archive: Archive) -> None:
    with archive.transaction() as tx:
        first, second = spooled(tx, b"from Sanne"), spooled(tx, b"from Joris")
        run = tx.mails.bench.connection.execute
        run(
            text("UPDATE blob_chunks SET sealed = (SELECT sealed FROM blob_chunks WHERE blob_id = 1) WHERE blob_id = 2")
        )

        assert tx.mails.raw(first) == b"from Sanne"
        with pytest.raises(VaultError):
            tx.mails.raw(second)


def test_a_mail_of_which_a_piece_is_missing_is_refused(archive: Archive) -> None:
    with archive.transaction() as tx:
        mail_id = spooled(tx, b"x" * (CHUNK + 1))
        tx.mails.bench.connection.execute(text("DELETE FROM blob_chunks WHERE seq = 1"))
        with pytest.raises(MissingRowError):
            tx.mails.raw(mail_id)

        tx.mails.bench.connection.execute(text("UPDATE blobs SET chunks = 1"))
        with pytest.raises(VaultError, match="bytes long"):
            tx.mails.raw(mail_id)


def test_a_folder_is_marked_in_the_transaction_that_stored_its_mail(archive: Archive) -> None:
    mark = FolderMark("info", "INBOX", 7, 12, 3, NOON)

    with archive.transaction() as tx:
        assert tx.folders.mark("info", "INBOX") is None
        tx.folders.set(FolderMark("info", "INBOX", 6, 99, 0))
        tx.folders.set(mark)

    with archive.reading() as tx:
        assert tx.folders.mark("info", "INBOX") == mark
        assert tx.folders.mark("info", "Junk") is None
        assert tx.folders.all() == (mark,)


def test_a_folder_begun_anew_becomes_history_and_its_gaps_go(archive: Archive, clock: HandClock) -> None:
    before = FolderMark("info", "INBOX", 7, 12, 3, NOON)
    anew = FolderMark("info", "INBOX", 8, 0, 0, NOON)
    other = FolderMark("info", "Junk", 7, 9, 0, NOON)

    with archive.transaction() as tx:
        for mark in (before, other):
            tx.folders.begin(mark, uid_next=mark.high_water + 1)
            tx.folders.note_gaps(mark, [Gap(4, 5, GapReason.GONE), Gap(8, 8, GapReason.OLD)])
        gaps = tx.folders.gaps("info", "INBOX", 7)
        tx.folders.begin(anew, uid_next=1)

    assert [(gap.low, gap.high, gap.reason) for gap in gaps] == [(4, 5, GapReason.GONE), (8, 8, GapReason.OLD)]
    with archive.reading() as tx:
        assert tx.folders.former() == (FormerFolder("info", "INBOX", 7, 12, 3, clock()),)
        assert tx.folders.mark("info", "INBOX") == anew
        assert tx.folders.gaps("info", "INBOX", 7) == gaps  # history keeps its gaps; another life has its own
        assert tx.folders.gaps("info", "INBOX", 8) == ()
        assert len(tx.folders.gaps("info", "Junk", 7)) == 2


def test_a_server_that_went_back_gives_its_uids_to_other_mail(archive: Archive) -> None:
    mark = FolderMark("info", "INBOX", 7, 12, 0, NOON)
    with archive.transaction() as tx:
        tx.folders.begin(mark, uid_next=13)
        for uid in (3, 9):
            spooled(tx, uid=uid)
        tx.folders.note_gaps(mark, [Gap(4, 8, GapReason.GONE)])

        tx.folders.begin(FolderMark("info", "INBOX", 7, 5, 0, NOON), uid_next=6)

        assert list(tx.mails.uids("info", "INBOX", 7)) == [(3, MailVerdict.PENDING)]
        assert tx.folders.gaps("info", "INBOX", 7) == ()
        assert spooled(tx, uid=9) is not None
        assert tx.mails.store(b"", make_arrival(3)) is None


@pytest.mark.parametrize("work", [Work.TAKE_IN, Work.TAKE_IN_TOP, Work.SECOND_OPINION])
def test_an_undecided_mail_is_stuck_only_where_no_work_goes_on_that_decides(archive: Archive, work: Work) -> None:
    place = make_arrival(uid=1)
    assert place.mailbox is not None
    assert place.folder is not None
    assert place.uidvalidity is not None
    with archive.transaction() as tx:
        worked, left = spooled(tx, uid=1), spooled(tx, uid=2)
        tx.jobs.defer(work, worked)
        tx.jobs.defer(Work.PUT_AWAY, left)

        _, stuck = tx.mails.between(place.mailbox, place.folder, place.uidvalidity, 1, 2)

    assert stuck == {2}
