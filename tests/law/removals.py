"""A pytest plugin that takes one behaviour out of the program before anything else is imported.

`python -m pytest -p removals …` with REMOVED=<name>: for the test that shows that other tests would notice.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any


def _replaced(module: str, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(importlib.import_module(module), name, value)


REMOVALS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "the 72 hours": _replaced("bot.cases.incidents", "BREACH_TERM", timedelta(hours=96)),
        "what a closed breach must know": _replaced("bot.cases.incidents", "missing", lambda _incident: ()),
        "the mask over a citizen service number": _replaced(
            "bot.cases.masking", "masked_bsn", lambda text, *_rest, **_more: text
        ),
        "the look at the level": _replaced("bot.cases.approving", "below_level", lambda *_all: None),
        "the second reader": _replaced("bot.cases.approving", "TWO_READERS", frozenset()),
        "the officer's letters": _replaced("bot.cases.approving", "OFFICERS_LETTERS", frozenset()),
        "the gate": lambda: setattr(
            gate := importlib.import_module("bot.cases.gate"), "passage", lambda *_all, **_more: gate.Leaves()
        ),
        "the people who only people answer": _replaced("bot.cases.filing", "_ONLY_FOR_PEOPLE", {}),
        "the lawyers": _replaced("bot.triage.writers", "only_a_person_may_answer", lambda *_all: False),
    }
)


def pytest_configure() -> None:
    REMOVALS[os.environ["REMOVED"]]()
