"""The order to examine one mail's sender, on its way into the child process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.mail.authentication.questions import Answer, Question
from bot.mail.authentication.verdict import Connection

_LENGTH = 8  # bytes before the order


@dataclass(frozen=True, slots=True)
class Order:
    """How to examine one mail, and what the DNS said so far."""

    mode: str  # results, exchange or own
    received_at: datetime
    authserv_id: str = ""
    mx_host: str = ""
    connection: Connection | None = None
    answers: Mapping[Question, Answer] = field(default_factory=dict)


def packed(raw: bytes, order: Order) -> bytes:
    """Order and mail in one message."""
    connection = order.connection
    written = json.dumps(
        {
            "mode": order.mode,
            "at": order.received_at.timestamp(),
            "id": order.authserv_id,
            "mx": order.mx_host,
            "from": None if connection is None else [connection.client_ip, connection.helo, connection.mail_from],
            "dns": [[q.name, q.kind, list(a.records), a.trouble] for q, a in order.answers.items()],
        }
    ).encode("ascii")
    return len(written).to_bytes(_LENGTH, "big") + written + raw


def unpacked(message: bytes) -> tuple[Order, bytes]:
    """What `packed` was given."""
    end = _LENGTH + int.from_bytes(message[:_LENGTH], "big")
    read = json.loads(message[_LENGTH:end])
    answers = {Question(name, kind): Answer(tuple(records), trouble) for name, kind, records, trouble in read["dns"]}
    connection = None if read["from"] is None else Connection(*read["from"])
    received_at = datetime.fromtimestamp(read["at"], UTC)
    return Order(read["mode"], received_at, read["id"], read["mx"], connection, answers), message[end:]
