"""`privacybot parse`: one mail as the bot sees it. Shows what it says: for staff on this machine, not for logs."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from rich.console import Console

from bot.cases.masking import masked_bsn
from bot.cli.mails import as_mail, bytes_of, own_numbers, without_numbers
from bot.cli.sendercheck import sender_check_as_json, sender_check_in_words
from bot.cli.session import print_json, settings_of, telling
from bot.mail.authentication.checking import SenderChecks
from bot.mail.authentication.resolver import DnsResolver
from bot.mail.authentication.task import examine, warm
from bot.mail.authentication.verdict import SenderCheck
from bot.mail.cage import Cage, Caged
from bot.mail.charsets import visible
from bot.mail.message import Attachment, AutomaticSigns, ParsedMail, Unreadable
from bot.mail.outline import Outline, OutlinePart, outline_of
from bot.rooms import clock_of
from bot.settings import Settings
from bot.triage.classify import as_json as verdict_as_json
from bot.triage.reading import Reader, Reading
from bot.triage.verdict import Verdict


@dataclass(frozen=True, slots=True)
class View:
    """A mail, its verdict and how it is built."""

    reading: Reading
    outline: Outline


@dataclass(frozen=True, slots=True)
class Viewer:
    """Reads a mail like the service does and draws its outline besides. Picklable: it works in the cage."""

    reader: Reader

    def __call__(self, raw: bytes) -> View:
        """Never raises, whatever the bytes."""
        return View(self.reader(raw), outline_of(raw, self.reader.limits))


def parse(config: Path | None, file: Path, *, as_json: bool) -> None:
    """Exit code 1 if the mail cannot be taken apart; its headers and parts are shown all the same."""
    with telling():
        settings = settings_of(config, keys_required=False)
        view, check = asyncio.run(_viewed(settings, as_mail(bytes_of(file))))
    if isinstance(view, Caged):
        _could_not(file, view.reason)
    elif as_json:
        shown = _as_json(file, view) | {"sender_check": sender_check_as_json(check)}
        print_json(without_numbers(shown, own_numbers(settings)))
    else:
        _print(view, check, own_numbers(settings))
    if not isinstance(view, Caged) and isinstance(view.reading.mail, Unreadable):
        _could_not(file, view.reading.mail.reason)


def _could_not(file: Path, reason: str) -> None:
    print(f"privacybot: {visible(str(file))} could not be taken apart: {reason}", file=sys.stderr)
    raise SystemExit(1)


async def _viewed(settings: Settings, raw: bytes) -> tuple[View | Caged, SenderCheck]:
    """The mail, and the verdict about its sender as if it had come just now, by IMAP."""
    reader, checking = Reader.of(settings), settings.authentication
    async with (
        Cage(Viewer(reader), settings.parsing, reader.warm, Viewer(reader.careful())) as cage,
        Cage(examine, settings.parsing, warm) as examiner,
    ):
        checks = SenderChecks(checking, examiner.run, DnsResolver(checking.dns_servers))
        return await cage.run(raw), await checks.check(raw, clock_of(settings)())


# As JSON


def _as_json(file: Path, view: View) -> dict[str, object]:
    outline = view.outline
    shown: dict[str, object] = {
        "file": visible(str(file)),
        "headers": [{"name": name, "value": value} for name, value in outline.headers],
        "counted_headers": dict(outline.counted),
        "structure": [asdict(part) for part in outline.parts],
    }
    mail = view.reading.mail
    if isinstance(mail, Unreadable):
        return shown | {"unreadable": mail.reason}
    verdict = view.reading.verdict
    return shown | _mail_as_json(mail) | {"verdict": verdict and verdict_as_json(visible(str(file)), verdict)}


def _mail_as_json(mail: ParsedMail) -> dict[str, object]:
    return {
        "message_id": mail.message_id,
        "references": list(mail.references),
        "sender": mail.sender.address,
        "sender_shown": mail.sender.shown,
        "sender_defects": list(mail.sender.defects),
        "reply_to": mail.reply_to,
        "subject": mail.subject,
        "automatic": mail.signs.automatic,
        "automatic_signs": _signs(mail.signs),
        "may_be_answered": mail.signs.may_be_answered,
        "hidden_text": mail.hidden_text,
        "attachments": [(part.content_type, part.size, part.sha256) for part in mail.attachments],
        "defects": list(mail.defects),
        "new_text": mail.new_text,
        "quoted_text": mail.quoted_text,
        "whole_text": mail.whole_text,
    }


def _signs(signs: AutomaticSigns) -> list[str]:
    return [one.name for one in fields(signs) if getattr(signs, one.name) is True]


# For a terminal


def _print(view: View, check: SenderCheck, ours: frozenset[str]) -> None:
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    for title, lines in (*_sections(view), ("Sender", sender_check_in_words(sender_check_as_json(check)))):
        console.print(title, style="bold")
        for line in masked_bsn("\n".join(lines), ours).split("\n") if lines else ():
            console.print(f"  {visible(line)}".rstrip())
        console.print()


def _sections(view: View) -> Iterator[tuple[str, Sequence[str]]]:
    yield "Headers", _header_lines(view.outline)
    yield "Structure", _tree_lines(view.outline.parts) or ["could not be drawn within the limits"]
    mail = view.reading.mail
    if isinstance(mail, Unreadable):
        return
    yield "Judgement", _judgement(mail, view.reading.verdict)
    if mail.attachments:
        yield "Attachments", [_attachment_line(one) for one in mail.attachments]
    yield "New text", _text_lines(mail.new_text)
    if mail.quoted_text:
        yield "Quoted text", _text_lines(mail.quoted_text)
    for part in mail.attachments:
        if part.text:
            yield f"Text of “{visible(part.name)}”", _text_lines(part.text)
    if mail.hidden_text or "text and html differ" in mail.defects:
        yield "The whole, as staff see it", _text_lines(mail.whole_text)


def _header_lines(outline: Outline) -> list[str]:
    names = [*outline.headers, *((name, f"× {number}") for name, number in outline.counted)]
    width = max((len(name) for name, _ in names), default=0)
    return [f"{name.title():<{width}}  {value}" for name, value in names]


def _tree_lines(parts: Sequence[OutlinePart]) -> list[str]:
    """The tree with its branches."""
    lines = []
    for at, part in enumerate(parts):
        branches = ["   " if _last(parts, at, depth) else "│  " for depth in range(1, part.depth)]
        if part.depth:
            branches.append("└─ " if _last(parts, at, part.depth) else "├─ ")
        facts = (part.kind, part.charset, part.name and f"“{part.name}”", part.disposition, _size(part.size))
        lines.append("".join(branches) + "  ".join(fact for fact in facts if fact))
    return lines


def _last(parts: Sequence[OutlinePart], at: int, depth: int) -> bool:
    """No part of this depth follows before a higher one."""
    return next((part.depth < depth for part in parts[at + 1 :] if part.depth <= depth), True)


def _size(size: int) -> str:
    return f"{size:,} bytes" if size else ""


def _judgement(mail: ParsedMail, verdict: Verdict | None) -> list[str]:
    who = mail.sender.address or "nobody for certain"
    signs = ", ".join(_signs(mail.signs)) or "none"
    rows = [
        ("sender", f"{who} ({mail.sender.shown})"),
        *(("", f"! {defect}") for defect in mail.sender.defects),
        ("automatic", f"{_yes(mail.signs.automatic)}; signs: {signs}"),
        ("may a machine answer", _yes(mail.signs.may_be_answered)),
        ("hidden text", f"{_yes(mail.hidden_text)}{'; shown to staff, decides nothing' if mail.hidden_text else ''}"),
        *(("defect", defect) for defect in mail.defects),
        *(_verdict_rows(verdict) if verdict else ()),
    ]
    return [f"{name:<20}  {value}" for name, value in rows]


def _verdict_rows(verdict: Verdict) -> Iterator[tuple[str, str]]:
    asked = [kind.value for kind in verdict.kinds] + ["other privacy question"] * verdict.other_privacy
    person = "; a person has to look" if verdict.needs_person else ""
    yield "asks", f"{', '.join(sorted(asked)) or 'nothing for us'} ({verdict.language.value}){person}"
    if verdict.perhaps:
        yield "", f"perhaps also: {', '.join(sorted(verdict.perhaps))}"
    if verdict.look:
        yield "", f"look: {verdict.look.value}"
    for reason in verdict.reasons:
        where = f" (attachment “{reason.source}”)" if reason.source else ""
        yield "", f"{reason.label}{where}: {' '.join(reason.text.split())}"


def _attachment_line(part: Attachment) -> str:
    read = "read" if part.text else part.defect or "not read"
    return f"{part.content_type}  {_size(part.size)}  “{part.name}”  {read}  sha256 {part.sha256[:16]}…"


def _text_lines(text: str) -> list[str]:
    return [f"│ {line}" for line in text.splitlines()] or ["│ (nothing)"]


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"
