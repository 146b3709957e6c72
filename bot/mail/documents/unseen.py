"""Which words of a PDF page no reader sees: drawn invisibly, in white on white, far too small, or outside the page."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

MIN_POINTS = 1.5  # smaller letters nobody reads
_NEAR_WHITE = 0.97
_MAX_SHAPES = 300  # filled shapes of one page that are remembered
_WIDEST = 1.2  # of a letter, in its size
_MOST_OF_A_PAGE = 0.5

_NO_INK = frozenset({3, 7})  # text rendering modes (ISO 32000-2, table 104): invisible, and clip only
_SHOW = frozenset({b"Tj", b"TJ", b"'", b'"'})
_FILL = frozenset({b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"})
_NO_FILL = frozenset({b"S", b"s", b"n"})

Matrix = list[float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""

_SAME: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]


@dataclass(frozen=True, slots=True)
class _Pen:
    """With what words are drawn now."""

    mode: int = 0
    white: bool = False
    clear: bool = False
    size: float = 12.0


class Eye:
    """Follows one page while it is read. Words of the other kind are made empty before the library reads them.

    `unseen`: leave what no reader sees, instead of what he sees. `opacity` tells that of a named graphics state.
    """

    def __init__(self, page: Box, opacity: Callable[[str], float], *, unseen: bool) -> None:
        self.hid = False  # words that a reader does not see
        self.scan = False  # most of the page is a picture, with words that it may show, or hide
        self._page = page
        self._opacity = opacity
        self._unseen = unseen
        self._pen = _Pen()
        self._saved: list[_Pen] = []
        self._outer: list[tuple[Matrix, _Pen]] = []  # around the forms that are drawn now
        self._path: list[tuple[float, float]] = []
        self._shapes: list[Box] = []  # what is not white under white letters
        self._large_picture = False
        self._drawn = False

    def before(self, operator: Any, operands: Any, cm: Matrix, tm: Matrix) -> None:
        """pypdf calls this before each operator."""
        if operator in _SHOW:
            self._show(operator, operands, cm, tm)
        elif operator == b"Do":
            self._enter(cm)
        else:
            self._follow(operator, operands, cm)

    def after(self, operator: Any, _operands: Any, _cm: Matrix, _tm: Matrix) -> None:
        """pypdf calls this after each operator."""
        if operator == b"Do" and self._outer:
            self._pen = self._outer.pop()[1]

    # Words

    def _show(self, operator: bytes, operands: list[Any], cm: Matrix, tm: Matrix) -> None:
        words = _words(operator, operands)
        hidden = bool(words.strip()) and self._hidden(len(words), _times(tm, self._whole(cm)))
        self.hid |= hidden
        self.scan |= hidden and self._large_picture
        self._drawn |= bool(words.strip())
        if hidden is not self._unseen:
            _silence(operator, operands)

    def _hidden(self, letters: int, at: Matrix) -> bool:
        pen = self._pen
        size = abs(pen.size) * math.hypot(at[2], at[3])
        if pen.mode in _NO_INK or pen.clear or size < MIN_POINTS or self._outside(at, size, letters * size * _WIDEST):
            return True
        return pen.white and not any(_within(shape, at[4], at[5]) for shape in self._shapes)

    def _outside(self, at: Matrix, size: float, length: float) -> bool:
        """No letter reaches the page. Words that do not run to the right may run anywhere."""
        left, bottom, right, top = self._page
        x, y = at[4], at[5]
        if at[0] > 0 and at[1] == 0:
            return x >= right or x + length <= left or y >= top or y + size <= bottom
        return not (left - length < x < right + length and bottom - length < y < top + length)

    # What is drawn around them

    def _enter(self, cm: Matrix) -> None:
        """A picture, or a form with operators of its own."""
        whole = self._whole(cm)
        box = _box([_moved(whole, *corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))])
        if _area(box) >= _MOST_OF_A_PAGE * _area(self._page):
            self._large_picture = True
            self.scan |= self.hid or self._drawn
        self._add(box)
        self._outer.append((whole, self._pen))

    def _follow(self, operator: bytes, operands: list[Any], cm: Matrix) -> None:
        numbers = [float(one) for one in operands if isinstance(one, int | float)]
        if operator == b"q":
            self._saved.append(self._pen)
        elif operator == b"Q":
            self._pen = self._saved.pop() if self._saved else self._pen
        elif operator == b"gs" and operands:
            self._pen = replace(self._pen, clear=self._opacity(str(operands[0])) < 1 - _NEAR_WHITE)
        elif operator == b"Tr" and numbers:
            self._pen = replace(self._pen, mode=int(numbers[0]))
        elif operator == b"Tf" and numbers:
            self._pen = replace(self._pen, size=numbers[-1])
        elif operator in (b"g", b"rg", b"k", b"sc", b"scn", b"cs"):
            self._pen = replace(self._pen, white=_white(operator, numbers))
        else:
            self._draw(operator, numbers, cm)

    def _draw(self, operator: bytes, numbers: list[float], cm: Matrix) -> None:
        if operator == b"re" and len(numbers) == 4:
            x, y, width, height = numbers
            self._path += [_moved(self._whole(cm), *corner) for corner in ((x, y), (x + width, y + height))]
        elif operator in (b"m", b"l", b"c") and len(numbers) >= 2:
            self._path.append(_moved(self._whole(cm), *numbers[-2:]))
        elif operator == b"sh":
            self._add(self._page)
        elif operator in _FILL or operator in _NO_FILL:
            if operator in _FILL and self._path and not self._pen.white:
                self._add(_box(self._path))
            self._path = []
        self._path = self._path[:_MAX_SHAPES]

    def _add(self, shape: Box) -> None:
        if len(self._shapes) < _MAX_SHAPES:
            self._shapes.append(shape)

    def _whole(self, cm: Matrix) -> Matrix:
        return _times(cm, self._outer[-1][0]) if self._outer else cm


def _white(operator: bytes, numbers: list[float]) -> bool:
    """As far as the numbers alone tell: a colour space of one component may mean ink as well as light."""
    if operator == b"k" or (operator in (b"sc", b"scn") and len(numbers) == 4):
        return len(numbers) == 4 and max(numbers) <= 1 - _NEAR_WHITE
    if operator == b"g" or len(numbers) == 3:
        return bool(numbers) and min(numbers) >= _NEAR_WHITE
    return False


def _words(operator: bytes, operands: list[Any]) -> str:
    row = operands[0] if operator == b"TJ" and operands else None
    pieces = row if isinstance(row, list) else operands[-1:]
    return "".join(str(one) for one in pieces if isinstance(one, str | bytes))


def _silence(operator: bytes, operands: list[Any]) -> None:
    """The operator stays, since it may also move on, with nothing to say."""
    from pypdf.generic import ArrayObject, TextStringObject  # noqa: PLC0415 - only a PDF needs it

    if operands:
        operands[-1] = ArrayObject() if operator == b"TJ" else TextStringObject("")


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return [a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m]


def _moved(by: Matrix, x: float, y: float) -> tuple[float, float]:
    return by[0] * x + by[2] * y + by[4], by[1] * x + by[3] * y + by[5]


def _box(points: list[tuple[float, float]]) -> Box:
    across, up = [x for x, _ in points], [y for _, y in points]
    return min(across), min(up), max(across), max(up)


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _within(box: Box, x: float, y: float) -> bool:
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1
