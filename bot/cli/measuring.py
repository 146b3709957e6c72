"""The command that measures recognition on labelled mails, and shows what goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.cli.mails import own_numbers, without_numbers
from bot.cli.session import print_json, settings_of, telling
from bot.settings import Settings
from bot.triage.brand import TAUGHT
from bot.triage.corpus import HELD_BACK, SHIPPED_CORPUS
from bot.triage.evaluation import counted, judged
from bot.triage.mistakes import Mistake, confusion, worst
from bot.triage.reading import Reader
from bot.triage.weights import Model


def evaluate(config: Path | None, file: Path, *, confused: bool, errors: int, as_json: bool) -> None:
    """How well labelled mails are recognised."""
    if errors and file.stem in HELD_BACK:
        print(f"{file.name} is held back: whoever reads its mails can no longer be judged by it", file=sys.stderr)
    with telling():
        settings = settings_of(config, keys_required=False)
        pairs = judged(judge_of(settings, file), file)
    figures, taken, wrong = counted(file.name, pairs), confusion(pairs) if confused else (), worst(pairs, errors)
    if as_json:
        more: dict[str, Any] = {}
        if confused:
            more["confusion"] = [{"given": given, "found": found, "mails": count} for given, found, count in taken]
        if errors:
            more["errors"] = [one.as_json() for one in wrong]
        print_json(without_numbers(figures.as_json() | more, own_numbers(settings)))
        return
    for row in figures.rows():
        print("  ".join(f"{cell:<26}" if number == 0 else f"{cell:>8}" for number, cell in enumerate(row)))
    for given, found, count in taken:
        print(f"{given:<26}  taken for {found:<28} {count:>5}")
    for line in _lines(wrong):
        print(without_numbers(line, own_numbers(settings)))


def judge_of(settings: Settings, file: Path) -> Model:
    """The model that judges here. Mails of our own are written to this company, those that ship to another."""
    model = Reader.of(settings).model()
    return replace(model, brand=TAUGHT) if file.resolve().parent == SHIPPED_CORPUS.resolve() else model


def _lines(wrong: tuple[Mistake, ...]) -> Iterator[str]:
    for one in wrong:
        seen = ", a person is asked" if one.person else ""
        scores = ", ".join(f"{label} {score:.2f}" for label, score in one.scores.items())
        yield f"\n{one.id}: {_named(one.given)} taken for {_named(one.found)}{seen}" + (
            f" ({scores})" if scores else ""
        )
        yield from (f"    {' '.join(words.split())}" for words in one.sentences)


def _named(labels: tuple[str, ...]) -> str:
    return ", ".join(labels) or "ordinary"
