"""When something is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sending.patience import Patience
from bot.sending.trying import REMEMBERED, Memory
from tests.rigs.house import START


def after(seconds: float) -> object:
    return START + timedelta(seconds=seconds)


def test_it_comes_back_when_it_was_told_to() -> None:
    patience = Patience(lambda: 0.0)
    assert patience.after_busy(START, 2.0) == after(2.0)
    assert patience.after_busy(START, -1.0) == after(0.001), "never in the past"


def test_without_an_answer_it_is_looked_for_soon() -> None:
    patience = Patience(lambda: 0.0)
    assert [patience.after_no_answer(START, n) for n in (1, 2, 3, 50)] == [after(2), after(4), after(8), after(60)]


@pytest.mark.parametrize(("jitter", "most"), [(0.0, 30.0), (1.0, 60.0)])
def test_refusals_are_met_with_pauses_of_up_to_a_minute(jitter: float, most: float) -> None:
    patience = Patience(lambda: jitter)
    assert patience.after_refusal(START, 1) == after(1.0 + jitter)
    assert patience.after_refusal(START, 500) == after(most)


def test_a_card_is_redrawn_for_a_day_and_the_rest_given_up_after_an_hour() -> None:
    patience = Patience(lambda: 0.0)
    later = START + timedelta(hours=2)
    given_up = {do: patience.spent(do, START, later) for do in ("card", "lines", "ping", "redraw", "tell")}
    assert given_up == {"card": True, "lines": True, "ping": True, "redraw": False, "tell": False}
    assert patience.spent("redraw", START, START + timedelta(hours=25))


def test_what_is_remembered_is_bounded_and_forgetting_means_to_look() -> None:
    memory = Memory()
    for n in range(REMEMBERED + 5):
        memory.of(str(n)).untaken = 1
    assert memory.of("0").untaken == 0
    assert memory.of(str(REMEMBERED + 4)).untaken == 1
