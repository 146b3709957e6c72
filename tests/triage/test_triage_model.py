"""The model file: what `train` makes, how it loads, and what happens if it cannot be used."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from bot.triage.classify import classify
from bot.triage.corpus import HELD_BACK, SHIPPED_CORPUS, digest, labelled_mails, training_files
from bot.triage.encoder import ENCODER, shipped_encoder
from bot.triage.errors import TriageError
from bot.triage.labels import RequestKind
from bot.triage.model import load_model, train
from bot.triage.training import reading_sha256
from bot.triage.weights import LABELS, SHIPPED, read_model


@pytest.fixture(scope="module")
def small_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few mails of every hand."""
    folder = tmp_path_factory.mktemp("corpus")
    for path in SHIPPED_CORPUS.glob("*.jsonl"):
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = lines[:: max(1, len(lines) // 8)]
        (folder / path.name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    return folder


def test_training_twice_gives_the_same_bytes_and_a_model_that_works(small_corpus: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    first = train(small_corpus, tmp_path / "first.npz", steps.append)
    second = train(small_corpus, tmp_path / "second.npz")

    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    assert first.mails == second.mails > 150
    assert first.size == (tmp_path / "first.npz").stat().st_size
    assert len(steps) >= 3
    verdict = classify(load_model(tmp_path / "first.npz"), "", "Verwijder al mijn persoonsgegevens en mijn account.")
    assert verdict.scores[RequestKind.ERASURE] == max(verdict.scores.values())


def test_the_shipped_model_was_trained_from_the_shipped_mails_by_this_code() -> None:
    files = training_files(SHIPPED_CORPUS)
    about = load_model().about

    assert about["corpus_sha256"] == digest(files)
    assert about["reading_sha256"] == reading_sha256([mail for path in files for mail in labelled_mails(path)])


def test_the_shipped_model_was_trained_beside_the_shipped_encoder() -> None:
    version = sha256(ENCODER.read_bytes()).hexdigest()[:12]

    assert load_model().about["encoder"] == shipped_encoder().about["version"] == version


def test_training_never_reads_a_held_back_hand() -> None:
    names = {path.stem for path in training_files(SHIPPED_CORPUS)}

    assert names
    assert not names & HELD_BACK
    assert all((SHIPPED_CORPUS / f"{name}.jsonl").exists() for name in HELD_BACK)


def test_the_shipped_model_holds_nothing_that_could_be_executed() -> None:
    with np.load(SHIPPED, allow_pickle=False) as arrays:
        kinds = {arrays[name].dtype.kind for name in arrays.files}

    assert kinds <= set("iuf")
    assert SHIPPED.stat().st_size < 7_000_000


def test_the_shipped_model_loads_in_a_moment(tmp_path: Path) -> None:
    copy = tmp_path / "model.npz"
    copy.write_bytes(SHIPPED.read_bytes())

    begin = time.process_time()
    load_model(copy)

    assert time.process_time() - begin < 0.5


def test_doubt_lies_below_decision_for_every_label() -> None:
    thresholds = load_model().thresholds

    assert all(0 < thresholds[label].doubt < thresholds[label].decided < 1 for label in LABELS)


@pytest.mark.parametrize("content", [None, b"", b"no archive", b"PK\x03\x04 broken"])
def test_an_unusable_model_file_names_the_mend(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(TriageError, match="privacybot train"):
        load_model(path)


def test_a_model_damaged_anywhere_is_refused_as_such(tmp_path: Path) -> None:
    whole, refused = SHIPPED.read_bytes(), 0
    for number in range(40):
        at = number * len(whole) // 40
        damaged = tmp_path / f"{number}.npz"
        damaged.write_bytes(whole[:at] + bytes(512) + whole[at + 512 :])
        try:
            read_model(damaged)
        except TriageError:
            refused += 1
        damaged.unlink()

    assert refused > 20


def test_a_model_with_pickled_content_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    np.savez(path, meta=np.array([{"about": {}}], dtype=object))

    with pytest.raises(TriageError, match="cannot be read"):
        load_model(path)


def test_a_model_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    meta = json.dumps({"about": {"format": 1}, "thresholds": {}}).encode()
    np.savez(path, meta=np.frombuffer(meta, dtype=np.uint8))

    with pytest.raises(TriageError, match="format 1"):
        load_model(path)


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TriageError, match="no file to learn from"):
        train(tmp_path, tmp_path / "model.npz")


def test_a_corpus_of_requests_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text('{"id": "1", "text": "wis alles", "labels": ["erasure"]}\n', encoding="utf-8")

    with pytest.raises(TriageError, match="both requests and ordinary mail"):
        train(tmp_path, tmp_path / "model.npz")


def test_a_broken_line_of_the_corpus_is_named(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_text('{"id": "1", "text": "hoi", "labels": []}\n{"id": "2"}\n', encoding="utf-8")

    with pytest.raises(TriageError, match="line 2"):
        list(labelled_mails(path))
