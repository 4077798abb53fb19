"""A house with Slack connected, on every store, at a clock that is moved."""

from __future__ import annotations

import pytest

from bot.ports import Store
from tests.rigs.chatting import Chatting, chatting
from tests.rigs.house import MovedClock


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def place(store: Store, clock: MovedClock) -> Chatting:
    return await chatting(store, clock)
