"""The table of mails in tests/mail/quoting/, whose every line says whose words it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from bot.mail.quoting import Origin, split

TABLE = Path(__file__).parent / "quoting"
WRITER = "Sanne de Vries <sanne@klant.example>"
_SIGNS = str.maketrans({"␣": "\xa0", "∅": "\ufeff", "⎵": "\u202f"})


@dataclass(slots=True)
class Case:
    """One mail, with the origin of each of its pieces as it should be."""

    name: str
    writer: str = WRITER
    fresh: bool = False
    pieces: list[tuple[Origin, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)

    def strayed(self, end: str = "\n") -> tuple[str, str]:
        """The writer's words that were taken for a quote, and quoted words that were taken for his."""
        text = self.text.replace("\n", end)
        both = split(text, "kleinboek.nl", self.writer, answers=not self.fresh)
        found = [segment.origin for segment in both.segments for _ in segment.text]
        wanted = [origin for origin, piece in self.pieces for _ in piece.replace("\n", end)]
        differ = [(want, sign) for want, got, sign in zip(wanted, found, text, strict=True) if want is not got]
        lost = "".join(sign for want, sign in differ if want is Origin.NEW)
        leaked = "".join(sign for want, sign in differ if want is Origin.QUOTED)
        return lost.strip(), leaked.strip(" \n\r>")


def cases() -> list[Case]:
    """Every case of every file."""
    return [case for file in sorted(TABLE.glob("*.txt")) for case in _cases_in(file.read_text(encoding="utf-8"))]


def pages() -> dict[str, tuple[str, str]]:
    """HTML mails by name, each with what its writer wrote now."""
    found = {}
    for section in (TABLE / "pages.html").read_text(encoding="utf-8").removeprefix("== ").split("\n== "):
        name, _, rest = section.partition("\n")
        page, _, new = rest.partition("\n----\n")
        found[name] = (page, new.rstrip("\n"))
    return found


def _cases_in(text: str) -> list[Case]:
    found: list[Case] = []
    for line in text.translate(_SIGNS).split("\n"):
        mark, rest = line[:1], line[1:]
        if line.startswith("== "):
            found.append(Case(line[3:]))
        elif mark == "!":
            word, _, value = rest.partition(" ")
            setattr(found[-1], word, value or True)
        elif mark == "~":
            own, _, quoted = rest.partition("¦")
            found[-1].pieces += [(Origin.NEW, own), (Origin.QUOTED, quoted + "\n")]
        elif mark in ("+", "-"):
            found[-1].pieces.append((Origin.NEW if mark == "+" else Origin.QUOTED, rest + "\n"))
    return found


def mixed(others: list[Case]) -> list[Case]:
    """Every mail without a quote, written above the quote of every other mail, and below a quote with marks."""
    own = [case for case in others if not case.fresh and {origin for origin, _ in case.pieces} == {Origin.NEW}]
    quotes = [(case.name, quote) for case in others if (quote := _quote_below(case))]
    marked = "Op 3-3-2026 om 10:12 schreef Kleinboek:\n> Wilt u dat?\n\n"
    above = [
        Case(f"{one.name} / {name}", one.writer, pieces=[(Origin.NEW, one.text.rstrip("\n") + "\n\n"), quote])
        for one in own
        for name, quote in quotes
    ]
    below = [
        Case(f"{one.name} / below", one.writer, pieces=[(Origin.QUOTED, marked), (Origin.NEW, one.text)]) for one in own
    ]
    return above + below


def _quote_below(case: Case) -> tuple[Origin, str] | None:
    """The quote with which the case ends, if the writer's words stand above it and nowhere else."""
    origins = [origin for origin, _ in case.pieces]
    if origins != sorted(origins) or set(origins) != {Origin.NEW, Origin.QUOTED}:
        return None
    words = "".join(piece for origin, piece in case.pieces if origin is Origin.QUOTED)
    glued = not case.pieces[origins.index(Origin.QUOTED) - 1][1].endswith("\n")
    return None if glued else (Origin.QUOTED, words)
