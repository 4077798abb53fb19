"""Reminder and escalation fire once: through a restart, with two processes on one database, with Slack down."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests.fakes.slack import Fault, Message
from tests.rigs.server import serving
from tests.rigs.slack_server import Town, eventually, town, words

KEY = "11" * 32
SHOWN_IN = ["rush", "escalate", "directmessage"]


async def escalated(acme: Town, id_: str) -> list[Message]:
    """The three cards of it, once everybody was told and the thread says so."""
    there = await acme.says(id_, "Rush an order", cards=3)
    assert sorted(each.channel.name for each in there) == sorted(SHOWN_IN)
    card = await acme.card(id_, "rush")
    await acme.thread(card, "reminded that it still waits", "told Vera that it still waits")
    return there


async def require_once(acme: Town, id_: str) -> None:
    types = await acme.types(id_)
    assert types.count("request.reminded") == 1
    assert types.count("request.escalated") == 1
    vera, dms = acme.users["vera"], acme.slack.dms(acme.users["vera"])
    pings = [each for each in acme.cards(id_) if each in dms]
    assert len(pings) == 1
    first = words(pings[0].versions[0].blocks)
    assert "promised an answer by" in first, "which promise is at risk"
    assert "nobody has claimed it" in first
    posted = [each for each in acme.cards(id_) if each.channel.name == "escalate"]
    assert len(posted) == 1
    assert acme.slack.notified(posted[0], 0).users == {vera.id}
    lines = [line for reply in acme.cards(id_)[0].replies for line in [words(reply)]]
    assert sum("told Vera" in line for line in lines) == 1


async def decided_everywhere(acme: Town, id_: str) -> None:
    """From the ping, with one click; the other cards follow."""
    there = acme.cards(id_)
    await acme.slack.click(acme.users["dana"], await acme.card(id_, "escalate"), "approve")
    await acme.says(id_, "Approved", "by Dana on Slack", cards=len(there))


async def test_through_restarts(tmp_path: Path) -> None:
    async with town(tmp_path) as acme:
        id_, _ = await acme.held(tool="rush_order")
        await acme.restart()
        await escalated(acme, id_)
        await acme.restart()
        await require_once(acme, id_)
        await decided_everywhere(acme, id_)
        await require_once(acme, id_)
        await acme.require_sound()


async def test_with_two_processes_and_slack_down(tmp_path: Path, fresh_postgres_url: str) -> None:
    async with town(tmp_path, database=fresh_postgres_url, key=KEY) as acme, AsyncExitStack() as more:
        (tmp_path / "other").mkdir()
        other = serving(tmp_path / "other", policy=acme.policy, **acme.settings)
        await asyncio.to_thread(other.__enter__)
        more.push_async_callback(asyncio.to_thread, other.__exit__, None, None, None)
        ids = [(await acme.held(100 + number, tool="rush_order"))[0] for number in range(4)]
        acme.slack.faults.next("chat.postMessage", Fault.UNAVAILABLE, times=None)
        acme.slack.faults.next("chat.update", Fault.UNAVAILABLE, times=None)

        async def all_escalated() -> bool:
            return all(["request.escalated" in await acme.types(id_) for id_ in ids])

        await eventually(all_escalated, "on record while Slack is down")
        assert all(len(acme.cards(id_)) == 1 for id_ in ids)
        acme.slack.faults.clear()
        acme.slack.faults.next("chat.postMessage", Fault.LOST, times=3)
        for id_ in ids:
            await escalated(acme, id_)
        for id_ in ids:
            await require_once(acme, id_)
        await decided_everywhere(acme, ids[0])
        await acme.require_sound()


async def test_what_one_process_decides_shows_on_the_cards_that_the_other_posted(
    tmp_path: Path, fresh_postgres_url: str
) -> None:
    async with town(tmp_path, database=fresh_postgres_url, key=KEY) as acme, AsyncExitStack() as more:
        (tmp_path / "other").mkdir()
        other = serving(tmp_path / "other", policy=acme.policy, **acme.settings)
        second = await asyncio.to_thread(other.__enter__)
        more.push_async_callback(asyncio.to_thread, other.__exit__, None, None, None)
        for number in range(6):
            id_, card = await acme.held(100 + number)
            acme.slack.connect(second.url if number % 2 else acme.server.url)
            clicks = [acme.slack.click(acme.users[name], card, "approve") for name in ("dana", "lee", "omar")]
            assert all(each.ok for each in await asyncio.gather(*clicks))
            await acme.says(id_, "Approved", "on Slack")
            assert (await acme.types(id_)).count("request.decided") == 1
            await acme.thread(card, "approved it")
        await acme.require_sound()
