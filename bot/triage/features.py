"""Texts as numbers: hashed words, word pairs and letter groups. The same code trains and reads, so both agree."""

from __future__ import annotations

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
_WORDS_FROM = np.int64(1 << BITS)

Buckets = NDArray[np.int64]


def buckets(text: str) -> Buckets:
    """The distinct buckets that a text falls into, ascending."""
    return counted(text)[0]


def counted(text: str) -> tuple[Buckets, frozenset[str]]:
    """The distinct buckets of a text, ascending, and the word families that speak in it."""
    plain = folded(text)
    spoken = families(plain)
    return merged([_letter_buckets(plain), _word_buckets(plain, spoken)]), frozenset(spoken)


def merged(parts: list[Buckets]) -> Buckets:
    """The buckets of a whole from those of its parts."""
    if not parts:
        return np.zeros(0, dtype=np.int64)
    return np.asarray(np.unique(np.concatenate(parts)), dtype=np.int64)


def _letter_buckets(plain: str) -> Buckets:
    """Groups of three to five letters inside words, word edges included."""
    spaced = " " + " ".join(words(plain)) + " "
    codes = np.frombuffer(spaced.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    breaks = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(codes == ord(" "))))
    found = [_groups(codes, breaks, size) for size in _LETTERS if len(codes) >= size]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _groups(codes: NDArray[np.uint64], breaks: NDArray[np.int64], size: int) -> Buckets:
    count = len(codes) - size + 1
    mixed = np.full(count, size, dtype=np.uint64)
    for offset in range(size):
        mixed = (mixed ^ codes[offset : offset + count]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    inner = breaks[size - 1 : size - 1 + count] - breaks[1 : 1 + count]  # spaces strictly inside the group
    kept = mixed[inner == 0]
    return np.asarray((kept * _MULTIPLIER) >> _SHIFT, dtype=np.int64)


def _word_buckets(plain: str, spoken: list[str]) -> Buckets:
    """Words, neighbouring pairs, pairs with one word between, and the word families that speak."""
    seen = words(plain)
    tokens = [f"1 {word}" for word in seen]
    tokens += [f"2 {left} {right}" for left, right in pairwise(seen)]
    tokens += [f"3 {left} {right}" for left, right in zip(seen, seen[2:], strict=False)]
    tokens += [f"4 {family}" for family in spoken]
    mask = (1 << BITS) - 1
    hashes = [crc32(token.encode()) for token in tokens]
    return np.array([(h ^ (h >> BITS)) & mask for h in hashes], dtype=np.int64) + _WORDS_FROM
