"""The fake as a program of its own, driven by HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.unit.fakes.standing_alone import Program, refuses_what_nobody_can_do, started
from tests.unit.fakes.teams_bot import asking, attached, button


@pytest.fixture
async def program() -> AsyncIterator[Program]:
    async with started("tests.fakes.teams") as running:
        yield running


async def test_it_is_driven_by_hand(program: Program) -> None:
    app_id, secret = program.fact("app")
    form = {
        "grant_type": "client_credentials",
        "client_id": app_id,
        "client_secret": secret,
        "scope": "https://api.botframework.com/.default",
    }
    token = (await program.ask(program.fact("token URL")[0], data=form))[1]["access_token"]
    body = {
        "channelData": {"channel": {"id": "19:refunds@thread.tacv2"}},
        "activity": attached(asking(button("approve"))),
    }
    url, headers = program.fact("service URL")[0] + "v3/conversations", {"Authorization": f"Bearer {token}"}
    status, created = await program.ask(url, json=body, headers=headers)
    assert (status, created["id"].startswith("19:refunds@thread.tacv2;messageid=")) == (201, True)
    shown = (await program.show())["tenants"][0]
    assert [each["id"] for each in shown["teams"]["Support"]["refunds"]] == [created["activityId"]]
    await refuses_what_nobody_can_do(program)
    assert (await program.drive("submit", user="dana"))[0] == 409
    for deed, asked in {
        "mention": {"channel": "refunds", "text": "queue"},
        "direct": {"text": "help"},
        "install": {"team": "Support"},
        "uninstall": {},
        "block": {},
        "rename": {"channel": "refunds", "name": "money"},
        "fault": {"method": "updateActivity", "fault": "throttled"},
        "connect": {"url": "http://127.0.0.1:10"},
    }.items():
        assert (await program.drive(deed, user="dana", **asked))[0] == 200, deed
    assert [each["text"] for each in (await program.show())["tenants"][0]["people"]["dana"]["chat"]] == ["help"]
