"""Clicks: how soon a person's approval on the desk is answered while agents open three hundred requests a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial

from bench.figures import at_most, quantile
from bench.frame import Bench, Samples, settle
from bench.http_client import connect
from bench.http_load import Pool
from bench.preload import copied_id, preload
from bench.serving import Server, Staff, serving, staff
from bot.domain.requests import Request

RATE = 300
CLICKS_A_SECOND = 20
CONNECTIONS = 64


async def measure(bench: Bench) -> None:
    """Clicks under load on each database."""
    seconds, rounds = bench.options.size(8, 4), bench.options.size(3, 1)
    for kind in bench.options.databases:
        samples = Samples()
        with bench.databases.fresh(kind) as url:
            people = await staff(url)
            first = await preload(url, pending=rounds * seconds * CLICKS_A_SECOND + 1)
            assert first is not None
            async with serving(url, bench.databases.folder) as server:
                numbers, clicks = iter(range(10**9)), iter(range(1, 10**9))
                for _ in range(rounds):
                    await _round(server, people, first, numbers, clicks, seconds, samples)
        add = partial(bench.report.add, f"clicks on {kind}, {RATE} requests opened a second")
        add("approve on the desk, p50", "ms", samples["p50"])
        add("approve on the desk, p99", "ms", samples["p99"], at_most(250))
        add("approve on the desk, longest", "ms", samples["most"], at_most(3000))
        add("requests opened meanwhile", "/s", samples["rate"])


async def _round(
    server: Server,
    people: Staff,
    first: Request,
    numbers: Iterator[int],
    clicks: Iterator[int],
    seconds: int,
    samples: Samples,
) -> None:
    pool = await Pool.to(server.url, CONNECTIONS)
    settle()
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        group.create_task(open_evenly(server, people, pool, numbers, seconds))
        clicking = group.create_task(_click(server, people, first, clicks, seconds))
    samples.add(rate=RATE * seconds / (time.perf_counter() - start))
    took = clicking.result()
    samples.add(p50=quantile(took, 0.5), p99=quantile(took, 0.99), most=max(took))
    pool.close()


async def open_evenly(server: Server, people: Staff, pool: Pool, numbers: Iterator[int], seconds: int) -> None:
    """Open at an even pace, whether or not the answers keep up, as far as there are connections."""
    slots = asyncio.Semaphore(CONNECTIONS)

    async def open_one(number: int) -> None:
        async with slots:
            await pool.send(server.open_bytes(people, number, f"key-{number}"), 201)

    begin = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for place in range(RATE * seconds):
            await asyncio.sleep(max(0, begin + place / RATE - time.perf_counter()))
            group.create_task(open_one(next(numbers)))


async def _click(server: Server, people: Staff, first: Request, clicks: Iterator[int], seconds: int) -> list[float]:
    """The milliseconds of each click."""
    person = await connect(server.url)
    took = []
    begin = time.perf_counter()
    for place in range(seconds * CLICKS_A_SECOND):
        await asyncio.sleep(max(0, begin + place / CLICKS_A_SECOND - time.perf_counter()))
        start = time.perf_counter()
        await server.approve(person, people.reviewer, copied_id(first, next(clicks)))
        took.append((time.perf_counter() - start) * 1000)
    person.close()
    return took
