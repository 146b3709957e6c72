"""A reader of mail that remembers what its encoder said: journeys send the same words again and again.

What the encoder says hangs on the pieces it is shown and on nothing else, and reading them takes most of the time of
many a journey. It is put in the child's place of the encoder, since nothing in the service has a use for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.triage.encoder import Encoder, shipped_encoder
from bot.triage.reading import Reader

_MOST = 2_000  # readings kept in one child; some 10 kB each


def warmed(reader: Reader) -> None:
    """What a child does before its first mail."""
    reader.warm()
    shipped_encoder()
    Encoder.seen = _remembered(Encoder.seen)  # type: ignore[method-assign]


def _remembered(seen: Callable[..., Any]) -> Callable[..., Any]:
    said: dict[tuple[int, tuple[int, ...], tuple[int, ...], tuple[int, ...]], Any] = {}

    def answer(encoder: Encoder, head: list[int], window: Any, below: list[int]) -> Any:
        shown = (id(encoder), tuple(head), tuple(window.pieces), tuple(below))
        if shown not in said:
            if len(said) >= _MOST:
                said.clear()
            said[shown] = seen(encoder, head, window, below)
        return replace(said[shown], window=window)  # the same pieces may make other sentences

    return answer
