"""What a person found about a complaint, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Upheld(StrEnum):
    """Whether the complaint was right. Stored: add, never rename."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


UPHELD = {Upheld.YES: "terecht", Upheld.PARTLY: "deels terecht", Upheld.NO: "niet terecht"}
"""For staff; the letter says what was found and done, and gives no verdict in a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Both texts are printed in the answer; the complaint cannot be answered without them."""

    text: str = field(repr=False)
    measures: str = field(repr=False)
    upheld: Upheld | None = None

    @property
    def whole(self) -> bool:
        return bool(self.text.strip() and self.measures.strip())
