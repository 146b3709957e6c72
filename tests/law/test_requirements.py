"""docs/requirements.md says which test shows which requirement; a test that is marked with an unknown one fails here.

Written anew with

    REWRITE_REQUIREMENTS=1 .venv/bin/pytest tests/law/test_requirements.py
"""

from __future__ import annotations

import ast
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "requirements.md"
LAW: Mapping[str, Mapping[str, str]] = tomllib.loads((TESTS / "law" / "requirements.toml").read_text(encoding="utf-8"))
KNOWN = {name for group in LAW.values() for name in group}
TITLES = {
    "roles": "Roles",
    "intake": "Intake",
    "identity": "Identity",
    "automated_decisions": "Automated decisions",
    "complaint": "Complaint",
    "refusal": "Refusal",
    "extension": "Extension",
    "breach": "Breach",
}


def shown() -> dict[str, list[str]]:
    """Requirement to the tests that are marked with it, as "tests/…py::name"."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name, ids in _marked(path):
            for one in ids:
                found.setdefault(one, []).append(f"{path.relative_to(TESTS.parent)}::{name}")
    return found


def _marked(path: Path) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, [one for mark in node.decorator_list for one in _ids(mark)]


def _ids(mark: ast.expr) -> Iterator[str]:
    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.requirement":
        yield from (str(ast.literal_eval(one)) for one in mark.args)


def page() -> str:
    tests = shown()
    lines = [
        "# What the law asks, and the tests that show it",
        "",
        "Made from `tests/law/requirements.toml` and the marks on tests; `test_requirements.py` keeps it true.",
        "That a test would fail without the behaviour is shown for some in `tests/law/test_requirements_bite.py`.",
        "",
        f"Shown: {len(KNOWN & tests.keys())} of {len(KNOWN)}.",
        f"Not shown by a test: {', '.join(sorted(KNOWN - tests.keys())) or 'none'}.",
    ]
    for group, requirements in LAW.items():
        lines += ["", f"## {TITLES[group]}", ""]
        for name, sentence in requirements.items():
            lines += [f"- **{name}** {sentence}", *(f"  - `{test}`" for test in tests.get(name, ())), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def test_every_mark_names_a_requirement_of_the_law_or_of_a_letter() -> None:
    unknown = {one for one in shown() if one not in KNOWN and not re.fullmatch(r"[A-Z]{2,3}-(\d{1,2}|[a-h])", one)}
    assert unknown == set()


def test_the_page_says_which_test_shows_what() -> None:
    if os.environ.get("REWRITE_REQUIREMENTS"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
