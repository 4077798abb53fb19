"""A clock that stands still while the agent is asked, a request that becomes another team's, and one that expires."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.rigs.a_day import Day

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_question_stops_the_clock_and_the_answer_lets_it_run(day: Day) -> None:
    id_ = await day.opened("give_goodwill", amount=60)
    await day.pass_to(id_, 10)
    await day.in_slack_press("dana", id_, "ask", {"text": "Was it delivered?"})
    await day.says(id_, "Was it delivered?", "until the agent answers", without=("answer promised by",))
    await day.pass_to(id_, 45)
    await day.says(id_, "until the agent answers")
    assert {"request.reminded", "request.escalated"}.isdisjoint({type_ for type_, _ in await day.record(id_)})
    await day.agent.answer(id_, "Yes, a day late.")
    await day.says(id_, "Yes, a day late.", without=("until the agent answers",))
    await day.lines(id_, "let its time run again")
    (again,) = await day.facts(id_, "request.rescheduled")
    assert again["stopped_seconds"] in range(2095, 2130), "35 minutes"
    assert _minutes(await day.opened_at(id_), again["due_at"]) == 65, "thirty, and as long as it stood still"
    await day.pass_to(id_, 48)
    assert "request.reminded" not in [type_ for type_, _ in await day.record(id_)]
    await day.pass_to(id_, 50.6)
    await day.lines(id_, "reminded that it still waits")
    await day.on_desk_press("dana", id_, "approve")
    await day.says(id_, "Approved", "Dana")


async def test_moved_to_finance_it_is_theirs_and_no_longer_the_others(day: Day) -> None:
    id_ = await day.opened("give_goodwill", amount=70)
    await day.in_teams_press("lee", id_, "claim")
    await day.refused("kim", id_, "Kim is not among its approvers", on_desk="It may be decided by Lee, Dana, Omar")
    await day.pass_to(id_, 41)
    await day.pinged("ada", id_, "It is Finance's from now on", "claimed by Lee", "It went to Lee so far")
    await day.pinged("finance", id_, "70.00 USD", "Kim or Ada may decide")
    await day.says(id_, "Moved from Claims to", "Finance", without=("Claimed by Lee",))
    await day.lines(id_, "moved it from Claims to Finance")
    await day.refused("lee", id_, "Lee is not among its approvers", on_desk="It may be decided by Kim, Ada")
    assert (await day.facts(id_, "request.moved"))[0] == {"from_owner": "claims", "to_owner": "finance"}
    typed = {"reason_code": "not_booked", "note": "Not in the books."}
    await day.in_teams_press("kim", id_, "reject", typed)
    await day.says(id_, "Rejected", "Kim", "Not in the books.")
    decided = await day.agent.aap.get(id_, wait=10)
    assert decided.decision is not None
    assert decided.decision.note == "not_booked: Not in the books."


async def test_nobody_comes_and_it_is_not_run(day: Day) -> None:
    id_ = await day.opened("give_goodwill", amount=80)
    page = await day.page("dana", id_)
    await day.pass_to(id_, 121)
    await day.says(id_, "Expired, not run", without=("may decide",))
    await day.lines(id_, "not run")
    assert (await day.agent.aap.get(id_)).status == "expired"
    late = await day.sent_late("dana", id_, page, "approve")
    assert (late.status, "It expired before your click" in late.words) == (409, True), late.words
    types = [type_ for type_, _ in await day.record(id_)]
    assert {"request.reminded", "request.escalated", "request.moved"}.isdisjoint(types), "it was over by then"


def _minutes(since: datetime, until: str) -> int:
    return round((datetime.fromisoformat(until) - since) / timedelta(minutes=1))
