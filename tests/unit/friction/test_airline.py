"""Friction of 112 recorded conversations, proposed again over five weeks with builds, contacts and releases.

The data is that of the public tau-bench benchmark (github.com/sierra-research/tau-bench, MIT), read from where it lies
beside the repository; it is no part of the project. Its authors' ``expected_actions`` are what a reviewer who knows
everything would let through; whose conversation ended wrong is made to come back a day later.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from bot.deciding import Approve, Reject
from bot.domain.events import Released
from bot.domain.jsontext import same
from bot.domain.people import agent as agent_actor
from bot.domain.requests import GrantStatus, Proposal, Request
from bot.friction import Frictions, NewContact, report_contacts, report_release
from bot.opening import open_request
from bot.replaying.transcripts import Conversation, read_conversations
from tests.rigs.compared_friction import require_same
from tests.rigs.house import House, new_house
from tests.rigs.second_friction import calculated

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "airline-runs.jsonl"
DAYS = 35
RELEASED = 0.85
"""After this share of the conversations the second build goes live."""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"the recorded conversations are not here ({DATA})")


@dataclass
class Airline:
    """The house, and who comes back when."""

    house: House
    runs: dict[str, dict[str, Any]]
    back: list[NewContact] = field(default_factory=list)
    keys: int = 0
    stopped: int = 0
    changes: int = 0

    async def live(self) -> None:
        """Every conversation in the order of the file, evenly over the weeks."""
        house, start = self.house, self.house.clock.at
        with DATA.open("rb") as stream:
            conversations = [one for one in read_conversations(stream) if isinstance(one, Conversation)]
        for number, conversation in enumerate(conversations):
            house.clock.at = max(house.clock.at, start + timedelta(days=DAYS) * number / len(conversations))
            await house.sweep()
            newer = number >= RELEASED * len(conversations)
            if newer and number - 1 < RELEASED * len(conversations):
                await self._released("b2")
            for call in conversation.calls:
                await self._proposed(conversation, call.tool, call.arguments, number, "b2" if newer else "b1")
            if self.runs[conversation.id]["reward"] == 0.0 and conversation.customer is not None:
                self.back.append(
                    NewContact(conversation.customer.upper(), house.clock.at + timedelta(hours=24), "chat")
                )
            await self._came_back()
        house.clock.at = max(house.clock.at, start + timedelta(days=DAYS))
        await self._came_back()

    async def _released(self, build: str) -> None:
        agent = self.house.issued.agent
        await report_release(self.house.store, Released(agent.id, build, self.house.clock.at), agent_actor(agent.id))

    async def _proposed(
        self, conversation: Conversation, tool: str, arguments: dict[str, Any], number: int, build: str
    ) -> None:
        house = self.house
        self.keys += 1
        right = any(
            one["name"] == tool and same(one["arguments"], arguments)
            for one in self.runs[conversation.id]["expected_actions"]
        )
        context = {
            "customer": conversation.customer,
            "session": conversation.id,
            "model": "gpt-4o",
            "build": build,
            "confidence": round(0.5 + (self.keys * 7 % 50) / 100, 2),
            "answer": {"question": tool, "stance": "right" if right else "wrong", "policy_version": build},
        }
        proposal = Proposal(tool, arguments, "24h", context=context)
        opened = await open_request(
            house.store,
            house.clock,
            house.policy,
            proposal=proposal,
            key=f"call-{self.keys}",
            random=os.urandom(10),
            **house.agent,
        )
        request = opened.request
        if request.pending:
            self.changes += 1
            request = await self._reviewed(request, right=right, slow=number % 3 == 0)
        if request.grant is not None and request.grant.status is GrantStatus.WAITING:
            await house.redeeming.redeem(request.id, key=f"run-{self.keys}", digest=request.digest, **house.agent)

    async def _reviewed(self, request: Request, *, right: bool, slow: bool) -> Request:
        """Ana lets through what is right; every third conversation's calls wait until they have escalated."""
        self.house.clock.move(minutes=12 if slow else 1)
        await self.house.sweep()
        self.stopped += not right
        command = Approve() if right else Reject("not_eligible", "This is not what was to be done.")
        return await self.house.say(request, command, "ana")

    async def _came_back(self) -> None:
        now = self.house.clock.at
        told = [one for one in self.back if one.at <= now]
        self.back = [one for one in self.back if one.at > now]
        if told:
            self.keys += 1
            by = agent_actor(self.house.issued.agent.id)
            await report_contacts(self.house.store, told, key=f"back-{self.keys}", by=by, **self.house.agent)


@pytest.fixture
async def airline() -> Airline:
    policy = (ROOT / "examples" / "airline-policy.yaml").read_text(encoding="utf-8")
    runs = {run["id"]: run for run in map(json.loads, DATA.read_text(encoding="utf-8").splitlines())}
    found = Airline(await new_house(policy=policy), runs)
    await found.live()
    return found


async def test_every_signal_is_what_pandas_says(airline: Airline) -> None:
    house = airline.house
    frictions = Frictions(house.store, house.clock, lambda: house.policy)
    records = [record for _, record in await house.store.all_events(limit=1_000_000)]
    for owner, period in product((None, "reservations", "compensation"), ("week", "4w")):
        friction = (await frictions.measured(owner, period)).friction
        span = friction.period
        require_same(friction, calculated(records, owner=owner, start=span.start, end=span.end, at=span.at))


async def test_what_they_come_to(airline: Airline) -> None:
    house = airline.house
    assert (airline.changes, airline.stopped) == (104, 75)
    friction = (await Frictions(house.store, house.clock, lambda: house.policy).measured(None, "month")).friction
    assert friction.overriding.now.value is not None
    assert friction.overriding.now.value > 0.5
    assert friction.returning.now.hits > 0
    (release,) = friction.releases
    assert release.build == "b2"
    assert friction.contradicting.now.hits > 0
    assert friction.loads.people[0].person == "ana"
