"""Template files: found, divided in named blocks, rendered in a sandbox. Trouble is told with file and line.

A body is divided *before* rendering, at the marker lines (`== ACC-a ==`) of the file itself, so nothing that a value
contains can open a block. Values are data: they are never read as a template.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.replies.errors import TemplateError

_MARKER = re.compile(r"^== (?P<code>[A-Za-z][A-Za-z0-9-]*) ==\s*$")
_LOOKS_LIKE_MARKER = re.compile(r"^\s*==.*==\s*$")
_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class TemplateBlock:
    """One named piece of a body: `source` starts at `line` of the file."""

    code: str
    line: int
    source: str


class TemplateFolder:
    """The files under `templates/`. Reads at first use and keeps what it read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._environment = _environment(_Loader(self._source, self._path))
        self._blocks: dict[str, tuple[TemplateBlock, ...]] = {}
        self._words: dict[str, Mapping[str, Mapping[str, str]]] = {}

    def subject(self, language: str, letter: str, values: Mapping[str, object]) -> str:
        """The subject line: one line, whatever the values hold."""
        return " ".join(self._rendered(f"{language}/{letter}/subject.txt", values).split())

    def body(self, language: str, letter: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
        """(code, text) of every block of the body, in the order of the file; an empty text means "not needed here"."""
        name = f"{language}/{letter}/body.txt"
        return [(block.code, self._rendered(f"{name}#{block.code}", values)) for block in self._divided(name)]

    def codes(self, language: str, letter: str) -> tuple[str, ...]:
        return tuple(block.code for block in self._divided(f"{language}/{letter}/body.txt"))

    def word(self, language: str, group: str, key: str) -> str:
        """A word of `<language>/words.toml`."""
        if language not in self._words:
            self._words[language] = self._read_words(f"{language}/words.toml")
        found = self._words[language].get(group, {}).get(key)
        if not isinstance(found, str):
            raise TemplateError(str(self._root / language / "words.toml"), 0, f"[{group}] has no text for '{key}'")
        return found

    def _rendered(self, name: str, values: Mapping[str, object]) -> str:
        try:
            return _tidy(self._environment.get_template(name).render(values))
        except TemplateSyntaxError as broken:
            raise TemplateError(self._path(broken.name or name), broken.lineno, broken.message or "syntax") from broken
        except TemplateNotFound as missing:
            raise TemplateError(self._path(str(missing.name or name)), 0, "this template is missing") from missing
        except (UndefinedError, SecurityError, TypeError, ValueError, ArithmeticError, RecursionError) as broken:
            file, at = self._place(broken, name)
            raise TemplateError(file, at, _trouble(broken)) from broken

    def _divided(self, name: str) -> tuple[TemplateBlock, ...]:
        if name not in self._blocks:
            self._blocks[name] = divided(self._read(name), self._path(name))
        return self._blocks[name]

    def _source(self, name: str) -> str:
        """Source of a file, or of one block of it, padded so that line numbers are those of the file."""
        file, _, code = name.partition("#")
        if not code:
            return self._read(file)
        block = next(each for each in self._divided(file) if each.code == code)
        return "\n" * (block.line - 1) + block.source

    def _read(self, name: str) -> str:
        path = self._root / name
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise TemplateError(str(path), 0, "this lies outside the templates folder")
        try:
            raw = path.read_bytes()
        except OSError as missing:
            raise TemplateError(str(path), 0, "this template is missing or cannot be read") from missing
        if len(raw) > _MAX_BYTES:
            raise TemplateError(str(path), 0, f"this template is longer than {_MAX_BYTES} bytes")
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as broken:
            raise TemplateError(str(path), raw[: broken.start].count(b"\n") + 1, "this is not UTF-8") from broken

    def _read_words(self, name: str) -> Mapping[str, Mapping[str, str]]:
        try:
            return tomllib.loads(self._read(name))
        except tomllib.TOMLDecodeError as broken:
            raise TemplateError(self._path(name), 0, f"this is not TOML: {broken}") from broken

    def _path(self, name: str) -> str:
        return str(self._root / name.partition("#")[0])

    def _place(self, error: BaseException, name: str) -> tuple[str, int]:
        """File and line of the innermost template in the traceback; Jinja puts template lines there."""
        file, at = self._path(name), 0
        step = error.__traceback__
        while step is not None:
            shown = step.tb_frame.f_code.co_filename
            if Path(shown).is_relative_to(self._root):
                file, at = shown, step.tb_lineno
            step = step.tb_next
        return file, at


def divided(text: str, file: str) -> tuple[TemplateBlock, ...]:
    """The blocks of a body. Raises TemplateError for text before the first marker, a bad marker, a double code."""
    starts: list[tuple[str, int]] = []
    lines = text.split("\n")
    for number, each in enumerate(lines, start=1):
        if match := _MARKER.match(each):
            if match["code"] in (code for code, _ in starts):
                raise TemplateError(file, number, f"block {match['code']} stands here twice")
            starts.append((match["code"], number))
        elif _LOOKS_LIKE_MARKER.match(each):
            raise TemplateError(file, number, "a block starts with a line such as: == ACC-a ==")
        elif not starts and each.strip():
            raise TemplateError(file, number, "text before the first block; start with a line such as: == greeting ==")
    if not starts:
        raise TemplateError(file, 0, "this letter has no blocks; start with a line such as: == greeting ==")
    ends = [number - 1 for _, number in starts[1:]] + [len(lines)]
    return tuple(
        TemplateBlock(code, number + 1, "\n".join(lines[number:end]))
        for (code, number), end in zip(starts, ends, strict=True)
    )


class _Loader(BaseLoader):
    """Hands Jinja our own sources under their real path, so that its tracebacks name the file."""

    def __init__(self, source: Callable[[str], str], filename: Callable[[str], str]) -> None:
        self._source = source
        self._filename = filename

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        return self._source(template), self._filename(template), lambda: True


class _LetterEnvironment(ImmutableSandboxedEnvironment):
    """Includes are written without a language: `_parts/greeting.txt` is that of the letter's own language."""

    def join_path(self, template: str, parent: str) -> str:
        return f"{parent.split('/', 1)[0]}/{template}"


def _environment(loader: BaseLoader) -> Environment:
    """One sandbox for all letters. Plain text, so nothing is escaped; no globals, so a template only knows values."""
    environment = _LetterEnvironment(
        loader=loader,
        autoescape=False,  # letters are text/plain: an escaped "&" would be a fault
        undefined=StrictUndefined,
        finalize=_never_none,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
        cache_size=400,
    )
    environment.globals.clear()
    return environment


def _never_none(value: object) -> object:
    if value is None:
        raise UndefinedError("a value that this line prints is not known")
    return value


def _tidy(text: str) -> str:
    """No spaces at line ends, at most one empty line between paragraphs, none around the text."""
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _trouble(error: BaseException) -> str:
    """What went wrong, never with the values themselves."""
    if isinstance(error, UndefinedError | SecurityError):
        return str(error)
    return f"this cannot be worked out ({type(error).__name__})"
