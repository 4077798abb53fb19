"""Simulating: thirty days of ten thousand requests a day through the example policy, in virtual time.

Calm: enough people for what comes, so that most is decided before anything else happens to it. Overrun: a few people
for ten times what they can do, so that nearly everything is reminded of, escalated and expires.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import at_most
from bench.frame import Bench, Samples, settle
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.simulating.arriving import Profile, Rate, kinds_of
from bot.simulating.durations import Lognormal
from bot.simulating.mix import read_mix
from bot.simulating.staff import Staff
from bot.simulating.trying_out import Trial, simulate

POLICY = Path(__file__).parents[1] / "examples" / "policy.yaml"
MIX = "refund@120=0.6,refund@1500=0.1,phone_change=0.2,payout_change=0.1"
START = datetime(2026, 1, 5, 5, tzinfo=UTC)
A_DAY = 10_000
CASES = {"calm": 5.0, "overrun": 120.0}
"""The median of a review in seconds."""


async def measure(bench: Bench) -> None:
    """How long each takes, and what of it is computing."""
    days = bench.options.size(30, 3)
    policy = load(POLICY.read_text(encoding="utf-8"), POLICY.name)
    samples = Samples()
    for number in bench.rounds:
        for name, median in CASES.items():
            settle()
            wall, cpu = time.perf_counter(), time.process_time()
            held = _run(policy, days, median, number)
            seconds, computing = time.perf_counter() - wall, time.process_time() - cpu
            samples.add(**{name: seconds, f"{name}_cpu": computing, f"{name}_each": computing / held * 1e6})
    section = f"simulating {days} days of {A_DAY:,} requests"
    for name, median in CASES.items():
        goal = at_most(60 * days / 30)
        bench.report.add(section, name, "s", samples[name], goal, f"median review {median:g} s")
        bench.report.add(section, f"{name}, computing", "s", samples[f"{name}_cpu"])
        bench.report.add(section, f"{name}, computing a request", "us", samples[f"{name}_each"])


def _run(policy: Policy, days: int, median: float, seed: int) -> int:
    end = START + timedelta(days=days)
    rate = Rate(A_DAY, kinds_of(policy, read_mix(MIX, policy), 1.0), START, end, seed, Profile.HOURS)
    trial = Trial(policy, Staff(policy), Lognormal(median), START, end, seed)
    figures = simulate(trial, rate.arrivals(policy))
    assert figures.held == figures.promise.held > 0.9 * A_DAY * days
    return figures.held
