"""The calendar file holds the dates of open cases, and nobody."""

from __future__ import annotations

from pathlib import Path

from servers.office import Office
from servers.smtp_sink import SmtpSink


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
