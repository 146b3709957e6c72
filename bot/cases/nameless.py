"""Words that outlive their case, such as those of the register of breaches: nobody is named in them (Art. 5(1)(c))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cases.errors import RefusedActError
from bot.cases.mandates import Mandate
from bot.cases.masking import MASK
from bot.cases.model import Case
from bot.triage.numbers import EMAIL, IBAN, PHONE

_NUMBERED = re.compile(
    r"\b(?:(?:klant|relatie|debiteur(?:en)?)(?:nummer|nr\.?)|customer (?:number|no\.?))\W{0,3}[A-Z]{0,4}-?\d{3,8}\b",
    re.IGNORECASE,
)
_DATE = r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)"
_PHONE = re.compile(rf"(?!{_DATE}){PHONE.pattern}")
_PARTICLES = frozenset({"van", "den", "der", "het", "ter", "ten", "von"})
_SHORTEST = 3  # letters of a name, characters of a number: what is shorter stands in any sentence
_LONGEST_YEAR = 4  # digits: a customer number of so many may be a year or a count
_NUMBER_OF = r"\b(?:klant|relatie|debiteur|customer|nummer|number|nr|no)\W{1,3}"
_TITLE = r"\b(?:mevrouw|meneer|de heer|mevr|mw|dhr|mrs|mr|ms)\.?\s(?:(?:van|den|der|de|het|ter|ten|von|'t)\s){0,3}"


@dataclass(frozen=True, slots=True)
class Nameless:
    """What would name the person of one case, or who writes for him, or anybody at all."""

    case: Case | None
    mandate: Mandate | None = None  # the newest of the case: who writes for whom

    def named_in(self, text: str) -> tuple[str, ...]:
        """The sorts of what names somebody in this text, without the values themselves."""
        found = []
        for sort, pattern in self._patterns():
            text, count = pattern.subn(MASK, text)  # no number is counted as two sorts
            found += [sort] if count else []
        return tuple(found)

    def masked(self, text: str) -> str:
        for _, pattern in self._patterns():
            text = pattern.sub(MASK, text)
        return text

    def require(self, text: str) -> str:
        """The text as it may be kept. Raises RefusedActError."""
        if found := self.named_in(text):
            what = " and ".join(dict.fromkeys(found))
            raise RefusedActError(f"the register of breaches is kept for good and names nobody: leave out {what}")
        return text

    def _patterns(self) -> Iterator[tuple[str, re.Pattern[str]]]:
        yield "an e-mail address", EMAIL
        yield "a bank account number", IBAN
        yield "a customer number", _NUMBERED
        yield "a phone number", _PHONE
        subject = None if self.case is None else self.case.data_subject
        number = None if subject is None else subject.customer_number
        if number is not None and len(number) > _SHORTEST:
            yield "the customer number of the person", _as_number(number)
        for pattern in (one for name in self._people() for one in _of_person(name)):
            yield "the name of the person", pattern
        if self.mandate is not None and self.mandate.agent.strip():
            yield "the name of who writes for the person", _whole(self.mandate.agent)

    def _people(self) -> Iterator[str]:
        """As the record has it, as whoever wrote stated it, and as a mandate does."""
        if self.case is not None:
            yield (self.case.data_subject.name if self.case.data_subject is not None else None) or ""
            yield dict(self.case.identifiers).get("name", "")
        if self.mandate is not None:
            yield self.mandate.principal


def _of_person(name: str) -> Iterator[re.Pattern[str]]:
    parts = [part for part in re.findall(r"[^\W\d_]+", name) if _tells(part)]
    yield from (_as_name(part) for part in parts)
    if len(parts) > 1:
        yield _whole(name)


def _whole(name: str) -> re.Pattern[str]:
    """The name as it is written, and never a part: that of an office is made of ordinary words."""
    return _as_a_word(r"\s+".join(map(re.escape, name.split())))


def _tells(part: str) -> bool:
    return len(part) >= _SHORTEST and part.lower() not in _PARTICLES


def _as_number(number: str) -> re.Pattern[str]:
    """A short one without letters only after a word for it: else nobody could write of the year 2024."""
    if number.isdigit() and len(number) <= _LONGEST_YEAR:
        return _as_a_word(f"{_NUMBER_OF}{number}")
    return _as_a_word(re.escape(number))


def _as_name(part: str) -> re.Pattern[str]:
    """A part of a name with a capital, or after a title: "wil" and "wit" are ordinary words too."""
    first, rest = re.escape(part[0].upper()), re.escape(part[1:])
    return re.compile(rf"(?<!\w){first}(?i:{rest})(?!\w)|(?i:{_TITLE}{re.escape(part)})(?!\w)")


def _as_a_word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)
