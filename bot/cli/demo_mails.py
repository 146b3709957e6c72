"""The eight mails of the demo, all invented."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sources.demo import DemoPeople


@dataclass(frozen=True, slots=True)
class SampleMail:
    """One mail and what a viewer may expect of it."""

    title: str
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()


def sample_mails(people: DemoPeople) -> tuple[SampleMail, ...]:
    return (
        SampleMail(
            "inzage, zonder wetswoorden",
            people.sanne.address,
            "vraagje",
            "Hoi,\n\nIk gebruik Kleinboek nu een paar jaar. Kunnen jullie mij eens sturen wat jullie allemaal over mij "
            "hebben opgeslagen?\n\nGroetjes,\nSanne",
        ),
        SampleMail(
            "wijziging: een nieuw rekeningnummer",
            people.owner_with_second_user.address,
            "Nieuwe rekening",
            "Goedemiddag,\n\nIk ben overgestapt naar een andere bank. Mijn nieuwe IBAN is NL91ABNA0417164300. "
            "Willen jullie dat bij mijn gegevens aanpassen?\n\nMarijke van den Berg",
        ),
        SampleMail(
            "meenemen naar een ander pakket",
            people.joris.address,
            "Overstappen",
            "Beste mensen,\n\nIk stap over naar een ander boekhoudprogramma. Kunnen jullie mijn gegevens aanleveren in "
            "een bestand dat een ander programma kan inlezen?\n\nJoris Bakker",
        ),
        SampleMail(
            "wissen",
            people.newsletter_only.address,
            "Verwijder mij",
            "Hallo,\n\nIk wil niet langer in jullie bestand staan. Verwijder alle gegevens die jullie van mij "
            "hebben.\n\nTess",
        ),
        SampleMail(
            "klacht",
            people.recent_leaver.address,
            "Klacht over mijn gegevens",
            "Geachte heer, mevrouw,\n\nIk heb een klacht. Jullie hebben mijn e-mailadres zonder mijn toestemming aan "
            "een ander bedrijf gegeven. Als dit niet wordt opgelost, stap ik naar de Autoriteit "
            "Persoonsgegevens.\n\nAnouk",
        ),
        SampleMail(
            "twee rechten in één mail, in het Engels",
            people.english_customer.address,
            "My personal data",
            "Hello,\n\nPlease send me a copy of all the personal data you hold about me. I would also like to receive "
            "my data in a machine-readable format so that I can move to another provider.\n\nKind regards,\nEmily",
        ),
        SampleMail(
            "gewone vraag, waarin toch 'verwijderen' staat",
            "bart@klant.example",
            "Factuur dubbel geboekt",
            "Hoi,\n\nIk heb factuur 2026-0143 per ongeluk twee keer geboekt. Hoe kan ik die tweede verwijderen zonder "
            "dat er een gat in mijn nummering komt?\n\nBart",
        ),
        SampleMail(
            "automatisch antwoord",
            "lotte@klant.example",
            "Automatisch antwoord: Uw factuur",
            "Ik ben met vakantie tot en met 7 december en lees mijn mail niet.\n\nLotte",
            (("Auto-Submitted", "auto-replied"),),
        ),
    )
