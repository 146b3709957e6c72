"""A sender's verdict as staff read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.mail.authentication.verdict import SenderCheck, SenderVerdict

_WORDS = {
    SenderVerdict.PASS: "komt echt van dit domein (wie er schrijft, bewijst dit niet)",
    SenderVerdict.FAIL: "NIET ECHT: waarschijnlijk vervalst",
    SenderVerdict.NONE: "niet te bewijzen",
    SenderVerdict.TEMPORARY: "nog niet bekend: een naamserver antwoordde niet",
}


def sender_check_as_json(check: SenderCheck) -> dict[str, Any]:
    return {"verdict": str(check.verdict), "reasons": list(check.reasons), "flags": list(check.flags)}


def sender_check_in_words(found: Mapping[str, Any] | None) -> list[str]:
    """A line for the verdict, one for why, one for each thing to look at twice; nothing where nobody looked."""
    if found is None:
        return []
    lines = [f"afzender: {_WORDS[SenderVerdict(found['verdict'])]}"]
    if found["reasons"]:
        lines.append(f"  want {'; '.join(found['reasons'])}")
    return [*lines, *(f"  let op: {flag}" for flag in found["flags"])]
