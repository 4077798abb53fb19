"""AAP over HTTP: proposing at 64 connections beside aiohttp's hello in the same round, and whole units of work."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice
from urllib.parse import urlsplit

from bench import processes
from bench.figures import at_least, ratios
from bench.frame import Bench, Samples, settle
from bench.http_client import Connection, connect, expect, request_bytes
from bench.load import Load, run
from bench.machine import cpu_seconds
from bench.serving import Server, Staff, serving, staff

MANY = 64


class Pool:
    """Open connections that are lent, one caller each."""

    def __init__(self, connections: list[Connection]) -> None:
        self._all = connections
        self._free = list(connections)

    @classmethod
    async def to(cls, url: str, count: int = MANY) -> Pool:
        """So many connections to a server."""
        return cls([await connect(url) for _ in range(count)])

    def take(self) -> Connection:
        """One that nobody else has."""
        return self._free.pop()

    def give(self, connection: Connection) -> None:
        """Hand it back."""
        self._free.append(connection)

    async def send(self, request: bytes, *statuses: int) -> None:
        """Send a request on whichever is free and look at the status of its answer."""
        connection = self.take()
        expect(await connection.send(request), *statuses)
        self.give(connection)

    def close(self) -> None:
        """Hang up."""
        for connection in self._all:
            connection.close()


async def measure(bench: Bench) -> None:
    """Proposals and whole units on each database."""
    for kind in bench.options.databases:
        samples = Samples()
        hello = [sys.executable, "-m", "bench.hello"]
        with bench.databases.fresh(kind) as url, processes.running(hello, until="http://") as (_, hello_url):
            people = await staff(url)
            async with serving(url, bench.databases.folder) as server:
                numbers = iter(range(10**9))
                await _round(server, hello_url, people, numbers, Samples(), 256)  # warms up
                for _ in bench.rounds:
                    await _round(server, hello_url, people, numbers, samples, bench.options.size(2400, 960))
        _report(bench, kind, samples)


async def _round(
    server: Server, hello_url: str, people: Staff, numbers: Iterator[int], samples: Samples, count: int
) -> None:
    hello = await _hello(hello_url, people, server, count * 2)
    cpu = cpu_seconds(server.pid)
    opening = await _open(server, people, numbers, count)
    cpu = (cpu_seconds(server.pid) - cpu) / count * 1000
    units = await _units(server, people, numbers, count // 2)
    samples.add(hello=hello.rate, open=opening.rate, open_p50=opening.millis(0.5), open_p99=opening.millis(0.99))
    samples.add(units=units.rate, units_p50=units.millis(0.5), units_p99=units.millis(0.99), cpu=cpu)


async def _hello(url: str, people: Staff, server: Server, count: int) -> Load:
    """The same bytes as a proposal, read and answered with a greeting."""
    proposed = server.open_bytes(people, 1, "key").partition(b"\r\n\r\n")[2]
    request = request_bytes("POST", "/hello", urlsplit(url).netloc, people.headers(1), proposed, b"application/json")
    return await _pooled(url, (request for _ in range(count)))


async def _open(server: Server, people: Staff, numbers: Iterator[int], count: int) -> Load:
    requests = [server.open_bytes(people, number, f"key-{number}") for number in islice(numbers, count)]
    return await _pooled(server.url, iter(requests))


async def _pooled(url: str, requests: Iterator[bytes]) -> Load:
    pool = await Pool.to(url)
    settle()
    load = await run(MANY, (partial(pool.send, request, 201) for request in requests))
    pool.close()
    return load


async def _units(server: Server, people: Staff, numbers: Iterator[int], count: int) -> Load:
    """Open, decide on the desk, have the long poll return: each with a poll that waits before the decision is made."""
    agents, desks = await Pool.to(server.url), await Pool.to(server.url)
    settle()
    load = await run(MANY, (partial(_unit, server, people, agents, desks, next(numbers)) for _ in range(count)))
    agents.close()
    desks.close()
    return load


async def _unit(server: Server, people: Staff, agents: Pool, desks: Pool, number: int) -> None:
    agent, desk = agents.take(), desks.take()
    opened = expect(await agent.send(server.open_bytes(people, number, f"unit-{number}")), 201)
    deciding = server.approve(desk, people.reviewer, opened["id"])
    found, _ = await asyncio.gather(server.wait(agent, people, number, opened["id"]), deciding)
    assert found["status"] == "approved", found
    agents.give(agent)
    desks.give(desk)


def _report(bench: Bench, kind: str, samples: Samples) -> None:
    add = partial(bench.report.add, f"AAP over HTTP on {kind}, 64 connections")
    add("hello, aiohttp", "/s", samples["hello"], note="the floor; the load generator shares the cores")
    add("POST /v1/requests", "/s", samples["open"])
    add("POST /v1/requests, p50", "ms", samples["open_p50"])
    add("POST /v1/requests, p99", "ms", samples["open_p99"])
    add("POST /v1/requests, CPU of the server", "ms", samples["cpu"])
    add("POST /v1/requests ÷ hello", "x", ratios(samples["open"], samples["hello"]), at_least(0.25))
    add("open, decide on the desk, long poll returns", "units/s", samples["units"], at_least(500))
    add("a whole unit, p50", "ms", samples["units_p50"])
    add("a whole unit, p99", "ms", samples["units_p99"])
