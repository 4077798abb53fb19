"""Teams: clicks under load, cards posted, what a connected Teams adds to an opening, and what a call of Teams' costs.

Teams is a fake, in this process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from bench import chatting
from bench.frame import Bench, Samples, settle
from bench.machine import cpu_seconds
from bench.serving import Server, serving, staff
from tests.fakes.teams import Channel, FakeTeams, Fault, Message, User
from tests.fakes.teams.calling.delivery import Delivery
from tests.rigs.teams_server import registered

WAIT_SECONDS = 120.0
CHANNEL = "19:refunds@thread.tacv2"
APPROVERS, OTHERS = ("dana", "lee"), ("rosa", "vera")


@dataclass(frozen=True, slots=True)
class Place:
    """A Teams with one channel, and those in it who may approve; they take turns."""

    teams: FakeTeams
    refunds: Channel
    approvers: Sequence[User]
    onlooker: User
    name: str = "Teams"

    @asynccontextmanager
    async def serving(self, url: str, folder: Path, *, paced: bool) -> AsyncIterator[Server]:
        """See ``chatting.Place``."""
        settings = registered(self.teams, folder)
        async with serving(url, folder, program="bot.cli" if paced else "bench.unpaced", **settings) as server:
            self.teams.connect(server.url)
            if paced:  # it is up: in the second after a start a click waits until Microsoft's keys have come
                looked = await self.teams.refresh(self.onlooker, self.posted()[0])
                assert looked.ok, looked.last
            yield server

    def posted(self) -> Sequence[Message]:
        """See ``chatting.Place``."""
        return self.teams.messages(self.refunds)

    async def until(self, seen: Callable[[], bool]) -> None:
        """See ``chatting.Place``."""
        await self.teams.until(seen, WAIT_SECONDS)

    async def click(self, number: int, card: chatting.Message) -> float:
        """See ``chatting.Place``."""
        assert isinstance(card, Message)
        delivery = await self.teams.click(self.approvers[number % len(self.approvers)], card, "approve")
        assert delivery.ok, delivery.last
        return delivery.seconds

    def delay_answers(self, seconds: float) -> None:
        """See ``chatting.Place``."""
        self.teams.faults.next("*", Fault.SLOW, times=None, seconds=seconds)


@asynccontextmanager
async def opened() -> AsyncIterator[Place]:
    """A Teams that takes any number of calls."""
    async with FakeTeams() as teams:
        teams.rates.enabled = False
        tenant = teams.tenant("Contoso")
        people = [tenant.user(name, email=f"{name}@example.com", installed=True) for name in (*APPROVERS, *OTHERS)]
        team = tenant.team("Support", people)
        yield Place(teams, team.channel("refunds", id=CHANNEL), people[: len(APPROVERS)], people[-1])


async def measure(bench: Bench) -> None:
    """Teams on each database."""
    await chatting.measure(bench, opened, "teams")
    for kind in bench.options.databases:
        await _calls(bench, kind)


# ---------------------------------------------------------------------------------------------------------------- calls


async def _calls(bench: Bench, kind: str) -> None:
    """What the server computes for one call of Teams', with nothing else to do."""
    samples, count = Samples(), bench.options.size(200, 60)
    with bench.databases.fresh(kind) as url:
        people = await staff(url)
        async with opened() as place, place.serving(url, bench.databases.folder, paced=False) as server:
            needed = (bench.options.rounds + 1) * count
            found = await chatting.posted(place, server, people, iter(range(10**9)), needed, Samples())
            cards = iter([card for card in found if isinstance(card, Message)])
            await _round(place, server, cards, count, Samples())  # what is prepared and cached once is not measured
            for _ in bench.rounds:
                await _round(place, server, cards, count, samples)
    add = partial(bench.report.add, f"what a call of Teams' costs on {kind}, nothing else to do")
    add("a reaction: read, noted, nothing to do", "ms CPU", samples["noted"])
    add("a card drawn for one person", "ms CPU", samples["drawn"])
    add("an approval, with its record, redrawn card and line", "ms CPU", samples["approved"])


async def _round(place: Place, server: Server, cards: Iterator[Message], count: int, samples: Samples) -> None:
    """Each kind of call so many times, one after the other, on cards that nobody has clicked yet."""
    dana, teams = place.approvers[0], place.teams
    mine = list(islice(cards, count))
    liked = partial(teams.invoke, name="", value=None, type="messageReaction", reactionsAdded=[{"type": "like"}])
    noted = await _cpu(server, (partial(liked, dana, card) for card in mine))
    drawn = await _cpu(server, (partial(teams.refresh, dana, card) for card in mine))
    settle()
    before = cpu_seconds(server.pid)
    for number, card in enumerate(mine):
        await place.click(number, card)
    await place.until(lambda: all(card.edits and card.replies for card in mine))
    approved = (cpu_seconds(server.pid) - before) / count * 1000
    samples.add(noted=noted, drawn=drawn, approved=approved)


async def _cpu(server: Server, calls: Iterable[Callable[[], Awaitable[Delivery]]]) -> float:
    """The milliseconds that one of them made the server compute."""
    settle()
    before, count = cpu_seconds(server.pid), 0
    for call in calls:
        delivery = await call()
        assert delivery.ok, delivery.last
        count += 1
    return (cpu_seconds(server.pid) - before) / count * 1000
