"""The cage, with real children that loop, eat, die and sleep."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from caged_tasks import echo, obey, warm

from bot.mail.cage import Cage, Caged, CageError
from bot.settings import ParsingSettings

LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="memory limits are Linux's")


def settings(**changes: object) -> ParsingSettings:
    return ParsingSettings.model_validate({"seconds": 1.0, "memory_mb": 256, **changes})


async def eventually(true: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    """No such process, or only its name on a list that nobody has read yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may end between opening and reading
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        return False


async def test_the_same_child_answers_mail_after_mail_until_it_is_replaced() -> None:
    async with Cage(echo, settings(replace_after=3)) as cage:
        answers = [await cage.run(b"%d" % number) for number in range(5)]

    assert [raw for raw, _ in answers] == [b"0", b"1", b"2", b"3", b"4"]
    pids = [pid for _, pid in answers]
    assert pids[0] == pids[1] == pids[2] != pids[3] == pids[4]
    assert os.getpid() not in pids


@pytest.mark.parametrize(
    ("mail", "caged"),
    [
        (b"loop", Caged("took too long")),
        (b"sleep", Caged("took too long")),
        pytest.param(b"hog", Caged("out of memory"), marks=LINUX_ONLY),
        (b"exit", Caged("crashed")),
        (b"raise", Caged("crashed", "ValueError")),
        (b"function", Caged("crashed", "UnpicklingError")),
    ],
)
async def test_a_hostile_mail_is_marked_and_the_next_mail_goes_on(mail: bytes, caged: Caged) -> None:
    async with Cage(obey, settings()) as cage:
        marked = await cage.run(mail)
        after = await cage.run(b"hallo")

    assert marked == caged
    assert isinstance(after, tuple)
    assert after[0] == b"hallo"


async def test_a_slow_mail_is_told_of_and_gives_its_place_to_the_next() -> None:
    async with Cage(obey, settings(processes=1, seconds=3.0)) as cage:
        slow = asyncio.Event()
        loop = asyncio.create_task(cage.run(b"loop", slow.set))
        await asyncio.sleep(0)  # it is the first in line

        after = await cage.run(b"hallo")

        assert (after[0], slow.is_set(), loop.done()) == (b"hallo", True, False)
        assert await loop == Caged("took too long")
        assert (await cage.run(b"daarna"))[0] == b"daarna"


async def test_a_mail_that_others_keep_from_the_processor_keeps_its_child() -> None:
    async with Cage(obey, settings(processes=1)) as cage:
        slow = asyncio.Event()

        napped = await cage.run(b"nap", slow.set)
        after = await cage.run(b"hallo")

    assert not slow.is_set()
    assert napped[1] == after[1]


async def test_with_two_children_a_loop_in_one_leaves_the_mail_in_the_other_alone() -> None:
    async with Cage(obey, settings(processes=2)) as cage:
        loop, *others = await asyncio.gather(cage.run(b"loop"), *(cage.run(b"%d" % number) for number in range(6)))

    assert loop == Caged("took too long")
    assert [answer[0] for answer in others] == [b"0", b"1", b"2", b"3", b"4", b"5"]


async def test_a_task_that_prints_does_not_break_its_answer() -> None:
    async with Cage(obey, settings()) as cage:
        answer = await cage.run(b"print")

    assert answer[0] == b"print"


async def test_a_child_that_died_between_two_mails_costs_no_mail() -> None:
    async with Cage(echo, settings()) as cage:
        _, pid = await cage.run(b"eerst")
        os.kill(pid, signal.SIGKILL)
        await eventually(lambda: not cage._idle[0].alive)
        answer, other = await cage.run(b"daarna")

    assert answer == b"daarna"
    assert other != pid


async def test_a_child_has_none_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVACYBOT_VAULT_KEY", "geheim")

    async with Cage(obey, settings()) as cage:
        environment = await cage.run(b"environment")

    assert isinstance(environment, dict)
    assert "PRIVACYBOT_VAULT_KEY" not in environment
    assert "geheim" not in environment.values()


async def test_warming_happens_once_in_a_child() -> None:
    async with Cage(obey, settings(), warm) as cage:
        await cage.run(b"hallo")
        warmed = await cage.run(b"warmed")

    assert warmed == ["warm"]


async def test_cancelling_a_mail_ends_its_child_and_frees_its_place(tmp_path: Path) -> None:
    begun = tmp_path / "begonnen"
    async with Cage(obey, settings(seconds=30)) as cage:
        _, pid = await cage.run(b"hallo")
        running = asyncio.create_task(cage.run(b"note " + str(begun).encode()))
        await eventually(begun.exists)

        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        after = await cage.run(b"daarna")

    assert gone(pid)
    assert after[0] == b"daarna"


async def test_cancelling_twice_leaves_neither_a_child_nor_an_open_pipe(tmp_path: Path) -> None:
    begun = tmp_path / "begonnen"
    async with Cage(obey, settings(seconds=30)) as cage:
        _, pid = await cage.run(b"hallo")
        running = asyncio.create_task(cage.run(b"note " + str(begun).encode()))
        await eventually(begun.exists)

        running.cancel()
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await eventually(lambda: gone(pid))
        after = await cage.run(b"daarna")

    assert after[0] == b"daarna"


async def test_a_mail_that_waits_for_a_child_can_be_cancelled() -> None:
    async with Cage(obey, settings(seconds=2)) as cage:
        busy = asyncio.create_task(cage.run(b"sleep"))
        waiting = asyncio.create_task(cage.run(b"wacht"))
        await asyncio.sleep(0)

        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert await busy == Caged("took too long")
        assert (await cage.run(b"daarna"))[0] == b"daarna"


async def test_no_child_is_left_after_closing() -> None:
    cage = Cage(echo, settings(processes=2))
    answers = await asyncio.gather(cage.run(b"een"), cage.run(b"twee"))

    await cage.close()

    assert all(gone(pid) for _, pid in answers)


async def test_an_unused_cage_starts_nothing_and_closes_quietly() -> None:
    async with Cage(echo, settings()) as cage:
        assert cage._idle == []


async def test_a_task_that_cannot_be_loaded_is_a_fault_of_the_installation() -> None:
    async with Cage(echo, settings(), _unloadable) as cage:
        with pytest.raises(CageError):
            await cage.run(b"hallo")


def _unloadable() -> None:
    """Lives in a test module that refuses to run."""
    raise RuntimeError


@pytest.mark.skipif(sys.platform != "linux", reason="looks in /proc")
async def test_children_end_by_themselves_when_the_parent_is_killed(tmp_path: Path) -> None:
    begun = tmp_path / "pid"
    program = f"""
import asyncio, sys
sys.path[:] = {sys.path!r}
from caged_tasks import echo
from bot.mail.cage import Cage
from bot.settings import ParsingSettings
async def main():
    cage = Cage(echo, ParsingSettings())
    _, pid = await cage.run(b"hallo")
    open({str(begun)!r}, "w").write(str(pid) + "\\n")
    await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program]) as parent:
        await eventually(lambda: begun.exists() and begun.read_text().endswith("\n"))
        child = int(begun.read_text())
        assert not gone(child)

        parent.kill()

    await eventually(lambda: gone(child))


async def test_a_mail_on_which_the_task_came_to_grief_is_given_to_the_careful_one() -> None:
    async with Cage(obey, settings(), careful=echo) as cage:
        answers = [await cage.run(order) for order in (b"exit now", b"hog", b"raise")]

    assert [answer[0] for answer in answers if isinstance(answer, tuple)] == [b"exit now", b"hog", b"raise"]
