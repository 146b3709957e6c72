"""Tasks for the cage that do what hostile mail makes a parser do."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

WARMED: list[str] = []


def warm() -> None:
    """What a child loads once."""
    WARMED.append("warm")


def echo(raw: bytes) -> tuple[bytes, int]:
    """The bytes, and which child says so."""
    return raw, os.getpid()


def obey(raw: bytes) -> object:
    """Do as the mail says."""
    match raw.split(b" ")[0]:
        case b"loop":
            while True:
                pass
        case b"sleep":
            time.sleep(60)
        case b"nap":
            time.sleep(0.8)
        case b"hog":
            return len(bytearray(2 * 1024**3))
        case b"exit":
            os._exit(3)
        case b"raise":
            raise ValueError("geheim")
        case b"print":
            print("geheim" * 100)
            sys.stdout.flush()
        case b"function":
            return os.system
        case b"note":
            Path(raw[5:].decode()).write_text("begonnen", encoding="utf-8")
            time.sleep(60)
        case b"environment":
            return dict(os.environ)
        case b"warmed":
            return WARMED
    return raw, os.getpid()
