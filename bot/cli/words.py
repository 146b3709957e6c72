"""States, rights and planned changes as staff call them."""

from __future__ import annotations

from bot.cases.alarming import RIGHTS
from bot.cases.event_words import CHANGES, event_words
from bot.cases.event_words import OUTCOMES as HOW_IT_ENDED
from bot.cases.model import RequestState

STATES: dict[str, str] = {
    RequestState.RECEIVED: "ontvangen",
    RequestState.AWAITING_IDENTITY: "wacht op bewijs",
    RequestState.COLLECTING: "wordt verzameld",
    RequestState.AWAITING_APPROVAL: "wacht op akkoord",
    RequestState.APPROVED: "akkoord gegeven",
    RequestState.EXECUTING: "wordt uitgevoerd",
    RequestState.SENDING: "wordt verstuurd",
    RequestState.UNDELIVERED: "bezorging onzeker",
    RequestState.ANSWERED: "beantwoord",
    RequestState.CLOSED: "gesloten",
    RequestState.NEEDS_PERSON: "een mens kijkt",
    RequestState.WITHDRAWN: "ingetrokken",
    RequestState.REFUSED: "geweigerd",
    RequestState.PARKED: "geparkeerd",
    RequestState.FORWARDED: "verwezen",
    RequestState.ESCALATED: "bij de AP",
}

KINDS: dict[str, str] = {**{str(kind): words for kind, words in RIGHTS.items()}, "other_privacy": "vraag"}

__all__ = ["CHANGES", "KINDS", "OUTCOMES", "STATES", "event_words"]

OUTCOMES: dict[str, str] = {str(outcome): words for outcome, words in HOW_IT_ENDED.items()}
