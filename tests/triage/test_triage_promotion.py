"""Whether a new model may judge: what it may lose against the one that does, and what not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.corpus import HELD_BACK, STAFF, Labelled
from bot.triage.evaluation import Evaluation, LabelFigures
from bot.triage.model import load_model
from bot.triage.promotion import FROZEN, Comparison, Marks, marks
from bot.triage.training import weight_of_staff

FIGURES = Evaluation(
    file="frozen",
    mails=1000,
    labels=(LabelFigures("access", 80, 10, 20, 15), LabelFigures("erasure", 90, 10, 10, 5)),
    exact=850,
    requests=400,
    requests_seen=392,
    ordinary=600,
    ordinary_kept=520,
    ordinary_decided=20,
    persons=100,
    questions=60,
    questions_seen=60,
)
NOW = Marks("now", FIGURES, frozenset({"KB-2026-0001", "KB-2026-0002"}))


def compared(new: Marks) -> tuple[str, ...]:
    return Comparison(NOW, new, 3).against()


def with_figures(**changes: int) -> Marks:
    return replace(NOW, version="new", frozen=replace(FIGURES, **changes))


def test_nothing_speaks_against_a_model_that_is_as_good() -> None:
    assert compared(replace(NOW, version="new")) == ()


def test_one_request_missed_more_is_too_many() -> None:
    [against] = compared(with_figures(requests_seen=391))

    assert against == "it misses 1 more of 400 requests"


def test_of_the_questions_about_privacy_a_twentieth_may_be_lost() -> None:
    assert compared(with_figures(questions_seen=57)) == ()
    assert compared(with_figures(questions_seen=56)) == ("it misses 4 more of 60 questions about privacy",)


@pytest.mark.parametrize(("figure", "within", "beyond"), [("exact", 845, 844), ("ordinary_kept", 517, 516)])
def test_of_the_other_figures_half_a_point_may_be_lost(figure: str, within: int, beyond: int) -> None:
    assert compared(with_figures(**{figure: within})) == ()
    assert len(compared(with_figures(**{figure: beyond}))) == 1


def test_a_lower_f1_of_the_rights_is_named() -> None:
    worse = (FIGURES.labels[0], replace(FIGURES.labels[1], right=85, missed=15))

    [against] = compared(replace(NOW, frozen=replace(FIGURES, labels=worse)))

    assert against.startswith("macro-F1 of the rights falls from")


def test_what_staff_corrected_must_not_be_got_wrong_again_and_the_case_is_named() -> None:
    unlearned = compared(replace(NOW, right=frozenset({"KB-2026-0002", "KB-2026-0003"})))

    assert unlearned == ("it gets wrong again what staff corrected: KB-2026-0001",)


def test_a_question_that_is_no_right_does_not_count_in_the_mean() -> None:
    other = LabelFigures("other_privacy", 0, 50, 50, 0)

    assert replace(FIGURES, labels=(*FIGURES.labels, other)).macro_f1 == FIGURES.macro_f1


def test_the_mails_that_decide_are_held_back_from_training() -> None:
    assert {path.stem for path in FROZEN} <= HELD_BACK
    assert all(path.exists() for path in FROZEN)


def test_a_correction_to_ordinary_is_right_only_if_no_person_is_asked() -> None:
    asks = Labelled(
        "KB-1", STAFF, "", "Ik wil inzage in mijn persoonsgegevens.", "", frozenset(), (), frozenset(), None, "nl"
    )
    plain = replace(asks, id="KB-2", text="Hoe boek ik een factuur met btw verlegd?")
    access = replace(asks, id="KB-3", labels=frozenset({"access"}))

    assert marks(load_model(), [asks, plain, access], files=()).right == {"KB-2", "KB-3"}


def test_a_handful_of_corrections_counts_more_than_its_number_and_thousands_never_drown_the_corpus() -> None:
    assert weight_of_staff(10, 14_000) > 1
    assert weight_of_staff(14_000, 14_000) * 14_000 <= 0.1 * 14_000 + 1e-6
    assert weight_of_staff(0, 14_000) == 1
