"""The encoder that ships, as weights to go on from: `python teaching/shipped.py --out FILE`; `teach.py --start FILE`.

What was lost when it was written in eight bits stays lost: less than one part in two hundred of a weight's range.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from examples import Cutter
from making import made
from network import HEADS
from numpy.typing import NDArray
from onnx import numpy_helper
from origin import HIDDEN
from torch import Tensor

from bot.triage.encoder import ABOUT

_KEPT_WHOLE = "taught."  # before the names of the arrays that were not made smaller
_TURNED = "_Transposed"
_PARTS = ("q", "k", "v")  # the three first steps of a layer, which are served as one


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--out", type=Path, required=True)
    order.add_argument("--served", type=Path, default=ABOUT.parent / "encoder.onnx")
    asked = order.parse_args()
    served = weights(asked.served)
    network = made(Cutter(), served)
    torch.save(network.state_dict(), asked.out)
    print(f"{asked.out}: the weights of {asked.served}")


def weights(served: Path) -> dict[str, Tensor]:
    """The arrays of a served encoder, by their names in the network that is taught."""
    arrays = dict(_arrays(onnx.load(served)))
    for name in [name for name in arrays if ".cut." in name]:
        whole = arrays.pop(name)
        for part, rows in zip(_PARTS, np.split(whole, len(_PARTS)), strict=True):
            grown = (HIDDEN // HEADS) ** 0.5 if part == "q" else 1.0
            arrays[name.replace("cut", part)] = rows * grown
    for name in [name for name in arrays if name.endswith(".level")]:
        level, step = arrays.pop(name), name.removesuffix("level") + "step"
        plain = step.replace("into.step", "fi").replace("out.step", "fo")
        arrays[f"{plain}.weight"] = arrays.pop(f"{step}.weight") * level
        arrays[f"{plain}.bias"] = arrays.pop(f"{step}.bias")
    return {name: torch.from_numpy(array.astype(np.float32)) for name, array in arrays.items()}


def _arrays(served: onnx.ModelProto) -> Iterator[tuple[str, NDArray[np.float32]]]:
    stored = {one.name: numpy_helper.to_array(one) for one in served.graph.initializer}
    for name, array in stored.items():
        plain = name.removeprefix(_KEPT_WHOLE)
        if name.endswith("_quantized") and name.startswith(_KEPT_WHOLE):
            turned = _TURNED in name
            yield plain.removesuffix("_quantized").removesuffix(_TURNED), _whole(name, stored, turned=turned)
        elif name.endswith((".weight", ".bias", ".level")) and array.dtype == np.float32:
            yield plain, array
    for step in served.graph.node:
        if step.op_type == "MatMulInteger" and step.input[1].startswith("onnx::"):
            place = step.name.strip("/").removesuffix("/MatMul_quant").replace("/", ".")
            yield f"{place}.weight", _whole(step.input[1], stored, turned=True)


def _whole(name: str, stored: dict[str, NDArray[np.float32]], *, turned: bool) -> NDArray[np.float32]:
    """Steps times their size; the arrays of products are served on their side."""
    base = name.removesuffix("_quantized")
    array = (stored[name].astype(np.float32) - stored[f"{base}_zero_point"]) * stored[f"{base}_scale"]
    return array.T if turned else array


if __name__ == "__main__":
    main()
