"""The first start on a mailbox with a past: everything is found, nobody is written to, staff get one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from servers.dovecot import Dovecot
from servers.office import OUR_ADDRESS, START, Office, code_in
from servers.smtp_sink import SmtpSink

from bot.rooms import Rooms
from bot.sources.demo import DemoPeople
from bot.store.records import MailVerdict

OLD_MAILS = 5000
BEFORE_SINCE = 1400  # older than watch.since: never read
REQUESTS = 40
SINCE = START - timedelta(days=35)

ASKS = (
    "Kunnen jullie mij sturen wat jullie allemaal over mij hebben opgeslagen?",
    "Graag ontvang ik een overzicht van alle persoonsgegevens die u van mij verwerkt.",
    "Ik wil inzage in mijn persoonsgegevens op grond van artikel 15 AVG.",
    "Please send me a copy of all the personal data you hold about me.",
)
SAYS = (
    "De import van mijn bankafschriften geeft een foutmelding. Weten jullie wat ik fout doe?",
    "Bedankt voor de snelle hulp vanochtend, de koppeling met de webshop werkt weer.",
    "Hierbij de factuur voor de schoonmaak van oktober. Graag betaling binnen veertien dagen.",
    "Hoe maak ik een creditnota voor een klant die te veel betaald heeft?",
    "Kunnen we de afspraak van donderdag verzetten naar volgende week dinsdag om tien uur?",
    "De offerte voor volgend jaar is binnen, wij gaan akkoord met de prijs.",
    "De btw-aangifte van het derde kwartaal staat klaar, maar de knop om te versturen is grijs.",
    "Wat kost het abonnement als we met drie mensen in dezelfde administratie werken?",
)
FLAGS: tuple[tuple[bytes, ...], ...] = ((), (b"\\Seen",), (b"\\Seen", b"\\Answered"), (b"\\Flagged",))


@dataclass(frozen=True)
class Old:
    """One mail that lay in the mailbox before we came."""

    sender: str
    text: str
    at: datetime
    flags: tuple[bytes, ...] = ()
    asks: bool = False


def as_mail(old: Old, number: int) -> bytes:
    return (
        f"From: {old.sender}\r\nTo: {OUR_ADDRESS}\r\nSubject: bericht {number}\r\n"
        f"Message-ID: <oud-{number}@klant.example>\r\nDate: {old.at:%a, %d %b %Y %H:%M:%S +0100}\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{old.text}\r\n"
    ).encode()


def fill(dovecot: Dovecot, folder: str, olds: Sequence[Old]) -> None:
    """Put the mails in the folder, each with its own date of arrival and flags."""
    with dovecot.client() as client:
        if not client.folder_exists(folder):
            client.create_folder(folder)
        mails = [{"msg": as_mail(old, number), "date": old.at, "flags": old.flags} for number, old in enumerate(olds)]
        for start in range(0, len(mails), 500):
            client.multiappend(folder, mails[start : start + 500])


def history(people: DemoPeople) -> list[Old]:
    """5,000 mails, oldest first, of which the last 35 days count; 40 people ask for their data, two of them known."""
    askers = [people.sanne.address, people.joris.address, *(f"vraagt-{n}@klant.example" for n in range(REQUESTS - 2))]
    far = [
        Old(f"vroeger-{number}@klant.example", (ASKS + SAYS)[number % 12], SINCE - timedelta(days=2, minutes=number))
        for number in reversed(range(BEFORE_SINCE))
    ]
    count = OLD_MAILS - BEFORE_SINCE
    pace = timedelta(days=33) / count
    near = [_near(number, SINCE + timedelta(days=1) + number * pace, askers) for number in range(count)]
    return [*far, *near]


def _near(number: int, at: datetime, askers: Sequence[str]) -> Old:
    who, asks = divmod(number, (OLD_MAILS - BEFORE_SINCE) // REQUESTS)
    flags = FLAGS[number % len(FLAGS)]
    if asks == 7:
        return Old(askers[who], ASKS[who % len(ASKS)], at, flags, asks=True)
    return Old(f"gewoon-{number % 900}@klant.example", SAYS[number % len(SAYS)], at, flags)


async def test_five_thousand_old_mails_give_forty_cases_one_list_and_no_letter(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot)
    olds = history(office.people)
    asked = [old for old in olds if old.asks]
    assert (len(olds), len(asked)) == (OLD_MAILS, REQUESTS)
    fill(dovecot, "INBOX", olds)
    flags = dovecot.flags()

    await office.step()

    assert smtp_sink.mails == []
    held = office.json("cases", "--held")["cases"]
    assert sorted(case["received_on"] for case in held) == sorted(f"{old.at:%Y-%m-%d}" for old in asked)
    assert [task["kind"] for task in office.json("tasks")["tasks"]] == ["held_letters"]
    assert kept(office) == {
        "ledger": {MailVerdict.CASE: REQUESTS, MailVerdict.ORDINARY: OLD_MAILS - BEFORE_SINCE - REQUESTS},
        "contents": REQUESTS,
        "before the start": BEFORE_SINCE,
    }
    assert dovecot.flags() == flags

    office.cli("release", "--all", "--as", "fatima")
    await office.step(minutes=1)

    receipts = Counter(mail.to[0] for mail in office.letters() if code_in(mail) is None)
    assert receipts == Counter({old.sender: 1 for old in asked})
    challenged = [mail.to[0] for mail in office.letters() if code_in(mail) is not None]
    assert sorted(challenged) == sorted([office.people.sanne.address, office.people.joris.address])
    assert office.json("cases", "--held")["cases"] == []
    assert dovecot.flags() == flags


def kept(office: Office) -> dict[str, object]:
    """What our store knows of the mailbox: verdicts in the ledger, mails whose content it holds, what it never read."""
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.reading() as tx:
            contents = [mail for verdict in MailVerdict for mail in tx.mails.with_verdict(verdict) if mail.has_content]
            [inbox] = [mark for mark in tx.folders.all() if mark.folder == "INBOX"]
            return {
                "ledger": {verdict: count for verdict, count in tx.mails.counts().items() if count},
                "contents": len(contents),
                "before the start": inbox.before_start,
            }
    finally:
        rooms.close_now()


@pytest.mark.requirement("INT-02")
async def test_after_an_outage_of_more_than_a_day_staff_release_the_letters(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot)
    await office.step()
    office.now += timedelta(minutes=1)
    office.write(office.people.sanne.address, ASKS[0])

    await office.step(hours=30)

    assert office.letters() == []
    [case] = office.json("cases", "--held")["cases"]
    assert case["received_on"] == f"{START:%Y-%m-%d}"
    office.cli("release", case["ref"], "--as", "fatima")
    await office.step(minutes=1)
    assert len(office.letters(office.people.sanne.address)) == 2  # receipt and challenge


async def test_a_mail_from_a_file_that_came_days_ago_waits_and_a_fresh_one_does_not(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    days_ago, now = office.now - timedelta(days=2), office.now
    office.now = days_ago
    office.write(office.people.sanne.address, ASKS[0])
    office.now = now
    office.write(office.people.joris.address, ASKS[1])

    await office.step(minutes=1)

    assert office.letters(office.people.sanne.address) == []
    assert len(office.letters(office.people.joris.address)) == 2
    assert [case["received_on"] for case in office.json("cases", "--held")["cases"]] == [f"{days_ago:%Y-%m-%d}"]


@pytest.mark.requirement("INT-03")
async def test_a_request_in_junk_is_a_case_with_the_date_of_its_arrival_there_and_gets_no_letter(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot)
    await office.step()
    arrived = office.now = office.now + timedelta(minutes=1)
    office.write(office.people.sanne.address, ASKS[0], folder="Junk")

    await office.step(hours=12)

    assert office.letters() == []
    [case] = office.json("cases", "--held")["cases"]
    [request] = office.case(case["ref"])["requests"]
    assert datetime.fromisoformat(request["received_at"]) == arrived
    assert dovecot.flags("Junk") == {1: ()}


async def test_a_folder_with_a_new_uidvalidity_opens_no_case_twice_and_loses_none(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__FOLDERS="Vragen")
    sanne, joris = office.people.sanne.address, office.people.joris.address
    office.write("eerder@elders.example", SAYS[1], folder="Vragen")
    await office.step()
    office.now += timedelta(minutes=1)
    asked_at = office.now
    raws = [
        office.write(sanne, ASKS[0], folder="Vragen"),
        office.write("winkel@elders.example", SAYS[0], subject="import", folder="Vragen"),
    ]
    await office.step(minutes=1)

    with dovecot.client() as person:
        person.delete_folder("Vragen")
    for raw in raws:
        dovecot.append("Vragen", raw, asked_at)
    office.write(joris, ASKS[1], folder="Vragen")
    await office.step(minutes=1)

    assert len(office.cases()) == 2
    assert len(office.letters(sanne)) == 2
    assert len(office.letters(joris)) == 2
