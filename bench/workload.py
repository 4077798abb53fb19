"""The workload: agents with webhooks, proposals of the size that real ones have, and people who sign them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.deciding import Approve, Deciding
from bot.domain.agents import Agent, Delivery
from bot.domain.events import DeliveryChanged
from bot.domain.people import Actor, ActorKind, Person
from bot.domain.requests import OutcomeStatus, Proposal, Request
from bot.enrolling import Enrolling, NewAgent
from bot.opening import CALM, Situation, open_request
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.ports import Store
from bot.recording import Needs
from bot.redeeming import Redeeming
from store.opening import open_store

POLICY = Path(__file__).with_name("policy.yaml")
AGENTS = 8
VAULT_KEY = bytes(range(32))
OPERATOR = Actor(ActorKind.OPERATOR, "bench", "cli")
REASONING = "The airline cancelled the flight, the customer asked for the money back, and the fare is refundable. " * 3


class BenchClock:
    """The machine's clock, unless it is stopped to give many requests one deadline."""

    def __init__(self) -> None:
        self.stopped: datetime | None = None

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return self.stopped or datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Worker:
    """One agent with one instance, and the token that proves it (empty where it is not known any more)."""

    agent: Agent
    instance_id: str
    token: str = ""


def proposal(number: int, lasts: str = "20h") -> dict[str, Any]:
    """The protocol object of one request; every number has a customer and session of its own, and is held."""
    return {
        "tool": "issue_refund",
        "arguments": {
            "reservation_id": f"R{number:07}",
            "amount": 40.5 + number % 40,
            "reason": "flight cancelled by the airline",
        },
        "timeout": lasts,
        "agent_reasoning": REASONING,
        "context": {
            "customer": f"c-{number}",
            "session": f"s-{number}",
            "model": "model-1",
            "build": "2026.03.1",
            "confidence": 0.93,
            "citations": ["refund policy 4.2"],
        },
    }


@dataclass(slots=True)
class House:
    """The engine over one store: what an adapter has in hand."""

    store: Store
    clock: BenchClock
    policy: Policy
    workers: list[Worker]
    person: Person
    deciding: Deciding
    redeeming: Redeeming

    async def open(self, number: int, lasts: str = "20h", situation: Situation = CALM) -> Request:
        """Propose the action of this number."""
        worker = self.workers[number % len(self.workers)]
        opened = await open_request(
            self.store,
            self.clock,
            self.policy,
            agent=worker.agent,
            instance_id=worker.instance_id,
            proposal=Proposal(**proposal(number, lasts)),
            key=f"key-{number}",
            random=os.urandom(10),
            situation=situation,
        )
        assert opened.request.pending, opened.request.decision
        return opened.request

    async def decide(self, request: Request) -> Request:
        """Sign it."""
        return await self.deciding.submit(request.id, Approve(), self.person, "desk")

    async def redeem(self, request: Request) -> Request:
        """Spend the grant."""
        worker = self._worker(request)
        return await self.redeeming.redeem(
            request.id, agent=worker.agent, instance_id=worker.instance_id, key="k-" + request.id
        )

    async def report(self, request: Request, status: OutcomeStatus) -> Request:
        """Say what happened."""
        worker = self._worker(request)
        return await self.redeeming.report(
            request.id, agent=worker.agent, instance_id=worker.instance_id, status=status, note=None
        )

    def _worker(self, request: Request) -> Worker:
        return next(worker for worker in self.workers if worker.instance_id == request.instance_id)


async def enrol(store: Store, clock: BenchClock, policy: Policy, *, webhooks: bool = True) -> list[Worker]:
    """Agents that may propose everything; with ``webhooks`` each decision leaves a message in the outbox."""
    enrolling = Enrolling(store, clock)
    workers = []
    for number in range(AGENTS):
        new = NewAgent(f"bench-{number}", "vera@example.com", ("*",))
        issued = await enrolling.create(new, known=policy.actions.keys(), by=OPERATOR)
        assert issued.instance is not None
        worker = Worker(issued.agent, issued.instance.id, issued.token)
        if webhooks:
            await _add_webhook(store, worker)
        workers.append(worker)
    return workers


async def _add_webhook(store: Store, worker: Worker) -> None:
    event = DeliveryChanged(Delivery("https://agent.example.com/hook", "registration-" + worker.agent.name))
    needs = Needs(agents=(worker.agent.id,), instances=(worker.instance_id,))
    await store.transact(needs, lambda view: view.record("instance", worker.instance_id, event, OPERATOR))


@asynccontextmanager
async def house(url: str, *, webhooks: bool = True) -> AsyncIterator[House]:
    """Open a store, make its schema, enrol agents unless they are there already, and close it."""
    clock = BenchClock()
    store = await open_store(url, clock, vault_key=VAULT_KEY, migrate=True)
    try:
        yield await house_over(store, clock, webhooks=webhooks)
    finally:
        await store.close()


async def house_over(store: Store, clock: BenchClock, *, webhooks: bool = True) -> House:
    """The engine over a store that is open already."""
    policy = load(POLICY.read_text(encoding="utf-8"), str(POLICY))

    def in_use() -> Policy:
        return policy

    return House(
        store=store,
        clock=clock,
        policy=policy,
        workers=await _enrolled(store) or await enrol(store, clock, policy, webhooks=webhooks),
        person=policy.people["dana"],
        deciding=Deciding(store, clock, in_use),
        redeeming=Redeeming(store),
    )


async def _enrolled(store: Store) -> list[Worker]:
    """The agents of an earlier opening; their tokens are not known any more."""
    found: list[Worker] = []
    for agent in await store.agents():
        found += [Worker(agent, instance.id) for instance in await store.instances(agent.id)]
    return found
