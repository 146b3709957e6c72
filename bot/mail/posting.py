"""One POST over HTTP that ends: no redirect, no proxy, a last moment, a largest answer, and nothing is unpacked."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.mail.dialling import Cord, Found, dialled
from bot.mail.trust import is_near
from bot.settings import SettingsError

_PIECE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where to post. Path and query may be a secret; host and port are not."""

    secure: bool
    host: str
    port: int
    path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as the bytes on the wire. `whole` is False where there is more of it than we took."""

    status: int
    body: bytes = field(repr=False)
    whole: bool = True


class FarAddressError(OSError):
    """A host to which nothing may go unprotected has an address outside this machine and its own network."""


def place_of(url: str, key: str) -> Place:
    """The parts of an http or https address. Raises SettingsError that names the setting `key`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    plain = url.isascii() and url.isprintable() and " " not in url and parts.username is None
    if not host or not plain or parts.scheme not in ("http", "https"):
        raise SettingsError(f"{key} must be an address such as https://host/path, without a user or password")
    secure = parts.scheme == "https"
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Place(secure, host, port or (443 if secure else 80), path)


def post(
    place: Place,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    most: int,
    context: ssl.SSLContext | None,
    cord: Cord | None = None,
) -> Answer:
    """The answer to this POST, of which at most `most` bytes are read.

    Blocks for as long as this machine takes to look up the name, and then for at most about `seconds`, however many
    addresses the host has.

    Without TLS it goes to this machine or its own network only, whatever the host's name says at this moment. A `cord`
    lets another thread end it from then on. Raises OSError, TimeoutError among them, and http.client.HTTPException.
    """
    cord = Cord() if cord is None else cord
    found = _addresses(place)
    try:
        with cord.for_at_most(seconds), closing(_line(place, seconds)) as line:
            line.sock = _wrapped(dialled(found, seconds, cord), place, context)
            line.request("POST", place.path, body, {"Accept-Encoding": "identity", **headers})
            with line.getresponse() as response:
                return _read(response, most)
    finally:
        cord.let_go()


def _addresses(place: Place) -> Sequence[Found]:
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    if not place.secure and not all(is_near(str(one[4][0])) for one in found):
        raise FarAddressError("not an address of this machine or its own network")
    return found


def _line(place: Place, seconds: float) -> http.client.HTTPConnection:
    """The words that go over a connection which we make ourselves."""
    kind = http.client.HTTPSConnection if place.secure else http.client.HTTPConnection
    host = f"[{place.host}]" if _is_v6(place.host) else place.host
    return kind(host, place.port, timeout=seconds)


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def _wrapped(sock: socket.socket, place: Place, context: ssl.SSLContext | None) -> socket.socket:
    if not place.secure:
        return sock
    try:
        return (context or ssl.create_default_context()).wrap_socket(sock, server_hostname=place.host)
    except BaseException:
        sock.close()
        raise


def _read(response: http.client.HTTPResponse, most: int) -> Answer:
    got = b""
    while len(got) <= most and (piece := response.read1(min(_PIECE, most + 1 - len(got)))):
        got += piece
    return Answer(response.status, got[:most], whole=len(got) <= most and not response.length)
