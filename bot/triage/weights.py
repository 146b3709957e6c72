"""The trained model as it lies on disk and in memory: small integers, no code, nothing that could be executed."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triage.brand import TAUGHT
from bot.triage.errors import ModelUnusableError
from bot.triage.features import BUCKETS, Buckets
from bot.triage.files import write_whole
from bot.triage.labels import OTHER_PRIVACY, Intent, RequestKind, Writer

FORMAT = 6  # of the file; another number is another program's model
LABELS = (*(kind.value for kind in RequestKind), OTHER_PRIVACY)
ANY = "any"  # by counting and reading: a request or a question about privacy; in the end: a request
SCORED = (*LABELS, ANY)
RIGHTS = [place for place, label in enumerate(LABELS) if label != OTHER_PRIVACY]
"""Places of the labels by which a mail asks for a right; a question about privacy asks for none."""
INTENTS = tuple(intent.value for intent in Intent)
WRITERS = tuple(writer.value for writer in Writer)
SHIPPED = Path(__file__).parent / "data" / "model.npz"

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One linear model over buckets: a score per name. Weights are int8, `scale` per name."""

    weights: NDArray[np.int8]
    scale: Row
    bias: Row

    def scores(self, buckets: Buckets, rarity: NDArray[np.float32]) -> Row:
        """The raw scores (log-odds) of one text; the empty text scores its bias."""
        length = float(np.sqrt(np.square(rarity[buckets], dtype=np.float64).sum())) or 1.0
        summed = self.weights[buckets].sum(axis=0, dtype=np.int64)
        return np.asarray(summed * self.scale / length + self.bias, dtype=np.float64)

    def all_scores(self, texts: Sequence[Buckets], rarity: NDArray[np.float32]) -> Row:
        """The same for many texts at once, a row for each."""
        sizes = np.array([len(one) for one in texts], dtype=np.int64)
        starts, spoken = np.cumsum(sizes) - sizes, sizes > 0
        summed, squared = np.zeros((len(sizes), len(self.bias)), dtype=np.int64), np.ones(len(sizes))
        if spoken.any():
            every = np.concatenate(texts)
            rare = np.square(rarity[every], dtype=np.float64)
            summed[spoken] = np.add.reduceat(self.weights[every], starts[spoken], axis=0, dtype=np.int64)
            squared[spoken] = np.add.reduceat(rare, starts[spoken])
        length = np.sqrt(np.where(squared > 0, squared, 1.0))
        return np.asarray(summed * self.scale / length[:, None] + self.bias, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Two lines per label: from `decided` on it counts; between `doubt` and `decided` a person looks."""

    decided: float
    doubt: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything triage learned. `rarity` is the weight of each bucket before training (0: never seen)."""

    rarity: NDArray[np.float32]
    whole: Layer  # the mail as one text
    single: Layer  # one sentence
    intent: Layer
    writer: Layer
    blend: Row  # per scored label a row of weights over the evidence, bias last
    second: Row  # the same per label over what both stages say
    doubt: Row  # one such row: whether the mail asks for any right
    skip: float  # chance of any request by counting, below which the encoder is not asked
    thresholds: Mapping[str, Thresholds]
    about: Mapping[str, Any]  # format, digest of the corpus, counts
    version: str = ""  # short digest of the file it was read from
    brand: str = TAUGHT  # how customers call the company that reads


def save(model: Model, out: Path) -> None:
    """Write the model; the same model gives the same bytes. Raises ModelUnwritableError."""
    arrays: dict[str, NDArray[Any]] = {
        "rarity": model.rarity.astype(np.float16),
        "blend": model.blend,
        "second": model.second,
        "doubt": model.doubt,
    }
    for name in ("whole", "single", "intent", "writer"):
        layer: Layer = getattr(model, name)
        arrays[f"{name}_weights"] = np.ascontiguousarray(layer.weights.T)  # compresses better by name than by bucket
        arrays[f"{name}_scale"] = layer.scale
        arrays[f"{name}_bias"] = layer.bias
    limits = {name: [limit.decided, limit.doubt] for name, limit in model.thresholds.items()}
    text = json.dumps({"about": dict(model.about), "skip": model.skip, "thresholds": limits}, sort_keys=True)
    arrays["meta"] = np.frombuffer(text.encode(), dtype=np.uint8)
    written = io.BytesIO()
    np.savez_compressed(written, allow_pickle=False, **arrays)
    write_whole(out, written.getvalue())


def load_model(path: Path | None = None) -> Model:
    """The model in `path`, or the one that ships with the package. Read once per process."""
    return _loaded(path or SHIPPED)


def version_of(content: bytes) -> str:
    """What a model file is called in events and by its own name."""
    return hashlib.sha256(content).hexdigest()[:12]


@lru_cache(maxsize=4)
def _loaded(path: Path) -> Model:
    return read_model(path)


_DAMAGED = (
    *(OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
"""What numpy and zipfile raise on a file that is not as it was written; NotImplementedError is a RuntimeError."""


def read_model(path: Path) -> Model:
    """The model as it lies there now. Raises ModelUnusableError."""
    try:
        raw = path.read_bytes()
        with np.load(io.BytesIO(raw), allow_pickle=False) as arrays:
            return replace(_model(arrays, path), version=version_of(raw))
    except FileNotFoundError as missing:
        raise ModelUnusableError(path, "is missing") from missing
    except _DAMAGED as damaged:
        raise ModelUnusableError(path, "cannot be read") from damaged


def _model(arrays: Mapping[str, NDArray[Any]], path: Path) -> Model:
    meta = json.loads(bytes(arrays["meta"]))
    if meta["about"]["format"] != FORMAT:
        raise ModelUnusableError(path, f"has format {meta['about']['format']} where {FORMAT} is read")
    model = Model(
        rarity=arrays["rarity"].astype(np.float32),
        whole=_layer(arrays, "whole"),
        single=_layer(arrays, "single"),
        intent=_layer(arrays, "intent"),
        writer=_layer(arrays, "writer"),
        blend=arrays["blend"],
        second=arrays["second"],
        doubt=arrays["doubt"],
        skip=float(meta["skip"]),
        thresholds={name: Thresholds(*pair) for name, pair in meta["thresholds"].items()},
        about=meta["about"],
    )
    if model.rarity.shape != (BUCKETS,) or model.whole.weights.shape != (BUCKETS, len(SCORED)):
        raise ModelUnusableError(path, "has another size than this program reads")
    return model


def _layer(arrays: Mapping[str, NDArray[Any]], name: str) -> Layer:
    weights = np.ascontiguousarray(arrays[f"{name}_weights"].T)
    return Layer(weights, arrays[f"{name}_scale"], arrays[f"{name}_bias"])
