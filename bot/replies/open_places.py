"""Open places in a letter: what a person has yet to write or confirm, findable in the text itself."""

from __future__ import annotations

import re

_TO_FILL_IN = {
    "nl": "in te vullen door de functionaris",
    "en": "to be filled in by the privacy officer",
    "de": "vom Datenschutzbeauftragten auszufüllen",
    "fr": "à compléter par le délégué",
}
_UNCONFIRMED = {
    "nl": "nog niet bevestigd",
    "en": "not yet confirmed",
    "de": "noch nicht bestätigt",
    "fr": "pas encore confirmé",
}
_EXAMPLE = {"nl": "voorbeeld", "en": "example", "de": "Beispiel", "fr": "exemple"}

_WORDS = "|".join(re.escape(words) for words in (*_TO_FILL_IN.values(), *_UNCONFIRMED.values()))
_ANY = re.compile(rf"\[(?:{_WORDS}): [^\]]*\]", re.IGNORECASE)
_FACT = re.compile(rf"\[(?:{'|'.join(map(re.escape, _UNCONFIRMED.values()))}): ([^\]]*)\]", re.IGNORECASE)


def to_fill_in(what: str, language: str) -> str:
    """ "[in te vullen door de functionaris: …]"."""
    return f"[{_TO_FILL_IN[language]}: {what}]"


def unconfirmed_fact(key: str, language: str) -> str:
    """ "[nog niet bevestigd: organisation.toml: backup_days]"."""
    return f"[{_UNCONFIRMED[language]}: {key}]"


def example(language: str) -> str:
    """ "(voorbeeld)": how the demo marks a fact that nobody confirmed."""
    return f"({_EXAMPLE[language]})"


def open_places(text: str) -> tuple[str, ...]:
    """Every open place in the text, as it stands there."""
    return tuple(_ANY.findall(text))


def facts_named(text: str) -> tuple[str, ...]:
    """The keys of the unconfirmed facts that the text prints, such as "organisation.toml: backup_days"."""
    return tuple(dict.fromkeys(_FACT.findall(text)))
