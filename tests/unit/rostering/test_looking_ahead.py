"""Looking ahead says the same as asking minute by minute, through changes of clocks and handovers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.duties import Cover, Duties
from bot.policy.document import Policy
from bot.policy.loading import load
from bot.policy.rotations import Rotation, Turn
from bot.rostering import Planned, Roster, Span, gaps, spans, who_is_on_call
from tests.rigs.rotas import ROTAS

POLICY: Policy = load(ROTAS, "policy.yaml")
ZONES = ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Havana", "UTC")
CHANGES = (
    datetime(2026, 3, 8, tzinfo=UTC),  # New York, Havana
    datetime(2026, 3, 29, tzinfo=UTC),  # London
    datetime(2026, 4, 4, tzinfo=UTC),  # Lord Howe, by half an hour
    datetime(2026, 10, 25, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 12, 31, tzinfo=UTC),
)
MINUTE = timedelta(minutes=1)


def roster(
    *, turns: tuple[Turn, ...] = (), covers: tuple[Cover, ...] = (), planned: tuple[Planned, ...] = ()
) -> Roster:
    rotations = {"it": Rotation("it", "It", turns)}
    policy = Policy(**{name: getattr(POLICY, name) for name in POLICY.__struct_fields__} | {"rotations": rotations})
    return Roster(policy, Duties(covers), {"it": planned})


def walked(known: Roster, since: datetime, until: datetime) -> list[str | None]:
    minutes = int((until - since) / MINUTE)
    return [who_is_on_call(known, "it", since + number * MINUTE) for number in range(minutes)]


def spelled_out(found: tuple[Span, ...], since: datetime, until: datetime) -> list[str | None]:
    assert found[0].since == since
    assert found[-1].until == until
    assert all(one.until == next_.since for one, next_ in pairwise(found))
    assert all((one.person, one.text) != (next_.person, next_.text) for one, next_ in pairwise(found))
    said: list[str | None] = []
    for one in found:
        said += [one.person] * int((one.until - one.since) / MINUTE)
    return said


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    begins = draw(st.integers(0, 1439))
    lasts = draw(st.sampled_from((30, 60, 480, 720, 1440)))
    people = tuple(draw(st.lists(st.sampled_from(sorted(POLICY.people)), min_size=1, max_size=3)))
    weekdays = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    starts = draw(st.sampled_from(CHANGES)).date() - timedelta(days=draw(st.integers(-2, 40)))
    zone = draw(st.sampled_from(ZONES))
    return Turn(people, draw(st.sampled_from((1, 2, 7))), starts, begins, begins + lasts, zone, weekdays)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_it_is_what_a_walk_minute_by_minute_finds(data: st.DataObject) -> None:
    since = data.draw(st.sampled_from(CHANGES)) + timedelta(hours=data.draw(st.integers(-24, 24)))
    until = since + timedelta(hours=data.draw(st.integers(6, 60)))
    instants = st.integers(-600, 4000).map(lambda number: since + number * MINUTE)
    pairs = st.tuples(instants, instants).filter(lambda pair: pair[0] < pair[1])
    people = st.sampled_from((*sorted(POLICY.people), "gone"))
    covers = tuple(
        Cover(number, data.draw(st.sampled_from(("it", "other"))), data.draw(people), *pair, "vera")
        for number, pair in enumerate(data.draw(st.lists(pairs, max_size=3)))
    )
    planned = tuple(Planned(data.draw(people), *pair) for pair in data.draw(st.lists(pairs, max_size=3)))
    known = roster(turns=tuple(data.draw(st.lists(turns(), max_size=3))), covers=covers, planned=planned)
    assert spelled_out(spans(known, "it", since, until), since, until) == walked(known, since, until)


@pytest.mark.parametrize(
    ("day", "begins", "hours"),
    [(date(2026, 3, 8), 5, 23), (date(2026, 11, 1), 4, 25), (date(2026, 3, 9), 4, 24)],
    ids=["forwards", "back", "another day"],
)
def test_a_day_without_anybody_is_as_long_as_it_is(day: date, begins: int, hours: int) -> None:
    """Somebody is on call from midnight to midnight on all weekdays but one; ``begins`` is its hour in UTC."""
    weekdays = tuple(number for number in range(7) if number != day.weekday())
    turn = Turn(("lee",), 1, day - timedelta(days=7), 0, 1440, "America/New_York", weekdays)
    at = datetime(day.year, day.month, day.day, begins, tzinfo=UTC)
    since = at - timedelta(days=1)
    found = [one for one in spans(roster(turns=(turn,)), "it", since, since + timedelta(days=4)) if one.person is None]
    assert found == [Span("it", at, at + timedelta(hours=hours))]


def test_gaps_are_those_of_rotations_that_a_ladder_names_and_say_what_the_calendar_says() -> None:
    since = datetime(2026, 3, 2, 15, tzinfo=UTC)
    until = since + timedelta(days=14)
    read = {
        "from_calendar": (
            Planned("", since, since + timedelta(hours=2), "Somebody new"),
            Planned("dana", since + timedelta(hours=1), until),
        )
    }
    known = Roster(POLICY, Duties(), read)
    found = gaps(known, since, until)
    assert {one.rotation for one in found} == {"weekdays", "from_calendar"}  # nobody needs the spare one
    (strange,) = [one for one in found if one.rotation == "from_calendar"]
    assert (strange.since, strange.until, strange.text) == (since, since + timedelta(hours=1), "Somebody new")
    weekends = [one for one in found if one.rotation == "weekdays" and one.until - one.since > timedelta(days=1)]
    assert len(weekends) == 2
    assert gaps(Roster(POLICY, Duties(), {}), since, until)[0].rotation == "from_calendar"  # a calendar never read
    covered = Duties((Cover(1, "weekdays", "kim", since, until, "kim"),))
    assert "weekdays" not in {one.rotation for one in gaps(Roster(POLICY, covered, read), since, until)}
