"""A house whose owner has channels on a chat surface, and a sender that is driven by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.requests import Request
from bot.opening import Situation
from bot.ports import Store
from bot.sending import ChatSender
from store.memory import MemoryStore
from tests.fakes.chat import FakeChat
from tests.rigs.house import POLICY, House, MovedClock, new_house

FIRST, SECOND, URGENT = "C0REFUNDS", "C0SECOND", "C0URGENT"
CHATTY = (
    POLICY.replace("{slack: C0REFUNDS}", f"{{slack: [{FIRST}, {SECOND}]}}")
    .replace("per_action: 2000, per_customer_day: 1000, per_agent_hour: 300 actions", "per_action: 2000")
    .replace(
        "sla: {respond_within: 15m, expire_after: 4h}",
        f"""sla:
      respond_within: 15m
      gather: never
      remind_at: [50%]
      escalate:
        - {{after: 10m, to: dana, post_to: {{slack: {URGENT}}}}}
        - {{after: 20m, to: [vera, omar]}}
      expire_after: 4h""",
    )
)


@dataclass
class Chatting:
    """The house, the platform, and the sender between them."""

    house: House
    chat: FakeChat
    sender: ChatSender = field(init=False)

    def __post_init__(self) -> None:
        self.sender = self.another_sender()

    @property
    def clock(self) -> MovedClock:
        return self.house.clock

    def another_sender(self, store: Store | None = None) -> ChatSender:
        """As another process would have it."""
        return ChatSender(
            store or self.house.store,
            self.clock,
            lambda: self.house.policy,
            self.chat.conforms(),
            duties=lambda: self.house.duties,
            jitter=lambda: 0.0,
        )

    async def settle(self, *senders: ChatSender, within: float = 7200) -> None:
        """Send until nothing waits, moving the clock to each next try."""
        end = self.clock.now() + timedelta(seconds=within)
        while True:
            done = [await sender.send_due() for sender in senders or (self.sender,)]
            if any(done):
                continue
            at = await self.house.store.outbox.next_attempt(self.chat.surface, in_order=True)
            if at is None:
                return
            self.clock.at = max(self.clock.at, at)
            assert self.clock.at <= end, "something is tried for ever"

    async def shown(self, request: Request) -> Request:
        """The request as it is now, once everything was sent."""
        await self.settle()
        return await self.now(request)

    async def now(self, request: Request) -> Request:
        found = await self.house.store.request(request.id)
        assert found is not None
        return found

    async def burst(self, count: int) -> list[Request]:
        """So many requests at one time, each of another customer."""
        return [await self.house.held(120, within="4h", context={"customer": f"c{n}"}) for n in range(count)]

    async def unshown(self, request: Request) -> list[str]:
        """The places that could not show it."""
        return [one.place for one in (await self.now(request)).undelivered]

    def shown_twice(self) -> list[tuple[str, str]]:
        """Place and posting of whatever stands more than once."""
        times = Counter((one.place, one.posting.id) for one in self.chat.messages)
        return [key for key, count in times.items() if count > 1]


async def chatting(store: Store | None = None, clock: MovedClock | None = None, *, policy: str = CHATTY) -> Chatting:
    """A house with Slack connected."""
    clock = clock or MovedClock()
    house = await new_house(store or MemoryStore(clock), clock, policy)
    house.situation = Situation(surfaces=("slack",))
    return Chatting(house, FakeChat(clock))
