"""For development: the parser, the splitter and the verdicts over every mail in a folder, and what came of it.

Any public collection of odd mail will do. A file that begins with "From " and holds that line again after an empty one
is a mailbox of many mails; every other file is one mail, whatever its name.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from bot.cli.session import print_json, settings_of, telling
from bot.mail.authentication.checking import SenderChecks
from bot.mail.authentication.questions import Answer, Question
from bot.mail.authentication.task import examine, warm
from bot.mail.authentication.verdict import SenderCheck
from bot.mail.cage import Cage, Caged
from bot.mail.charsets import visible
from bot.mail.mailfiles import files_under, mails_in
from bot.mail.message import ParsedMail, Unreadable
from bot.settings import Settings
from bot.triage.reading import Reader, Reading

_SHOWN_FAILURES = 100
_MEGABYTE = 1024 * 1024
_CRASH = re.compile(r"crashed")
_GAVE_UP = re.compile(r"\((?:crashed|took too long|out of memory)\)")


@dataclass(slots=True)
class Tally:
    """The counts so far. A failure is a mail that made our code raise, run out of time or out of memory."""

    files: int = 0
    mails: Counter[str] = field(default_factory=Counter)  # read, automatic, bounce, quoted ...
    unreadable: Counter[str] = field(default_factory=Counter)  # by reason
    defects: Counter[str] = field(default_factory=Counter)
    sender_defects: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    sender_verdicts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, str]] = field(default_factory=list)  # file, reason

    def count(self, name: str, reading: Reading | Caged) -> None:
        """Add one mail."""
        self.mails["mails"] += 1
        if isinstance(reading, Caged):
            self.failures.append((name, f"{reading.reason} {reading.detail}".strip()))
        elif isinstance(reading.mail, Unreadable):
            self.unreadable[reading.mail.reason] += 1
            if _CRASH.match(reading.mail.reason):
                self.failures.append((name, reading.mail.reason))
        else:
            self.mails.update(_facts(reading.mail))
            self.defects.update(reading.mail.defects)
            self.sender_defects.update(reading.mail.sender.defects)
            if reading.verdict is not None:
                self.labels.update(kind.value for kind in reading.verdict.kinds)
                self.labels["a person looks"] += reading.verdict.seen_by_person

    def count_sender(self, name: str, check: SenderCheck) -> None:
        """Add what is known about one mail's sender. A child that gave up says so in its reason."""
        self.sender_verdicts[check.verdict.value] += 1
        self.failures += [(name, reason) for reason in check.reasons if _GAVE_UP.search(reason)]


def _facts(mail: ParsedMail) -> list[str]:
    signs = mail.signs
    facts = {
        "read": True,
        "with quoted text": bool(mail.quoted_text),
        "with hidden text": mail.hidden_text,
        "with attachments": bool(mail.attachments),
        "automatic": signs.automatic,
        "bounces and receipts": signs.report,
        "from a list": signs.mailing_list,
        "may be answered by a machine": signs.may_be_answered,
        "sender without an address": mail.sender.address is None,
        "without a word": not mail.whole_text.strip(),
    }
    return [name for name, holds in facts.items() if holds]


def corpora(config: Path | None, folder: Path, *, as_json: bool) -> None:
    """Read everything under the folder; exit code 1 if anything failed."""
    if not folder.is_dir():
        print(f"privacybot: {folder} is no folder", file=sys.stderr)
        raise SystemExit(2)
    with telling():
        tally = asyncio.run(_tallied(settings_of(config, keys_required=False), folder))
    if as_json:
        print_json(_as_json(tally))
    else:
        _print(tally)
    if tally.failures:
        raise SystemExit(1)


class _NoNames:
    """No name server is asked about strangers' mail: each answer is trouble, and a signature proves nothing."""

    async def answers(self, questions: Iterable[Question], _: float) -> Mapping[Question, Answer]:
        """Trouble, at once."""
        return dict.fromkeys(questions, Answer(trouble=True))


async def _tallied(settings: Settings, folder: Path) -> Tally:
    """As many mails at once as there are children, and no more in memory."""
    tally, reader = Tally(), Reader.of(settings)
    total = sum(1 for _ in files_under(folder))
    limit = settings.parsing.max_mail_mb * _MEGABYTE
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        bar = progress.add_task("files", total=total)
        mails = _mails(folder, limit, tally)

        async def work() -> None:
            for name, raw in mails:
                tally.count(name, await cage.run(raw))
                if len(raw) <= limit:
                    tally.count_sender(name, await checks.check(raw, datetime.now(UTC)))
                progress.update(bar, completed=tally.files)

        async with (
            Cage(reader, settings.parsing, reader.warm, reader.careful()) as cage,
            Cage(examine, settings.parsing, warm) as examiner,
            asyncio.TaskGroup() as group,
        ):
            checks = SenderChecks(settings.authentication, examiner.run, _NoNames())
            for _ in range(settings.parsing.processes):
                group.create_task(work())
    return tally


def _mails(folder: Path, limit: int, tally: Tally) -> Iterator[tuple[str, bytes]]:
    """Every mail with its name, one after the other."""
    for path in files_under(folder):
        tally.files += 1
        name = visible(str(path.relative_to(folder)))
        try:
            yield from ((f"{name}{which}", raw) for which, raw in mails_in(path, limit))
        except OSError as trouble:
            tally.failures.append((name, type(trouble).__name__))


# What is shown


def _as_json(tally: Tally) -> dict[str, object]:
    return {
        "files": tally.files,
        "counts": dict(tally.mails.most_common()),
        "unreadable": dict(tally.unreadable.most_common()),
        "defects": dict(tally.defects.most_common()),
        "sender_defects": dict(tally.sender_defects.most_common()),
        "sender_verdicts": dict(tally.sender_verdicts.most_common()),
        "labels": dict(tally.labels.most_common()),
        "failures": [{"file": name, "reason": reason} for name, reason in tally.failures],
    }


def _print(tally: Tally) -> None:
    _rows(f"{tally.files} files", tally.mails)
    _rows("not readable within the limits", tally.unreadable)
    _rows("defects", tally.defects)
    _rows("defects of the sender", tally.sender_defects)
    _rows("verdicts about the sender, without asking any name server", tally.sender_verdicts)
    _rows("verdicts", tally.labels)
    print(f"failures: {len(tally.failures)}")
    for name, reason in tally.failures[:_SHOWN_FAILURES]:
        print(f"  {name}: {reason}")


def _rows(title: str, counts: Counter[str]) -> None:
    with suppress(ValueError):
        width = max(len(name) for name in counts)
        print(title)
        for name, number in counts.most_common():
            print(f"  {name:<{width}}  {number:>7}")
        print()
