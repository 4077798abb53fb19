"""What a simulation takes from the record: the mix, amounts, the held share, and how long reviews take."""

from __future__ import annotations

import pytest

from bot.deciding import Approve, Claim, Reassign
from bot.simulating.arriving import Kind
from bot.simulating.assuming import durations_of
from bot.simulating.durations import LEAST_RECORDED, Lognormal, Recorded
from bot.simulating.recorded import Record, read_record
from tests.rigs.house import POLICY, House, new_house

HOURS = POLICY.replace("    sla: {", "    hours: {mon-fri: '09:00-17:00'}\n    sla: {")


async def reviewed(house: House, seconds: float, number: int, *, claimed: bool = True) -> None:
    request = await house.held(100 + number, context={"customer": f"c{number}", "session": f"s{number}"})
    house.clock.move(seconds=40)
    if claimed:
        await house.say(request, Claim(), who="lee")
    house.clock.move(seconds=seconds)
    await house.say(request, Approve(), who="lee")


async def test_reviews_from_claim_to_decision_the_mix_and_the_held_share() -> None:
    house = await new_house()
    for number in range(4):
        await reviewed(house, 60 + number, number)
    await reviewed(house, 90, 5, claimed=False)
    await house.propose(10, context={"customer": "c", "session": "s"})
    record = await read_record(house.store, house.policy)
    assert record.claimed == {"refund": (60.0, 61.0, 62.0, 63.0)}
    assert record.whole == {"refund": (130.0,)}
    (kind,) = record.kinds
    assert isinstance(kind, Kind)
    assert (kind.action_type, kind.weight, kind.held) == ("refund", 6, 5 / 6)
    assert min(str(assessment.amount) for _, assessment in kind.examples) == "100 USD"


async def test_a_review_is_timed_in_working_hours_and_from_the_last_hand_over() -> None:
    house = await new_house(policy=HOURS)
    house.clock.move(hours=6, minutes=50)  # 16:50 in New York
    request = await house.held(100, within="48h")
    await house.say(request, Claim(), who="omar")
    await house.say(request, Reassign("lee"), who="omar")
    house.clock.move(hours=16, minutes=15)  # 9:05 on the next day
    await house.say(request, Approve(), who="lee")
    assert (await read_record(house.store, house.policy)).claimed == {"refund": (15 * 60.0,)}


def test_too_few_reviews_are_told_and_not_drawn_from() -> None:
    few = Record(claimed={"refund": (5.0,) * (LEAST_RECORDED - 1)})
    durations, said = durations_of(few, Lognormal(90))
    assert durations == Lognormal(90)
    assert said == [
        (
            "Reviews take as long as a lognormal distribution with median 90 s and sigma 0.8 "
            f"(reviews on record: refund {LEAST_RECORDED - 1}; {LEAST_RECORDED} are needed)."
        )
    ]


def test_enough_reviews_are_drawn_from() -> None:
    many = Record(claimed={"refund": tuple(map(float, range(100)))}, whole={"change": (7.0,) * 50})
    durations, said = durations_of(many, Lognormal(90))
    assert isinstance(durations, Recorded)
    assert [durations.seconds("refund", None, q) for q in (0.001, 0.5, 0.999)] == [0.0, 50.0, 99.0]
    assert durations.seconds("change", None, 0.3) == 7.0
    assert durations.seconds("other", None, 0.5) == pytest.approx(90)
    assert durations.seconds("refund", 98.0, 0.5) == pytest.approx(100, rel=0.01), "somebody twice as slow"
    assert "100 on record, from claim to decision" in said[1]
    assert "waiting is in them" in said[0]


def test_a_lognormal_has_its_median_and_spread() -> None:
    stated = Lognormal(100, 0.8)
    assert stated.seconds("any", None, 0.5) == pytest.approx(100)
    assert stated.seconds("any", 50, 0.5) == pytest.approx(50)
    assert stated.seconds("any", None, 0.9) == pytest.approx(100 * 2.788, rel=0.01)
