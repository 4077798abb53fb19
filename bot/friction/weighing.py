"""Weighing: whether a difference is more than chance. A few exact tests and intervals, in plain arithmetic.

They are all that the signals need; a numerical library would be a hundred times as much to install and to start. The
tests hold each against SciPy's. Probabilities are summed from the most likely outcome outwards, each from its
neighbour, so that nothing overflows and what is negligible is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import exp, fsum, sqrt

Z95 = 1.959963984540054
"""Standard deviations on both sides of the mean that hold 95 % of a normal distribution."""
_SAME = 1 + 1e-7
"""Outcomes whose probabilities differ by less are equally likely: they were calculated in another order."""
_NOTHING = 1e-300
Interval = tuple[float, float]


def fisher(hits: int, of: int, hits_before: int, of_before: int) -> float:
    """The two-sided p-value of Fisher's exact test on two shares: no less likely tables count as well."""
    total = hits + hits_before
    low, high = max(0, total - of_before), min(total, of)
    likeliest = min(max((total + 1) * (of + 1) // (of + of_before + 2), low), high)

    def ratio(k: int) -> float:
        """How much likelier ``k + 1`` is than ``k``."""
        return (total - k) * (of - k) / ((k + 1) * (of_before - total + k + 1))

    return _two_sided(hits, (low, likeliest, high), ratio)


def rates_differ(count: int, days: float, count_before: int, days_before: float) -> float:
    """The two-sided p-value of the exact test on two Poisson rates: given their sum, a count is binomial."""
    total = count + count_before
    odds = days / days_before
    likeliest = min(int((total + 1) * (odds / (1 + odds))), total)

    def ratio(k: int) -> float:
        return (total - k) / (k + 1) * odds

    return _two_sided(count, (0, likeliest, total), ratio)


def _two_sided(observed: int, bounds: tuple[int, int, int], ratio: Callable[[int], float]) -> float:
    low, likeliest, high = bounds
    weights = {likeliest: 1.0}
    weight = 1.0
    for k in range(likeliest, high):
        weight *= ratio(k)
        if weight < _NOTHING:
            break
        weights[k + 1] = weight
    weight = 1.0
    for k in range(likeliest - 1, low - 1, -1):
        weight /= ratio(k)
        if weight < _NOTHING:
            break
        weights[k] = weight
    seen = weights.get(observed, 0.0) * _SAME
    return min(1.0, fsum(one for one in weights.values() if one <= seen) / fsum(weights.values()))


def wilson(hits: int, of: int) -> Interval:
    """Wilson's 95 % interval of a share; of nothing it is everything."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, Z95 * Z95
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z95 / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == of else middle + half)


def difference(hits: int, of: int, hits_before: int, of_before: int) -> Interval:
    """Newcombe's 95 % interval (his method 10) of the difference of two shares, from their Wilson intervals."""
    share, share_before = hits / of, hits_before / of_before
    (low, high), (low_before, high_before) = wilson(hits, of), wilson(hits_before, of_before)
    apart = share - share_before
    below = sqrt((share - low) ** 2 + (high_before - share_before) ** 2)
    above = sqrt((high - share) ** 2 + (share_before - low_before) ** 2)
    return apart - below, apart + above


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected by Holm's method for being several, in the same order."""
    several = len(chances)
    corrected = [0.0] * several
    least = 0.0
    for rank, place in enumerate(sorted(range(several), key=lambda one: chances[one])):
        least = max(least, min(1.0, (several - rank) * chances[place]))
        corrected[place] = least
    return tuple(corrected)


def distance(one: Mapping[float, int], other: Mapping[float, int]) -> float:
    """The Kolmogorov-Smirnov distance of two samples, given as how often each value came: 0 is alike, 1 is apart."""
    total, total_other = sum(one.values()), sum(other.values())
    furthest = apart = 0
    for value in sorted({**one, **other}):  # in whole numbers, so that what is equal is equal
        apart += one.get(value, 0) * total_other - other.get(value, 0) * total
        furthest = max(furthest, abs(apart))
    return float(Fraction(furthest, total * total_other))


def samples_differ(apart: float, size: int, other_size: int) -> float:
    """The p-value of that distance, by Kolmogorov's distribution with Stephens' correction for small samples.

    Where values come several times it is on the safe side: the true one is smaller.
    """
    root = sqrt(size * other_size / (size + other_size))
    return kolmogorov((root + 0.12 + 0.11 / root) * apart)


def kolmogorov(scaled: float) -> float:
    """How often chance alone gives at least this scaled distance."""
    if scaled < 0.2:  # noqa: PLR2004 - below it differs from 1 by less than 1e-12, and the sum needs more terms
        return 1.0
    terms = (2 * (-1) ** (k - 1) * exp(-2 * k * k * scaled * scaled) for k in range(1, 101))
    return min(1.0, max(0.0, fsum(terms)))
