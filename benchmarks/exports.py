"""How much memory and time an export takes as its rows grow: `python benchmarks/exports.py [ROWS …]`.

Each size runs in a process of its own. Prints the peak memory of the builder (the typesetter has its own process and
sees 200 rows a table at most), the time, and the largest peak as a multiple of the smallest. Fails above 1.2.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "exports")]

from exports_builders import PASSPHRASE, column, make_about, make_holding  # noqa: E402 - found through the path above

from bot.datamap.holdings import Cell  # noqa: E402 - found through the path above
from bot.exports.package import build  # noqa: E402 - found through the path above

SIZES = (1_000, 200_000)
MOST = 1.2  # times the memory of the smallest


def rows(count: int) -> Iterator[Mapping[str, Cell]]:
    for number in range(count):
        yield {
            "klant_id": 1042,
            "datum": datetime(2026, 1, 1, 12, tzinfo=UTC),
            "bedrag": Decimal(number % 10_000) / 100,
            "omschrijving": f"Factuur {number} van Bakker Jansen, maandelijkse levering",
            "btw": number % 3 == 0,
        }


def one(count: int) -> None:
    """Build one export of so many rows and print its time and the peak memory in MiB."""
    names = ("klant_id", "datum", "bedrag", "omschrijving", "btw")
    holding = make_holding(rows(count), columns=tuple(column(name) for name in names))
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        build(Path(scratch), [holding], make_about(), PASSPHRASE, access=True, portability=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - began:.2f} {peak:.1f}")


def main(sizes: tuple[int, ...]) -> None:
    peaks = []
    print(f"{'rows':>10} {'seconds':>9} {'MiB':>8}")
    for size in sizes:
        command = [sys.executable, __file__, "--one", str(size)]
        seconds, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - ourselves
        peaks.append(float(peak))
        print(f"{size:>10,} {seconds:>9} {peak:>8}")
    ratio = max(peaks) / min(peaks)
    print(f"largest peak is {ratio:.2f} times the smallest")
    if ratio > MOST:
        sys.exit(f"memory grows with the number of rows: more than {MOST} times")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(int(sys.argv[2]))
    else:
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
