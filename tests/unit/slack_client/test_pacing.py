"""Whose turn it is in a channel: pure, on a clock that is moved."""

from __future__ import annotations

import heapq
import itertools
from datetime import datetime, timedelta

import pytest

from adapters.slack.client import Pacing
from bot.errors import Busy
from tests.rigs.house import MovedClock

HERE = ("T0ACME", "C0REFUNDS")


def told(pacing: Pacing, id_: str, *, line: bool = False) -> float:
    """Seconds until its turn; 0 when it took it."""
    try:
        pacing.take_turn(*HERE, id_, line=line)
    except Busy as busy:
        return busy.retry_after
    return 0


class Askers:
    """Postings that come back exactly when they were told to, in simulated time."""

    def __init__(self, pacing: Pacing, clock: MovedClock) -> None:
        self.pacing = pacing
        self.clock = clock
        self.asks = 0
        self.went: list[tuple[datetime, str]] = []
        self._due: list[tuple[datetime, int, str, bool]] = []

    def come(self, id_: str, at: datetime, *, line: bool) -> None:
        heapq.heappush(self._due, (at, len(self._due) + self.asks, id_, line))

    def run(self) -> None:
        while self._due:
            at, _, id_, line = heapq.heappop(self._due)
            self.clock.at = max(self.clock.at, at)
            self.asks += 1
            if wait := told(self.pacing, id_, line=line):
                self.come(id_, self.clock.at + timedelta(seconds=wait), line=line)
            else:
                self.went.append((self.clock.at, id_))


def test_a_channel_has_one_turn_a_second() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    assert [told(pacing, "a"), told(pacing, "b")] == [0, 1]
    clock.move(seconds=0.5)
    assert told(pacing, "b") == 0.5
    clock.move(seconds=0.5)
    assert told(pacing, "b") == 0
    pacing.take_turn("T0ACME", "C0OTHER", "c")
    pacing.take_turn("T0BETA", "C0REFUNDS", "d")


def test_the_second_counts_from_the_answer() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    assert told(pacing, "a") == 0
    clock.move(seconds=0.7)
    pacing.answered(*HERE)
    assert told(pacing, "b") == 1
    pacing.answered("T0ACME", "C0NOBODY")


def test_without_seconds_between_nobody_waits() -> None:
    pacing = Pacing(MovedClock(), 0)
    assert [told(pacing, "a"), told(pacing, "b"), told(pacing, "c", line=True)] == [0, 0, 0]


def test_lines_yield_to_every_card_that_waits() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    assert told(pacing, "card 1") == 0
    assert told(pacing, "line", line=True) == 1
    assert told(pacing, "card 2") == 1
    clock.move(seconds=1)
    assert told(pacing, "line", line=True) == 1
    assert told(pacing, "card 2") == 0
    clock.move(seconds=1)
    assert told(pacing, "line", line=True) == 0


def test_somebody_who_does_not_come_back_holds_up_nobody_for_long() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    assert told(pacing, "card 1") == 0
    assert told(pacing, "card 2") == 1  # and then its process ends
    assert told(pacing, "card 3") == 2
    clock.move(seconds=2)
    assert told(pacing, "card 3") == 0
    clock.move(seconds=1)
    assert told(pacing, "line", line=True) > 0
    clock.move(seconds=10)
    assert told(pacing, "line", line=True) == 0
    assert pacing.waiting() == {}


def test_five_hundred_lines_are_each_told_another_time_and_come_once() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    waits = [told(pacing, f"line {number}", line=True) for number in range(500)]
    assert waits == list(range(500))
    askers = Askers(pacing, clock)
    start = clock.at
    for number, wait in enumerate(waits[1:], 1):
        askers.come(f"line {number}", start + timedelta(seconds=wait), line=True)
    askers.run()
    assert [id_ for _, id_ in askers.went] == [f"line {number}" for number in range(1, 500)]
    assert askers.asks == 499


def test_cards_among_five_hundred_lines_wait_a_turn_each_and_the_lines_don_t_storm() -> None:
    clock = MovedClock()
    askers = Askers(Pacing(clock, 1.0), clock)
    start = clock.at
    for number in range(500):
        askers.come(f"line {number}", start, line=True)
    for number in range(100):
        askers.come(f"card {number}", start + timedelta(seconds=3 * number + 0.5), line=False)
    askers.run()
    turns = [at for at, _ in askers.went]
    assert len({id_ for _, id_ in askers.went}) == len(askers.went) == 600
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in itertools.pairwise(turns))
    assert turns[-1] - start <= timedelta(seconds=660)
    late = [at - start - timedelta(seconds=3 * int(id_[5:]) + 0.5) for at, id_ in askers.went if id_.startswith("card")]
    assert max(late) <= timedelta(seconds=1)
    assert askers.asks < 600 * 12


def test_a_burst_of_five_hundred_cards_goes_out_in_order_before_any_line() -> None:
    clock = MovedClock()
    askers = Askers(Pacing(clock, 1.0), clock)
    for number in range(500):
        askers.come(f"card {number}", clock.at, line=False)
    for number in range(200):
        askers.come(f"line {number}", clock.at + timedelta(seconds=0.1), line=True)
    askers.run()
    names = [id_ for _, id_ in askers.went]
    assert names[:500] == [f"card {number}" for number in range(500)]
    assert sorted(names[500:]) == sorted(f"line {number}" for number in range(200))


def test_retry_after_holds_the_channel_and_spreads_those_who_come_later() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    assert told(pacing, "a") == 0
    pacing.pause(*HERE, "a", 30)
    assert [told(pacing, "b"), told(pacing, "c"), told(pacing, "d", line=True)] == [31, 32, 33]
    clock.move(seconds=30)
    assert told(pacing, "a") == 0
    clock.move(seconds=1)
    assert told(pacing, "b") == 0


def test_a_method_is_held_in_its_workspace_alone() -> None:
    clock = MovedClock()
    pacing = Pacing(clock, 1.0)
    pacing.pause_method("T0ACME", "chat.update", 10)
    pacing.pause_method("T0ACME", "chat.update", 5)
    pacing.check_method("T0ACME", "users.info")
    pacing.check_method("T0BETA", "chat.update")
    waits = []
    for _ in range(3):
        with pytest.raises(Busy) as busy:
            pacing.check_method("T0ACME", "chat.update")
        waits.append(busy.value.retry_after)
    assert waits[0] == 10
    assert len(set(waits)) == 3
    clock.move(seconds=10)
    pacing.check_method("T0ACME", "chat.update")
