"""The transformer as it is taught: the service runs what `export.py` makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from origin import FORWARD, HIDDEN
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - the name that everybody uses

HEADS = 12
LAYERS = 12
BELOW = 1  # the kind of piece that is quoted: seen, but nobody's own words
WHOLE = (FORWARD,) * LAYERS  # the forward steps as they came
_DROPPED = 0.1


class Layer(nn.Module):
    """Attention and a forward step (Vaswani et al. 2017), normalised after each (Devlin et al. 2019)."""

    SHAPES = {  # noqa: RUF012 - a table
        "q": (HIDDEN, HIDDEN),
        "k": (HIDDEN, HIDDEN),
        "v": (HIDDEN, HIDDEN),
        "ao": (HIDDEN, HIDDEN),
        "fi": (FORWARD, HIDDEN),
        "fo": (HIDDEN, FORWARD),
        "aln": (HIDDEN, 0),
        "oln": (HIDDEN, 0),
    }

    def __init__(self, width: int = FORWARD) -> None:
        super().__init__()
        for name, (out, into) in self.SHAPES.items():
            setattr(self, name, nn.Linear(into, out) if into else nn.LayerNorm(out, eps=1e-12))
        self.fi, self.fo = nn.Linear(HIDDEN, width), nn.Linear(width, HIDDEN)

    def forward(self, seen: Tensor, mask: Tensor) -> Tensor:
        return self.told(self.heard(seen, mask))

    def heard(self, seen: Tensor, mask: Tensor) -> Tensor:
        """Attention: each piece with what the others tell it."""
        count, length, _ = seen.shape
        cut = [one(seen).view(count, length, HEADS, -1).transpose(1, 2) for one in (self.q, self.k, self.v)]
        heard = F.scaled_dot_product_attention(*cut, attn_mask=mask)
        heard = heard.transpose(1, 2).reshape(count, length, HIDDEN)
        return self.aln(seen + F.dropout(self.ao(heard), _DROPPED, self.training))

    def told(self, seen: Tensor) -> Tensor:
        """The forward step: each piece by itself."""
        return self.oln(seen + F.dropout(self.fo(F.gelu(self.fi(seen))), _DROPPED, self.training))


class Network(nn.Module):
    """Pieces in; out come labels of the mail and of each piece, intents, values, names, and the role of who writes."""

    def __init__(
        self, pieces: int, labels: int, intents: int, values: int, who: int, writers: int, widths: Sequence[int] = WHOLE
    ) -> None:
        """`widths`: how many numbers the forward step of each layer passes through (`narrowed.py`)."""
        super().__init__()
        self.frozen = 0  # layers that are not taught
        self.words = False  # whether what each piece is by itself is taught
        self.word = nn.Embedding(pieces, HIDDEN)
        self.place = nn.Embedding(512, HIDDEN)
        self.kind = nn.Embedding(3, HIDDEN)
        self.level = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width) for width in widths)
        self.of_piece = nn.Linear(HIDDEN, labels)
        self.hidden = nn.Linear(2 * HIDDEN, 2 * HIDDEN)
        self.of_mail = nn.Linear(2 * HIDDEN, labels)
        self.intent = nn.Linear(2 * HIDDEN, intents)
        self.value = nn.Linear(HIDDEN, values)
        self.who = nn.Linear(HIDDEN, who)
        self.writer = nn.Linear(2 * HIDDEN, writers)
        nn.init.constant_(self.of_piece.bias, -3.0)  # most pieces of most mails ask for nothing
        nn.init.constant_(self.of_mail.bias, -1.0)

    def lower(self, ids: Tensor, kinds: Tensor, mask: Tensor, layers: int) -> Tensor:
        """The first layers."""
        seen = self.embedded(ids, kinds)
        for layer in self.layers[:layers]:
            seen = layer(seen, mask[:, None, None, :])
        return seen

    def embedded(self, ids: Tensor, kinds: Tensor) -> Tensor:
        """Each piece as numbers: what it is, where it stands and to which kind of text it belongs."""
        return self.level(self.word(ids) + self.place(torch.arange(ids.shape[1]))[None] + self.kind(kinds))

    def upper(self, seen: Tensor, kinds: Tensor, mask: Tensor, layers: int) -> tuple[Tensor, ...]:
        """The layers from `layers` on, and what they say."""
        for layer in self.layers[layers:]:
            seen = layer(seen, mask[:, None, None, :])
        return self.said(seen, mask & (kinds != BELOW))

    def said(self, seen: Tensor, own: Tensor) -> tuple[Tensor, ...]:
        """Labels of the mail, labels of the pieces, intents, values, names of who writes, the role in which he does."""
        weight = own.to(seen.dtype)[..., None]
        mean = (seen * weight).sum(1) / weight.sum(1).clamp(min=1)
        most = seen.masked_fill(weight == 0, -1e4).max(1).values
        of_piece = self.of_piece(seen)
        loudest = of_piece.masked_fill(weight == 0, -1e4).max(1).values
        hidden = F.dropout(F.gelu(self.hidden(torch.cat([mean, most], 1))), _DROPPED, self.training)
        of_mail = self.of_mail(hidden) + loudest
        return of_mail, of_piece, self.intent(hidden), self.value(seen), self.who(seen), self.writer(hidden)

    def forward(self, ids: Tensor, kinds: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
        return self.upper(self.lower(ids, kinds, mask, 0), kinds, mask, 0)


def widths_of(weights: Mapping[str, Tensor]) -> tuple[int, ...]:
    """How wide the forward steps are of a network whose weights these are."""
    return tuple(len(weights[f"layers.{layer}.fi.bias"]) for layer in range(LAYERS))
