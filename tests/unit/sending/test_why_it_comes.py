"""What a ping says of why it comes to whoever reads it; and whose card stands where once a step has moved a request."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.deciding import Approve
from bot.domain import events as e
from bot.domain.duties import Delegation, Duties
from bot.domain.people import CLOCK
from bot.domain.requests import Request
from bot.recording import Needs
from tests.contract.flows import require_rebuilt
from tests.rigs.chatting import CHATTY, FIRST, SECOND, Chatting, chatting
from tests.rigs.house import START

MONEY, MONEY_SECOND = "C0MONEY", "C0MONEY2"
HEAD, _, TAIL = CHATTY.partition("      escalate:\n")
LADDER = (
    HEAD
    + """      escalate:
        - {after: 5m, to: [refunds_oncall], repeat: {times: 2, every: 2m}}
        - {after: 10m, to: [vera], widen: true}
        - {after: 12m, to: [omar], move_to: finance}
        - {after: 14m, to: [omar]}
"""
    + TAIL[TAIL.index("      expire_after") :]
).replace(
    "actions:\n",
    f"""  finance:
    title: Finance
    accountable: omar
    risk_owner: rosa
    channels: {{slack: [{MONEY}, {MONEY_SECOND}]}}
    approvers: [omar, rosa]
    sla: {{respond_within: 15m, expire_after: 4h}}
    reasons: [not_covered]
rotations:
  refunds_oncall:
    title: Refunds on call
    timezone: Europe/London
    handover: "09:00"
    every: week
    starts: 2026-01-05
    people: [dana]
    owner: refunds
actions:
""",
    1,
)


@pytest.fixture
async def place() -> Chatting:
    return await chatting(policy=LADDER)


async def climbed(place: Chatting, request: Request, minutes: float) -> None:
    place.clock.at = START + timedelta(minutes=minutes)
    await place.house.sweep()
    await place.settle()


def said(place: Chatting, person: str) -> list[str]:
    return [one.leads[0] or "" for one in place.chat.cards(f"person:{person}")]


async def test_it_says_which_step_it_is_and_what_of_it_concerns_them(place: Chatting) -> None:
    request = await place.house.held()
    for minutes in (5, 7, 9, 10, 12, 14):
        await climbed(place, request, minutes)
    first, second, third = said(place, "dana")
    assert first.endswith("This is step 1 of 4 of its escalation. You are on call for Refunds on call.")
    assert "once more (2 of 3)" in second
    assert "once more (3 of 3)" in third
    (vera,) = said(place, "vera")
    assert vera.endswith("This is step 2 of 4 of its escalation. You may decide it now.")
    moved, after = said(place, "omar")
    assert moved.startswith("Refunds promised an answer by")
    assert moved.endswith("This is step 3 of 4 of its escalation. It is Finance's from now on.")
    assert after.startswith("Finance promised an answer by")
    assert "from now on" not in after
    assert "It went to Dana, Vera, Omar so far." in after


async def test_whoever_stands_in_is_told_for_whom(place: Chatting) -> None:
    request = await place.house.held()
    away = Delegation(1, "dana", "lee", START, START + timedelta(days=1), "dana")
    place.house.duties = Duties(delegations=(away,))
    await climbed(place, request, 5)
    (lee,) = said(place, "lee")
    assert lee.endswith("Dana is away; you stand in. You are on call for Refunds on call.")
    assert said(place, "dana") == []


async def test_a_moved_request_has_its_card_in_the_new_owners_channel_and_the_old_one_says_so(place: Chatting) -> None:
    request = await place.house.held()
    await place.settle()
    await climbed(place, request, 12)
    (old,), (new,) = place.chat.cards(FIRST), place.chat.cards(MONEY)
    assert (old.card.owner, new.card.owner) == ("Finance", "Finance")
    assert new.called == ["omar", "rosa"]
    await place.house.say(request, Approve(), who="omar")
    await place.settle()
    assert {one.cards[-1].status.state for one in (old, new)} == {"approved"}
    assert len(place.chat.cards(FIRST)) == len(place.chat.cards(MONEY)) == 1
    await require_rebuilt(place.house.store)


@pytest.mark.parametrize("gone", [{MONEY}, {FIRST, MONEY}, {FIRST, SECOND, "person:vera", MONEY}])
async def test_a_moved_request_goes_to_the_second_channel_as_one_that_opens(place: Chatting, gone: set[str]) -> None:
    place.chat.gone = dict.fromkeys(gone, "archived")
    request = await place.house.held()
    await place.settle()
    await climbed(place, request, 12)
    assert [one.card.request_id for one in place.chat.cards(MONEY_SECOND)] == [request.id]
    assert place.chat.cards(MONEY) == []
    assert len(place.chat.cards(FIRST) + place.chat.cards(SECOND) + place.chat.cards(MONEY_SECOND)) <= 2


async def test_what_is_moved_before_its_first_card_stands_is_shown_where_it_belongs_alone(place: Chatting) -> None:
    place.chat.every = 3600.0
    busy = await place.house.held(50, within="4h")
    request = await place.house.held(60, within="4h")
    await place.sender.send_due()
    place.clock.at = START + timedelta(minutes=12)
    await place.house.sweep()
    await place.sender.send_due()
    assert {one.card.request_id for one in place.chat.cards(MONEY)} & {busy.id, request.id}
    await place.settle(within=20_000)
    shown = [one.card.request_id for where in (FIRST, MONEY) for one in place.chat.cards(where)]
    assert sorted(set(shown)) == sorted({busy.id, request.id})


async def test_where_the_new_owner_has_no_channel_the_old_card_says_whose_it_is() -> None:
    place = await chatting(policy=LADDER.replace(f"    channels: {{slack: [{MONEY}, {MONEY_SECOND}]}}\n", ""))
    request = await place.house.held()
    await place.settle()
    await climbed(place, request, 12)
    (old,) = place.chat.cards(FIRST)
    assert old.card.owner == "Finance"
    assert len([one for one in place.chat.messages if one.cards and not one.place.startswith("person:")]) == 1
    await require_rebuilt(place.house.store)


async def test_a_warning_and_a_step_of_which_nothing_is_known_any_more_still_make_sense(place: Chatting) -> None:
    request = await place.house.held()
    await place.house.store.transact(
        Needs(requests=(request.id,)),
        lambda view: view.record("request", request.id, e.Escalated(9, ("vera",), late_seconds=90), CLOCK),
    )
    await place.settle()
    (vera,) = said(place, "vera")
    assert "step" not in vera
    assert vera.endswith("This comes 90 s late.")
