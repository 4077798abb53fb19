"""Trying a policy out: from what was given to the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from bot.errors import BadInput
from bot.policy.document import Policy
from bot.policy.yamltree import did_you_mean
from bot.simulating.arriving import Arrival, Passed
from bot.simulating.counting import Counting
from bot.simulating.durations import Durations
from bot.simulating.figures import Figures
from bot.simulating.running import Simulation, Trace
from bot.simulating.staff import Staff


class Trial(msgspec.Struct, frozen=True):
    """What is simulated: a policy, who works, how long they take, from when until when, as which owner alone."""

    policy: Policy
    staff: Staff
    durations: Durations
    start: datetime
    end: datetime
    seed: int = 1
    owner: str | None = None
    assumptions: Sequence[str] = ()


def simulate(
    trial: Trial,
    arrivals: Iterable[Arrival | Passed],
    *,
    progress: Callable[[datetime], None] | None = None,
    trace: Trace | None = None,
) -> Figures:
    """Let everything arrive, in the order of its times, and follow each request to its end.

    The same input gives the same figures. ``progress`` is told how far virtual time has come.

    Raises:
        BadInput: when ``owner`` is none of the policy's.
    """
    policy = trial.policy
    counting = Counting(policy, trial.start, trial.end, zone_of(policy, trial.owner))
    running = Simulation(
        policy,
        staff=trial.staff,
        durations=trial.durations,
        counting=counting,
        start=trial.start,
        seed=trial.seed,
        owner=trial.owner,
        trace=trace,
    )
    running.run(arrivals, progress)
    return counting.figures(running.desks, trial.staff, trial.seed, trial.assumptions)


def zone_of(policy: Policy, owner: str | None) -> ZoneInfo:
    """Whose hours of the day are meant: the owner's, else the policy's.

    Raises:
        BadInput: when the owner is none of the policy's.
    """
    if owner is None:
        return policy.zone
    found = policy.owners.get(owner)
    if found is None:
        raise BadInput(f"{owner} is no owner of the policy", field="--owner", remedy=did_you_mean(owner, policy.owners))
    return policy.zone if found.hours is None else ZoneInfo(found.hours.timezone)
