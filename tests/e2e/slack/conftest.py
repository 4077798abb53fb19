"""One Slack and one server for the tests of a module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rigs.slack_server import Town, town


@pytest.fixture
def watched_tasks() -> None:
    """Slack and its connections outlive a test here: they end with the module, and nothing of them is left then."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def acme(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A workspace with a server; at the end its record must be sound, and no user have been shown trouble."""
    async with town(tmp_path_factory.mktemp("acme")) as found:
        yield found
        await found.require_sound()
