"""What a mail in a running case does, in words for staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class Effect:
    """What a mail with this intent does in a running case, beside standing in it. The clock is never touched."""

    stops: str | None = None  # why a person must look: what is drafted or approved does not leave
    advice: str | None = None  # a task: what staff may do about it
    presses: bool = False  # the case goes to the top of the list


EFFECTS: Mapping[Intent, Effect] = MappingProxyType(
    {
        Intent.NOT_ME: Effect(stops="zegt: niet ik heb dit gevraagd"),
        Intent.WITHDRAWAL: Effect(stops="wil het verzoek intrekken (privacybot withdraw)"),
        Intent.CANCELS_ERASURE: Effect(stops="wil niet meer dat er gewist wordt"),
        Intent.DISPUTES: Effect(
            stops="betwist ons antwoord",
            advice="ons antwoord wordt betwist: laat de functionaris meekijken (privacybot escalate --to officer); de "
            "termijn van het verzoek is niet opnieuw begonnen",
        ),
        Intent.CHANGE_SCOPE: Effect(stops="wil iets anders dan eerst gevraagd"),
        Intent.WRONG_RECIPIENT: Effect(stops="zegt dat ons bericht bij de verkeerde persoon kwam: mogelijk datalek"),
        Intent.REMINDER: Effect(
            advice="herinnering: de klant wacht op antwoord; de termijn blijft dezelfde", presses=True
        ),
        Intent.COMPLAINT_AP: Effect(
            advice="spreekt van een klacht bij de AP: lees het vandaag (privacybot escalate --to officer)", presses=True
        ),
        Intent.CANNOT_OPEN: Effect(
            advice="kan een bestand niet openen: lees het wachtwoord voor aan het bekende nummer of stuur het opnieuw "
            "naar het bekende adres (privacybot passphrase)"
        ),
        Intent.DELIVERY_PREFERENCE: Effect(
            advice="wil het antwoord anders ontvangen: op papier mag naar het bekende postadres; een adres uit het "
            "bericht zelf telt niet"
        ),
        Intent.REFUSES_IDENTIFICATION: Effect(),  # a task of its own names the ways that the record leaves
        Intent.CHALLENGE_ANSWER: Effect(),
        Intent.NEW_REQUEST: Effect(),
        Intent.CLARIFICATION: Effect(),
        Intent.AGREES: Effect(
            advice="is akkoord: kijk waarmee (een vraag van ons, of kosten die wij aankondigden) en ga daarmee verder"
        ),
        Intent.SENDS_ID_COPY: Effect(),
        Intent.UNRELATED: Effect(),
        Intent.THANKS: Effect(),
        Intent.OUT_OF_OFFICE: Effect(),
        Intent.BOUNCE: Effect(),
    }
)
"""One line for each intent. Whoever writes: a stop undoes nothing, and what more follows waits for the sender check."""


def effect_of(label: str) -> Effect:
    return EFFECTS[Intent(label)] if label in set(Intent) else Effect()


def follow_up_words(label: str) -> str:
    """The Dutch words for the label of a follow-up; "automatisch" for mail that no person wrote."""
    return _WORDS[Intent(label)] if label in set(Intent) else "automatisch"


def follow_ups_in_words(labels: Iterable[str]) -> str:
    """All that one mail does."""
    return ", ".join(map(follow_up_words, labels))
