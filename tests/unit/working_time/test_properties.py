"""What holds of every clock of working hours, whichever zone, hours and instants it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.hours import Hours
from bot.policy.working_time import HORIZON, WorkingTime
from tests.rigs.wall_clock import Wall

ZONES = [
    "UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu",
    "Pacific/Apia", "America/Havana", "Antarctica/Troll", "Pacific/Chatham", "Africa/Cairo", "America/St_Johns",
]  # fmt: skip
CHANGES = [
    "2026-02-15", "2026-03-08", "2026-03-22", "2026-03-29", "2026-04-05", "2026-04-24", "2026-10-04", "2026-10-25",
    "2026-10-30", "2026-11-01", "2028-02-29",
    "2026-01-27", "2026-02-28", "2026-11-11",  # plans begin and end here
]  # fmt: skip
MINUTES = st.integers(0, 1439)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[tuple[int, int], ...], ...]:
    """At least one day with up to three intervals, past midnight or not, overlapping or not."""
    span = st.tuples(MINUTES, st.integers(1, 1440)).map(lambda one: (one[0], one[0] + one[1]))
    days = draw(st.lists(st.lists(span, max_size=3).map(tuple), min_size=7, max_size=7).filter(any))
    return tuple(tuple(sorted(day)) for day in days)


CLOCKS = st.builds(lambda week, zone: WorkingTime(Hours(week, zone)), weeks(), st.sampled_from(ZONES))
NEAR_A_CHANGE = st.builds(
    lambda day, ticks: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(microseconds=ticks),
    st.sampled_from(CHANGES),
    st.integers(-2 * 86_400_000_000, 2 * 86_400_000_000),
)
ANY_TIME = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - zoned by timezones
INSTANTS = NEAR_A_CHANGE | ANY_TIME
SECONDS = st.integers(1, 5 * 3600)


def after(clock: WorkingTime, start: datetime, seconds: int) -> datetime:
    found = clock.after(start, seconds)
    assert found is not None
    return found


LONG = WorkingTime(Hours((((540, 1020),),) * 5 + ((), ()), "America/New_York"))


@given(CLOCKS, INSTANTS, INSTANTS, st.integers(1, 60))
def test_who_starts_later_is_done_no_sooner(clock: WorkingTime, one: datetime, other: datetime, seconds: int) -> None:
    first, second = sorted((one, other))
    assert after(clock, first, seconds) <= after(clock, second, seconds)


@given(CLOCKS, INSTANTS, st.integers(1, 60), st.integers(1, 60))
def test_more_work_takes_longer(clock: WorkingTime, start: datetime, seconds: int, more: int) -> None:
    assert after(clock, start, seconds) < after(clock, start, seconds + more)


@given(st.just(LONG) | CLOCKS, INSTANTS, st.integers(0, 60), st.integers(0, 60))
def test_two_spans_one_after_the_other_are_their_sum(clock: WorkingTime, start: datetime, one: int, two: int) -> None:
    assert after(clock, after(clock, start, one), two) == after(clock, start, one + two)


@given(CLOCKS, INSTANTS, SECONDS)
def test_what_was_worked_until_then_is_what_was_asked_for(clock: WorkingTime, start: datetime, seconds: int) -> None:
    found = clock.after(start, seconds)
    if found is None:
        assert clock.working_seconds(start, start + HORIZON) < seconds
    else:
        assert clock.working_seconds(start, found) == seconds
        assert clock.working_seconds(start, found - timedelta(microseconds=1)) == seconds - 1


@given(CLOCKS, INSTANTS, SECONDS)
def test_it_never_ends_in_closed_time(clock: WorkingTime, start: datetime, seconds: int) -> None:
    found = clock.after(start, seconds)
    assert found is None or clock.is_open(found - timedelta(microseconds=1))


@given(CLOCKS, NEAR_A_CHANGE, NEAR_A_CHANGE, NEAR_A_CHANGE)
def test_working_time_adds_up(clock: WorkingTime, one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted(at.replace(microsecond=0) for at in (one, two, three))
    whole = clock.working_seconds(first, last)
    assert whole == clock.working_seconds(first, middle) + clock.working_seconds(middle, last)
    assert 0 <= whole <= (last - first).total_seconds()
    assert clock.working_seconds(last, first) == 0


@given(CLOCKS, INSTANTS)
def test_the_next_opening_is_the_first_working_time(clock: WorkingTime, at: datetime) -> None:
    opening = clock.next_opening(at)
    assert opening is not None
    assert clock.is_open(opening)
    assert clock.working_seconds(at, opening) == 0
    assert (opening == at) is clock.is_open(at)


@given(CLOCKS, INSTANTS, SECONDS, st.sampled_from(ZONES))
def test_the_zone_of_the_question_changes_nothing(clock: WorkingTime, at: datetime, seconds: int, zone: str) -> None:
    assert clock.after(at.astimezone(ZoneInfo(zone)), seconds) == clock.after(at, seconds)


@given(weeks(), st.sampled_from(ZONES), NEAR_A_CHANGE)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_the_clock_on_the_wall(
    week: tuple[tuple[tuple[int, int], ...], ...], zone: str, start: datetime
) -> None:
    clock = WorkingTime(Hours(week, zone))
    rota = {day: [(shown(opens), shown(closes)) for opens, closes in spans] for day, spans in enumerate(week)}
    first = start.replace(second=0, microsecond=0)
    counted = Wall(ZoneInfo(zone), rota, set()).open_minutes(first, first + timedelta(days=2))
    every = [first + timedelta(minutes=number) for number in range(2880)]
    assert [minute for minute in every if clock.is_open(minute)] == counted
    assert clock.working_seconds(first, first + timedelta(days=2)) == 60 * len(counted)


def shown(minutes: int) -> str:
    return "24:00" if minutes == 1440 else f"{minutes % 1440 // 60:02}:{minutes % 60:02}"
