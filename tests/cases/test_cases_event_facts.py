"""What staff read beside an event: Dutch words and the time of the company, for whatever is stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import bot
from bot.cases import staff_words
from bot.cases.draft import DraftState
from bot.cases.event_facts import NAMES, facts_in_words
from bot.cases.factors import Factor
from bot.cases.incidents import RISKS, IncidentState, Risk
from bot.cases.letters import LetterKind
from bot.cases.links import LinkState
from bot.cases.mandates import Ground, Standing
from bot.cases.model import Channel, RequestState
from bot.cases.moments import day_words, moment_words
from bot.cli.words import OUTBOX
from bot.mail.authentication.verdict import SenderVerdict
from bot.replies.reasons import FeeReason, RefusalReason
from bot.store.records import OutboxState
from bot.triage.labels import Language, Role

AMSTERDAM = "Europe/Amsterdam"


def test_a_moment_is_told_in_dutch_in_the_time_of_the_company() -> None:
    assert moment_words(datetime(2026, 11, 27, 13, 5, tzinfo=UTC), AMSTERDAM) == "vr 27 november 2026 14.05"
    assert moment_words(datetime(2026, 6, 30, 22, 30, tzinfo=UTC), AMSTERDAM) == "wo 1 juli 2026 00.30"
    assert day_words(date(2026, 12, 28)) == "ma 28 december 2026"


def test_values_are_told_in_the_words_of_staff_and_what_did_not_happen_is_left_out() -> None:
    told = facts_in_words(
        {
            "letter": "receipt",
            "outbox": 3,
            "right": "erasure",
            "from": "awaiting_identity",
            "to": "collecting",
            "required": 2,
            "found": True,
            "erased": False,
            "aware_at": "2026-04-03T14:20:00+00:00",
            "signed_on": "2026-04-02",
            "reason_access": "wat weten jullie van mij",
        },
        AMSTERDAM,
    )

    assert told == (
        "brief ontvangstbevestiging, verzending 3, recht wissen, van wacht op bewijs, naar wordt verzameld, nodig L2, "
        "gevonden ja, bekend sinds vr 3 april 2026 16.20, getekend do 2 april 2026, "
        "waaruit inzage wat weten jullie van mij"
    )


def test_a_zero_is_told_and_so_is_the_ground_of_a_refusal() -> None:
    told = facts_in_words(
        {"level": 0, "rows": 0, "tries": 0, "found": False, "note": "", "ground": "legal_duty", "risk": "unlikely"},
        AMSTERDAM,
    )

    assert told == "niveau L0, rijen 0, pogingen 0, grond wettelijke plicht, risico niet te verwachten"


def test_what_somebody_wrote_stays_as_it_is() -> None:
    words = "de klant belde op 2026-04-03, wil 'access' en noemt receipt"

    assert facts_in_words({"note": words, "to": "femke"}, AMSTERDAM) == f"notitie {words}, naar femke"


def test_whatever_is_stored_as_a_name_of_ours_has_words() -> None:
    for words, stored in (
        (staff_words.STATES, RequestState),
        (staff_words.LETTERS, LetterKind),
        (staff_words.DRAFTS, DraftState),
        (staff_words.LINKS, LinkState),
        (staff_words.INCIDENTS, IncidentState),
        (staff_words.FACTORS, Factor),
        (staff_words.ROLES, Role),
        (staff_words.STANDINGS, Standing),
        (staff_words.LANGUAGES, Language),
        (staff_words.CHANNELS, Channel),
        (staff_words.GROUNDS, Ground),
        (staff_words.VERDICTS, SenderVerdict),
        (OUTBOX, OutboxState),
        (RISKS, Risk),
    ):
        assert set(words) == {str(one) for one in stored}
    assert set(staff_words.LETTER_GROUNDS) == {str(one) for one in (*RefusalReason, *FeeReason)}


def test_every_name_of_a_value_and_every_kind_of_task_has_a_dutch_word() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(bot.__file__).parent.rglob("*.py")]
    names = {name for tree in trees for name in _names_of_values(tree)}
    kinds = {kind for tree in trees for kind in _kinds_of_tasks(tree, _constants(trees))}

    assert len(names) > 40
    assert {name for name in names if name not in NAMES and re.search("[a-z]", name)} - _DUTCH == set()
    assert len(kinds) > 20
    assert kinds - staff_words.TASKS.keys() == set()


_DUTCH = {
    "zonder_tweede_persoon",
    "hash",
    "model",
    "case_years",
    "chains",
    "line",
    "mailbox",
    "stuck",
    "taken_in",
    "there",
}
"""Words that are Dutch as they stand, and values of the service's own chain, which belongs to no case."""


def _names_of_values(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.search(r"(events\.write|\._write)$", ast.unparse(node.func)):
            for one in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from _keys(one)
        elif isinstance(node, ast.AnnAssign) and "Scalar" in ast.unparse(node.annotation) and node.value is not None:
            yield from _keys(node.value)


def _keys(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Dict):
        yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def _constants(trees: list[ast.Module]) -> dict[str, str]:
    return {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _kinds_of_tasks(tree: ast.AST, constants: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        at = 2 if called == "ask_person" else 1 if called.endswith("tasks.add") else None
        if at is None or len(node.args) <= at:
            continue
        kind = node.args[at]
        if isinstance(kind, ast.Constant):
            yield str(kind.value)
        elif isinstance(kind, ast.Name) and kind.id in constants:
            yield constants[kind.id]


def test_what_a_mail_says_beside_its_label_is_told_in_words() -> None:
    told = facts_in_words({"label": "not_me", "heard": "wrong_recipient"}, AMSTERDAM)

    assert told.endswith("zegt ook verkeerde ontvanger")
