"""The mails of a case, in and out: what they said, and each as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email.header import Header
from email.message import Message
from email.utils import format_datetime

from bot.cases.dossier import Piece, Section
from bot.cases.event_facts import LABELS, name_in_words, says_something, value_in_words
from bot.store.dossier.matter import INTERNAL, Matter
from bot.store.records import CaseMessage, Direction

_MANY = 400  # messages whose text the page shows


_SHOWN = 4000  # characters of a message on the page


_AUTOMATIC = "De woorden van deze automatische brief zijn niet bewaard; de hash van zijn sjabloon staat in dossier.pdf."
"""Letters that left before their words were kept."""


def messages(matter: Matter) -> Section:
    rows = []
    for number, message_id in enumerate(matter.tx.messages.ids_of_case(matter.case.id), 1):
        message = matter.tx.messages.get(message_id)
        rows.append(
            (
                f"{number:04d}",
                matter.moment(message.at),
                "van" if message.direction is Direction.IN else "aan",
                LABELS.get(message.label, message.label),
                _words(matter, message)[:_SHOWN] if number <= _MANY else f"zie {number:04d} in 3-berichten/",
            )
        )
    intro = "Codes, wachtwoorden en burgerservicenummers zijn afgedekt. De hele tekst staat in de bestanden."
    head = ("nr", "wanneer", "richting", "soort", "tekst")
    return Section("3-berichten", "Berichten", intro, head, tuple(rows), (1, 2, 1, 2, 9))


def as_pieces(matter: Matter, number: int, message_id: int, *, originals: bool) -> Iterator[Piece]:
    message = matter.tx.messages.get(message_id)
    way = "in" if message.direction is Direction.IN else "uit"
    name = f"3-berichten/{number:04d}-{way}"
    yield Piece(f"{name}.eml", f"bericht {number}, afgedekt", lambda: [_as_mail(matter, message)])
    yield as_piece(f"{name}.txt", f"bericht {number} om te lezen", _as_words(matter, message))
    held = message.mail_id is not None and matter.tx.mails.get(message.mail_id).has_content
    if originals and held:
        mail_id = message.mail_id or 0
        about = f"bericht {number} zoals het binnenkwam, niet afgedekt"
        yield Piece(f"{INTERNAL}/origineel/{number:04d}.eml", about, lambda: matter.tx.mails.chunks(mail_id))


def _as_mail(matter: Matter, message: CaseMessage) -> bytes:
    """A mail with the names of the first one and its masked text; bytes of attachments stay away."""
    sender, to = (message.sender or "onbekend", matter.own_address)
    if message.direction is Direction.OUT:
        sender, to = matter.own_address, _recipient(matter, message)
    mail = Message()
    for name, value in (("From", sender), ("To", to), ("Subject", matter.mask(message.subject or message.label))):
        mail[name] = Header(_one_line(value), "utf-8", header_name=name).encode()
    mail["Date"] = format_datetime(message.at)
    if message.message_id:
        mail["Message-ID"] = _one_line(message.message_id).encode("ascii", "replace").decode()
    mail["X-Dossier"] = f"{matter.case.ref}; codes en nummers afgedekt; bijlagen niet bijgevoegd"
    mail.set_payload(_words(matter, message).encode("utf-8", "replace").decode(), "utf-8")
    return mail.as_bytes()


def _recipient(matter: Matter, message: CaseMessage) -> str:
    if message.outbox_id is None:
        return "onbekend"
    return matter.tx.outbox.get(message.outbox_id).to or "verwijderd"


def _as_words(matter: Matter, message: CaseMessage) -> str:
    way = f"van {message.sender or 'onbekend'}"
    if message.direction is Direction.OUT:
        way = f"aan {_recipient(matter, message)}"
    lines = [
        f"{matter.moment(message.at)}, {way}",
        f"soort: {LABELS.get(message.label, message.label)}",
        f"onderwerp: {message.subject}",
    ]
    lines += [
        f"{name_in_words(name)}: {value_in_words(name, value, matter.calendar.timezone)}"
        for name, value in message.facts.items()
        if says_something(value)
    ]
    if message.mail_id is not None and matter.tx.mails.get(message.mail_id).has_content:
        lines.append(f"SHA-256 van het bericht zoals het binnenkwam: {_digest(matter, message.mail_id)}")
    return matter.mask("\n".join(lines)) + f"\n\n{_words(matter, message)}\n"


def _words(matter: Matter, message: CaseMessage) -> str:
    if not message.text and not message.sender and message.direction is Direction.IN:
        return _gone_words(matter)
    return matter.mask(message.text) or _gone_words(matter, message.direction)


def _gone_words(matter: Matter, direction: Direction = Direction.IN) -> str:
    """What is left of a message whose words were put away, and since when."""
    kinds = {"mail_forgotten", "words_forgotten"}
    at = [event.at for event in matter.tx.events.of(matter.case.id) if event.kind in kinds]
    if at:
        return f"De tekst is verwijderd op {matter.moment(max(at))}."
    return "Geen tekst." if direction is Direction.IN else _AUTOMATIC


def _digest(matter: Matter, mail_id: int) -> str:
    digest = hashlib.sha256()
    for chunk in matter.tx.mails.chunks(mail_id):
        digest.update(chunk)
    return digest.hexdigest()


def _one_line(text: str) -> str:
    return " ".join(text.split()).encode("utf-8", "replace").decode()[:500] or "-"


def as_piece(name: str, about: str, text: str) -> Piece:
    return Piece(name, about, lambda: [text.replace("\n", "\r\n").encode("utf-8", "replace")])
