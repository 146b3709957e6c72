"""What the map says in words: per language, and with the mark of a fact that nobody confirmed yet."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from bot.settings import Piece


class Words(Piece):
    """The same in Dutch and English. A plain string in the file stands for both."""

    nl: str
    en: str

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, given: Any) -> Any:
        return {"nl": given, "en": given} if isinstance(given, str) else given

    def told_in(self, language: str) -> str:
        """`language` is an ISO 639-1 code. Dutch for Dutch, English for everybody else: letters exist in these two."""
        return self.nl if language == "nl" else self.en


class Fact(Piece):
    """A fact about the company. An unconfirmed one is an example: outside the demo no letter may state it."""

    value: Words
    confirmed: bool
