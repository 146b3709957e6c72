"""A real Dovecot 2.3 on free loopback ports, wholly run as one ordinary user."""

from __future__ import annotations

import base64
import grp
import os
import re
import secrets
import shutil
import signal
import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from servers.certificates import Certificates
from servers.ground import (
    HOST,
    answers,
    cannot_run,
    free_port,
    ordinary_user,
    own_directory,
    program,
    running_as,
    wait_until,
)

from bot.settings import WatchSettings

PASSWORD = "een-goed-geheim"  # no spaces: they part Dovecot's own arguments

_CONFIG = """
base_dir = {place}/run
state_dir = {place}/state
log_path = {place}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{place}/cert.pem
ssl_key = <{place}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {place}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={place}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service stats {{
  chroot =
}}
"""

_OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={place}/keys/
username_attribute = sub
"""

TOKEN_KEY = b"een-sleutel-die-alleen-hier-geldt"  # HS256: who holds it makes tokens that Dovecot takes


class DovecotServer:
    """The server itself. Every user name exists, with the same password and an empty mailbox."""

    def __init__(self, certificates: Certificates) -> None:
        self._program = program("dovecot", "/usr/sbin/dovecot", "/usr/local/sbin/dovecot")
        version = subprocess.run([self._program, "--version"], capture_output=True, text=True, check=True).stdout
        if not version.startswith("2.3"):
            cannot_run(f"Dovecot 2.3 (there is {version.split()[0]}, whose configuration is another)")
        self._user = ordinary_user("nobody", "daemon")
        self._place = own_directory("dovecot", self._user)
        self.certificates = certificates
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
        self._write_config()
        self._process = self._started()

    def _write_config(self) -> None:
        for name, source in (("cert.pem", self.certificates.cert_file), ("key.pem", self.certificates.key_file)):
            shutil.copyfile(source, self._place / name)
            os.chown(self._place / name, self._user.pw_uid, self._user.pw_gid)
        config = _CONFIG.format(
            place=self._place,
            user=self._user.pw_name,
            group=grp.getgrgid(self._user.pw_gid).gr_name,
            uid=self._user.pw_uid,
            gid=self._user.pw_gid,
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port,
            lmtp_port=self.lmtp_port,
        )
        (self._place / "dovecot.conf").write_text(config)
        (self._place / "oauth2.conf").write_text(_OAUTH2.format(place=self._place))
        key = self._place / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(TOKEN_KEY))
        for path in (key, *key.parents[:3]):
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*running_as(self._user), self._program, "-F", "-c", str(self._place / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        ports = (self.port, self.tls_port, self.lmtp_port)
        wait_until(lambda: process.poll() is not None or all(map(answers, ports)), "Dovecot listens")
        assert process.poll() is None, self.log()
        return process

    def log(self) -> str:
        path = self._place / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else "Dovecot left no log"

    def account(self) -> Dovecot:
        return Dovecot(self, f"info-{secrets.token_hex(4)}")

    def maildir(self, user: str) -> Path:
        return self._place / "mail" / user / "Maildir"

    def stop(self) -> None:
        """As a power cut: Dovecot's own children would serve on for a while after a polite end.

        A child forked at this very moment is in the session all the same; its socket files would stop the next start.
        """
        children = _children(self._process.pid)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(answers, (self.port, self.tls_port, self.lmtp_port))), "Dovecot is gone")
        shutil.rmtree(self._place / "run", ignore_errors=True)

    def start(self) -> None:
        self._process = self._started()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._place, ignore_errors=True)

    def kill_imap(self) -> int:
        """SIGKILL the processes that serve logged-in clients, as a crash would; how many there were."""
        victims = [pid for pid in _children(self._process.pid) if _name(pid) == "imap"]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        return len(victims)


@dataclass(frozen=True)
class Dovecot:
    """One mailbox on the server, with what a test does to it from outside."""

    server: DovecotServer
    user: str
    password: str = PASSWORD
    host: str = HOST

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def tls_port(self) -> int:
        return self.server.tls_port

    @property
    def ca_file(self) -> str:
        return self.server.certificates.ca_file

    def settings(self, **changes: Any) -> WatchSettings:
        """Settings that watch this mailbox in plain text, with short times."""
        known: dict[str, Any] = {
            "enabled": True,
            "host": HOST,
            "port": self.port,
            "tls": "none",
            "user": self.user,
            "folders": ("INBOX",),
            "since": date(2026, 1, 1),
            "timeout_seconds": 10.0,
            "backoff_max_seconds": 1.0,
        }
        return WatchSettings(**{**known, **changes})

    def tls_settings(self, **changes: Any) -> WatchSettings:
        return self.settings(**{"port": self.tls_port, "tls": "tls", "ca_file": self.ca_file, **changes})

    @contextmanager
    def client(self) -> Iterator[IMAPClient]:
        """A person at the mailbox."""
        with IMAPClient(HOST, self.port, ssl=False, timeout=10) as client:
            client.login(self.user, self.password)
            yield client

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        """As a mail server does: over LMTP into the INBOX, or straight into another folder."""
        if folder != "INBOX":
            self.append(folder, raw)
            return
        with smtplib.LMTP(HOST, self.server.lmtp_port) as lmtp:
            lmtp.sendmail("bounce@klant.example", [self.user], raw)

    def append(
        self, folder: str, raw: bytes, internaldate: datetime | None = None, flags: tuple[bytes, ...] = ()
    ) -> None:
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, flags, msg_time=internaldate or datetime.now(UTC))

    def append_many(self, folder: str, raws: list[bytes], internaldate: datetime | None = None) -> None:
        """Many at once, over one connection."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            for start in range(0, len(raws), 200):
                batch = [{"msg": raw, "date": internaldate or datetime.now(UTC)} for raw in raws[start : start + 200]]
                client.multiappend(folder, batch)

    def flags(self, folder: str = "INBOX") -> dict[int, tuple[bytes, ...]]:
        """All flags of all mail, without \\Recent, which the server itself takes away at the first look."""
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            uids = client.search(["ALL"])
            return {
                uid: tuple(sorted(flag for flag in seen[b"FLAGS"] if flag != b"\\Recent"))
                for uid, seen in client.fetch(uids, ["FLAGS"]).items()
            }

    def mails(self, folder: str) -> list[bytes]:
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            return [seen[b"BODY[]"] for seen in client.fetch(client.search(["ALL"]), ["BODY.PEEK[]"]).values()]

    def spoil(self, number: int) -> None:
        """Make the file of the INBOX's mail with that number, counted from 1, unreadable to the server."""
        box = self.server.maildir(self.user)
        files = sorted([*(box / "cur").iterdir(), *(box / "new").iterdir()], key=_delivered)
        files[number - 1].chmod(0)

    def kill_imap(self) -> int:
        return self.server.kill_imap()

    def restart(self) -> None:
        self.server.stop()
        self.server.start()


def _delivered(file: Path) -> tuple[int, ...]:
    """When the server wrote a file of a Maildir: "<seconds>.M<microseconds>P<process>…", where M9 comes before M10."""
    moment = re.match(r"(\d+)\.M(\d+)P(\d+)", file.name)
    assert moment, f"not a name of a Maildir: {file.name}"
    return tuple(int(number) for number in moment.groups())


def _children(parent: int) -> list[int]:
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        return [int(pid) for pid, ppid in (line.split() for line in listed.splitlines()) if int(ppid) == parent]
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == parent:
            children.append(int(stat.parent.name))
    return children


def _name(pid: int) -> str:
    try:
        if Path("/proc/self/stat").exists():
            return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""
    told = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True).stdout
    return Path(told.strip()).name
