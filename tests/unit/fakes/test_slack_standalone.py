"""The fake as a program of its own, driven by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.unit.fakes.standing_alone import Program, refuses_what_nobody_can_do, started


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    async with started("tests.fakes.slack") as running:
        yield running


async def test_it_is_driven_by_hand(program: Program) -> None:
    client = AsyncWebClient(base_url=program.fact("API base URL")[0], token=program.fact("bot token")[0])
    button = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "action_id": "approve"}
    await client.chat_postMessage(channel="C0REFUNDS", text="Held", blocks=[{"type": "actions", "elements": [button]}])
    shown = (await program.show())["workspaces"][0]
    assert [each["text"] for each in shown["channels"]["refunds"]] == ["Held"]
    await refuses_what_nobody_can_do(program)
    await client.views_publish(
        user_id=(await client.users_lookupByEmail(email="dana@acme.test"))["user"]["id"],
        view={"type": "home", "blocks": [{"type": "divider"}]},
    )
    assert (await program.show())["workspaces"][0]["users"]["dana"]["home"]["blocks"][0]["type"] == "divider"
