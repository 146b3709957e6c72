"""The words of a mail: its bodies joined, plain text compared with HTML, new told from quoted, hidden set apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.mail.charsets import turns_direction
from bot.mail.density import Appetite
from bot.mail.html import HtmlText, html_text
from bot.mail.parts import MAX_TEXT, Body
from bot.mail.quoting import split

HIDDEN = "[verborgen tekst]"
OTHER_FORM = "[de opgemaakte versie van dit bericht]"
FORWARDED = "[doorgestuurd bericht als bijlage]"

_FEW_WORDS = 6  # that only one form of a text has; more than these, and a tenth, make the forms different
_NO_WORDS = re.compile(r"https?://\S+|www\.\S+|\[cid:[^\]]*\]|<mailto:[^>]*>|\[image:[^\]]*\]|_{3,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """`new` is what the writer wrote now; `whole` is everything in order, hidden text last and marked."""

    new: str = field(repr=False)
    quoted: str = field(repr=False)
    whole: str = field(repr=False)
    hidden: bool
    defects: tuple[str, ...]
    other: str = field(default="", repr=False)  # the end of `new` that only the HTML form says


@dataclass(frozen=True, slots=True)
class _Read:
    """One body as text: the form people see, and the HTML form where it says something else."""

    text: str
    other: str
    hidden: str
    defects: tuple[str, ...]


def words_of(
    bodies: Iterable[Body],
    own_domain: str,
    writer: str = "",
    forwarded: Sequence[str] = (),
    *,
    answers: bool = True,
) -> Words:
    """Bodies that follow each other are one text: a quote that begins in one goes on in the next.

    `own_domain`, `writer` and `answers` are what `split` wants to know. `forwarded` are the texts of mails that hang on
    this one: another's words, so they count as quoted.
    """
    appetite = Appetite()
    read = [_read(body, appetite) for body in bodies]
    forms = (_joined(one.text for one in read), _joined(one.other for one in read), _joined(one.hidden for one in read))
    text, other, hidden = (form[:MAX_TEXT] for form in forms)
    splits = [split(form, own_domain, writer, answers=answers) for form in (text, other) if form]
    marked = (other and f"{OTHER_FORM}\n{other}", hidden and f"{HIDDEN}\n{hidden}")
    attached = [f"{FORWARDED}\n{one}" for one in forwarded]
    whole = _joined((text, *marked, *attached))
    defects = [defect for one in read for defect in one.defects]
    if any(len(form) > MAX_TEXT for form in forms):
        defects.append("text cut")
    if turns_direction(whole):
        defects.append("characters that turn the reading direction")
    return Words(
        new=_joined(one.new for one in splits),
        quoted=_joined((*(one.quoted for one in splits), *attached)),
        whole=whole.strip("\n"),
        hidden=bool(hidden),
        defects=tuple(dict.fromkeys(defects)),
        other=splits[-1].new if text and other else "",
    )


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _read(body: Body, appetite: Appetite) -> _Read:
    page = html_text(body.html, appetite) if body.html is not None else HtmlText("", "")
    plain = body.plain if body.plain is not None else ""
    if not plain.strip():
        return _Read(page.visible, "", page.hidden, page.defects)
    if not page.visible or _agree(plain, page.visible):
        return _Read(plain, "", page.hidden, page.defects)
    return _Read(plain, page.visible, page.hidden, (*page.defects, "text and html differ"))


def _agree(plain: str, page: str) -> bool:
    """The same words but for a few: each form is counted, links and order left aside."""
    left, right = _counted(plain), _counted(page)
    missing = max((left - right).total(), (right - left).total())
    return missing <= max(_FEW_WORDS, max(left.total(), right.total()) // 10)


def _counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", _NO_WORDS.sub(" ", text).lower()))
