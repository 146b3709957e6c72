"""What there was beside mail: files for the person, and breaches."""

from __future__ import annotations

from bot.cases.dossier import Section
from bot.cases.incidents import CAUSES
from bot.cases.staff_words import INCIDENTS
from bot.store.dossier.matter import Matter


def exports(matter: Matter) -> Section:
    rows = tuple(
        (
            matter.mask(export.name) or "naam verwijderd",
            str(export.size),
            export.sha256,
            matter.moment(export.made_at),
            matter.moment(export.destroyed_at) or "nog niet",
        )
        for export in matter.tx.exports.of_case(matter.case.id)
    )
    head = ("bestand", "bytes", "SHA-256", "gemaakt", "vernietigd")
    intro = "Alleen de lijst; de inhoud staat niet in dit dossier."
    return Section("7-bestanden", "Bestanden voor de betrokkene", intro, head, rows, (4, 1, 5, 2, 2))


def breaches(matter: Matter) -> Section:
    rows = tuple(
        (
            str(one.id),
            matter.moment(one.aware_at),
            f"{CAUSES[one.cause]} ({INCIDENTS[one.state]})",
            matter.mask("; ".join(f"{what}: {text}" for what, text in one.described)),
        )
        for one in matter.tx.incidents.of_case(matter.case.id)
    )
    head = ("nr", "bekend sinds", "wat", "beschreven")
    return Section("9-datalekken", "Datalekken in deze zaak", "", head, rows, (1, 2, 4, 6))
