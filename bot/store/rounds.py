"""A step of a round that may fail alone: a person is told, and the round goes on."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from bot.cases.model import Case
from bot.store.archive import Archive, Transaction
from bot.store.casework import ask_person
from bot.store.errors import StoreUnavailableError

_log = structlog.get_logger(__name__)

_STUCK = "de dagelijkse ronde loopt op deze zaak vast ({}): bewaak de termijn zelf en kijk naar de datums"


def apart(archive: Archive, case_id: int, act: Callable[[Transaction, Case], None]) -> None:
    """Do this to one case. If it fails a person is told, and the round goes on with the next."""
    guarded(archive, lambda tx: act(tx, tx.cases.by_id(case_id)), case_id, "look", _STUCK)


def guarded(archive: Archive, act: Callable[[Transaction], None], case_id: int | None, kind: str, words: str) -> None:
    """One transaction that may fail without harm to what comes after it; `words` has a place for the trouble."""
    try:
        with archive.transaction() as tx:
            act(tx)
    except StoreUnavailableError:
        raise
    except Exception as error:
        name = type(error).__name__
        _log.error("a step of the round failed", case=case_id, kind=kind, error=name)
        with archive.transaction() as tx:
            ask_person(tx, case_id, kind, words.format(name))
