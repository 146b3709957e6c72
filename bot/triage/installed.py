"""The models of one installation: which one judges, the one before it, and a candidate that was not good enough.

They lie in one folder, each named by its version, and `live.json` says which one judges: that file is replaced whole,
so a promotion has happened or has not. The model that ships with the program is never written to. It judges where
nothing was promoted, and also after an update brought another one, until a model has been compared with that.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bot.triage.errors import ModelUnusableError, ModelUnwritableError, NoEarlierModelError, TrainingBusyError
from bot.triage.files import UNFINISHED, write_whole
from bot.triage.weights import SHIPPED, Model, load_model, read_model, version_of

_LIVE, _CANDIDATE, _REASONS, _LOCK = "live.json", "candidate.npz", "candidate.json", "training.lock"


@dataclass(frozen=True, slots=True)
class Standing:
    """A model that judges or judged; no version: the shipped one. `beside` is the shipped one it was compared with."""

    version: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """The model that judges now. `trouble` says in a sentence why it is not the promoted one."""

    model: Model
    standing: Standing
    trouble: str = ""


def live(folder: Path) -> Live:
    """The model that judges in the installation with this folder; read anew only when another was promoted."""
    return _live(folder, _mark(folder))


def candidate(folder: Path, *, check: bool = False) -> Path:
    """Where training writes what may be promoted, or with `check` what is only measured."""
    return folder / (f"checked{UNFINISHED}" if check else _CANDIDATE)


def promote(folder: Path, fresh: Path) -> Model:
    """Let the model in the file `fresh` judge from now on; the one that judged is kept."""
    now = live(folder)
    model = read_model(fresh)
    write_whole(folder / f"{model.version}.npz", fresh.read_bytes())
    _point(folder, Standing(model.version, _shipped_version()), now.standing)
    for left in (fresh, folder / _REASONS):
        left.unlink(missing_ok=True)
    _sweep(folder)
    return model


def back(folder: Path) -> Model:
    """Return to the model that judged before; a second time undoes that. Raises NoEarlierModelError."""
    judged, before = _pointed(folder)
    if before is None or not _usable(folder, before):
        raise NoEarlierModelError
    _point(folder, before, judged)
    return live(folder).model


def set_aside(folder: Path, why: dict[str, Any]) -> None:
    """The candidate stays where it is, with what speaks against it."""
    write_whole(folder / _REASONS, json.dumps(why, ensure_ascii=False, indent=2).encode())


def forget_parked(folder: Path, before: datetime) -> tuple[str, ...]:
    """Delete models that were made earlier and do not judge: the one before, and a candidate with its reasons.

    They were made from examples that are forgotten by now. Returns their names; nothing while a training runs, nor
    where it cannot be read which model judges. Raises ModelUnwritableError.
    """
    if not folder.is_dir():
        return ()
    with suppress(TrainingBusyError), alone(folder):
        judges, _ = _pointed(folder)
        if judges is None and (folder / _LIVE).exists():
            return ()
        parked = [path for path in folder.glob("*.npz") if judges is None or path.stem != judges.version]
        old = [path for path in parked if path.stat().st_mtime < before.timestamp()]
        try:
            for path in old:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)
        except OSError as refused:
            raise ModelUnwritableError(folder, refused.strerror or type(refused).__name__) from refused
        return tuple(sorted(path.stem for path in old))
    return ()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One training at a time; the lock goes with the process, however that ends. Raises TrainingBusyError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("a")
    except OSError as refused:
        raise ModelUnwritableError(folder, refused.strerror or type(refused).__name__) from refused
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrainingBusyError from None
        _sweep(folder)
        yield


def _mark(folder: Path) -> tuple[int, ...] | None:
    """Another value means another promotion; none, that nothing was promoted. What cannot be looked at is told."""
    try:
        found = (folder / _LIVE).stat()
    except FileNotFoundError:
        return None
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


@lru_cache(maxsize=2)
def _live(folder: Path, mark: tuple[int, ...] | None) -> Live:
    shipped = Standing()
    if mark is None:
        return Live(load_model(), shipped)
    judges, _ = _pointed(folder)
    if judges is None:
        return Live(load_model(), shipped, f"{folder / _LIVE} cannot be read: let this user read it, or train again")
    if not judges.version:
        return Live(load_model(), shipped)
    if judges.beside != _shipped_version():
        return Live(load_model(), shipped, "the program came with another model since the last training: train again")
    try:
        return Live(_opened(folder, judges), judges)
    except ModelUnusableError as damaged:
        return Live(load_model(), shipped, str(damaged))


def _pointed(folder: Path) -> tuple[Standing | None, Standing | None]:
    """The model that judges, and the one before it; None for what is not known."""
    try:
        told = json.loads((folder / _LIVE).read_text(encoding="utf-8"))
        return Standing(**told["live"]), Standing(**told["before"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, None


def _point(folder: Path, judges: Standing, before: Standing | None) -> None:
    told = {"live": asdict(judges), "before": asdict(before or Standing())}
    write_whole(folder / _LIVE, json.dumps(told).encode())


def _usable(folder: Path, one: Standing) -> bool:
    if not one.version:
        return True
    with suppress(ModelUnusableError):
        return one.beside == _shipped_version() and _opened(folder, one) is not None
    return False


def _opened(folder: Path, one: Standing) -> Model:
    """The model of this version. Raises ModelUnusableError, also if the file holds another one."""
    path = folder / f"{one.version}.npz"
    model = read_model(path)
    if model.version != one.version:
        raise ModelUnusableError(path, "holds another model than its name says")
    return model


def _sweep(folder: Path) -> None:
    """Delete models that neither judge nor judged before, and what a writer left that was killed."""
    judges, before = _pointed(folder)
    kept = {_CANDIDATE, *(f"{one.version}.npz" for one in (judges, before) if one is not None)}
    unknown = judges is None and (folder / _LIVE).exists()
    for path in folder.iterdir():
        if path.suffix == UNFINISHED or (path.suffix == ".npz" and path.name not in kept and not unknown):
            path.unlink(missing_ok=True)


@cache
def _shipped_version() -> str:
    return version_of(SHIPPED.read_bytes())
