"""The calendar, as a file and at its secret address, holds the dates of open cases, and nobody."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from servers.desk import desk, office_with_pages
from servers.office import Office
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs


async def test_the_calendar_file_has_both_dates_and_names_nobody(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    sanne = office.people.sanne.address
    office.write(sanne, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    await office.step()

    office.cli("calendar", "--out", str(tmp_path / "termijnen.ics"))

    feed = (tmp_path / "termijnen.ics").read_text(encoding="utf-8")
    assert "DTSTART;VALUE=DATE:20261224" in feed
    assert "DTSTART;VALUE=DATE:20261228" in feed
    assert "(inzage)" in feed
    assert sanne not in feed


def test_a_calendar_file_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)

    said = office.cli("calendar", "--out", str(tmp_path / "nergens" / "termijnen.ics"), fails=True)

    assert "termijnen.ics cannot be written" in said
    assert "Traceback" not in said


def _new_link(office: Office) -> str:
    """The path of the secret address that Fatima has just made."""
    said = office.cli("calendar", "--link", "--as", "fatima")
    assert "give it to every colleague" in said
    return urlsplit(said.split()[0]).path


def _archive(office: Office) -> str:
    """A digest of all that the archive holds."""
    with closing(sqlite3.connect(office.env["DATABASE_URL"].removeprefix("sqlite:///"))) as archive:
        return hashlib.sha256("\n".join(archive.iterdump()).encode()).hexdigest()


async def test_a_calendar_program_fetches_the_terms_at_a_secret_address_and_nobody_in_them(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = office_with_pages(tmp_path, smtp_sink)
    sanne = office.people.sanne
    office.write(sanne.address, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    await office.step()
    path = _new_link(office)
    before = _archive(office)

    with capture_logs() as lines:
        async with desk(office) as visitor:
            feed = await visitor.get(path)
            again = await visitor.get(path)

    assert (feed.status, feed.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert feed.headers["cache-control"] == "no-store"
    assert "noindex" in feed.headers["x-robots-tag"]
    assert "DTSTART;VALUE=DATE:20261224" in feed.text
    assert "DTSTART;VALUE=DATE:20261228" in feed.text
    assert office.cases()[0]["ref"] in feed.text
    assert again.status == 200
    for known in (sanne.address, sanne.name, sanne.customer_number):
        assert known not in feed.text
    assert _archive(office) == before
    assert path.removeprefix("/agenda/") not in str(lines)


async def test_only_the_newest_address_opens_and_only_staff_make_one(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = office_with_pages(tmp_path, smtp_sink)
    office.cli("user", "add", "lex", "--role", "lezer")
    never = f"/agenda/{'0' * 32}.ics"

    async with desk(office) as visitor:
        assert (await visitor.get(never)).status == 404
        first = _new_link(office)
        assert (await visitor.get(first)).status == 200
        second = _new_link(office)
        assert "lezer" in office.cli("calendar", "--link", "--as", "lex", fails=True)
        answers = [await visitor.get(path) for path in (first, never, "/agenda/.ics", second[:-5] + ".ics")]
        opened = await visitor.get(second)
        posted = await visitor.get(second, method="POST")

    assert first != second
    assert [(answer.status, answer.content) for answer in answers] == [(404, b"Not Found\n")] * 4
    assert opened.status == 200
    assert posted.status == 405
    assert second.removeprefix("/agenda/").removesuffix(".ics") not in _events(office)
    assert _events(office).count("agenda_link_made") == 2


async def test_a_closed_address_opens_nothing_and_who_disables_a_user_is_told_of_an_open_one(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = office_with_pages(tmp_path, smtp_sink)
    office.cli("user", "add", "lex", "--role", "lezer")
    assert "agenda-adres" not in office.cli("user", "disable", "lex")
    path = _new_link(office)
    assert "calendar --unlink" in office.cli("user", "disable", "lex")
    assert "agenda-adres" not in office.cli("user", "enable", "lex")
    assert "lezer" in office.cli("calendar", "--unlink", "--as", "lex", fails=True)

    async with desk(office) as visitor:
        assert (await visitor.get(path)).status == 200
        office.cli("calendar", "--unlink", "--as", "fatima")
        assert (await visitor.get(path)).status == 404

    assert "no address to close" in office.cli("calendar", "--unlink", "--as", "fatima", fails=True)
    assert "agenda-adres" not in office.cli("user", "disable", "lex")
    assert _events(office).count("agenda_link_closed") == 1


async def test_who_tries_too_many_addresses_is_let_in_no_more(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = office_with_pages(tmp_path, smtp_sink, PAGES__PER_CLIENT="1")

    async with desk(office) as visitor:
        tried = [await visitor.get(f"/agenda/{number:032x}.ics") for number in (1, 2)]

    assert [page.status for page in tried] == [404, 429]
    assert tried[1].headers["retry-after"] == "60"


async def test_a_case_that_does_not_open_stands_at_today_and_costs_no_other_its_dates(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = office_with_pages(tmp_path, smtp_sink)
    for person in (office.people.sanne, office.people.joris):
        office.write(person.address, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
        await office.step()
    damaged, sound = sorted(str(case["ref"]) for case in office.cases())
    path = _new_link(office)
    _damage(office, damaged)

    with capture_logs() as lines:
        async with desk(office) as visitor:
            feed = await visitor.get(path)
    said = office.cli("calendar", "--out", str(tmp_path / "termijnen.ics"))

    assert feed.status == 200
    for text in (feed.text, (tmp_path / "termijnen.ics").read_text(encoding="utf-8")):
        titles = sorted({line for line in text.splitlines() if line.startswith("SUMMARY:")})
        assert titles == [
            f"SUMMARY:Niet te lezen: zaak {damaged} (bewaak de termijn zelf)",
            f"SUMMARY:Streefdatum {sound} (inzage)",
            f"SUMMARY:Wettelijke dag {sound} (inzage)",
        ]
    assert said.startswith("3 dates are in ")
    assert [line["error"] for line in lines if line["event"] == "a case does not open for the calendar"] == [
        "VaultError"
    ]


def _damage(office: Office, ref: str) -> None:
    with closing(sqlite3.connect(office.env["DATABASE_URL"].removeprefix("sqlite:///"))) as archive, archive:
        archive.execute("UPDATE cases SET sealed = x'00' WHERE ref = ?", (ref,))


def _events(office: Office) -> str:
    with closing(sqlite3.connect(office.env["DATABASE_URL"].removeprefix("sqlite:///"))) as archive:
        return str(archive.execute("SELECT kind, actor FROM events").fetchall())


def test_a_calendar_wants_a_file_or_a_link(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)

    assert "one of --out FILE.ics, --link" in office.cli("calendar", fails=True)
    assert "one of --out" in office.cli("calendar", "--link", "--unlink", "--as", "fatima", fails=True)
    for act in ("--link", "--unlink"):
        assert "want --as" in office.cli("calendar", act, fails=True)
