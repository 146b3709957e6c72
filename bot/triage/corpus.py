"""The labelled mails: read from JSON Lines, and cut into sentences with the labels that their marked spans give."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.triage.errors import CorpusUnusableError
from bot.triage.labels import Intent

SHIPPED_CORPUS = Path(__file__).parent / "corpus"
HELD_BACK = frozenset(
    {
        "second_voice",
        "ordinary_second",
        "mixed_blind",
        "winter_blind",
        "spring_blind",
        "harvest_blind",
        "changes_blind",
        "frost_blind",
        "advent_blind",
        "solstice_blind",
        "weekday_blind",
        "lantern_blind",
        "ember_blind",
        "juniper_blind",
        "linden_blind",
        "maple_blind",
        "oar_blind",
        "replies_blind",
    }
)
"""Files (hands) that training never sees: `evaluate` reports on them. See corpus/PROVENANCE.md."""
COMPOSED = frozenset({"spliced"})
"""Hands that a program put together of sentences by others: to learn from, never to judge by."""
STAFF = "staff"
"""The hand of the mails that staff of an installation labelled; each was written by somebody else."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled mail or sentence. `spans` are (label, exact words); `labels` is empty for ordinary mail."""

    id: str
    hand: str  # the file it came from, without suffix
    subject: str = field(repr=False)
    text: str = field(repr=False)
    quoted: str = field(repr=False)
    labels: frozenset[str]
    spans: tuple[tuple[str, str], ...] = field(repr=False)
    intents: frozenset[str]
    writer: str | None
    language: str  # empty where the file does not tell
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)  # any of the values is right
    corrections: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # (field, new value)

    @property
    def single(self) -> bool:
        """A sentence without a mail around it."""
        return self.hand.startswith("sentences")

    @property
    def in_case(self) -> bool:
        """A reply in a running case."""
        return bool(self.intents)

    def labels_of(self, sentence: str) -> frozenset[str] | None:
        """The labels that this sentence carries; None where the marks do not say.

        Staff say what a mail asks, and the marks in it are a guess: they tell nothing of the sentences without one.
        """
        if self.single or not self.labels:
            return self.labels
        if not self.spans:
            return None
        carried = frozenset(label for label, words in self.spans if _shares(self.text, sentence, words))
        return None if self.hand == STAFF and not carried else carried


def _shares(text: str, sentence: str, words: str) -> bool:
    """Whether more than half of the shorter of both lies in the other."""
    begin, start = text.find(words), text.find(sentence)
    if begin < 0 or start < 0:
        return False
    common = min(begin + len(words), start + len(sentence)) - max(begin, start)
    return common > 0.5 * min(len(words), len(sentence))


def labelled_mails(path: Path) -> Iterator[Labelled]:
    """The mails of one file, in order."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as unread:
        raise CorpusUnusableError(path, "cannot be read") from unread
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _labelled(json.loads(line), path.stem)
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise CorpusUnusableError(path, f"have a line {number} that is no labelled mail") from wrong


def _labelled(row: dict[str, Any], hand: str) -> Labelled:
    return Labelled(
        id=str(row["id"]),
        hand=hand,
        subject=row.get("subject") or "",
        text=row["text"],
        quoted=row.get("quoted") or "",
        labels=frozenset(row["labels"]),
        spans=tuple((span["label"], span["text"]) for span in row.get("spans") or ()),
        intents=frozenset(map(Intent, row.get("intent") or ())),
        writer=row.get("role"),
        language=row.get("lang") or "",
        identifiers={name: _values(value) for name, value in (row.get("identifiers") or {}).items()},
        corrections=tuple((one["field"], one["new"]) for one in row.get("corrections") or () if one.get("new")),
    )


def _values(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def training_files(corpus: Path) -> tuple[Path, ...]:
    """The files to learn from, by name; the held-back ones are left out."""
    found = tuple(path for path in sorted(corpus.glob("*.jsonl")) if path.stem not in HELD_BACK)
    if not found:
        raise CorpusUnusableError(corpus, "hold no file to learn from")
    return found


def digest(files: tuple[Path, ...]) -> str:
    """What was learned from, as one SHA-256 over names and bytes."""
    whole = hashlib.sha256()
    for path in files:
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def digest_of(mails: Sequence[Labelled]) -> str:
    """What was learned beside the files, as one SHA-256 over words and labels."""
    told = [[one.subject, one.text, one.quoted, sorted(one.labels), list(one.spans)] for one in mails]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
