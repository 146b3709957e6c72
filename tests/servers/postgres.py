"""A real PostgreSQL for one test run, on a free loopback port, without waiting for the disk."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import psycopg
from servers.ground import HOST, free_port, ordinary_user, own_directory, program, running_as


def _place_of(name: str) -> str:
    """Debian keeps the server's programs out of PATH, one folder a version; the newest wins."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return program(name, *(str(version / name) for version in versions))


class Postgres:
    """The server. Everyone on this machine is let in, as the user `tests`."""

    def __init__(self) -> None:
        initdb, self._pg_ctl = _place_of("initdb"), _place_of("pg_ctl")
        user = ordinary_user("postgres", "nobody")
        self._as_user = running_as(user)
        self._place = own_directory("postgres", user)
        self._data = self._place / "data"
        self.port = free_port()
        self._run(initdb, "-D", str(self._data), "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self._start()

    def _start(self) -> None:
        options = (
            f"-c listen_addresses={HOST} -c port={self.port} -c unix_socket_directories={self._place} "
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"
        )
        log = str(self._place / "log")
        self._run(self._pg_ctl, "-D", str(self._data), "-w", "-s", "-l", log, "-o", options, "start")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            [*self._as_user, *command], cwd=self._place, stdin=subprocess.DEVNULL, capture_output=True, env=_bare()
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")

    def new_database(self) -> str:
        """The SQLAlchemy URL of a database that nobody else uses."""
        name = f"pb_{secrets.token_hex(6)}"
        with psycopg.connect(host=HOST, port=self.port, user="tests", dbname="postgres", autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return f"postgresql+psycopg://tests@{HOST}:{self.port}/{name}"

    def stop(self) -> None:
        """The database is down, as after a power cut."""
        self._run(self._pg_ctl, "-D", str(self._data), "-w", "-s", "-m", "immediate", "stop")

    def start(self) -> None:
        self._start()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._place, ignore_errors=True)


def _bare() -> dict[str, str]:
    """No PG* variable of whoever runs the tests reaches the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}
