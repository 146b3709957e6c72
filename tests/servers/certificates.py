"""A certificate authority for one test run, and a stranger that nobody should believe."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files for a server on this machine; `stranger_ca_file` is an authority that signed nothing here."""

    ca_file: str
    cert_file: str
    key_file: str
    stranger_ca_file: str

    def server_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


def make_certificates(place: Path, *, ends_at: datetime | None = None) -> Certificates:
    """For a server on this machine; with `ends_at` its certificate, a year old by then, ends at that time."""
    authority, stranger = trustme.CA(), trustme.CA()
    begins_at = None if ends_at is None else ends_at - timedelta(days=365)
    server = authority.issue_cert("127.0.0.1", "localhost", not_before=begins_at, not_after=ends_at)
    files = Certificates(*(str(place / name) for name in ("ca.pem", "cert.pem", "key.pem", "stranger.pem")))
    authority.cert_pem.write_to_path(files.ca_file)
    stranger.cert_pem.write_to_path(files.stranger_ca_file)
    Path(files.cert_file).write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    server.private_key_pem.write_to_path(files.key_file)
    return files
