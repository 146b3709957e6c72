"""A few labelled mails of three invented hands: a model is made from them in a second or two."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.triage.files import write_whole
from bot.triage.weights import SHIPPED

ASKED: tuple[tuple[str, Sequence[str]], ...] = (
    ("Verwijder mijn account en alle gegevens die jullie van mij hebben.", ["erasure"]),
    ("Wis alles wat u over mij bewaart, ik wil weg.", ["erasure"]),
    ("Haal mijn gegevens uit jullie systeem, voorgoed.", ["erasure"]),
    ("Wat hebben jullie allemaal over mij opgeslagen?", ["access"]),
    ("Stuur mij een overzicht van de gegevens die jullie van mij hebben.", ["access"]),
    ("Ik wil inzage in alles wat jullie over mij bewaren.", ["access"]),
    ("Mijn adres klopt niet, pas mijn gegevens aan.", ["correction"]),
    ("Verbeter mijn geboortedatum, die staat verkeerd.", ["correction"]),
)
ORDINARY = (
    "Hoe boek ik een factuur met btw verlegd?",
    "Kan ik het logo op mijn offertes groter maken?",
    "De koppeling met mijn bank doet het niet.",
    "Wanneer komt de nieuwe versie van de app?",
    "Waar vind ik de jaarrekening van vorig jaar?",
    "Mijn factuur is dubbel betaald, krijg ik het terug?",
    "Hoe verwijder ik een boeking uit mijn administratie?",
    "Kan ik inzage krijgen in de prijzen van het pakket?",
)


def rows_of(hand: str, mails: Iterable[tuple[str, Sequence[str]]]) -> str:
    """One labelled mail a line, as the files of a corpus hold them."""
    rows = [
        {"id": f"{hand}{number}", "text": text, "labels": list(labels)} for number, (text, labels) in enumerate(mails)
    ]
    return "".join(json.dumps(row) + "\n" for row in rows)


def small_corpus(folder: Path) -> Path:
    """The same matters in the words of three people."""
    folder.mkdir(parents=True, exist_ok=True)
    for hand, opening in (("anna", "Hallo, "), ("bram", "Beste mensen. "), ("cato", "Goedemorgen! ")):
        asked = [(opening + text, labels) for text, labels in ASKED]
        ordinary: list[tuple[str, Sequence[str]]] = [(opening + text, []) for text in ORDINARY]
        (folder / f"{hand}.jsonl").write_text(rows_of(hand, asked + ordinary), encoding="utf-8")
    return folder


def frozen_file(folder: Path, mails: Iterable[tuple[str, Sequence[str]]] = ()) -> Path:
    """Mails that decide about a model: these, or one of each sort."""
    path = folder / "frozen.jsonl"
    path.write_text(rows_of("frozen", mails or [ASKED[0], ASKED[3], (ORDINARY[0], []), (ORDINARY[1], [])]), "utf-8")
    return path


def another_model(path: Path, name: str) -> Path:
    """The shipped model with a word more in its file, which makes it another version."""
    write_whole(path, SHIPPED.read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = name.encode()
    return path
