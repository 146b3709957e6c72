"""A wrong customer number finds somebody else's record: what only looks like a code is none."""

from __future__ import annotations

import pytest

from bot.triage.identifiers import identifiers_in


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Klant ISO 27001",
            "klant MS 365",
            "klant FY 2025",
            "klant EU 679",
            "Als klant. 30.000 euro",
            "Er is een klant 12 500 euro kwijt",
        ),
        *("Abonnement HP 250", "abonnement PRO 2024 opgezegd", "aansluiting KPN 2024", "abonnement 24-2025"),
        *("Onze aansluiting 15-2024 is weg", "Ik was 25 jaar klant. 15 000 keer gebeld", "abonnement 10.000 facturen"),
        *("Omzet is laag, onder 20000 kunt u de KOR gebruiken", "Onder 15 000 kunt u vrijgesteld zijn"),
        *("Onder 20250 vindt u de factuur", "Onder 72140 kunt u mijn boekhouder bellen", "bekend als ISO 27001"),
        *("Onder KVK 44123 sta ik ingeschreven", "bekend onder KVK-44123", "Onder BSN 12345 sta ik"),
    ],
)
def test_laws_makes_sums_and_registers_are_no_customer(text: str) -> None:
    assert "customer_number" not in identifiers_in(text)


@pytest.mark.parametrize(
    "last",
    [
        *("AVG 17", "ART 17", "12-2025", "10.2025", "10 2025", "10.30.15", "11 30 15", "M 55", "V 55", "B-2000"),
        *("D-10115", "L-1234", "PL 00-950", "T 06 123", "T 020-445", "INV-12345", "VF 2025-118", "CR 2025/118"),
        *("ORD-12345", "TKT-4410", "OFF 25/118", "RA 2020", "CEO 24", "ZZP 2020", "1978-A", "BIG 19 912"),
        *("AGB 94-12345", "KB 26-09350", "KB 19", "KB-26-09350", "F-20991", "12-05-26", "06 1234"),
    ],
)
def test_what_else_stands_behind_a_name_at_the_foot_is_no_customer(last: str) -> None:
    assert "customer_number" not in identifiers_in(f"Verwijder mijn gegevens. Kees Mol, {last}")
