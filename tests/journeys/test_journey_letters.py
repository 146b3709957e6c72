"""What a draft may not say is stopped where it is approved; letters beside the answer that staff start."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, body, proved_access
from servers.smtp_sink import SmtpSink


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@pytest.mark.requirement("ID-02", "INT-13", "ACC-01")
async def test_an_edit_that_asks_for_a_passport_or_a_form_cannot_be_approved(office: Office, tmp_path: Path) -> None:
    ref = await proved_access(office)
    letter = tmp_path / "brief.txt"
    text = office.cli("draft", ref, "--text")
    asks = "Stuur ons een kopie van uw paspoort. Vul ook het formulier in."
    letter.write_text(text.replace("== ACC-a ==", f"{asks}\n\n== ACC-a =="), "utf-8")
    office.cli("edit", ref, "--as", "femke", "--file", str(letter))
    shown = office.cli("draft", ref)
    faults = office.json("draft", ref)["faults"]

    said = office.cli("approve", ref, "--as", "fatima", fails=True)
    await office.step(minutes=1)

    assert "Kan zo niet worden goedgekeurd:" in shown
    assert "- ID-COPY in ACC-1: vraag geen identiteitsbewijs" in shown
    assert [(fault["code"], fault["sentence"]) for fault in faults] == [
        ("ID-COPY", "Stuur ons een kopie van uw paspoort."),
        ("FORM", "Vul ook het formulier in."),
    ]
    assert "ID-COPY in ACC-1: vraag geen identiteitsbewijs" in said
    assert "FORM in ACC-1" in said
    assert "paspoort. Vul" not in said
    assert office.states(ref) == {"access": "awaiting_approval"}

    letter.write_text(text, "utf-8")
    office.cli("edit", ref, "--as", "femke", "--file", str(letter))
    assert "Kan zo niet" not in office.cli("draft", ref)
    assert office.json("draft", ref)["faults"] == []
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "answered"}


@pytest.mark.requirement("RES-03", "ACC-02")
async def test_staff_help_with_a_file_and_tell_before_data_are_used_again(office: Office) -> None:
    ref = await proved_access(office)
    sanne = office.people.sanne.address
    restricted = ("write", ref, "--as", "fatima", "--letter", "restriction_lifted", "--text", "Uw adres klopt nu.")

    assert "name a later day" in office.cli(*restricted, fails=True)
    assert "is not one of" in office.cli("write", ref, "--as", "fatima", "--letter", "access", fails=True)
    office.json("write", ref, "--as", "fatima", "--letter", "opening_help")
    helps = [draft for draft in office.case(ref)["drafts"] if draft["letter"] == "opening_help"]
    office.cli("draft", ref, "--draft", str(helps[0]["id"]))
    office.cli("approve", ref, "--as", "fatima", "--draft", str(helps[0]["id"]))
    await office.step(minutes=1)

    sent = office.letters()[-1]
    assert sent.to == (sanne,)
    assert "7-Zip" in body(sent)
    assert office.states(ref) == {"access": "awaiting_approval"}
