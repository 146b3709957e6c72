"""The encoder: a small transformer that reads a mail for its meaning, where counting words is not enough.

Twelve layers of 384 numbers per piece of a word (Devlin et al. 2019, "BERT"). The weights began as
multilingual-e5-small (Wang et al. 2024, MIT licence) and were taught on our labelled mails, see
`docs/recognition.md`. It runs on one core, without network.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

from bot.triage.errors import ModelUnusableError
from bot.triage.values import TAGS, WHO, Spoken, spoken

ENCODER = Path(__file__).parent / "data" / "encoder.onnx"
PIECES = Path(__file__).parent / "data" / "pieces.model"
ABOUT = Path(__file__).parent / "data" / "encoder.json"

_SUBJECT = 40  # pieces read of the subject
_QUOTED = 96  # of the text below the new words
_WINDOW = 224  # of the new words in one go
_WINDOWS = 4  # of one mail: a longer one is read where it begins, where it ends and where the words are loudest
_LOUDEST = 96  # pieces of the loudest sentences of a longer mail, read by themselves: padding must not drown them
_LONGEST = 6_000  # characters of one sentence
_SLOW = ["SkipLayerNormFusion"]  # its steps apart take a tenth less time
_SAID = ("logits", "tokens", "intents", "values", "who", "writer")  # what is asked of the network
_OWN, _BELOW, _HEAD = 0, 1, 2  # which kind of text a piece belongs to

Row = NDArray[np.float64]
Numbers = NDArray[np.int64]
Tags = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What the encoder makes of a mail, in the order that its `about` names: labels, sentences and intents in log-odds.

    `writers` (the roles of who writes) are logarithms of chances. `sentences` has a row for each
    sentence given; one that was not read has only zeros in it, and `read` tells which.
    """

    labels: Row
    sentences: Row
    read: NDArray[np.bool_]
    intents: Row
    writers: Row
    values: tuple[Spoken, ...] = field(default=(), repr=False)
    intents_alone: Row | None = None  # of a reply, without what stands below it
    who: tuple[Spoken, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of sentences that are read together: their pieces, and to which sentence each belongs."""

    pieces: list[int]
    owners: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What each piece of a window and of the subject may be a part of: log-odds per tag."""

    tags: Sequence[str]
    own: Tags
    head: Tags


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What one window came to: labels, intents and writer of all of it; labels, values and names of its pieces."""

    window: _Window
    labels: Row
    pieces: Row
    intents: Row
    writers: Row
    values: _Marks
    who: _Marks


class Shown(Enum):
    """Whether the labels of a mail are read with what stands below it. Intents always are, with it and without."""

    NEVER = "never"
    BESIDE = "beside"  # without it and with it: the mean
    ALWAYS = "always"


class Encoder:
    """Reads mails one at a time. Loads in about a tenth of a second; about 70 MB of memory."""

    def __init__(self, network: Path, pieces: bytes, about: Mapping[str, Any]) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the cage already keeps every core busy
        options.enable_cpu_mem_arena = False  # memory goes back after each mail
        options.enable_mem_pattern = False  # a plan for every length of mail would be kept for good
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(network), options, providers=["CPUExecutionProvider"], disabled_optimizers=_SLOW
        )
        self._words = SentencePieceProcessor(model_proto=pieces)
        self.about = about
        self._begin, self._end = int(self._words.bos_id()), int(self._words.eos_id())

    def read(
        self,
        subject: str,
        sentences: Sequence[str],
        quoted: str = "",
        loud: Sequence[float] = (),
        *,
        shown: Shown = Shown.ALWAYS,
        reply: bool = False,
    ) -> Meaning:
        """The meaning of a mail. `loud`: how much each sentence matters, where not all of a long mail can be read.

        The subject of a `reply` is mostly our letter's, and what stands below it is that letter: its intents are the
        mean of what is read with each of them and without, and beside that the mean without the letter.
        """
        cut = [self._pieces(text, _LONGEST) for text in sentences]
        head = self._pieces(subject, 300)[:_SUBJECT]
        below = self._pieces(quoted, 1200)[:_QUOTED]
        windows = _chosen(list(_windows(cut)), cut, loud)
        first = _First(self, windows[0], head, below)
        always = shown is Shown.ALWAYS
        seen = [first.seen(quoted=always), *(self.seen(head, one, below if always else []) for one in windows[1:])]
        labels = np.max([one.labels for one in seen], axis=0)
        if shown is Shown.BESIDE and len(windows) == 1:
            labels = _answering(labels, first.seen(quoted=True).labels)
        of_sentences = np.zeros((len(sentences), len(self.about["labels"])))
        read = np.zeros(len(sentences), dtype=bool)
        for one in seen:
            _note(of_sentences, read, one.window, one.pieces)
        alone = first.intents(quoted=False) if reply else seen[0].intents
        return Meaning(
            labels=labels,
            sentences=of_sentences,
            read=read,
            intents=(alone + first.intents(quoted=True)) / 2 if reply else alone,
            intents_alone=alone,
            writers=np.mean([_logarithms(one.writers) for one in seen], axis=0),
            values=tuple(self._marked([(one.window, one.values) for one in seen], sentences, subject)),
            who=tuple(self._marked([(one.window, one.who) for one in seen], sentences, subject)),
        )

    def _marked(
        self, seen: Sequence[tuple[_Window, _Marks]], sentences: Sequence[str], subject: str
    ) -> Iterator[Spoken]:
        """What is marked, in the order of the mail; in most mails nothing is."""
        tags = seen[0][1].tags
        yield from self._spoken(subject[:300], seen[0][1].head, tags)
        rows: dict[int, Tags] = {}
        for window, marks in seen:
            owners = np.array(window.owners, dtype=np.int64)
            for number in dict.fromkeys(window.owners):
                own = marks.own[owners == number]
                if len(own) > len(rows.get(number, ())):
                    rows[number] = own
        for number in sorted(rows):
            yield from self._spoken(sentences[number][:_LONGEST], rows[number], tags)

    def _spoken(self, text: str, rows: Tags, tags: Sequence[str]) -> Iterator[Spoken]:
        if not len(rows) or not rows.argmax(axis=1).any():
            return
        raw = text.encode("utf-8", "replace")
        pieces = self._words.encode(raw.decode(), return_type="proto").pieces
        yield from spoken(raw, [(piece.begin, piece.end) for piece in pieces], rows, tags)

    def _pieces(self, text: str, characters: int) -> list[int]:
        """The numbers of a text's pieces; what is no character (a lone surrogate) becomes a question mark."""
        return list(self._words.encode(text[:characters].encode("utf-8", "replace").decode()))

    def seen(self, head: list[int], window: _Window, below: list[int]) -> _Seen:
        """What the network says of one stretch, with the subject ahead of it and what it quotes below."""
        pieces = [self._begin, *head, self._end, *window.pieces, self._end, *below]
        kinds = [_OWN, *[_HEAD] * len(head), _OWN, *[_OWN] * len(window.pieces), _OWN, *[_BELOW] * len(below)]
        fed = {
            "ids": np.array([pieces], dtype=np.int64),
            "seg": np.array([kinds], dtype=np.int64),
        }
        labels, each, intents, values, who, writers = self._session.run(_SAID, fed)
        own, above = slice(len(head) + 2, len(head) + 2 + len(window.pieces)), slice(1, len(head) + 1)
        return _Seen(
            window,
            labels=labels[0].astype(np.float64),
            pieces=each[0, own].astype(np.float64),
            intents=intents[0].astype(np.float64),
            writers=writers[0].astype(np.float64),
            values=_Marks(TAGS, values[0, own], values[0, above]),
            who=_Marks(WHO, who[0, own], who[0, above]),
        )


class _First:
    """The first stretch of a mail, read with its subject and what it quotes, and without: each once."""

    def __init__(self, encoder: Encoder, window: _Window, head: list[int], below: list[int]) -> None:
        self._encoder, self._window, self._head, self._below = encoder, window, head, below
        self._read: dict[tuple[bool, bool], _Seen] = {}

    def seen(self, *, headed: bool = True, quoted: bool) -> _Seen:
        which = (headed and bool(self._head), quoted and bool(self._below))
        if which not in self._read:
            head, below = self._head if which[0] else [], self._below if which[1] else []
            self._read[which] = self._encoder.seen(head, self._window, below)
        return self._read[which]

    def intents(self, *, quoted: bool) -> Row:
        """The mean with the subject and without."""
        return (self.seen(quoted=quoted).intents + self.seen(headed=False, quoted=quoted).intents) / 2


def _answering(alone: Row, above: Row) -> Row:
    """The labels of few words, by themselves and above what they answer: the mean; what they say outright stays so."""
    mean = (alone + above) / 2
    return np.where(alone > 0, np.maximum(alone, mean), mean)


def _logarithms(odds: Row) -> Row:
    """Logarithms of chances that add up to one."""
    shifted: Row = odds - odds.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


def _windows(cut: list[list[int]]) -> Iterator[_Window]:
    """The sentences packed into stretches; a sentence that is too long for one is cut to it."""
    window = _Window([], [])
    for number, pieces in enumerate(cut):
        pieces = pieces[:_WINDOW]
        if window.pieces and len(window.pieces) + len(pieces) > _WINDOW:
            yield window
            window = _Window([], [])
        window.pieces.extend(pieces)
        window.owners.extend([number] * len(pieces))
    yield window


def _chosen(windows: list[_Window], cut: list[list[int]], loud: Sequence[float]) -> list[_Window]:
    """All windows of a mail; or the first, the last, the loudest and the loudest sentences of a long one."""
    if len(windows) <= _WINDOWS:
        return windows
    loudest = max(windows[1:-1], key=lambda window: max(_loudness(owner, loud) for owner in window.owners))
    return [windows[0], _loud_sentences(cut, loud), loudest, windows[-1]]


def _loud_sentences(cut: list[list[int]], loud: Sequence[float]) -> _Window:
    """The loudest sentences in the order of the mail, each wording once."""
    kept: dict[tuple[int, ...], int] = {}
    room = _LOUDEST
    for number in sorted(range(len(cut)), key=lambda number: -_loudness(number, loud)):
        pieces = tuple(cut[number][:_LOUDEST])
        if pieces in kept:
            continue
        room -= len(pieces)
        if kept and room < 0:
            break
        kept[pieces] = number
    window = _Window([], [])
    for pieces, number in sorted(kept.items(), key=lambda pair: pair[1]):
        window.pieces.extend(pieces)
        window.owners.extend([number] * len(pieces))
    return window


def _loudness(sentence: int, loud: Sequence[float]) -> float:
    return loud[sentence] if sentence < len(loud) else 0.0


def _note(of_sentences: Row, read: NDArray[np.bool_], window: _Window, pieces: Row) -> None:
    """Each sentence of the window gets the highest score of its pieces, per label."""
    owners = np.array(window.owners, dtype=np.int64)
    for number in set(window.owners):
        score = pieces[owners == number].max(axis=0)
        of_sentences[number] = np.maximum(of_sentences[number], score) if read[number] else score
        read[number] = True


@lru_cache(maxsize=1)
def shipped_encoder() -> Encoder:
    """The encoder that ships with the package, read once per process. Raises ModelUnusableError."""
    try:
        about = json.loads(ABOUT.read_text(encoding="utf-8"))
        ENCODER.stat()  # the runtime has an error of its own for a file that is not there
        return Encoder(ENCODER, PIECES.read_bytes(), about)
    except FileNotFoundError as missing:
        raise ModelUnusableError(Path(str(missing.filename)), "is missing") from missing
    except Exception as damaged:  # the runtime raises classes of its own for a damaged file
        raise ModelUnusableError(ENCODER, "cannot be read") from damaged
