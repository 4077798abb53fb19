"""How long a review takes: drawn from what the record says, or from a stated distribution where it says too little."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from statistics import NormalDist
from typing import Protocol

import msgspec

LEAST_RECORDED = 30
"""How many recorded reviews of an action type make a distribution; fewer say more of chance than of the work."""
MEDIAN_SECONDS = 120.0
"""The median of a review of which nothing is known."""
SIGMA = 0.8
"""The spread of a review of which nothing is known, as the standard deviation of its logarithm: the 90th percentile is
2.8 times the median, as with most work on cases."""
_NORMAL = NormalDist()
_NEVER_ONE = 1 - 1e-12


class Durations(Protocol):
    """How long people take."""

    def seconds(self, action_type: str, median: float | None, quantile: float) -> float:
        """The duration of a review at this quantile (above 0, below 1); ``median`` is the person's own, where known."""
        ...


class Lognormal(msgspec.Struct, frozen=True):
    """The stated distribution: a median in seconds, and a spread to the right."""

    median: float = MEDIAN_SECONDS
    sigma: float = SIGMA

    def seconds(self, action_type: str, median: float | None, quantile: float) -> float:  # noqa: ARG002 - any action
        """As ``Durations``."""
        return (median or self.median) * math.exp(self.sigma * _NORMAL.inv_cdf(min(max(quantile, 1e-12), _NEVER_ONE)))


class Recorded(msgspec.Struct, frozen=True):
    """What the record says of some action types, sorted seconds of each; ``otherwise`` of all others."""

    by_action: Mapping[str, tuple[float, ...]]
    otherwise: Lognormal = Lognormal()

    def seconds(self, action_type: str, median: float | None, quantile: float) -> float:
        """As ``Durations``; a person's own median stretches or shortens what is recorded."""
        sample = self.by_action.get(action_type)
        if sample is None:
            return self.otherwise.seconds(action_type, median, quantile)
        found = sample[min(int(quantile * len(sample)), len(sample) - 1)]
        usual = sample[(len(sample) - 1) // 2]
        return found if median is None or not usual else found * median / usual


def span(seconds: float) -> timedelta:
    """A duration, of at least a microsecond: nothing takes no time."""
    return max(timedelta(seconds=seconds), timedelta.resolution)
