"""Six weeks at a small house with two agents, three builds and customers who come back: made up, through real flows."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.deciding import Approve, ApproveWithEdits, Command, Reject
from bot.domain.agents import Agent
from bot.domain.events import Released
from bot.domain.people import agent as agent_actor
from bot.domain.requests import GrantStatus, OutcomeStatus, Proposal, Request
from bot.enrolling import Enrolling, NewAgent
from bot.erasing import erase_request
from bot.errors import SignoffError
from bot.friction import NewContact, report_contacts, report_release
from bot.opening import open_request
from bot.ports import RequestQuery, Store
from tests.rigs.house import REFUND, STAFF, House, MovedClock, new_house

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
    approvers: [supervisors]
    sla: {respond_within: 15m, expire_after: 4h, escalate: [{after: 10m, to: [vera]}]}
    reasons: [wrong_amount, not_eligible]
  words:
    title: Words
    accountable: vera
    risk_owner: omar
    approvers: [supervisors]
actions:
"""
    + REFUND
    + """\
    allow_when: amount <= 25
  payout_change:
    title: Change where payouts go
    class: identity
    level: commit
    owner: refunds
    tools: [change_payout]
    approvals: 2
  reply:
    title: Answer a customer
    class: other
    level: draft
    owner: words
    tools: [reply]
"""
)
WEEKS = 6


@dataclass
class SixWeeks:
    """``live`` makes the history; afterwards the clock stands at its end."""

    house: House
    seed: int
    requests: int = 600
    agents: list[tuple[Agent, str]] = field(default_factory=list)
    _pending: list[tuple[datetime, Request]] = field(default_factory=list)
    _back: list[NewContact] = field(default_factory=list)
    _keys: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    async def live(self) -> None:
        """Propose, decide, escalate, run, fail, come back, release, erase."""
        house, chance = self.house, self.random
        await self._enrol()
        start = house.clock.at
        step = timedelta(weeks=WEEKS) / self.requests
        for number in range(self.requests):
            await self._until(start + step * number)
            await self._open(number / self.requests)
        await self._until(start + timedelta(weeks=WEEKS))
        await self._come_back(everybody=True)
        for request in (await house.store.requests(RequestQuery(limit=25))).items:
            if not request.pending and chance.random() < 0.3:
                try:
                    await erase_request(house.store, request.id, reason="they asked", by=house.operator)
                except SignoffError:
                    continue  # its approval may still be used

    async def _enrol(self) -> None:
        house = self.house
        assert house.issued.instance is not None
        self.agents.append((house.issued.agent, house.issued.instance.id))
        new = NewAgent("billing", "olga@acme.test", ("*",))
        other = await Enrolling(house.store, house.clock).create(
            new, known=tuple(house.policy.actions), by=house.operator
        )
        assert other.instance is not None
        self.agents.append((other.agent, other.instance.id))

    async def _until(self, then: datetime) -> None:
        """Let time pass: what is due is decided, and the clock carries out what it has to."""
        clock, chance = self.house.clock, self.random
        while self._pending and min(self._pending, key=_first)[0] <= then:
            due = min(self._pending, key=_first)
            self._pending.remove(due)
            clock.at = max(clock.at, due[0])
            await self.house.sweep()
            await self._decide(due[1])
        if chance.random() < 0.1:
            await self._come_back()
        clock.at = max(clock.at, then)
        await self.house.sweep()

    async def _open(self, passed: float) -> None:
        chance, house = self.random, self.house
        agent, instance_id = chance.choice(self.agents)
        build = None if chance.random() < 0.05 else f"b{7 + int(passed * 4)}"
        context: dict[str, Any] = {"customer": chance.choice(CUSTOMERS), "confidence": round(chance.random(), 2)}
        if build is not None:
            context["build"] = build
        if chance.random() < 0.1:
            del context["customer"]
        if chance.random() < 0.01:
            await self._release(agent, build or "b0")
        tool, arguments = (
            "issue_refund",
            dict[str, Any](amount=chance.choice([10, 25, 40, 120, round(90 * (1 + passed), 2)])),
        )
        if chance.random() < 0.5:
            tool, arguments = "reply", {"text": "No."}
            version = chance.choice(["v1", "v1", "V2", None])
            question = chance.choice(QUESTIONS)
            context["answer"] = {"question": question, "stance": chance.choice(["no", " No", "yes", "ask a person"])}
            context["answer"] |= {} if version is None else {"policy_version": version}
        elif chance.random() < 0.1:
            tool, arguments = "change_payout", {}
        self._keys += 1
        opened = await open_request(
            house.store,
            house.clock,
            house.policy,
            agent=agent,
            instance_id=instance_id,
            proposal=Proposal(tool=tool, arguments=arguments, timeout="24h", context=context),
            key=f"six-{self._keys}",
            random=os.urandom(10),
        )
        if opened.request.pending:
            wait = timedelta(seconds=chance.choice([3, 8, 40, 300, 1500, 30_000]))
            self._pending.append((house.clock.at + wait, opened.request))
        elif opened.request.grant is not None:
            await self._run(opened.request)

    async def _decide(self, request: Request) -> None:
        chance, house = self.random, self.house
        draw = chance.random()
        command: Command = Reject("not_eligible", "No") if draw < 0.15 else Approve()
        if draw > 0.85 and request.proposal.tool == "issue_refund":
            command = ApproveWithEdits({"amount": 5})
        who = chance.choices(["lee", "dana", "omar"], [1, 6, 2])[0]
        try:
            decided = await house.say(request, command, who)
            if decided.pending:  # of two signatures the first
                house.clock.move(minutes=1)
                decided = await house.say(decided, Approve(), "omar" if who != "omar" else "dana")
        except SignoffError:
            return  # it has expired, or is above their limit
        if decided.grant is not None and chance.random() < 0.9:
            await self._run(decided)

    async def _run(self, request: Request) -> None:
        chance, house = self.random, self.house
        if request.grant is None or request.grant.status is not GrantStatus.WAITING:
            return
        agent = next(agent for agent, _ in self.agents if agent.id == request.agent_id)
        own: dict[str, Any] = {"agent": agent, "instance_id": request.instance_id}
        await house.redeeming.redeem(request.id, key=f"run-{request.id}", digest=request.grant.digest, **own)
        if chance.random() < 0.8:
            status = OutcomeStatus.FAILED if chance.random() < 0.1 else OutcomeStatus.SUCCEEDED
            await house.redeeming.report(request.id, status=status, note=None, **own)
        customer = request.assessment.context.customer
        if customer is not None and chance.random() < 0.4:
            after = timedelta(hours=chance.choice([0, 1, 20, 48, 49, 90]))
            told = customer.upper() if chance.random() < 0.3 else customer
            self._back.append(NewContact(told, house.clock.at + after, "chat"))

    async def _come_back(self, *, everybody: bool = False) -> None:
        """Report who has been back by now; at the end everybody's time has come who is not too far off."""
        now = self.house.clock.at
        told = [one for one in self._back if one.at <= now]
        if told and (everybody or self.random.random() < 0.8):
            self._back = [one for one in self._back if one.at > now]
            agent, instance_id = self.agents[0]
            self._keys += 1
            by = agent_actor(agent.id)
            await report_contacts(
                self.house.store, told, agent=agent, instance_id=instance_id, key=f"c-{self._keys}", by=by
            )

    async def _release(self, agent: Agent, build: str) -> None:
        release = Released(agent.id, build, self.house.clock.at - timedelta(minutes=self.random.choice([0, 45])))
        await report_release(self.house.store, release, agent_actor(agent.id))


CUSTOMERS = [f"cust_{number}" for number in range(120)] + ["Ärmel", "ÄRMEL ", "\uff41nn"]
QUESTIONS = [f"question {number}" for number in range(25)] + ["Question  0"] * 12


def _first(one: tuple[datetime, Request]) -> tuple[datetime, str]:
    return one[0], one[1].id


async def six_weeks(
    seed: int, store: Store | None = None, clock: MovedClock | None = None, requests: int = 600
) -> SixWeeks:
    """The history of this seed, in a store in memory unless another is given."""
    house = await new_house(store, clock, POLICY)
    found = SixWeeks(house, seed, requests)
    await found.live()
    return found
