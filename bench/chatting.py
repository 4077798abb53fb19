"""A chat platform: how soon a click is answered and its card redrawn while agents open three hundred requests a second.

The server is called by a fake platform, which runs in this process and takes the time as the platform would: from
sending the click until its answer is read. Once as everything is, once with a slower disk under the database and every
answer of the platform's half a second late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from bench import slow_disk
from bench.clicks import CLICKS_A_SECOND, CONNECTIONS, RATE, open_evenly
from bench.figures import at_most, quantile, ratios
from bench.frame import Bench, LeftOut, Samples, settle
from bench.http_load import Pool
from bench.load import run
from bench.serving import Server, Staff, staff
from bench.workload import House, house
from bot.opening import CALM, Situation

ANSWER_SECONDS = 0.5
"""What is added to every answer of the platform's."""
MANY = 64


class Version(Protocol):
    """What a message said from one moment on."""

    @property
    def at(self) -> datetime:
        """The moment."""
        ...


class Message(Protocol):
    """A message with a card."""

    @property
    def edits(self) -> int:
        """How often it was changed."""
        ...

    @property
    def versions(self) -> Sequence[Version]:
        """What it said, the newest last."""
        ...


class Place(Protocol):
    """A platform with one channel, and people in it who may approve."""

    @property
    def name(self) -> str:
        """The platform's."""
        ...

    def serving(self, url: str, folder: Path, *, paced: bool) -> AbstractAsyncContextManager[Server]:
        """A server on this database, known to the platform; unless ``paced`` it posts as fast as it can."""
        ...

    def posted(self) -> Sequence[Message]:
        """Every card in the channel, oldest first."""
        ...

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is seen, looking whenever the server has called."""
        ...

    async def click(self, number: int, card: Message) -> float:
        """Approve it, as one of those who may; returns the seconds until the answer was read."""
        ...

    def delay_answers(self, seconds: float) -> None:
        """Answer so much later from now on."""
        ...


Opened = Callable[[], AbstractAsyncContextManager[Place]]


async def measure(bench: Bench, opened: Opened, surface: str) -> None:
    """Each database, as it is and slowed; then what a connected platform adds to an opening."""
    for kind in bench.options.databases:
        samples = Samples()
        name = await _clicks(bench, opened, kind, samples, slow=False)
        _report(bench, f"{name} on {kind}, {RATE} requests opened a second", name, samples)
        with bench.part(f"{name} on {kind}, slowed"):
            if reason := slow_disk.reason_against():
                raise LeftOut(reason)
            slowed = Samples()
            await _clicks(bench, opened, kind, slowed, slow=True)
            added = f"2 ms added to every fsync, 0.5 s to every answer of {name}'s"
            _report(bench, f"{name} on {kind}, {RATE} requests opened a second, {added}", name, slowed)
        await _openings(bench, kind, name, surface)


# --------------------------------------------------------------------------------------------------------------- clicks


async def _clicks(bench: Bench, opened: Opened, kind: str, samples: Samples, *, slow: bool) -> str:
    seconds, rounds = bench.options.size(8, 4), bench.options.size(3, 1)
    numbers, folder = iter(range(10**9)), bench.databases.folder
    with bench.databases.fresh(kind, slow=slow) as url:
        people = await staff(url)
        async with opened() as place:
            async with place.serving(url, folder, paced=False) as server:
                cards = await posted(place, server, people, numbers, rounds * seconds * CLICKS_A_SECOND, samples)
            if slow:
                place.delay_answers(ANSWER_SECONDS)
            with slow_disk.slow_children() if slow else nullcontext():
                async with place.serving(url, folder, paced=True) as server:
                    for _ in range(rounds):
                        await _round(place, server, people, iter(cards), numbers, seconds, samples)
                        cards = cards[seconds * CLICKS_A_SECOND :]
            return place.name


async def posted(
    place: Place, server: Server, people: Staff, numbers: Iterator[int], count: int, samples: Samples
) -> Sequence[Message]:
    """So many cards in the channel, as fast as they come where nobody waits between two of them."""
    pool = await Pool.to(server.url, CONNECTIONS)
    requests = [server.open_bytes(people, number, f"card-{number}") for number in _taken(numbers, count)]
    await run(CONNECTIONS, (partial(pool.send, request, 201) for request in requests))
    pool.close()
    begin, before = time.perf_counter(), len(place.posted())
    await place.until(lambda: len(place.posted()) >= count)
    samples.add(cards=(count - before) / (time.perf_counter() - begin))
    return place.posted()


def _taken(numbers: Iterator[int], count: int) -> list[int]:
    return [next(numbers) for _ in range(count)]


async def _round(
    place: Place,
    server: Server,
    people: Staff,
    cards: Iterator[Message],
    numbers: Iterator[int],
    seconds: int,
    samples: Samples,
) -> None:
    pool = await Pool.to(server.url, CONNECTIONS)
    settle()
    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        opening = group.create_task(open_evenly(server, people, pool, numbers, seconds))
        clicking = group.create_task(_click(place, cards, seconds))
    assert opening.done()
    samples.add(rate=RATE * seconds / (time.perf_counter() - start))
    pool.close()
    acks, clicked = clicking.result()
    samples.add(p50=quantile(acks, 0.5), p99=quantile(acks, 0.99), most=max(acks))
    redrawn = [await _redrawn(place, card, at) for card, at in clicked]
    samples.add(drawn50=quantile(redrawn, 0.5), drawn99=quantile(redrawn, 0.99))


async def _click(
    place: Place, cards: Iterator[Message], seconds: int
) -> tuple[list[float], list[tuple[Message, datetime]]]:
    """The milliseconds until each acknowledgement, and which card was clicked when."""
    acks, clicked = [], []
    begin = time.perf_counter()
    for number in range(seconds * CLICKS_A_SECOND):
        await asyncio.sleep(max(0, begin + number / CLICKS_A_SECOND - time.perf_counter()))
        card = next(cards)
        clicked.append((card, datetime.now(UTC)))
        acks.append(await place.click(number, card) * 1000)
    return acks, clicked


async def _redrawn(place: Place, card: Message, at: datetime) -> float:
    """The milliseconds from the click until the platform had the card that says so."""
    await place.until(lambda: card.edits > 0)
    return (card.versions[1].at - at).total_seconds() * 1000


def _report(bench: Bench, section: str, name: str, samples: Samples) -> None:
    add = partial(bench.report.add, section)
    add("click to acknowledgement, p50", "ms", samples["p50"])
    add("click to acknowledgement, p99", "ms", samples["p99"], at_most(250))
    add("click to acknowledgement, longest", "ms", samples["most"], at_most(3000))
    add("click to redrawn card, p50", "ms", samples["drawn50"])
    add("click to redrawn card, p99", "ms", samples["drawn99"])
    add("requests opened meanwhile", "/s", samples["rate"])
    add(
        "cards posted in one channel, no pause between them",
        "/s",
        samples["cards"],
        note=f"before the clicks, {name} not slowed",
    )


# ------------------------------------------------------------------------------------------------------------- openings


async def _openings(bench: Bench, kind: str, name: str, surface: str) -> None:
    """What the message that tells the platform of a request adds to opening it: the engine, no HTTP, nobody sends."""
    samples, connected = Samples(), Situation(surfaces=(surface,))
    with bench.databases.fresh(kind) as url:
        async with house(url) as engine:
            numbers, count = iter(range(10**9)), bench.options.size(3200, 960)
            await _opened(engine, numbers, 256, CALM)  # what is prepared and cached once is not measured
            for _ in bench.rounds:
                without = await _opened(engine, numbers, count, CALM)
                samples.add(without=without, with_=await _opened(engine, numbers, count, connected))
    add = partial(bench.report.add, f"opening on {kind} with {name} connected, 64 clients")
    add("open, no chat connected", "/s", samples["without"])
    add(f"open, {name} connected", "/s", samples["with_"])
    add("open, connected ÷ not", "x", ratios(samples["with_"], samples["without"]))


async def _opened(engine: House, numbers: Iterator[int], count: int, situation: Situation) -> float:
    settle()
    opening = (partial(engine.open, number, situation=situation) for number in _taken(numbers, count))
    return (await run(MANY, opening)).rate
