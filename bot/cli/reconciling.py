"""The command that compares the mailbox with the ledger."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bot.cli.session import print_json, rooms
from bot.mail.accounting import FolderAccount
from bot.reconciliation import STUCK, MailboxAccount
from bot.settings import SettingsError
from bot.store.records import MailVerdict

_HEADS = (
    *("in mailbox", "before start", "case", "ordinary", "automatic", "duplicate", "failed", "pending", "waiting"),
    *("MISSING", "gone"),
)

_WIDTH = 132  # below this a column would be cut


def reconcile(config: Path | None, *, repair: bool, as_json: bool) -> None:
    with rooms(config) as opened:
        if not opened.mailboxes:
            raise SettingsError("no mailbox is watched: set [watch] enabled to true")
        accounts = opened.reconciliation.accounts(repair=repair)
    wrong = [*_wrong(accounts)]
    if as_json:
        print_json({"ok": not wrong, "mailboxes": [_as_json(account) for account in accounts], "problems": wrong})
    else:
        _print(accounts)
        for line in wrong:
            print(f"privacybot: {line}", file=sys.stderr)
    if wrong:
        raise SystemExit(1)


def _wrong(accounts: Sequence[MailboxAccount]) -> Iterator[str]:
    """What is not as it should be, each with its mend."""
    for account in accounts:
        if account.trouble is not None:
            yield account.trouble
        if account.never_read:
            yield f"mail in {account.mailbox} was never read: start the service, which begins with it"
        elif account.missing:
            yield (
                f"{account.missing} mails in {account.mailbox} are not in the ledger: privacybot reconcile --repair "
                "takes them in"
            )
        if account.stuck:
            yield (
                f"{account.stuck} mails from {account.mailbox} failed and nobody decided about them: privacybot jobs "
                "tells why, privacybot jobs --unpark N tries again"
            )


def _as_json(account: MailboxAccount) -> dict[str, Any]:
    return {
        "mailbox": account.mailbox,
        "trouble": account.trouble,
        "folders": [
            {"folder": folder.folder, "exists": folder.exists, "never_read": folder.never_read, **_counts(folder)}
            for folder in account.folders
        ],
    }


def _counts(folder: FolderAccount) -> dict[str, int]:
    """`in_mailbox` is the sum of what follows up to `missing`; the rest is not in the folder any more."""
    fates = folder.fates
    return {
        "in_mailbox": folder.there,
        "before_start": folder.before_start,
        "case": fates.get(MailVerdict.CASE, 0),
        "ordinary": fates.get(MailVerdict.ORDINARY, 0),
        "automatic": fates.get(MailVerdict.AUTOMATIC, 0),
        "duplicate": fates.get(MailVerdict.DUPLICATE, 0),
        "failed": fates.get(MailVerdict.FAILED, 0) + fates.get(STUCK, 0),
        "pending": fates.get(MailVerdict.PENDING, 0) + folder.taken_in,
        "waiting": folder.waiting,
        "missing": folder.missing - folder.taken_in,
        "taken_in": folder.taken_in,
        "failed_unseen": fates.get(STUCK, 0),
        "gone": folder.gone,
        "gone_unread": folder.gone_unread,
    }


def _print(accounts: Sequence[MailboxAccount]) -> None:
    console = Console(highlight=False, width=max(_WIDTH, Console().width))
    for account in accounts:
        table = Table(title=account.mailbox, title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False)
        table.add_column("folder", overflow="fold")
        for head in _HEADS:
            table.add_column(head, justify="right")
        for folder in account.folders:
            table.add_row(folder.folder, *_cells(folder))
        if account.folders:
            console.print(table)
        if taken_in := sum(folder.taken_in for folder in account.folders):
            print(f"taken in: {taken_in}")


def _cells(folder: FolderAccount) -> list[str]:
    if not folder.exists:
        return ["no such folder", *[""] * (len(_HEADS) - 1)]
    counts = _counts(folder)
    gone = counts["gone"] + counts["gone_unread"]
    names = [head.lower().replace(" ", "_") for head in _HEADS[:-1]]
    return [*(str(counts[name]) for name in names), str(gone)]
