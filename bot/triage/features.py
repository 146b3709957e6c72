"""Texts as numbers: hashed words, word pairs and letter groups. The same code trains and reads, so both agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, pairwise
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

_KEPT_WORDS = 10_000  # about 5 MB
_KEPT_LENGTH = 24  # letters of a word that is kept

Buckets = NDArray[np.int64]
Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Word:
    """What one word adds to any text: worked out once, because mail is made of the same few thousand words."""

    buckets: NDArray[np.int32] = field(repr=False)  # of its letter groups and of itself
    spelled: bytes = field(repr=False)
    pair: int  # the checksum of a neighbouring pair goes on from here,
    gap: int  # and that of a pair with one word between from here


_KEPT: dict[str, _Word] = {}


def buckets(text: str) -> Buckets:
    """The distinct buckets that a text falls into, ascending."""
    return counted([text])[0][0]


def counted(texts: Sequence[str]) -> list[tuple[Buckets, frozenset[str]]]:
    """Per text its distinct buckets, ascending, and the word families that speak in it. Together is much faster."""
    plains = [folded(text) for text in texts]
    possible = families("\n".join(plains))  # a family silent in the whole is silent in every part
    spoken = [families(plain, possible) for plain in plains] if len(plains) > 1 else [possible]
    known = _known(words(plain) for plain in plains)
    keys = _distinct(np.concatenate((_word_keys(known), _pair_keys(known, spoken))))
    ends = np.searchsorted(keys, np.arange(len(texts) + 1, dtype=np.int64) << _KEY_BITS)
    rows = [keys[ends[n] : ends[n + 1]] & (BUCKETS - 1) for n in range(len(texts))]
    return [(row, frozenset(names)) for row, names in zip(rows, spoken, strict=True)]


def merged(parts: list[Buckets]) -> Buckets:
    """The buckets of a whole from those of its parts."""
    return _distinct(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)


def _distinct(keys: Keys) -> Keys:
    keys.sort()
    first = np.concatenate((np.ones(min(1, len(keys)), dtype=np.bool_), keys[1:] != keys[:-1]))
    return np.asarray(keys[first], dtype=np.int64)


def _word_keys(known: Sequence[Sequence[_Word]]) -> Keys:
    """Words and the letters in them. A key holds text number and bucket."""
    found = [one.buckets for text in known for one in text]
    owner = np.repeat(np.arange(len(known)), [sum(len(one.buckets) for one in text) for text in known])
    keys = np.concatenate((*found, np.zeros(0, dtype=np.int64))) | (owner << _KEY_BITS)
    return np.asarray(keys, dtype=np.int64)


def _pair_keys(known: Sequence[Sequence[_Word]], spoken: Sequence[Sequence[str]]) -> Keys:
    """Neighbouring pairs, pairs with one word between, and the word families that speak."""
    sums = [
        [
            *(crc32(right.spelled, left.pair) for left, right in pairwise(text)),
            *(crc32(right.spelled, left.gap) for left, right in zip(text, text[2:], strict=False)),
            *map(_family_sum, names),
        ]
        for text, names in zip(known, spoken, strict=True)
    ]
    owner = np.repeat(np.arange(len(sums)), [*map(len, sums)])
    return _word_bucket(np.fromiter(chain.from_iterable(sums), np.int64)) | (owner << _KEY_BITS)


@cache
def _family_sum(name: str) -> int:
    return crc32(f"4 {name}".encode())


def _word_bucket(checksum: Keys) -> Keys:
    return ((checksum ^ (checksum >> BITS)) & ((1 << BITS) - 1)) | (1 << BITS)


def _known(texts: Iterable[list[str]]) -> list[list[_Word]]:
    """The words of each text. Short ones are kept for the next mail, up to a bound."""
    found = [*texts]
    if len(_KEPT) > _KEPT_WORDS:
        _KEPT.clear()
    fresh = _learned([*{word for text in found for word in text if word not in _KEPT}])
    _KEPT.update((word, one) for word, one in fresh.items() if len(word) <= _KEPT_LENGTH)
    return [[fresh.get(word) or _KEPT[word] for word in text] for text in found]


def _learned(fresh: Sequence[str]) -> Mapping[str, _Word]:
    if not fresh:
        return {}
    spelled = [word.encode("utf-8", "surrogatepass") for word in fresh]
    own = _word_bucket(np.fromiter((crc32(b"1 " + one) for one in spelled), np.int64))
    keys = np.concatenate((_letter_keys(fresh), own | (np.arange(len(fresh)) << _KEY_BITS)))
    keys.sort()
    ends = np.searchsorted(keys, np.arange(len(fresh) + 1, dtype=np.int64) << _KEY_BITS)
    rows = (keys & (BUCKETS - 1)).astype(np.int32)
    return {
        word: _Word(rows[ends[n] : ends[n + 1]].copy(), one, crc32(b"2 " + one + b" "), crc32(b"3 " + one + b" "))
        for n, (word, one) in enumerate(zip(fresh, spelled, strict=True))
    }


def _letter_keys(fresh: Sequence[str]) -> Keys:
    """Groups of three to five letters inside words, word edges included. A key holds word number and bucket."""
    spaced = [f" {word} " for word in fresh]
    codes = np.frombuffer("".join(spaced).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owner = np.repeat(np.arange(len(spaced), dtype=np.int64), [len(text) for text in spaced])
    breaks = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(codes == ord(" "))))
    found = [_groups(codes, breaks, owner, size) for size in _LETTERS if len(codes) >= size]
    return np.concatenate((*found, np.zeros(0, dtype=np.int64)))


def _groups(codes: NDArray[np.uint64], breaks: Keys, owner: Keys, size: int) -> Keys:
    """All groups of one size without a break inside: none of them crosses from one word into the next."""
    count = len(codes) - size + 1
    whole = np.flatnonzero(breaks[size - 1 : size - 1 + count] == breaks[1 : 1 + count])
    mixed = np.full(len(whole), size, dtype=np.uint64)
    for offset in range(size):
        mixed = (mixed ^ codes[whole + offset]) * _MULTIPLIER
        mixed ^= mixed >> np.uint64(29)
    hashed = ((mixed * _MULTIPLIER) >> _SHIFT).astype(np.int64)
    return np.asarray(hashed | (owner[whole] << _KEY_BITS), dtype=np.int64)
