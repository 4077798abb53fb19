"""Against queues whose waits are known in closed form, with seeds that are fixed: they can't fail by chance."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from bot.simulating.arriving import Rate, Share, kinds_of
from bot.simulating.durations import Durations, Lognormal
from bot.simulating.figures import Figures
from bot.simulating.staff import Staff
from bot.simulating.trying_out import Trial, simulate
from tests.rigs.simulated import START, small

DAYS = 60
"""Long enough that the means of a busy queue, whose waits hang together for hours, are within some per cent."""
PATIENT = {"respond": "10d", "steps": "", "expire": "30d"}
PEOPLE = ("ann", "ben", "cat")


class Exponential:
    """Durations without memory."""

    def __init__(self, mean: float) -> None:
        self._mean = mean

    def seconds(self, action_type: str, median: float | None, quantile: float) -> float:
        return -self._mean * math.log(1 - quantile)


def erlang_c(people: int, load: float) -> float:
    """The probability of having to wait in M/M/c (Erlang 1917), for an offered load in erlangs."""
    last = load**people / math.factorial(people) * people / (people - load)
    return last / (sum(load**k / math.factorial(k) for k in range(people)) + last)


def simulated(people: int, an_hour: float, durations: Durations, seed: int = 1) -> Figures:
    policy = small(", ".join(PEOPLE[:people]), **PATIENT)
    end = START + timedelta(days=DAYS)
    kinds = kinds_of(policy, [Share("change", 1.0)], 1.0, "720h")
    trial = Trial(policy, Staff(policy), durations, START, end, seed)
    return simulate(trial, Rate(an_hour * 24, kinds, START, end, seed).arrivals(policy))


@pytest.mark.parametrize(("people", "an_hour", "mean"), [(1, 10, 180.0), (2, 10, 540.0), (3, 20, 432.0)])
def test_waits_of_memoryless_service_are_erlang_s(people: int, an_hour: float, mean: float) -> None:
    figures = simulated(people, an_hour, Exponential(mean))
    load = an_hour * mean / 3600
    expected = erlang_c(people, load) * mean / (people - load)
    assert figures.until_taken.mean == pytest.approx(expected, rel=0.12)
    assert figures.until_decided.mean == pytest.approx(expected + mean, rel=0.06)
    busy = sum(person.busy_seconds for person in figures.people) / (DAYS * 86_400)
    assert busy == pytest.approx(load, rel=0.03)
    # Little's law: what waits on average is the rate times the mean wait.
    waiting = sum(hour.mean_waiting for hour in figures.hours) / 24
    assert waiting == pytest.approx(figures.held / (DAYS * 24) * figures.until_taken.mean / 3600, rel=0.01)


def test_the_wait_of_one_person_with_stated_durations_is_pollaczek_and_khinchine_s() -> None:
    median, sigma, an_hour = 120.0, 0.8, 15.0
    figures = simulated(1, an_hour, Lognormal(median, sigma), seed=3)
    mean, square = median * math.exp(sigma**2 / 2), median**2 * math.exp(2 * sigma**2)
    rate = an_hour / 3600
    assert figures.until_taken.mean == pytest.approx(rate * square / (2 * (1 - rate * mean)), rel=0.12)
    assert figures.until_decided.mean - figures.until_taken.mean == pytest.approx(mean, rel=0.02)


def test_as_many_arrive_as_the_rate_says() -> None:
    held = simulated(3, 20, Exponential(1.0)).held
    expected = 20 * 24 * DAYS
    assert abs(held - expected) < 4 * math.sqrt(expected), "a Poisson count lies within four of its deviations"
