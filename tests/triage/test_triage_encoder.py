"""The encoder: what it reads of a mail, what it costs, and what happens if its files cannot be used."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.triage.classify import classify
from bot.triage.encoder import ENCODER, PIECES, Encoder, Meaning, Shown, shipped_encoder
from bot.triage.labels import RequestKind
from bot.triage.model import load_model
from bot.triage.weights import INTENTS, SCORED, WRITERS
from bot.triage.wording import sentences

MODEL = load_model()
LONG = "De btw op de factuur van vorige maand staat nog op het oude tarief. " * 60
ASKS = "Gooi alles weg wat u van mij bewaart."


def _read(text: str, quoted: str = "", loud: tuple[float, ...] = ()) -> Meaning:
    return shipped_encoder().read("", sentences(text), quoted, loud)


def _score(meaning: Meaning, label: str) -> float:
    return float(meaning.labels[SCORED.index(label)])


def test_the_encoder_names_its_labels_and_intents_in_our_order() -> None:
    about = shipped_encoder().about

    assert tuple(about["labels"]) == SCORED
    assert tuple(about["intents"]) == INTENTS
    assert tuple(about["writers"]) == WRITERS


def test_the_sentence_that_asks_scores_above_the_others() -> None:
    meaning = _read(f"De factuur is binnen, dank. {ASKS} Tot volgende week.")

    erasure = meaning.sentences[:, SCORED.index(RequestKind.ERASURE)]
    assert int(erasure.argmax()) == 1
    assert meaning.read.all()


def test_words_of_a_quote_are_the_writers_only_below_a_yes() -> None:
    asked = "Wilt u dat wij uw account en al uw gegevens verwijderen?"

    assert not classify(MODEL, "", "Dank u, dat was alles.", ASKS).kinds
    assert classify(MODEL, "", "Ja, graag.", asked).kinds == {RequestKind.ERASURE}


ASKED = "Waarmee kunnen we u helpen? 1 = een kopie van uw gegevens, 2 = een vraag over uw factuur."


def test_beside_few_words_what_they_answer_counts_half() -> None:
    alone, above, both = (_labels("Eén graag.", shown) for shown in (Shown.NEVER, Shown.ALWAYS, Shown.BESIDE))
    unsaid = alone <= 0

    assert unsaid.any()
    assert np.allclose(both[unsaid], (alone + above)[unsaid] / 2)
    assert not np.allclose(alone, above)


def test_what_few_words_say_outright_no_quote_takes_away() -> None:
    alone, both = (_labels("Verwijder al mijn gegevens.", shown) for shown in (Shown.NEVER, Shown.BESIDE))
    erasure = SCORED.index(RequestKind.ERASURE)

    assert both[erasure] >= alone[erasure] > 0


def _labels(text: str, shown: Shown) -> NDArray[np.float64]:
    return shipped_encoder().read("", [text], ASKED, shown=shown).labels


def test_what_a_reply_means_is_read_with_its_subject_and_our_letter_and_without() -> None:
    ours, letter = "Re: Welk account bedoelt u?", "U hebt een account bij ons en een bij de webshop. Welk bedoelt u?"
    alone, above = ([_intents(subject, quoted) for subject in (ours, "")] for quoted in ("", letter))

    heard = shipped_encoder().read(ours, ["De webshop."], letter, shown=Shown.NEVER, reply=True)

    assert heard.intents_alone is not None
    assert np.allclose(np.mean([*alone, *above], axis=0), heard.intents)
    assert np.allclose(np.mean(alone, axis=0), heard.intents_alone)


def _intents(subject: str, quoted: str) -> NDArray[np.float64]:
    return shipped_encoder().read(subject, ["De webshop."], quoted).intents


def test_of_a_long_mail_the_loudest_stretch_is_read() -> None:
    text = f"{LONG}{ASKS} {LONG}"
    pieces = sentences(text)
    place = pieces.index(ASKS)

    heard = _read(text, loud=tuple(float(number == place) for number in range(len(pieces))))

    assert heard.read[place]
    assert not heard.read.all()
    assert _score(heard, RequestKind.ERASURE) > 0


@pytest.mark.parametrize(
    "text",
    ["", "?", "\u200b\u200b", "x" * 40_000, "\x00\ufffe \ud800", "wis\n" * 9000, "😀" * 3000],
    ids=["empty", "one mark", "no width", "no spaces", "no characters", "many lines", "smileys"],
)
def test_no_text_is_too_odd_to_read(text: str) -> None:
    assert _read(text).labels.shape == (len(SCORED),)


def test_a_mail_ten_times_as_long_costs_no_more_than_the_bound() -> None:
    text = f"{ASKS} {LONG}"
    begin = time.process_time()
    _read(text)
    once = time.process_time() - begin
    begin = time.process_time()
    _read(text * 10)

    assert time.process_time() - begin < 6 * once + 0.1


def test_an_ordinary_mail_is_not_read_twice() -> None:
    words = "Goedemorgen, kan ik in de app ook een offerte omzetten naar een factuur? Groet, Sanne"
    begin = time.process_time()
    for _ in range(20):
        verdict = classify(MODEL, "Offerte omzetten", words)
    cost = time.process_time() - begin

    assert verdict.ordinary
    assert cost < 20 * 0.02


@pytest.mark.parametrize("network", [b"", b"no network"])
def test_a_damaged_encoder_is_refused(network: bytes, tmp_path: Path) -> None:
    damaged = tmp_path / "encoder.onnx"
    damaged.write_bytes(network)

    with pytest.raises(Exception, match=r"(?i)onnx|model|protobuf|invalid"):
        Encoder(damaged, PIECES.read_bytes(), {})


def test_the_files_are_small_enough_to_ship() -> None:
    assert ENCODER.stat().st_size < 50_000_000
    assert PIECES.stat().st_size < 2_000_000
