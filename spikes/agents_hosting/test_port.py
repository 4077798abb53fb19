"""What the port covers of the SDK beyond the contract that every implementation is held to."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.errors import BadInput, ChannelUnavailable, Unavailable
from tests.rigs.teams_port import Rig, rigged

WHOLE: dict[str, Any] = {
    "type": "message",
    "channelId": "msteams",
    "serviceUrl": "https://smba.example/",
    "conversation": {"id": "a:1"},
    "from": {"id": "29:1"},
}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with rigged("agents_hosting") as made:
        yield made


@pytest.mark.parametrize("name", ["locale", "textFormat", "attachments", "name", "replyToId"])
@pytest.mark.parametrize("value", [None, ""])
async def test_what_is_absent_may_be_null_or_empty(rig: Rig, name: str, value: object) -> None:
    if name == "attachments":
        value = None
    activity = {**WHOLE, name: value, "someThingNew": {"kept": None}}

    assert rig.port.parse(json.dumps(activity).encode()) == activity


async def test_an_id_is_one_part_of_the_path_and_whole(rig: Rig) -> None:
    for conversation in ("a:" + "1" * 300, "../../x?y#z", "a b%2F"):
        with pytest.raises(ChannelUnavailable):
            await rig.port.send(rig.service_url, conversation, {"text": "x"})
        assert rig.teams.calls("sendToConversation")[-1].conversation == conversation


async def test_no_token_follows_a_redirect(rig: Rig) -> None:
    seen = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/stolen"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address: Any = runner.addresses[0]
    try:
        with pytest.raises(Unavailable):
            await rig.port.send(f"http://127.0.0.1:{address[1]}/", "a:1", {"text": "x"})
    finally:
        await runner.cleanup()
    assert seen == ["/v3/conversations/a:1/activities"]


async def test_a_service_address_that_is_none_is_said_to_be(rig: Rig) -> None:
    with pytest.raises((Unavailable, aiohttp.ClientError)) as caught:
        await rig.port.send("not an address", "a:1", {"text": "x"})
    assert isinstance(caught.value, Unavailable)


async def test_nothing_of_what_was_said_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    thread = await rig.port.create_thread(rig.service_url, rig.contoso.id, rig.channel.id, {"text": "x"})
    await rig.port.reply(rig.service_url, thread.conversation, thread.message, {"text": "said"})
    with pytest.raises(BadInput):
        await rig.port.send(rig.service_url, thread.conversation, {"text": ["said"]})

    assert [each for each in caplog.records if each.name.startswith("microsoft_agents")] == []
