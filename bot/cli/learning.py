"""The command that trains: for this installation, with what staff corrected; or a model file and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.cli.session import print_json, rooms, telling
from bot.learning import Learning, Outcome
from bot.settings import SettingsError
from bot.triage.corpus import SHIPPED_CORPUS
from bot.triage.model import train as trained
from bot.triage.promotion import Comparison


def build(corpus: Path | None, out: Path) -> None:
    """A model from labelled mails alone, written to `out`: how the one that ships is made."""
    with telling():
        report = trained(corpus or SHIPPED_CORPUS, out, _tell)
    print(f"{report.mails} mails, {report.sentences} sentences: {report.out} ({report.size} bytes)")


def train(config: Path | None, corpus: Path | None, *, check: bool, as_json: bool) -> None:
    """Learn what staff corrected; the new model judges if it is no worse."""
    with rooms(config) as opened:
        _require_a_free_model(opened.settings.triage.model_file)
        learning = Learning(opened.archive, opened.settings.models, corpus or SHIPPED_CORPUS, progress=_tell)
        outcome = learning.train(check=check)
    against = outcome.comparison.against() if outcome.comparison else ()
    if as_json:
        print_json(_as_json(outcome))
    elif outcome.comparison is None:
        print(f"nothing new to learn: model {outcome.judging} knows all that staff corrected")
    else:
        print_table(outcome.comparison)
        print(_told(outcome, against, check=check))
    if against:
        raise SystemExit(1)


def back(config: Path | None, *, as_json: bool) -> None:
    """Return to the model before this one."""
    with rooms(config) as opened:
        _require_a_free_model(opened.settings.triage.model_file)
        outcome = Learning(opened.archive, opened.settings.models).back()
    if as_json:
        print_json(_as_json(outcome))
    else:
        print(f"model {outcome.judging} judges again, from the next mail on")


def print_table(found: Comparison) -> None:
    """The figures of both models, side by side."""
    heads = ("", f"now {found.now.version or '-'}", f"new {found.new.version or '-'}")
    for name, now, new in (heads, *found.rows()):
        print(f"{name:<26}  {now:>16}  {new:>16}")


def _told(outcome: Outcome, against: tuple[str, ...], *, check: bool) -> str:
    if against:
        kept = "it was only measured" if check else "it is kept beside the one that judges, as candidate.npz"
        return "\n".join(("the new model does not judge:", *(f"  {line}" for line in against), kept))
    if check:
        return "nothing speaks against the new model; it was only measured"
    return (
        f"model {outcome.judging} judges from the next mail on, in a running service too; "
        "privacybot train --back returns to the one before"
    )


def _as_json(outcome: Outcome) -> dict[str, object]:
    compared = outcome.comparison.as_json() if outcome.comparison else None
    return {"judging": outcome.judging, "promoted": outcome.promoted, "comparison": compared}


def _require_a_free_model(model_file: str) -> None:
    if model_file:
        raise SettingsError("triage.model_file fixes the model: leave it empty, so that another one can judge")


def _tell(words: str) -> None:
    print(words, file=sys.stderr)
