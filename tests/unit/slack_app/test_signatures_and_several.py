"""In Slack: two stages, a signature taken back, an amount above one's limit, a claim's end, and several at once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from bot.deciding import Approve, Claim, Reject
from tests.fakes.slack import View
from tests.rigs.slack_office import Office, opened
from tests.rigs.stages import STAGED


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with opened(policy=STAGED) as here:
        yield here
        assert here.slack.complaints == []


async def test_two_stages_are_signed_by_clicks_and_a_signature_is_taken_back_out_of_the_first(office: Office) -> None:
    request = (await office.house.propose(90, tool="order_goods")).request
    message = await office.post(request)
    text = json.dumps(message.blocks, ensure_ascii=False)
    assert "*Stage 1 of 2: Supervisor*, then Finance" in text
    assert "Check the delivery note." in text
    for who in ("lee", "dana"):
        await office.slack.click(office.users[who], message, "approve")
        await office.quiet()
    assert (await office.now(request)).stage == 1
    again = await office.post(await office.now(request))
    assert "Signed by Supervisor: Lee and Dana" in json.dumps(again.blocks, ensure_ascii=False)
    await office.slack.overflow(office.lee, again, "more", "Take my signature back")
    await office.quiet()
    view = office.slack.views(office.lee)[-1]
    assert view.title == "Take my signature back"
    assert (await office.slack.submit(view, {"note": "The wrong order"})).closed
    found = await office.now(request)
    assert (found.stage, [actor.id for actor in found.signatures]) == (0, ["dana"])
    records = [record.type for record in await office.house.store.events(f"request:{request.id}")]
    assert records[-2:] == ["request.withdrawn", "request.stage_began"]


async def test_whoever_has_not_signed_is_told_so_and_nothing_is_done(office: Office) -> None:
    request = await office.house.held(800)
    await office.house.say(request, Approve(), "lee")
    message = await office.post(await office.now(request))
    assert "of somebody whose limit covers 800.00 USD" in json.dumps(message.blocks, ensure_ascii=False)
    await office.slack.overflow(office.dana, message, "more", "Take my signature back")
    await office.quiet()
    view = office.slack.views(office.dana)[-1]
    assert "You have not signed it" in json.dumps(view.definition)
    assert len((await office.now(request)).signatures) == 1


async def home_form(office: Office) -> View:
    await office.slack.open_home(office.dana)
    await office.quiet()
    home = office.slack.home(office.dana)
    assert home is not None
    await office.slack.click(office.dana, home, "bulk")
    await office.quiet()
    return office.slack.views(office.dana)[-1]


async def test_those_alike_are_decided_together_and_what_failed_is_named(office: Office) -> None:
    requests = [(await office.held(100 + number))[0] for number in range(12)]
    view = await home_form(office)
    assert view.title == "Decide together"
    await office.house.say(requests[3], Reject("not_eligible", "No."), "omar")
    boxes: dict[str, list[str]] = {}
    for block in view.blocks:
        if block["type"] == "input" and block["element"]["type"] == "checkboxes":
            boxes[block["block_id"]] = [option["value"] for option in block["element"]["options"]]
    assert [len(each) for each in boxes.values()] == [10, 2]
    assert sorted(id_ for each in boxes.values() for id_ in each) == sorted(request.id for request in requests)
    lacking = await office.slack.submit(view, {**boxes, "decision": "reject", "reason_code": "wrong_amount"})
    assert "needed to reject" in lacking.errors["note"]
    done = await office.slack.submit(view, {**boxes, "decision": "approve"})
    told = json.dumps((done.view or office.slack.views(office.dana)[-1]).definition, ensure_ascii=False)
    assert "11 of 12 were approved by you." in told
    assert "103.00 USD" in told
    assert "rejected by Omar" in told
    found = [await office.now(request) for request in requests]
    assert [one.status for one in found].count("approved") == 11


async def test_nothing_chosen_is_told_at_the_boxes(office: Office) -> None:
    for number in range(11):
        await office.held(100 + number)
    view = await home_form(office)
    refused = await office.slack.submit(view, {"decision": "approve"})
    assert "nothing yet" in next(iter(refused.errors.values()))


async def test_what_the_menu_has_no_room_for_is_a_button(office: Office) -> None:
    request = await office.house.held(800)
    await office.house.say(request, Claim(), "dana")
    await office.house.say(request, Approve(), "lee")
    message = await office.post(await office.now(request))
    assert len(office.slack.element(message, "more")["options"]) == 5
    await office.slack.click(office.lee, message, "withdraw")
    await office.quiet()
    assert (await office.slack.submit(office.slack.views(office.lee)[-1], {"note": "The wrong order"})).closed
    assert (await office.now(request)).signatures == ()
