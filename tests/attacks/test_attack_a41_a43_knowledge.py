"""A41-A43: knowing things about somebody, or sounding like him, is no proof."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, code_in, files
from servers.smtp_sink import SmtpSink
from structlog.testing import capture_logs

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
STRANGERS = ("een@elders.example", "twee@elders.example")


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def test_a41_two_strangers_about_one_person_share_one_question_and_learn_nothing_from_each_other(
    office: Office,
) -> None:
    sanne = office.people.sanne
    with capture_logs() as lines:
        for number, stranger in enumerate(STRANGERS):
            told = f"Klantnummer {sanne.customer_number}." + (" Mijn IBAN kennen jullie al." if number else "")
            office.write(stranger, f"{ASKS} {told}")
            await office.step(minutes=1)

    cases = [office.case(case["ref"]) for case in office.cases()]
    tasks = [task["text"] for case in cases for task in case["tasks"]]
    assert [request["level_reached"] for case in cases for request in case["requests"]] == ["L0", "L0"]
    assert len([mail for mail in office.letters(sanne.address) if code_in(mail)]) == 1
    assert "meer verzoeken van vreemde adressen over dezelfde persoon: kijk eerst" in tasks
    assert not any(files(mail) or code_in(mail) for one in STRANGERS for mail in office.letters(one))
    assert [line for line in lines if "elders.example" in str(line)] == []


async def test_a42_every_fact_about_a_customer_together_proves_nothing(office: Office) -> None:
    sanne = office.people.sanne
    facts = (
        f"Klantnummer {sanne.customer_number}, KvK {sanne.kvk}, telefoon {sanne.phone}, Lindelaan 12 in Voorbeeldstad, "
        "geboren op 1 mei 1980, de laatste cijfers van mijn rekening zijn 4300."
    )
    with capture_logs() as lines:
        office.write(STRANGERS[0], f"{ASKS} Stel gerust controlevragen, ik weet alles: {facts}")
        await office.step(minutes=1)

    [case] = [office.case(case["ref"]) for case in office.cases()]
    assert [request["level_reached"] for request in case["requests"]] == ["L0"]
    assert [mail.to for mail in office.letters() if code_in(mail)] == [(sanne.address,)]
    assert not any(files(mail) for mail in office.letters())
    assert [line for line in lines if str(sanne.phone) in str(line)] == []


async def test_a43_a_voice_on_the_phone_counts_once_and_never_on_a_number_that_was_just_changed(
    office: Office,
) -> None:
    sanne = office.people.sanne
    office.write(sanne.address, "Wis mijn account en al mijn gegevens, ik stop ermee.", subject="wissen")
    await office.step(minutes=1)
    [case] = office.cases()
    ref = case["ref"]
    call = ("verify", ref, "--as", "fatima", "--method", "phone", "--note", "teruggebeld, klonk als Sanne")

    with capture_logs() as lines:
        office.cli(*call)
        again = office.cli(*call, fails=True)
        alone = office.cli("verify", ref, "--as", "femke", "--method", "phone", "--note", "nog eens", fails=True)

    [request] = office.case(ref)["requests"]
    assert (request["level_reached"], request["state"]) == ("L2", "awaiting_identity")
    assert "a second proof must be another one" in again + alone
    assert [fact["by"] for fact in office.case(ref)["evidence"] if fact["what"] == "teruggebeld"] == ["fatima"]
    assert not any(files(mail) for mail in office.letters())
    assert [line for line in lines if "Sanne" in str(line)] == []
