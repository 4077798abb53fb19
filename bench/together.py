"""Together: what a second process on the same PostgreSQL adds. ``python -m bench.together URL`` is one of them."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from functools import partial

from bench.databases import POSTGRES
from bench.engine import MANY
from bench.figures import at_least, ratios
from bench.frame import Bench, LeftOut, Samples
from bench.load import run
from bench.processes import ROOT, Failed
from bench.workload import house
from bot.domain.requests import Request

AT_ONCE = 0.7
"""Seconds after which everybody begins, once all are ready."""


async def measure(bench: Bench) -> None:
    """One process, then two, with the same work each, round by round."""
    if POSTGRES not in bench.options.databases:
        raise LeftOut("it takes PostgreSQL")
    samples = Samples()
    count = bench.options.size(2400, 960)
    for number in range(bench.options.size(3, 1)):
        with bench.databases.fresh(POSTGRES) as url:
            async with house(url, webhooks=False):
                pass
            one = await _work(url, 1, count, number * 10)
            two = await _work(url, 2, count, number * 10 + 5)
        samples.add(open_one=one["open"], open_two=two["open"], decide_one=one["decide"], decide_two=two["decide"])
    for what in ("open", "decide"):
        add = partial(bench.report.add, f"a second process on the same {POSTGRES}")
        add(f"{what}, one process", "/s", samples[f"{what}_one"])
        add(f"{what}, two processes together", "/s", samples[f"{what}_two"])
        speedup = ratios(samples[f"{what}_two"], samples[f"{what}_one"])
        note = "where cores allow: here the processes, the server and the bench share them"
        add(f"{what}, two ÷ one", "x", speedup, at_least(1.6), note)


async def _work(url: str, processes: int, count: int, name: int) -> dict[str, float]:
    """Operations a second of all processes together, by kind."""
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.together", url, str(count), str(name + number)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        for number in range(processes)
    ]
    for process in started:
        await _line(process)
    rates = {"open": 0.0, "decide": 0.0}
    for what in rates:
        at = time.time() + AT_ONCE  # processes share no other clock
        for process in started:
            _tell(process, at)
        ends = [json.loads(await _line(process)) for process in started]
        rates[what] = processes * count / (max(ends) - at)
    for process in started:
        await process.wait()
    return rates


def _tell(process: asyncio.subprocess.Process, at: float) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{at}\n".encode())


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    if not line:
        raise Failed(f"a process ended with {await process.wait()}")
    return line


async def _one_of_them(url: str, count: int, name: int) -> None:
    """Open, then decide, each at the instant that is said on standard input; print when it was done."""
    async with house(url) as engine:
        first = name * 10_000_000
        warm = [await engine.open(first + number) for number in range(MANY)]
        for request in warm:
            await engine.decide(request)
        requests: list[Request] = []

        async def open_(number: int) -> None:
            requests.append(await engine.open(number))

        print("ready", flush=True)
        await _at_the_said_time()
        await run(MANY, (partial(open_, first + MANY + number) for number in range(count)))
        print(time.time(), flush=True)
        await _at_the_said_time()
        await run(MANY, (partial(engine.decide, request) for request in requests))
        print(time.time(), flush=True)


async def _at_the_said_time() -> None:
    at = float(await asyncio.to_thread(sys.stdin.readline))
    await asyncio.sleep(max(0, at - time.time()))


if __name__ == "__main__":
    asyncio.run(_one_of_them(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
