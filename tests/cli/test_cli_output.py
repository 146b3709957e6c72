"""What a command answers stands alone on standard output."""

from __future__ import annotations

import json
import logging
import re
import threading
from pathlib import Path

import typer
from servers.office import Office, printed_by
from servers.smtp_sink import SmtpSink

from bot.cases.changes import ChangeAction
from bot.cli.app import app
from bot.cli.words import CHANGES


def test_what_another_thread_logs_meanwhile_does_not_stand_in_the_answer(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    over = threading.Event()

    def chatter() -> None:
        while not over.is_set():
            logging.getLogger("mail.log").warning("a line of the mail server of the tests")

    thread = threading.Thread(target=chatter)
    thread.start()
    try:
        # on a busy machine the other thread may say nothing during one of them
        several = [printed_by(["cases", "--json"], office.env) for _ in range(10)]
    finally:
        over.set()
        thread.join()

    assert all(json.loads(printed.answer)["cases"] == [] for printed in several)
    assert any("mail.log" in printed.said or "mail server" in printed.said for printed in several)


def test_every_planned_change_has_a_word_for_staff() -> None:
    assert set(CHANGES) == set(ChangeAction)


def test_that_nothing_waits_is_said(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)

    assert printed_by(["tasks"], office.env).answer.strip() == "Geen open taken: er wacht niets op u."


def test_every_command_stands_in_the_table_of_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    told = {name for quoted in re.findall(r"`([^`\n]+)`", readme) for name in [quoted, quoted.split()[0]]}

    commands = typer.main.get_command(app)

    assert isinstance(commands, typer.core.TyperGroup)
    assert [name for name, one in commands.commands.items() if name not in told and not one.hidden] == []
