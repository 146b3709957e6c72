"""Narrow the forward steps of a taught encoder: `python teaching/narrowed.py TAUGHT.pt --out FILE --width 1024`.

Of the numbers that a forward step passes through, those go first that the others can best stand in for; what is left is
weighed anew so that the step says as nearly as it can what it said (Frantar and Alistarh 2022, "Optimal Brain
Compression", by columns). Layer after layer, each on what the narrowed ones below it say of some of our mails.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from examples import Cutter, earlier, kept, lessons
from making import made
from network import Layer, Network
from origin import HIDDEN
from teach import Batch, by_length, padded
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody uses

MAILS = 2500  # of those it was taught on; about 150,000 pieces
SHORTEST = 60  # characters of such a mail
AT_ONCE = 16  # numbers that go before the rest is looked at anew
STEADY = 1e-4  # of the mean square of the numbers, added to each so that the sums can be solved


@dataclass(slots=True)
class Step:
    """What a layer is at work on: some mails as it sees them, and which of their pieces are mail."""

    seen: Tensor
    mask: Tensor


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("taught", type=Path)
    order.add_argument("--out", type=Path, required=True)
    order.add_argument("--width", type=int, default=1024)
    order.add_argument("--seed", type=int, default=5)
    asked = order.parse_args()
    weights, cutter = torch.load(asked.taught), Cutter()
    network = made(cutter, weights, strict=False).eval()
    for number, lost in enumerate(narrow(network, _mails(cutter, asked.seed), asked.width)):
        print(f"layer {number}: {lost:.4f} of what its forward step said is lost", flush=True)
    torch.save(network.state_dict(), asked.out)


def _mails(cutter: Cutter, seed: int) -> list[Batch]:
    before = earlier()
    own = [one for one in lessons() if not kept(one.mail, before) and len(one.mail.text) > SHORTEST]
    some = random.Random(seed).sample(own, MAILS)  # noqa: S311 - not a secret
    return [padded(batch, cutter.padding) for batch in by_length([cutter.example(one) for one in some], 32)]


@torch.inference_mode()
def narrow(network: Network, mails: Sequence[Batch], width: int) -> list[float]:
    """Narrow every layer. Returns per layer which share of what its forward step said is lost."""
    steps = [Step(network.embedded(ids, kinds), mask) for ids, kinds, mask in mails]
    return [_narrow_layer(layer, steps, width) for layer in network.layers]  # type: ignore[arg-type]


def _narrow_layer(layer: Layer, steps: Sequence[Step], width: int) -> float:
    together = torch.zeros(layer.fi.out_features, layer.fi.out_features, dtype=torch.float64)
    for step in steps:
        step.seen = layer.heard(step.seen, step.mask[:, None, None, :])
        inner = F.gelu(layer.fi(step.seen))[step.mask]
        together += (inner.T @ inner).double()
    together /= sum(int(step.mask.sum()) for step in steps)
    together += STEADY * together.diag().mean() * torch.eye(len(together))
    out = layer.fo.weight.double()
    stay = staying(together, out, width)
    among = together[stay][:, stay]
    weighed = out @ together[:, stay] @ torch.linalg.inv(among)
    layer.fi, layer.fo = _cut(layer, stay, weighed.float())
    for step in steps:
        step.seen = layer.told(step.seen)
    said = (out @ together @ out.T).trace()
    return float(1 - (weighed @ among @ weighed.T).trace() / said)


def staying(together: Tensor, out: Tensor, width: int) -> Tensor:
    """Which numbers stay. `together`: how they go together, count by count; `out`: outputs by count."""
    stay, inverse = torch.arange(len(together)), torch.linalg.inv(together)
    while len(stay) > width:
        cost = (out**2).sum(0) / inverse.diag()
        going = torch.zeros(len(stay), dtype=torch.bool)
        going[cost.argsort()[: min(AT_ONCE, len(stay) - width)]] = True
        beside = inverse[~going][:, going]
        instead = torch.linalg.solve(inverse[going][:, going], beside.T)
        out = out[:, ~going] - out[:, going] @ instead
        inverse, stay = inverse[~going][:, ~going] - beside @ instead, stay[~going]
    return stay


def _cut(layer: Layer, stay: Tensor, weighed: Tensor) -> tuple[nn.Linear, nn.Linear]:
    into, out = nn.Linear(HIDDEN, len(stay)), nn.Linear(len(stay), HIDDEN)
    into.weight.data, into.bias.data = layer.fi.weight[stay].clone(), layer.fi.bias[stay].clone()
    out.weight.data, out.bias.data = weighed, layer.fo.bias.clone()
    return into, out


if __name__ == "__main__":
    main()
