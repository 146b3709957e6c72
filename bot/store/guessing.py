"""Somebody guesses codes in many cases: counted, stopped after so many a day, and told to staff once."""

from __future__ import annotations

import structlog

from bot.mail.subaddress import untagged
from bot.store.archive import Transaction
from bot.store.casework import BOT, ask_person

_log = structlog.get_logger(__name__)

GUESSES = "guesses"
"""The task that tells of them."""

_MANY = (
    "vandaag kwamen {} of meer verkeerde codes van of voor één mailbox ({}): kijk in de mailbox wie raadt; "
    "elke verdere verkeerde code laat de code vervallen van een zaak die een ander begon"
)


def guessed(tx: Transaction, case_id: int | None, addresses: frozenset[str], most: int, *, where: str) -> bool:
    """Count one guess for every mailbox concerned, whose addresses these are; whether one guessed enough for today.

    A mail is one guess however many codes stand in it: it is weighed once, and most mails in which several things read
    like a code are lists of invoices, of people who guess nothing. `where` says to staff in which case that was, or
    that it was in none.
    """
    mailboxes = {untagged(address) for address in addresses}  # a tag makes no second guess of one mail
    counts = [tx.guesses.count(mailbox) for mailbox in sorted(mailboxes)]  # one order: nobody waits in a ring
    if most in counts:
        tx.events.write(case_id, "guesses_stopped", BOT, {"wrong": max(counts)})
        ask_person(tx, None, GUESSES, _MANY.format(most, where))
        _log.warning("many wrong codes in one day", count=max(counts))
    return any(count >= most for count in counts)
