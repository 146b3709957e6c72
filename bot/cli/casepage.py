"""The function behind `privacybot case`: one case on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.cases.defects import oddities_in_words
from bot.cases.event_facts import LABELS
from bot.cases.event_words import EVENTS
from bot.cases.model import CaseRef
from bot.cases.moments import day_words, moment_words
from bot.cases.staff_words import CHANNELS, DRAFTS, LANGUAGES, LETTERS, LINKS, ROLES, TASKS
from bot.cli.casefile import whole
from bot.cli.sendercheck import sender_check_in_words
from bot.cli.session import print_json, rooms
from bot.cli.tables import print_table
from bot.cli.words import KINDS, OUTBOX, OUTCOMES, STATES

_INDENT = 4
"""What somebody wrote stands apart from what we say of it: no line of his can pass for one of ours."""


def case(config: Path | None, ref: str, *, as_json: bool) -> None:
    with rooms(config) as opened, opened.archive.reading() as tx:
        found = whole(tx, tx.cases.get(CaseRef(ref)), opened)
    if as_json:
        print_json(found)
    else:
        _print_case(found, opened.calendar.timezone)


def _print_case(found: dict[str, Any], timezone: str) -> None:
    console = Console(highlight=False)
    state = STATES.get(found["state"], found["state"])
    about = ", ".join(words.get(found[key], found[key]) for key, words in _ABOUT)
    console.print(f"[bold]{found['ref']}[/]  {state}  ({about})")
    received, target, due = (day_words(date.fromisoformat(found[key])) for key in ("received_on", "target", "due"))
    console.print(f"ontvangen {received}, streefdatum {target}, uiterlijk {due}")
    if found["legal_hold"]:
        console.print("wordt vastgehouden: niets ervan wordt vernietigd (lift-hold)")
    for sentence in found["dates"]:
        console.print(sentence)
    for word, key in _CUSTOMER:
        if found["customer"][key]:
            console.print(f"{word}: {found['customer'][key]}", markup=False)
    for title, rows, heads in _TABLES:
        print_table(console, title, heads, _called(rows, found[rows]), timezone)
    for message in found["messages"]:
        _print_message(console, message, timezone)


def _print_message(console: Console, message: dict[str, Any], timezone: str) -> None:
    way = f"van {message['sender']}" if message["direction"] == "in" else "van ons"
    label = LABELS.get(message["label"], message["label"])
    console.rule(Text(f"{moment_words(message['at'], timezone)} {label} {way}"), align="left")
    for line in sender_check_in_words(message["sender_check"]):
        console.print(line, markup=False)
    for key, word in _ODD.items():
        for words in oddities_in_words(str(message["facts"].get(key) or "")):
            console.print(f"{word}: {words}", markup=False)
    console.print(Padding(Text(message["text"]), (0, 0, 0, _INDENT)))


def _called(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with what is stored as our own name as staff call it."""
    known = _CALLED.get(table, {})
    return [
        {key: known[key].get(value, value) if key in known else value for key, value in row.items()} for row in rows
    ]


_ABOUT = (("role", ROLES), ("language", LANGUAGES), ("channel", CHANNELS))

_CALLED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "requests": {"kind": KINDS, "state": STATES, "outcome": OUTCOMES},
    "tasks": {"kind": TASKS},
    "drafts": {"state": DRAFTS, "letter": LETTERS},
    "letters": {"state": OUTBOX, "letter": LETTERS},
    "links": {"state": LINKS},
    "events": {"kind": EVENTS},
}
"""What of which table is stored as a name of ours, with its words."""

_ODD = {"sender_defects": "afzender niet eenduidig", "defects": "bijzonder aan dit bericht"}

_CUSTOMER = (
    ("afzender", "sender"),
    ("onderwerp", "subject_line"),
    ("record", "name"),
    ("adres in het record", "address_of_record"),
    ("telefoon in het record", "phone_of_record"),
)

_TABLES: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "Verzoeken",
        "requests",
        {
            "kind": "recht",
            "state": "stand",
            "level_reached": "bewezen",
            "level_required": "nodig",
            "hold_until": "wacht tot",
            "outcome": "uitkomst",
            "needs": "waarom een mens",
        },
    ),
    (
        "Wie vraagt het",
        "evidence",
        {"at": "wanneer", "what": "wat", "source": "waaruit", "verdict": "oordeel", "by": "door"},
    ),
    ("Lukt nog niet", "stuck", {"work": "werk", "why": "waarom", "attempts": "pogingen", "again_at": "opnieuw"}),
    ("Taken", "tasks", {"id": "nr", "kind": "soort", "text": "wat", "due_at": "voor", "done_at": "klaar"}),
    (
        "Concepten",
        "drafts",
        {"id": "nr", "version": "versie", "state": "stand", "letter": "brief", "to": "aan", "high_risk": "risico"},
    ),
    ("Brieven", "letters", {"letter": "brief", "state": "stand", "not_before": "vertrekt"}),
    (
        "Links om de bestanden op te halen",
        "links",
        {
            "state": "stand",
            "opened_at": "open sinds",
            "downloads": "opgehaald",
            "wrong_passwords": "fout",
        },
    ),
    (
        "Bewaarde dossiers",
        "dossiers",
        {"made_at": "gemaakt", "size": "bytes", "sha256": "SHA-256", "held": "op te halen"},
    ),
    ("Gebeurtenissen", "events", {"at": "wanneer", "actor": "wie", "kind": "wat", "values": "waarmee"}),
)
