"""The tables of a fictional Kleinboek. Only the demo and the tests know them: the service reads the data map."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

klanten = sa.Table(
    "klanten",
    metadata,
    sa.Column("klant_id", sa.Integer, primary_key=True),
    sa.Column("klantnummer", sa.String(12), nullable=False, unique=True),
    sa.Column("bedrijfsnaam", sa.String(120), nullable=False),
    sa.Column("rechtsvorm", sa.String(40), nullable=False),
    sa.Column("kvk_nummer", sa.String(8)),
    sa.Column("btw_nummer", sa.String(20)),
    sa.Column("straat", sa.String(120)),
    sa.Column("postcode", sa.String(10)),
    sa.Column("plaats", sa.String(80)),
    sa.Column("telefoon", sa.String(20)),
    sa.Column("iban", sa.String(34)),
    sa.Column("klant_sinds", sa.Date, nullable=False),
)

gebruikers = sa.Table(
    "gebruikers",
    metadata,
    sa.Column("gebruiker_id", sa.Integer, primary_key=True),
    sa.Column("klant_id", sa.ForeignKey("klanten.klant_id"), nullable=False),
    sa.Column("naam", sa.String(120), nullable=False),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("vorige_email", sa.String(254)),
    sa.Column("email_gewijzigd_op", sa.DateTime),
    sa.Column("wachtwoord_hash", sa.String(100), nullable=False),
    sa.Column("rol", sa.String(12), nullable=False),
    sa.Column("mobiel", sa.String(20)),
    sa.Column("aangemaakt_op", sa.DateTime, nullable=False),
)

licenties = sa.Table(
    "licenties",
    metadata,
    sa.Column("licentie_id", sa.Integer, primary_key=True),
    sa.Column("klant_id", sa.ForeignKey("klanten.klant_id"), nullable=False),
    sa.Column("pakket", sa.String(40), nullable=False),
    sa.Column("ingegaan_op", sa.Date, nullable=False),
    sa.Column("geldig_tot", sa.Date),
)

betalingen = sa.Table(
    "betalingen",
    metadata,
    sa.Column("betaling_id", sa.Integer, primary_key=True),
    sa.Column("licentie_id", sa.ForeignKey("licenties.licentie_id"), nullable=False),
    sa.Column("factuurnummer", sa.String(20), nullable=False),
    sa.Column("bedrag_cent", sa.Integer, nullable=False),
    sa.Column("betaald_op", sa.Date, nullable=False),
    sa.Column("ideal_kenmerk", sa.String(40), nullable=False),
    sa.Column("rekeninghouder", sa.String(120)),
    sa.Column("van_iban", sa.String(34)),
)

api_sleutels = sa.Table(
    "api_sleutels",
    metadata,
    sa.Column("sleutel_id", sa.Integer, primary_key=True),
    sa.Column("gebruiker_id", sa.ForeignKey("gebruikers.gebruiker_id"), nullable=False),
    sa.Column("omschrijving", sa.String(80), nullable=False),
    sa.Column("sleutel_hash", sa.String(100), nullable=False),
    sa.Column("aangemaakt_op", sa.DateTime, nullable=False),
    sa.Column("laatst_gebruikt_op", sa.DateTime),
)

aanmeldingen = sa.Table(
    "aanmeldingen",
    metadata,
    sa.Column("aanmelding_id", sa.Integer, primary_key=True),
    sa.Column("gebruiker_id", sa.ForeignKey("gebruikers.gebruiker_id"), nullable=False),
    sa.Column("tijdstip", sa.DateTime, nullable=False),
    sa.Column("ip_adres", sa.String(45), nullable=False),
    sa.Column("gelukt", sa.Boolean, nullable=False),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("ticket_id", sa.Integer, primary_key=True),
    sa.Column("gebruiker_id", sa.ForeignKey("gebruikers.gebruiker_id"), nullable=False),
    sa.Column("onderwerp", sa.String(160), nullable=False),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("behandelaar", sa.String(80)),
    sa.Column("geopend_op", sa.DateTime, nullable=False),
)

ticket_berichten = sa.Table(
    "ticket_berichten",
    metadata,
    sa.Column("bericht_id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.ForeignKey("tickets.ticket_id"), nullable=False),
    sa.Column("van_klant", sa.Boolean, nullable=False),
    sa.Column("tekst", sa.Text, nullable=False),
    sa.Column("geplaatst_op", sa.DateTime, nullable=False),
)

nieuwsbrief = sa.Table(
    "nieuwsbrief",
    metadata,
    sa.Column("inschrijving_id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(254), nullable=False),
    sa.Column("voornaam", sa.String(60)),
    sa.Column("ingeschreven_op", sa.DateTime, nullable=False),
    sa.Column("bron", sa.String(60), nullable=False),
)

api_verkopen = sa.Table(
    "api_verkopen",
    metadata,
    sa.Column("verkoop_id", sa.Integer, primary_key=True),
    sa.Column("klant_id", sa.ForeignKey("klanten.klant_id"), nullable=False),
    sa.Column("ordernummer", sa.String(30), nullable=False),
    sa.Column("afnemer", sa.String(120), nullable=False),
    sa.Column("afnemer_email", sa.String(254)),
    sa.Column("bedrag_cent", sa.Integer, nullable=False),
    sa.Column("verkocht_op", sa.Date, nullable=False),
)

debiteuren = sa.Table(
    "debiteuren",
    metadata,
    sa.Column("debiteur_id", sa.Integer, primary_key=True),
    sa.Column("klant_id", sa.ForeignKey("klanten.klant_id"), nullable=False),
    sa.Column("naam", sa.String(120), nullable=False),
    sa.Column("email", sa.String(254)),
    sa.Column("adres", sa.String(200)),
    sa.Column("iban", sa.String(34)),
)

verkoopfacturen = sa.Table(
    "verkoopfacturen",
    metadata,
    sa.Column("factuur_id", sa.Integer, primary_key=True),
    sa.Column("debiteur_id", sa.ForeignKey("debiteuren.debiteur_id"), nullable=False),
    sa.Column("nummer", sa.String(30), nullable=False),
    sa.Column("omschrijving", sa.String(160), nullable=False),
    sa.Column("bedrag_cent", sa.Integer, nullable=False),
    sa.Column("factuurdatum", sa.Date, nullable=False),
)
