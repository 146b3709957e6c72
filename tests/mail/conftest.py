"""What tests of reading mail share."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture
def strikes_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor's clock may strike in a callback of the garbage collector, which swallows it once.

    Without this the hook of the test run, which may itself be struck, calls that a failure.
    """
    monkeypatch.setattr(sys, "unraisablehook", lambda _unraisable: None)
