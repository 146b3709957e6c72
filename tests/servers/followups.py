"""What people write in a running case, a sentence for each intent."""

from __future__ import annotations

from bot.triage.labels import Intent

HOLDS: dict[Intent, str] = {
    Intent.NOT_ME: "Dit was ik niet, ik heb dit verzoek niet ingediend.",
    Intent.WITHDRAWAL: "Ik trek mijn verzoek in.",
    Intent.CANCELS_ERASURE: "Laat mijn account toch maar staan, niet verwijderen.",
    Intent.DISPUTES: "Dit klopt niet, jullie antwoord is onvolledig.",
    Intent.CHANGE_SCOPE: "Bij nader inzien hoef ik alleen mijn facturen te krijgen, de rest niet.",
    Intent.WRONG_RECIPIENT: "Dit bericht is niet voor mij bestemd, u heeft de verkeerde persoon.",
}
"""What holds a case up until a person looked, whoever says it: nothing is undone by that."""
IDLE: dict[Intent, str] = {
    Intent.REMINDER: "Ik wacht nog steeds op antwoord, wanneer hoor ik iets?",
    Intent.CLARIFICATION: "Het gaat om mijn oude account uit 2019, niet om het nieuwe.",
    Intent.AGREES: "Ja, akkoord.",
    Intent.DELIVERY_PREFERENCE: "Stuur het liever per post naar Dorpsstraat 2 in Ede, of naar joris@klant.example.",
    Intent.CANNOT_OPEN: "Het zip-bestand gaat niet open, kan het zonder wachtwoord?",
    Intent.REFUSES_IDENTIFICATION: "Ik weiger mezelf te identificeren, ik stuur geen kopie van mijn paspoort.",
    Intent.SENDS_ID_COPY: "Hierbij in de bijlage mijn identiteitsbewijs.",
    Intent.THANKS: "Bedankt!",
    Intent.UNRELATED: "Wat kost het pakket voor twee administraties?",
}

ALSO = "En dan nog iets: ik wil dat al mijn gegevens worden verwijderd."
COMPLAINS = "Dan ga ik naar de Autoriteit Persoonsgegevens."
ALL = {**IDLE, **HOLDS, Intent.NEW_REQUEST: ALSO, Intent.COMPLAINT_AP: COMPLAINS}
