"""Mails that touch nothing in the archive: told apart for many at once, because nearly all mail is like that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.cases.numbers import numbers_named
from bot.mail.message import ParsedMail
from bot.store.archive import Transaction


def strangers(tx: Transaction, mails: Sequence[ParsedMail]) -> list[bool]:
    """For each mail whether the archive knows nothing around it, and no other of these mails is a copy of it.

    Nothing means: no mail of the same identity, no case or letter that it answers or returns, no running case of its
    sender, no letter to him that told of one, and no case named in which a letter with a code was made. Any doubt
    counts as knowing.
    """
    if not mails:
        return []
    copies = Counter(mail.identity for mail in mails)
    seen = tx.spool.known_identities(copies)
    named = {one for mail in mails for one in mail.named_ids}
    ours = tx.messages.known(named) | tx.outbox.known(named)
    senders = {mail.sender.address for mail in mails if mail.sender.address is not None}
    busy = tx.cases.open_senders(senders) | tx.outbox.told_mailboxes(senders)
    numbers = [numbers_named(mail.subject, mail.new_text) for mail in mails]
    lettered = tx.paper_codes.refs_among({number for each in numbers for number in each})
    return [
        copies[mail.identity] == 1
        and mail.identity not in seen
        and ours.isdisjoint(mail.named_ids)
        and mail.sender.address not in busy
        and lettered.isdisjoint(named_here)
        for mail, named_here in zip(mails, numbers, strict=True)
    ]
