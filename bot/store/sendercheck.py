"""A sender's verdict among the facts of a message, and back."""

from __future__ import annotations

from collections.abc import Mapping

from bot.mail.authentication.verdict import SenderCheck, SenderVerdict
from bot.store.archive import Transaction
from bot.store.records import Scalar

VERDICT = "sender_verdict"
TRIES = "sender_tries"
_REASONS = "sender_reasons"
_FLAGS = "sender_flags"
_BETWEEN = "; "


def as_facts(check: SenderCheck, flags: tuple[str, ...], tries: int) -> dict[str, Scalar]:
    return {
        VERDICT: str(check.verdict),
        _REASONS: _BETWEEN.join(check.reasons),
        _FLAGS: _BETWEEN.join(flags),
        TRIES: tries,
    }


def check_in(facts: Mapping[str, Scalar]) -> SenderCheck | None:
    """The verdict that stands among these facts; None where nobody looked."""
    verdict = facts.get(VERDICT)
    if verdict is None:
        return None
    reasons, flags = (str(facts.get(key) or "") for key in (_REASONS, _FLAGS))
    return SenderCheck(
        SenderVerdict(str(verdict)),
        tuple(filter(None, reasons.split(_BETWEEN))),
        tuple(filter(None, flags.split(_BETWEEN))),
    )


MOST_TRIES = 3
"""So often a name server is asked that does not answer."""


def undecided(tx: Transaction, case_id: int, mail_id: int) -> bool:
    """Whether the owner of the domain will be asked again about this mail."""
    of_mail = (message.facts for message in tx.messages.of_case(case_id) if message.mail_id == mail_id)
    return any(
        facts.get(VERDICT) == SenderVerdict.TEMPORARY and int(facts.get(TRIES) or 0) < MOST_TRIES for facts in of_mail
    )


def failed(tx: Transaction, case_id: int, mail_id: int) -> bool:
    """Whether the owner of the domain says that this mail of the case does not come from there."""
    of_mail = (message.facts for message in tx.messages.of_case(case_id) if message.mail_id == mail_id)
    return any(facts.get(VERDICT) == SenderVerdict.FAIL for facts in of_mail)
