"""Slack: how soon a click is acknowledged and its card redrawn while agents open three hundred requests a second.

The server is called by ``tests.fakes.slack``, which runs in this process and takes the time as Slack would: from
sending the click until its acknowledgement is read. Once as everything is, once with a slower disk under the database
and every answer of Slack's half a second late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bench import slow_disk
from bench.clicks import CLICKS_A_SECOND, CONNECTIONS, RATE, open_evenly
from bench.figures import at_most, quantile, ratios
from bench.frame import Bench, LeftOut, Samples, settle
from bench.http_load import Pool
from bench.load import run
from bench.serving import Server, Staff, serving, staff
from bench.workload import House, house
from bot.opening import CALM, Situation
from tests.fakes.slack import Channel, FakeSlack, Fault, Message, User, Workspace

ANSWER_SECONDS = 0.5
"""What is added to every answer of Slack's."""
WAIT_SECONDS = 120.0
MANY = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A Slack with one channel, and somebody in it who may approve."""

    slack: FakeSlack
    acme: Workspace
    refunds: Channel
    dana: User

    def settings(self, seconds: float) -> dict[str, str]:
        """How the server is connected; so many seconds lie between two of its messages."""
        return {
            "slack_bot_token": self.acme.token,
            "slack_signing_secret": self.slack.app.signing_secret,
            "slack_api_url": self.slack.api_url,
            "slack_message_seconds": str(seconds),
        }


async def measure(bench: Bench) -> None:
    """Each database, as it is and slowed; then what a connected Slack adds to an opening."""
    for kind in bench.options.databases:
        samples = Samples()
        await _clicks(bench, kind, samples, slow=False)
        _report(bench, f"Slack on {kind}, {RATE} requests opened a second", samples)
        with bench.part(f"Slack on {kind}, slowed"):
            if reason := slow_disk.reason_against():
                raise LeftOut(reason)
            slowed = Samples()
            await _clicks(bench, kind, slowed, slow=True)
            added = "2 ms added to every fsync, 0.5 s to every answer of Slack's"
            _report(bench, f"Slack on {kind}, {RATE} requests opened a second, {added}", slowed)
        await _openings(bench, kind)


@asynccontextmanager
async def _place() -> AsyncIterator[Place]:
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        acme = slack.workspace("Acme")
        people = [acme.user(name, email=f"{name}@example.com") for name in ("dana", "lee", "rosa", "vera")]
        yield Place(slack, acme, acme.channel("refunds", people, id="C0REFUNDS"), people[0])


# --------------------------------------------------------------------------------------------------------------- clicks


async def _clicks(bench: Bench, kind: str, samples: Samples, *, slow: bool) -> None:
    seconds, rounds = bench.options.size(8, 4), bench.options.size(3, 1)
    numbers, folder = iter(range(10**9)), bench.databases.folder
    with bench.databases.fresh(kind, slow=slow) as url:
        people = await staff(url)
        async with _place() as place:
            async with serving(url, folder, **place.settings(0.0)) as server:
                cards = await _posted(place, server, people, numbers, rounds * seconds * CLICKS_A_SECOND, samples)
            if slow:
                place.slack.faults.next("*", Fault.SLOW, times=None, seconds=ANSWER_SECONDS)
            with slow_disk.slow_children() if slow else nullcontext():
                async with serving(url, folder, **place.settings(1.0)) as server:
                    place.slack.connect(server.url)
                    for _ in range(rounds):
                        await _round(place, server, people, cards, numbers, seconds, samples)


async def _posted(
    place: Place, server: Server, people: Staff, numbers: Iterator[int], count: int, samples: Samples
) -> Iterator[Message]:
    """So many cards in the channel, as fast as they come where nobody waits between two of them."""
    place.slack.connect(server.url)
    pool = await Pool.to(server.url, CONNECTIONS)
    requests = [server.open_bytes(people, number, f"card-{number}") for number in _taken(numbers, count)]
    await run(CONNECTIONS, (partial(pool.send, request, 201) for request in requests))
    pool.close()
    begin, before = time.perf_counter(), len(place.slack.messages(place.refunds))
    cards = await _until(place, lambda: _all(place, count))
    samples.add(cards=(count - before) / (time.perf_counter() - begin))
    return iter(cards)


def _taken(numbers: Iterator[int], count: int) -> list[int]:
    return [next(numbers) for _ in range(count)]


def _all(place: Place, count: int) -> list[Message] | None:
    found = place.slack.messages(place.refunds)
    return found if len(found) >= count else None


async def _until(place: Place, seen: Callable[[], list[Message] | None]) -> list[Message]:
    found = await place.slack.until(seen, WAIT_SECONDS)
    assert found is not None
    return found


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
        delivery = await place.slack.click(place.dana, card, "approve")
        assert delivery.ok, delivery.last
        acks.append(delivery.seconds * 1000)
    return acks, clicked


async def _redrawn(place: Place, card: Message, at: datetime) -> float:
    """The milliseconds from the click until Slack had the card that says so."""
    await place.slack.until(lambda: card.edits, WAIT_SECONDS)
    return (card.versions[1].at - at).total_seconds() * 1000


def _report(bench: Bench, section: str, samples: Samples) -> None:
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
        note="before the clicks, Slack not slowed",
    )


# ------------------------------------------------------------------------------------------------------------- openings


async def _openings(bench: Bench, kind: str) -> None:
    """What the message that tells Slack of a request adds to opening it: the engine, no HTTP, nobody sends."""
    samples, connected = Samples(), Situation(surfaces=("slack",))
    with bench.databases.fresh(kind) as url:
        async with house(url) as engine:
            numbers, count = iter(range(10**9)), bench.options.size(3200, 960)
            await _opened(engine, numbers, 256, CALM)  # what is prepared and cached once is not measured
            for _ in bench.rounds:
                without = await _opened(engine, numbers, count, CALM)
                samples.add(without=without, with_=await _opened(engine, numbers, count, connected))
    add = partial(bench.report.add, f"opening on {kind} with Slack connected, 64 clients")
    add("open, no chat connected", "/s", samples["without"])
    add("open, Slack connected", "/s", samples["with_"])
    add("open, connected ÷ not", "x", ratios(samples["with_"], samples["without"]))


async def _opened(engine: House, numbers: Iterator[int], count: int, situation: Situation) -> float:
    settle()
    opening = (partial(engine.open, number, situation=situation) for number in _taken(numbers, count))
    return (await run(MANY, opening)).rate
