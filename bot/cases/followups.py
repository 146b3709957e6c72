"""What a mail in a running case does, in words for staff."""

from __future__ import annotations

from bot.triage.labels import Intent

_WORDS = {
    Intent.CHALLENGE_ANSWER: "antwoord op onze controle",
    Intent.NOT_ME: "zegt: niet ik",
    Intent.REMINDER: "herinnering",
    Intent.NEW_REQUEST: "nieuw verzoek",
    Intent.CHANGE_SCOPE: "wil iets anders",
    Intent.CLARIFICATION: "toelichting",
    Intent.AGREES: "is akkoord",
    Intent.WITHDRAWAL: "trekt het verzoek in",
    Intent.CANCELS_ERASURE: "wil niet meer wissen",
    Intent.DISPUTES: "betwist ons antwoord",
    Intent.COMPLAINT_AP: "spreekt van een klacht bij de AP",
    Intent.DELIVERY_PREFERENCE: "wil het antwoord anders ontvangen",
    Intent.CANNOT_OPEN: "kan een bestand niet openen",
    Intent.REFUSES_IDENTIFICATION: "wil niet bewijzen wie hij is",
    Intent.SENDS_ID_COPY: "stuurt een identiteitsbewijs",
    Intent.WRONG_RECIPIENT: "verkeerde ontvanger",
    Intent.THANKS: "bedankt",
    Intent.OUT_OF_OFFICE: "afwezigheidsbericht",
    Intent.BOUNCE: "kwam terug",
    Intent.UNRELATED: "gaat over iets anders",
}


def follow_up_words(label: str) -> str:
    """The Dutch words for the label of a follow-up; "automatisch" for mail that no person wrote."""
    return _WORDS[Intent(label)] if label in set(Intent) else "automatisch"
