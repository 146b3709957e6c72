"""Which model judges in an installation: promotion, the way back, and what a kill, a full disk or an update leave."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.labelled import another_model

from bot.triage.errors import ModelUnwritableError, NoEarlierModelError, TrainingBusyError
from bot.triage.installed import alone, back, candidate, forget_parked, live, promote, set_aside
from bot.triage.weights import SHIPPED, load_model

SHIPPED_VERSION = load_model().version


def trained(folder: Path, name: str) -> Path:
    return another_model(candidate(folder), name)


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file can grow beyond `most` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def test_the_shipped_model_judges_until_another_is_promoted(tmp_path: Path) -> None:
    before = live(tmp_path)
    model = promote(tmp_path, trained(tmp_path, "first"))

    assert (before.model.version, before.trouble) == (SHIPPED_VERSION, "")
    assert live(tmp_path).model.version == model.version != SHIPPED_VERSION
    assert not candidate(tmp_path).exists()


def test_a_training_never_writes_to_the_shipped_model(tmp_path: Path) -> None:
    content = SHIPPED.read_bytes()

    promote(tmp_path, trained(tmp_path, "first"))
    back(tmp_path)
    promote(tmp_path, trained(tmp_path, "second"))

    assert SHIPPED.read_bytes() == content


def test_the_way_back_leads_to_the_model_before_and_again_to_this_one(tmp_path: Path) -> None:
    first = promote(tmp_path, trained(tmp_path, "first")).version
    second = promote(tmp_path, trained(tmp_path, "second")).version

    assert back(tmp_path).version == first == live(tmp_path).model.version
    assert back(tmp_path).version == second == live(tmp_path).model.version


def test_the_way_back_from_the_first_model_is_the_shipped_one(tmp_path: Path) -> None:
    promote(tmp_path, trained(tmp_path, "first"))

    assert back(tmp_path).version == SHIPPED_VERSION == live(tmp_path).model.version


def test_without_a_model_before_nothing_changes(tmp_path: Path) -> None:
    with pytest.raises(NoEarlierModelError):
        back(tmp_path)


def test_a_model_before_that_is_damaged_is_not_returned_to(tmp_path: Path) -> None:
    first = promote(tmp_path, trained(tmp_path, "first")).version
    second = promote(tmp_path, trained(tmp_path, "second")).version
    (tmp_path / f"{first}.npz").write_bytes(b"PK\x03\x04 broken")

    with pytest.raises(NoEarlierModelError):
        back(tmp_path)

    assert live(tmp_path).model.version == second


def test_no_more_than_two_models_are_kept(tmp_path: Path) -> None:
    versions = [promote(tmp_path, trained(tmp_path, str(number))).version for number in range(3)]

    assert {path.stem for path in tmp_path.glob("*.npz")} == set(versions[1:])


def aged(path: Path, made_at: datetime) -> None:
    os.utime(path, (made_at.timestamp(), made_at.timestamp()))


def test_a_model_that_does_not_judge_has_an_end_and_the_one_that_judges_has_none(tmp_path: Path) -> None:
    first, second = (promote(tmp_path, trained(tmp_path, name)).version for name in ("first", "second"))
    trained(tmp_path, "third")
    set_aside(tmp_path, {"reasons": []})
    limit = datetime(2026, 11, 27, tzinfo=UTC)
    for path in tmp_path.glob("*.npz"):
        aged(path, limit)
    assert forget_parked(tmp_path, limit) == ()

    for path in tmp_path.glob("*.npz"):
        aged(path, limit - timedelta(seconds=1))
    gone = forget_parked(tmp_path, limit)

    assert gone == tuple(sorted(("candidate", first)))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((f"{second}.npz", "live.json", "training.lock"))
    assert live(tmp_path).model.version == second
    with pytest.raises(NoEarlierModelError):
        back(tmp_path)


def test_parked_models_stay_while_a_training_runs_or_nobody_knows_which_one_judges(tmp_path: Path) -> None:
    kept = [promote(tmp_path, trained(tmp_path, name)).version for name in ("first", "second")]
    later = datetime.now(UTC) + timedelta(days=1)

    with alone(tmp_path):
        assert forget_parked(tmp_path, later) == ()
    (tmp_path / "live.json").write_text('{"live": ', encoding="utf-8")

    assert forget_parked(tmp_path, later) == ()
    assert {path.stem for path in tmp_path.glob("*.npz")} == set(kept)
    assert forget_parked(tmp_path / "nowhere", later) == ()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", None, SHIPPED.read_bytes()])
def test_a_promoted_model_that_is_damaged_leaves_the_shipped_one_to_judge(
    tmp_path: Path, content: bytes | None
) -> None:
    version = promote(tmp_path, trained(tmp_path, "first")).version
    damaged = tmp_path / f"{version}.npz"
    damaged.unlink()
    if content is not None:
        damaged.write_bytes(content)

    found = live(tmp_path)

    assert found.model.version == SHIPPED_VERSION
    assert "privacybot train" in found.trouble


def test_what_says_which_model_judges_may_be_damaged_too(tmp_path: Path) -> None:
    version = promote(tmp_path, trained(tmp_path, "first")).version
    (tmp_path / "live.json").write_text('{"live": ', encoding="utf-8")

    with alone(tmp_path):
        found = live(tmp_path)

    assert found.model.version == SHIPPED_VERSION
    assert "train again" in found.trouble
    assert (tmp_path / f"{version}.npz").exists()


def test_a_folder_of_models_that_cannot_be_looked_into_is_told_and_one_that_is_not_there_is_ordinary(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"")

    closed, absent = live(tmp_path / "file" / "models"), live(tmp_path / "nowhere")

    assert closed.model.version == absent.model.version == SHIPPED_VERSION
    assert "live.json cannot be read: let this user read it" in closed.trouble
    assert absent.trouble == ""


def test_after_an_update_with_another_model_the_shipped_one_judges(tmp_path: Path) -> None:
    promote(tmp_path, trained(tmp_path, "first"))
    told = json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))
    told["live"]["beside"] = "0123456789ab"
    (tmp_path / "live.json").write_text(json.dumps(told), encoding="utf-8")

    found = live(tmp_path)

    assert found.model.version == SHIPPED_VERSION
    assert "train again" in found.trouble


def test_a_full_disk_leaves_the_model_that_judges_as_it_was(tmp_path: Path) -> None:
    first = promote(tmp_path, trained(tmp_path, "first")).version
    fresh = trained(tmp_path, "second")

    with full_disk(1000), pytest.raises(ModelUnwritableError, match="make room"):
        promote(tmp_path, fresh)
    with full_disk(1000), pytest.raises(ModelUnwritableError, match="make room"):
        trained(tmp_path, "third")

    assert live(tmp_path).model.version == first
    assert fresh.exists()
    assert not [*tmp_path.glob("*.new")]


def test_a_training_that_is_killed_leaves_no_lock_and_its_litter_is_swept(tmp_path: Path) -> None:
    version = promote(tmp_path, trained(tmp_path, "first")).version
    script = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom bot.triage.installed import alone\n"
        "with alone(Path(sys.argv[1])):\n"
        "    Path(sys.argv[1], 'candidate.npz.1.new').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False, timeout=60)
    with alone(tmp_path):
        left = [*tmp_path.glob("*.new")]

    assert killed.returncode == -signal.SIGKILL
    assert left == []
    assert live(tmp_path).model.version == version


def test_of_two_trainings_at_once_the_second_is_refused(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(TrainingBusyError, match="wait"), alone(tmp_path):
        raise AssertionError
    with alone(tmp_path):
        assert live(tmp_path).model.version == SHIPPED_VERSION
