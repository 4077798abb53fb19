"""Where there is nothing to work with, and what it may cost."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.hours import Hours
from bot.policy.holidays import public_holidays, unknown_place
from bot.policy.working_time import HORIZON, WorkingTime, working_time

NINE_TO_FIVE = ((540, 1020),)
WEEKDAYS = (*[NINE_TO_FIVE] * 5, (), ())
NOW = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)


def test_a_week_without_hours_never_opens() -> None:
    clock = WorkingTime(Hours(((),) * 7, "Europe/Paris"))
    assert clock.next_opening(NOW) is None
    assert clock.after(NOW, 1) is None
    assert clock.after(NOW, 0) == NOW
    assert not clock.is_open(NOW)
    assert clock.working_seconds(NOW, NOW + timedelta(days=1000)) == 0


def test_weeks_of_closed_days_are_passed_over_up_to_the_horizon() -> None:
    days = frozenset(date(2026, 11, 1) + timedelta(days=number) for number in range(100))
    clock = WorkingTime(Hours(WEEKDAYS, "UTC", closed_on=days))
    assert clock.next_opening(NOW) == datetime(2027, 2, 9, 9, tzinfo=UTC)
    assert clock.after(NOW, 60) == datetime(2027, 2, 9, 9, 1, tzinfo=UTC)
    every = frozenset((day.month, day.day) for day in (date(2028, 1, 1) + timedelta(days=n) for n in range(366)))
    assert WorkingTime(Hours(WEEKDAYS, "UTC", closed_yearly=every)).next_opening(NOW) is None


def test_what_lies_past_the_horizon_is_not_reached() -> None:
    always = WorkingTime(Hours((((0, 1440),),) * 7, "America/New_York"))
    seconds = int(HORIZON.total_seconds())
    assert always.after(NOW, seconds) == NOW + HORIZON
    assert always.after(NOW, seconds + 1) is None


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(TypeError):
        WorkingTime(Hours(WEEKDAYS, "UTC")).after(datetime(2026, 1, 1), 60)  # noqa: DTZ001 - that is what is tried


def test_the_same_hours_have_one_clock() -> None:
    assert working_time(Hours(WEEKDAYS, "UTC")) is working_time(Hours(WEEKDAYS, "UTC"))


def test_a_clock_keeps_few_plans_however_far_it_is_asked() -> None:
    clock = WorkingTime(Hours(WEEKDAYS, "UTC"))
    for year in range(1971, 2070):
        assert clock.is_open(datetime(year, 6, 1, 12, tzinfo=UTC)) is (date(year, 6, 1).weekday() < 5)
    assert clock.working_seconds(datetime(1971, 1, 4, tzinfo=UTC), datetime(1971, 1, 11, tzinfo=UTC)) == 40 * 3600
    assert len(clock._plans) <= 501


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("US", None),
        ("US-NY", None),
        ("GB-ENG", None),
        ("XX", "country"),
        ("US-XY", "use one of"),
        ("DE-BYY", "DE-BY"),
        ("us", "country"),
    ],
)
def test_places_without_known_holidays_have_a_remedy(code: str, remedy: str | None) -> None:
    found = unknown_place(code)
    assert found == remedy if remedy is None else remedy in (found or "")


def test_holidays_are_those_of_one_year_with_the_days_on_which_they_are_observed() -> None:
    assert date(2026, 7, 3) in public_holidays("US", 2026)
    assert date(2027, 12, 31) in public_holidays("US", 2027)
    assert {day.year for day in public_holidays("US", 2027)} == {2027}


@pytest.mark.serial
def test_ten_thousand_computations_take_less_than_a_second() -> None:
    clock = WorkingTime(Hours(WEEKDAYS, "America/New_York", ("US-NY",)))
    starts = [NOW + timedelta(seconds=977 * number) for number in range(10_000)]
    began = time.perf_counter()
    for start in starts:
        clock.after(start, 4 * 3600)
    assert time.perf_counter() - began < 1
