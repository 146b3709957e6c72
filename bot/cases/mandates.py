"""Who may speak for another: what a mandate or a decision of the court must say, and until when it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.triage.labels import RequestKind, Role, Writer


class Ground(StrEnum):
    """Why somebody may ask for another. Stored in events: add, never rename."""

    MANDATE = "mandate"  # machtiging, by the person himself
    PARENT = "parent"  # of a child below the age from which people ask for themselves
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"  # bewindvoerder
    MENTOR = "mentor"


class Standing(StrEnum):
    """Who writes, as a member of staff found out."""

    SELF = "self"
    AGENT = "agent"  # writes for another: lawyer, accountant, agency, deletion service
    GUARDIAN = "guardian"  # a minor, or somebody under guardianship, or who decides for him
    HEIR = "heir"  # the matter is about somebody who has died
    THIRD_PERSON = "third_person"  # stands in a customer's books
    COMPANY = "company"  # a legal person as such
    AUTHORITY = "authority"


WRITER_AND_ROLE: dict[Standing, tuple[Writer, Role]] = {
    Standing.SELF: (Writer.SUBJECT, Role.CONTROLLER),
    Standing.AGENT: (Writer.AGENT, Role.CONTROLLER),
    Standing.GUARDIAN: (Writer.AGENT, Role.CONTROLLER),
    Standing.HEIR: (Writer.HEIR, Role.CONTROLLER),
    Standing.THIRD_PERSON: (Writer.THIRD_PARTY, Role.PROCESSOR),
    Standing.COMPANY: (Writer.CONTROLLER_CUSTOMER, Role.NONE),
    Standing.AUTHORITY: (Writer.AUTHORITY, Role.CONTROLLER),
}


WAITS: dict[Standing, str] = {
    Standing.AGENT: "wacht op de machtiging: leg haar vast met privacybot mandate",
    Standing.GUARDIAN: "wacht op de wettelijke vertegenwoordiger: leg vast wat hij toont met privacybot mandate",
    Standing.HEIR: "gaat over iemand die is overleden: geen gegevens per e-mail",
    Standing.COMPANY: "een bedrijf als zodanig heeft geen rechten onder de AVG",
    Standing.AUTHORITY: "komt van of gaat over een toezichthouder, rechter of politie: bel zelf terug",
}
"""What the task says that stands until it is done, or until the letter that ends the matter has left."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """What was shown, and who looked at it. The document itself is not kept, its hash is."""

    ground: Ground
    principal: str = field(repr=False)  # for whom
    agent: str = field(repr=False)  # by whom
    scope: frozenset[RequestKind]
    signed_on: date  # or the day of the court's decision
    from_on: date
    to_on: date
    covers_receipt: bool  # the document says that the agent may receive the answer
    note: str = field(repr=False)
    sha256: str | None = None  # of the mail or the paper that carries it
    receives: bool = False  # a person decided, after the confirmation, that the answer goes to the agent

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day <= self.to_on

    def answers_to_agent(self, kinds: frozenset[RequestKind], day: date) -> bool:
        """Whether the answer about these rights may go to whoever writes."""
        return self.receives and self.holds_on(day) and kinds <= self.scope


def mandate_fault(mandate: Mandate, today: date) -> str | None:
    """Why this is not good enough; None if it is (EDPB Guidelines 01/2022 par. 80-81)."""
    faults = (
        (not mandate.principal.strip(), "say for whom it is (--for)"),
        (not mandate.agent.strip(), "say who may speak (--by)"),
        (not mandate.scope, "say for which rights it is (--scope access,erasure)"),
        (not mandate.note.strip(), "say in --note what you looked at"),
        (mandate.signed_on > today, "it is signed on a day that is still to come; check --signed"),
        (mandate.from_on > mandate.to_on, "--from lies after --to"),
        (
            not mandate.holds_on(today),
            f"it holds from {mandate.from_on} to {mandate.to_on}, not today: ask for another",
        ),
    )
    return next((words for wrong, words in faults if wrong), None)


def writes_for_another(writer: Writer) -> bool:
    """The sender's own address says nothing about whose data it is."""
    return writer in (Writer.AGENT, Writer.HEIR, Writer.AUTHORITY)
