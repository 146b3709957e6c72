"""The second reader over the wire: what is no answer in time and form, and how asking ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from servers.certificates import Certificates
from servers.ground import HOST, free_port
from servers.second_reader import SecondReader, bomb, cut, huge, labels, replies

from bot.second_reader import SecondReader as Client
from bot.settings import SecondOpinionSettings, SettingsError
from bot.triage.errors import NoOpinionError


@pytest.fixture
def reader() -> Iterator[SecondReader]:
    server = SecondReader()
    yield server
    server.close()


def client(url: str, key: str | None = None, **changes: Any) -> Client:
    known = {"enabled": True, "url": url, "model": "klein", "timeout_seconds": 5.0}
    return Client(SecondOpinionSettings(**{**known, **changes}), key)


async def refused(asked: Client) -> NoOpinionError:
    with pytest.raises(NoOpinionError) as none:
        await asked.ask("vraag", "Wis mijn gegevens.")
    return none.value


async def test_the_labels_that_come_back_are_the_answer(reader: SecondReader) -> None:
    reader.way = labels("erasure", "objection")

    assert await client(reader.url).ask("vraag", "Wis mijn gegevens.") == {"erasure", "objection"}

    (asked,) = reader.asked
    assert "authorization" not in asked.headers
    assert json.loads(asked.words) == {"subject": "vraag", "text": "Wis mijn gegevens."}
    assert (asked.body["model"], asked.body["temperature"]) == ("klein", 0)


async def test_over_tls_only_a_server_whose_certificate_proves_it_is_asked(certificates: Certificates) -> None:
    reader = SecondReader(certificates.server_context())
    try:
        reader.way = labels("none")
        url = reader.url.replace("http://", "https://")

        assert await client(url, ca_file=certificates.ca_file).ask("vraag", "Hoi") == frozenset()
        stranger = await refused(client(url, ca_file=certificates.stranger_ca_file))
    finally:
        reader.close()

    assert "SSLCertVerificationError" in str(stranger)
    assert len(reader.asked) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (500, "no answer just now (HTTP 500)"),
        (429, "no answer just now (HTTP 429)"),
        (302, "sends us elsewhere: correct second_opinion.url"),
        (401, "refuses the question (HTTP 401): check second_opinion.url, model, answer_format and PRIVACYBOT_SECOND"),
    ],
)
async def test_a_server_that_does_not_answer_is_asked_again_later_and_the_mend_is_named(
    reader: SecondReader, status: int, told: str
) -> None:
    reader.way = replies(status, b'{"error": "geheim"}')

    none = await refused(client(reader.url))

    assert told in str(none)
    assert "geheim" not in str(none)
    assert none.again


@pytest.mark.parametrize("way", [huge, bomb(), cut, replies(200, b"<html>"), labels("maak maar op")])
async def test_an_answer_that_cannot_be_used_is_not_asked_for_again(reader: SecondReader, way: Any) -> None:
    reader.way = way

    assert not (await refused(client(reader.url))).again
    assert len(reader.asked) == 1


@pytest.mark.parametrize("way", ["hang", "drip"])
async def test_a_slow_answer_is_none(reader: SecondReader, way: str) -> None:
    reader.way = getattr(reader, way)

    none = await refused(client(reader.url, timeout_seconds=0.3))

    assert none.again
    assert "no answer in time" in str(none)


async def test_a_stop_does_not_wait_for_an_answer(reader: SecondReader) -> None:
    loop, there = asyncio.get_running_loop(), asyncio.Event()

    def hang(line: Any, asked: Any) -> None:
        loop.call_soon_threadsafe(there.set)
        reader.hang(line, asked)

    reader.way = hang
    asking = asyncio.create_task(client(reader.url, timeout_seconds=300).ask("vraag", "Hoi"))
    async with asyncio.timeout(20):
        await there.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    assert reader.cut_off.wait(5)


@pytest.mark.parametrize(
    ("url", "told"),
    [("http://{host}:{port}/", "cannot be reached"), ("http://192.0.2.7/", "outside our own network")],
)
async def test_a_server_that_is_not_there_or_not_near_gets_no_words(url: str, told: str) -> None:
    assert told in str(await refused(client(url.format(host=HOST, port=free_port()))))


@pytest.mark.parametrize(
    ("url", "key", "named"),
    [("http://", None, "second_opinion.url"), (f"http://{HOST}/", "a\r\nX-Evil: 1", "PRIVACYBOT_SECOND_OPINION_KEY")],
)
def test_what_cannot_be_used_stops_the_start_and_is_named(url: str, key: str | None, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        client(url, key)
