"""Texts as numbers: hashed words, word pairs and letter groups. The same code trains and reads, so both agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.triage.families import families
from bot.triage.wording import folded, words

BITS = 17  # for letters; words have as many of their own
BUCKETS = 1 << (BITS + 1)

_LETTERS = (3, 4, 5)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - BITS)
_KEY_BITS = BITS + 1

Buckets = NDArray[np.int64]
Keys = NDArray[np.int64]


def buckets(text: str) -> Buckets:
    """The distinct buckets that a text falls into, ascending."""
    return counted([text])[0][0]


def counted(texts: Sequence[str]) -> list[tuple[Buckets, frozenset[str]]]:
    """Per text its distinct buckets, ascending, and the word families that speak in it. Together is much faster."""
    plains = [folded(text) for text in texts]
    possible = families("\n".join(plains))  # a family silent in the whole is silent in every part
    spoken = [families(plain, possible) for plain in plains]
    seen = [words(plain) for plain in plains]
    keys = np.unique(np.concatenate((_letter_keys(seen), _word_keys(seen, spoken))))
    ends = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.int64) << _KEY_BITS)
    rows = [keys[ends[n] : ends[n + 1]] & (BUCKETS - 1) for n in range(len(texts))]
    return [(row, frozenset(names)) for row, names in zip(rows, spoken, strict=True)]


def merged(parts: list[Buckets]) -> Buckets:
    """The buckets of a whole from those of its parts."""
    if not parts:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.unique(np.concatenate(parts)), dtype=np.int64)


def _letter_keys(seen: Sequence[list[str]]) -> Keys:
    """Groups of three to five letters inside words, word edges included. A key holds text number and bucket."""
    spaced = [f" {' '.join(found)} " for found in seen]
    codes = np.frombuffer("".join(spaced).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(spaced), dtype=np.int64), [len(text) for text in spaced])
    breaks = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(codes == ord(" "))))
    found = [_groups(codes, breaks, owner, size) for size in _LETTERS if len(codes) >= size]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _groups(codes: NDArray[np.uint64], breaks: Keys, owner: Keys, size: int) -> Keys:
    """All groups of one size without a break inside: none of them crosses from one text into the next."""
    count = len(codes) - size + 1
    whole = np.flatnonzero(breaks[size - 1 : size - 1 + count] == breaks[1 : 1 + count])
    mixed = np.full(len(whole), size, dtype=np.uint64)
    for offset in range(size):
        mixed = (mixed ^ codes[whole + offset]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    hashed = ((mixed * _MULTIPLIER) >> _SHIFT).astype(np.int64)
    return np.asarray(hashed | (owner[whole] << _KEY_BITS), dtype=np.int64)


def _word_keys(seen: Sequence[list[str]], spoken: Sequence[list[str]]) -> Keys:
    """Words, neighbouring pairs, pairs with one word between, and the word families that speak."""
    keys: list[int] = []
    for number, (found, names) in enumerate(zip(seen, spoken, strict=True)):
        tokens = [f"1 {word}" for word in found]
        tokens += [f"2 {left} {right}" for left, right in pairwise(found)]
        tokens += [f"3 {left} {right}" for left, right in zip(found, found[2:], strict=False)]
        tokens += [f"4 {name}" for name in names]
        keys += [(number << _KEY_BITS) + (1 << BITS) + _word_bucket(token) for token in tokens]
    return np.array(keys, dtype=np.int64)


def _word_bucket(token: str) -> int:
    hashed = crc32(token.encode("utf-8", "surrogatepass"))
    return (hashed ^ (hashed >> BITS)) & ((1 << BITS) - 1)
