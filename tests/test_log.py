"""What the log may tell, and above all what it may not."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.log import ALLOWED, configure, masked
from bot.settings import LogSettings

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(captured: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().err.splitlines()]


def test_a_line_shows_case_count_state_and_digest_and_hides_who_wrote_what(capsys: Captured) -> None:
    configure(LogSettings())

    structlog.get_logger("bot.intake").info(
        "mail added to case",
        case="KB-2026-0042",
        count=3,
        state="awaiting_identity",
        digest="5f0a" * 8,
        name="Sanne de Vries",
        sender="sanne@klant.example",
        subject="Mijn gegevens",
    )

    (line,) = lines(capsys)
    assert (line["event"], line["case"], line["count"], line["state"]) == (
        "mail added to case",
        "KB-2026-0042",
        3,
        "awaiting_identity",
    )
    assert line["digest"] == "5f0a" * 8
    assert line["name"] == line["sender"] == line["subject"] == "…"


@pytest.mark.parametrize(
    "personal", ["sanne@klant.example", "NL91 ABNA 0417 1643 00", "nl91abna0417164300", "111222333", "111.222.333"]
)
def test_a_personal_value_in_an_allowed_key_or_in_the_sentence_is_masked(personal: str, capsys: Captured) -> None:
    configure(LogSettings())

    structlog.get_logger().warning(f"could not read {personal}", error=[f"near {personal}"])

    assert personal not in capsys.readouterr().err


@pytest.mark.parametrize(
    "harmless",
    ["KB-2026-0042", "2026-11-26T09:00:00Z", "123456789", "ab12" * 8, "20261126123456", "bot/mail/imap.py:12"],
)
def test_references_moments_and_digests_are_not_masked(harmless: str) -> None:
    assert masked(harmless) == harmless


@settings(deadline=None)
@given(
    st.from_regex(r"[a-z]{1,12}(\.[a-z]{1,8})?\+?[a-z0-9]{1,5}@klant\.example", fullmatch=True), st.text(max_size=20)
)
def test_no_address_survives_masking_whatever_stands_around_it(address: str, around: str) -> None:
    assert address not in masked(f"{around} {address} {around}")


def test_an_exception_is_logged_by_class_and_place_and_never_by_what_it_says(capsys: Captured) -> None:
    configure(LogSettings())

    try:
        raise ValueError("Sanne woont op Dorpsstraat 1") from KeyError("sanne@klant.example")
    except ValueError:
        structlog.get_logger().exception("mail cannot be taken apart")

    (line,) = lines(capsys)
    assert line["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    assert "test_an_exception_is_logged" in line["at"][-1]
    assert "Sanne" not in json.dumps(line)
    assert "Dorpsstraat" not in json.dumps(line)


def test_every_exception_of_a_group_is_named(capsys: Captured) -> None:
    configure(LogSettings())

    structlog.get_logger().error("room failed", exc_info=ExceptionGroup("x", [OSError("a"), ValueError("b")]))

    assert lines(capsys)[0]["exception"] == ["builtins.ExceptionGroup", "builtins.OSError", "builtins.ValueError"]


Format = Literal["json", "text"]


@pytest.mark.parametrize("written", ["json", "text"])
def test_an_exception_that_quotes_an_address_is_named_and_not_quoted(written: Format, capsys: Captured) -> None:
    configure(LogSettings(format=written))

    try:
        raise ValueError("Sanne schreef vanaf sanne@klant.example") from KeyError("sanne@klant.example")
    except ValueError:
        structlog.get_logger("bot.intake").exception("mail cannot be taken apart", case="KB-2026-0042")
        logging.getLogger("some.library").exception("login refused")

    told = capsys.readouterr().err
    assert told.count("builtins.ValueError") == told.count("builtins.KeyError") == 2
    assert told.count("test_an_exception_that_quotes_an_address") == 2
    assert "KB-2026-0042" in told
    for hidden in ("sanne", "Sanne", "Logging error", "Traceback"):
        assert hidden not in told


@pytest.mark.parametrize("written", ["json", "text"])
@pytest.mark.parametrize("value", [[], ["a", 1], {"a": [1]}, 2.5, True, None, object()])
@pytest.mark.parametrize("key", ["exception", "at", "event_kind", "stack", "exc_info", "stack_info", "timestamp"])
def test_no_value_keeps_a_line_from_being_written(written: Format, value: object, key: str, capsys: Captured) -> None:
    configure(LogSettings(format=written))

    structlog.get_logger().warning("mail added to case", **{key: value})

    told = capsys.readouterr().err
    assert "mail added to case" in told
    assert "could not be written" not in told


class Unprintable:
    """Says something personal when it is asked for its text, and fails at that."""

    def __str__(self) -> str:
        raise TypeError("sanne@klant.example")


@pytest.mark.parametrize("written", ["json", "text"])
def test_a_line_that_cannot_be_written_leaves_one_fixed_sentence(written: Format, capsys: Captured) -> None:
    configure(LogSettings(format=written))

    logging.getLogger("some.library").error(Unprintable(), extra={"login": "sanne@klant.example"})

    (told,) = capsys.readouterr().err.splitlines()
    assert "a log line could not be written" in told
    assert "sanne" not in told
    if written == "json":
        assert json.loads(told)["level"] == "error"


def test_a_standard_error_that_is_gone_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(LogSettings(format="text"))
    gone = io.StringIO()
    gone.close()
    monkeypatch.setattr(sys, "stderr", gone)

    logging.getLogger("some.library").error("login refused")

    assert gone.closed


def test_a_line_of_a_library_keeps_its_sentence_and_loses_its_values(capsys: Captured) -> None:
    configure(LogSettings())

    logging.getLogger("some.library").warning("login of %s refused", "Sanne", extra={"login": "Sanne", "count": 2})

    (line,) = lines(capsys)
    assert (line["event"], line["login"], line["count"]) == ("login of %s refused", "…", 2)


def test_an_exception_in_a_line_of_a_library_says_no_more_than_its_class(capsys: Captured) -> None:
    configure(LogSettings())

    try:
        raise RuntimeError("Sanne")
    except RuntimeError:
        logging.getLogger("asyncio").exception("Task exception was never retrieved\nfuture: <Task Sanne>")

    (line,) = lines(capsys)
    assert (line["event"], line["exception"]) == ("Task exception was never retrieved", ["builtins.RuntimeError"])
    assert "Sanne" not in json.dumps(line)


@pytest.mark.parametrize(
    "library", ["mail.log", "imapclient.imaplib", "aiosmtplib", "sqlalchemy.engine", "uvicorn.error"]
)
def test_libraries_that_log_addresses_are_silent_below_a_warning_even_when_we_debug(
    library: str, capsys: Captured
) -> None:
    configure(LogSettings(level="debug"))

    logging.getLogger(library).info("sender: sanne@klant.example")

    assert capsys.readouterr().err == ""


def test_lines_under_the_level_are_not_written_and_nothing_goes_to_standard_output(capsys: Captured) -> None:
    configure(LogSettings(level="warning", format="text"))

    structlog.get_logger().info("seen")
    structlog.get_logger().warning("alarm", case="KB-2026-0042")

    captured = capsys.readouterr()
    assert captured.out == ""
    assert "seen" not in captured.err
    assert "alarm" in captured.err
    assert "KB-2026-0042" in captured.err


def test_configuring_twice_writes_every_line_once(capsys: Captured) -> None:
    configure(LogSettings())
    configure(LogSettings())

    structlog.get_logger().info("started")

    assert [line["event"] for line in lines(capsys)] == ["started"]


def test_a_test_can_see_every_line_whatever_level_a_service_in_the_same_process_was_given() -> None:
    configure(LogSettings(level="error"))

    with structlog.testing.capture_logs() as seen:
        structlog.get_logger().info("a mailbox folder is read from the start", count=3)

    assert [line["count"] for line in seen] == [3]


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every line of code in bot/ that logs, with its place."""
    bot = Path(__file__).parent.parent / "bot"
    for path in sorted(bot.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "_log" | "logger"), attr=method)) if (
                    method in ("debug", "info", "warning", "error", "exception", "critical")
                ):
                    yield f"{path.relative_to(bot)}:{node.lineno}", node


def test_every_line_that_we_log_is_a_fixed_sentence_with_keys_that_may_be_seen() -> None:
    calls = list(log_calls())

    assert calls
    for place, call in calls:
        assert [type(argument) for argument in call.args] == [ast.Constant], f"{place}: one fixed sentence"
        hidden = {keyword.arg for keyword in call.keywords} - ALLOWED - {"exc_info"}
        assert not hidden, f"{place}: {hidden} would be hidden; use a key that bot/log.py allows, if it is not personal"
