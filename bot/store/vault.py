"""Encryption at rest: cells sealed with AES-256-GCM to the place they stand in, and keyed hashes to look up by."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.store.errors import VaultError

_FORMAT = 1
_NONCE = 12  # bytes, NIST SP 800-38D section 8.2.2
_KEY = 32  # bytes


class Vault:
    """Seals and opens cells. Several keys can open, one seals; look-ups have their own key, so rotation blinds none."""

    def __init__(self, keys: Mapping[str, bytes], current: str, index_key: bytes, index_version: int = 1) -> None:
        if current not in keys:
            raise VaultError(f"the current key '{current}' is not among the keys given")
        if any(len(key) != _KEY for key in (*keys.values(), index_key)):
            raise VaultError(f"keys must be {_KEY} bytes long")
        if any(not name.isascii() or not 0 < len(name) < 64 for name in keys):
            raise VaultError("a key id is 1 to 63 ASCII characters")
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._current = current
        self._index_key = index_key
        self._index_version = index_version

    @property
    def current(self) -> str:
        """Id of the key that seals."""
        return self._current

    def seal(self, plain: bytes, aad: str) -> bytes:
        """Encrypt for one place; `aad` is "table.column|row id" and must be the same when it is opened."""
        head = _head(self._current)
        nonce = os.urandom(_NONCE)
        return head + nonce + self._ciphers[self._current].encrypt(nonce, plain, head + aad.encode())

    def open(self, sealed: bytes, aad: str) -> bytes:
        """Decrypt; raises VaultError for a missing key, changed bytes, or bytes moved from another place."""
        head, name = _read_head(sealed, aad)
        if name not in self._ciphers:
            raise VaultError(f"{aad} was sealed with key '{name}', which was not given: add it to the key file")
        nonce, body = sealed[len(head) : len(head) + _NONCE], sealed[len(head) + _NONCE :]
        try:
            return self._ciphers[name].decrypt(nonce, body, head + aad.encode())
        except (InvalidTag, ValueError):
            raise VaultError(
                f"{aad} does not open: key '{name}' is not the one it was sealed with, or it was changed or moved; "
                "give the right key file, or restore this row from a backup"
            ) from None

    def key_of(self, sealed: bytes) -> str:
        """Id of the key that sealed this."""
        return _read_head(sealed, "a cell")[1]

    def index(self, value: str) -> str:
        """Keyed hash to look a value up by: outer blanks and letter case do not count. Versioned hex."""
        normal = value.strip().casefold().encode("utf-8", "backslashreplace")
        return f"{self._index_version}:{hmac.new(self._index_key, normal, hashlib.sha256).hexdigest()}"


def _head(name: str) -> bytes:
    return bytes((_FORMAT, len(name))) + name.encode("ascii")


def _read_head(sealed: bytes, aad: str) -> tuple[bytes, str]:
    if len(sealed) < 2 or sealed[0] != _FORMAT or len(sealed) < 2 + sealed[1] + _NONCE + 16:
        raise VaultError(f"{aad} is not a sealed cell of this version: restore this row from a backup")
    head = sealed[: 2 + sealed[1]]
    return head, head[2:].decode("ascii", errors="replace")


def vault_from(key_material: str, index_material: str) -> Vault:
    """A vault from the text of two secret files.

    Keys are base64 of 32 bytes, one a line, each with an id before a colon ("k2:…"); the first line seals. A single
    line may do without id. The index key may carry its version the same way ("2:…").
    """
    keys = dict(_named_keys(key_material))
    if not keys:
        raise VaultError("the key file is empty: give it base64 of 32 bytes")
    version, index_key = _index_key(index_material)
    return Vault(keys, next(iter(keys)), index_key, version)


def new_key() -> str:
    """Fresh key material for a secret file."""
    return base64.b64encode(os.urandom(_KEY)).decode("ascii")


def _named_keys(material: str) -> list[tuple[str, bytes]]:
    lines = [line.strip() for line in material.splitlines() if line.strip()]
    named = []
    for line in lines:
        name, _, text = line.rpartition(":")
        if not name and len(lines) > 1:
            raise VaultError("a key file with several keys needs an id before each: id:base64")
        named.append((name or "k1", _decoded(text)))
    if len({name for name, _ in named}) != len(named):
        raise VaultError("two keys in the key file have the same id")
    return named


def _index_key(material: str) -> tuple[int, bytes]:
    version, _, text = material.strip().rpartition(":")
    if version and not version.isdecimal():
        raise VaultError("the index key is base64 of 32 bytes, or version:base64 with a number before the colon")
    return int(version or 1), _decoded(text)


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise VaultError("key material is not base64: give base64 of 32 bytes") from None
    if len(key) != _KEY:
        raise VaultError(f"key material has {len(key)} bytes: give base64 of {_KEY} bytes")
    return key
