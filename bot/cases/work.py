"""The pieces of work a case goes through. Each is one job; the next step is the next job."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Work(StrEnum):
    """Job kinds, with what their target id names. Stored: add, never rename."""

    TAKE_IN = "take_in"  # a mail of the ledger
    TAKE_IN_TOP = "take_in_top"  # a mail of which only the top could be had: a person must look
    PUT_AWAY = "put_away"  # a mail: copies of identity documents in it leave our store
    AUTHENTICATE = "authenticate"  # a case: whether its mails come from the domains they name
    ACKNOWLEDGE = "acknowledge"  # a case: its receipt
    IDENTIFY = "identify"  # a case
    CHALLENGE = "challenge"  # a case whose challenge had to wait: one a day for an address
    FOLLOW_UP = "follow_up"  # a mail in a running case: what waited for the verdict about its sender
    CHECK_ANSWER = "check_answer"  # a mail that seems to carry a code
    REMIND = "remind"  # a case: its challenge was not answered yet
    FULFIL = "fulfil"  # a case
    EXECUTE = "execute"  # an approved draft
    FILE_COPY = "file_copy"  # a sent letter
    CLOSE = "close"  # a case
    KEEP_DOSSIER = "keep_dossier"  # a case that went to the authority
    RECONCILE = "reconcile"  # nothing: every mailbox is compared with the ledger
    SECOND_OPINION = "second_opinion"  # a mail: another reader is asked what it asks
    TELL_BREACH = "tell_breach"  # an event of the service's own chain: a breach began, or its hours run out
    TELL_WEBHOOK = "tell_webhook"  # an event of the service's own chain


def next_release(now: datetime, every_seconds: int) -> datetime:
    """The next beat of the release schedule: automatic letters leave on it, so that their time says nothing.

    Beats are counted from the epoch, so that every process has the same ones.
    """
    if every_seconds <= 0:
        return now
    elapsed = now.timestamp() % every_seconds
    return now + timedelta(seconds=every_seconds - elapsed)
