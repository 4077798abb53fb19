"""What any implementation of the port of Teams does, held against a real server."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from adapters.teams.client import TeamsPort
from bot.errors import (
    BadInput,
    Busy,
    ChannelUnavailable,
    MessageGone,
    NotFound,
    SignoffError,
    TooLarge,
    Unavailable,
    Uncertain,
)
from tests.fakes.teams import Fault, Token
from tests.rigs.teams_port import LIMIT, MISSING, PORTS, Rig, rigged

Json = dict[str, Any]
CARD: Json = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [{"type": "TextBlock", "text": "Refund **120**", "wrap": True}],
}
SHOWN: Json = {"attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}]}


@pytest.fixture(params=sorted(PORTS.keys() - MISSING))
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with rigged(request.param) as made:
        yield made


@pytest.mark.parametrize("kind", sorted(PORTS))
async def test_an_implementation_has_the_calls_of_the_port(kind: str) -> None:
    if kind in MISSING:
        pytest.skip(f"{kind} is held to none of this here: {MISSING[kind]}")
    async with rigged(kind) as rig:
        for name, asked in inspect.getmembers(TeamsPort, inspect.isfunction):
            if not name.startswith("_"):
                assert inspect.signature(getattr(type(rig.port), name)) == inspect.signature(asked), name


# ------------------------------------------------------------------------------------------------------------ inbound


@pytest.mark.parametrize("token", list(Token), ids=lambda token: token.name.lower())
async def test_a_call_is_taken_with_a_good_token_and_with_no_other(rig: Rig, token: Token) -> None:
    delivery = await rig.teams.mention(rig.dana, rig.channel, "help", token=token)

    assert delivery is not None
    assert delivery.status == 200 if token.good else delivery.status in {401, 403}, (token, delivery.status)
    assert len(rig.taken) == token.good


async def test_claims_say_who_was_called_and_from_where(rig: Rig) -> None:
    await rig.teams.mention(rig.dana, rig.channel, "help")

    (claims,) = rig.taken
    assert (claims.app_id, claims.issuer) == (rig.teams.app.id, rig.teams.app.issuer)
    assert (claims.service_url, claims.tenant) == (rig.service_url, rig.contoso.id)
    assert claims.activity["from"]["aadObjectId"] == rig.dana.aad_id
    assert claims.activity["entities"][0]["mentioned"]["id"] == rig.teams.app.teams_id  # whole, as it came in


async def test_another_organisation_is_not_allowed(rig: Rig) -> None:
    fabrikam = rig.teams.tenant("Fabrikam")
    eve = fabrikam.user("Eve", email="eve@fabrikam.test")
    delivery = await rig.teams.mention(eve, fabrikam.team("Theirs", [eve]).general, "help")

    assert delivery is not None
    assert delivery.status == 403
    assert rig.taken == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'{"type": "message"}',
        b'{"type": "message", "type": "invoke"}',
        b"\xff\xfe",
        b'{"type": 5, "channelId": "msteams", "serviceUrl": "x", "conversation": {"id": "a"}, "from": {"id": "b"}}',
        b'{"type": "message", "channelId": "msteams", "serviceUrl": "x", "conversation": [], "from": {"id": "b"}}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_activity_is_said_to_be_none(rig: Rig, body: bytes) -> None:
    delivery = await rig.teams.send_bytes(body)

    assert delivery.status == 400
    with pytest.raises(BadInput):
        rig.port.parse(body)


async def test_who_has_no_good_token_is_not_told_what_was_wrong_with_the_body(rig: Rig) -> None:
    assert (await rig.teams.send_bytes(b"not json", token=Token.STRANGER)).status == 401


async def test_new_keys_are_taken_at_once_and_the_old_ones_no_more(rig: Rig) -> None:
    await rig.teams.mention(rig.dana, rig.channel, "one")
    rig.clock.move(seconds=10)
    rig.teams.rotate_keys()
    delivery = await rig.teams.mention(rig.dana, rig.channel, "two")

    assert delivery is not None
    assert delivery.status == 200
    assert len(rig.teams.calls("keys")) == 2


async def test_keys_that_can_not_be_had_are_our_trouble_and_not_the_callers(rig: Rig) -> None:
    rig.teams.faults.next("openid", Fault.HANG, times=1)
    delivery = await rig.teams.mention(rig.dana, rig.channel, "help")

    assert delivery is not None
    assert delivery.status == 503
    assert delivery.seconds < 2 * LIMIT


# ----------------------------------------------------------------------------------------------------------- outbound


async def test_a_thread_begins_with_a_card_and_goes_on_with_replies(rig: Rig) -> None:
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    reply = await rig.port.reply(rig.service_url, thread.conversation, thread.message, {"text": "approved it"})
    added = await rig.port.send(rig.service_url, thread.conversation, {"text": "and ran it"})

    (root,) = rig.teams.messages(rig.channel)
    assert root.card == CARD
    assert (root.conversation_id, root.id) == (thread.conversation, thread.message)
    assert [each.id for each in root.replies] == [reply, added]
    assert [each.text for each in root.replies] == ["approved it", "and ran it"]


async def test_a_card_is_changed_and_taken_away(rig: Rig) -> None:
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    after: Json = {**CARD, "body": [{"type": "TextBlock", "text": "Approved"}]}
    shown = {"attachments": [{**SHOWN["attachments"][0], "content": after}]}
    await rig.port.update(rig.service_url, thread.conversation, thread.message, shown)

    (root,) = rig.teams.messages(rig.channel)
    assert root.card == after

    await rig.port.delete(rig.service_url, thread.conversation, thread.message)
    assert rig.teams.messages(rig.channel) == []
    with pytest.raises(MessageGone):
        await rig.port.update(rig.service_url, thread.conversation, thread.message, shown)
    await rig.port.delete(rig.service_url, thread.conversation, thread.message)  # once more is the same as once


async def test_a_chat_with_somebody_is_one_chat(rig: Rig) -> None:
    first = await rig.port.create_chat(rig.service_url, rig.contoso.id, rig.dana.id)
    again = await rig.port.create_chat(rig.service_url, rig.contoso.id, rig.dana.aad_id)
    await rig.port.send(rig.service_url, first, {"text": "hello"})

    assert first == again
    assert [each.text for each in rig.teams.chat(rig.dana)] == ["hello"]


async def test_a_text_calls_those_whom_it_mentions(rig: Rig) -> None:
    mention = {"type": "mention", "text": "<at>Dana</at>", "mentioned": {"id": rig.dana.id, "name": "Dana"}}
    chat = await rig.port.create_chat(rig.service_url, rig.contoso.id, rig.dana.id)
    await rig.port.send(rig.service_url, chat, {"text": "<at>Dana</at> it waits", "entities": [mention]})

    (message,) = rig.teams.chat(rig.dana)
    assert rig.teams.notified(message).people == [rig.dana.id]


@pytest.mark.parametrize("by", ["id", "aad_id", "email"])
async def test_a_member_is_found_by_every_id(rig: Rig, by: str) -> None:
    member = await rig.port.get_member(rig.service_url, rig.channel.id, getattr(rig.dana, by))

    assert (member["id"], member["aadObjectId"]) == (rig.dana.id, rig.dana.aad_id)
    assert (member["email"], member["tenantId"]) == ("dana@acme.test", rig.contoso.id)


async def test_a_stranger_is_no_member(rig: Rig) -> None:
    with pytest.raises(NotFound):
        await rig.port.get_member(rig.service_url, rig.channel.id, "omar@acme.test")


Doing = Callable[[Rig, str, str], Awaitable[object]]
WRITING: dict[str, Doing] = {
    "createConversation": lambda rig, *_: rig.port.create_thread(
        rig.service_url, rig.contoso.id, rig.channel.id, SHOWN
    ),
    "sendToConversation": lambda rig, there, _: rig.port.send(rig.service_url, there, SHOWN),
    "replyToActivity": lambda rig, there, message: rig.port.reply(rig.service_url, there, message, SHOWN),
}
REPEATING: dict[str, Doing] = {
    "updateActivity": lambda rig, there, message: rig.port.update(rig.service_url, there, message, SHOWN),
    "deleteActivity": lambda rig, there, message: rig.port.delete(rig.service_url, there, message),
    "getMember": lambda rig, there, _: rig.port.get_member(rig.service_url, there, rig.dana.id),
}
ALL = WRITING | REPEATING


async def do(rig: Rig, method: str, *faults: Fault, **more: Any) -> int:
    """Do a call that meets faults; returns how often it was tried."""
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    before = len(rig.teams.calls(method))
    for fault in faults:
        rig.teams.faults.next(method, fault, **more)
    await ALL[method](rig, thread.conversation, thread.message)
    return len(rig.teams.calls(method)) - before


@pytest.mark.parametrize("method", ALL)
async def test_412_is_tried_again_since_nothing_was_done(rig: Rig, method: str) -> None:
    assert await do(rig, method, Fault.PRECONDITION_FAILED, Fault.PRECONDITION_FAILED) == 3
    assert rig.pauses.asked == sorted(rig.pauses.asked)
    assert len(rig.pauses.asked) == 2


@pytest.mark.parametrize("fault", [Fault.BAD_GATEWAY, Fault.GATEWAY_TIMEOUT, Fault.SERVER_ERROR, Fault.RESET])
@pytest.mark.parametrize("method", REPEATING)
async def test_what_does_the_same_twice_is_tried_again(rig: Rig, method: str, fault: Fault) -> None:
    assert await do(rig, method, fault, fault) == 3


@pytest.mark.parametrize("method", REPEATING)
async def test_what_fails_again_and_again_was_not_taken(rig: Rig, method: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await do(rig, method, *[Fault.BAD_GATEWAY] * 3)
    assert not isinstance(caught.value, Uncertain)


@pytest.mark.parametrize(
    "fault",
    [Fault.BAD_GATEWAY, Fault.GATEWAY_TIMEOUT, Fault.SERVER_ERROR, Fault.RESET, Fault.LOST, Fault.HANG, Fault.HTML],
)
@pytest.mark.parametrize("method", WRITING)
async def test_what_may_have_been_taken_is_sent_once(rig: Rig, method: str, fault: Fault) -> None:
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    before = len(rig.teams.calls(method))
    rig.teams.faults.next(method, fault)
    with pytest.raises(Uncertain):
        await WRITING[method](rig, thread.conversation, thread.message)
    assert len(rig.teams.calls(method)) == before + 1


@pytest.mark.parametrize("method", ALL)
async def test_429_says_when_to_come_back(rig: Rig, method: str) -> None:
    with pytest.raises(Busy) as caught:
        await do(rig, method, Fault.THROTTLED, retry_after=7)
    assert caught.value.retry_after == 7
    assert rig.pauses.asked == []


@pytest.mark.parametrize(
    ("fault", "error", "kind"),
    [
        (Fault.FORBIDDEN, "", ChannelUnavailable),
        (Fault.FORBIDDEN, "BotDisabledByAdmin", ChannelUnavailable),
        (Fault.FORBIDDEN, "ConversationBlockedByUser", ChannelUnavailable),
        (Fault.FORBIDDEN, "SomethingNew", ChannelUnavailable),
        (Fault.FORBIDDEN, "InvalidBotApiHost", Unavailable),
        (Fault.NOT_FOUND, "ActivityNotFoundInConversation", MessageGone),
        (Fault.NOT_FOUND, "ConversationNotFound", ChannelUnavailable),
        (Fault.TOO_BIG, "", TooLarge),
    ],
)
@pytest.mark.parametrize("method", ["createConversation", "replyToActivity", "updateActivity"])
async def test_what_is_final_is_told_at_once(
    rig: Rig, method: str, fault: Fault, error: str, kind: type[SignoffError]
) -> None:
    with pytest.raises(kind) as caught:
        await do(rig, method, fault, error=error)
    assert not isinstance(caught.value, Uncertain)
    assert rig.pauses.asked == []


async def test_a_token_that_is_refused_is_asked_for_anew_once(rig: Rig) -> None:
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    rig.clock.move(seconds=1)
    rig.teams.revoke_tokens()
    await rig.port.reply(rig.service_url, thread.conversation, thread.message, {"text": "still here"})

    assert len(rig.teams.logins) == 2


async def test_the_same_token_serves_every_call(rig: Rig) -> None:
    for _ in range(3):
        await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, SHOWN)
    assert len(rig.teams.logins) == 1


async def test_a_connector_that_is_not_there_took_nothing(rig: Rig) -> None:
    with pytest.raises(Unavailable) as caught:
        await rig.port.send("http://127.0.0.1:9/teams/", rig.channel.id, {"text": "x"})
    assert not isinstance(caught.value, Uncertain)
