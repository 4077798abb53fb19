"""The watch over the event loop sees what blocks, whatever it blocks with, and nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from adapters.teams.client.botbuilder.calling import called
from adapters.teams.client.connecting import pause
from tests.rigs.loop_watch import LIMIT, ROUNDS, blocked

LONG = LIMIT * 1.2
BIG = 10**500_000


def naps() -> None:
    time.sleep(LONG)


def computes() -> None:
    until = time.perf_counter() + LONG
    while time.perf_counter() < until:
        sum(range(100))


def lets_nobody_look() -> None:
    """A call in C that keeps every other thread out meanwhile."""
    until = time.perf_counter() + LONG
    while time.perf_counter() < until:
        _ = BIG * BIG


def through_ours(work: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    """A deed in which code of ours awaits what does this work."""

    async def done() -> None:
        await asyncio.sleep(0)
        work()

    return lambda: called("getMember", done, once=True, pause=pause)


@pytest.mark.parametrize("work", [naps, computes, lets_nobody_look])
async def test_whatever_blocks_is_seen(work: Callable[[], None]) -> None:
    found = await blocked({"asking": through_ours(work)})
    assert len(found) == 1
    assert found[0].startswith("asking: adapters/teams/client/botbuilder/calling.py:called stood in")
    assert found[0].count(" ms") >= ROUNDS


async def test_it_is_seen_where_nothing_was_waited_for_before() -> None:
    async def at_once() -> None:
        naps()

    assert await blocked({"asking": lambda: called("getMember", at_once, once=True, pause=pause)})


async def test_it_is_seen_among_others_in_a_task_of_its_own() -> None:
    async def inside() -> None:
        await asyncio.gather(through_ours(naps)(), asyncio.sleep(LONG))

    found = await blocked({"good": through_ours(lambda: None), "bad": inside})
    assert [each.partition(":")[0] for each in found] == ["bad"]


@pytest.mark.parametrize("times", [[1], [1, 2], [2, 3], [1, 3]], ids=str)
async def test_what_does_not_block_every_time_is_the_machines_doing(times: list[int]) -> None:
    rounds: Iterator[int] = iter(range(100))

    def sometimes() -> None:
        if next(rounds) in times:
            naps()

    assert await blocked({"asking": through_ours(sometimes)}) == []


async def test_what_is_loaded_once_is_not_counted() -> None:
    rounds: Iterator[int] = iter(range(100))
    assert await blocked({"asking": through_ours(lambda: naps() if next(rounds) == 0 else None)}) == []


async def test_what_somebody_else_blocks_is_not_ours() -> None:
    async def elsewhere() -> None:
        await asyncio.sleep(0)
        naps()

    assert await blocked({"elsewhere": elsewhere}) == []


async def test_waiting_blocks_nothing() -> None:
    assert await blocked({"waiting": lambda: pause(LONG)}) == []
