"""One request waits longer than was promised: given, reminded of, taken over, handed on, and up the whole ladder.

Everything is done by pressing what stands before people in Slack, in Teams and on the desk, and read where they read
it. Between two steps of the ladder the server is killed.
"""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.rigs.a_day import Day

pytestmark = pytest.mark.asyncio(loop_scope="module")
HAD = [
    (0, "reassigned", "policy", "lee"),
    (5, "claimed", "person:dana", ""),
    (17, "unclaimed", "clock", ""),
    (20, "reminded", "clock", ""),
    (24, "claimed", "person:dana", ""),
    (24, "reassigned", "person:dana", "omar"),
    (30, "reminded", "clock", ""),
    (37, "unclaimed", "clock", ""),
    (45, "escalated", "clock", ["omar"]),
    (60, "escalated", "clock", ["rosa"]),
    (75, "escalated", "clock", ["vera"]),
    (90, "escalated", "clock", ["assignee"]),
    (95, "escalated", "clock", ["assignee"]),
    (100, "escalated", "clock", ["assignee"]),
    (100, "decided", "person:vera", ""),
    (100, "redeemed", "agent", ""),
]
"""Minutes after it was opened, what happened, by whom, and to whom it came or what came to nobody."""


async def test_from_who_is_given_it_to_who_decides_it(day: Day) -> None:
    other = await day.opened("issue_refund", amount=100)
    await day.says(other, "Claimed by Dana")
    id_ = await day.opened("issue_refund", amount=200)
    await _given_taken_and_let_go(day, id_)
    await _handed_on(day, id_)
    await _standing_in(day, id_)
    await _on_call(day, id_)
    await day.killed()
    await _widened(day, id_)
    await _posted_elsewhere(day, id_)
    await _decided(day, id_)
    await _tells_who_had_it_when(day, id_)


async def _given_taken_and_let_go(day: Day, id_: str) -> None:
    """Lee has the least, so it is his; Dana takes it over in Slack, and her time with it ends by itself."""
    await day.says(id_, "Claimed by Lee")
    await day.pinged("lee", id_, "The policy handed this to you")
    await day.pass_to(id_, 5)
    await day.in_slack_press("dana", id_, "claim")
    await day.says(id_, "Claimed by Dana", without=("Claimed by Lee",))
    await day.lines(id_, "Dana claimed it")
    await day.pass_to(id_, 17)
    await day.says(id_, "Lee, Dana", without=("Claimed by",))
    await day.lines(id_, "Dana had it no longer: their time was over")
    await day.pass_to(id_, 20)
    await day.lines(id_, "reminded that it still waits")
    assert day.called(id_) == {"lee", "dana", "omar"}


async def _handed_on(day: Day, id_: str) -> None:
    """Dana claims it on the desk and hands it to Omar in Teams: he alone is reminded now."""
    await day.pass_to(id_, 24)
    await day.on_desk_press("dana", id_, "claim")
    await day.says(id_, "Claimed by Dana")
    await day.in_teams_press("dana", id_, "reassign", {"to": "omar", "note": "You know this customer."})
    await day.says(id_, "Claimed by Omar")
    await day.pinged("omar", id_, "Dana handed this to you: You know this customer.", "200.00 USD")
    await day.lines(id_, "Dana handed it to Omar")
    await day.pass_to(id_, 30)
    await day.until(lambda: day.called(id_) == {"omar"}, lambda: f"only Omar is reminded, not {day.called(id_)}")
    await day.pass_to(id_, 37)
    await day.says(id_, "Lee, Dana", without=("Claimed by",))


async def _standing_in(day: Day, id_: str) -> None:
    """The first step is for Lee, who is away: it comes to Omar in his stead."""
    await day.by_slack_command("lee", "away", {"to": "omar", "since": "now", "until": "+1d"})
    await day.pass_to(id_, 45)
    await day.pinged("omar", id_, "Lee is away; you stand in.", "Refunds promised an answer by 10:40 EST")
    await day.lines(id_, "told Omar that it still waits")
    assert (await day.facts(id_, "request.escalated"))[0]["instead_of"] == {"omar": "lee"}


async def _on_call(day: Day, id_: str) -> None:
    """The second is for whoever is on call: Rosa for today, although it is Max's week."""
    await day.by_teams_command("max", "cover", {"person": "rosa", "since": "now", "until": "+4h"})
    await day.pass_to(id_, 60)
    await day.pinged("rosa", id_, "You are on call for", "It went to Lee, Dana, Omar so far")
    assert "slack:max" not in day.cards(id_)
    await day.refused("rosa", id_, "Rosa is not among its approvers")


async def _widened(day: Day, id_: str) -> None:
    """The third lets the manager of all who might have it decide as well; before it she could not."""
    await day.refused("vera", id_, "Vera is not among its approvers")
    await day.pass_to(id_, 75)
    await day.pinged("vera", id_, "You may decide it now.")
    await day.says(id_, "Lee, Dana, Omar")


async def _posted_elsewhere(day: Day, id_: str) -> None:
    """The fourth goes to a channel, twice again; nobody has it, so it comes to nobody in person."""
    for number, minutes in enumerate((90, 95, 100), 4):
        await day.pass_to(id_, minutes)
        await day.pinged("escalate", id_, "it has waited since 10:00 EST")
        await day.lines(id_, "posted it elsewhere")
        assert len(await day.facts(id_, "request.escalated")) == number
    assert "Came to nobody: whoever has it" in (await day.page("rosa", id_)).words


async def _decided(day: Day, id_: str) -> None:
    await day.in_teams_press("vera", id_, "approve")
    await day.says(id_, "Approved", "Vera", "Teams", without=("may decide",))
    assert (await day.agent.aap.get(id_, wait=10)).status == "approved"
    assert (await day.agent.redeem(id_)).status_code == 200


async def _tells_who_had_it_when(day: Day, id_: str) -> None:
    """The record alone, as the command prints it: who had it, who was told, and how many minutes after it began."""
    shown = json.loads(await day.command("request", "show", id_, "--json"))
    began = datetime.fromisoformat(shown["events"][0]["at"])
    told = []
    for event in shown["events"]:
        if event["actor"] == "service:courier" or event["type"] == "request.opened":
            continue
        facts, at = event.get("facts", {}), datetime.fromisoformat(event["at"])
        actor = event["actor"] if event["actor"].startswith("person:") else event["actor"].partition(":")[0]
        who = facts.get("to") or facts.get("nobody") or ""
        told.append((int((at - began).total_seconds() // 60), event["type"].removeprefix("request."), actor, who))
    assert told == HAD
    text = await day.command("request", "show", id_)
    assert "instead of omar=lee" in text
    assert "on call rosa" in text
    assert "widened vera" in text
