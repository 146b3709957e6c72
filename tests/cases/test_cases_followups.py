"""Staff read in Dutch what a mail in a running case does."""

from __future__ import annotations

import pytest

from bot.cases.followups import follow_up_words
from bot.triage.labels import Intent


@pytest.mark.parametrize("intent", Intent)
def test_every_follow_up_has_words_for_staff(intent: Intent) -> None:
    assert follow_up_words(intent) not in ("", "automatisch", intent)


def test_mail_that_no_person_wrote_is_called_automatic() -> None:
    assert follow_up_words("automatic") == "automatisch"
