"""`privacybot demo`: eight mails through the real service, on this machine only, with fictional people."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.approval import Given
from bot.cases.draft import content_hash
from bot.cases.model import Case, CaseRef, RequestState
from bot.cases.people import Actor, StaffRole
from bot.cli.demo_mails import SampleMail, sample_mails
from bot.cli.demo_post import HOST, Customers, Sink
from bot.cli.session import telling
from bot.cli.words import KINDS
from bot.configuration import load_settings
from bot.log import configure
from bot.mail.errors import MailRoomError
from bot.rooms import Rooms
from bot.service import run
from bot.settings import Settings, default_config_dir
from bot.sources.demo import DemoPeople, make_demo_database
from bot.store.archive import migrate
from bot.store.records import MailVerdict
from bot.store.vault import new_key

_SETTINGS = {
    "SERVICE__ENVIRONMENT": "demo",
    "SERVICE__PORT": "0",
    "RECEIVER__ENABLED": "true",
    "RECEIVER__MODE": "copy",
    "RECEIVER__PORT": "0",
    "SEND__TLS": "none",
    "RELEASE__EVERY_SECONDS": "0",
    "IDENTITY__HOLD_DAYS": "0",
    "IDENTITY__CONTACT_HOLD_HOURS": "0",
    "APPROVAL__UNDO_SECONDS": "0",
    "APPROVAL__UNDO_RISK_SECONDS": "0",
    "APPROVAL__LEAD_DAYS": "0",
    "CASES__CLOSING_DAYS": "0",
    "LOG__LEVEL": "warning",
    "LOG__FORMAT": "text",
}
_PATIENCE_SECONDS = 90.0
_STEPS = 5
FATIMA = Actor("fatima")


class DemoStuckError(MailRoomError):
    """The demo did not get where it should in time; the message says what it waited for."""


@dataclass(slots=True)
class _Stage:
    """Everything the demo plays with."""

    console: Console
    folder: Path
    people: DemoPeople
    env: Mapping[str, str]
    settings: Settings
    rooms: Rooms
    sink: Sink
    customers: Customers
    samples: tuple[SampleMail, ...]
    said: list[str] = field(default_factory=list)


def demo(*, wait: bool) -> None:
    console = Console(highlight=False)
    with telling(), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_demo(console, wait=wait))


async def _demo(console: Console, *, wait: bool) -> None:
    console.print("[bold]privacybot demo[/] met verzonnen mensen, alleen op deze computer")
    console.print("Wachttijd en bedenktijd staan in de demo op 0; in het echt zijn het dagen en minuten.\n")
    async with _running(console) as stage:
        with _progress(console) as progress:
            task = progress.add_task("acht mails komen binnen", total=_STEPS)
            await _play(stage, lambda words: progress.update(task, description=words, advance=1))
        _show(stage)
        if wait:
            console.print("\nDe dienst loopt door. Stoppen: Ctrl-C")
            await asyncio.Event().wait()


def _progress(console: Console) -> Progress:
    return Progress(TextColumn("{task.description:<45}"), BarColumn(), TimeElapsedColumn(), console=console)


@asynccontextmanager
async def _running(console: Console) -> AsyncIterator[_Stage]:
    """The real service, a mail server beside it and customers outside; all stopped at the end."""
    folder = _fresh_folder()
    sink = Sink(folder / "verzonden")
    server = await sink.listen()
    env = _environment(folder, server.sockets[0].getsockname()[1])
    people = make_demo_database(env["KLEINBOEK_DB_URL"])
    migrate(env["DATABASE_URL"])
    settings = load_settings(default_config_dir(), env)
    configure(settings.log)
    said: list[str] = []
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    rooms = Rooms(settings, env)
    _add_staff(rooms)
    try:
        async with asyncio.TaskGroup() as group:
            service = group.create_task(run(settings, env=env, started=_noting(said, listening)))
            customers = Customers(settings.organisation.address, await listening, rooms.clock)
            answering = group.create_task(customers.answer_challenges(sink.arrived))
            samples = sample_mails(people)
            yield _Stage(console, folder, people, env, settings, rooms, sink, customers, samples, said)
            answering.cancel()
            service.cancel()
    finally:
        server.close()
        await server.wait_closed()
        await rooms.close()


def _fresh_folder() -> Path:
    folder = Path(os.environ.get("PRIVACYBOT_HOME") or "var") / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder.resolve()


def _environment(folder: Path, sink_port: int) -> dict[str, str]:
    """The settings of the demo, also written to a file, so that other commands can look into it."""
    for name in ("privacybot_vault_key", "privacybot_index_key"):
        (folder / f"{name}.txt").write_text(new_key(), encoding="ascii")
    ours = {f"PRIVACYBOT_{name}": value for name, value in _SETTINGS.items()} | {
        "PRIVACYBOT_HOME": str(folder),
        "PRIVACYBOT_SEND__PORT": str(sink_port),
        "DATABASE_URL": f"sqlite:///{folder / 'privacybot.sqlite'}",
        "KLEINBOEK_DB_URL": f"sqlite:///{folder / 'kleinboek.sqlite'}",
    }
    (folder / "demo.env").write_text("".join(f'{name}="{value}"\n' for name, value in ours.items()), encoding="utf-8")
    return {
        key: value for key, value in os.environ.items() if not key.startswith("PRIVACYBOT_") and key != "PORT"
    } | ours


def _noting(said: list[str], listening: asyncio.Future[int]) -> Callable[[str], None]:
    def note(words: str) -> None:
        said.append(words)
        if found := re.search(rf"receive: .*{re.escape(HOST)}:(\d+)", words):
            listening.set_result(int(found[1]))

    return note


def _add_staff(rooms: Rooms) -> None:
    with rooms.archive.transaction() as tx:
        tx.users.add("fatima", StaffRole.BEHANDELAAR)
        tx.users.add("femke", StaffRole.FUNCTIONARIS)


# The play


async def _play(stage: _Stage, tell: Callable[[str], None]) -> None:
    for sample in stage.samples:
        await stage.customers.write(sample)
    await _until("all mail is read", lambda: _all_read(stage))
    tell("klanten beantwoorden het controlebericht")
    await _until("challenges are answered", lambda: len(stage.customers.answered) >= _challenged(stage))
    await _until("drafts are ready", lambda: _waiting_only_for_people(stage))
    tell("Fatima leest en keurt het antwoord aan Sanne goed")
    first = _case_of(stage, stage.people.sanne.address)
    _approve(stage, first)
    await _until("the answer left", lambda: _states(stage, first.ref) <= {RequestState.ANSWERED, RequestState.CLOSED})
    tell("de rekeningwijziging wacht op een tweede bewijs")
    stage.said.append("iban: waited for its second factor")
    iban = _case_of(stage, stage.people.owner_with_second_user.address)
    _show_waiting(stage, iban)
    _verify(stage, iban)
    await _until("the correction is drafted", lambda: _states(stage, iban.ref) == {RequestState.AWAITING_APPROVAL})
    tell("Fatima belde het bekende nummer; het concept is klaar")


async def _until(what: str, holds: Callable[[], bool]) -> None:
    """Look again and again until it holds; the demo has no other way to see what the service did."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - we look from outside, as a viewer does
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoStuckError(f"the demo waited {_PATIENCE_SECONDS:.0f} s in vain until {what}") from None


def _cases(stage: _Stage) -> tuple[Case, ...]:
    with stage.rooms.archive.reading() as tx:
        return tx.cases.listed()


def _all_read(stage: _Stage) -> bool:
    with stage.rooms.archive.reading() as tx:
        counts = tx.mails.counts()
    return not counts.get(MailVerdict.PENDING, 0) and sum(counts.values()) >= len(stage.samples)


def _challenged(stage: _Stage) -> int:
    with stage.rooms.archive.reading() as tx:
        return sum(len(tx.challenges.of_case(case.id)) for case in tx.cases.listed())


_RESTING = frozenset(
    {RequestState.AWAITING_APPROVAL, RequestState.NEEDS_PERSON, RequestState.ANSWERED, RequestState.CLOSED}
)


def _waiting_only_for_people(stage: _Stage) -> bool:
    """Every request rests with staff: a draft to read, or a second proof to get."""
    requests = [request for case in _cases(stage) for request in case.requests]
    return all(
        request.state in _RESTING
        or (request.state is RequestState.AWAITING_IDENTITY and request.reached < request.required and request.reached)
        for request in requests
    )


def _states(stage: _Stage, ref: CaseRef) -> set[RequestState]:
    with stage.rooms.archive.reading() as tx:
        return {request.state for request in tx.cases.get(ref).requests}


def _case_of(stage: _Stage, address: str) -> Case:
    found = [case for case in _cases(stage) if case.sender == address.lower()]
    if not found:
        raise DemoStuckError("a sample mail did not become a case; see the log above")
    return found[0]


def _approve(stage: _Stage, case: Case) -> None:
    with stage.rooms.archive.reading() as tx:
        draft = tx.drafts.current(case.id)
    if draft is None:
        raise DemoStuckError(f"{case.ref} has no draft")
    given = stage.rooms.decisions.approve(case.ref, FATIMA, seen_hash=content_hash(draft))
    if not isinstance(given, Given) or given.leaves_at is None:
        raise DemoStuckError(f"the approval of {case.ref} was not enough: {given.message}")


def _verify(stage: _Stage, case: Case) -> None:
    note = "demo: gebeld op het nummer uit het klantrecord, klant bevestigt"
    stage.rooms.second_factor.verify(case.ref, FATIMA, "phone", note)


# What came of it


def _show_waiting(stage: _Stage, case: Case) -> None:
    [request] = case.requests
    stage.console.print(
        f"{case.ref}: een nieuw IBAN vraagt L{int(request.required)}; de code uit de mail gaf "
        f"L{int(request.reached)}. Eerst belt Fatima het nummer dat al bekend was."
    )


_OUTCOMES = {
    RequestState.AWAITING_APPROVAL: "concept klaar, wacht op goedkeuring",
    RequestState.AWAITING_IDENTITY: "wacht op bewijs van identiteit",
    RequestState.NEEDS_PERSON: "een mens moet kijken",
    RequestState.UNDELIVERED: "niet zeker of de brief aankwam",
    RequestState.ANSWERED: "goedgekeurd en verstuurd",
    RequestState.CLOSED: "goedgekeurd, verstuurd en gesloten",
}


def _show(stage: _Stage) -> None:
    table = Table(title="Wat er gebeurde, en waarom", show_lines=True)
    table.add_column("Mail")
    table.add_column("Zaak", no_wrap=True)
    for heading in ("Herkend aan", "Stand"):
        table.add_column(heading)
    for sample in stage.samples:
        table.add_row(sample.title, *_row(stage, sample))
    stage.console.print(table)
    for line in _where_to_look(stage):
        stage.console.print(line, markup=False, soft_wrap=True)


def _row(stage: _Stage, sample: SampleMail) -> tuple[str, str, str]:
    case = next((case for case in _cases(stage) if case.sender == sample.sender.lower()), None)
    if case is None:
        why = "automatisch" if sample.headers else "gewone mail"
        return "-", why, "blijft in de mailbox; wij bewaren er niets van"
    reasons = _reasons(stage, case)
    kinds = "\n".join(
        f"{KINDS.get(request.kind, str(request.kind))}: “{reasons.get(str(request.kind), '')}”"
        for request in case.requests
    )
    states = {_OUTCOMES.get(request.state, str(request.state)) for request in case.requests}
    doubt = "vraag over privacy" if case.other_privacy else "niet zeker"
    return case.ref, kinds or doubt, ", ".join(sorted(states)) or _OUTCOMES[RequestState.NEEDS_PERSON]


def _reasons(stage: _Stage, case: Case) -> dict[str, str]:
    """The sentence that spoke for each right, from the case's own log."""
    with stage.rooms.archive.reading() as tx:
        opened = next(event for event in tx.events.of(case.id) if event.kind == "opened")
    return {
        key.removeprefix("reason_"): " ".join(str(value).split())
        for key, value in opened.values.items()
        if key.startswith("reason_")
    }


def _where_to_look(stage: _Stage) -> Iterable[str]:
    first = _case_of(stage, stage.people.sanne.address)
    iban = _case_of(stage, stage.people.owner_with_second_user.address)
    relative = os.path.relpath(stage.folder)
    yield ""
    yield f"Verstuurde mail ({stage.sink.count}): {relative}/verzonden/"
    yield "Het wachtwoord van Sannes overzicht staat in haar controlebericht, nooit bij het overzicht zelf."
    yield "Kijk zelf verder, in een tweede venster (de dienst moet daarvoor lopen: start zonder --no-wait):"
    yield f"  set -a; . {relative}/demo.env; set +a"
    for words in ("cases", f"case {first.ref}", f"draft {iban.ref}"):
        yield f"  python3 run.py {words}"
    yield "Een nieuw rekeningnummer is een hoog risico: twee mensen keuren het goed."
    for name in ("femke", "fatima"):
        yield f"  python3 run.py approve {iban.ref} --as {name}"
