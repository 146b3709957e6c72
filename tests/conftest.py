"""Real servers for everyone's tests: one of each per worker, on free loopback ports, ended afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from servers.certificates import Certificates, make_certificates
from servers.dovecot import Dovecot, DovecotServer
from servers.postgres import Postgres
from servers.smtp_sink import SmtpSink
from servers.spare_engines import SpareEngines

os.environ["SSL_CERT_FILE"] = (
    os.devnull
)  # No test server is signed by the system's authorities; reading them takes 30 ms.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `longest` comes first: taken last, it would keep the whole run waiting for one processor."""
    items.sort(key=lambda one: one.get_closest_marker("longest") is None)


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """An office opens its archive anew for each step and command; what its engine has compiled stays at hand.

    Patched, since in the service each process opens its archive once.
    """
    with patch("bot.store.archive.make_engine", SpareEngines()):
        yield


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def dovecot_server(certificates: Certificates) -> Iterator[DovecotServer]:
    server = DovecotServer(certificates)
    yield server
    server.remove()


@pytest.fixture
def dovecot(dovecot_server: DovecotServer) -> Dovecot:
    """A fresh, empty mailbox on the worker's Dovecot."""
    return dovecot_server.account()


@pytest.fixture
def smtp_sink(certificates: Certificates) -> Iterator[SmtpSink]:
    """A mail server with STARTTLS that keeps what it is sent."""
    sink = SmtpSink(certificates)
    yield sink
    sink.close()


@pytest.fixture
def plain_smtp_sink(certificates: Certificates) -> Iterator[SmtpSink]:
    """The same without STARTTLS."""
    sink = SmtpSink(certificates, starttls=False)
    yield sink
    sink.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.remove()
