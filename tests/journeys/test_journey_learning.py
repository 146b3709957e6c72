"""What staff say of a case teaches the recogniser: without the people in it, and no longer than its case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.office import Office
from servers.smtp_sink import SmtpSink

from bot.cases.model import CaseRef, Outcome
from bot.cases.subject import DataSubject
from bot.rooms import Rooms
from bot.store.archive import Transaction
from bot.store.examples import Example
from bot.store.learning import lesson_of
from bot.triage.labels import RequestKind
from bot.triage.model import load_model

DOUBTFUL = "Namens mijn cliënt, mevrouw De Vries, verzoek ik om al haar gegevens.\n\nHoogachtend,\nJoris Pool"
ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?\n\nGroeten,\nSanne de Wit"


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@contextmanager
def archive_of(office: Office) -> Iterator[Transaction]:
    rooms = Rooms(office.settings(), office.env)
    try:
        with rooms.archive.transaction() as tx:
            yield tx
    finally:
        rooms.close_now()


def examples(office: Office) -> list[Example]:
    with archive_of(office) as tx:
        return list(tx.examples.all())


async def case_of(office: Office, sender: str, text: str) -> str:
    office.write(sender, text)
    await office.step()
    return str(office.cases()[-1]["ref"])


async def test_another_right_than_the_bot_saw_becomes_an_example_without_its_people(office: Office) -> None:
    ref = await case_of(office, office.people.sanne.address, ASKS)

    office.cli("label", ref, "--as", "fatima", "--set", "portability")

    [example] = examples(office)
    lesson = example.lesson
    assert (lesson.labels, lesson.before, lesson.language) == (("portability",), ("access",), "nl")
    assert lesson.text == "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?\n\nGroeten,\nRobin de Jansen"
    assert example.model == load_model().version


async def test_quoted_words_stay_apart_and_what_is_said_last_counts(office: Office) -> None:
    quoted = "Op 1 november 2026 schreef Kleinboek <info@kleinboek.nl>:\n> Bent u tevreden, Sanne?"
    ref = await case_of(office, "bureau@advocaat.example", f"{DOUBTFUL}\n\n{quoted}\n")

    office.cli("label", ref, "--as", "fatima", "--set", "erasure")
    office.cli("label", ref, "--as", "fatima", "--set", "access")

    [example] = examples(office)
    assert example.lesson.labels == ("access",)
    assert "tevreden" in example.lesson.quoted
    assert "tevreden" not in example.lesson.text


async def test_what_staff_of_another_company_teach_names_us_as_the_labelled_mails_do(office: Office) -> None:
    ref = await case_of(office, office.people.sanne.address, f"{ASKS}\n\nAlvast dank aan Tuinwinkel.")

    with archive_of(office) as tx:
        lesson = lesson_of(tx, tx.cases.get(CaseRef(ref)), frozenset({RequestKind.PORTABILITY}), "Tuinwinkel")

    assert lesson is not None
    assert "dank aan Kleinboek" in lesson.text
    assert "Tuinwinkel" not in lesson.text


async def test_ordinary_mail_leaves_nothing_but_an_example_and_that_goes_with_its_case(office: Office) -> None:
    ref = await case_of(office, "bureau@advocaat.example", DOUBTFUL)
    office.cli("label", ref, "--as", "fatima", "--ordinary")
    [example] = examples(office)
    assert (example.lesson.labels, "Pool" in example.lesson.text, "Vries" in example.lesson.text) == ((), False, False)
    assert [message["text"] for message in office.case(ref)["messages"]] == [""]

    await office.step(days=364)
    assert examples(office)
    await office.step(days=2)

    assert examples(office) == []
    assert "example_forgotten" in [event["kind"] for event in office.case(ref)["events"]]


async def test_the_example_goes_when_the_case_forgets_its_words(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, CASES__EXAMPLE_DAYS="9999")
    ref = await case_of(office, office.people.sanne.address, ASKS)
    office.cli("label", ref, "--as", "fatima", "--set", "portability")
    office.cli("withdraw", ref, "--reason", "toch niet", "--as", "fatima")
    assert examples(office)

    await office.step(days=5 * 366)

    assert examples(office) == []


@pytest.mark.parametrize(("right", "left"), [("erasure", 0), ("access", 1)])
async def test_an_erasure_that_staff_answered_by_themselves_ends_the_example_too(
    office: Office, right: str, left: int
) -> None:
    ref = await case_of(office, office.people.sanne.address, ASKS)
    office.cli("label", ref, "--as", "fatima", "--set", right)

    office.cli("answered-elsewhere", ref, "--as", "fatima", "--note", "per brief")

    assert len(examples(office)) == left


async def test_no_case_of_an_erased_person_teaches_afterwards_whether_it_did_before_or_not(office: Office) -> None:
    sanne = office.people.sanne
    asked = await case_of(office, sanne.address, ASKS)
    erased = await case_of(office, sanne.address, "Wis al mijn gegevens.\n\nSanne de Wit")
    assert asked != erased
    with archive_of(office) as tx:
        for ref in (asked, erased):
            subject = DataSubject("boekhouding", str(sanne.klant_id), None, sanne.address)
            tx.cases.change(tx.cases.get(CaseRef(ref)).id, data_subject=subject)
    office.cli("label", erased, "--as", "fatima", "--set", "erasure")
    office.cli("answered-elsewhere", erased, "--as", "fatima", "--note", "per brief")

    office.cli("label", asked, "--as", "fatima", "--set", "portability")

    assert examples(office) == []


async def test_what_a_hold_kept_of_an_erased_person_goes_when_the_hold_is_lifted(office: Office) -> None:
    ref = await case_of(office, office.people.sanne.address, "Wis al mijn gegevens.\n\nSanne de Wit")
    office.cli("label", ref, "--as", "fatima", "--set", "erasure")
    office.cli("escalate", ref, "--as", "femke", "--to", "ap", "--reason", "brief van de AP")
    with archive_of(office) as tx:
        case = tx.cases.get(ref)
        tx.cases.change_request(case.id, case.requests[0].id, outcome=Outcome.GRANTED)
    assert examples(office)

    office.cli("lift-hold", ref, "--as", "femke", "--reason", "de AP sloot de zaak")

    assert examples(office) == []


async def test_an_example_is_sealed_in_the_archive(office: Office) -> None:
    ref = await case_of(office, office.people.sanne.address, ASKS)
    office.cli("label", ref, "--as", "fatima", "--set", "portability")
    assert examples(office)

    stored = b"".join(file.read_bytes() for file in office.home.glob("archive.sqlite*"))

    assert b"Kunnen jullie mij sturen" not in stored


async def test_nothing_is_learned_where_that_is_switched_off(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, TRIAGE__LEARN="false")
    ref = await case_of(office, office.people.sanne.address, ASKS)

    office.cli("label", ref, "--as", "fatima", "--set", "portability")

    assert examples(office) == []


async def test_a_case_tells_which_model_judged_each_mail(office: Office) -> None:
    ref = await case_of(office, office.people.sanne.address, ASKS)
    office.reply(office.challenge_to(office.people.sanne.address), office.people.sanne.address, "Dank u wel.")
    await office.step()

    events = [event for event in office.case(ref)["events"] if event["kind"] in {"opened", "mail_added"}]

    assert len(events) == 2
    assert {event["values"]["model"] for event in events} == {load_model().version}
    assert len(load_model().version) == 12
