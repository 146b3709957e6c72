"""Teach the encoder: `python teaching/teach.py --out FILE [--start FILE] [--rounds 5]`. See README.md beside it."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from examples import VALUES, Cutter, Example, as_replied, earlier, kept, lessons, styled
from making import made
from network import BELOW, Network
from numpy.typing import NDArray
from origin import HIDDEN, begin_with, origin
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - the name that everybody uses

from bot.triage.values import WHO
from bot.triage.weights import SCORED, WRITERS

LOWER = 6  # layers that are taught more slowly than those above, or not at all
LOWER_RATE = 0.6  # how much more slowly
WORDS_RATE = 0.6  # how much more slowly what each piece is by itself is taught, with `--words`
BATCH = 16
POOL = 40  # batches whose mails are sorted by length together
WORDS_DROPPED = 0.06
WARM = 0.06  # share of the steps in which the learning rate rises
HEADS_RATE = 1e-3
INTENTS_MATTER = 0.5
AGREEMENT_MATTERS = 1.0
WRITERS_MATTER = 0.5
VALUES_MATTER = 8.0  # few pieces of few mails are values: their part of the loss
VALUE_WEIGHT = 3.0  # of a piece that is a value beside one that is none
ROLES_WEIGH = torch.tensor([{"subject": 1.0, "agent": 3.0, "third_party": 4.0}.get(name, 6.0) for name in WRITERS])
SEEN = 0.985  # share of the requests that is seen where ordinary mail left alone is counted
SAID_OFTEN = 50  # steps between two lines of progress
Batch = tuple[Tensor, Tensor, Tensor]


def main() -> None:
    order = argparse.ArgumentParser(description=__doc__)
    order.add_argument("--out", type=Path, required=True)
    order.add_argument("--start", type=Path, help="go on from this result instead of from the origin")
    order.add_argument("--rounds", type=float, default=5)
    order.add_argument("--rate", type=float, default=2e-4)
    order.add_argument("--frozen", type=int, default=LOWER, help="layers that stay as they came")
    order.add_argument("--words", action="store_true", help="teach what each piece is by itself too")
    order.add_argument(
        "--fresh",
        type=int,
        default=2,
        help="how often the mails of new hands, and replies with several intents, are shown in a round",
    )
    order.add_argument("--share", type=float, default=1.0, help="of the mails of earlier hands that are shown")
    order.add_argument("--seed", type=int, default=1)
    asked = order.parse_args()
    if asked.words and asked.frozen:
        order.error("--words teaches what lies below all layers: add --frozen 0")
    fate = random.Random(asked.seed)  # noqa: S311 - not a secret
    random.seed(asked.seed)
    torch.manual_seed(asked.seed)
    cutter = Cutter()
    network = made(cutter, torch.load(asked.start) if asked.start else None, strict=False)
    network.frozen, network.words = asked.frozen, asked.words
    if not asked.start:
        begin_with(network, cutter.pieces, origin())
    before, whole = earlier(), list(lessons())
    own = [one for one in whole if not kept(one.mail, before)]
    own = [one for one in own if one.mail.hand not in before.hands or fate.random() < asked.share]
    rare = {one.mail.id for one in own if one.mail.hand not in before.hands or len(one.mail.intents) > 1}
    shown = [one for one in own for _ in range(asked.fresh if one.mail.id in rare else 1)]
    taught = [cutter.example(styled(as_replied(one, fate), fate)) for one in shown]
    judges = [cutter.example(one) for one in whole if kept(one.mail, before)]
    print(f"{len(taught)} mails and sentences to learn from, {len(judges)} to judge by", flush=True)
    if not asked.words:
        lower(network, taught + judges, cutter.padding)
    for number in teach(network, taught, asked.rounds, asked.rate):
        print(f"round {number}: {judged(network, judges)}", flush=True)
        torch.save(network.state_dict(), asked.out)


def lower(network: Network, examples: Sequence[Example], padding: int) -> None:
    """Run the layers that stay as they are once, for all rounds."""
    network.eval()
    for some in by_length(examples, 32):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            ids, kinds, mask = padded(some, padding)
            seen = network.lower(ids, kinds, mask, network.frozen).to(torch.bfloat16)
        for one, row in zip(some, seen, strict=True):
            one.lower = row[: len(one.ids)].clone()


def padded(examples: Sequence[Example], padding: int) -> Batch:
    """Numbers, kinds and mask of some mails, as long as the longest."""
    longest = max(len(one.ids) for one in examples)
    ids = np.full((len(examples), longest), padding)
    kinds, mask = np.zeros_like(ids), np.zeros(ids.shape, bool)
    for row, one in enumerate(examples):
        length = len(one.ids)
        ids[row, :length], kinds[row, :length], mask[row, :length] = one.ids, one.kinds, True
    return torch.from_numpy(ids), torch.from_numpy(kinds), torch.from_numpy(mask)


def upper(network: Network, examples: Sequence[Example], times: int = 1) -> tuple[Tensor, ...]:
    """What the network says, from the layers that stay as they are on.

    While it is taught some pieces are blanked above the lower layers; so these are run once, however many `times` the
    mails are read.
    """
    ids, kinds, mask = padded(examples, 0)
    seen = network.embedded(ids, kinds) if network.words else _below(examples, kinds)
    with torch.autocast("cpu", torch.bfloat16):
        for layer in network.layers[network.frozen : LOWER]:
            seen = layer(seen, mask[:, None, None, :])
        seen, kinds, mask = (torch.cat([one] * times) for one in (seen, kinds, mask))
        if network.training:
            seen = seen * (torch.rand(*kinds.shape, 1) > WORDS_DROPPED)
        for layer in network.layers[max(network.frozen, LOWER) :]:
            seen = layer(seen, mask[:, None, None, :])
        return tuple(one.float() for one in network.said(seen.float(), mask & (kinds != BELOW)))


def _below(examples: Sequence[Example], kinds: Tensor) -> Tensor:
    """What the layers that stay as they are made of the mails."""
    seen = torch.zeros(*kinds.shape, HIDDEN)
    for row, one in enumerate(examples):
        assert isinstance(one.lower, Tensor)
        seen[row, : len(one.ids)] = one.lower.float()
    return seen


def teach(network: Network, taught: list[Example], rounds: float, rate: float) -> Iterator[int]:
    """Teach, and yield after every round."""
    heads = [p for name, p in network.named_parameters() if name.split(".")[0] in _HEADS]
    words = [p for one in (network.word, network.place, network.kind, network.level) for p in one.parameters()]
    words = words if network.words else []
    below = [p for layer in network.layers[network.frozen : LOWER] for p in layer.parameters()]
    above = [p for layer in network.layers[LOWER:] for p in layer.parameters()]
    groups = [(words, rate * WORDS_RATE), (below, rate * LOWER_RATE), (above, rate), (heads, min(HEADS_RATE, 5 * rate))]
    learner = torch.optim.AdamW([{"params": some, "lr": speed} for some, speed in groups if some], weight_decay=0.01)
    rates = [group["lr"] for group in learner.param_groups]
    steps, step, lost, began = int(rounds * len(taught) / BATCH), 0, 0.0, time.monotonic()
    number = 0
    while step < steps:
        number += 1
        network.train()
        network.layers[:LOWER].eval()  # nothing dropped: they are run once for both readings
        for some in _shuffled(taught):
            if step >= steps:
                break
            share = step / steps
            for group, most in zip(learner.param_groups, rates, strict=True):
                group["lr"] = most * min(1.0, share / WARM) * (1 - share)
            loss = loss_twice(network, some)
            learner.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(words + below + above + heads, 1.0)
            learner.step()
            step, lost = step + 1, lost + loss.item()
            if step % SAID_OFTEN == 0:
                print(f"{step}/{steps} {lost / SAID_OFTEN:.3f} {time.monotonic() - began:.0f}s", flush=True)
                lost = 0.0
        yield number


_HEADS = frozenset({"of_piece", "of_mail", "hidden", "intent", "value", "who", "writer"})


def loss_twice(network: Network, some: Sequence[Example]) -> Tensor:
    """The loss of mails that are read twice with other parts blanked, and of the two readings as they differ.

    Liang et al. 2021, "R-Drop". It costs twice the time; replies and values gain by it.
    """
    said = upper(network, some, times=2)
    first, second = zip(*(one.split(len(some)) for one in said), strict=True)
    return lesson_loss([*some, *some], said) + AGREEMENT_MATTERS * _disagreement(some, first, second)


def _disagreement(some: Sequence[Example], first: tuple[Tensor, ...], second: tuple[Tensor, ...]) -> Tensor:
    """How far two readings lie apart in the labels of mails and pieces, and in the intents of replies."""
    of_mail, of_piece = (
        ((one.sigmoid() - other.sigmoid()) * (one - other)).mean()
        for one, other in zip(first[:2], second[:2], strict=True)
    )
    one, other = first[2], second[2]
    in_case = torch.tensor([each.in_case for each in some])
    replies = ((one.sigmoid() - other.sigmoid()) * (one - other)).sum(1)
    return 5 * of_mail + 2 * of_piece + INTENTS_MATTER * (replies * in_case).sum() / in_case.sum().clamp(min=1)


def lesson_loss(some: Sequence[Example], said: tuple[Tensor, ...]) -> Tensor:
    """Labels of the mail (one that holds counts double), of the pieces, intents of replies, values of corrections."""
    of_mail, of_piece, intents, values, who, writers = said
    longest = of_piece.shape[1]
    known = _stack([one.known for one in some], longest)
    labels = torch.from_numpy(np.stack([one.labels for one in some]))
    double = torch.full((len(SCORED),), 2.0)
    loss = 5 * F.binary_cross_entropy_with_logits(of_mail, labels, pos_weight=double)
    pieces = F.binary_cross_entropy_with_logits(
        of_piece, _stack([one.of_piece for one in some], longest), reduction="none"
    )
    loss = loss + 2 * (pieces.mean(-1) * known).sum() / known.sum().clamp(min=1)
    loss = loss + INTENTS_MATTER * _intents_loss(intents, some) + WRITERS_MATTER * _writers_loss(writers, some)
    marked = _marked_loss(values, [(one.values, one.values_known) for one in some])
    return loss + marked + _marked_loss(who, [(one.who, one.who_known) for one in some])


def _intents_loss(said: Tensor, some: Sequence[Example]) -> Tensor:
    """Every intent that is meant above nought, and every other below it: one reply in three has two or three.

    Su et al. 2022, "ZLPR": a softmax over any number of labels.
    """
    in_case = torch.tensor([one.in_case for one in some])
    meant = torch.from_numpy(np.stack([one.intents for one in some])) > 0
    nought = torch.zeros(len(some), 1)
    others = torch.logsumexp(torch.cat([nought, said.masked_fill(meant, -1e4)], 1), 1)
    those = torch.logsumexp(torch.cat([nought, (-said).masked_fill(~meant, -1e4)], 1), 1)
    return ((others + those) * in_case).sum() / in_case.sum().clamp(min=1)


def _writers_loss(said: Tensor, some: Sequence[Example]) -> Tensor:
    """Who writes about himself is in nine mails of ten: the rare roles count for more."""
    true = torch.tensor([one.writer for one in some])
    each = F.cross_entropy(said, true, ROLES_WEIGH, ignore_index=-1, reduction="none")
    return each.sum() / (true >= 0).sum().clamp(min=1)


def _marked_loss(said: Tensor, rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]]) -> Tensor:
    """What each piece is a part of, where that is known."""
    longest = said.shape[1]
    true, known = (_stack([row[which] for row in rows], longest) for which in (0, 1))
    each = F.cross_entropy(said.transpose(1, 2), true, reduction="none") * known
    heavy = 1 + (VALUE_WEIGHT - 1) * (true > 0).float()
    return VALUES_MATTER * (each * heavy).sum() / known.sum().clamp(min=1)


def _stack(rows: Sequence[np.ndarray], longest: int) -> Tensor:  # type: ignore[type-arg]
    whole = np.zeros((len(rows), longest, *rows[0].shape[1:]), rows[0].dtype)
    for number, row in enumerate(rows):
        whole[number, : len(row)] = row
    return torch.from_numpy(whole)


def judged(network: Network, judges: Sequence[Example]) -> str:
    """F1 of the eight rights, exact label sets, ordinary mail left alone, intents, pieces of values and of names."""
    network.eval()
    exact, pieces, names = 0, np.zeros(3, int), np.zeros(3, int)
    understood: list[bool] = []
    roles: list[tuple[int, int]] = []  # true, said
    hits, claims, truths = (np.zeros(len(SCORED)) for _ in range(3))
    asking: list[float] = []
    ordinary: list[float] = []
    for some in by_length(judges, 32):
        with torch.no_grad():
            of_mail, _, intents, values, who, writers = upper(network, some)
        roles += [
            pair for pair in zip([one.writer for one in some], writers.argmax(1).tolist(), strict=True) if pair[0] >= 0
        ]
        read = ((intents > 0) | (intents == intents.max(1, keepdim=True).values)).numpy()
        understood += [
            bool((row == (one.intents > 0)).all()) for one, row in zip(some, read, strict=True) if one.in_case
        ]
        found = (of_mail > 0).numpy()
        labels = np.stack([one.labels for one in some]) > 0
        hits, claims, truths = hits + (found & labels).sum(0), claims + found.sum(0), truths + labels.sum(0)
        exact += int((found[:, :-1] == labels[:, :-1]).all(1).sum())
        for chance, true in zip(of_mail[:, -1].tolist(), labels[:, -1], strict=True):
            (asking if true else ordinary).append(chance)
        for one, value, name in zip(some, values.argmax(-1).numpy(), who.argmax(-1).numpy(), strict=True):
            length = len(one.ids)
            pieces += _marked(value[:length], one.values, one.values_known, VALUES // 2)
            names += _marked(name[:length], one.who, one.who_known, len(WHO))
    alone = np.mean(np.array(ordinary) < np.quantile(asking, 1 - SEEN))
    f1 = 2 * hits / np.maximum(claims + truths, 1)
    return (
        f"F1 of eight {f1[:8].mean():.3f}, exact {exact / len(judges):.3f}, "
        f"ordinary left alone {alone:.3f}, replies understood {np.mean(understood):.3f}, "
        f"F1 of roles {_f1(roles)}, pieces of values and names (right, said, true) {pieces} {names}"
    )


def _f1(pairs: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Per role of who writes."""
    true, said = (np.bincount([pair[which] for pair in pairs], minlength=len(WRITERS)) for which in (0, 1))
    right = np.bincount([one for one, other in pairs if one == other], minlength=len(WRITERS))
    return {name: round(float(f1), 3) for name, f1 in zip(WRITERS, 2 * right / np.maximum(true + said, 1), strict=True)}


def _marked(
    said: NDArray[np.int64], true: NDArray[np.int64], known: NDArray[np.float32], last: int
) -> NDArray[np.int64]:
    """Of the pieces in one mail with a mark up to `last`: how many are marked right, marked, and true."""
    marked, meant = (said > 0) & (said <= last) & (known > 0), (true > 0) & (true <= last)
    return np.array([(marked & (said == true)).sum(), marked.sum(), meant.sum()])


def by_length(examples: Sequence[Example], size: int) -> Iterator[list[Example]]:
    """Batches of mails about as long as each other, the shortest first."""
    ordered = sorted(examples, key=lambda one: len(one.ids))
    return (ordered[begin : begin + size] for begin in range(0, len(ordered), size))


def _shuffled(taught: list[Example]) -> Iterator[list[Example]]:
    """Batches of mails that are about as long as each other, in any order."""
    mixed = random.sample(taught, len(taught))
    pools = (mixed[begin : begin + BATCH * POOL] for begin in range(0, len(mixed), BATCH * POOL))
    batches = [batch for pool in pools for batch in by_length(pool, BATCH)]
    random.shuffle(batches)
    return iter(batches)


if __name__ == "__main__":
    main()
