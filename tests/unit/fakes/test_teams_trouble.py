"""What goes wrong around the bot in Teams: rates, faults, removals, blocks, moves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from botbuilder.schema import Activity

from tests.fakes.teams import Fault
from tests.unit.fakes.teams_bot import Desk, button, refusal

SAID = Activity(type="message", text="x")


async def test_a_thread_takes_seven_in_a_second_and_eight_in_two(desk: Desk) -> None:
    post, other = await desk.card(), await desk.card()
    desk.teams.rates.enabled = True
    path = f"/v3/conversations/{post.conversation_id}/activities"
    body = {"type": "message", "text": "x"}
    statuses = [(await desk.call("POST", path, body))[0] for _ in range(8)]
    assert statuses == [201] * 7 + [429]
    assert await refusal(desk.conversations.send_to_conversation(other.conversation_id, SAID)) == "ok"
    desk.clock.move(seconds=1)
    assert [(await desk.call("POST", path, body))[0] for _ in range(2)] == [201, 429]
    desk.clock.move(seconds=1)
    assert (await desk.call("POST", path, body))[0] == 201


async def test_a_refusal_tells_when_to_come_back(desk: Desk) -> None:
    post = await desk.card()
    desk.teams.rates.enabled = True
    desk.teams.rates.windows["sendToConversation"] = ((1, 30),)
    url = desk.teams.service_url(desk.contoso) + f"v3/conversations/{post.conversation_id}/activities"
    headers = {"Authorization": f"Bearer {desk.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        await session.post(url, json={"type": "message", "text": "x"})
        desk.clock.move(seconds=10)
        async with session.post(url, json={"type": "message", "text": "x"}) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "20")
            assert (await answer.json())["error"]["code"] == "Throttled"
    assert [call.outcome for call in desk.teams.calls("sendToConversation")] == ["ok", "Throttled"]


STATUSES = {
    Fault.THROTTLED: (429, "Throttled"),
    Fault.PRECONDITION_FAILED: (412, "PreconditionFailed"),
    Fault.SERVER_ERROR: (500, "ServiceError"),
    Fault.BAD_GATEWAY: (502, "ServiceError"),
    Fault.GATEWAY_TIMEOUT: (504, "GatewayTimeout"),
    Fault.UNAUTHORIZED: (401, "Unauthorized"),
    Fault.FORBIDDEN: (403, "BotNotInConversationRoster"),
    Fault.NOT_FOUND: (404, "ActivityNotFoundInConversation"),
    Fault.TOO_BIG: (413, "MessageSizeTooBig"),
}


@pytest.mark.parametrize(("fault", "answer"), STATUSES.items())
async def test_statuses_on_demand(desk: Desk, fault: Fault, answer: tuple[int, str]) -> None:
    post = await desk.card()
    desk.teams.faults.next("sendToConversation", fault)
    path, body = f"/v3/conversations/{post.conversation_id}/activities", {"type": "message", "text": "x"}
    status, told = await desk.call("POST", path, body)
    assert (status, told["error"]["code"]) == answer
    assert post.thread == []
    assert (await desk.call("POST", path, body))[0] == 201


@pytest.mark.parametrize(
    ("fault", "more", "taken"),
    [
        (Fault.LOST, {}, 1),
        (Fault.RESET, {}, 0),
        (Fault.HANG, {"seconds": 0.05}, 1),
        (Fault.GATEWAY_TIMEOUT, {"taken": True}, 1),
        (Fault.BAD_GATEWAY, {}, 0),
    ],
)
async def test_some_were_taken_all_the_same(desk: Desk, fault: Fault, more: Any, taken: int) -> None:
    post = await desk.card()
    desk.teams.faults.next("sendToConversation", fault, **more)
    path, body = f"/v3/conversations/{post.conversation_id}/activities", {"type": "message", "text": "x"}
    try:
        status, _ = await desk.call("POST", path, body)
    except aiohttp.ClientError:
        status = 0
    assert status in {0, 502, 504}
    assert len(post.thread) == taken


async def test_a_page_instead_of_json_and_a_late_answer(desk: Desk) -> None:
    post = await desk.card()
    for fault in (Fault.HTML, Fault.UNAVAILABLE):
        desk.teams.faults.next("*", fault)
        assert (await desk.call("GET", f"/v3/conversations/{post.conversation_id}/members"))[1] is None
    desk.teams.faults.next("getMembers", Fault.SLOW, seconds=0.01)
    assert (await desk.call("GET", f"/v3/conversations/{post.conversation_id}/members"))[0] == 200


async def test_faults_choose_their_calls(desk: Desk) -> None:
    post = await desk.card()
    desk.teams.faults.next(
        "sendToConversation", Fault.FORBIDDEN, times=None, when=lambda call: call.body["text"] == "y"
    )
    for text, outcome in (("x", "ok"), ("y", "403 BotNotInConversationRoster"), ("x", "ok")):
        said = Activity(type="message", text=text)
        assert await refusal(desk.conversations.send_to_conversation(post.conversation_id, said)) == outcome
    desk.teams.faults.clear()


# Removed, blocked, moved

Mishap = Callable[[Desk], Awaitable[Any]]


CHANNEL_MISHAPS: dict[str, tuple[Mishap, str]] = {
    "the bot removed": (lambda d: d.teams.uninstall_from(d.support, d.dana), "403 BotNotInConversationRoster"),
    "the channel deleted": (lambda d: d.teams.delete_channel(d.refunds), "404 ConversationNotFound"),
    "the team deleted": (lambda d: d.teams.delete_team(d.support), "403 BotNotInConversationRoster"),
    "the team archived": (lambda d: d.teams.archive_team(d.support), "403 ForbiddenOperationException"),
}


@pytest.mark.parametrize(("mishap", "why"), CHANNEL_MISHAPS.values(), ids=CHANNEL_MISHAPS)
async def test_a_channel_that_can_t_be_written_to(desk: Desk, mishap: Mishap, why: str) -> None:
    post = await desk.card(button("approve"))
    await mishap(desk)
    assert await refusal(desk.conversations.send_to_conversation(post.conversation_id, SAID)) == why
    assert await refusal(desk.conversations.update_activity(post.conversation_id, post.id, SAID)) == why


async def test_a_person_who_blocks_the_bot(desk: Desk) -> None:
    chat = desk.contoso.chat(desk.dana)
    desk.teams.block(desk.dana)
    sent = desk.conversations.send_to_conversation(chat.id, SAID)
    assert await refusal(sent) == "403 ConversationBlockedByUser"
    desk.teams.unblock(desk.dana)
    assert await refusal(desk.conversations.send_to_conversation(chat.id, SAID)) == "ok"


async def test_a_person_without_the_bot(desk: Desk) -> None:
    chat = desk.contoso.chat(desk.dana)
    await desk.teams.uninstall_for(desk.dana)
    assert await refusal(desk.conversations.send_to_conversation(chat.id, SAID)) == "ok", "they share a team"
    await desk.teams.uninstall_from(desk.support, desk.lee)
    sent = desk.conversations.send_to_conversation(chat.id, SAID)
    assert await refusal(sent) == "403 BotNotInConversationRoster"


async def test_a_tenant_whose_administrator_disabled_the_bot(desk: Desk) -> None:
    desk.contoso.bot_disabled = True
    assert await refusal(desk.conversations.send_to_conversation(desk.refunds.id, SAID)) == "403 BotDisabledByAdmin"


async def test_another_service_address(desk: Desk) -> None:
    before = desk.teams.service_url(desk.contoso)
    desk.teams.move(desk.contoso, "emea")
    sent = desk.conversations.send_to_conversation(desk.refunds.id, SAID)
    assert await refusal(sent) == "403 InvalidBotApiHost"
    await desk.teams.mention(desk.dana, desk.refunds, "queue")
    [told] = desk.bot.told
    assert (told["serviceUrl"] != before, "/emea/" in told["serviceUrl"]) == (True, True)
    desk.client.config.base_url = told["serviceUrl"]
    assert await refusal(desk.conversations.send_to_conversation(desk.refunds.id, SAID)) == "ok"
