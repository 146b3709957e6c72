"""The network as the service runs it: one mail at a time, so nothing is masked, and one step where there were three."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from network import BELOW, HEADS, Layer, Network
from origin import HIDDEN
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody uses

LOUD = 4  # numbers of a step that are turned down at most
RUNTIME = "com.microsoft"  # where the steps are named that the runtime has beside those of ONNX


class Served(nn.Module):
    """The same numbers as the network that was taught, in less time and half of the memory.

    `loudest`: per layer how loud each number gets before its forward step and within it.
    """

    def __init__(self, taught: Network, loudest: Sequence[tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.taught = taught
        self.layers = nn.ModuleList(_Layer(layer, *loud) for layer, loud in zip(taught.layers, loudest, strict=True))

    def forward(self, ids: Tensor, kinds: Tensor) -> tuple[Tensor, ...]:
        seen = self.taught.embedded(ids, kinds)
        for layer in self.layers:
            seen = layer(seen)
        return self.taught.said(seen, kinds != BELOW)


class _Attention(torch.autograd.Function):
    """Attention as one step of the runtime, of numbers whose scores are divided already."""

    @staticmethod
    def forward(_: object, asks: Tensor, asked: Tensor, tells: Tensor) -> Tensor:
        count, length, _width = asks.shape
        cut = [one.view(count, length, HEADS, -1).transpose(1, 2) for one in (asks, asked, tells)]
        return F.scaled_dot_product_attention(*cut, scale=1.0).transpose(1, 2).reshape(asks.shape)

    @staticmethod
    def symbolic(graph: Any, asks: Any, asked: Any, tells: Any) -> Any:
        heard = graph.op(f"{RUNTIME}::MultiHeadAttention", asks, asked, tells, num_heads_i=HEADS, scale_f=1.0)
        heard.setType(asks.type())
        return heard


class _Layer(nn.Module):
    """One layer whose three first steps are one, with the division of the scores taken into it."""

    def __init__(self, taught: Layer, loud_before: Tensor, loud_within: Tensor) -> None:
        super().__init__()
        self.rest = taught
        self.cut = nn.Linear(HIDDEN, 3 * HIDDEN)
        self.into, self.out = Levelled(taught.fi, loud_before), Levelled(taught.fo, loud_within)
        shrunk = (HIDDEN // HEADS) ** -0.5
        with torch.no_grad():
            for name in ("weight", "bias"):
                asks, asked, tells = (getattr(one, name) for one in (taught.q, taught.k, taught.v))
                getattr(self.cut, name).copy_(torch.cat([asks * shrunk, asked, tells]))

    def forward(self, seen: Tensor) -> Tensor:
        heard = _Attention.apply(*self.cut(seen).split(HIDDEN, -1))
        seen = self.rest.aln(seen + self.rest.ao(heard))
        return self.rest.oln(seen + self.out(F.gelu(self.into(seen))))


class Levelled(nn.Module):
    """A step whose few loudest numbers are turned down before it, and their weights up as much.

    In eight bits all numbers share one range: one of them ten times as loud as the others leaves these a tenth of it
    (Xiao et al. 2023, "SmoothQuant").
    """

    def __init__(self, taught: nn.Linear, loudest: Tensor) -> None:
        super().__init__()
        loud = (loudest / loudest.topk(LOUD + 1).values[-1]).clamp(min=1.0)
        self.level = nn.Parameter(1 / loud)
        self.step = nn.Linear(taught.in_features, taught.out_features)
        with torch.no_grad():
            self.step.weight.copy_(taught.weight * loud)
            self.step.bias.copy_(taught.bias)

    def forward(self, seen: Tensor) -> Tensor:
        return self.step(seen * self.level)


@torch.inference_mode()
def loudest(taught: Network, mails: Iterable[tuple[Tensor, Tensor]]) -> list[tuple[Tensor, Tensor]]:
    """Per layer how loud each number gets before the forward step and within it, in mails: numbers and kinds."""
    found = [(torch.zeros(HIDDEN), torch.zeros(layer.fi.out_features)) for layer in taught.layers]
    for ids, kinds in mails:
        seen, whole = taught.embedded(ids, kinds), torch.ones(1, 1, 1, ids.shape[1], dtype=torch.bool)
        for layer, (before, within) in zip(taught.layers, found, strict=True):
            seen = layer.heard(seen, whole)
            for loud, one in ((before, seen), (within, F.gelu(layer.fi(seen)))):
                torch.maximum(loud, one.abs().amax((0, 1)), out=loud)
            seen = layer.told(seen)
    return found
