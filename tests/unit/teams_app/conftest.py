"""An office in one team, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.rigs.teams_office import Office, opened


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with opened() as here:
        yield here
        assert here.teams.complaints == []
