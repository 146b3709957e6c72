"""Whether what a letter prints about the supervisory authority was looked up lately."""

from __future__ import annotations

from datetime import date

from bot.settings import AuthorityBlock


def authority_doubt(text: str, authority: AuthorityBlock, today: date) -> tuple[str, ...]:
    """What staff should know before they approve this letter, if it prints details that nobody looked up lately."""
    age = authority.doubtful(today)
    if age is None or not any(detail in text for detail in (authority.postal_address, authority.phone)):
        return ()
    return (f"de gegevens van de {authority.name} in deze brief zijn {age} dagen geleden nagekeken; kijk ze eerst na",)
