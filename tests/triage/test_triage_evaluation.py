"""The figures of `evaluate`, on mails counted by hand, and a floor under the figures of the held-back hands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.triage.corpus import SHIPPED_CORPUS
from bot.triage.evaluation import Evaluation, evaluate
from bot.triage.model import load_model

MODEL = load_model()
MAILS = [
    ("Verwijder mijn account en alle gegevens die jullie van mij hebben.", ["erasure"]),
    ("Wat hebben jullie allemaal over mij opgeslagen?", ["access"]),
    ("Hoe boek ik een factuur met btw verlegd?", []),
    ("Kan ik het logo op mijn offertes groter maken?", []),
    ("Ik wil niet meer dat jullie mijn gegevens gebruiken voor marketing en profielen.", ["consent_withdrawal"]),
]


def _written(folder: Path, mails: list[tuple[str, list[str]]]) -> Path:
    path = folder / "few.jsonl"
    rows = [{"id": str(number), "text": text, "labels": labels} for number, (text, labels) in enumerate(mails)]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_right_wrong_and_missed_are_counted_per_label(tmp_path: Path) -> None:
    wrong = ("Hoe maak ik een creditfactuur?", ["access"])
    found = evaluate(MODEL, _written(tmp_path, [*MAILS, wrong]))
    access = next(one for one in found.labels if one.label == "access")

    assert (access.right, access.wrong, access.missed) == (1, 0, 1)
    assert access.precision == 1
    assert access.recall == 0.5
    assert (found.mails, found.exact, found.requests, found.requests_seen) == (6, 5, 4, 3)
    assert (found.ordinary, found.ordinary_kept, found.ordinary_decided) == (2, 2, 0)


def test_a_question_about_privacy_is_neither_a_request_nor_ordinary(tmp_path: Path) -> None:
    found = evaluate(MODEL, _written(tmp_path, [*MAILS, ("Waar staan jullie servers?", ["other_privacy"])]))

    assert (found.requests, found.ordinary) == (3, 2)
    assert (found.questions, found.questions_seen) == (1, 1)


def test_objection_and_withdrawal_of_consent_count_as_either(tmp_path: Path) -> None:
    found = evaluate(MODEL, _written(tmp_path, MAILS))

    assert found.exact == 5


def test_the_table_and_the_json_tell_the_same(tmp_path: Path) -> None:
    found = evaluate(MODEL, _written(tmp_path, MAILS))
    rows = {row[0]: row for row in found.rows()}
    told = found.as_json()

    assert rows["erasure"] == ("erasure", "100.0 %", "100.0 %", "100.0 %", "1")
    assert rows["ordinary kept ordinary"][1] == "100.0 %"
    assert told["labels"]["erasure"]["f1"] == 1
    assert told["requests_seen"] == 1
    assert json.loads(json.dumps(told)) == told


def test_identifiers_and_writers_are_counted_where_the_file_labels_them(tmp_path: Path) -> None:
    erase = "Verwijder mijn account en alle gegevens die jullie van mij hebben."
    rows = [
        {"id": "1", "text": f"{erase}\n\nGroet,\nSanne Vermeer", "role": "subject",
         "identifiers": {"name": "mevr. Sanne Vermeer", "phone": "06-12345678"}},
        {"id": "2", "text": f"{erase} Bel 0031612345678.\n\nGroet,\nJoris", "role": "staff",
         "identifiers": {"name": ["Sanne", "S. Vermeer"], "phone": "06 1234 5678"}},
        {"id": "3", "text": erase},
    ]  # fmt: skip
    path = tmp_path / "stated.jsonl"
    path.write_text("\n".join(json.dumps({**row, "labels": ["erasure"]}) for row in rows), encoding="utf-8")

    found = evaluate(MODEL, path)

    assert found.rows()[-7:] == (
        ("identifiers", "right", "wrong", "missed", "of"),
        ("name", "1", "1", "0", "2"),
        ("phone", "1", "0", "1", "2"),
        ("together", "2", "1", "1", "4"),
        ("who writes", "right", "wrong", "missed", "of"),
        ("staff", "0", "0", "1", "1"),
        ("subject", "1", "1", "0", "1"),
    )
    assert found.as_json()["identifiers"]["name"] == {"right": 1, "wrong": 1, "missed": 0}
    assert found.as_json()["writers"]["staff"] == {"given": 1, "found": 0, "right": 0, "taken_for": {"subject": 1}}


def test_new_values_of_corrections_are_counted_per_field(tmp_path: Path) -> None:
    rows = [
        {"text": "Mijn e-mailadres is gewijzigd van sanne@klant.example naar s.vermeer@klant.example.",
         "corrections": [{"field": "email", "old": "sanne@klant.example", "new": "s.vermeer@klant.example"},
                         {"field": "birth_date", "old": None, "new": "3 mei 1980"}]},
        {"text": "Mijn postcode moet 9401 AB zijn, niet 9401 BA.",
         "corrections": [{"field": "postcode", "old": "9401 BA", "new": "9401 AC"}]},
        {"text": "Mijn telefoonnummer moet 06-12345678 zijn, pas dat aan."},
    ]  # fmt: skip
    path = tmp_path / "changes.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": str(number), **row, "labels": ["correction"]}) for number, row in enumerate(rows))
    )

    found = evaluate(MODEL, path).as_json()

    assert found["corrections"] == {
        "birthdate": {"right": 0, "wrong": 0, "missed": 1},
        "email": {"right": 1, "wrong": 0, "missed": 0},
        "postcode": {"right": 0, "wrong": 1, "missed": 0},
    }


def test_what_replies_do_is_counted_where_the_file_labels_it(tmp_path: Path) -> None:
    rows = [("Ik heb dit niet aangevraagd.", "not_me"), ("Ik ga naar de Autoriteit Persoonsgegevens.", "thanks")]
    path = tmp_path / "replies.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": text, "text": text, "labels": [], "intent": [intent]}) for text, intent in rows)
    )

    found = evaluate(MODEL, path)

    assert (found.particulars.replies.replies, found.particulars.replies.exact) == (2, 1)
    assert (found.mails, found.ordinary) == (2, 0)  # a reply in a case is no ordinary mail
    assert found.as_json()["intents"]["thanks"] == {"right": 0, "wrong": 0, "missed": 1}
    assert found.as_json()["intents"]["complaint_ap"] == {"right": 0, "wrong": 1, "missed": 0}
    assert found.as_json()["intents_macro_f1"] == 0.5
    assert ("intents exactly right", "50.0 %", "", "", "2") in found.rows()


def test_a_file_without_identifiers_and_writers_shows_no_table_of_them(tmp_path: Path) -> None:
    found = evaluate(MODEL, _written(tmp_path, MAILS))

    assert found.rows()[-1][0] == "a person is asked"
    assert found.as_json()["identifiers"] == found.as_json()["writers"] == {}


def test_an_empty_file_gives_noughts_and_no_error(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("", encoding="utf-8")

    assert evaluate(MODEL, path).as_json()["exact"] == 0


def _every_second(hand: str, folder: Path) -> Evaluation:
    """Half of a held-back hand; `privacybot evaluate` counts all of it."""
    lines = (SHIPPED_CORPUS / f"{hand}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / f"{hand}.jsonl"
    path.write_text("".join(lines[::2]), encoding="utf-8")
    return evaluate(MODEL, path)


_MIXED_HANDS = (
    "winter", "spring", "harvest", "frost", "advent", "solstice", "weekday", "lantern", "ember", "juniper", "linden",
    "maple", "oar",
)  # fmt: skip


@pytest.mark.longest
@pytest.mark.timeout(600)  # three thousand mails: a minute on a processor without instructions for eight bits
def test_the_held_back_hands_stay_above_the_floor(tmp_path: Path) -> None:
    requests = _every_second("second_voice", tmp_path)
    ordinary = _every_second("ordinary_second", tmp_path)
    mixed = _every_second("mixed_blind", tmp_path)
    others = [_every_second(f"{hand}_blind", tmp_path) for hand in _MIXED_HANDS]
    every = [requests, mixed, *others]

    assert requests.requests_seen / requests.requests > 0.97
    assert ordinary.ordinary_kept / ordinary.ordinary > 0.8
    assert ordinary.ordinary_decided / ordinary.ordinary < 0.02
    assert mixed.exact / mixed.mails > 0.9
    assert all(one.requests_seen / one.requests > 0.975 for one in every)  # one mail is about a point
    assert sum(one.requests_seen for one in every) / sum(one.requests for one in every) > 0.99
    assert sum(one.ordinary_kept for one in every) / sum(one.ordinary for one in every) > 0.91


def test_replies_held_back_stay_above_the_floor() -> None:
    replies = evaluate(MODEL, SHIPPED_CORPUS / "replies_blind.jsonl").particulars.replies

    assert replies.macro_f1 > 0.86
    assert replies.exact / replies.replies > 0.72
