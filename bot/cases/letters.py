"""The letters by name, and which of them may leave without a person."""

from __future__ import annotations

from enum import StrEnum

from bot.triage.labels import RequestKind


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
    ACCOUNT_NOTICE = "account_notice"  # to another user of a shared account that would end or be frozen
    PAPER_CODE = "paper_code"  # a code on paper, which staff post to the postal address of record
    BREACH_NOTICE = "breach_notice"  # to the person whose data were disclosed (Art. 34)
    STAFF_ALARM = "staff_alarm"  # to our own users: reference, kind and dates, never a person
    MANDATE_REQUEST = "mandate_request"  # to whoever writes for somebody else
    GUARDIAN_REQUEST = "guardian_request"  # a minor, or somebody under curatele, bewind or mentorschap
    DECEASED = "deceased"
    NO_DATA_SUBJECT = "no_data_subject"  # a company or foundation as such
    FORWARD_TO_CUSTOMER = "forward_to_customer"  # to the customer whose books it concerns (Art. 28(3)(e))
    MASKED_COPY = "masked_copy"  # where nothing else shows who it is, and two people say so
    RESTRICTION_LIFTED = "restriction_lifted"  # before restricted data are used again (Art. 18(3))
    OPENING_HELP = "opening_help"  # a file does not open
    WRONG_RECIPIENT = "wrong_recipient"  # to whoever says that a message was not for him
    FEE_NOTICE = "fee_notice"  # what a request would cost, before it costs anything (Art. 12(5), 15(3))
    TEST_MAIL = "test_mail"  # `testmail`: fixed words, to an address that the operator gives


AUTOMATIC = frozenset(
    {LetterKind.RECEIPT, LetterKind.CHALLENGE, LetterKind.CHALLENGE_REMINDER, LetterKind.SECURITY_NOTICE}
)
"""The whole list of what leaves to outsiders without an approver."""

TELLING = frozenset(
    {
        LetterKind.CHALLENGE,
        LetterKind.CHALLENGE_REMINDER,
        LetterKind.SECURITY_NOTICE,
        LetterKind.ACCOUNT_NOTICE,
    }
)
"""Letters that tell somebody of a case that he may not have begun: his no stops it, in their thread or out of it."""

TO_STAFF = frozenset({LetterKind.STAFF_ALARM, LetterKind.TEST_MAIL})
"""Mail to users in our own table, and the operator's own: no approver and no template, as no customer ever reads it."""

WITH_TEMPLATE = tuple(letter for letter in LetterKind if letter not in TO_STAFF)
"""What customers read."""

LETTER_OF: dict[RequestKind, LetterKind] = {
    RequestKind.ACCESS: LetterKind.ACCESS,
    RequestKind.PORTABILITY: LetterKind.PORTABILITY,
    RequestKind.CORRECTION: LetterKind.CORRECTION,
    RequestKind.RESTRICTION: LetterKind.RESTRICTION,
    RequestKind.OBJECTION: LetterKind.OBJECTION,
    RequestKind.CONSENT_WITHDRAWAL: LetterKind.CONSENT_WITHDRAWAL,
    RequestKind.COMPLAINT: LetterKind.COMPLAINT,
    RequestKind.ERASURE: LetterKind.ERASURE,
}
"""The letter that answers a request; requests that are ready together share one, in this order."""

SIDE_LETTERS = frozenset(
    {
        LetterKind.EXTENSION,
        LetterKind.QUESTION,
        LetterKind.PASSPHRASE,
        LetterKind.AP_REFERENCE,
        LetterKind.OTHER_PRIVACY,
        LetterKind.BREACH_NOTICE,
        LetterKind.MANDATE_REQUEST,
        LetterKind.GUARDIAN_REQUEST,
        LetterKind.FORWARD_TO_CUSTOMER,
        LetterKind.MASKED_COPY,
        LetterKind.ACCOUNT_NOTICE,
        LetterKind.RESTRICTION_LIFTED,
        LetterKind.OPENING_HELP,
        LetterKind.WRONG_RECIPIENT,
        LetterKind.FEE_NOTICE,
    }
)
"""Letters that answer no request: sending one moves no request."""
