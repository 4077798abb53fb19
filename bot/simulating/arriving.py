"""Arriving: the stream of requests that a simulation is given, in the order of their times."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from random import Random

import msgspec
from msgspec.structs import replace

from bot.domain.money import Money
from bot.domain.requests import Assessment, Context, Proposal
from bot.domain.verdicts import ActionClass, Level, Reason, Verdict, VerdictKind
from bot.policy.document import Policy
from bot.policy.working_time import working_time
from bot.simulating.staff import open_spans

TIMEOUT = "24h"
"""How long an agent waits of which nothing else is said."""


class Profile(StrEnum):
    """When in the day requests come at a rate."""

    FLAT = "flat"
    """At any time alike."""
    HOURS = "hours"
    """As many in all, in the working hours of the owner of each action alone."""


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One proposal at its time. ``quantile`` says how long its first review takes among all that might be."""

    at: datetime
    proposal: Proposal
    assessment: Assessment
    quantile: float


class Passed(msgspec.Struct, frozen=True, gc=False):
    """A proposal that nobody has to look at: allowed, or blocked."""

    at: datetime
    blocked: bool = False


class Kind(msgspec.Struct, frozen=True):
    """One action type's part of what comes: its weight, the share that is held, and examples of held ones.

    Each held request is one of the examples, each as likely as the others.
    """

    action_type: str
    weight: float
    held: float
    examples: tuple[tuple[Proposal, Assessment], ...]


def held(policy: Policy, action_type: str, amount: Money | None = None, *, rule: str = "assumed") -> Assessment:
    """What the gate would say of a request that is held, by assumption."""
    action = policy.actions.get(action_type)
    reason = Reason(rule, VerdictKind.HOLD, "It is taken to be held.")
    return Assessment(
        verdict=Verdict(VerdictKind.HOLD, (reason,), policy.version),
        action_type=action_type,
        title=action_type if action is None else action.title,
        action_class=ActionClass.OTHER if action is None else action.action_class,
        level=Level.COMMIT if action is None else action.level,
        context=Context(),
        amount=amount,
    )


def assumed(policy: Policy, action_type: str, timeout: str = TIMEOUT) -> Proposal:
    """A proposal of this action type of which nothing is known."""
    action = policy.actions.get(action_type)
    tool = action.tools[0] if action is not None and action.tools else action_type
    return Proposal(tool, {}, timeout)


def without_dates(policy: Policy) -> Policy:
    """The policy with limits of the law counted from the opening: made-up requests name no date to count from."""
    actions = {
        id_: action if action.statutory is None else replace(action, statutory=replace(action.statutory, since=None))
        for id_, action in policy.actions.items()
    }
    return replace(policy, actions=actions, tools={name: actions[one.id] for name, one in policy.tools.items()})


class Rate(msgspec.Struct, frozen=True):
    """Proposals that come at random (a Poisson process for each action type) between two instants, ``end`` excluded.

    The same seed gives the same arrivals; those of an action type depend on no other.
    """

    per_day: float
    kinds: Sequence[Kind]
    start: datetime
    end: datetime
    seed: int
    profile: Profile = Profile.FLAT

    def arrivals(self, policy: Policy) -> Iterator[Arrival | Passed]:
        """In order of time, the held ones and the others."""
        total = sum(kind.weight for kind in self.kinds) or 1.0
        streams = [self._stream(policy, kind, self.per_day * kind.weight / total) for kind in self.kinds]
        for _, _, arrival in heapq.merge(*streams, key=lambda one: one[:2]):
            yield arrival

    def _stream(self, policy: Policy, kind: Kind, per_day: float) -> Iterator[tuple[datetime, str, Arrival | Passed]]:
        chance = Random(f"{self.seed}:{kind.action_type}")  # noqa: S311 - a simulation is repeated from its seed
        for at in self._instants(policy, kind.action_type, per_day, chance):
            shown, which, quantile = chance.random(), chance.random(), chance.random()
            if shown >= kind.held or not kind.examples:
                yield at, kind.action_type, Passed(at)
                continue
            proposal, assessment = kind.examples[int(which * len(kind.examples))]
            yield at, kind.action_type, Arrival(at, proposal, assessment, quantile)

    def _instants(self, policy: Policy, action_type: str, per_day: float, chance: Random) -> Iterator[datetime]:
        spans = self._spans(policy, action_type)
        lengths = [(closes - opens).total_seconds() for opens, closes in spans]
        whole = sum(lengths)
        expected = per_day * (self.end - self.start).total_seconds() / 86_400
        if not whole or expected <= 0:
            return
        begun = [0.0, *accumulate(lengths)]
        passed = chance.expovariate(expected / whole)
        while passed < whole:
            number = min(bisect_right(begun, passed) - 1, len(spans) - 1)
            yield spans[number][0] + timedelta(seconds=passed - begun[number])
            passed += chance.expovariate(expected / whole)

    def _spans(self, policy: Policy, action_type: str) -> list[tuple[datetime, datetime]]:
        action = policy.actions.get(action_type)
        owner = policy.owners[policy.defaults.owner if action is None else action.owner]
        if self.profile is Profile.FLAT or owner.hours is None:
            return [(self.start, self.end)]
        return open_spans(working_time(owner.hours), self.start, self.end)


class Share(msgspec.Struct, frozen=True):
    """A part of a mix: so many of what comes are of this action type, of this amount where it is known."""

    action_type: str
    weight: float
    amount: Money | None = None


def kinds_of(policy: Policy, mix: Sequence[Share], held_share: float, timeout: str = TIMEOUT) -> list[Kind]:
    """A mix as kinds; shares of one action type with several amounts are one kind.

    Their examples stand in proportion to their weights, to a hundredth.
    """
    by_action: dict[str, list[Share]] = {}
    for share in mix:
        by_action.setdefault(share.action_type, []).append(share)
    return [
        Kind(action_type, sum(one.weight for one in shares), held_share, _examples(policy, shares, timeout))
        for action_type, shares in by_action.items()
    ]


def _examples(policy: Policy, shares: Sequence[Share], timeout: str) -> tuple[tuple[Proposal, Assessment], ...]:
    weights: Mapping[int, float] = {number: share.weight for number, share in enumerate(shares)}
    whole = sum(weights.values())
    examples: list[tuple[Proposal, Assessment]] = []
    for number, share in enumerate(shares):
        times = 1 if len(shares) == 1 else max(1, round(100 * weights[number] / whole))
        proposal = assumed(policy, share.action_type, timeout=timeout)
        examples += [(proposal, held(policy, share.action_type, share.amount))] * times
    return tuple(examples)
