"""Mails found in files: what holds mail, and where one mail ends and the next begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.mail.mailfiles import files_under, holds_mail, mails_in

MAIL = b"From: sanne@klant.example\nSubject: Vraag\n\nMag ik mijn gegevens?\n"


def names(place: Path) -> list[str]:
    return [str(path.relative_to(place)) for path in files_under(place)]


def test_folders_are_walked_by_name_and_what_cannot_be_opened_is_among_the_files(tmp_path: Path) -> None:
    for name in ("b/2.eml", "a/1.eml", ".git/config"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(MAIL)
    (tmp_path / "weg.eml").symlink_to(tmp_path / "nergens")

    assert names(tmp_path) == ["weg.eml", "a/1.eml", "b/2.eml"]
    assert list(files_under(tmp_path / "a" / "1.eml")) == [tmp_path / "a" / "1.eml"]


def test_what_the_system_does_not_even_let_us_look_at_is_among_the_files_and_opening_it_fails(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(MAIL)
    (tmp_path / "2.eml").symlink_to("x" * 300)
    (tmp_path / "3.eml").write_bytes(MAIL)

    assert names(tmp_path) == ["1.eml", "2.eml", "3.eml"]
    assert list(files_under(tmp_path / "2.eml")) == [tmp_path / "2.eml"]
    with pytest.raises(OSError, match="too long"):
        list(mails_in(tmp_path / "2.eml", 10_000))


def test_a_mail_that_is_still_being_delivered_to_a_maildir_is_left_out(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp", ".Archief/cur", ".Archief/new", ".Archief/tmp", "los/tmp"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "1:2,S").write_bytes(MAIL)

    assert sorted(names(tmp_path)) == [
        *(".Archief/cur/1:2,S", ".Archief/new/1:2,S", "cur/1:2,S"),
        *("los/tmp/1:2,S", "new/1:2,S"),
    ]


def test_mail_is_known_by_its_name_its_maildir_or_its_first_lines(tmp_path: Path) -> None:
    for name in ("cur", "new"):
        (tmp_path / name).mkdir()
    files = {
        "leeg.eml": (b"", True),
        "POST.MBOX": (b"", True),
        "cur/1": (b"", True),
        "zonder_naam": (MAIL, True),
        "uit_postvak": (b"From sanne Thu Jan  1 00:00:00 1970\nSubject: x\n\nHallo\n", True),
        "lijst.json": (b'{"From": 1}\n', False),
        "brief.txt": (b"Let op: dit is geen mail.\n\nFrom nergens.\n", False),
        "dovecot-uidlist": (b"3 V1275660208 N25 Gf8\n1 :1.M1P2\n", False),
    }
    for name, (content, _) in files.items():
        (tmp_path / name).write_bytes(content)

    assert {name: holds_mail(tmp_path / name) for name in files} == {name: mail for name, (_, mail) in files.items()}


def test_a_mailbox_is_cut_at_its_envelope_lines_alone(tmp_path: Path) -> None:
    box = tmp_path / "post.mbox"
    box.write_bytes(
        b"From sanne Thu Jan  1 00:00:00 1970\n" + MAIL + b"From hier ging het mis.\n\n>From mijn kant is dat goed.\n\n"
        b"From joris Thu Jan  1 00:00:00 1970\r\n" + MAIL.replace(b"\n", b"\r\n")
    )

    found = list(mails_in(box, 10_000))

    assert [which for which, _ in found] == ["#1", "#2"]
    assert found[0][1] == MAIL + b"From hier ging het mis.\n\nFrom mijn kant is dat goed.\n\n"
    assert found[1][1] == MAIL.replace(b"\n", b"\r\n")


def test_of_a_mail_within_the_limit_nothing_is_lost_for_the_marks_that_a_mailbox_adds(tmp_path: Path) -> None:
    mail = MAIL + b"From mij\n" * 20 + b"Dank u wel.\n"
    box = tmp_path / "post.mbox"
    box.write_bytes(b"From a\n" + mail.replace(b"From mij", b">From mij") + b"\nFrom b\n" + MAIL)

    found = [raw for _, raw in mails_in(box, len(mail) + 1)]

    assert found == [mail + b"\n", MAIL]


def test_one_mail_below_an_envelope_line_is_one_mail(tmp_path: Path) -> None:
    mail = tmp_path / "een.eml"
    mail.write_bytes(b"From sanne Thu Jan  1 00:00:00 1970\n" + MAIL)

    assert list(mails_in(mail, 10_000)) == [("", mail.read_bytes())]


@pytest.mark.parametrize("mailbox", [False, True])
def test_of_a_mail_over_the_limit_no_more_is_kept_than_shows_that(tmp_path: Path, mailbox: bool) -> None:
    long = b"Subject: lang\n\n" + b"x" * 1_000_000 + b"\n"
    file = tmp_path / "lang"
    file.write_bytes(b"From a\n" + long + b"\nFrom b\n" + MAIL if mailbox else long)

    found = [raw for _, raw in mails_in(file, 1000)]

    assert 1000 < len(found[0]) < 100_000
    assert found[1:] == ([MAIL] if mailbox else [])
