"""Labelled mails as the encoder is taught on them: numbers of pieces, and what each piece and the mail should say."""

from __future__ import annotations

import json
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sentencepiece import SentencePieceProcessor

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bot.triage.answers import words_below  # noqa: E402 - found above
from bot.triage.corpus import SHIPPED_CORPUS, Labelled, labelled_mails, training_files  # noqa: E402
from bot.triage.encoder import ABOUT, PIECES  # noqa: E402
from bot.triage.intents import says_yes  # noqa: E402
from bot.triage.labels import Intent  # noqa: E402
from bot.triage.values import FIELDS, WHO  # noqa: E402
from bot.triage.weights import SCORED, WRITERS  # noqa: E402

INTENTS = tuple(intent.value for intent in Intent)
VALUES = 1 + 2 * len(FIELDS)  # none, a new value of each field, an old one
KEPT = 0.08  # share of the mails that are kept from the encoder: they tell how far to trust it
FOR_THRESHOLDS = frozenset({"mixed_scale", "mixed_scale_second", "mixed_scale_third"})
"""Hands that are kept from the encoder wholly."""
_OTHER_NAMES = {"birthdate": "birth_date", "house_number": "street"}
_FEW_WORDS = 12  # that may have their meaning from what they answer
_OF_MACHINES = frozenset({Intent.OUT_OF_OFFICE, Intent.BOUNCE})
_MARK = re.compile(r"\(?\{\{[^}]*\}\}\)?")  # what a template fills in
_SUBJECT, _TEXT, _QUOTED = 40, 224, 96  # pieces
_OWN, _BELOW, _HEAD = 0, 1, 2

Numbers = NDArray[np.float32]
Place = tuple[str, int, int] | None  # in the subject or the text, from, to


@dataclass(frozen=True, slots=True)
class Stated:
    """One value of a correction, as written in the mail."""

    field: str
    value: str
    new: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A labelled mail, the values in it, and the names of who writes; None where nobody marked them."""

    mail: Labelled
    values: tuple[Stated, ...] | None
    who: tuple[Stated, ...] | None = None
    letter_shown: bool = False  # what is quoted below a reply is shown, whatever the new words are


@dataclass(slots=True)
class Example:
    """One mail in numbers. The masks say of which pieces, or whether, something is known."""

    id: str
    ids: list[int]
    kinds: list[int]
    labels: Numbers
    of_piece: Numbers
    known: Numbers
    intents: Numbers
    in_case: float
    values: NDArray[np.int64]
    values_known: Numbers
    who: NDArray[np.int64]
    who_known: Numbers
    writer: int  # the role of who writes, -1 where nobody marked it
    lower: object = field(default=None, repr=False)  # what the layers that stay as they are make of it


class Cutter:
    """Cuts mails into the pieces that ship with the package."""

    def __init__(self) -> None:
        self._words = SentencePieceProcessor(model_file=str(PIECES))
        self.pieces = [self._words.id_to_piece(number) for number in range(self._words.get_piece_size())]
        self.begin, self.end, self.padding = self._words.bos_id(), self._words.eos_id(), self._words.pad_id()

    def cut(self, text: str) -> list[tuple[int, int, int]]:
        """Number, begin and end of each piece."""
        raw = text.encode("utf-8", "replace")
        characters = [*np.cumsum([byte & 0xC0 != 0x80 for byte in raw]).tolist(), len(text)]
        found = self._words.encode(raw.decode(), return_type="proto").pieces
        return [
            (piece.id, characters[piece.begin] - 1, characters[piece.end] - (piece.end < len(raw))) for piece in found
        ]

    def example(self, lesson: Lesson) -> Example:
        mail = lesson.mail
        head = self.cut(mail.subject[:300])[:_SUBJECT]
        text = _ends(self.cut(mail.text[:6000]))
        shown = lesson.letter_shown or says_yes(mail.text)  # elsewhere the service reads labels without it
        quoted = words_below(mail.quoted) if shown else ""
        below = self.cut(quoted[:1200])[:_QUOTED]
        stop: list[tuple[int, int, Place]] = [(self.end, _OWN, None)]
        row = [
            (self.begin, _OWN, None),
            *((number, _HEAD, ("subject", begin, end)) for number, begin, end in head),
            *stop,
            *((number, _OWN, ("text", begin, end)) for number, begin, end in text),
            *stop,
            *((number, _BELOW, None) for number, _, _ in below),
        ]
        places = [place for _, _, place in row]
        values, values_known = _values(lesson, places)
        who, who_known = _who(lesson, places)
        of_piece, known = _marks(mail, places)
        return Example(
            id=mail.id,
            ids=[number for number, _, _ in row],
            kinds=[kind for _, kind, _ in row],
            labels=_labels(mail.labels),
            of_piece=of_piece,
            known=known,
            intents=np.array([name in mail.intents for name in INTENTS], np.float32),
            in_case=float(mail.in_case),
            values=values,
            values_known=values_known,
            who=who,
            who_known=who_known,
            writer=WRITERS.index(mail.writer) if mail.writer in WRITERS else -1,
        )


def _ends(pieces: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Of a long mail the beginning and the end."""
    return pieces if len(pieces) <= _TEXT else pieces[: _TEXT // 2] + pieces[-_TEXT // 2 :]


def _labels(labels: frozenset[str]) -> Numbers:
    return np.array([*(name in labels for name in SCORED[:-1]), bool(labels)], np.float32)


def _marks(mail: Labelled, places: list[Place]) -> tuple[Numbers, Numbers]:
    """The labels of each piece, and of which pieces they are known: of all in ordinary mail, else where marked."""
    of_piece = np.zeros((len(places), len(SCORED)), np.float32)
    known = np.array([place is not None and (not mail.labels or bool(mail.spans)) for place in places], np.float32)
    for label, words in mail.spans:
        if label in SCORED:
            hit = _covered(mail, words, places)
            of_piece[hit, SCORED.index(label)] = 1
            of_piece[hit, -1] = 1
    return of_piece, known


def _values(lesson: Lesson, places: list[Place]) -> tuple[NDArray[np.int64], Numbers]:
    found = np.zeros(len(places), np.int64)
    known = np.array([place is not None and lesson.values is not None for place in places], np.float32)
    for stated in sorted(lesson.values or (), key=lambda one: one.new):  # the new value speaks last
        tag = 1 + FIELDS.index(stated.field) + (0 if stated.new else len(FIELDS))
        found[_covered(lesson.mail, stated.value, places)] = tag
    return found, known


def _who(lesson: Lesson, places: list[Place]) -> tuple[NDArray[np.int64], Numbers]:
    """The pieces of the name and the company of who writes, wherever they stand."""
    found = np.zeros(len(places), np.int64)
    known = np.array([place is not None and lesson.who is not None for place in places], np.float32)
    for stated in lesson.who or ():
        found[_everywhere(lesson.mail, stated.value, places)] = WHO.index(f"who {stated.field}")
    return found, known


def _everywhere(mail: Labelled, words: str, places: list[Place]) -> list[int]:
    """The pieces that these words touch, at each place where they stand as words of their own."""
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    at = [
        (where, match.start(), match.end())
        for where, whole in (("text", mail.text), ("subject", mail.subject))
        for match in pattern.finditer(whole)
    ]
    return [
        number
        for number, place in enumerate(places)
        if place and any(place[0] == where and place[1] < end and place[2] > begin for where, begin, end in at)
    ]


def _covered(mail: Labelled, words: str, places: list[Place]) -> list[int]:
    """The pieces that these words of the text, or else of the subject, touch."""
    for where, whole in (("text", mail.text), ("subject", mail.subject)):
        begin = whole.find(words)
        if begin >= 0:
            end = begin + len(words)
            return [
                number
                for number, place in enumerate(places)
                if place and place[0] == where and place[1] < end and place[2] > begin
            ]
    return []


def lessons(corpus: Path = SHIPPED_CORPUS) -> Iterator[Lesson]:
    """Every mail of the hands that are not held back."""
    for path in training_files(corpus):
        rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
        for mail, row in zip(labelled_mails(path), rows, strict=True):
            named = _named(mail) if "identifiers" in row else None
            yield Lesson(mail, _stated(mail, row.get("corrections") or []), named)


def _named(mail: Labelled) -> tuple[Stated, ...]:
    """The names and companies by which the one who writes, or for whom he writes, can be found."""
    return tuple(
        Stated(field, value, new=False)
        for field in ("name", "company")
        for value in mail.identifiers.get(field, ())
        if len(value) > 1
    )


def _stated(mail: Labelled, corrections: list[dict[str, str | None]]) -> tuple[Stated, ...] | None:
    """The values marked in a mail; a correction in which none is marked tells nothing."""
    if not corrections and "correction" in mail.labels:
        return None
    return tuple(
        Stated(_field(str(one["field"])), value, which == "new")
        for one in corrections
        for which in ("old", "new")
        if (value := one.get(which))
    )


def _field(name: str) -> str:
    name = _OTHER_NAMES.get(name, name)
    return name if name in FIELDS else "other"


def kept(mail: Labelled, earlier: Earlier) -> bool:
    """Whether a mail is kept from the encoder: for good, and in new hands by its id, neighbours together."""
    if mail.hand in earlier.hands:
        return mail.id in earlier.kept
    lot = zlib.crc32((mail.hand + mail.id[:-1]).encode()) % 1000 / 1000
    return not mail.single and (mail.hand in FOR_THRESHOLDS or lot < KEPT)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the encoder that ships was taught on, and which mails of it it never saw."""

    hands: frozenset[str]
    kept: frozenset[str]


def earlier() -> Earlier:
    about = json.loads(ABOUT.read_text(encoding="utf-8"))
    return Earlier(frozenset(about["hands"]), frozenset(about["kept"]))


def as_replied(lesson: Lesson, fate: random.Random) -> Lesson:
    """One reply in four without its subject, one in four below that of any letter of ours; half with our letter below.

    What somebody means by a reply has little to do with what we wrote above ours; only machines say it there. A few
    words above any quoted mail are shown with it in half of the cases too.
    """
    answers = lesson.mail.in_case or len(lesson.mail.text.split()) <= _FEW_WORDS
    return replace(_under_another_subject(lesson, fate), letter_shown=answers and fate.random() < 0.5)


def _under_another_subject(lesson: Lesson, fate: random.Random) -> Lesson:
    mail, lot = lesson.mail, fate.random()
    told = [words for _, words in mail.spans] + [one.value for one in (*(lesson.values or ()), *(lesson.who or ()))]
    if lot >= 0.5 or not mail.in_case or mail.intents & _OF_MACHINES or any(words not in mail.text for words in told):
        return lesson
    subject = "" if lot < 0.25 else f"Re: {fate.choice(_our_subjects(mail.language))}"
    return replace(lesson, mail=replace(mail, subject=subject))


@lru_cache
def _our_subjects(language: str) -> tuple[str, ...]:
    """The subjects of our letters in this language, or else in English, without the marks of the template."""
    folder = ROOT / "templates" / language
    found = sorted((folder if language and folder.is_dir() else ROOT / "templates" / "en").glob("*/subject.txt"))
    return tuple(_MARK.sub("", path.read_text(encoding="utf-8")).strip(" ()\n") for path in found)


def styled(lesson: Lesson, fate: random.Random) -> Lesson:
    """One mail in six in small letters, in capitals or without marks, as people type."""
    lot = fate.random()
    if lot < 0.10:
        return _with(lesson, str.lower)
    if lot < 0.12:
        return _with(lesson, str.upper)
    return _with(lesson, _unmarked) if lot < 0.16 else lesson


def _unmarked(text: str) -> str:
    return text.lower().translate(str.maketrans("", "", ",.?"))


def _with(lesson: Lesson, change: Callable[[str], str]) -> Lesson:
    mail = lesson.mail
    values, who = (
        stated and tuple(replace(one, value=change(one.value)) for one in stated)
        for stated in (lesson.values, lesson.who)
    )
    return Lesson(
        mail=replace(
            mail,
            subject=change(mail.subject),
            text=change(mail.text),
            quoted=change(mail.quoted),
            spans=tuple((label, change(words)) for label, words in mail.spans),
        ),
        values=values,
        who=who,
        letter_shown=lesson.letter_shown,
    )
