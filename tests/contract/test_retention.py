"""What is kept too long goes by itself: by the nearest rule, once, and not while something keeps it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.deciding import Approve, Reject
from bot.domain import events as e
from bot.domain import people
from bot.domain.lessons import FeedbackState, Lesson
from bot.domain.people import ActorKind
from bot.domain.requests import Request
from bot.friction import NewContact, report_contacts
from bot.holding import Holding
from bot.policy.loading import load
from bot.ports import ContactQuery, Store
from bot.recording import Needs
from bot.retaining import Kept, Passed, Retaining
from tests.contract.conftest import Opener
from tests.contract.flows import require_rebuilt
from tests.rigs.house import POLICY, House, MovedClock, new_house

RETENTION = "\nretention:\n  classes: {money: 30d, identity: 60d}\n"


@pytest.fixture
def clock() -> MovedClock:
    """The stores' and the house's alike."""
    return MovedClock()


async def house_with(store: Store, clock: MovedClock, retention: str = RETENTION) -> House:
    house = await new_house(store, clock)
    house.policy = load(POLICY + retention, "policy.yaml")
    return house


def retaining(house: House, store: Store | None = None) -> Retaining:
    return Retaining(store or house.store, house.clock, lambda: house.policy)


async def rejected(house: House, *, learned: bool = True) -> Request:
    held = await house.held(120, reason="zqx", context={"customer": "c1"})
    ended = await house.say(held, Reject("not_eligible", "no"))
    if learned and ended.feedback is not None:
        await change(house, ended, FeedbackState.DONE)
    return ended


async def change(house: House, request: Request, state: FeedbackState) -> None:
    by = people.person("dana", "desk")
    needs = Needs(requests=(request.id,))
    await house.store.transact(
        needs, lambda view: view.record("request", request.id, e.FeedbackChanged(state=state), by)
    )


async def erased(house: House, request: Request) -> bool:
    found = await house.store.request(request.id)
    assert found is not None
    return found.erased


async def test_it_goes_when_its_time_is_over_and_the_record_says_by_which_rule(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock)
    request = await rejected(house)
    clock.move(days=30, seconds=-1)
    assert await retaining(house).pass_over() == Passed()
    assert not await erased(house, request)
    clock.move(seconds=1)
    assert await retaining(house).pass_over() == Passed(1)
    assert await erased(house, request)
    record = (await store.events(f"request:{request.id}"))[-1]
    event = e.event_of(record)
    assert isinstance(event, e.Erased)
    assert event.rule == "retention.classes.money"
    assert event.reason == "kept for 30d, as retention.classes.money says"
    assert record.actor == f"{ActorKind.POLICY}:{house.policy.version}"
    assert await retaining(house).pass_over() == Passed(), "once"
    await require_rebuilt(store)


async def test_the_time_counts_from_what_happened_last(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock)
    request = await house.held(120, context={"customer": "c1"})
    await house.say(request, Approve())
    clock.move(minutes=5)
    await house.redeeming.redeem(request.id, key="run", **house.agent)
    decided = (await store.request(request.id)).decision  # type: ignore[union-attr]  # it is there: it was just decided
    assert decided is not None
    clock.at = decided.at + timedelta(days=30)
    assert await retaining(house).pass_over() == Passed()
    clock.move(minutes=5)
    assert await retaining(house).pass_over() == Passed(1)


async def test_what_is_open_pending_or_of_a_rule_without_an_end_stays(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock, "\nretention:\n  classes: {money: 7d}\n  actions: {refund: keep}\n")
    kept = await rejected(house)
    clock.move(days=4000)
    assert await retaining(house).pass_over() == Passed()
    assert not await erased(house, kept)


async def test_without_a_section_half_a_year_counts_for_money(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock, "")
    request = await rejected(house)
    clock.move(days=182)
    assert await retaining(house).pass_over() == Passed()
    clock.move(days=1)
    assert await retaining(house).pass_over() == Passed(1)
    assert await erased(house, request)


async def test_an_unfinished_feedback_item_keeps_it(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock)
    request = await rejected(house, learned=False)
    if request.feedback is None:
        await store.transact(
            Needs(requests=(request.id,)),
            lambda view: view.record("request", request.id, opened_item(clock), people.person("dana", "desk")),
        )
    clock.move(days=31)
    assert await retaining(house).pass_over() == Passed(0, {Kept.FEEDBACK: 1})
    await change(house, request, FeedbackState.DECLINED)
    assert await retaining(house).pass_over() == Passed(1)


def opened_item(clock: MovedClock) -> e.FeedbackOpened:
    return e.FeedbackOpened(Lesson.REGRESSION_CASE, Lesson.REGRESSION_CASE, "default", clock.now())


async def test_the_limit_of_the_law_keeps_it(store: Store, clock: MovedClock) -> None:
    policy = "\nretention:\n  classes: {money: 7d}\n"
    house = await house_with(store, clock, policy)
    limited = POLICY.replace(
        "    editable: [amount, reason]\n", "    editable: [amount, reason]\n    statutory: {within: 56d}\n"
    )
    house.policy = load(limited + policy, "policy.yaml")
    request = await rejected(house)
    assert request.routing.statutory_at is not None
    clock.move(days=8)
    assert await retaining(house).pass_over() == Passed(0, {Kept.STATUTORY: 1})
    clock.move(days=49)
    assert await retaining(house).pass_over() == Passed(1)


async def test_a_legal_hold_keeps_it_and_what_comes_is_told(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock)
    one, other = await rejected(house), await rejected(house)
    hold = await Holding(store, lambda: house.policy).place_as(house.operator, f"request:{one.id}", "case 7")
    coming = [due async for due in retaining(house).due(clock.now() + timedelta(days=30))]
    assert {due.request.id: due.kept for due in coming} == {one.id: Kept.HOLD, other.id: None}
    assert [due.hold for due in coming if due.hold] == [hold]
    assert coming[0].at == one.decision.at + timedelta(days=30)  # type: ignore[union-attr]  # it was decided
    assert [due async for due in retaining(house).due(clock.now() + timedelta(days=29))] == []
    clock.move(days=31)
    assert await retaining(house).pass_over() == Passed(1, {Kept.HOLD: 1})
    assert (await erased(house, one), await erased(house, other)) == (False, True)


async def test_an_action_that_the_policy_no_longer_names_goes_by_its_class(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock)
    request = await rejected(house)
    house.policy = replace(house.policy, actions={})
    clock.move(days=31)
    assert await retaining(house).pass_over() == Passed(1)
    assert await erased(house, request)


async def test_of_several_processes_one_has_the_turn_and_none_does_it_twice(opened: Opener, clock: MovedClock) -> None:
    stores = [await opened() for _ in range(3)]
    house = await house_with(stores[0], clock)
    requests = [await rejected(house) for _ in range(12)]
    clock.move(days=31)
    turns = await asyncio.gather(*(retaining(house, store).take_turn() for store in stores))
    assert [turn for turn in turns if turn is not None] == [Passed(12)]
    more = await asyncio.gather(*(retaining(house, store).pass_over() for store in stores))
    assert more == [Passed()] * 3
    late = [await rejected(house) for _ in range(12)]
    clock.move(days=31)
    await asyncio.gather(*(retaining(house, store).pass_over() for store in stores))
    for request in (*requests, *late):
        records = await stores[1].events(f"request:{request.id}")
        assert [record.type for record in records].count("request.erased") == 1


async def test_who_was_in_contact_goes_too_unless_a_hold_keeps_it(store: Store, clock: MovedClock) -> None:
    house = await house_with(store, clock, "\nretention:\n  contacts: 10d\n")
    agent = house.agent["agent"]
    told = [NewContact(who, clock.now() - timedelta(days=1), "phone", "zqx") for who in ("c1", "c2", "c3")]
    by = people.agent(agent.id)
    await report_contacts(store, told, agent=agent, instance_id=house.agent["instance_id"], key="k", by=by)
    hold = await Holding(store, lambda: house.policy).place_as(house.operator, "customer:C2", "case")
    clock.move(days=9, seconds=-1)
    assert await retaining(house).pass_over() == Passed()
    clock.move(seconds=1)
    assert await retaining(house).pass_over() == Passed(0, {Kept.HOLD: 1}, 2)
    left = (await store.contacts(ContactQuery(named=True))).items
    assert [one.customer for one in left] == ["c2"]
    assert len((await store.contacts(ContactQuery())).items) == 3, "when, over which channel and by whom stays"
    await Holding(store, lambda: house.policy).release_as(house.operator, hold.id, "settled")
    assert await retaining(house).pass_over() == Passed(0, {}, 1)
    await require_rebuilt(store)
