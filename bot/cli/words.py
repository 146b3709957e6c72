"""States, rights and planned changes as staff call them."""

from __future__ import annotations

from bot.cases.alarming import RIGHTS
from bot.cases.event_words import CHANGES, event_words
from bot.cases.event_words import OUTCOMES as HOW_IT_ENDED
from bot.cases.staff_words import STATES
from bot.store.records import OutboxState

KINDS: dict[str, str] = {**{str(kind): words for kind, words in RIGHTS.items()}, "other_privacy": "vraag"}

__all__ = ["CHANGES", "KINDS", "OUTBOX", "OUTCOMES", "STATES", "event_words"]

OUTCOMES: dict[str, str] = {str(outcome): words for outcome, words in HOW_IT_ENDED.items()}

OUTBOX: dict[str, str] = {
    OutboxState.HELD: "wacht op vrijgave of uitvoering",
    OutboxState.READY: "klaar om te vertrekken",
    OutboxState.SENDING: "wordt verstuurd",
    OutboxState.SENT: "verstuurd",
    OutboxState.FAILED: "geweigerd",
    OutboxState.UNKNOWN: "onbekend of het aankwam",
    OutboxState.CANCELLED: "vertrekt niet",
}
