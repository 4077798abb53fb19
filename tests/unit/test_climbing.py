"""What a step of an escalation does when its time has come, and to whom it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.deciding import Approve, Claim
from bot.domain.duties import Cover, Delegation, Duties
from bot.domain.events import Escalated, Moved
from bot.domain.requests import Request
from bot.errors import NotAllowed
from bot.policy.loading import load
from bot.rostering import Roster, stand_in, who_is_on_call
from tests.rigs.house import POLICY, START, House, new_house

ROTATIONS = """
rotations:
  nights: {people: [lee, dana, omar], every: week, starts: 2026-02-23, handover: "09:00"}
  sun:
    shifts:
      - {hours: "08:00-16:00", timezone: Europe/London, people: [lee]}
      - {hours: "08:00-17:00", timezone: America/New_York, people: [dana], days: mon-fri}
"""
PEOPLE = POLICY.replace("name: Lee, limit: 500", "name: Lee, limit: 500, manager: rosa")
FINANCE = """  finance:
    accountable: rosa
    risk_owner: vera
    channels: {slack: C0FINANCE}
    approvers: [rosa, vera]
actions:"""


async def house_with(steps: str) -> House:
    text = PEOPLE.replace("expire_after: 4h", f"expire_after: 4h, remind_at: [], escalate: [{steps}]")
    return await new_house(policy=text.replace("actions:", FINANCE, 1) + ROTATIONS)


async def after(house: House, request: Request, **time: float) -> tuple[Request, list[Escalated]]:
    house.clock.move(**time)
    await house.sweep()
    found = await house.store.request(request.id)
    assert found is not None
    return found, [event for event in await house.facts(request) if isinstance(event, Escalated)]


async def test_a_step_comes_to_whoever_is_on_call_then() -> None:
    house = await house_with("{after: 10m, to: [nights]}")
    request = await house.held(100, within="4h")
    _, (step,) = await after(house, request, minutes=10)
    assert (step.to, step.on_call, step.nobody) == (("dana",), ("dana",), ())  # the second week, after nine


async def test_a_cover_goes_before_the_plan() -> None:
    house = await house_with("{after: 10m, to: [nights]}")
    request = await house.held(100, within="4h")
    house.duties = Duties(covers=(Cover(1, "nights", "vera", START, START + timedelta(hours=1), "dana"),))
    found, (step,) = await after(house, request, minutes=10)
    assert step.to == ("vera",)
    assert found.told == ("vera",)


async def test_a_step_names_whoever_has_it_and_their_manager() -> None:
    house = await house_with("{after: 10m, to: [assignee, manager]}")
    request = await house.held(100, within="4h")
    await house.say(request, Claim(), "lee")
    _, (step,) = await after(house, request, minutes=10)
    assert step.to == ("lee", "rosa")


async def test_where_a_step_comes_to_nobody_the_next_comes_at_once() -> None:
    house = await house_with("{after: 10m, to: [assignee]}, {after: 1h, to: [vera]}, {after: 2h, to: [rosa]}")
    request = await house.held(100, within="4h")
    found, steps = await after(house, request, minutes=10)
    assert [(step.to, step.nobody) for step in steps] == [((), ("assignee",)), (("vera",), ())]
    assert found.escalated == 2
    _, steps = await after(house, request, minutes=50)
    assert len(steps) == 2
    _, steps = await after(house, request, minutes=60)
    assert steps[-1].to == ("rosa",)


async def test_a_step_that_widens_lets_those_decide_whom_it_goes_to() -> None:
    house = await house_with("{after: 10m, to: [vera], widen: true}, {after: 20m, to: [rosa]}")
    request = await house.held(100, within="4h")
    with pytest.raises(NotAllowed):
        await house.say(request, Approve(), "vera")
    found, _ = await after(house, request, minutes=20)
    assert found.widened == ("vera",)
    with pytest.raises(NotAllowed, match="Rosa is not among its approvers"):
        await house.say(request, Approve(), "rosa")
    assert (await house.say(request, Approve(), "vera")).status == "approved"


async def test_a_step_gives_it_to_another_owner_with_its_people_and_channels() -> None:
    house = await house_with("{after: 10m, move_to: finance}, {after: 20m, to: [dana]}")
    request = await house.held(100, within="4h")
    await house.say(request, Claim(), "lee")
    found, (step,) = await after(house, request, minutes=10)
    routing = found.routing
    assert (step.to, routing.owner, routing.accountable, routing.channels) == (
        (), "finance", "rosa", {"slack": "C0FINANCE"},
    )  # fmt: skip
    assert (routing.due_at, routing.deadline_at) == (request.routing.due_at, request.routing.deadline_at)
    assert found.claim is None
    assert isinstance((await house.facts(request))[-1], Moved)
    with pytest.raises(NotAllowed, match="Lee is not among its approvers"):
        await house.say(request, Approve(), "lee")
    _, steps = await after(house, request, minutes=10)
    assert [one.to for one in steps] == [(), ("dana",)]
    assert (await house.say(request, Approve(), "rosa")).status == "approved"


async def test_a_step_comes_again_as_often_as_it_is_to() -> None:
    house = await house_with("{after: 10m, to: [vera], repeat: {times: 2, every: 5m}}")
    request = await house.held(100, within="4h")
    _, steps = await after(house, request, minutes=14)
    assert len(steps) == 1
    _, steps = await after(house, request, minutes=60)
    assert [(step.number, step.to) for step in steps] == [(1, ("vera",)), (2, ("vera",)), (3, ("vera",))]


def away(person: str, to: str, number: int = 1) -> Delegation:
    return Delegation(number, person, to, START - timedelta(days=1), START + timedelta(days=1), person)


async def test_while_somebody_is_away_it_comes_to_who_stands_in_for_them() -> None:
    house = await house_with("{after: 10m, to: [lee, vera]}")
    house.duties = Duties(delegations=(away("lee", "dana"), away("vera", "rosa")))
    request = await house.held(100, within="4h")
    _, (step,) = await after(house, request, minutes=10)
    assert step.to == ("dana", "rosa")
    assert step.instead_of == {"dana": "lee", "rosa": "vera"}


async def test_it_stays_with_who_is_away_where_the_other_could_not_sign_it() -> None:
    house = await house_with("{after: 10m, to: [dana]}")
    house.duties = Duties(delegations=(away("dana", "lee"),))
    request = await house.held(800, within="4h")  # above Lee's limit
    _, (step,) = await after(house, request, minutes=10)
    assert (step.to, step.instead_of) == (("dana",), {})


PERSONS = ["lee", "dana", "omar", "rosa", "vera"]


@given(
    st.lists(st.tuples(st.sampled_from(PERSONS), st.sampled_from(PERSONS)), max_size=8),
    st.sets(st.sampled_from(PERSONS)),
)
def test_no_chain_of_delegations_comes_to_somebody_unable_or_never_ends(
    pairs: list[tuple[str, str]], able: set[str]
) -> None:
    policy = load(POLICY, "policy.yaml")
    found = tuple(away(person, to, number) for number, (person, to) in enumerate(pairs))
    roster = Roster(policy, Duties(delegations=found))
    for person in PERSONS:
        holder = stand_in(roster, person, START, lambda one: one.id in able)
        assert holder == person or holder in able


@pytest.mark.parametrize(
    ("at", "who"),
    [
        (datetime(2026, 3, 2, 10, 0, tzinfo=UTC), "lee"),  # ten in London
        (datetime(2026, 3, 2, 15, 59, tzinfo=UTC), "lee"),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), "dana"),  # handed over to New York, eleven there
        (datetime(2026, 3, 2, 22, 0, tzinfo=UTC), None),  # five in New York
        (datetime(2026, 3, 7, 18, 0, tzinfo=UTC), None),  # a Saturday
        (datetime(2026, 3, 9, 20, 59, tzinfo=UTC), "dana"),  # clocks were put forward in New York alone
        (datetime(2026, 3, 9, 21, 0, tzinfo=UTC), None),
    ],
)
async def test_the_shift_follows_the_sun(at: datetime, who: str | None) -> None:
    house = await house_with("{after: 10m, to: [sun]}")
    assert who_is_on_call(Roster(house.policy), "sun", at) == who


def test_turns_change_at_the_handover_by_the_clock_on_the_wall() -> None:
    policy = load(POLICY + ROTATIONS, "policy.yaml")
    roster = Roster(policy)
    handover = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)  # nine in New York, the day after clocks were put forward
    assert who_is_on_call(roster, "nights", handover - timedelta(seconds=1)) == "dana"
    assert who_is_on_call(roster, "nights", handover) == "omar"
    assert who_is_on_call(roster, "nights", datetime(2026, 2, 22, 13, 0, tzinfo=UTC)) is None  # before it begins
    gone = replace(policy, people={id_: one for id_, one in policy.people.items() if id_ != "omar"})
    assert who_is_on_call(Roster(gone), "nights", handover) == "omar"
