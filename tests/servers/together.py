"""Tests that drive a whole office share one event loop, so that they can share the children that read mail."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
import pytest_asyncio
from servers.office import children_end


def share_one_loop(items: Iterable[pytest.Item], folder: Path) -> None:
    for item in items:
        if item.path.parent == folder and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def children_end_at_last() -> AsyncIterator[None]:
    yield
    await children_end()
