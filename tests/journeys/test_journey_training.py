"""From the label that staff give a case to a model that judges: compared first, and with a way back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from servers.labelled import ORDINARY, another_model, frozen_file, rows_of, small_corpus
from servers.office import Office
from servers.smtp_sink import SmtpSink

from bot.learning import Learning
from bot.mail.cage import Cage, Caged
from bot.rooms import Rooms
from bot.settings import ParsingSettings
from bot.triage.corpus import STAFF
from bot.triage.installed import alone, candidate, live, promote
from bot.triage.model import load_model
from bot.triage.reading import Reader
from bot.triage.weights import SHIPPED, read_model

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?\n\nGroeten,\nSanne de Wit"
MAIL = f"From: sanne@klant.example\nTo: info@kleinboek.nl\nSubject: vraag\n\n{ASKS}\n".encode()


@pytest.fixture
def office(tmp_path: Path, smtp_sink: SmtpSink) -> Office:
    return Office(tmp_path, smtp_sink)


@pytest.fixture
def learning(office: Office, tmp_path: Path) -> Iterator[Learning]:
    """Learns from a small corpus, and is judged by four mails that any model gets right."""
    rooms = Rooms(office.settings(), office.env)
    try:
        yield Learning(rooms.archive, rooms.settings.models, small_corpus(tmp_path / "corpus"), [frozen_file(tmp_path)])
    finally:
        rooms.close_now()


async def corrected(office: Office, kind: str) -> str:
    """A case of which staff said what it asks; its reference."""
    office.write(office.people.sanne.address, ASKS)
    await office.step()
    ref = str(office.cases()[-1]["ref"])
    office.cli("label", ref, "--as", "fatima", "--set", kind)
    return ref


async def test_what_staff_corrected_is_in_the_model_that_judges_once_and_the_way_back_is_open(
    office: Office, learning: Learning
) -> None:
    ref = await corrected(office, "portability")

    outcome = learning.train()
    model = live(learning.models).model
    again = learning.train()

    assert outcome.promoted
    assert outcome.judging == model.version != load_model().version
    assert model.about["staff"] == 1
    assert (again.comparison, again.judging) == (None, model.version)
    assert [lesson.id for lesson in learning.lessons()] == [ref]
    assert learning.back().judging == load_model().version == live(learning.models).model.version


async def test_a_model_that_is_worse_is_set_aside_with_the_reasons_and_does_not_judge(
    office: Office, learning: Learning, tmp_path: Path
) -> None:
    await corrected(office, "portability")
    turned = [("Hallo, " + text, ["access"]) for text in ORDINARY]
    (learning.corpus / "dora.jsonl").write_text(rows_of("dora", turned * 12), encoding="utf-8")
    frozen_file(tmp_path, [(text, []) for text in ORDINARY])

    outcome = learning.train()

    assert not outcome.promoted
    assert live(learning.models).model.version == load_model().version == outcome.judging
    assert candidate(learning.models).exists()
    told = json.loads((learning.models / "candidate.json").read_text(encoding="utf-8"))
    assert any("ordinary kept ordinary falls" in line for line in told["against"])


async def test_a_model_that_does_not_judge_ends_with_the_examples_it_was_made_from(office: Office) -> None:
    models = office.settings().models
    models.mkdir(parents=True)
    before, judges = (promote(models, another_model(candidate(models), name)).version for name in ("a", "b"))
    for version in (before, judges):
        os.utime(models / f"{version}.npz", ((office.now - timedelta(days=364)).timestamp(),) * 2)

    await office.step(hours=1)
    kept = {path.stem for path in models.glob("*.npz")}
    await office.step(days=2)

    assert kept == {before, judges}
    assert {path.stem for path in models.glob("*.npz")} == {judges}
    rooms = Rooms(office.settings(), office.env)
    with rooms.archive.reading() as tx:
        forgotten = [event.values for event in tx.events.of(None) if event.kind == "model_forgotten"]
    rooms.close_now()
    assert forgotten == [{"model": before}]


async def test_a_check_leaves_no_trace(learning: Learning, office: Office) -> None:
    await corrected(office, "portability")

    outcome = learning.train(check=True)

    assert outcome.comparison is not None
    assert not outcome.promoted
    assert [path.name for path in learning.models.iterdir()] == ["training.lock"]


async def test_the_command_trains_nothing_while_another_one_does(office: Office, learning: Learning) -> None:
    await corrected(office, "portability")

    with alone(learning.models):
        told = office.cli("train", fails=True)

    assert "wait until it has ended" in told
    assert "nothing was changed" in office.cli("train", "--back", fails=True)


async def test_the_command_says_that_there_is_nothing_to_learn(office: Office) -> None:
    assert f"model {load_model().version} knows all" in office.cli("train")
    assert json.loads(office.cli("train", "--json"))["promoted"] is False


async def test_a_fixed_model_file_is_named_as_what_stands_in_the_way(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, TRIAGE__MODEL_FILE=str(SHIPPED))

    assert "triage.model_file fixes the model" in office.cli("train", fails=True)


async def test_a_model_can_be_built_without_an_installation(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "built.npz"

    told = office.cli("train", "--corpus", str(small_corpus(tmp_path / "corpus")), "--out", str(out))

    assert "48 mails" in told
    assert "staff" not in read_model(out).about


async def test_a_running_child_reads_the_next_mail_with_the_model_that_was_promoted_meanwhile(tmp_path: Path) -> None:
    models = tmp_path / "models"
    reader = Reader(ParsingSettings(processes=1), "kleinboek.nl", models=str(models))

    async with Cage(reader, reader.limits, reader.warm, reader.careful()) as cage:
        before = await cage.run(MAIL)
        version = promote(models, another_model(tmp_path / "fresh.npz", "fresh")).version
        after = await cage.run(MAIL)

    assert not isinstance(before, Caged)
    assert not isinstance(after, Caged)
    assert before.verdict is not None
    assert after.verdict is not None
    assert (before.verdict.model, after.verdict.model) == (load_model().version, version)


async def test_a_lesson_marks_its_loudest_sentence_and_says_nothing_of_the_others(
    office: Office, learning: Learning
) -> None:
    await corrected(office, "access")

    [lesson] = learning.lessons()

    assert lesson.hand == STAFF
    assert lesson.spans == (("access", "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"),)
    assert lesson.labels_of(lesson.spans[0][1]) == {"access"}
    assert lesson.labels_of("Groeten,") is None
