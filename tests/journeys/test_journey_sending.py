"""How letters leave through the real service: signed once, and the same however often they are offered."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import replace
from pathlib import Path

import dkim
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from servers.dovecot import Dovecot
from servers.front_door import client_at, front_door, kept_by
from servers.office import OUR_ADDRESS, Office
from servers.running import until
from servers.smtp_sink import SmtpSink
from servers.stubborn import Stubborn
from servers.wire import Wire

from bot.cases.draft import Block
from bot.replies.mailing import Thread
from bot.rooms import Rooms
from bot.store.casework import post_to_staff
from bot.store.records import OutboxState

ASKS = "Kunnen jullie mij sturen wat jullie over mij hebben opgeslagen?"
SIGNING = {"DKIM__DOMAIN": "kleinboek.nl", "DKIM__SELECTOR": "bot", "SEND__BACKOFF_SECONDS": "1"}


def with_key(office: Office, pem: bytes) -> None:
    file = office.home / "dkim.pem"
    file.write_bytes(pem)
    office.env["PRIVACYBOT_DKIM_KEY_FILE"] = str(file)


async def test_letters_are_signed_at_their_first_hand_over_and_stay_the_same(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink, **SIGNING)
    key = Ed25519PrivateKey.generate()
    with_key(office, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    smtp_sink.answer("END", "451 later", "451 later")
    office.write(office.people.sanne.address, ASKS)

    await office.step()
    offered = [*smtp_sink.offered]
    await office.step(minutes=5)

    letters = office.letters(office.people.sanne.address)
    assert len(letters) == 2
    assert set(offered) == {letter.raw for letter in letters}
    assert all(dkim.verify(raw, dnsfunc=lambda *_, **__: b"v=DKIM1; k=ed25519; p=" + public) for raw in offered)


def test_a_key_that_cannot_sign_stops_the_start_and_names_the_mend(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink, **SIGNING)
    with_key(office, b"geen sleutel")

    for words in (("run", "--once"), ("check-config",)):
        assert "PRIVACYBOT_DKIM_KEY" in office.cli(*words, fails=True)


def delivered_by(office: Office) -> None:
    """What the mail servers of the world would do: the letter comes back to our mailbox."""
    [mail] = office.letters(OUR_ADDRESS)
    assert office.dovecot is not None
    office.dovecot.append("INBOX", b"Received: from uit\r\n" + mail.raw, office.now)


def looked_twice(sink: SmtpSink, wire: Wire) -> None:
    sink.wait_for(1)
    until(
        lambda: sum(b"EXAMINE" in piece and b"INBOX" in piece for piece in wire.asked) >= 3, "it was looked for twice"
    )


async def test_a_test_mail_is_sent_seen_in_the_mailbox_and_opens_no_case(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    wire = Wire(dovecot.port)
    office = Office(tmp_path, smtp_sink, dovecot=dovecot, WATCH__PORT=str(wire.port))
    await office.step()
    before = wire.connections
    sending = asyncio.to_thread(office.json, "testmail", "--wait", "20")
    bringing = asyncio.to_thread(lambda: (looked_twice(smtp_sink, wire), delivered_by(office)))

    told, _ = await asyncio.gather(sending, bringing)
    logins = wire.connections - before
    await office.step(minutes=1)
    wire.close()

    assert [(step["step"], step["ok"]) for step in told["steps"]] == [("made", True), ("sent", True), ("arrived", True)]
    assert "INBOX" in told["steps"][-1]["text"]
    assert office.cases() == []
    assert kept_by(office).mails == {"automatic": 1}
    assert len(office.letters()) == 1
    assert logins == 1


async def test_a_test_mail_that_our_own_receiver_takes_in_is_seen_in_the_ledger(
    tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    office = Office(tmp_path, smtp_sink)
    async with front_door(office) as port, client_at(port) as client:
        sending = asyncio.create_task(asyncio.to_thread(office.json, "testmail", "--wait", "20"))
        await asyncio.to_thread(smtp_sink.wait_for, 1)
        [mail] = office.letters(OUR_ADDRESS)
        taken = await client.hand_over(mail.raw.rstrip(), "")
        await office.step(minutes=1)
        told = await sending

    assert taken.startswith(b"250")
    assert [(step["step"], step["ok"]) for step in told["steps"]] == [("made", True), ("sent", True), ("arrived", True)]
    assert "taken in by [receiver]" in told["steps"][-1]["text"]
    assert kept_by(office).mails == {"automatic": 1}
    assert office.cases() == []


async def test_a_test_mail_that_our_receiver_never_gets_is_missed_and_a_silent_mailbox_is_not_waited_for_longer(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    nowhere = Office(tmp_path / "one", smtp_sink, RECEIVER__ENABLED="true", RECEIVER__MODE="copy")
    missed = await asyncio.to_thread(nowhere.cli, "testmail", "--wait", "0.2", fails=True)
    server = Stubborn()
    silent = Office(tmp_path / "two", smtp_sink, dovecot=dovecot, WATCH__PORT=str(server.port))
    began = time.monotonic()
    unseen = await asyncio.to_thread(silent.cli, "testmail", "--wait", "0.2", fails=True)
    took = time.monotonic() - began
    server.close()

    assert "not taken in by [receiver]; the service must run for that after 0.2 s" in missed
    assert "FAILED arrived: not in INBOX" in unseen
    assert took < 5.0


def test_a_test_mail_that_does_not_arrive_or_leave_ends_with_one_and_the_mend(
    tmp_path: Path, smtp_sink: SmtpSink, dovecot: Dovecot
) -> None:
    office = Office(tmp_path, smtp_sink, dovecot=dovecot)

    lost = office.cli("testmail", "--wait", "0.2", fails=True)
    smtp_sink.answer("RCPT", "550 5.7.1 no")
    refused = office.cli("testmail", fails=True)
    wrong = office.cli("testmail", "--to", "Sanne <sanne@klant.example>", fails=True)
    elsewhere = office.cli("testmail", "--to", "sanne@klant.example")
    office.cli("pause", "sending")
    paused = office.cli("testmail", fails=True)

    assert "sent: 127.0.0.1" in lost
    assert "FAILED arrived" in lost
    assert "smtp 550" in refused
    assert "one plain mail address" in wrong
    assert "not looked for" in elsewhere
    assert "resume sending" in paused
    assert len(office.letters()) == 2


async def test_a_letter_whose_envelope_names_somebody_else_reaches_nobody(tmp_path: Path, smtp_sink: SmtpSink) -> None:
    office = Office(tmp_path, smtp_sink)
    rooms = Rooms(office.settings(), office._env_now())
    mail = rooms.mailroom.automatic("Proef", [Block("test", "Beste Sanne")], "sanne@klant.example", Thread())
    try:
        with rooms.archive.transaction() as tx:
            post_to_staff(tx, replace(mail, to="joris@klant.example"), rooms.clock())
        await office.step()
        with rooms.archive.reading() as tx:
            letter = tx.outbox.by_message_id(mail.message_id)
    finally:
        rooms.close_now()

    assert letter is not None
    assert letter.state is OutboxState.FAILED
    assert office.letters() == []
