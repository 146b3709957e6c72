"""In which order a person is looked for: what his mail proves most comes first, what it merely says comes last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from bot.cases.subject import DataSubject
from bot.datamap.model import FindBy
from bot.sources.people import IdentityRecords

Finding = Callable[[IdentityRecords], tuple[DataSubject, ...]]
_MARKS = re.compile(r"[-./]")
_MARKED = re.compile(r"[A-Za-z]{1,5}[-./]?[0-9]{1,12}(?:[-./][0-9]{1,12}){0,5}|[0-9]{1,3}(?:\.[0-9]{3}){1,3}")
"""Numbers in which marks say nothing: behind letters, or dots between thousands. "40117-2" may be another customer."""


def ways_to_find(address: str | None, identifiers: Mapping[str, str]) -> Iterator[tuple[Finding, ...]]:
    """Ways in order; the findings of one way are looked up together."""
    if address:
        yield (by_address(address),)
        yield (_by_other_address(address),)
    yield tuple(_by_statement(identifiers))
    yield tuple(_by_bare_number(identifiers))


def by_address(address: str) -> Finding:
    return lambda records: records.by_address(address)


def _by_other_address(address: str) -> Finding:
    return _allowed(FindBy.OTHER_ADDRESSES, lambda records: records.by_other_address(address))


def _by_customer_number(number: str) -> Finding:
    return _allowed(FindBy.CUSTOMER_NUMBER, lambda records: records.by_number(records.identity.customer_number, number))


def _by_kvk(number: str) -> Finding:
    return _allowed(FindBy.KVK, lambda records: records.by_number(records.identity.kvk, number))


def _allowed(by: FindBy, finding: Finding) -> Finding:
    """Nobody, unless the map says that this kind of record is found that way."""
    return lambda records: finding(records) if by in records.identity.find_by else ()


def _by_statement(identifiers: Mapping[str, str]) -> Iterator[Finding]:
    """Customer number, Chamber of Commerce number, addresses. Never a name or an IBAN: anybody may know those."""
    for number in _several(identifiers.get("customer_number", "")):
        yield _by_customer_number(number)
    for number in _several(identifiers.get("kvk", "")):
        yield _by_kvk(number)
    for address in _several(identifiers.get("email", "")):
        yield _allowed(FindBy.STATED_ADDRESS, by_address(address))
        yield _by_other_address(address)


def _by_bare_number(identifiers: Mapping[str, str]) -> Iterator[Finding]:
    """A customer number that nobody has as it is written, without the marks that people put into it ("KB-10.00.01")."""
    for number in _several(identifiers.get("customer_number", "")):
        if _MARKED.fullmatch(number):
            yield _by_customer_number(_MARKS.sub("", number))


def _several(stated: str) -> list[str]:
    return stated.replace(",", " ").replace(";", " ").split()
