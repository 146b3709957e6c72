"""Who hears of an act with consequences, and in which ways somebody can still prove himself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.cases.alarming import RIGHTS
from bot.cases.factors import Factor
from bot.cases.model import CaseRef
from bot.cases.subject import DataSubject
from bot.triage.labels import RequestKind

IDENTITY = "identity"
"""The task that says what a person can do where the ordinary question does not reach or does not help."""

PERHAPS = "perhaps"
"""The task to read on: a right that the words may ask for beside those that they do."""

ADDRESS_SHARED = (
    "het e-mailadres staat in meer dan één record: een code vanaf dat adres zegt niet wie van hen antwoordt, en wat "
    "alleen aan het adres hangt komt niet in het antwoord: kijk zelf van wie het is. Vraag aan de telefoon of het "
    "antwoord naar dit adres mag en leg dat vast (verify --note); anders op papier (answered-elsewhere)"
)
"""The words of that task where somebody else has the same address."""


def told_addresses(subject: DataSubject, fields: Iterable[str], proofs: frozenset[Factor]) -> tuple[str, ...]:
    """The person's own addresses that hear of it: never anybody else's.

    His other addresses; the address of record too where it did not answer itself, where the act would change it, and
    where a decision stands in for every other channel.
    """
    others, record = subject.other_addresses, subject.address_of_record
    silent = Factor.CHALLENGE not in proofs or "email" in set(fields)
    no_other_channel = Factor.DECISION in proofs or not (subject.phone_of_record or subject.postal_of_record)
    also = (record,) if record and (silent or (not others and no_other_channel)) else ()
    return tuple(dict.fromkeys((*others, *also)))


def perhaps_words(ref: CaseRef, perhaps: Iterable[RequestKind]) -> str:
    """For staff: what a mail may ask beside what its case is about, and how that is added."""
    also = ",".join(sorted(perhaps))
    only = " (laat weg wat niet klopt)" if "," in also else ""
    return (
        f"{perhaps_asked(perhaps)}. Lees het bericht. Klopt het: privacybot label {ref} --add {also}{only}. Klopt het "
        "niet: vink deze taak af (privacybot task done)"
    )


def perhaps_asked(perhaps: Iterable[RequestKind]) -> str:
    return f"vraagt misschien ook: {', '.join(RIGHTS[kind] for kind in sorted(perhaps))}"


def ways_to_prove(subject: DataSubject | None) -> str:
    """For staff: what is left, from what the record holds. There is always one."""
    return ", of ".join(_ways(subject))


def _ways(subject: DataSubject | None) -> Iterator[str]:
    if subject is not None and subject.phone_of_record:
        yield "bel het nummer uit het record (verify --method phone)"
    if subject is not None and subject.postal_of_record:
        yield "stuur een brief met code naar het postadres uit het record (verify --method letter --begin)"
    yield "leg het voor aan de functionaris (verify --method decision, of refuse)"
