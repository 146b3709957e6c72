"""SPF (RFC 7208): whether the server that handed us the mail may send for the domain in MAIL FROM or HELO."""

from __future__ import annotations

from typing import Any

import spf

from bot.mail.authentication.questions import Lookup, TroubleError, is_name
from bot.mail.authentication.verdict import Connection


def origin(connection: Connection, lookup: Lookup) -> tuple[str, str]:
    """The domain that was checked and what its owner says of this server: pass, fail, softfail, neutral, none ...

    Raises UnansweredError.
    """
    query = _Query(lookup, connection)
    result: str = query.check()[0]
    return query.o.lower().rstrip("."), result


class _Query(spf.query):  # type: ignore[misc]  # pyspf is untyped
    """pyspf's own evaluation with our answers instead of its network."""

    def __init__(self, lookup: Lookup, connection: Connection) -> None:
        super().__init__(connection.client_ip, connection.mail_from, connection.helo)
        self._lookup = lookup

    def dns(self, name: Any, qtype: Any, cnames: Any = None, ignore_void: bool = False) -> list[Any]:  # noqa: ARG002 - pyspf's
        """The records in pyspf's own shapes. Empty answers are counted (RFC 7208 section 4.6.4)."""
        asked = str(name).lower().rstrip(".")
        if not is_name(asked) or qtype == "SPF":  # type 99 was given up
            return []
        try:
            found = [_as_spf_wants(qtype, record) for record in self._lookup.records(asked, qtype)]
        except TroubleError:
            raise spf.TempError("DNS") from None
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("Void lookup limit exceeded")
        return found


def _as_spf_wants(kind: str, record: str) -> Any:
    match kind:
        case "TXT":
            return (record.encode("latin-1", "replace"),)
        case "MX":
            preference, _, host = record.partition(" ")
            return int(preference), host
        case _:
            return record
