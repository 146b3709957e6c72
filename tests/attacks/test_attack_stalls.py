"""Mail made to keep us busy: what is looked for in it costs no more than its length."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

import pytest

from bot.cases.codes import without_codes
from bot.cases.masking import masked_bsn, numbers_in
from bot.mail.errors import TokenError
from bot.mail.message import Attachment, ParsedMail, Sender
from bot.mail.tokens import TokenSource
from bot.settings import OAuthSettings
from bot.triage.identity_documents import id_copies
from bot.triage.labels import Language
from bot.triage.second_opinion import shown

SIZE = 100_000
SECONDS = 2.0  # of the processor; what was mended here took from five seconds to hours


def mail_of(text: str, *attached: str) -> ParsedMail:
    files = tuple(
        Attachment("a.txt", "text/plain", len(one), f"{number:064}", one) for number, one in enumerate(attached)
    )
    return ParsedMail(
        digest="", identity="", message_id=None, references=(), sender=Sender(None, ""), reply_to=None, to_addresses=(),
        subject="", dated_at=None, new_text=text, quoted_text="", whole_text=text, attachments=files,
    )  # fmt: skip


@pytest.mark.parametrize(
    "look",
    [
        lambda: numbers_in(("bsn 12345678 " * SIZE)[:SIZE]),
        lambda: numbers_in("bsn " * (SIZE // 8) + "x" * 60 + " 12345678," * (SIZE // 20)),
        lambda: masked_bsn(("bsn 12345678 " * SIZE)[:SIZE]),
        lambda: without_codes("7KDA" * (SIZE // 4) + " 7KDA-" * (SIZE // 6), ""),
        lambda: shown(Sender(None, "<" * SIZE), "", ("Aa " * SIZE)[:SIZE] + "\n" * SIZE, Language.DUTCH, 20_000),
        lambda: id_copies(mail_of(("foto" + "'" * 100) * (SIZE // 104))),
        lambda: id_copies(mail_of("", *["A" * 65536] * 100)),
    ],
    ids=[
        "numbers beside words",
        "numbers far from words",
        "masking",
        "codes",
        "another reader",
        "apostrophes",
        "capitals in many files",
    ],
)
def test_what_is_looked_for_in_a_hostile_text_takes_no_longer_than_its_length(look: Callable[[], object]) -> None:
    before = time.process_time()

    look()

    assert time.process_time() - before < SECONDS


def test_a_token_server_whose_headers_drip_in_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/token"
        source = TokenSource(
            OAuthSettings(token_url=url, client_id="a", scope="b", timeout_seconds=1), lambda: "c", "d"
        )
        before = time.monotonic()

        with pytest.raises(TokenError):
            source()

        assert time.monotonic() - before < 5


def drip(listening: socket.socket) -> None:
    """One letter of a header every tenth of a second, for ten seconds."""
    client, _ = listening.accept()
    with client, contextlib.suppress(OSError):
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(100):
            client.sendall(b"a")
            time.sleep(0.1)
