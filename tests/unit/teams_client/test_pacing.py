"""The rates of Teams: kept at every instant, in order, and no slower than they must be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.teams.client.pacing import THREAD, Pacing
from bot.errors import Busy
from tests.rigs.house import START, MovedClock

TENANT, THREAD_ID = "tenant", "19:a@thread.tacv2"


def sent(pacing: Pacing, clock: MovedClock, count: int, thread: str = THREAD_ID) -> list[float]:
    """When each of so many postings gets its turn, in seconds, coming whenever they were told to."""
    times: list[float] = []
    due = {f"p{number:04}": clock.now() for number in range(count)}
    while due:
        id_, at = min(due.items(), key=lambda each: (each[1], each[0]))
        clock.at = max(clock.at, at)
        try:
            pacing.take_turn(TENANT, thread, id_)
        except Busy as busy:
            due[id_] = clock.now() + timedelta(seconds=busy.retry_after)
        else:
            del due[id_]
            times.append((clock.now() - START).total_seconds())
    return times


@pytest.mark.parametrize(("count", "seconds"), THREAD)
def test_every_window_holds(count: int, seconds: float) -> None:
    clock = MovedClock()
    times = sent(Pacing(clock), clock, min(count * 2, 2_000))
    assert times == sorted(times)
    late = [after - before for before, after in zip(times, times[count:], strict=False)]
    assert min(late) >= seconds
    assert times[0] == 0


def test_they_go_in_the_order_in_which_they_came() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    went: list[str] = []
    waiting = [f"p{number}" for number in range(20)]
    while waiting:
        for id_ in list(waiting):
            try:
                pacing.take_turn(TENANT, THREAD_ID, id_)
            except Busy:
                continue
            waiting.remove(id_)
            went.append(id_)
        clock.move(seconds=0.1)
    assert went == [f"p{number}" for number in range(20)]


def test_conversations_do_not_wait_for_each_other() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    for number in range(7):
        pacing.take_turn(TENANT, THREAD_ID, f"p{number}")
    with pytest.raises(Busy):
        pacing.take_turn(TENANT, THREAD_ID, "p7")
    pacing.take_turn(TENANT, "19:b@thread.tacv2", "other")


def test_an_organisation_takes_fifty_a_second() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    for number in range(50):
        pacing.take_turn(TENANT, f"19:{number}", "p")
    with pytest.raises(Busy):
        pacing.take_turn(TENANT, "19:x", "p")
    pacing.take_turn("another", "19:x", "p")


def test_a_pause_holds_for_everybody_in_the_conversation() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    pacing.pause(TENANT, THREAD_ID, 30)
    with pytest.raises(Busy) as caught:
        pacing.take_turn(TENANT, THREAD_ID, "p1")
    assert caught.value.retry_after == 30
    clock.move(seconds=30)
    pacing.take_turn(TENANT, THREAD_ID, "p1")


def test_a_time_that_nobody_comes_at_is_given_up() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    for number in range(7):
        pacing.take_turn(TENANT, THREAD_ID, f"p{number}")
    with pytest.raises(Busy):
        pacing.take_turn(TENANT, THREAD_ID, "gone")
    assert pacing.waiting() == {THREAD_ID: 1}
    clock.move(seconds=60)
    pacing.take_turn(TENANT, THREAD_ID, "later")
    assert pacing.waiting() == {}


def test_asking_for_a_turn_takes_none() -> None:
    clock = MovedClock()
    pacing = Pacing(clock)
    for _ in range(20):
        pacing.ask_turn(TENANT, THREAD_ID, "one")
    for number in range(7):
        pacing.take_turn(TENANT, THREAD_ID, f"p{number}")
    with pytest.raises(Busy) as told:
        pacing.ask_turn(TENANT, THREAD_ID, "late")
    with pytest.raises(Busy) as again:
        pacing.take_turn(TENANT, THREAD_ID, "late")
    assert again.value.retry_after == told.value.retry_after, "the time that was told is kept"
    clock.move(seconds=told.value.retry_after)
    pacing.ask_turn(TENANT, THREAD_ID, "late")
    pacing.take_turn(TENANT, THREAD_ID, "late")
