"""What people do with feedback items: who may, who was first, and what stays on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.deciding import ChangeFeedback, Deciding, Reject
from bot.domain.lessons import FeedbackItem, FeedbackState, Lesson
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Request
from bot.errors import BadInput, Conflict, NotAllowed
from bot.learning.changing import change_item
from bot.receiving import may_see
from bot.receiving.acting import act
from tests.rigs.house import House, new_house

ACCEPT, DONE = ChangeFeedback(FeedbackState.ACCEPTED), ChangeFeedback(FeedbackState.DONE)
DECLINE = ChangeFeedback(FeedbackState.DECLINED, note="It was right after all.")
OPERATOR = Actor(ActorKind.OPERATOR, "root", "cli")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = await new_house()
    yield made
    await made.store.close()


async def rejected(house: House) -> Request:
    return await house.say(await house.held(), Reject("wrong_amount", "No."), "dana")


def item_of(request: Request) -> FeedbackItem:
    assert request.feedback is not None
    return request.feedback


async def test_who_accepts_it_has_it_and_every_change_has_its_author(house: House) -> None:
    request = await rejected(house)
    for command, by in ((ACCEPT, "lee"), (DONE, "rosa")):
        request = await house.say(request, command, by)
    item = item_of(request)
    assert (item.state, item.assignee) == (FeedbackState.DONE, "lee")
    assert [(step.by.id, step.state) for step in item.steps] == [
        ("lee", FeedbackState.ACCEPTED),
        ("rosa", FeedbackState.DONE),
    ]


async def test_the_second_to_click_is_told_who_was_first(house: House) -> None:
    request = await rejected(house)
    await house.say(request, ACCEPT, "lee")
    with pytest.raises(Conflict, match="Lee accepted it at 2026-03-02 15:00:00 UTC already"):
        await house.say(request, ACCEPT, "omar")
    await house.say(request, DECLINE, "rosa")
    with pytest.raises(Conflict, match="Rosa declined it at") as refused:
        await house.say(request, DONE, "lee")
    assert refused.value.remedy == "open it again first"


async def test_ones_own_second_click_is_no_refusal(house: House) -> None:
    request = await rejected(house)
    await house.say(request, ACCEPT, "lee")
    deciding = Deciding(house.store, house.clock, lambda: house.policy)
    await act(house.store, deciding, "slack", request.id, ACCEPT, house.person("lee"))
    found = await house.store.request(request.id)
    assert found is not None
    assert len(item_of(found).steps) == 1


async def test_nothing_is_done_to_an_item_that_changed_since_it_was_looked_at(house: House) -> None:
    request = await house.say(await rejected(house), ACCEPT, "lee")
    with pytest.raises(Conflict, match=r"Lee accepted it .*: it has changed since you looked"):
        await house.say(request, ChangeFeedback(kind=Lesson.THRESHOLD, seen=0), "rosa")
    after = await house.say(request, ChangeFeedback(kind=Lesson.THRESHOLD, seen=1), "rosa")
    assert item_of(after).kind is Lesson.THRESHOLD


async def test_declining_needs_a_note(house: House) -> None:
    with pytest.raises(BadInput) as refused:
        await house.say(await rejected(house), ChangeFeedback(FeedbackState.DECLINED, note=" "), "rosa")
    assert refused.value.field == "note"


async def test_a_new_day_brings_reminders_at_the_same_shares_of_it(house: House) -> None:
    request = await rejected(house)
    due = house.clock.now() + timedelta(days=14)
    after = item_of(await house.say(request, ChangeFeedback(due_at=due), "rosa"))
    assert after.due_at == due
    assert after.remind_at == tuple(house.clock.now() + timedelta(days=days) for days in (10, 14, 28))


@pytest.mark.parametrize("days", [-1, 400])
async def test_a_day_that_is_over_or_too_far_is_refused(house: House, days: int) -> None:
    due = house.clock.now() + timedelta(days=days)
    with pytest.raises(BadInput) as refused:
        await house.say(await rejected(house), ChangeFeedback(due_at=due), "rosa")
    assert refused.value.field == "due_at"


async def test_it_is_handed_to_somebody_who_may_then_see_and_change_it(house: House) -> None:
    request = await rejected(house)
    with pytest.raises(BadInput):
        await house.say(request, ChangeFeedback(assignee="nobody"), "rosa")
    after = await house.say(request, ChangeFeedback(assignee="omar"), "rosa")
    assert item_of(after).assignee == "omar"
    assert may_see(after, house.person("omar"))


async def test_whoever_has_nothing_to_do_with_it_may_not(house: House) -> None:
    request = await rejected(house)
    stranger = Actor(ActorKind.AGENT, "agent", "api")
    with pytest.raises(NotAllowed) as refused:
        await change_item(house.store, house.policy, request.id, ACCEPT, stranger)
    assert "Rosa" in (refused.value.remedy or "")


async def test_an_operator_needs_no_leave(house: House) -> None:
    request = await rejected(house)
    after = await change_item(house.store, house.policy, request.id, ACCEPT, OPERATOR)
    assert item_of(after).assignee == item_of(request).assignee
    assert item_of(after).steps[0].by == OPERATOR


async def test_where_nothing_was_corrected_there_is_nothing_to_change(house: House) -> None:
    with pytest.raises(Conflict, match="no feedback item"):
        await house.say(await house.held(), ACCEPT, "lee")


async def test_nothing_that_changes_nothing_is_recorded(house: House) -> None:
    request = await rejected(house)
    with pytest.raises(BadInput, match="nothing was changed"):
        await house.say(request, ChangeFeedback(kind=item_of(request).kind), "rosa")
