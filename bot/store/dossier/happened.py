"""What the chain of events says: the timeline, who asked, what was changed, whether the chain is whole."""

from __future__ import annotations

from bot.cases.alarming import RIGHTS
from bot.cases.dossier import Section
from bot.cases.draft import Draft
from bot.cases.event_words import CHANGES, event_words
from bot.store.dossier.matter import Matter, forgotten_at
from bot.store.records import Event

_IDENTITY = frozenset(
    {
        *("record_found", "record_chosen", "proof_void", "identity_asked", "identity_not_needed", "identity_confirmed"),
        *("challenge_postponed", "challenge_answered", "challenge_denied", "wrong_code", "code_in_doubt"),
        *("code_refused", "code_expired", "code_on_page", "right_code_other_address", "paper_code_made"),
        *("paper_code_wrong", "login_of_another", "verified", "level_reached", "below_level", "sender_checked"),
    }
)


def timeline(matter: Matter, events: tuple[Event, ...]) -> Section:
    gone = forgotten_at(events)
    rows = tuple(
        (
            str(event.seq),
            matter.moment(event.at),
            event.actor,
            event_words(event.kind),
            matter.said(event, gone),
            event.hash,
        )
        for event in events
    )
    intro = "Elke regel is een schakel: de hash dekt de regel en alles ervoor. Uit de keten kan niets verdwijnen."
    head = ("nr", "wanneer", "wie", "wat", "waarmee", "hash")
    return Section("2-tijdlijn", "Tijdlijn", intro, head, rows, (1, 3, 2, 4, 6, 6))


def identity(matter: Matter, events: tuple[Event, ...]) -> Section:
    reached = [
        f"{RIGHTS[request.kind]}: nodig L{int(request.required)}, bereikt L{int(request.reached)}"
        for request in matter.case.requests
    ]
    gone = forgotten_at(events)
    rows = tuple(
        (matter.moment(event.at), event.actor, event_words(event.kind), matter.said(event, gone))
        for event in events
        if event.kind in _IDENTITY
    )
    asked = [
        f"controlevraag {matter.moment(one.made_at)}, {one.tries} foute codes, "
        f"{'beantwoord' if one.used else 'open' if one.open else 'vervallen'}"
        for one in matter.tx.challenges.of_case(matter.case.id)
    ]
    intro = "Alleen feiten en oordelen; documenten worden niet bewaard. " + "; ".join((*reached, *asked))
    head = ("wanneer", "wie", "feit", "oordeel")
    return Section("5-identiteit", "Wie vroeg het", intro, head, rows, (2, 2, 3, 6))


def changes(matter: Matter, events: tuple[Event, ...], drafts: tuple[Draft, ...]) -> Section:
    planned = [
        (f"gepland, versie {draft.version}", matter.mask(change.label), CHANGES[change.action], str(change.count))
        for draft in drafts
        for change in draft.changes
    ]
    kinds = {"executed", "execution_differed", "due_erasure_done"}
    done = [
        (matter.moment(event.at), event_words(event.kind), matter.said(event, forgotten_at(events)), "")
        for event in events
        if event.kind in kinds
    ]
    head = ("wanneer", "wat", "hoe", "aantal")
    return Section("8-wijzigingen", "Wijzigen en wissen", "", head, (*planned, *done), (3, 4, 5, 1))


def chain(matter: Matter, events: tuple[Event, ...]) -> Section:
    broken = matter.tx.events.broken_links(matter.case.id)
    verdict = "de keten is heel" if not broken else f"VERBROKEN bij nr {', '.join(map(str, broken))}"
    gone = sum(event.forgotten for event in events)
    last = events[-1].hash if events else "-"
    rows = (
        ("uitslag", verdict),
        ("schakels", str(len(events))),
        ("waarvan de waarden zijn verwijderd", str(gone)),
        ("laatste hash", last),
    )
    return Section("10-controle", "Controle van de keten", "", ("wat", "uitkomst"), rows, (2, 5))
