"""A folder is compared with the ledger in spans of UIDs that leave nothing out, however sparse they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.mail.accounting import uid_spans
from bot.mail.mailbox import FolderState


@given(st.integers(1, 2**32 - 1))
def test_the_spans_touch_and_reach_from_the_first_uid_to_the_last(uid_next: int) -> None:
    spans = [*uid_spans(FolderState(uidvalidity=1, uid_next=uid_next, count=0))]

    assert [low for low, _ in spans] == [1, *(high + 1 for _, high in spans)][: len(spans)]
    assert (spans[-1][1] if spans else 0) == uid_next - 1
    assert len(spans) <= 2_000


def test_a_mailbox_of_a_hundred_thousand_mails_is_never_asked_for_all_of_them_at_once() -> None:
    spans = [*uid_spans(FolderState(uidvalidity=1, uid_next=100_001, count=100_000))]

    assert max(high - low + 1 for low, high in spans) == 5_000
