"""Slack: clicks under load, cards posted, and what a connected Slack adds to an opening. Slack is a fake, in here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import chatting
from bench.frame import Bench
from bench.serving import Server, serving
from tests.fakes.slack import Channel, FakeSlack, Fault, Message, User, Workspace

WAIT_SECONDS = 120.0
PEOPLE = ("dana", "lee", "rosa", "vera")
PACE_SECONDS = 1.0
"""Between two messages of a channel, as Slack asks for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A Slack with one channel, and somebody in it who may approve."""

    slack: FakeSlack
    acme: Workspace
    refunds: Channel
    dana: User
    name: str = "Slack"

    @asynccontextmanager
    async def serving(self, url: str, folder: Path, *, paced: bool) -> AsyncIterator[Server]:
        """See ``chatting.Place``."""
        settings = {
            "slack_bot_token": self.acme.token,
            "slack_signing_secret": self.slack.app.signing_secret,
            "slack_api_url": self.slack.api_url,
            "slack_message_seconds": str(PACE_SECONDS if paced else 0.0),
        }
        async with serving(url, folder, **settings) as server:
            self.slack.connect(server.url)
            yield server

    def posted(self) -> Sequence[Message]:
        """See ``chatting.Place``."""
        return self.slack.messages(self.refunds)

    async def until(self, seen: Callable[[], bool]) -> None:
        """See ``chatting.Place``."""
        await self.slack.until(seen, WAIT_SECONDS)

    async def click(self, number: int, card: chatting.Message) -> float:
        """See ``chatting.Place``."""
        assert isinstance(card, Message), number
        delivery = await self.slack.click(self.dana, card, "approve")
        assert delivery.ok, delivery.last
        return delivery.seconds

    def delay_answers(self, seconds: float) -> None:
        """See ``chatting.Place``."""
        self.slack.faults.next("*", Fault.SLOW, times=None, seconds=seconds)


@asynccontextmanager
async def opened() -> AsyncIterator[Place]:
    """A Slack that takes any number of calls."""
    async with FakeSlack() as slack:
        slack.rates.enabled = False
        acme = slack.workspace("Acme")
        people = [acme.user(name, email=f"{name}@example.com") for name in PEOPLE]
        yield Place(slack, acme, acme.channel("refunds", people, id="C0REFUNDS"), people[0])


async def measure(bench: Bench) -> None:
    """Slack on each database."""
    await chatting.measure(bench, opened, "slack")
