"""The network for the pieces, labels and roles of this project: with the weights of a result, or untaught."""

from __future__ import annotations

from collections.abc import Mapping

from examples import INTENTS, VALUES, Cutter
from network import WHOLE, Network, widths_of
from torch import Tensor

from bot.triage.values import WHO
from bot.triage.weights import SCORED, WRITERS


def made(cutter: Cutter, weights: Mapping[str, Tensor] | None = None, *, strict: bool = True) -> Network:
    """As wide as the weights say. Raises RuntimeError if they are of another network; not `strict`: keeps what fits."""
    widths = widths_of(weights) if weights else WHOLE
    network = Network(len(cutter.pieces), len(SCORED), len(INTENTS), VALUES, len(WHO), len(WRITERS), widths)
    if weights:
        network.load_state_dict(weights, strict=strict)
    return network
