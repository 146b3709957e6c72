"""A whole dossier: its sections in order, and the files that go with them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from bot.cases.dossier import Piece, Section, as_text
from bot.store.dossier import asked, decided, happened, held, mails
from bot.store.dossier.mails import as_piece
from bot.store.dossier.matter import Matter


def sections(matter: Matter) -> tuple[Section, ...]:
    """Everything but the mails themselves; the page and the texts show the same."""
    events, drafts = matter.tx.events.of(matter.case.id), matter.tx.drafts.of_case(matter.case.id)
    return (
        asked.asked(matter),
        happened.timeline(matter, events),
        mails.messages(matter),
        decided.decisions(matter, events, drafts),
        happened.identity(matter, events),
        asked.deadlines(matter),
        held.exports(matter),
        happened.changes(matter, events, drafts),
        held.breaches(matter),
        happened.chain(matter, events),
        decided.notes(matter, events),
        decided.tasks(matter),
    )


def pieces(matter: Matter, of: tuple[Section, ...], *, originals: bool) -> Iterator[Piece]:
    """A text of each section, the timeline as a table, and every mail; `originals` adds mails as they came."""
    for section in of:
        yield as_piece(f"{section.folder}/{section.folder.rpartition('-')[2]}.txt", section.title, as_text(section))
    yield as_piece("2-tijdlijn/tijdlijn.csv", "de tijdlijn als tabel", _csv(of[1]))
    for number, message_id in enumerate(matter.tx.messages.ids_of_case(matter.case.id), 1):
        yield from mails.as_pieces(matter, number, message_id, originals=originals)
    for draft in matter.tx.drafts.of_case(matter.case.id):
        if draft.blocks:
            yield as_piece(
                f"4-besluiten/concept-{draft.version:03d}.txt",
                f"tekst van versie {draft.version}",
                matter.mask(f"Onderwerp: {draft.subject}\n\n{draft.text}"),
            )


def _csv(section: Section) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerows([section.head, *(tuple(_unlike_a_formula(cell) for cell in row) for row in section.rows)])
    return out.getvalue()


def _unlike_a_formula(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@"} else cell
