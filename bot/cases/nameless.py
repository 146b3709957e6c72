"""Words that outlive their case, such as those of the register of breaches: nobody is named in them (Art. 5(1)(c))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.cases.errors import RefusedActError
from bot.cases.masking import MASK
from bot.cases.model import Case
from bot.triage.identifiers import EMAIL, IBAN, PHONE

_NUMBERED = re.compile(
    r"\b(?:(?:klant|relatie|debiteur(?:en)?)(?:nummer|nr\.?)|customer (?:number|no\.?))\W{0,3}[A-Z]{0,4}-?\d{3,8}\b",
    re.IGNORECASE,
)
_DATE = r"(?:\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d)"
_PHONE = re.compile(rf"(?!{_DATE}){PHONE.pattern}")
_PARTICLES = frozenset({"van", "den", "der", "het", "ter", "ten", "von"})
_SHORTEST = 3  # letters of a name, characters of a number: what is shorter stands in any sentence


@dataclass(frozen=True, slots=True)
class Nameless:
    """What would name the person of one case, or anybody at all."""

    case: Case | None

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
        if subject is None:
            return
        if subject.customer_number is not None and len(subject.customer_number) > _SHORTEST:
            yield "the customer number of the person", _as_a_word(subject.customer_number)
        for part in re.findall(r"[^\W\d_]+", subject.name or ""):
            if len(part) >= _SHORTEST and part.lower() not in _PARTICLES:
                yield "the name of the person", _as_a_word(part)


def _as_a_word(value: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
