"""One mailbox behind many spellings: tags after a plus (RFC 5233), and the dots that Gmail does not look at."""

from __future__ import annotations

_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Two names of one house, in which a dot before the @ means nothing."""


def untagged(address: str) -> str:
    """The address by which letters to one person are counted. Never to be written to: it may be no address at all.

    Where a plus is a letter like any other, two people share a count, and one of them may wait a day.
    """
    local, at, domain = address.strip().casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}{at}{domain}"
