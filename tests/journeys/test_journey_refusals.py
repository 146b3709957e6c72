"""On which grounds staff may refuse, and that nobody but staff names one."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, body, code_in, proved_move
from servers.smtp_sink import SmtpSink


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@pytest.mark.requirement("REF-05")
async def test_a_correction_is_refused_only_on_its_own_grounds_by_two_people(office: Office, tmp_path: Path) -> None:
    ref = await proved_move(office)
    refuse = ("refuse", ref, "--as", "fatima", "--reason")

    for reason in ("wij hebben het druk", "still_needed: de licentie loopt", "compelling_ground: fraude"):
        assert "no ground to refuse this; known are excessive, unfounded" in office.cli(*refuse, reason, fails=True)
    assert "stands on facts" in office.cli(*refuse, "exception", fails=True)
    assert [draft["letter"] for draft in office.case(ref)["drafts"]] == ["correction"]

    office.cli(*refuse, "exception: de politie vroeg ons op 20 november om te wachten met wijzigen")
    refusal = str(office.case(ref)["drafts"][-1]["id"])
    letter = tmp_path / "brief.txt"
    text = office.cli("draft", ref, "--draft", refusal, "--text")
    named = "artikel 41 UAVG, artikel 23 lid 1 AVG"
    assert named in text
    letter.write_text(text.replace(named, "artikel 17 lid 1 AVG"), "utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", refusal, "--file", str(letter))
    edited = str(office.case(ref)["drafts"][-1]["id"])

    said = office.cli("approve", ref, "--as", "femke", "--draft", edited, fails=True)
    await office.step(minutes=1)

    assert "GROUND in REF-3" in said
    assert not [mail for mail in office.letters() if "politie" in body(mail)]

    letter.write_text(text, "utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", edited, "--file", str(letter))
    whole = str(office.case(ref)["drafts"][-1]["id"])
    assert "somebody else" in office.cli("approve", ref, "--as", "fatima", "--draft", whole, fails=True)
    office.cli("approve", ref, "--as", "femke", "--draft", whole)
    await office.step(minutes=1)

    assert named in body(office.letters()[-1])
    grounds = [event["values"]["ground"] for event in office.case(ref)["events"] if event["kind"] == "ground_named"]
    assert grounds == ["exception"]


async def test_an_objection_to_advertising_is_never_refused_and_another_one_may_be(office: Office) -> None:
    tess, sanne = office.people.newsletter_only.address, office.people.sanne.address
    office.write(tess, "Ik maak bezwaar tegen reclame: gebruik mijn gegevens niet meer voor jullie nieuwsbrief.")
    office.write(sanne, "Ik maak bezwaar tegen het gebruik van mijn gegevens voor profilering.")
    await office.step()
    challenge = office.challenge_to(sanne)
    office.reply(challenge, sanne, code_in(challenge) or "")
    await office.step(minutes=1)
    refs = [str(case["ref"]) for case in office.cases()]
    proof = {office.case(ref)["requests"][0]["level_required"]: ref for ref in refs}
    advertising, profiling = proof["L0"], proof["L2"]
    ground = ("--as", "fatima", "--reason", "compelling_ground: wij bestrijden er fraude mee")

    said = office.cli("refuse", advertising, *ground, fails=True)
    office.cli("refuse", profiling, *ground)

    assert "an objection to advertising is never refused (Art. 21(2)-(3))" in said
    assert [draft["letter"] for draft in office.case(advertising)["drafts"]] == ["objection"]
    assert office.case(profiling)["drafts"][-1]["letter"] == "refusal"
