"""What every journey needs when it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from servers.office import children_end


@pytest.fixture(autouse=True)
async def children_end_with_the_test() -> AsyncIterator[None]:
    """The children that an office lent to its service end in the loop that began them."""
    yield
    await children_end()
