"""A share of what runs alone is looked at afterwards: whom, how many a day, once, and by a rebuilt view the same."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.deciding import GradeSample
from bot.domain.lessons import Because, FeedbackState, Grade, Lesson
from bot.domain.requests import Request
from bot.erasing import erase_request
from bot.errors import BadInput, Conflict, NotAllowed, PolicyInvalid
from bot.policy.loading import load
from bot.ports import RequestQuery, Store
from tests.contract.flows import require_rebuilt
from tests.rigs.house import DRAFT, POLICY, House, MovedClock, new_house

TOOLS = "    tools: [issue_refund]\n"


def policy(sampling: str) -> str:
    return POLICY + DRAFT + f"    sampling: {sampling}\n"


@pytest.fixture
def clock() -> MovedClock:
    """The stores' and the house's alike."""
    return MovedClock()


async def drafts(house: House, count: int, build: str = "b1") -> list[Request]:
    context = {"build": build, "customer": "c-1"}
    return [(await house.propose(None, tool="draft_reply", context=context)).request for _ in range(count)]


async def test_all_of_it_is_shared_out_evenly_up_to_what_each_takes_a_day(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 100%, reviewers: [lee, dana], each_day: 3}"))
    made = await drafts(house, 8)
    asked = Counter(one.sample.to if one.sample else None for one in made)
    assert asked == {"lee": 3, "dana": 3, None: 2}
    assert all(one.status == "approved" for one in made)
    clock.move(days=1)
    (next_day,) = await drafts(house, 1)
    assert next_day.sample is not None
    assert next_day.sample.day == "2026-03-03"
    await require_rebuilt(store)


async def test_a_share_of_none_asks_nobody_and_a_share_of_many_is_about_that_share(
    store: Store, clock: MovedClock
) -> None:
    house = await new_house(store, clock, policy("{share: 0}"))
    assert not any(one.sample for one in await drafts(house, 20))
    house.policy = load(policy("{share: 0.25, each_day: 1000}"), "policy.yaml")
    found = sum(one.sample is not None for one in await drafts(house, 400))
    assert 60 <= found <= 145  # 100 expected; less likely than one in ten thousand to be outside


async def test_the_first_of_each_build_are_looked_at_more_often(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 0, new_builds: {share: 1, first: 2}, each_day: 1000}"))
    for build in ("b1", "b2"):
        found = [one.sample for one in await drafts(house, 4, build)]
        assert [sample and sample.because for sample in found] == [Because.NEW_BUILD, Because.NEW_BUILD, None, None]


async def test_what_is_held_or_changes_something_is_no_sample(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 1}"))
    held = await house.held(120)
    allowed = (await house.propose(10)).request
    assert held.sample is None
    assert allowed.sample is None


async def test_good_ends_it_and_whoever_comes_second_is_told(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 1, reviewers: [lee]}"))
    (made,) = await drafts(house, 1)
    query = RequestQuery(sampled_for="lee")
    assert [one.id for one in (await store.requests(query)).items] == [made.id]
    done = await house.say(made, GradeSample(Grade.GOOD, "clear"), "lee")
    assert done.sample is not None
    assert (done.sample.grade, done.sample.note, done.feedback) == (Grade.GOOD, "clear", None)
    assert (await store.requests(query)).items == ()
    with pytest.raises(Conflict, match="Lee said good"):
        await house.say(made, GradeSample(Grade.NEEDS_WORK, "no"), "dana")
    await require_rebuilt(store)


async def test_needs_work_opens_a_feedback_item(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 1, reviewers: [lee]}"))
    first, second = await drafts(house, 2)
    done = await house.say(first, GradeSample(Grade.NEEDS_WORK, "wrong window", Lesson.KNOWLEDGE_FIX), "lee")
    assert done.feedback is not None
    assert (done.feedback.kind, done.feedback.state) == (Lesson.KNOWLEDGE_FIX, FeedbackState.OPEN)
    assert done.feedback.note == "wrong window"
    done = await house.say(second, GradeSample(Grade.NEEDS_WORK, "rude"), "lee")
    assert done.feedback is not None
    assert done.feedback.kind is Lesson.REGRESSION_CASE
    await require_rebuilt(store)


async def test_a_grade_is_refused_with_a_reason(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 1, reviewers: [lee]}"))
    (made,) = await drafts(house, 1)
    with pytest.raises(NotAllowed, match="among those who look"):
        await house.say(made, GradeSample(Grade.GOOD), "vera")
    with pytest.raises(BadInput, match="note"):
        await house.say(made, GradeSample(Grade.NEEDS_WORK), "lee")
    with pytest.raises(BadInput, match="lesson"):
        await house.say(made, GradeSample(Grade.GOOD, lesson=Lesson.THRESHOLD), "lee")
    with pytest.raises(Conflict, match="no sample"):
        await house.say(await house.held(120), GradeSample(Grade.GOOD), "lee")


async def test_an_erased_sample_still_counts_for_the_day(store: Store, clock: MovedClock) -> None:
    house = await new_house(store, clock, policy("{share: 1, reviewers: [lee], each_day: 1}"))
    (made,) = await drafts(house, 1)
    await house.say(made, GradeSample(Grade.NEEDS_WORK, "secret words"), "lee")
    clock.move(hours=1)
    assert await house.sweep()
    left = await erase_request(store, made.id, reason="asked for", by=house.operator)
    assert left.request.sample is not None
    assert left.request.sample.note is None
    assert "secret words" not in repr(left.request)
    (second,) = await drafts(house, 1)
    assert second.sample is None
    await require_rebuilt(store)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("{share: 120%}", "more than all"),
        ("{share: 2}", "out of bounds"),
        ("{reviewers: [lee]}", "share"),
        ("{share: 1, reviewers: [nobody]}", "nobody"),
        ("{share: 1, each_day: 0}", "out of bounds"),
        ("{share: 1, new_builds: {share: 1}}", "first"),
        ("{share: 1, daily: 3}", "daily"),
    ],
)
def test_a_mistake_in_it_is_named(said: str, problem: str) -> None:
    with pytest.raises(PolicyInvalid, match=problem):
        load(policy(said), "policy.yaml")


def test_what_changes_something_has_no_samples() -> None:
    with pytest.raises(PolicyInvalid, match="level commit"):
        load(
            POLICY.replace("    tools: [issue_refund]\n", "    tools: [issue_refund]\n    sampling: {share: 1}\n"),
            "policy.yaml",
        )
