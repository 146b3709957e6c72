"""What triage says of one mail: a value, with the words that led to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as about

from bot.triage.labels import Intent, Language, Look, RequestKind, Role, Writer


@dataclass(frozen=True, slots=True)
class Reason:
    """A label and the sentence of the mail that speaks for it; `source` names the attachment it stands in."""

    label: str
    text: str = about(repr=False)
    source: str = about(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StatedCorrection:
    """A change the writer asks for: `field` is a word of `triage/identifiers.py`, such as `iban` or `street`."""

    field: str
    old: str | None = about(repr=False)
    new: str | None = about(repr=False)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mail as triage understands it. `scores` are 0..1 per label, also of labels not decided."""

    kinds: frozenset[RequestKind]
    other_privacy: bool
    needs_person: bool  # between the two thresholds, or somebody only a person may answer (AP, lawyer, heir)
    language: Language
    automatic: bool  # out of office, bounce, list, notification
    role: Role
    writer: Writer
    scores: Mapping[str, float] = about(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    identifiers: Mapping[str, str] = about(default_factory=dict, repr=False)
    corrections: tuple[StatedCorrection, ...] = ()
    intents: frozenset[Intent] = frozenset()
    perhaps: frozenset[RequestKind] = frozenset()  # in doubt beside `kinds`, which are answered; a person reads on
    look: Look | None = None  # with it `needs_person` is set
    model: str = ""  # the version of the model that judged; empty for one that was not read from a file

    @property
    def seen_by_person(self) -> bool:
        """Whether a person is asked to look before, or while, the rest goes its way."""
        return self.needs_person or bool(self.perhaps)

    @property
    def ordinary(self) -> bool:
        """Neither a request, nor a question about privacy, nor in doubt."""
        return not (self.kinds or self.other_privacy or self.needs_person)
