"""Logging: a fixed sentence and allowed keys, nothing personal.

A line says which case and what happened, never who or what they wrote. Keys that are not on the list below are shown
with "…" for their value, and what looks like an address or a number of a person is masked wherever it stands.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.settings import LogSettings

HIDDEN = "…"
QUIET = ("mail.log", "imapclient", "aiosmtplib", "sqlalchemy", "uvicorn", "asyncio", "alembic")
ALLOWED = frozenset(
    {
        # the line itself
        *("event", "level", "timestamp", "logger"),
        # what it is about
        *(
            "case",
            "ref",
            "request",
            "kind",
            "kinds",
            "right",
            "rights",
            "role",
            "language",
            "letter",
            "draft",
            "export",
        ),
        *(
            "job",
            "task",
            "mail",
            "digest",
            "sha256",
            "uid",
            "uids",
            "uidvalidity",
            "folder",
            "mailbox",  # the name of its table in settings.toml
            "event_kind",
            "intent",
        ),
        *("system", "table", "rule", "policy", "reason_code", "verdict", "decision", "by", "channel", "code_tries"),
        # how it stands
        *(
            "state",
            "before",
            "after",
            "status",
            "outcome",
            "required",
            "reached",
            "identity_level",
            "hold_until",
            "due_on",
        ),
        *("attempt", "attempts", "retry_at", "lease_until", "version", "revision", "expected_revision", "environment"),
        # how much, how long, where
        *("count", "counts", "rows", "mails", "cases", "jobs", "bytes", "size", "pages", "seconds", "milliseconds"),
        *("host", "port", "url_scheme", "tls", "protocol", "mode", "process", "pid", "worker", "signal", "exit_code"),
        # what went wrong
        *("error", "exception", "at", "smtp_code", "http_status", "permanent", "problems", "trouble", "renewed"),
    }
)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when logging was set up.

    A line that cannot be written is never shown as it was given: nobody has redacted it. `instead` stands in its place.
    """

    def __init__(self, instead: str) -> None:
        super().__init__()
        self._instead = instead

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _given: TextIO) -> None:
        """The constructor names a stream; ours is looked up at every line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the name is logging's
        """Say that a line is missing; without a standard error there is nobody to say it to."""
        with suppress(OSError, ValueError):
            self.stream.write(f"{self._instead}{self.terminator}")
            self.flush()


def configure(settings: LogSettings) -> None:
    """Send everything, ours and the libraries', through the allow-list to standard error.

    Standard output belongs to what a command answers. May be called again; the last call holds.
    """
    level = getattr(logging, settings.level.upper())
    handler = _Stderr(_INSTEAD[settings.format])
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_foreign, *_FIRST],
            use_get_message=False,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, *_renderers(settings)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_FIRST,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


_MISSING = "a log line could not be written"
_INSTEAD = {"json": f'{{"event": "{_MISSING}", "level": "error"}}', "text": f"error: {_MISSING}"}


def _renderers(settings: LogSettings) -> tuple[Processor, ...]:
    if settings.format == "json":
        return (structlog.processors.JSONRenderer(ensure_ascii=False),)
    return (_in_text, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))


def _in_text(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Lists as text. The console renderer prints `exception` under the line, and takes nothing but a string for it."""
    return {key: value if isinstance(value, str) else _as_text(value) for key, value in line.items()}


def _as_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# Redaction


def redact(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Hide the values of unknown keys, and mask what looks personal in the others."""
    return {key: _shown(value) if key in ALLOWED else HIDDEN for key, value in line.items()}


def _shown(value: object) -> object:
    match value:
        case None | bool() | float():
            return value
        case Enum():
            return _shown(value.value)
        case int():
            return value
        case str():
            return masked(value)
        case datetime() | date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [_shown(item) for item in value]
        case dict():
            return {masked(str(key)): _shown(item) for key, item in value.items()}
        case _:
            return HIDDEN


_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", re.IGNORECASE)
_NINE_DIGITS = re.compile(r"(?<![\dA-Za-z])(?:\d[ .-]?){8}\d(?!\d)|(?<=\bNL)\d{9}(?=B\d\d\b)")


def masked(text: str) -> str:
    """The text without e-mail addresses, IBANs and citizen service numbers (BSN).

    Nine digits that pass the 11-proef are taken for a BSN without looking at the words around: in a log a number too
    many may disappear.
    """
    text = _ADDRESS.sub("<address>", text)
    text = _IBAN.sub(lambda hit: "<iban>" if _is_iban(hit[0]) else hit[0], text)
    return _NINE_DIGITS.sub(lambda hit: "<bsn>" if _passes_eleven(hit[0]) else hit[0], text)


def _is_iban(text: str) -> bool:
    """ISO 7064 mod 97; a digest in hexadecimal that begins like an IBAN hardly ever passes."""
    compact = text.replace(" ", "").upper()
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def _passes_eleven(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    return (
        any(digits)
        and sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=False)) % 11 == (digits[8])
    )


# Exceptions


def _located(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replace exception and traceback by classes and places; messages often quote what people wrote."""
    error = _exception(line.pop("exc_info", None))
    line.pop("stack_info", None)
    if error is not None:
        line["exception"] = list(_classes(error))
        line["at"] = list(_places(error.__traceback__))
    return line


def _exception(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True | 1:
            return sys.exc_info()[1]
        case _:
            return None


def _classes(error: BaseException) -> Iterator[str]:
    """The exception, those inside its group, and those it came from."""
    yield f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _classes(inner)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _classes(cause)


def _places(trail: TracebackType | None, most: int = 12) -> Iterator[str]:
    for frame in traceback.extract_tb(trail)[-most:]:
        yield f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"


# Lines of libraries


def _foreign(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """A library's sentence before its values are filled in, up to the first thing that may be a value."""
    record: logging.LogRecord = line["_record"]
    sentence = str(record.msg).split("\n", 1)[0]
    line["event"] = re.split(r"[(<{\[\"'`=]|: ", sentence, maxsplit=1)[0].strip()[:120] or HIDDEN
    line.update(_extras(record))
    return line


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _STANDARD and not key.startswith("_")}


_FIRST: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _located,
]
