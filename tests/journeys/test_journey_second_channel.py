"""On the last working day before the legal date a person is told on a second way, whatever that way is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.office import Office, body
from servers.smtp_sink import SmtpSink
from servers.webhook import Webhook

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
FATIMA = "fatima@kleinboek.example"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


def about_terms(webhook: Webhook) -> list[dict[str, Any]]:
    return [alarm for alarm in webhook.alarms if "legal date" in str(alarm)]


@pytest.mark.requirement("DL-03")
@pytest.mark.parametrize("shape", ["plain", "apprise"])
async def test_the_web_address_hears_of_a_term_before_its_legal_day(
    tmp_path: Path, smtp_sink: SmtpSink, webhook: Webhook, shape: str
) -> None:
    office = Office(tmp_path, smtp_sink, ALARM__WEBHOOK_URL=webhook.url, ALARM__WEBHOOK_FORMAT=shape)
    office.write(office.people.sanne.address, ASKS)
    await office.step(days=27)  # 23 December
    ref = office.cases()[0]["ref"]
    assert about_terms(webhook) == []

    await office.step(days=1)  # the 24th: 28 December is the legal date, and the days between are none to work on
    await office.step(hours=1)

    [alarm] = about_terms(webhook)
    text = f"the legal date of {ref} is 2026-12-28, and its answer did not leave yet; see: privacybot case {ref}"
    if shape == "apprise":
        assert alarm == {"title": "privacybot", "body": text, "type": "failure"}
    else:
        assert (alarm["event"], alarm["case"], alarm["due"], alarm["text"]) == ("term_ends", ref, "2026-12-28", text)


@pytest.mark.requirement("DL-03")
async def test_what_ends_tomorrow_does_not_wait_for_the_mail_of_tomorrow(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    office.write(office.people.sanne.address, ASKS)
    await office.step(days=27)
    before = len(office.letters(FATIMA))
    office.now = office.now.replace(hour=0, minute=5)

    await office.step(days=1)
    await office.step(hours=1)

    [mail] = office.letters(FATIMA)[before:]
    assert "de streefdatum is vandaag, 24 december; uiterlijk 28 december" in body(mail)


@pytest.mark.requirement("DL-03")
async def test_without_a_second_way_that_is_said_where_staff_look(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    office.write(office.people.sanne.address, ASKS)

    await office.step()
    await office.step(days=28)

    assert "een termijn loopt af en alleen deze takenlijst meldt dat" in str(office.json("tasks"))
    assert "alarm.webhook_url is empty" in office.cli("check-config")


@pytest.mark.requirement("DL-03")
def test_the_doctor_says_whether_there_is_a_second_way(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, AUTHENTICATION__MODE="none")

    before = {finding["check"]: finding["text"] for finding in office.json("doctor")["findings"]}
    office.cli("user", "add", "fatima-post", "--role", "behandelaar", "--address", FATIMA)
    after = {finding["check"]: finding["text"] for finding in office.json("doctor")["findings"]}

    assert "told in the list of tasks alone: privacybot user add" in before["alarms"]
    assert after["alarms"] == "terms that end are also told by mail to 1 user(s)"
