"""Nothing that Teams makes us do holds up the event loop for 50 ms, with asyncio's debug on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from adapters.teams.app import clicks, dispatching
from adapters.teams.client import posting
from adapters.teams.client.botbuilder import transport
from tests.rigs.loop_watch import LIMIT, blocked
from tests.rigs.teams_deeds import Deeds
from tests.rigs.teams_office import Office

pytestmark = pytest.mark.timeout(300)  # each deed up to four times, in asyncio's debug


@pytest.fixture
async def deeds(office: Office) -> Deeds:
    for user in office.users.values():
        await office.teams.mention(user, office.refunds, "help")  # Teams has told of everybody
    return Deeds(office)


async def test_nothing_that_comes_from_teams_holds_up_the_loop(deeds: Deeds) -> None:
    assert await blocked(deeds.receiving()) == []


async def test_nothing_that_goes_to_teams_holds_up_the_loop(deeds: Deeds) -> None:
    assert await blocked(deeds.sending()) == []


def sleepy(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same, after a blocking call."""

    def blocking(*args: Any, **kwargs: Any) -> Any:
        time.sleep(LIMIT * 1.2)
        return work(*args, **kwargs)

    return blocking


@pytest.mark.parametrize(
    ("room", "name", "deed"),
    [
        (dispatching, "read_pressed", "views"),
        (clicks, "_command", "buttons"),
        (posting, "card_activity", "cards"),
        (posting, "text_activity", "texts"),
        (transport, "Response", "new token"),
    ],
    ids=("reading a click", "acting on it", "drawing a card", "a text", "an answer of the connector"),
)
async def test_a_blocking_call_would_be_seen(
    deeds: Deeds, monkeypatch: pytest.MonkeyPatch, room: Any, name: str, deed: str
) -> None:
    every = {**deeds.receiving(), **deeds.sending()}
    monkeypatch.setattr(room, name, sleepy(getattr(room, name)))
    found = await blocked({deed: every[deed]})
    assert found
    assert all(each.startswith(f"{deed}: adapters/teams/") for each in found)
