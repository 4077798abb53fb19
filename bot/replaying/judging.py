"""Judging what was recorded: every call through the gate in order, with the history that the ones before it make.

The counts (tries in a session, caps, an agent's usual amounts) are carried in memory by the functions that the server
uses. A held call counts as approved: it keeps its share of the caps, as it would have while it waited.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from bot.domain.agents import Agent
from bot.domain.requests import Assessment, Proposal
from bot.domain.verdicts import Tally
from bot.gating import judge, tally_keys
from bot.policy.document import Policy
from bot.replaying.transcripts import Call, Conversation

TIMEOUT = "24h"
DEFAULT_AGENT = "replay"


class Arrivals(msgspec.Struct, frozen=True):
    """When conversations come: evenly, ``per_hour`` from ``start`` on; it is what hourly and daily caps see."""

    start: datetime
    per_hour: float

    def of(self, number: int) -> datetime:
        """When the conversation with this number (from 0) comes."""
        return self.start + timedelta(hours=number / self.per_hour)


class Judged(msgspec.Struct, frozen=True):
    """A call with what the gate makes of it."""

    conversation: Conversation
    call: Call
    assessment: Assessment


def proposal_of(conversation: Conversation, call: Call) -> Proposal:
    """What the agent would have proposed: its call, with the conversation so far as context."""
    context: dict[str, object] = {"session": conversation.id}
    if conversation.customer:
        context["customer"] = conversation.customer
    if conversation.model:
        context["model"] = conversation.model
    if call.transcript:
        context["transcript"] = list(call.transcript)
    return Proposal(call.tool, call.arguments, TIMEOUT, agent_reasoning=call.reasoning, context=context)


class Replay:
    """Conversations in the order they came, under one policy."""

    def __init__(self, policy: Policy, arrivals: Arrivals, agent_name: str = DEFAULT_AGENT) -> None:
        self._policy = policy
        self._arrivals = arrivals
        self._agent = Agent(agent_name, agent_name, "", ("*",), arrivals.start)
        self._tallies: dict[str, Tally] = {}
        self._conversations = 0

    def judge(self, conversation: Conversation) -> Iterator[Judged]:
        """The verdict on each call of the next conversation."""
        now = self._arrivals.of(self._conversations)
        self._conversations += 1
        for call in conversation.calls:
            yield Judged(conversation, call, self.judge_proposal(proposal_of(conversation, call), now))

    def judge_proposal(self, proposal: Proposal, now: datetime) -> Assessment:
        """What the gate makes of one that comes ``now``, after all that came before it."""
        keys = tally_keys(self._policy, proposal, self._agent, now)
        seen = {key: self._tallies.get(key) or Tally(key) for key in keys}
        judgement = judge(self._policy, proposal, self._agent, seen, now)
        for observation in judgement.observed:
            self._tallies[observation.key] = self._tally(observation.key).observe(observation)
        for reservation in judgement.assessment.reserved:
            self._tallies[reservation.key] = self._tally(reservation.key).reserve(reservation)
        return judgement.assessment

    def _tally(self, key: str) -> Tally:
        return self._tallies.get(key) or Tally(key)
