"""What staff read about the dates: each of the forty worked rows, then extension, pauses and court."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cases_builders import make_request
from test_cases_deadlines import ROWS, day

from bot.cases.deadlines import Calendar, term
from bot.cases.model import Suspension
from bot.cases.reckoning import explained

NL = Calendar()
GOLDEN = (Path(__file__).parent / "deadlines_explained.txt").read_text(encoding="utf-8").splitlines()


def said(received: str, **changes: object) -> tuple[str, ...]:
    at = datetime.combine(day(received), datetime.min.time(), UTC).replace(hour=12)
    request = make_request(received_at=at, **changes)
    return explained(request, term(request, NL), NL)


def test_there_is_a_sentence_for_every_row() -> None:
    assert len(GOLDEN) == len(ROWS) == 40


@pytest.mark.requirement("DL-01")
@pytest.mark.parametrize(("row", "golden"), list(zip(ROWS, GOLDEN, strict=True)), ids=lambda one: str(one)[:40])
def test_every_row_is_explained_as_expected(row: dict[str, str], golden: str) -> None:
    assert said(row["received_local"]) == (golden,)


@pytest.mark.requirement("EXT-04")
def test_an_extension_says_which_reading_counts() -> None:
    assert said("2026-01-31", extended_reason="volume")[1] == (
        "verlengd: drie maanden na ontvangst is 30 april, twee maanden na de eerste maand is 28 april; de vroegste "
        "telt, 28 april, een dinsdag: dat is de wettelijke dag; streefdatum dinsdag 28 april"
    )


def test_a_pause_is_told_and_never_as_the_only_date() -> None:
    sentences = said("2026-06-01", suspensions=(Suspension(date(2026, 6, 2), date(2026, 6, 10)),))

    assert sentences[1:] == (
        "wij wachtten van 2 juni tot 10 juni op antwoord, 8 dagen",
        "telt dat wachten mee, dan is de wettelijke dag donderdag 9 juli; zeker is dat niet, reken op woensdag 1 juli",
    )


@pytest.mark.parametrize(
    ("pause", "words"),
    [
        (Suspension(date(2026, 6, 21), date(2026, 6, 28)), "het wachten telt niet mee"),
        (Suspension(date(2026, 6, 2)), "zolang dat niet komt, verandert er geen datum"),
    ],
)
def test_a_pause_that_moves_nothing_says_why(pause: Suspension, words: str) -> None:
    sentences = said("2026-06-01", suspensions=(pause,))

    assert len(sentences) == 2
    assert sentences[1].endswith(words)


def test_the_term_for_the_court_counts_from_the_answer() -> None:
    answered = datetime(2026, 3, 24, 12, tzinfo=UTC)

    assert said("2026-03-05", answered_at=answered)[1] == (
        "beantwoord dinsdag 24 maart 2026; naar de rechter kan tot en met woensdag 6 mei"
    )
