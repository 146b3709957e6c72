"""A personal data breach: what is known of it, by when the authority hears, and what is still missing (Art. 33, 34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.cases.deadlines import BREACH_TERM
from bot.cases.errors import RefusedActError
from bot.triage.labels import Role


class IncidentState(StrEnum):
    """Stored: add, never rename."""

    SUSPECTED = "suspected"  # the bot saw a sign: the clock runs, a person looks
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"  # a person found that nothing was disclosed; it stays in the register
    CLOSED = "closed"


class Cause(StrEnum):
    """What gave it away. Stored: add, never rename."""

    WRONG_RECIPIENT = "wrong_recipient"
    NOT_ME = "not_me"
    OTHER_ADDRESS = "other_address"
    REVOKED_LINK = "revoked_link"
    STAFF = "staff"


class Risk(StrEnum):
    """For the people concerned. Stored: add, never rename."""

    UNLIKELY = "unlikely"  # no notification, but a line in the register (Art. 33(1), (5))
    RISK = "risk"  # the authority hears (Art. 33(1))
    HIGH = "high"  # and so do the people (Art. 34(1))

    def below(self, other: Risk) -> bool:
        return _BY_WEIGHT.index(self) < _BY_WEIGHT.index(other)


_BY_WEIGHT = tuple(Risk)


CAUSES: Mapping[Cause, str] = MappingProxyType(
    {
        Cause.WRONG_RECIPIENT: "iemand schrijft dat ons bericht bij de verkeerde persoon kwam",
        Cause.NOT_ME: "iemand schrijft dat hij dit niet heeft gevraagd, nadat er al iets van ons vertrok",
        Cause.OTHER_ADDRESS: "het antwoord op een export komt van een ander adres",
        Cause.REVOKED_LINK: "een ingetrokken downloadadres is geopend",
        Cause.STAFF: "gemeld door een medewerker",
    }
)

RISKS: Mapping[Risk, str] = MappingProxyType(
    {Risk.UNLIKELY: "niet te verwachten", Risk.RISK: "te verwachten", Risk.HIGH: "hoog"}
)
"""How staff and the notification tell the risk, after the word "risico"."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "nature": "Wat er is gebeurd",
        "people": "Om wie het gaat: soort mensen en hoeveel ongeveer",
        "records": "Om welke gegevens het gaat: soorten en hoeveel ongeveer",
        "consequences": "Wat de gevolgen kunnen zijn",
        "measures": "Wat wij doen of deden om de gevolgen te beperken",
        "late_reason": "Waarom de melding na 72 uur komt",
    }
)
"""What staff write: Art. 33(3)(a), (c) and (d), and the last for Art. 33(1). No names, for the register stays."""

DISMISSED_BECAUSE = "dismissed_because"
"""Why a person found that nothing was disclosed; it stands beside what was first written (Art. 33(5))."""

RISK_BECAUSE = "risk_because"
"""Why a person thinks the risk lower than it was held to be; the newest reason stands, each is in the event log."""

REASONS: Mapping[str, str] = MappingProxyType(
    {RISK_BECAUSE: "Waarom het risico lager is", DISMISSED_BECAUSE: "Waarom het geen datalek is"}
)
"""What stands beside the fields once a person decided; no notification asks for it, so nobody fills it in."""

_ALWAYS = ("nature", "people", "records", "consequences", "measures")


@dataclass(frozen=True, slots=True)
class Incident:
    """One line of the register of breaches (Art. 33(5)); `aware_at` starts the 72 hours."""

    id: int
    case_id: int | None
    cause: Cause
    state: IncidentState
    aware_at: datetime
    risk: Risk
    role: Role
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    notified_at: datetime | None = None  # the authority, by a person
    authority_ref: str | None = None
    not_notified_because: str | None = field(default=None, repr=False)
    people_told_at: datetime | None = None  # Art. 34
    people_not_told_because: str | None = field(default=None, repr=False)
    controller_told_at: datetime | None = None  # the customer whose books they are, Art. 33(2)
    closed_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """72 calendar hours after we knew, whatever day that is."""
        return self.aware_at + BREACH_TERM

    @property
    def open(self) -> bool:
        return self.state in {IncidentState.SUSPECTED, IncidentState.CONFIRMED}

    @property
    def described(self) -> tuple[tuple[str, str], ...]:
        """Everything that is written in it, each text after what it is, in the order of the notification."""
        words = {**FIELDS, **REASONS}
        return tuple((words[name], self.fields[name]) for name in words if self.fields.get(name))

    @property
    def authority_waits(self) -> bool:
        """Nobody notified the authority, and no reason not to holds: one does only while no risk is likely."""
        excused = self.not_notified_because is not None and self.risk is Risk.UNLIKELY
        return self.open and self.notified_at is None and not excused

    @property
    def undecided(self) -> bool:
        """It still takes in what is reported: neither the authority nor a customer, where it is his, was told of it."""
        own, customers = roles_concerned(self.role)
        return self.authority_waits if own else self.open and customers and self.controller_told_at is None


def roles_concerned(role: Role) -> tuple[bool, bool]:
    """Whether we answer for it ourselves, and whether a customer does for whom we keep books."""
    return role is not Role.PROCESSOR, role in {Role.PROCESSOR, Role.MIXED}


def missing(incident: Incident) -> tuple[str, ...]:
    """What must be known or decided before it may be closed, in words for staff."""
    own, customers = roles_concerned(incident.role)
    open_fields = [FIELDS[name] for name in _ALWAYS if not incident.fields.get(name, "").strip()]
    acts = (
        (own and incident.authority_waits, "melden bij de AP, of opschrijven waarom dat niet hoeft"),
        (_late(incident) and not incident.fields.get("late_reason"), FIELDS["late_reason"]),
        (own and _people_wait(incident), "de mensen zelf inlichten, of opschrijven waarom dat niet hoeft"),
        (customers and incident.controller_told_at is None, "de klant inlichten voor wie wij de boeken bewaren"),
    )
    return (*open_fields, *(words for lacking, words in acts if lacking))


def _late(incident: Incident) -> bool:
    return incident.notified_at is not None and incident.notified_at > incident.due_at


def _people_wait(incident: Incident) -> bool:
    told = incident.people_told_at is not None or bool(incident.people_not_told_because)
    return incident.risk is Risk.HIGH and not told


def require_decidable(incident: Incident) -> None:
    """Raises RefusedActError for one that is over."""
    if not incident.open:
        raise RefusedActError(f"breach {incident.id} is {incident.state}; a new one: privacybot incident REF")


def require_field(name: str) -> str:
    """Raises RefusedActError for a field that no notification has."""
    if name not in FIELDS:
        raise RefusedActError(f"unknown field '{name}'; known are {', '.join(FIELDS)}")
    return name
