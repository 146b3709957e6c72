"""All journeys of a worker share one event loop and the children that read mail."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.together import children_end_at_last, share_one_loop

__all__ = ["children_end_at_last"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    share_one_loop(items, Path(__file__).parent)
