"""Sanne's data, as a company would hold them: what exports are made of in tests."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.datamap.holdings import Cell, HeldColumn, Holding
from bot.exports.package import ExportAbout
from bot.settings import AuthorityBlock, Fact, Organisation
from bot.triage.labels import Language

PASSPHRASE = "k7dm-x93p-4vqr-9hct-m3wy"
TENANT = "1042"

ORGANISATION = Organisation(
    name="GravyTrain t.a.v. Kleinboek",
    brand="Kleinboek",
    street="Hooiweg 146",
    postcode="9765EK",
    city="Paterswolde",
    address="info@kleinboek.nl",
    website="https://www.kleinboek.nl",
    kvk="53991907",
    vat="NL851106183B01",
    privacy_statement_on=date(2018, 5, 22),
    signature="Team Kleinboek",
    privacy_contact=Fact(value="Fatima, privacyfunctionaris", confirmed=True),
    hosting_country=Fact(value="Nederland", confirmed=False),
    backup_days=Fact(value="30 dagen", confirmed=False),
    transfers=Fact(value="Wij geven geen gegevens door buiten de Europese Economische Ruimte.", confirmed=True),
    automated_decisions=Fact(value="Wij nemen geen besluiten over u zonder dat een mens meekijkt.", confirmed=True),
    authority=AuthorityBlock(
        name="Autoriteit Persoonsgegevens",
        postal_address="Postbus 93374, 2509 AJ Den Haag",
        complaint_url="https://autoriteitpersoonsgegevens.nl/een-tip-of-klacht-indienen-bij-de-ap",
        phone="088 - 1805 250",
        verified_on=date(2026, 11, 1),
    ),
)


def make_about(**changes: Any) -> ExportAbout:
    values: dict[str, Any] = {
        "ref": "KB-2026-0042",
        "language": Language.DUTCH,
        "organisation": ORGANISATION,
        "subject_name": "Sanne de Vries",
        "address": "sanne@klant.example",
        "made_at": datetime(2026, 3, 9, 22, 30, tzinfo=UTC),
        "received_on": date(2026, 3, 5),
        "timezone": "Europe/Amsterdam",
    }
    return ExportAbout(**(values | changes))


def column(name: str, label: str | None = None, **changes: Any) -> HeldColumn:
    return HeldColumn(name, label or name.capitalize(), **({"portable": True} | changes))


def make_holding(rows: Iterable[Mapping[str, Cell]] = (), **changes: Any) -> Holding:
    values: dict[str, Any] = {
        "system": "boekhouding",
        "table": "klanten",
        "label": "Klantgegevens",
        "category": "Account",
        "purpose": "het uitvoeren van de overeenkomst",
        "legal_basis": "overeenkomst (artikel 6 lid 1 onder b AVG)",
        "recipients": ("Voorbeeldhosting B.V.",),
        "origin": "van uzelf",
        "retention": "tot zeven jaar na het einde van het boekjaar",
        "role": "controller",
        "columns": (column("klant_id", "Klantnummer"), column("naam", "Naam"), column("email", "E-mailadres")),
        "rows": iter(rows),
        "tenant_column": "klant_id",
    }
    return Holding(**(values | changes))


SANNE: dict[str, Cell] = {"klant_id": 1042, "naam": "Sanne de Vries", "email": "sanne@klant.example"}


def sannes_data(payments: int = 24) -> Iterator[Holding]:
    """Four tables in three categories: a list, a table, cards, and one that is empty."""
    yield make_holding(
        [
            {
                "klant_id": 1042,
                "naam": "Sanne de Vries",
                "email": "sanne@klant.example",
                "straat": "Dorpsstraat 12",
                "plaats": "Paterswolde",
                "iban": "NL91ABNA0417164300",
                "nieuwsbrief": True,
                "sinds": date(2019, 4, 1),
            }
        ],
        columns=(
            column("klant_id", "Klantnummer"),
            column("naam", "Naam"),
            column("email", "E-mailadres"),
            column("straat", "Straat"),
            column("plaats", "Woonplaats"),
            column("iban", "Rekeningnummer"),
            column("nieuwsbrief", "Nieuwsbrief"),
            column("sinds", "Klant sinds", portable=False),
        ),
        left_out=("Wachtwoord: alleen een versleutelde afdruk, nooit leesbaar",),
    )
    yield make_holding(
        (
            {
                "klant_id": 1042,
                "datum": datetime(2025, 1 + n % 12, 1 + n % 28, 9, n % 60, tzinfo=UTC),
                "bedrag": Decimal("1012.10") if n % 5 == 0 else Decimal("12.10"),
                "omschrijving": "Licentie Kleinboek, een maand"
                if n % 3
                else "Licentie Kleinboek Plus, een jaar vooruit",
                "betaald": n % 7 != 0,
            }
            for n in range(payments)
        ),
        table="ideal_betalingen",
        label="iDEAL-betalingen",
        category="Betalingen",
        recipients=("Voorbeeldbetaaldienst B.V.", "Belastingdienst"),
        origin="van uw bank, via iDEAL",
        columns=(
            column("datum", "Datum"),
            column("bedrag", "Bedrag"),
            column("omschrijving", "Omschrijving"),
            column("betaald", "Betaald", portable=False),
        ),
    )
    yield make_holding(
        (
            {
                "id": n,
                "account": 1042,
                "onderwerp": "Ik kan mijn btw-aangifte niet vinden" if n % 2 else '=HYPERLINK("https://joris.example")',
                "tekst": "Waar staat de knop? " * (1 + 12 * (n == 1)),
                "medewerker": "Lotte" if n % 2 else None,
                "kanaal": "e-mail",
                "geopend": datetime(2025, 6, 1 + n, 12, 0, tzinfo=UTC),
                "gesloten": None,
                "prioriteit": n,
            }
            for n in range(3)
        ),
        system="support",
        table="tickets",
        label="Vragen aan de helpdesk",
        category="Contact met ons",
        tenant_column="account",
        columns=(
            column("id", "Nummer", portable=False),
            column("onderwerp", "Onderwerp"),
            column("tekst", "Bericht"),
            column("medewerker", "Medewerker", third_party=True),
            column("kanaal", "Kanaal"),
            column("geopend", "Geopend op"),
            column("gesloten", "Gesloten op"),
            column("prioriteit", "Prioriteit", portable=False),
        ),
    )
    yield make_holding(
        (),
        system="nieuwsbrief",
        table="abonnees",
        label="Nieuwsbrief",
        category="Contact met ons",
        legal_basis="toestemming (artikel 6 lid 1 onder a AVG)",
        recipients=(),
    )


def text_of(pdf: Path, passphrase: str = PASSPHRASE) -> str:
    """What a person (or a screen reader) reads in a PDF."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler-utils is not installed (pdftotext)")
    done = subprocess.run(
        ["pdftotext", "-upw", passphrase, "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout
