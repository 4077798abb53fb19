"""One server with Slack, Teams and the desk for the tests of a module, by a clock that they move."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rigs.a_day import Day, a_day


@pytest.fixture
def watched_tasks() -> None:
    """Both platforms outlive a test here: they end with the module, and nothing of them is left then."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """The house; at the end its record must be sound, and nobody have been shown trouble."""
    async with a_day(tmp_path_factory.mktemp("day")) as found:
        yield found
