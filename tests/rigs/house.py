"""A small house: a clock that tests move, a policy with every kind of action, a store, and an agent that proposes."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.deciding import Command, Deciding
from bot.domain.duties import NO_DUTIES, Duties
from bot.domain.events import Event, event_of
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.requests import Proposal, Request
from bot.enrolling import Enrolling, Issued, NewAgent
from bot.escalating import sweep
from bot.opening import CALM, OpenedRequest, Situation, open_request
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports import Store
from bot.redeeming import Redeeming
from bot.rostering import Roster
from store.memory import MemoryStore

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
"""A Monday, ten in the morning in New York."""

STAFF = """
version: 1
timezone: America/New_York
currency: USD
people:
  lee: {email: lee@acme.test, name: Lee, limit: 500}
  dana: {email: dana@acme.test, name: Dana, limit: 10000}
  omar: {email: omar@acme.test, name: Omar}
  rosa: {email: rosa@acme.test, name: Rosa}
  vera: {email: vera@acme.test, name: Vera}
"""
"""How a policy begins, and its people; more of them may follow."""
REFUND = """\
  refund:
    title: Refund a customer
    class: money
    level: commit
    owner: refunds
    tools: [issue_refund]
    amount: arguments.amount
    arguments:
      amount: {title: Amount, kind: money, minimum: 0.01, required: true}
      reason: {title: Reason, kind: text}
      card: {title: Card, kind: text, sensitive: true}
    editable: [amount, reason]
"""
"""An action of the owner ``refunds``; its limits follow."""
PAYOUT_CHANGE = """\
  payout_change:
    title: Change where payouts go
    class: identity
    level: commit
    owner: refunds
    tools: [change_payout]
    approvals: 2
"""
"""An action of that owner that takes two signatures."""
POLICY = (
    STAFF
    + """\
groups:
  supervisors: {members: [lee, dana, omar]}
owners:
  refunds:
    title: Refunds
    accountable: vera
    risk_owner: rosa
    channels: {slack: C0REFUNDS}
    approvers: [supervisors]
    sla: {respond_within: 15m, expire_after: 4h}
    reasons: [wrong_amount, not_eligible]
actions:
"""
    + REFUND
    + """\
    caps: {per_action: 2000, per_customer_day: 1000, per_agent_hour: 300 actions}
    allow_when: amount <= 25 && size(mismatches) == 0
"""
    + PAYOUT_CHANGE
)

DRAFT = """\
  reply:
    title: Reply to a customer
    class: other
    level: draft
    owner: refunds
    tools: [draft_reply]
"""
"""An action that runs alone; how much of it is looked at afterwards may follow."""


class MovedClock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class House:
    """Everything that the loop needs, driven by hand."""

    store: Store
    clock: MovedClock
    policy: Policy
    issued: Issued
    operator: Actor = field(default_factory=lambda: Actor(ActorKind.OPERATOR, "root", "cli"))
    situation: Situation = CALM
    """What the gate is told of connected surfaces and pauses."""
    duties: Duties = NO_DUTIES
    """What people arranged among themselves."""
    _keys: int = 0

    @property
    def redeeming(self) -> Redeeming:
        return Redeeming(self.store)

    @property
    def agent(self) -> dict[str, Any]:
        assert self.issued.instance is not None
        return {"agent": self.issued.agent, "instance_id": self.issued.instance.id}

    def person(self, name: str) -> Person:
        return self.policy.people[name]

    async def propose(
        self,
        amount: float | str | None = 120,
        *,
        tool: str = "issue_refund",
        key: str | None = None,
        context: dict[str, Any] | None = None,
        within: str = "30m",
        **arguments: Any,
    ) -> OpenedRequest:
        self._keys += 1
        if amount is not None:
            arguments = {"amount": amount, **arguments}
        asked = {"customer": "cust_1", "session": "s1"} if context is None else context
        proposal = Proposal(tool=tool, arguments=arguments, timeout=within, context=asked)
        return await open_request(
            self.store,
            self.clock,
            self.policy,
            proposal=proposal,
            key=key or f"key-{self._keys}",
            random=os.urandom(10),
            situation=self.situation,
            **self.agent,
        )

    async def held(self, amount: float = 120, **more: Any) -> Request:
        opened = await self.propose(amount, **more)
        assert opened.request.pending, opened.request.assessment.verdict
        return opened.request

    async def say(self, request: Request, command: Command, who: str = "dana", surface: str = "desk") -> Request:
        deciding = Deciding(self.store, self.clock, lambda: self.policy)
        return await deciding.submit(request.id, command, self.person(who), surface)

    async def sweep(self) -> int:
        return await sweep(self.store, self.clock, lambda: Roster(self.policy, self.duties))

    async def facts(self, request: Request) -> list[Event]:
        """Every event of a request, the oldest first."""
        return [event_of(record) for record in await self.store.events(f"request:{request.id}")]

    async def total(self, prefix: str) -> tuple[int, str]:
        """Count and total over the tallies whose key starts so."""
        found = await self.store.tally_totals(prefix)
        return sum(count for _, count, _ in found), f"{sum((total for _, _, total in found), Decimal(0)).normalize():f}"


async def new_house(store: Store | None = None, clock: MovedClock | None = None, policy: str = POLICY) -> House:
    """A house with one agent that may propose everything."""
    clock = clock or MovedClock()
    store = store or MemoryStore(clock)
    loaded = load(policy, "policy.yaml")
    operator = Actor(ActorKind.OPERATOR, "root", "cli")
    issued = await Enrolling(store, clock).create(
        NewAgent("support", "olga@acme.test", ("*",)), known=tuple(loaded.actions), by=operator
    )
    return House(store, clock, loaded, issued, operator)
