"""Dated cases, worked out by hand, against the clock and against a count of minutes that is written differently."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.policy.working_time import WorkingTime
from tests.rigs.wall_clock import Wall, hours_of, in_yaml, rota

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Case(msgspec.Struct):
    zone: str
    hours: str
    holidays: str
    closed: str
    start: datetime
    seconds: int
    reached: datetime


def cases() -> list[Case]:
    lines = (Path(__file__).parent / "cases.txt").read_text().splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]
    return [
        Case(
            zone,
            hours,
            holidays,
            closed,
            datetime.fromisoformat(start),
            int(span[:-1]) * UNITS[span[-1]],
            datetime.fromisoformat(reached),
        )
        for zone, hours, holidays, closed, start, span, reached in rows
    ]


CASES = cases()
NAMES = [f"{case.zone} {case.hours} {case.holidays} from {case.start.isoformat()} {case.seconds} s" for case in CASES]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 60
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_working_time_ends_when_a_count_of_minutes_and_a_calculation_by_hand_say(case: Case) -> None:
    clock = WorkingTime(hours_of(in_yaml(case.hours, case.zone, case.holidays)))
    wall = Wall(ZoneInfo(case.zone), rota(case.hours), {date.fromisoformat(day) for day in case.closed.split()})
    found = clock.after(case.start, case.seconds)
    assert found is not None
    assert found.tzinfo is UTC
    assert (found, wall.reached(case.start, case.seconds)) == (case.reached, case.reached)
    assert case.reached.utcoffset() == case.reached.astimezone(ZoneInfo(case.zone)).utcoffset(), "mistyped offset"
    assert case.start.utcoffset() == case.start.astimezone(ZoneInfo(case.zone)).utcoffset(), "mistyped offset"
    assert clock.working_seconds(case.start, case.reached) == case.seconds


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_it_is_open_in_exactly_the_minutes_of_the_count(case: Case) -> None:
    clock = WorkingTime(hours_of(in_yaml(case.hours, case.zone, case.holidays)))
    wall = Wall(ZoneInfo(case.zone), rota(case.hours), {date.fromisoformat(day) for day in case.closed.split()})
    first = case.start.astimezone(UTC).replace(second=0)
    end = first + timedelta(days=2)
    counted = set(wall.open_minutes(first, end))
    minutes = [first + timedelta(minutes=number) for number in range(2 * 1440)]
    assert {minute for minute in minutes if clock.is_open(minute)} == counted
    assert clock.working_seconds(first, end) == 60 * len(counted)
    following = next((minute for minute in minutes if minute in counted), None)
    opening = clock.next_opening(first)
    assert opening is not None
    assert opening == following if following else opening >= end
