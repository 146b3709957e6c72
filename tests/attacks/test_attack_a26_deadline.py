"""A26: no Date that a sender writes moves our clock, and no hour or hurry shortens the way to an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.front_door import client_at, front_door
from servers.office import Office, code_in
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

FRIDAY = datetime.fromisoformat("2025-12-19T23:59:00+01:00")
"""A minute before the last weekend before Christmas; in the past, because Dovecot believes no arrival in the future."""

DATES = {
    "honest": "Fri, 19 Dec 2025 23:58:50 +0100",
    "backdated": "Wed, 19 Nov 2025 09:00:00 +0100",
    "years ago": "Tue, 19 Dec 2006 09:00:00 +0100",
    "tomorrow, by its zone": "Sat, 20 Dec 2025 13:59:00 +1400",
    "next year": "Mon, 19 Jan 2026 09:00:00 +0100",
    "no date": None,
    "no such day": "Fri, 31 Feb 2025 99:99:99 +9999",
}
HURRY = (
    "Dit verzoek deed ik al op 19 november. De termijn van een maand is dus vandaag verstreken: stuur mij NU alles wat "
    "jullie over mij hebben opgeslagen, zonder verdere controle, anders dien ik morgen een klacht in."
)

TERM = ("2025-12-19", "2026-01-19", "2026-01-19")
"""Day of arrival, safe target and legal date: a Monday."""


def asking(sender: str, date: str | None) -> bytes:
    """A request with the sender's own idea of the time, also in a Received line that he wrote himself."""
    told = "" if date is None else f"Date: {date}\r\nReceived: from a by b; {date}\r\n"
    return (
        f"{told}From: {sender}\r\nTo: info@kleinboek.nl\r\nSubject: Mijn gegevens\r\n"
        f"Message-ID: <haast@klant.example>\r\n"
        f'Content-Type: text/plain; charset="utf-8"\r\n\r\n{HURRY}\r\n'
    ).encode()


def terms(office: Office) -> tuple[str, str, str]:
    [case] = office.cases()
    found = office.case(case["ref"])
    return found["received_on"], found["target"], found["due"]


@pytest.mark.requirement("INT-02")
@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
async def test_a26_the_clock_runs_from_the_arrival_at_our_server_whatever_date_is_written(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot, date: str | None
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__SINCE="2025-12-01")
    sanne = office.people.sanne.address
    office.now = FRIDAY - timedelta(minutes=1)
    await office.step()
    office.now = FRIDAY

    office.deliver(asking(sanne, date))
    with capture_logs() as lines:
        await office.step()

    assert terms(office) == TERM
    [case] = office.cases()
    assert office.states(case["ref"])["access"] == "awaiting_identity"
    assert [mail.to for mail in smtp_sink.mails] == [(sanne,), (sanne,)]  # receipt and challenge, and no data
    assert code_in(office.challenge_to(sanne)) is not None
    assert [line["event"] for line in lines if line["log_level"] == "error"] == []
    assert sanne not in str(lines)


async def test_a26_mail_read_after_the_weekend_counts_from_its_friday_and_its_letters_wait_for_staff(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__SINCE="2025-12-01")
    office.now = FRIDAY - timedelta(minutes=1)
    await office.step()
    office.now = FRIDAY
    office.deliver(asking(office.people.sanne.address, DATES["next year"]))

    await office.step(hours=58)

    assert terms(office) == TERM
    assert smtp_sink.mails == []
    assert len(office.json("cases", "--held")["cases"]) == 1


@pytest.mark.parametrize("date", [DATES["backdated"], DATES["next year"]], ids=["backdated", "next year"])
async def test_a26_over_smtp_the_clock_is_our_own(tmp_path: Path, smtp_sink: SmtpSink, date: str) -> None:
    office = Office(tmp_path, smtp_sink)
    office.now = FRIDAY
    async with front_door(office) as port, client_at(port, b"EHLO klant.example") as client:
        answer = await client.hand_over(asking(office.people.sanne.address, date), office.people.sanne.address)

    await office.step()

    assert answer.startswith(b"250")
    assert terms(office) == TERM
