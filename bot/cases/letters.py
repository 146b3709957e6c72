"""The letters by name, and which of them may leave without a person."""

from __future__ import annotations

from enum import StrEnum


class LetterKind(StrEnum):
    """Every letter we can write. Stored, and the folder name under templates/<language>/: add, never rename."""

    RECEIPT = "receipt"
    CHALLENGE = "challenge"
    CHALLENGE_REMINDER = "challenge_reminder"
    SECURITY_NOTICE = "security_notice"
    ACCESS = "access"
    CORRECTION = "correction"
    PORTABILITY = "portability"
    ERASURE = "erasure"
    COMPLAINT = "complaint"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    OTHER_PRIVACY = "other_privacy"
    NOTHING_FOUND = "nothing_found"
    NOT_IDENTIFIED = "not_identified"
    PASSPHRASE = "passphrase"  # noqa: S105 - the letter that repeats one
    REFUSAL = "refusal"
    EXTENSION = "extension"
    FORWARDED = "forwarded"
    QUESTION = "question"  # `ask`: staff need something from the person
    AP_REFERENCE = "ap_reference"  # `escalate --to ap`


AUTOMATIC = frozenset(
    {LetterKind.RECEIPT, LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER, LetterKind.SECURITY_NOTICE}
)
"""The whole list of what leaves to outsiders without an approver (design, section 3)."""
