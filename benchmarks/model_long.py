"""The model test for a night: many long walks through the corridor, each failure with the steps that lead to it.

    .venv/bin/python benchmarks/model_long.py [--examples 300] [--steps 40]

A machine that finds nothing ends with 0. A failing walk is printed, shrunk, and ends with 1. One walk of forty steps
takes some ten seconds of one processor.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "model")]

from corners import Corners  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402 - the tests' folders had to be named first
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--examples", type=int, default=300)
    options.add_argument("--steps", type=int, default=40)
    given = options.parse_args()
    long = settings(
        max_examples=given.examples,
        stateful_step_count=given.steps,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Corners, settings=long)
    print(f"{given.examples} walks of {given.steps} steps, nothing found")


if __name__ == "__main__":
    main()
