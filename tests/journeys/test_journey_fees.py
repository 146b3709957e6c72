"""A request costs nothing; where a fee may be asked at all it is announced, and the person may still withdraw."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.office import Office, body, proved_access
from servers.smtp_sink import SmtpSink

ANNOUNCE = (
    "--as",
    "fatima",
    "--amount",
    "4,50",
    "--reason",
    "further_copy: u kreeg dezelfde gegevens op 12 oktober 2026",
)


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink, APPROVAL__FEES="true")


def _dates(office: Office, ref: str) -> object:
    return office.case(ref)["dates"]


@pytest.mark.requirement("REF-04", "ACC-09")
async def test_requests_are_free_unless_the_owner_says_otherwise(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    ref = await proved_access(office)

    assert "free of charge here" in office.cli("fee", ref, *ANNOUNCE, fails=True)


@pytest.mark.requirement("REF-04", "ACC-09")
async def test_a_fee_is_announced_by_two_people_before_and_the_person_may_withdraw(
    office: Office, tmp_path: Path
) -> None:
    ref = await proved_access(office)
    sanne, before, dates = office.people.sanne.address, len(office.letters()), _dates(office, ref)
    assert "no ground for a fee" in office.cli("fee", ref, *ANNOUNCE[:4], "--reason", "druk: veel werk", fails=True)
    assert "no amount" in office.cli("fee", ref, "--as", "fatima", "--amount", "veel", *ANNOUNCE[4:], fails=True)

    answer = str(office.case(ref)["drafts"][-1]["id"])
    office.json("fee", ref, *ANNOUNCE)
    notice = str(office.case(ref)["drafts"][-1]["id"])
    letter = tmp_path / "brief.txt"
    whole = office.cli("draft", ref, "--draft", notice, "--text")
    letter.write_text(whole.replace("Dan kunt u uw verzoek intrekken.", "Dan doen wij niets."), "utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", notice, "--file", str(letter))
    edited = str(office.case(ref)["drafts"][-1]["id"])
    assert "ELEMENT in FEE-choice" in office.cli("approve", ref, "--as", "femke", "--draft", edited, fails=True)
    letter.write_text(whole, "utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", edited, "--file", str(letter))
    notice = str(office.case(ref)["drafts"][-1]["id"])
    assert "somebody else" in office.cli("approve", ref, "--as", "fatima", "--draft", notice, fails=True)
    office.cli("approve", ref, "--as", "femke", "--draft", notice)
    await office.step(minutes=1)

    [sent] = office.letters()[before:]
    assert sent.to == (sanne,)
    assert "De kosten zijn €\xa04,50." in body(sent)
    assert "Dan betaalt u niets." in body(sent)
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert _dates(office, ref) == dates

    text = office.cli("draft", ref, "--draft", answer, "--text")
    letter.write_text(text.replace("== ACC-a ==", "U betaalt hiervoor 4,50 euro.\n\n== ACC-a =="), "utf-8")
    office.cli("edit", ref, "--as", "fatima", "--draft", answer, "--file", str(letter))
    charging = str(office.case(ref)["drafts"][-1]["id"])
    assert "FEE in ACC-1" in office.cli("approve", ref, "--as", "femke", "--draft", charging, fails=True)

    office.reply(sent, sanne, "Ik trek mijn verzoek in.")
    await office.step(minutes=1)
    assert office.states(ref) == {"access": "needs_person"}
    office.cli("withdraw", ref, "--as", "fatima", "--reason", "wil niet betalen")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "withdrawn"}
    assert len(office.letters()) == before + 1


@pytest.mark.requirement("REF-04")
def test_an_amount_that_can_be_read_in_two_ways_is_refused_in_one_line(office: Office) -> None:
    def said(amount: str) -> str:
        return office.cli("fee", "KB-2026-9999", "--as", "fatima", "--amount", amount, *ANNOUNCE[4:], fails=True)

    for doubtful in ("1.000", "1,000", "4.505", "4,²", "²", "٤,50", "4,", ",50", "1.000,00", "1000", "4,50 euro"):
        assert "is no amount" in said(doubtful), doubtful
    assert "a fee of nothing" in said("0,00")
    for clear in ("4,50", "4.50", "4,5", "4", " 999,99 "):
        assert "KB-2026-9999" in said(clear)
        assert "amount" not in said(clear)


@pytest.mark.requirement("REF-04")
async def test_nobody_unproved_hears_that_a_copy_was_given_before(office: Office) -> None:
    office.write(office.people.sanne.address, "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?")
    await office.step()
    [case] = office.cases()

    assert "nobody has proved who he is" in office.cli("fee", case["ref"], *ANNOUNCE, fails=True)


@pytest.mark.requirement("REF-04", "ACC-09")
async def test_money_is_asked_only_for_what_the_ground_covers_and_staff_read_what_comes_next(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("label", ref, "--as", "fatima", "--set", "access,portability")
    await office.step(minutes=1)
    office.json("fee", ref, *ANNOUNCE)
    office.json("fee", ref, *ANNOUNCE)

    [notice] = [one for one in office.case(ref)["drafts"] if one["letter"] == "fee_notice" and one["state"] == "open"]
    text = office.cli("draft", ref, "--draft", str(notice["id"]), "--text")
    for user in ("fatima", "femke"):
        office.cli("approve", ref, "--as", user, "--draft", str(notice["id"]))
    await office.step(minutes=1)
    office.reply(office.letters()[-1], office.people.sanne.address, "Ja, akkoord.")
    await office.step(minutes=1)

    assert "over inzage in uw gegevens." in text
    assert "dekt alleen onze administratieve kosten" in text
    open_tasks = [one["text"] for one in office.case(ref)["tasks"] if not one["done_at"]]
    assert [one for one in open_tasks if one.startswith("kosten aangekondigd, en de termijn loopt door.")]
    assert [one for one in open_tasks if one.startswith("is akkoord: kijk waarmee")]


@pytest.mark.requirement("REF-04", "ACC-09")
async def test_no_money_is_asked_after_the_day_on_which_the_letter_promises_an_answer(office: Office) -> None:
    ref = await proved_access(office)
    office.json("fee", ref, *ANNOUNCE)
    notice = str(office.case(ref)["drafts"][-1]["id"])

    await office.step(days=40)
    office.cli("draft", ref, "--draft", notice)
    approved = office.cli("approve", ref, "--as", "femke", "--draft", notice, fails=True)
    announced = office.cli("fee", ref, *ANNOUNCE, fails=True)

    assert "promises an answer by a day that has gone" in approved
    assert "answer it, free of charge" in announced


@pytest.mark.requirement("REF-04")
async def test_a_complaint_and_taking_consent_back_never_cost_anything(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("label", ref, "--as", "fatima", "--set", "consent_withdrawal,complaint")

    refused = office.cli("fee", ref, *ANNOUNCE[:4], "--reason", "excessive: elke week hetzelfde", fails=True)

    assert "no open request that could cost anything" in refused
