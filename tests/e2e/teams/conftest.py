"""One Teams and one server for the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rigs.teams_server import District, district


@pytest.fixture
def watched_tasks() -> None:
    """Teams and its connections outlive a test here: they end with the module, and nothing of them is left then."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def contoso(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[District]:
    """An organisation with a server; at the end its record must be sound, and no user have been shown trouble."""
    async with district(tmp_path_factory.mktemp("contoso")) as found:
        yield found
        await found.require_sound()
