"""DMARC (RFC 7489): what the owner of the domain in From says, and whose signature or server speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from publicsuffixlist import PublicSuffixList

from bot.mail.authentication.questions import Lookup

_MOST_TAGS = 30


@dataclass(frozen=True, slots=True)
class Policy:
    """The record that counts for a domain. `strict_*` wants the very domain, not just the same organisation."""

    wish: str  # none, quarantine or reject: what the owner asks receivers to do with a fail
    strict_dkim: bool = False
    strict_spf: bool = False


@cache
def _suffixes() -> PublicSuffixList:
    """The copy of the public suffix list that came with the package; nothing is fetched."""
    return PublicSuffixList()


def organisation_of(domain: str) -> str:
    """The organisational domain (RFC 7489 section 3.2); the domain itself where it is a public suffix."""
    return _suffixes().privatesuffix(domain) or domain


def aligned(one: str, other: str, *, strict: bool) -> bool:
    """Whether two domains speak for each other."""
    one, other = one.lower().rstrip("."), other.lower().rstrip(".")
    return one == other or (not strict and organisation_of(one) == organisation_of(other))


def policy_of(domain: str, lookup: Lookup) -> Policy | None:
    """The DMARC record of the domain or else of its organisation; None without one.

    Raises UnansweredError or TroubleError.
    """
    own = _record(lookup.records(f"_dmarc.{domain}", "TXT"))
    if own is not None:
        return _policy(own, "p")
    organisation = organisation_of(domain)
    above = None if organisation == domain else _record(lookup.records(f"_dmarc.{organisation}", "TXT"))
    return None if above is None else _policy(above, "sp" if "sp" in above else "p")


def _record(texts: tuple[str, ...]) -> dict[str, str] | None:
    """The tags of the one DMARC record; of two none counts (RFC 7489 section 6.6.3)."""
    records = [tags for text in texts if (tags := _tags(text)) is not None]
    return records[0] if len(records) == 1 else None


def _tags(text: str) -> dict[str, str] | None:
    parts = [part.partition("=") for part in text.split(";")[:_MOST_TAGS] if part.strip()]
    tags = [(name.strip().lower(), value.strip()) for name, sign, value in parts if sign]
    if not tags or tags[0] != ("v", "DMARC1"):
        return None
    return dict(reversed(tags))


def _policy(tags: dict[str, str], wish: str) -> Policy | None:
    """A record with a nonsensical wish counts as "none" if it asks for reports, else as no record at all."""
    asked = tags.get(wish, "").lower()
    if asked not in ("none", "quarantine", "reject"):
        if "rua" not in tags:
            return None
        asked = "none"
    return Policy(asked, tags.get("adkim", "r").lower() == "s", tags.get("aspf", "r").lower() == "s")
