"""A week at the small house in which everything happens that a summary counts, and the week before it."""

from __future__ import annotations

from typing import Any

from bot.deciding import Approve, ApproveWithEdits, Reject, Revoke
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import OutcomeStatus, Request
from bot.erasing import erase_request
from tests.rigs.house import House


class Week:
    """Requests that go through the real flows, one customer each, at times that a test can follow with a pencil."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.requests: dict[str, Request] = {}

    async def before(self) -> None:
        """The week before: 100 approved after a minute and run, 50 rejected after twenty."""
        first = await self.open("before_run", 100)
        self.house.clock.move(minutes=1)
        await self.house.say(first, Approve())
        await self.run(first, OutcomeStatus.SUCCEEDED)
        second = await self.open("before_late", 50)
        self.house.clock.move(minutes=20)
        await self.house.say(second, Reject("wrong_amount", "Too much"), "lee")
        self.house.clock.move(days=7)

    async def now(self) -> None:
        """Two that the policy decided, two that were edited, and whatever else can become of a request."""
        allowed = await self.open("allowed", 20)
        await self.run(allowed, OutcomeStatus.SUCCEEDED)
        await self.open("blocked", 5000)
        await self._approved()
        await self._edited()
        await self._refused()
        await self._erased()
        await self.open("waiting", 90)
        self.house.clock.move(minutes=2)

    async def _approved(self) -> None:
        clock, say = self.house.clock, self.house.say
        fast = await self.open("fast", 120)
        clock.move(seconds=2)
        await say(fast, Approve())
        await self.run(fast, OutcomeStatus.SUCCEEDED)
        revoked = await self.open("revoked", 200, build="b7")
        clock.move(minutes=10)
        await say(revoked, Approve())
        await say(revoked, Revoke("They called"))
        lapsed = await self.open("lapsed", 70)
        clock.move(minutes=1)
        await say(lapsed, Approve())
        clock.move(minutes=11)
        await self.house.sweep()
        two = await self.open("two", None, tool="change_payout")
        clock.move(minutes=3)
        await say(two, Approve(), "lee")
        clock.move(minutes=3)
        await say(two, Approve(), "dana")

    async def _edited(self) -> None:
        edited = await self.open("edited", 300, build="b7")
        self.house.clock.move(minutes=4)
        await self.house.say(edited, ApproveWithEdits({"amount": 250}, "A little less"))
        follow = await self.open("follow", 250, customer="edited", build="b7")
        assert follow.decision is not None
        assert follow.decision.origin == edited.id
        await self.run(follow, OutcomeStatus.FAILED)

    async def _refused(self) -> None:
        clock = self.house.clock
        rejected = await self.open("rejected", 80)
        clock.move(minutes=16)
        await self.house.say(rejected, Reject("not_eligible", "No receipt"), "lee")
        await self.open("expired", 60)
        clock.move(minutes=31)
        await self.house.sweep()
        cancelled = await self.open("cancelled", 30)
        clock.move(minutes=1)
        await self.house.redeeming.cancel(cancelled.id, **self.house.agent)

    async def _erased(self) -> None:
        erased = await self.open("erased", 40)
        self.house.clock.move(minutes=2)
        await self.house.say(erased, ApproveWithEdits({"amount": 45}, "With interest"), "omar")
        await self.house.say(erased, Revoke("Wrong account"))
        by = Actor(ActorKind.OPERATOR, "root", "cli")
        await erase_request(self.house.store, erased.id, reason="asked to", by=by)

    async def open(
        self, name: str, amount: float | None, *, tool: str = "issue_refund", customer: str = "", build: str = "b8"
    ) -> Request:
        """Propose, one customer and session a name."""
        context: dict[str, Any] = {"customer": customer or name, "session": customer or name, "build": build}
        opened = await self.house.propose(amount, tool=tool, context=context)
        self.requests[name] = opened.request
        return opened.request

    async def run(self, request: Request, status: OutcomeStatus) -> None:
        """Redeem and report."""
        redeeming, agent = self.house.redeeming, self.house.agent
        await redeeming.redeem(request.id, key=f"run-{request.id}", **agent)
        await redeeming.report(request.id, status=status, note=None, **agent)
