"""What is left for staff is whole, new, and as private as it should be."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from bot.cases.errors import RefusedActError
from bot.exports.leaving import AS_USUAL, left_at


def test_what_is_left_is_of_its_owner_alone_whatever_lay_there(tmp_path: Path) -> None:
    out = tmp_path / "dossier.zip"
    for lay_there in (out, tmp_path / "dossier.zip.part"):
        lay_there.write_bytes(b"oud")
        lay_there.chmod(0o666)

    with left_at(out) as part:
        part.write_bytes(b"nieuw")
        meanwhile = out.read_bytes()

    assert (meanwhile, out.read_bytes()) == (b"oud", b"nieuw")
    assert out.stat().st_mode & 0o777 == 0o600


def test_what_others_may_read_is_left_as_other_files_are(tmp_path: Path) -> None:
    out, other = tmp_path / "termijnen.ics", tmp_path / "other"
    other.touch()

    with left_at(out, AS_USUAL) as part:
        part.write_bytes(b"nieuw")

    assert out.stat().st_mode == other.stat().st_mode


def test_after_a_failure_the_old_file_stays_and_no_part_lies_beside_it(tmp_path: Path) -> None:
    out = tmp_path / "dossier.zip"
    out.write_bytes(b"oud")

    with suppress(KeyError), left_at(out) as part:
        part.write_bytes(b"half")
        raise KeyError("the event could not be written")

    assert out.read_bytes() == b"oud"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("place", ["nergens/dossier.zip", "map"])
def test_a_place_that_cannot_be_written_is_refused_and_nothing_lies_beside_it(tmp_path: Path, place: str) -> None:
    (tmp_path / "map").mkdir()
    refused = pytest.raises(RefusedActError, match=r"cannot be written \(.+\); name another file")

    with refused, left_at(tmp_path / place):
        pass

    assert list(tmp_path.iterdir()) == [tmp_path / "map"]
