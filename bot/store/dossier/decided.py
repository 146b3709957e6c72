"""What people decided: drafts with their hashes, readers and approvals; notes and tasks."""

from __future__ import annotations

from bot.cases.dossier import Section
from bot.cases.draft import Draft, content_hash
from bot.cases.staff_words import DRAFTS, LETTERS, TASKS
from bot.store.dossier.matter import FOR_COLLEAGUES, INTERNAL, Matter
from bot.store.records import Event


def decisions(matter: Matter, events: tuple[Event, ...], drafts: tuple[Draft, ...]) -> Section:
    rows = []
    for draft in drafts:
        readers = sorted({event.os_login or event.actor for event in events if _read(event, draft)})
        given = [
            f"{one.user} {matter.moment(one.at)} (hash {one.content_hash})"
            for one in matter.tx.drafts.approvals(draft.id)
        ]
        alone = any(_of_draft(event, draft) and event.values.get("zonder_tweede_persoon") for event in events)
        proof = content_hash(draft) if draft.blocks else _kept_hash(events, draft)
        rows.append(
            (
                f"{draft.version} ({LETTERS.get(draft.letter, draft.letter)}, {DRAFTS[draft.state]})",
                proof,
                draft.editor or "",
                ", ".join(readers),
                "; ".join(given) + ("; zonder tweede persoon" if alone else ""),
            )
        )
    intro = "Elk akkoord noemt de hash van precies de tekst die werd goedgekeurd."
    head = ("versie", "hash van de inhoud", "bewerkt door", "gelezen door", "akkoord")
    return Section("4-besluiten", "Besluiten en akkoorden", intro, head, tuple(rows), (3, 4, 2, 2, 5))


def notes(matter: Matter, events: tuple[Event, ...]) -> Section:
    rows = tuple(
        (
            matter.moment(event.at),
            event.actor,
            matter.mask(_words_in(event)),
        )
        for event in events
        if event.kind in FOR_COLLEAGUES and not event.forgotten
    )
    return Section(f"{INTERNAL}/1-notities", "Notities", "", ("wanneer", "wie", "tekst"), rows, (2, 2, 8))


def tasks(matter: Matter) -> Section:
    rows = tuple(
        (
            TASKS.get(task.kind, task.kind),
            matter.mask(task.text) or "tekst verwijderd",
            matter.moment(task.due_at),
            f"{task.done_by} {matter.moment(task.done_at)}" if task.done_at else "open",
        )
        for task in matter.tx.tasks.of_case(matter.case.id)
    )
    head = ("soort", "wat", "voor", "gedaan")
    return Section(f"{INTERNAL}/2-taken", "Taken", "", head, rows, (2, 7, 2, 3))


def _read(event: Event, draft: Draft) -> bool:
    return event.kind == "draft_shown" and event.values.get("draft") == draft.id


def _words_in(event: Event) -> str:
    return str(event.values.get("text") or event.values.get("reason") or "")


def _of_draft(event: Event, draft: Draft) -> bool:
    return event.kind == "approved" and event.values.get("draft") == draft.id


def _kept_hash(events: tuple[Event, ...], draft: Draft) -> str:
    """What stays of a draft whose text was put away."""
    kept = [event for event in events if event.kind == "draft_forgotten" and event.values.get("draft") == draft.id]
    return str(kept[0].values.get("hash")) if kept else "tekst verwijderd"
