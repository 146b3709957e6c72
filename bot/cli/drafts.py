"""The function behind `privacybot draft`: one draft to read, or as the mail that it will be."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from bot.cases.draft import Draft, DraftState, content_hash
from bot.cases.errors import RefusedActError
from bot.cases.masking import masked, masked_bsn
from bot.cases.model import Case, CaseRef
from bot.cases.staff_words import DRAFTS, LETTERS
from bot.cli.casefile import draft_as_json
from bot.cli.faults import faults_as_json, print_faults
from bot.cli.session import actor, print_json, rooms
from bot.cli.texts import blocks_as_text
from bot.cli.words import CHANGES
from bot.replies.freshness import authority_doubt
from bot.store.archive import Transaction


def draft(config: Path | None, ref: str, draft_id: int | None, *, eml: bool, text: bool, as_json: bool) -> None:
    with rooms(config) as opened:
        decisions = opened.decisions
        with opened.archive.reading() as tx:
            case = tx.cases.get(CaseRef(ref))
            chosen = _chosen(tx, case, draft_id)
            raw = decisions.as_mail(tx, chosen) if eml else b""
            secret = tx.secrets.passphrase(case.id)
        found = decisions.faults(case, chosen, opened.clock()) if chosen.state is DraftState.OPEN else ()
        decisions.shown(chosen, actor("os"))
        doubts = authority_doubt(chosen.text, opened.settings.organisation.authority, opened.clock().date())
    if eml:
        sys.stdout.buffer.write(raw)
    elif text:
        print(masked(blocks_as_text(chosen.blocks), [secret] if secret else []), end="")
    elif as_json:
        faults = faults_as_json(found, secret)
        print_json({**draft_as_json(chosen), "text": _shown(chosen, secret), "faults": faults, "warnings": [*doubts]})
    else:
        _print_draft(chosen, secret)
        print_faults(found, secret)
    if not as_json:
        for line in doubts:
            print(f"let op: {line}", file=sys.stderr)


def _chosen(tx: Transaction, case: Case, draft_id: int | None) -> Draft:
    drafts = [draft for draft in tx.drafts.of_case(case.id) if draft_id is None or draft.id == draft_id]
    live = [draft for draft in drafts if draft.state in {DraftState.OPEN, DraftState.APPROVED}] or drafts
    if not live:
        raise RefusedActError(f"{case.ref} has no draft yet")
    return live[-1]


def _shown(draft: Draft, secret: str | None) -> str:
    return masked_bsn(masked(draft.text, [secret] if secret else []))


def _print_draft(draft: Draft, secret: str | None) -> None:
    console = Console(highlight=False, soft_wrap=True)
    letter, state = LETTERS.get(draft.letter, draft.letter), DRAFTS[draft.state]
    console.print(f"Concept {draft.id}, versie {draft.version}: {letter} ({state})", markup=False)
    console.print(f"Aan: {draft.to}\nOnderwerp: {draft.subject}\n", markup=False)
    console.print(_shown(draft, secret), markup=False)
    for file in draft.files:
        console.print(f"Bijlage: {file.name} ({file.size} bytes, SHA-256 {file.sha256})", markup=False)
    for change in draft.changes:
        console.print(f"Gepland: {CHANGES[change.action]}: {change.label} ({change.count})", markup=False)
    console.print(f"\nHash: {content_hash(draft)}", markup=False)
