"""The cage: child processes in which hostile bytes are taken apart, with limits on time and memory.

A child is a fresh interpreter of its own, with none of our environment, sockets or secrets. It works on one mail at a
time. Whatever goes wrong in it marks that one mail only; the next mail gets a child that is well.
"""

from __future__ import annotations

import asyncio
import io
import math
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, is_dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Generic, TypeVar, cast

from bot.settings import ParsingSettings

T = TypeVar("T")

TOO_LONG = "took too long"
OUT_OF_MEMORY = "out of memory"
CRASHED = "crashed"

_SLOW_SECONDS = 0.5  # of processor time; nearly all mail takes a tenth of that
_SLOW_LOOKS = 3  # times that a child that was kept from the processor is let off
_BUSY = 0.8  # share of that time from which a child counts as at work all along
_SLOW_NICE = 10
_START_SECONDS = 60.0  # for the interpreter, the imports and `warm`
_MAX_ANSWER = 64 * 1024 * 1024  # bytes
_LENGTH = struct.Struct(">Q")
_TASK, _CAREFUL = b"\0", b"\1"


@dataclass(frozen=True, slots=True)
class Caged:
    """No answer for this mail. `reason` is one of three: "took too long", "out of memory", "crashed"."""

    reason: str
    detail: str = ""  # the name of an exception class; never its text


class CageError(Exception):
    """A child could not be started: the installation is at fault, not a mail."""


class Cage(Generic[T]):
    """A pool of children that start when first needed and are replaced after a kill or `replace_after` mails.

    `task` is a picklable callable from a module (a function, or a `partial` of one); `warm` runs once in each child,
    before its limits, to load what the task needs. Answers are dataclasses, enums and plain values.

    `careful` is the same task with less to go wrong: it gets a mail on which `task` came to grief, in a fresh child.
    """

    def __init__(
        self,
        task: Callable[[bytes], T],
        settings: ParsingSettings,
        warm: Callable[[], None] | None = None,
        careful: Callable[[bytes], T] | None = None,
    ) -> None:
        self._order = pickle.dumps(((task, careful or task), warm, settings.seconds, settings.memory_mb))
        self._second_chance = careful is not None
        self._settings = settings
        self._free = asyncio.Semaphore(settings.processes)
        self._spare = _Spare(settings.processes)
        self._idle: list[_Child] = []
        self._closed = False

    async def __aenter__(self) -> Cage[T]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def run(self, raw: bytes, slow: Callable[[], None] | None = None) -> T | Caged:
        """What `task` makes of the bytes, or why it did not. Raises CageError if no child can be started.

        `slow` is called if the mail keeps its child longer than mail does; another child then takes its place, as
        long as there are not too many.
        """
        answer = await self._run(_TASK, raw, slow)
        if not (self._second_chance and isinstance(answer, Caged)):
            return answer
        return await self._run(_CAREFUL, raw, None if answer.reason == TOO_LONG else slow)

    async def _run(self, which: bytes, raw: bytes, slow: Callable[[], None] | None) -> T | Caged:
        async with _Place(self._free, self._spare) as place:
            child = await self._well_child()
            place.call_when_slow(child, slow)
            try:
                answer = await child.answer(which, raw, self._settings.seconds)
            finally:
                place.hush()
                await self._put_back(child)
            return cast("T | Caged", answer)

    async def close(self) -> None:
        """End all idle children; those at work end with their mail."""
        self._closed = True
        while self._idle:
            await self._idle.pop().end()

    async def _well_child(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.alive:
                return child
            await child.end()
        return await _Child.started(self._order)

    async def _put_back(self, child: _Child) -> None:
        wanted = not self._closed and len(self._idle) < self._settings.processes
        if child.alive and wanted and child.served < self._settings.replace_after:
            self._idle.append(child)
        else:
            await child.end()


class _Spare:
    """How many more slow mails may each have a child beyond the ordinary ones."""

    def __init__(self, count: int) -> None:
        self._left = count

    def take(self) -> bool:
        taken = self._left > 0
        self._left -= taken
        return taken

    def release(self) -> None:
        self._left += 1


class _Place:
    """One mail's place among those that are taken apart at the same time; given up early by a mail that is slow."""

    def __init__(self, free: asyncio.Semaphore, spare: _Spare) -> None:
        self._free = free
        self._spare = spare
        self._mine: asyncio.Semaphore | _Spare = free
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> _Place:
        await self._free.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._mine.release()

    def call_when_slow(self, child: _Child, slow: Callable[[], None] | None) -> None:
        """Give way once the child has worked for long; one kept from the processor is let off for a while."""
        self._look_later(child, slow, child.worked(), _SLOW_LOOKS)

    def _look_later(self, child: _Child, slow: Callable[[], None] | None, before: float, looks: int) -> None:
        self._timer = asyncio.get_running_loop().call_later(_SLOW_SECONDS, self._look, child, slow, before, looks)

    def _look(self, child: _Child, slow: Callable[[], None] | None, before: float, looks: int) -> None:
        if looks > 1 and child.worked() - before < _SLOW_SECONDS * _BUSY:
            self._look_later(child, slow, before, looks - 1)
        else:
            self._give_way(child, slow)

    def hush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _give_way(self, child: _Child, slow: Callable[[], None] | None) -> None:
        child.stand_back()
        if self._spare.take():
            self._mine = self._spare
            self._free.release()
        if slow is not None:
            slow()


class _Child:
    """The parent's side of one child. After a failure of any kind it is not used again."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._spoiled = False
        self._last = False
        self.served = 0

    @classmethod
    async def started(cls, order: bytes) -> _Child:
        """A child that has loaded its task. Raises CageError."""
        try:
            child = cls(await _fresh_interpreter())
        except OSError as failure:
            raise CageError("no child process can be started for parsing mail") from failure
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child._exchange(order)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as failure:
            await child.end()
            raise CageError("the child process for parsing mail does not start") from failure
        except BaseException:
            await child.end()
            raise
        return child

    @property
    def alive(self) -> bool:
        """May the next mail go to this child?"""
        return not (self._spoiled or self._last) and self._process.returncode is None

    async def answer(self, which: bytes, raw: bytes, seconds: float) -> object:
        """The task's answer or Caged. A child that is interrupted, by failure or cancellation, is spoiled."""
        self._spoiled, self.served = True, self.served + 1
        try:
            async with asyncio.timeout(seconds):
                answer = _Answers(io.BytesIO(await self._exchange(raw, which))).load()
        except TimeoutError:
            return Caged(TOO_LONG)
        except pickle.UnpicklingError as failure:
            return Caged(CRASHED, type(failure).__name__)
        except (OSError, asyncio.IncompleteReadError):
            return Caged(await self._cause_of_death())
        self._spoiled = isinstance(answer, Caged) and answer.reason == OUT_OF_MEMORY
        return answer

    def worked(self) -> float:
        """Seconds of processor time that it has had; without limit where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return math.inf
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime and stime

    def stand_back(self) -> None:
        """Let others have the processor first. That cannot be taken back, so it gets no further mail."""
        self._last = True
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _SLOW_NICE)

    async def _exchange(self, message: bytes, which: bytes = b"") -> bytes:
        writer, reader = self._process.stdin, self._process.stdout
        assert writer is not None
        assert reader is not None
        writer.write(_LENGTH.pack(len(which) + len(message)) + which + message)
        await writer.drain()
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > _MAX_ANSWER:
            raise OSError("the child says more than an answer can hold")
        return await reader.readexactly(length)

    async def _cause_of_death(self) -> str:
        await self.end()
        out_of_time = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGALRM")}
        return TOO_LONG if self._process.returncode in out_of_time else CRASHED

    async def end(self) -> None:
        """Kill it, if it lives, and wait until it is gone and its pipes are closed."""
        self._spoiled = True
        with suppress(ProcessLookupError):
            self._process.kill()
        await asyncio.shield(self._process.communicate())  # a second cancellation must not leave pipes open


async def _fresh_interpreter() -> asyncio.subprocess.Process:
    """A child with our import path and nothing else of ours: no secrets in its environment, no open sockets."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        "import sys; sys.path[:] = sys.argv[1:]; from bot.mail.cage import serve; serve()",
        *map(os.path.abspath, sys.path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback would quote the mail
        env={name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ},
        start_new_session=True,  # Ctrl-C in our terminal is for the parent
    )


class _Answers(pickle.Unpickler):
    """Reads what a child says. It worked on hostile bytes, so it may only name values, never things that act."""

    _PLAIN = frozenset(
        {
            ("datetime", "datetime"),
            ("datetime", "date"),
            ("datetime", "timedelta"),
            ("datetime", "timezone"),
            ("decimal", "Decimal"),
            ("builtins", "set"),
            ("builtins", "frozenset"),
            ("builtins", "bytearray"),
        }
    )

    def find_class(self, module: str, name: str) -> object:
        if module not in sys.modules:  # nothing is imported because a child says so
            raise pickle.UnpicklingError(f"{module} is not loaded")
        found: object = super().find_class(module, name)
        if (
            (module, name) in self._PLAIN
            or is_dataclass(found)
            or (isinstance(found, type) and issubclass(found, Enum))
        ):
            return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a value")


# The child's side


def serve() -> None:
    """The life of a child: learn the task, then one mail after the other until the parent hangs up."""
    mails, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever prints must not break the answers
    order = _received(mails)
    if order is None:
        return
    tasks, warm, seconds, memory_mb = pickle.loads(order)  # noqa: S301 - from our parent
    if warm is not None:
        warm()
    _limit_memory(memory_mb)
    _send(answers, b"")
    while (raw := _received(mails)) is not None:
        _limit_time(seconds)
        _send(answers, _answer(tasks[raw[0]], raw[1:]))
        signal.alarm(0)


def _answer(task: Callable[[bytes], object], raw: bytes) -> bytes:
    try:
        return pickle.dumps(task(raw))
    except MemoryError:
        return pickle.dumps(Caged(OUT_OF_MEMORY))
    except Exception as failure:
        return pickle.dumps(Caged(CRASHED, type(failure).__name__))


def _received(pipe: BinaryIO) -> bytes | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def _limit_memory(memory_mb: int) -> None:
    """So much on top of what the loaded task already has. Linux only: elsewhere the wall clock must do."""
    if sys.platform != "linux":
        return
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Processor time for the next mail on top of what is used; and an alarm, in case nobody is left to kill us."""
    allowance = math.ceil(seconds)
    signal.alarm(allowance + 5)
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + allowance
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
