"""config/datamap.yaml read, checked as a whole, its references to the environment filled in."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bot.datamap.contradictions import contradictions
from bot.datamap.model import DataMap
from bot.settings import SettingsError, secret


class DataMapError(SettingsError):
    """The data map cannot be used; the message names the file, the place in it and the mend."""


_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML was built with it: every command reads the map, and it reads ten times faster."""


class _StrictLoader(_SafeLoader):  # type: ignore[valid-type, misc]
    """YAML without its traps: a key given twice is an error, not a silent choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{key}' is given twice", key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


_REFERENCE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")


def load_datamap(path: Path, env: Mapping[str, str]) -> DataMap:
    """The map, with every `${NAME}` in a `url` taken from `env` or the file NAME_FILE. Raises DataMapError."""
    given = _read(path)
    try:
        datamap = DataMap.model_validate(given)
    except ValidationError as wrong:
        raise DataMapError(_lines(path, list(_faults(wrong.errors())))) from None
    faults = [(fault.path, fault.message) for fault in contradictions(datamap)]
    if faults:
        raise DataMapError(_lines(path, faults))
    return _with_urls(path, datamap, env)


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise DataMapError(
            f"{path}: cannot be read ({type(unreadable).__name__}); check that the file is there"
        ) from None
    try:
        given = _parsed(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DataMapError(f"{path}:{where}: is no YAML: {getattr(wrong, 'problem', 'syntax error')}") from None
    if not isinstance(given, dict):
        raise DataMapError(f"{path}: is empty; it needs 'identity' and 'systems'")
    return given


@lru_cache(maxsize=1)
def _parsed(text: str) -> Any:
    """The same map is read by every command in a process; nobody changes what this returns."""
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader, made stricter


def _lines(path: Path, faults: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{path}: {place}: {message}" for place, message in faults)


def _faults(errors: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """One line per fault: pydantic counts the good items of a list only, and then also calls it too short."""
    for error in errors:
        inside = (other for other in errors if other is not error and other["loc"][: len(error["loc"])] == error["loc"])
        if error["type"] != "too_short" or not any(inside):
            yield _place(error["loc"]), _mend(error)


def _place(location: Sequence[int | str]) -> str:
    """("systems", 0, "tables", 3, "person") as systems[0].tables[3].person."""
    written = ""
    for step in location:
        written += f"[{step}]" if isinstance(step, int) else f".{step}"
    return written.removeprefix(".") or "the file"


_MENDS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key of the map; remove it or correct its spelling",
}


def _mend(error: Mapping[str, Any]) -> str:
    return _MENDS.get(error["type"], str(error["msg"]).removeprefix("Value error, "))


def _with_urls(path: Path, datamap: DataMap, env: Mapping[str, str]) -> DataMap:
    systems = []
    for number, system in enumerate(datamap.systems):
        try:
            url = _REFERENCE.sub(lambda found: secret(found[1], env), system.url)
        except (SettingsError, OSError) as missing:
            raise DataMapError(f"{path}: systems[{number}].url: {missing}") from None
        systems.append(system.model_copy(update={"url": url}))
    return datamap.model_copy(update={"systems": tuple(systems)})
