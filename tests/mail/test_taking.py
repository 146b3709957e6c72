"""A mail on its way in: where it ends, whatever it holds and however it is cut into pieces."""

from __future__ import annotations

import re
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from bot.mail.taking import Basket, Dictation, Larder, Shut

PIECES = st.lists(st.text(alphabet="\r\n.a\0", max_size=6).map(str.encode), max_size=12)


def by_lines(sent: bytes) -> tuple[bytes, bytes] | None:
    """The same, said in the plainest way: text and rest, or None while the mail has no end."""
    text = b""
    for line in re.findall(rb"(?s).*?\r\n", sent):
        sent = sent[len(line) :]
        if line == b".\r\n":
            return text, sent
        text += line.removeprefix(b".")
    return None


@given(PIECES, st.sampled_from([b"", b".\r\n", b"\r\n.\r\nQUIT\r\n"]))
def test_a_mail_ends_at_its_end_however_it_is_cut(pieces: list[bytes], ending: bytes) -> None:
    dictation, text = Dictation(), b""

    for piece in [*pieces, ending]:
        if dictation.rest is None:
            text += dictation.heard(piece)
        else:
            dictation.rest += piece

    expected = by_lines(b"".join(pieces) + ending)
    assert (None if dictation.rest is None else (text, dictation.rest)) == expected


def test_what_many_mails_hold_together_is_given_back() -> None:
    larder = Larder(100)
    for _ in range(5):
        refused, cut = Basket(1000, 1000, larder), Basket(1000, 10, larder)
        for basket in (refused, cut):
            basket.add(b"x" * 60)
            basket.add(b"x" * 60)
            basket.empty()
        assert refused.shut is Shut.NO_ROOM
        assert cut.top_only

    assert larder.takes(100)
    assert not larder.takes(1)


def test_a_mail_that_is_handed_out_is_held_once_and_counts_until_it_is_put_away() -> None:
    larder = Larder(2_000_000)
    tracemalloc.start()
    try:
        basket = Basket(2_000_000, 2_000_000, larder)
        for _ in range(20):
            basket.add(b"x" * 50_000)
        content = basket.content()
        in_memory, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(content) == 1_000_000
    assert in_memory < 1_500_000
    assert not larder.takes(1_000_001)
    basket.empty()
    assert larder.takes(2_000_000)
