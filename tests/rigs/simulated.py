"""A small policy to simulate, arrivals at times of one's own, and durations that are what a test says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.money import Money
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.simulating.arriving import Arrival, assumed, held
from bot.simulating.durations import Durations
from bot.simulating.figures import Figures
from bot.simulating.staff import Reviewer, Staff
from bot.simulating.trying_out import Trial, simulate

START = datetime(2026, 3, 2, tzinfo=UTC)
"""A Monday."""

SMALL = """
version: 1
timezone: UTC
currency: USD
people:
  ann: {email: ann@acme.test, limit: 500}
  ben: {email: ben@acme.test}
  cat: {email: cat@acme.test}
  vera: {email: vera@acme.test}
owners:
  desk:
    accountable: vera
    risk_owner: vera
    approvers: [%(approvers)s]
    %(more)s
    sla: {respond_within: %(respond)s, remind_at: [50%%], escalate: [%(steps)s], expire_after: %(expire)s}
actions:
  refund: {class: money, level: commit, amount: arguments.amount}
  change: {class: other, level: commit, approvals: %(approvals)s}
"""


def small_text(
    approvers: str = "ann, ben, cat",
    *,
    more: str = "",
    respond: str = "15m",
    steps: str = "{after: 15m, to: [vera]}",
    expire: str = "1h",
    approvals: int = 1,
) -> str:
    """The small policy's text, with its owner ``desk`` as a test wants it."""
    said = {"approvers": approvers, "more": more, "respond": respond, "steps": steps, "expire": expire}
    return SMALL % (said | {"approvals": str(approvals)})


def small(approvers: str = "ann, ben, cat", **said: Any) -> Policy:
    """The small policy."""
    return load(small_text(approvers, **said), "small.yaml")


class Minutes:
    """Reviews take as many minutes as their arrivals say; later reviews of a request as long as its first."""

    def __init__(self, minutes: Mapping[float, float]) -> None:
        self._minutes = minutes

    def seconds(self, action_type: str, median: float | None, quantile: float) -> float:
        return self._minutes.get(quantile, 1.0) * 60


def arrival(
    policy: Policy, minute: float, *, action: str = "change", amount: int | None = None, key: float = 0.5
) -> Arrival:
    """One request that arrives so many minutes after ``START``."""
    money = None if amount is None else Money(Decimal(amount), "USD")
    at = START + timedelta(minutes=minute)
    return Arrival(at, assumed(policy, action), held(policy, action, money), key)


@dataclass
class Told:
    """What a simulation tells of, in order: minutes after ``START``, number, what, by whom or which event."""

    all: list[tuple[float, int, str, object]] = field(default_factory=list)

    def __call__(self, at: datetime, number: int, what: str, which: object) -> None:
        self.all.append(((at - START).total_seconds() / 60, number, what, which))

    def of(self, *what: str) -> list[tuple[float, int, str, Any]]:
        """Only of these kinds."""
        return [one for one in self.all if one[2] in what]


def run(
    policy: Policy,
    arrivals: Iterable[Arrival],
    durations: Durations,
    *,
    days: int = 1,
    reviewers: Mapping[str, Reviewer] | None = None,
    told: Told | None = None,
    start: datetime = START,
) -> Figures:
    """Simulate them."""
    trial = Trial(policy, Staff(policy, reviewers), durations, start, start + timedelta(days=days))
    return simulate(trial, arrivals, trace=told)


def each(
    policy: Policy, minutes: Sequence[float], lasts: Sequence[float], **more: Any
) -> tuple[list[Arrival], Minutes]:
    """Arrivals at these minutes whose reviews last so many minutes."""
    arrivals = [arrival(policy, at, key=(number + 1) / 1000, **more) for number, at in enumerate(minutes)]
    return arrivals, Minutes({(number + 1) / 1000: last for number, last in enumerate(lasts)})
