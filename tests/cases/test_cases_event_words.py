"""Whatever happens in a case has Dutch words."""

from __future__ import annotations

import ast
from pathlib import Path

import bot
from bot.cases.event_words import EVENTS, OUTCOMES
from bot.cases.lifecycle import Move
from bot.cases.model import Outcome


def _kinds() -> set[str]:
    """Every literal second argument of a call that writes an event."""
    found: set[str] = set()
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("events.write") and len(node.args) > 1:
                found |= {
                    one.value
                    for one in ast.walk(node.args[1])
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return found


def test_every_kind_of_event_and_every_outcome_has_dutch_words() -> None:
    assert len(_kinds()) > 60
    assert _kinds() - EVENTS.keys() == set()
    assert {str(move) for move in Move} - EVENTS.keys() == set()
    assert set(Outcome) == set(OUTCOMES)
