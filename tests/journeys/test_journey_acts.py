"""What staff do on the command line, and what each act leads to."""

from __future__ import annotations

import email
import email.message
import email.policy
from pathlib import Path

import pytest
from servers.office import SANNE_ASKS, Office, body, code_in, proved_access, proved_move
from servers.smtp_sink import SmtpSink


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


async def test_what_is_approved_is_byte_for_byte_what_is_sent(office: Office) -> None:
    ref = await proved_access(office)
    shown = office.cli("draft", ref, "--eml")

    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=1)

    sent = office.letters()[-1].raw.decode("utf-8").replace("\r\n", "\n")
    assert without_date(shown.replace("\r\n", "\n")) == without_date(sent)


def without_date(mail: str) -> list[str]:
    return [line for line in mail.rstrip("\n").split("\n") if not line.startswith("Date: ")]


async def test_an_approval_of_another_version_is_refused(office: Office, tmp_path: Path) -> None:
    ref = await proved_access(office)
    seen = office.json("draft", ref)["hash"]
    text = tmp_path / "letter.txt"
    text.write_text(office.cli("draft", ref, "--text").replace("Sanne de Vries", "Sanne"), encoding="utf-8")
    office.cli("edit", ref, "--as", "femke", "--file", str(text))

    assert "changed since it was read" in office.cli("approve", ref, "--as", "fatima", "--hash", seen, fails=True)
    now = office.json("draft", ref)["hash"]
    office.cli("approve", ref, "--as", "fatima", "--hash", now)


async def test_an_undone_approval_sends_nothing_and_can_be_given_again(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=5)

    office.cli("undo", ref, "--as", "fatima")
    await office.step(minutes=30)
    assert office.states(ref) == {"access": "awaiting_approval"}
    assert len(office.letters()) == 2  # receipt and challenge
    office.cli("approve", ref, "--as", "fatima")
    await office.step(minutes=11)

    assert office.states(ref) == {"access": "answered"}
    assert "no approval that can still be undone" in office.cli("undo", ref, "--as", "fatima", fails=True)


async def test_a_rejected_draft_is_made_again_and_the_customer_hears_nothing(office: Office) -> None:
    ref = await proved_access(office)

    office.cli("reject", ref, "--as", "fatima", "--reason", "de aanhef klopt niet")
    await office.step(minutes=1)

    assert office.states(ref) == {"access": "awaiting_approval"}
    assert [draft["state"] for draft in office.case(ref)["drafts"]] == ["rejected", "open"]
    assert len(office.letters()) == 2


async def test_a_reader_may_not_approve_and_an_approver_may_not_be_invented(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("user", "add", "lex", "--role", "lezer")

    assert "lezer" in office.cli("approve", ref, "--as", "lex", fails=True)
    assert "no user" in office.cli("approve", ref, "--as", "nobody", fails=True)


async def test_a_refusal_gives_reasons_and_needs_two_readers(office: Office, tmp_path: Path) -> None:
    ref = await proved_access(office)

    office.cli("refuse", ref, "--as", "fatima", "--reason", "unfounded: u vroeg hetzelfde gisteren en kreeg antwoord")
    office.cli("approve", ref, "--as", "fatima")
    assert office.states(ref) == {"access": "awaiting_approval"}
    office.cli("approve", ref, "--as", "femke")
    await office.step(minutes=1)

    letter = body(office.letters()[-1])
    assert office.states(ref) == {"access": "refused"}
    assert "Autoriteit Persoonsgegevens" in letter
    assert "zes weken" in letter


async def test_a_question_to_the_person_moves_no_request(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("ask", ref, "--as", "fatima", "--question", "Over welke periode wilt u de gegevens hebben?")
    question = next(draft["id"] for draft in office.case(ref)["drafts"] if draft["letter"] == "question")

    office.cli("approve", ref, "--as", "fatima", "--draft", str(question))
    await office.step(minutes=1)

    assert "Over welke periode" in body(office.letters()[-1])
    assert office.states(ref) == {"access": "awaiting_approval"}


async def test_a_withdrawn_request_is_never_answered(office: Office) -> None:
    ref = await proved_access(office)

    office.cli("withdraw", ref, "--as", "fatima", "--reason", "Sanne belde: laat maar")
    await office.step(minutes=5)

    assert office.states(ref) == {"access": "withdrawn"}
    assert [draft["state"] for draft in office.case(ref)["drafts"]] == ["void"]
    assert len(office.letters()) == 2


async def test_a_withdrawal_by_mail_voids_the_approval_and_asks_a_person(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")
    challenge = office.challenge_to(office.people.sanne.address)

    office.reply(challenge, office.people.sanne.address, "Laat maar zitten, ik trek mijn verzoek in.")
    await office.step(minutes=30)

    assert office.states(ref) == {"access": "needs_person"}
    assert len(office.letters()) == 2


async def test_thanks_do_not_void_an_approval(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, APPROVAL__UNDO_RISK_SECONDS="600")
    ref = await proved_access(office)
    office.cli("approve", ref, "--as", "fatima")

    office.reply(office.challenge_to(office.people.sanne.address), office.people.sanne.address, "Bedankt!")
    await office.step(minutes=30)

    assert office.states(ref) == {"access": "answered"}


@pytest.mark.requirement("KLA-05")
async def test_the_ap_lane_stops_everything_and_gives_the_person_a_reference(office: Office) -> None:
    ref = await proved_access(office)

    assert "may not do this" in office.cli(
        "escalate", ref, "--as", "fatima", "--to", "ap", "--reason", "brief van de AP", fails=True
    )
    office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP", "--ap-ref", "z2026-1")

    case = office.case(ref)
    assert office.states(ref) == {"access": "escalated"}
    assert "ap_reference" in [draft["letter"] for draft in case["drafts"]]
    assert "z2026-1" in str(case["events"])


@pytest.mark.requirement("INT-02")
async def test_a_request_by_phone_opens_a_case_with_its_own_receipt_date(office: Office, tmp_path: Path) -> None:
    words = tmp_path / "gesprek.txt"
    words.write_text("Mevrouw wil weten welke gegevens wij van haar hebben en daar een kopie van.", encoding="utf-8")
    sanne = office.people.sanne.address

    office.cli(
        *("open", "--as", "fatima", "--channel", "phone", "--received", "2026-11-20T10:00:00+0100"),
        *("--from", sanne, "--file", str(words)),
    )
    await office.step(minutes=1)

    [case] = office.cases()
    assert (case["received_on"], case["kinds"]) == ("2026-11-20", ["access"])
    assert code_in(office.challenge_to(sanne))


@pytest.mark.requirement("INT-07")
async def test_doubtful_mail_waits_for_a_person_who_says_what_it_is(office: Office) -> None:
    office.write("bureau@advocaat.example", "Namens mijn cliënt, mevrouw De Vries, verzoek ik om al haar gegevens.")
    await office.step()
    [case] = office.cases()
    assert (case["state"], office.letters()) == ("needs_person", [])

    office.cli("label", case["ref"], "--as", "fatima", "--ordinary")

    found = office.case(case["ref"])
    assert found["state"] == "closed"
    assert [message["text"] for message in found["messages"]] == [""]


async def test_a_label_of_staff_sends_the_case_on_its_way(office: Office) -> None:
    text = "Mijn advocaat zegt dat ik om al mijn gegevens kan vragen. Bij deze dus: inzage graag."
    office.write("roos@klant.example", text)
    await office.step()
    [case] = office.cases()
    assert case["state"] == "needs_person"

    office.cli("label", case["ref"], "--as", "fatima", "--set", "access")
    await office.step(minutes=1)

    assert office.states(case["ref"]) == {"access": "awaiting_approval"}  # nothing is held under that address
    assert len(office.letters("roos@klant.example")) == 1


async def test_a_label_does_not_take_an_agent_for_the_person_he_writes_for(office: Office) -> None:
    office.write("bureau@advocaat.example", "Namens mijn cliënt, mevrouw De Vries, verzoek ik om al haar gegevens.")
    await office.step()
    [case] = office.cases()

    office.cli("label", case["ref"], "--as", "fatima", "--set", "access")
    await office.step(minutes=1)

    found = office.case(case["ref"])
    assert office.states(case["ref"]) == {"access": "needs_person"}
    assert "geen record gevonden" in found["requests"][0]["needs"]
    assert found["drafts"] == []


async def test_a_case_calls_its_rights_and_states_what_the_list_of_cases_calls_them(office: Office) -> None:
    ref = await proved_access(office)

    _, _, requests = office.cli("case", ref).partition("Verzoeken")
    requests = " ".join(requests.partition("Concepten")[0].split())

    assert "inzage" in requests
    assert "akkoord" in requests
    assert "access" not in requests
    assert "awaiting" not in requests


async def test_notes_and_tasks_stand_in_the_case_and_go_nowhere(office: Office) -> None:
    ref = await proved_access(office)

    office.cli("note", ref, "--as", "fatima", "--text", "klant is boos, bel haar vrijdag")
    office.cli("assign", ref, "--as", "fatima", "--to", "femke")

    case = office.case(ref)
    assert case["assigned_to"] == "femke"
    assert "bel haar vrijdag" in str(case["events"])
    assert not [mail for mail in office.letters() if "bel haar vrijdag" in body(mail)]
    assert office.cli("verify-log").strip() == "1 anchors and 1 chains hold"


async def test_letters_leave_again_after_a_pause(office: Office) -> None:
    office.cli("pause", "sending")
    office.write(office.people.sanne.address, SANNE_ASKS)
    await office.step()
    assert office.letters() == []

    office.cli("resume", "sending")
    await office.step(minutes=1)

    assert len(office.letters()) == 2


async def test_a_user_who_is_a_template_stays_literal(office: Office) -> None:
    office.write(
        '"{{7*7}}" <sanne@klant.example>', f"{{% for x in y %}} {SANNE_ASKS} {{{{ config }}}}", subject="{{7*7}}"
    )
    await office.step()
    [case] = office.cases()

    texts = [email.message_from_bytes(mail.raw, policy=email.policy.default) for mail in office.letters()]

    assert office.case(case["ref"])["customer"]["subject_line"] == "{{7*7}}"
    assert all("49" not in str(mail["Subject"]) for mail in texts)


async def test_a_refusal_sent_back_does_not_let_an_unproved_request_through(office: Office) -> None:
    office.write(office.people.sanne.address, SANNE_ASKS)
    await office.step()
    [case] = office.cases()
    office.cli("refuse", case["ref"], "--as", "fatima", "--reason", "unfounded: een vergissing")

    office.cli("reject", case["ref"], "--as", "fatima", "--reason", "toch niet weigeren")
    await office.step(minutes=1)

    assert office.states(case["ref"]) == {"access": "awaiting_identity"}
    assert office.case(case["ref"])["exports"] == []


async def test_the_words_of_a_correction_cannot_part_from_the_deed(office: Office, tmp_path: Path) -> None:
    ref = await proved_move(office)
    letter = tmp_path / "brief.txt"
    letter.write_text(office.cli("draft", ref, "--text").replace("Dorpsstraat 12", "Kerkstraat 1"), "utf-8")

    said = office.cli("edit", ref, "--as", "fatima", "--file", str(letter), fails=True)

    assert "follow from the planned changes" in said


async def test_reasons_are_not_told_to_a_stranger(office: Office) -> None:
    number = office.people.sanne.customer_number
    office.write("kwaad@elders.example", f"Wis al mijn gegevens. Mijn klantnummer is {number}.", subject="wissen")
    await office.step()
    [case] = office.cases()

    said = office.cli(
        "refuse", case["ref"], "--as", "fatima", "--reason", "still_needed: de licentie loopt", fails=True
    )

    assert "would tell him of a customer" in said


async def test_a_copy_of_a_passport_becomes_a_task_for_today(office: Office) -> None:
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = office.people.sanne.address, "info@kleinboek.nl", "inzage"
    mail["Message-ID"] = "<paspoort@klant.example>"
    mail.set_content(f"{SANNE_ASKS} Mijn paspoort zit erbij.")
    mail.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="paspoort.png")
    office.deliver(mail.as_bytes())
    await office.step()

    [case] = office.cases()
    [task] = [task for task in office.case(case["ref"])["tasks"] if task["kind"] == "id_copy"]

    assert task["due_at"]


async def test_only_the_officer_lifts_a_legal_hold(office: Office) -> None:
    ref = await proved_access(office)
    office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP")
    assert office.case(ref)["legal_hold"] is True

    assert "may not do this" in office.cli("lift-hold", ref, "--as", "fatima", "--reason", "klaar", fails=True)
    office.cli("lift-hold", ref, "--as", "femke", "--reason", "de AP sloot de zaak")

    assert office.case(ref)["legal_hold"] is False
