"""The data subject as the company's own systems know him: what a case is allowed to trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DataSubject:
    """One record of an identity table, read through the data map before the case changed anything.

    `key` is the primary key as text, `tenant` the key of the account whose data may be read for this person.
    """

    system: str
    key: str
    tenant: str | None
    address_of_record: str | None = field(repr=False)
    name: str | None = field(default=None, repr=False)
    customer_number: str | None = field(default=None, repr=False)
    phone_of_record: str | None = field(default=None, repr=False)
    postal_of_record: str | None = field(default=None, repr=False)
    other_addresses: tuple[str, ...] = field(default=(), repr=False)
    owner: bool = True  # owns the tenant: may have the tenant's own administration
    shared: bool = False  # other people use the same account
    address_shared: bool = False  # another record has this address, but for letter case: who answers may be the other
    address_changed_at: datetime | None = None
    address_change_known: bool = False  # False: the system does not say when the address last changed

    def known_by(self, address: str | None) -> bool:
        """This is its address of record or a further one on file, but for letter case."""
        known = (self.address_of_record or "", *self.other_addresses)
        return bool(address) and any(one.lower() == address for one in known)
