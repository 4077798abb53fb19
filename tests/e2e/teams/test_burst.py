"""A burst into one channel of a Teams that keeps its rates, loses answers and fails, and a server killed in its middle.

Teams' windows last a tenth here, and the servers wait less by themselves (``tests.rigs.hurried_teams``). What Teams
asks to wait is whole seconds, as always. Somebody who may decide has the channel open, so that cards whose answer was
lost tell of themselves; what stood twice for a moment has gone once it was looked at.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import derived_uuid
from tests.fakes.teams import Fault, Message
from tests.rigs.hurried_teams import FASTER
from tests.rigs.teams_fleet import Fleet, fleet

BURST = int(os.environ.get("BURST", "60"))
KILLED_AT = BURST // 3
"""Cards that stand when a server is killed."""
RUSHED_AT = BURST // 6
"""After so many requests one is opened that escalates after two seconds; its own card waits in the same channel."""
ESCALATES = timedelta(seconds=2)
SOON = 5.0
"""Seconds within which it stands, though Teams may lose the answer or ask to wait."""
FAULTS = (
    Fault.THROTTLED,
    Fault.PRECONDITION_FAILED,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY,
    Fault.UNAVAILABLE,
    Fault.GATEWAY_TIMEOUT,
    Fault.HTML,
    Fault.RESET,
    Fault.LOST,
)
SHARE = 0.05
LONG = 180.0
"""Seconds within which the burst has been posted on a busy machine."""


def hurry(there: Fleet) -> None:
    """Let Teams' windows be short, and each fault meet one of twenty posts."""
    rates = there.teams.rates
    rates.windows = {
        group: tuple((count, seconds / FASTER) for count, seconds in windows)
        for group, windows in rates.windows.items()
    }
    for fault in FAULTS:
        there.teams.faults.next("createConversation", fault, times=None, share=SHARE)
    # A gateway may also give up on what was taken all the same.
    there.teams.faults.next("createConversation", Fault.GATEWAY_TIMEOUT, times=None, share=SHARE, taken=True)
    there.teams.watch(there.users["dana"], there.refunds)
    there.teams.watch(there.users["dana"], there.late)


def told(card: Message) -> tuple[str, str]:
    """The request of a card, and the posting that it tells of."""
    data = (card.card or {})["refresh"]["action"]["data"]
    return str(data["request"]), str(data["posting"])


async def require_all_once_and_in_order(there: Fleet, opened: list[str], rushed: str) -> None:
    for card in there.cards(there.refunds):  # whoever looks sees each once
        if not card.deleted:
            await there.teams.show(there.users["dana"], card)
    cards = there.cards(there.refunds)
    assert [told(card)[0] for card in cards] == opened
    assert [told(card)[1] for card in cards] == [derived_uuid("errand", "teams", id_, "1", "card") for id_ in opened]
    for id_, card in zip(opened, cards, strict=True):
        events = await there.events(id_)
        types = Counter(event["type"] for event in events)
        assert types["request.posted"] == (3 if id_ == rushed else 1), types
        assert types["request.unshown"] == 0
        assert card.id in str(events), "what stands is what is on record"


async def require_escalated_at_once(there: Fleet, rushed: str) -> float:
    """Its latency in seconds: of one post, not of a backlog."""
    (ping,) = await there.until(lambda: there.cards(there.late))
    assert told(ping)[0] == rushed
    opened_at = datetime.fromisoformat((await there.events(rushed))[0]["at"])
    late = int(ping.id) / 1000 - (opened_at + ESCALATES).timestamp()
    assert -0.1 <= late < SOON
    return late


@pytest.mark.timeout(600)
@pytest.mark.parametrize("servers", [1, 2], ids=["one on sqlite", "two on postgres"])
async def test_a_burst_is_posted_in_order_and_none_twice_though_a_server_is_killed(
    servers: int, tmp_path: Path, request: pytest.FixtureRequest, record_property: Any
) -> None:
    database = "" if servers == 1 else request.getfixturevalue("fresh_postgres_url")
    async with fleet(tmp_path, database, servers=servers, program="tests.rigs.hurried_teams") as there:
        hurry(there)
        tools = ["rush_order" if number == RUSHED_AT else "issue_refund" for number in range(BURST + 1)]
        opened = [await there.open(number, tool) for number, tool in enumerate(tools)]
        rushed = opened[RUSHED_AT]
        record_property("seconds from due to escalated", await require_escalated_at_once(there, rushed))
        await there.until(lambda: len(there.cards(there.refunds)) >= KILLED_AT)
        assert len(there.cards(there.refunds)) < BURST, "it is killed in its middle"
        await there.kill()
        if not there.servers:
            await there.start()
        await there.until(lambda: {told(card)[0] for card in there.cards(there.refunds)} >= {*opened}, LONG)
        await there.until_quiet()
        times = sorted(int(card.id) / 1000 for card in there.cards(there.refunds))
        record_property("seconds of the longest pause", max(b - a for a, b in pairwise(times)))
        await require_all_once_and_in_order(there, opened, rushed)
        assert len(there.cards(there.late)) == 1
        assert len(there.chat("vera", rushed)) == 1
        await there.require_sound()
