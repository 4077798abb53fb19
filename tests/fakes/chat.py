"""A chat platform in memory that conforms to ``bot.ports.Chat``: channels, private messages, threads, and mishaps.

It finds what was posted before by its id only where it is asked to look (``Posting.again``), as the real ones do; so
whoever posts twice without looking has two messages here.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.cards import Card, Gathered, HistoryLine
from bot.domain.people import Person
from bot.domain.requests import MessageRef
from bot.errors import Busy, ChannelUnavailable, MessageGone, Unavailable, Uncertain
from bot.ports import Chat, Clock, Posting


@dataclass
class Shown:
    """A message as it stands: every card that it showed (the last is what people see), and its thread."""

    id: str
    place: str
    posting: Posting
    at: datetime
    cards: list[Card] = field(default_factory=list)
    leads: list[str | None] = field(default_factory=list)
    text: str = ""
    lines: tuple[HistoryLine, ...] = ()
    lists: list[Gathered] = field(default_factory=list)
    """Every list that it showed (the last is what people see)."""
    thread: list[Shown] = field(default_factory=list)
    deleted: bool = False

    @property
    def card(self) -> Card:
        return self.cards[-1]

    @property
    def said(self) -> list[str]:
        """What its thread says, line by line."""
        return [line.what for reply in self.thread if not reply.deleted for line in reply.lines]

    @property
    def called(self) -> list[str]:
        return [person.id for person in self.posting.calls]


@dataclass
class Faults:
    """Shares (0 to 1) of calls that go wrong: taken but never answered; not its turn; refused for the moment."""

    lost: float = 0.0
    busy: float = 0.0
    refused: float = 0.0


class FakeChat:
    """``every``: seconds between two messages in one channel. ``gone``: places that can't be posted to, and why."""

    def __init__(self, clock: Clock, *, surface: str = "slack", every: float = 0.0, seed: int = 1) -> None:
        self.surface = surface
        self.faults = Faults()
        self.every = every
        self.gone: dict[str, str] = {}
        self.messages: list[Shown] = []
        self.calls = 0
        self.searches = 0
        self.before: Callable[[str], Awaitable[None]] | None = None
        """Called with the method's name before each call is taken."""
        self.after: Callable[[str], Awaitable[None]] | None = None
        """Called after something was posted, before the caller is answered."""
        self._clock = clock
        self._random = random.Random(seed)
        self._turns: dict[str, datetime] = {}

    def conforms(self) -> Chat[Card, HistoryLine, Gathered]:
        """Itself, as the port."""
        return self

    def cards(self, place: str) -> list[Shown]:
        """The cards that stand in a place, in the order in which they came."""
        return [one for one in self.messages if one.place == place and one.cards and not one.deleted]

    def gathered(self, person: str) -> list[Shown]:
        """The lists that somebody was sent and that stand."""
        return [one for one in self.messages if one.place == f"person:{person}" and one.lists and not one.deleted]

    def told(self, person: str) -> list[str]:
        """The plain texts that somebody was sent."""
        return [one.text for one in self.messages if one.place == f"person:{person}" and one.text]

    async def post(self, place: str, card: Card, posting: Posting) -> MessageRef:
        message = Shown("", place, posting, self._clock.now(), [card], [posting.lead])
        return await self._place("post", message, self.messages)

    async def post_list(self, place: str, gathered: Gathered, posting: Posting) -> MessageRef:
        message = Shown("", place, posting, self._clock.now(), lists=[gathered])
        return await self._place("post_list", message, self.messages)

    async def update_list(self, ref: MessageRef, gathered: Gathered) -> None:
        await self._troubles("update_list")
        self._reach(ref.place)
        self._standing(ref).lists.append(gathered)
        if self._happens(self.faults.lost):
            raise Uncertain("no answer")

    async def announce(self, place: str, text: str, posting: Posting) -> MessageRef:
        return await self._place("tell", Shown("", place, posting, self._clock.now(), text=text), self.messages)

    async def tell(self, person: Person, text: str, posting: Posting) -> MessageRef:
        message = Shown("", f"person:{person.id}", posting, self._clock.now(), text=text)
        return await self._place("tell", message, self.messages)

    async def reply(self, ref: MessageRef, lines: Sequence[HistoryLine], posting: Posting) -> MessageRef:
        card = self._standing(ref)
        reply = Shown("", card.place, posting, self._clock.now(), lines=tuple(lines))
        return await self._place("reply", reply, card.thread)

    async def update(
        self, ref: MessageRef, card: Card, *, lead: str | None = None, calls: tuple[Person, ...] = ()
    ) -> None:
        await self._troubles("update")
        self._reach(ref.place)
        message = self._standing(ref)
        message.cards.append(card)
        message.leads.append(lead)
        if self._happens(self.faults.lost):
            raise Uncertain("no answer")

    async def clear(self, ref: MessageRef, *, keep: Collection[str] = ()) -> int:
        await self._troubles("clear")
        self._reach(ref.place)
        gone = [reply for reply in self._standing(ref).thread if reply.id not in keep and not reply.deleted]
        for reply in gone:
            reply.deleted = True
        return len(gone)

    async def _place(self, method: str, message: Shown, where: list[Shown]) -> MessageRef:
        await self._troubles(method)
        self._reach(message.place)
        if message.posting.again:
            self.searches += 1
            for one in where:
                if (one.place, one.posting.id) == (message.place, message.posting.id) and not one.deleted:
                    return self._ref(one)
        self._take_turn(message.place)
        message.id = f"m{sum(1 + len(one.thread) for one in self.messages) + 1}"
        where.append(message)
        if self.after is not None:
            await self.after(method)
        if self._happens(self.faults.lost):
            raise Uncertain("no answer")
        return self._ref(message)

    async def _troubles(self, method: str) -> None:
        self.calls += 1
        if self.before is not None:
            await self.before(method)
        if self._happens(self.faults.busy):
            raise Busy("not now", retry_after=3.0)
        if self._happens(self.faults.refused):
            raise Unavailable("500")

    def _take_turn(self, place: str) -> None:
        now = self._clock.now()
        turn = self._turns.get(place, now)
        if turn > now:
            raise Busy("not its turn", retry_after=(turn - now).total_seconds())
        self._turns[place] = now + timedelta(seconds=self.every)

    def _reach(self, place: str) -> None:
        if place in self.gone:
            raise ChannelUnavailable(self.gone[place], remedy="invite the bot again")

    def _standing(self, ref: MessageRef) -> Shown:
        found = next((one for one in self.messages if one.id == ref.message and not one.deleted), None)
        if found is None:
            raise MessageGone("the message was deleted")
        return found

    def _ref(self, message: Shown) -> MessageRef:
        channel = message.place.replace("person:", "D-")
        return MessageRef(self.surface, channel, message.id, "T1", place=message.place)

    def _happens(self, share: float) -> bool:
        return share > 0 and self._random.random() < share
