"""Backtesting: recorded requests judged again, in the order they came, by another policy.

What was counted (tries in a session, an agent's usual amounts, what caps hold) is counted again from the first request
judged on, by the functions that the server uses. That is as near as the record allows: what came before the period is
not known to it, what a request held of a cap while it waited is taken as long as it was approved in the end, agents are
allowed what they are allowed now, and a pause is not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from bot.domain.agents import Agent
from bot.domain.people import ActorKind
from bot.domain.requests import Assessment, Decision, DecisionKind, Request
from bot.domain.verdicts import Tally, VerdictKind
from bot.gating import judge, tally_keys
from bot.policy.document import Policy
from bot.ports import Library, RequestQuery

_PAGE = 200
_STRICTNESS = {VerdictKind.ALLOW: 0, VerdictKind.HOLD: 1, VerdictKind.BLOCK: 2}
_RAN = {DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS}
_CORRECTED = {DecisionKind.REJECTED, DecisionKind.APPROVED_WITH_EDITS}
UNKNOWN = (
    "What came before the period is not counted: caps, tries and usual amounts begin with its first request.",
    "What a request held of a cap counts only where it was approved in the end.",
    "Agents are allowed what they are allowed now; pauses are not looked at; what was erased is left out.",
)
"""What a backtest can't know, in sentences."""


class Backtest(msgspec.Struct, frozen=True):
    """What another policy would have made of recorded requests."""

    policy_version: str
    judged: int = 0
    left_out: int = 0
    """Those whose content was erased."""
    changes: dict[str, int] = {}
    """How many went from one verdict to another, as ``allow -> hold``; those that stay as they were included."""
    overrides: int = 0
    """Edits and rejections by people among them."""
    caught: int = 0
    """Overrides that it treats more strictly, so that they are stopped sooner."""
    missed: int = 0
    """Overrides that it would have let run without a person."""
    added: int = 0
    """Requests that ran without a person, and that it holds: so many more approvals."""
    stopped: int = 0
    """Requests that ran without a person, and that it blocks."""
    saved: int = 0
    """Requests that were approved as proposed, and that it lets run without a person."""
    by_action: dict[str, int] = {}
    """Of those whose verdict changes, how many of each action type."""

    @property
    def changed(self) -> int:
        """How many get another verdict."""
        return sum(count for change, count in self.changes.items() if not _same(change))


class Trial:
    """One policy over requests in the order in which they came.

    ``against`` is judged beside it, in the place of what was recorded: what the period does not know is then the same
    on both sides.
    """

    def __init__(self, policy: Policy, against: Policy | None = None) -> None:
        self._policy = policy
        self._bench = _Bench(policy)
        self._against = None if against is None else _Bench(against)
        self._changes: Counter[str] = Counter()
        self._actions: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def take(self, request: Request, agent: Agent | None) -> None:
        """Judge one more."""
        if request.erased or agent is None:
            self._counts["left_out"] += 1
            return
        recorded = request.assessment.verdict.kind
        before = recorded if self._against is None else self._against.judge(request, agent).verdict.kind
        after = self._bench.judge(request, agent).verdict.kind
        self._counts["judged"] += 1
        self._changes[f"{before.value} -> {after.value}"] += 1
        if before is not after:
            self._actions[request.assessment.action_type] += 1
        self._counts.update(_effects(request, before, after))

    def result(self) -> Backtest:
        """What came of it so far."""
        return Backtest(
            self._policy.version, changes=dict(self._changes), by_action=dict(self._actions), **dict(self._counts)
        )


class _Bench:
    """One policy with what was counted under it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tallies: dict[str, Tally] = {}

    def judge(self, request: Request, agent: Agent) -> Assessment:
        now, proposal = request.opened_at, request.proposal
        keys = tally_keys(self._policy, proposal, agent, now)
        seen = {key: self._tally(key) for key in keys}
        judgement = judge(self._policy, proposal, agent, seen, now)
        for observation in judgement.observed:
            self._tallies[observation.key] = self._tally(observation.key).observe(observation)
        if _took_place(request, judgement.assessment.verdict.kind):
            for reservation in judgement.assessment.reserved:
                self._tallies[reservation.key] = self._tally(reservation.key).reserve(reservation)
        return judgement.assessment

    def _tally(self, key: str) -> Tally:
        return self._tallies.get(key) or Tally(key)


def _took_place(request: Request, verdict: VerdictKind) -> bool:
    """Whether it goes on holding its share of the caps: it runs, or was approved by whoever it was held for."""
    decision = request.decision
    return verdict is VerdictKind.ALLOW or (decision is not None and decision.kind in _RAN)


def corrected(decision: Decision | None) -> bool:
    """Whether a person corrected the agent."""
    return decision is not None and decision.by.kind is ActorKind.PERSON and decision.kind in _CORRECTED


def _effects(request: Request, before: VerdictKind, after: VerdictKind) -> list[str]:
    found = []
    if corrected(request.decision):
        found.append("overrides")
        if _STRICTNESS[after] > _STRICTNESS[before]:
            found.append("caught")
        if after is VerdictKind.ALLOW:
            found.append("missed")
    if before is VerdictKind.ALLOW and after is not VerdictKind.ALLOW:
        found.append("added" if after is VerdictKind.HOLD else "stopped")
    decision = request.decision
    if before is VerdictKind.HOLD and after is VerdictKind.ALLOW and decision is not None:
        found += ["saved"] if decision.kind is DecisionKind.APPROVED else []
    return found


def _same(change: str) -> bool:
    before, _, after = change.partition(" -> ")
    return before == after


async def in_order(
    library: Library, since: datetime, until: datetime, owners: Sequence[str] | None = None
) -> AsyncIterator[Request]:
    """The requests opened in a period, the first first; a day of them is in memory at a time."""
    day = since
    while day < until:
        end = min(day + timedelta(days=1), until)
        found: list[Request] = []
        after = None
        while True:
            page = await library.requests(
                RequestQuery(
                    opened_from=day,
                    opened_before=end,
                    owners=None if owners is None else tuple(owners),
                    limit=_PAGE,
                    after=after,
                )
            )
            found += page.items
            after = page.next
            if after is None:
                break
        for request in reversed(found):
            yield request
        day = end


async def backtest(  # noqa: PLR0913 - what a backtest is of
    library: Library,
    agent_of: Callable[[str], Awaitable[Agent | None]],
    policy: Policy,
    since: datetime,
    until: datetime,
    *,
    against: Policy | None = None,
    owners: Sequence[str] | None = None,
    most: int | None = None,
    progress: Callable[[Request, int], Awaitable[None]] | None = None,
) -> Backtest:
    """Judge what was opened in a period again; ``most`` ends it after so many, ``progress`` is told of each.

    Raises:
        Unavailable: when the database can't be read.
    """
    trial, agents, count = Trial(policy, against), dict[str, Agent | None](), 0
    async for request in in_order(library, since, until, owners):
        if request.agent_id not in agents:
            agents[request.agent_id] = await agent_of(request.agent_id)
        trial.take(request, agents[request.agent_id])
        count += 1
        if progress is not None:
            await progress(request, count)
        if most is not None and count >= most:
            break
    return trial.result()
