"""What is allowed in a map but makes more work for people: warnings, not faults. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bot.datamap.model import DataMap, FindBy, Identity


def weaknesses(datamap: DataMap) -> Iterator[str]:
    """One sentence each, beginning with the place in the file."""
    for number, identity in enumerate(datamap.identity):
        yield from _identity(datamap, identity, f"identity[{number}]")
    for s, system in enumerate(datamap.systems):
        for t, table in enumerate(system.tables):
            if table.role.tenants_own and table.on_erasure.action == "delete":
                yield (
                    f"systems[{s}].tables[{t}].on_erasure: 'delete' of a customer's own administration, which tax law "
                    "makes him keep; with 'return' he is offered it and asked first"
                )
            if table.on_erasure.action == "keep" and table.on_erasure.until is None:
                yield f"systems[{s}].tables[{t}].on_erasure: no 'until', so a person must decide when these rows go"


def _identity(datamap: DataMap, identity: Identity, path: str) -> Iterator[str]:
    if identity.address_changed_at == "unknown":
        yield (
            f"{path}.address_changed_at: unknown, so a person looks at every erasure and every change of contact data; "
            "name the column that says when the address last changed"
        )
    if FindBy.KVK in identity.find_by:
        yield (
            f"{path}.find_by: kvk, a number that stands on every invoice: who got one can have its sender challenged, "
            "and the difference in our answer tells that this company is a customer"
        )
    if not identity.tenant:
        return
    if identity.phone_of_record is None and not identity.postal_of_record:
        yield (
            f"{path}: neither phone_of_record nor postal_of_record, so nobody has a second factor and high-risk "
            "requests wait for the privacy officer"
        )
    ends_accounts = any(table.account for table in datamap.system(identity.system).tables)
    if identity.running is None and ends_accounts:
        yield f"{path}.running: missing, so every account counts as running; name the column with its last day"
