"""Mean of the weights of some results: `python teaching/mean.py --out FILE 0.5:ONE 0.3:OTHER 0.2:THIRD`.

Wortsman et al. 2022, "Model soups": turns that began from the same weights are often better together.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--out", type=Path, required=True)
    order.add_argument(
        "--last", action="append", default=[], metavar="NAME", help="a layer that is the last one's alone"
    )
    order.add_argument("parts", nargs="+", type=_part, metavar="SHARE:FILE")
    asked = order.parse_args()
    total = sum(share for share, _ in asked.parts)
    if abs(total - 1) > 1e-6:
        order.error(f"the shares add up to {total:g}: let them add up to 1")
    parts = [(share, torch.load(path)) for share, path in asked.parts]
    if unknown := set(asked.last) - {name.split(".")[0] for name in parts[-1][1]}:
        order.error(f"no such layer: {', '.join(sorted(unknown))}")
    own = {name: one for name, one in parts[-1][1].items() if name.split(".")[0] in asked.last}
    torch.save(mean(parts) | own, asked.out)


def mean(parts: Sequence[tuple[float, Mapping[str, Tensor]]]) -> dict[str, Tensor]:
    """Each number times its share. Raises ValueError if the results are of different networks."""
    shapes = [{name: one.shape for name, one in weights.items()} for _, weights in parts]
    if any(one != shapes[0] for one in shapes):
        raise ValueError("these results are of networks of different shapes")
    return {name: _mean([(share, weights[name]) for share, weights in parts]) for name in shapes[0]}


def _mean(parts: Sequence[tuple[float, Tensor]]) -> Tensor:
    first = parts[0][1]
    return torch.stack([share * one for share, one in parts]).sum(0) if first.is_floating_point() else first


def _part(text: str) -> tuple[float, Path]:
    share, _, path = text.partition(":")
    return float(share), Path(path)


if __name__ == "__main__":
    main()
