"""An office in one workspace, by its token, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rigs.slack_office import Office, opened


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with opened() as here:
        yield here
