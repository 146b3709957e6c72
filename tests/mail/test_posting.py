"""What is posted goes where it was told, and whatever the other side does, it ends."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from servers.ground import HOST, free_port
from servers.second_reader import Asked, SecondReader, bomb, cut, huge, replies

from bot.mail.dialling import Cord
from bot.mail.posting import Answer, FarAddressError, place_of, post
from bot.mail.trust import is_near
from bot.settings import SettingsError

MOST = 1000


@pytest.fixture
def server() -> Iterator[SecondReader]:
    reader = SecondReader()
    yield reader
    reader.close()


def posted(url: str, *, seconds: float = 5.0, cord: Cord | None = None) -> Answer:
    return post(place_of(url, "x.url"), b"{}", {"X-Ours": "1"}, seconds=seconds, most=MOST, context=None, cord=cord)


def test_status_and_body_come_back_and_nothing_packed_is_asked_for(server: SecondReader) -> None:
    server.way = replies(503, b"druk")

    assert posted(server.url) == Answer(503, b"druk")
    assert server.asked[0].headers["accept-encoding"] == "identity"
    assert server.asked[0].headers["x-ours"] == "1"
    assert server.asked[0].headers["host"] == f"{HOST}:{server.port}"


def test_a_redirect_is_an_answer_like_any_other(server: SecondReader) -> None:
    server.way = replies(307, b"", Location=f"http://{HOST}:{server.port}/elders")

    assert posted(server.url).status == 307
    assert [asked.path for asked in server.asked] == ["/v1/chat/completions"]


def test_of_an_endless_answer_only_the_beginning_is_read(server: SecondReader) -> None:
    server.way = huge

    assert posted(server.url) == Answer(200, b"[" * MOST, whole=False)


def test_what_comes_packed_stays_packed(server: SecondReader) -> None:
    server.way = bomb()

    answer = posted(server.url)

    assert answer.body[:2] == b"\x1f\x8b"
    assert len(answer.body) <= MOST


def test_an_answer_that_stops_in_the_middle_is_not_taken_for_a_whole_one(server: SecondReader) -> None:
    server.way = cut

    assert posted(server.url) == Answer(200, b'{"choices": [', whole=False)


@pytest.mark.parametrize("way", ["hang", "drip"])
def test_silence_and_dripping_end_when_the_time_is_over(server: SecondReader, way: str) -> None:
    server.way = getattr(server, way)
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        posted(server.url, seconds=0.3)

    assert time.monotonic() - began < 3
    assert server.cut_off.wait(5)


def test_the_time_is_over_for_all_addresses_of_a_host_together(
    server: SecondReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.way = server.drip
    ended: list[type[BaseException]] = []

    def ask() -> None:
        try:
            posted("http://twee.klant.example/", seconds=0.5)
        except OSError as fault:
            ended.append(type(fault))

    with taking_no_call() as full:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (HOST, port)) for port in (full, server.port)]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(2)
        ended_by_itself = not asking.is_alive()
        server.closing.set()  # else an asker that does not end would hold up everything here
        asking.join()

    assert ended_by_itself
    assert ended == [TimeoutError]


@contextmanager
def taking_no_call() -> Iterator[int]:
    """The port of a server whose queue is full, so that who knocks waits."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server((HOST, 0), backlog=0))
        port: int = full.getsockname()[1]
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex((HOST, port))
        yield port


def test_another_thread_can_end_it(server: SecondReader) -> None:
    cord, asked = Cord(), threading.Event()

    def hang(line: socket.socket, question: Asked) -> None:
        asked.set()
        server.hang(line, question)

    server.way = hang
    cutter = threading.Thread(target=lambda: asked.wait(5) and cord.cut())
    cutter.start()
    with pytest.raises((OSError, http.client.HTTPException)):
        posted(server.url, seconds=30, cord=cord)
    cutter.join()

    assert cord.was_cut


def test_a_closed_port_is_an_error() -> None:
    with pytest.raises(ConnectionRefusedError):
        posted(f"http://{HOST}:{free_port()}/")


def test_without_tls_nothing_goes_outside_our_own_network() -> None:
    with pytest.raises(FarAddressError):
        posted("http://192.0.2.7/v1/chat/completions")


@pytest.mark.parametrize(
    "near", ["127.0.0.1", "::1", "10.0.0.4", "172.31.255.1", "192.168.1.1", "fd00::1", "::ffff:10.1.1.1"]
)
def test_this_machine_and_private_networks_are_near(near: str) -> None:
    assert is_near(near)


@pytest.mark.parametrize(
    "far",
    ["8.8.8.8", "172.32.0.1", "169.254.169.254", "fe80::1", "0.0.0.0", "::", "2001:db8::1", "::ffff:8.8.8.8", "ollama"],
)
def test_everything_else_is_far(far: str) -> None:
    assert not is_near(far)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://host/",
        "https://",
        "https://:443/",
        "https://u:p@host/",
        "https://host:port/",
        "https://host/a b",
        "http://[::1",
    ],
)
def test_what_is_no_address_names_the_setting(url: str) -> None:
    with pytest.raises(SettingsError, match=r"x.url must be an address"):
        place_of(url, "x.url")
