"""The public pages as HTML: markup and words from `templates/pages/`, values escaped, no script in any of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.desk.asking import LANGUAGES
from bot.replies.errors import TemplateError as PageError

Words = Mapping[str, str | list[str]]
Value = object

PAGES = "pages"
"""The folder below templates/."""

_SAMPLE: Mapping[str, Mapping[str, Value]] = {
    "confirm": {"ref": "-", "date": "-", "kinds": ("-",), "from_another_address": True, "left": 1, "wrong": True},
    "download": {"ref": "-", "left": 1, "wrong": True},
    "files": {"ref": "-", "files": (), "left": 1, "ticket": "-"},
}
_MESSAGES = ("confirmed", "denied", "gone", "refused", "slow")


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who we are, on every page."""

    brand: str
    address: str


class Pages:
    """All pages of one company in all languages. A missing or broken text raises TemplateError at the start."""

    def __init__(self, folder: Path, letterhead: Letterhead) -> None:
        self._folder = folder
        self._letterhead = letterhead
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._words = {language: self._read(language) for language in LANGUAGES}
        self.style = self._style()
        for language in LANGUAGES:
            for name, values in _SAMPLE.items():
                self.page(name, language, values)
            for name in _MESSAGES:
                self.message(name, language)

    def page(self, name: str, language: str, values: Mapping[str, Value]) -> str:
        """A page with a form; `values` stand in its markup and between braces in its words."""
        return self._rendered(f"{name}.html", name, language, values)

    def message(self, name: str, language: str) -> str:
        """A page that only tells something, the same for everybody."""
        return self._rendered("message.html", name, language, {})

    def _rendered(self, file: str, name: str, language: str, values: Mapping[str, Value]) -> str:
        own = {
            "language": language,
            "other": next(other for other in LANGUAGES if other != language),
            "brand": self._letterhead.brand,
            "address": self._letterhead.address,
            "common": self._filled(language, "common", {}),
            "text": self._filled(language, name, values),
        }
        try:
            return self._environment.get_template(file).render({**values, **own})
        except TemplateError as broken:
            raise PageError(str(self._folder / file), 0, str(broken)) from broken

    def _filled(self, language: str, name: str, values: Mapping[str, Value]) -> dict[str, str | list[str]]:
        given = {key: str(value) for key, value in values.items()}
        place = str(self._folder / language / "words.toml")
        if name not in self._words[language]:
            raise PageError(place, 0, f"there is no section [{name}]")
        try:
            return {key: _with(text, given) for key, text in self._words[language][name].items()}
        except (KeyError, ValueError, IndexError, AttributeError) as wrong:
            raise PageError(place, 0, f"[{name}] fills in what this page does not know: {wrong}") from wrong

    def _read(self, language: str) -> Mapping[str, Words]:
        path = self._folder / language / "words.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as missing:
            raise PageError(str(path), 0, "this file is missing or cannot be read") from missing
        except ValueError as broken:
            raise PageError(str(path), 0, f"this is not TOML in UTF-8: {broken}") from broken

    def _style(self) -> str:
        path = self._folder / "page.css"
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, ValueError) as missing:
            raise PageError(str(path), 0, "this file is missing or cannot be read") from missing


def _with(text: str | list[str], given: Mapping[str, str]) -> str | list[str]:
    return [line.format_map(given) for line in text] if isinstance(text, list) else text.format_map(given)


def check(folder: Path) -> tuple[str, ...]:
    """Why the pages cannot be shown, naming the file; nothing when they can."""
    try:
        Pages(folder, Letterhead("-", "-"))
    except PageError as broken:
        return (str(broken),)
    return ()
