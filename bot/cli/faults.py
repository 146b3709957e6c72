"""Why a draft cannot be approved yet, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from bot.cases.masking import masked, masked_bsn
from bot.replies.linting import Finding


def faults_as_json(found: Iterable[Finding], secret: str | None) -> list[dict[str, str]]:
    """What nobody may read in a draft is masked here too."""
    return [
        {
            "code": str(finding.code),
            "block": finding.block,
            "sentence": masked_bsn(masked(finding.sentence, [secret] if secret else [])),
            "mend": finding.mend,
        }
        for finding in found
    ]


def print_faults(found: Iterable[Finding], secret: str | None) -> None:
    faults = faults_as_json(found, secret)
    if not faults:
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print("\nKan zo niet worden goedgekeurd:", markup=False)
    for fault in faults:
        place = f" in {fault['block']}" if fault["block"] else ""
        said = f' "{fault["sentence"]}"' if fault["sentence"] else ""
        console.print(f"- {fault['code']}{place}: {fault['mend']}.{said}", markup=False)
