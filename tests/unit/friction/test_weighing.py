"""Our tests and intervals against SciPy's, and against what was published."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from bot.friction import weighing


@st.composite
def shares(draw: st.DrawFn, most: int = 400) -> tuple[int, int, int, int]:
    of, of_before = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, of)), of, draw(st.integers(0, of_before)), of_before


@given(shares())
@settings(max_examples=300, deadline=None)
def test_fisher_is_scipy_s(table: tuple[int, int, int, int]) -> None:
    hits, of, hits_before, of_before = table
    wanted = stats.fisher_exact([[hits, of - hits], [hits_before, of_before - hits_before]]).pvalue
    assert weighing.fisher(*table) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    "table", [(30_000, 100_000, 29_500, 100_000), (1, 200_000, 12, 180_000), (500, 1000, 0, 1000), (0, 20, 0, 20)]
)
def test_fisher_on_a_large_house(table: tuple[int, int, int, int]) -> None:
    hits, of, hits_before, of_before = table
    wanted = stats.fisher_exact([[hits, of - hits], [hits_before, of_before - hits_before]]).pvalue
    assert weighing.fisher(*table) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


def test_fisher_s_tea() -> None:
    """The lady who tasted eight cups: p = 0.486 for three right of four, two-sided."""
    assert weighing.fisher(3, 4, 1, 4) == pytest.approx(34 / 70)
    assert weighing.fisher(4, 4, 0, 4) == pytest.approx(2 / 70)


@given(st.integers(0, 400), st.floats(0.5, 40), st.integers(0, 400), st.floats(0.5, 40))
@settings(max_examples=300, deadline=None)
def test_rates_are_scipy_s_binomial(count: int, days: float, before: int, days_before: float) -> None:
    if count + before == 0:
        assert weighing.rates_differ(count, days, before, days_before) == 1
        return
    wanted = stats.binomtest(count, count + before, days / (days + days_before)).pvalue
    assert weighing.rates_differ(count, days, before, days_before) == pytest.approx(wanted, rel=1e-6, abs=1e-12)


@given(shares())
@settings(max_examples=200, deadline=None)
def test_wilson_is_scipy_s(table: tuple[int, int, int, int]) -> None:
    hits, of, *_ = table
    wanted = stats.binomtest(hits, of).proportion_ci(method="wilson")
    assert weighing.wilson(hits, of) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


@pytest.mark.parametrize(
    ("table", "wanted"),
    [  # Newcombe 1998, Statistics in Medicine 17, table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_newcombe_s_own_examples(table: tuple[int, int, int, int], wanted: tuple[float, float]) -> None:
    assert weighing.difference(*table) == pytest.approx(wanted, abs=6e-5)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_is_what_scipy_s_family_of_methods_says(chances: list[float]) -> None:
    """SciPy has no Holm; the definition, by rank: each against how many are not rejected yet, never going down."""
    ranked = sorted(chances)
    stepped = [min(1.0, (len(ranked) - rank) * p) for rank, p in enumerate(ranked)]
    running = np.maximum.accumulate(stepped) if stepped else np.array([])
    assert sorted(weighing.holm(chances)) == pytest.approx(list(running))
    corrected = weighing.holm(chances)
    order = sorted(range(len(chances)), key=lambda one: chances[one])
    assert [corrected[one] for one in order] == sorted(corrected)
    assert all(after >= before for before, after in zip(chances, corrected, strict=True))


values = st.lists(st.sampled_from([0.0, 0.5, 1.0, 5.0, 25.0, 25.01, 120.0]), min_size=1, max_size=120)


@given(values, values)
@settings(max_examples=200, deadline=None)
def test_the_distance_is_the_furthest_that_two_cumulated_shares_lie_apart(one: list[float], other: list[float]) -> None:
    first, second = np.array(one), np.array(other)
    wanted = max(abs(np.mean(first <= value) - np.mean(second <= value)) for value in one + other)
    assert weighing.distance(Counter(one), Counter(other)) == pytest.approx(wanted, abs=1e-12)
    assert weighing.distance(Counter(other), Counter(one)) == weighing.distance(Counter(one), Counter(other))


@given(st.floats(0, 5))
def test_kolmogorov_s_distribution_is_scipy_s(scaled: float) -> None:
    assert weighing.kolmogorov(scaled) == pytest.approx(special.kolmogorov(scaled), abs=1e-9)


@pytest.mark.parametrize(("size", "other"), [(50, 50), (50, 400), (200, 100)])
def test_the_chance_of_a_distance_is_close_to_the_exact_one(size: int, other: int) -> None:
    random = np.random.default_rng(7)
    for shift in (0.0, 0.2, 0.5):
        one, two = random.normal(size=size), random.normal(shift, size=other)
        exact = stats.ks_2samp(one, two, method="exact")
        ours = weighing.samples_differ(float(exact.statistic), size, other)
        assert ours == pytest.approx(exact.pvalue, abs=0.01 if exact.pvalue < 0.1 else 0.04)


def test_how_often_chance_alone_is_called_a_difference() -> None:
    """Of samples of the same make, at most about one in twenty is found different."""
    random = np.random.default_rng(11)
    found = [
        weighing.samples_differ(
            weighing.distance(Counter(random.normal(size=60).tolist()), Counter(random.normal(size=80).tolist())),
            60,
            80,
        )
        < 0.05
        for _ in range(1000)
    ]
    assert 0.02 < np.mean(found) < 0.07
