"""The one secret that opens the feed of terms: its keyed hash, and no more, lies in the archive."""

from __future__ import annotations

import hmac

from bot.store.archive import Transaction

_NAME = "terms_feed"


def set_secret(tx: Transaction, token: str) -> None:
    """From now on this token opens the feed, and no other one does."""
    tx.meta.set(_NAME, _hash(tx, token))


def forget_secret(tx: Transaction) -> None:
    """From now on nothing opens the feed."""
    tx.meta.drop(_NAME)


def has_secret(tx: Transaction) -> bool:
    """Whether there is an address at which the feed opens."""
    return tx.meta.get(_NAME) is not None


def opens(tx: Transaction, token: str) -> bool:
    """Compared in constant time; without a secret nothing opens the feed."""
    kept = tx.meta.get(_NAME)
    return kept is not None and hmac.compare_digest(kept, _hash(tx, token))


def _hash(tx: Transaction, token: str) -> str:
    return tx.meta.bench.vault.index(f"feed:{token}")
