"""What more labelled mail is worth: `python benchmarks/learning_curve.py [--parts 8 4 2 1]`.

The counting stage, the blends and the thresholds are learned from every eighth, fourth, second and each mail of every
hand, and judged on the hands that are held back. The encoder is the one that ships: it has seen them all, so the curve
is that of the words, of the blends and of the thresholds alone.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import mails  # noqa: F401 - puts the project on the path

from bot.triage.corpus import SHIPPED_CORPUS, training_files
from bot.triage.evaluation import evaluate
from bot.triage.model import load_model, train

JUDGES = ("second_voice", "ordinary_second", "mixed_blind")


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--parts", type=int, nargs="+", default=[8, 4, 2, 1], help="one mail in so many")
    order.add_argument("--judges", nargs="+", default=list(JUDGES))
    asked = order.parse_args()
    print(f"{'mails':>7}  {'hand':<16} {'exact':>6} {'seen':>6} {'left alone':>10} {'F1 of eight':>11}")
    with tempfile.TemporaryDirectory() as place:
        for part in asked.parts:
            judge(learned(Path(place) / str(part), part), asked.judges)


def learned(place: Path, part: int) -> tuple[int, Path]:
    """How many mails were learned from, and the model."""
    place.mkdir()
    count = 0
    for path in training_files(SHIPPED_CORPUS):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()][::part]
        (place / path.name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        count += len(lines)
    train(place, place / "model.npz")
    return count, place / "model.npz"


def judge(model: tuple[int, Path], hands: list[str]) -> None:
    count, path = model
    for hand in hands:
        found = evaluate(load_model(path), SHIPPED_CORPUS / f"{hand}.jsonl").as_json()
        rights = [figures["f1"] for figures in found["labels"].values()][:8]
        print(
            f"{count:>7,}  {hand:<16} {found['exact']:>6.1%} {found['requests_seen']:>6.1%} "
            f"{found['ordinary_kept']:>10.1%} {sum(rights) / len(rights):>11.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
