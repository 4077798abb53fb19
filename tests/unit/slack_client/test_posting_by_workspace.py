"""Each place in its workspace: found by its name, suspended by itself."""

from __future__ import annotations

import pytest

from adapters.slack.client import Workspaces
from bot.errors import ChannelUnavailable, Unavailable
from tests.unit.slack_client.conftest import Desk, Two


async def test_places_in_two_workspaces_are_found_named_or_not(two: Two) -> None:
    desk = two.desk
    assert (await desk.post()).workspace == "T0ACME"
    assert (await desk.post("C0PAYOUTS")).workspace == "T0BETA"
    desk.clock.move(seconds=1)
    named = await desk.post("T0BETA/C0PAYOUTS")
    assert (named.workspace, named.channel, named.place) == ("T0BETA", "C0PAYOUTS", "T0BETA/C0PAYOUTS")
    asked = len(desk.slack.calls("conversations.info"))
    desk.clock.move(seconds=1)
    await desk.post("C0PAYOUTS")
    assert len(desk.slack.calls("conversations.info")) == asked
    with pytest.raises(ChannelUnavailable, match="No workspace"):
        await desk.post("C0NOWHERE")
    with pytest.raises(ChannelUnavailable, match="T0OTHER"):
        await desk.post("T0OTHER/C0REFUNDS")


async def test_a_revoked_token_suspends_its_workspace_alone(two: Two, caplog: pytest.LogCaptureFixture) -> None:
    desk = two.desk
    ref = await desk.post()
    token = desk.acme.token
    await desk.slack.revoke(desk.acme)
    desk.clock.move(seconds=5)
    for _ in range(3):
        with pytest.raises(ChannelUnavailable):
            await desk.post("T0ACME/C0REFUNDS")
    with pytest.raises(ChannelUnavailable, match="suspended"):
        await desk.chat.update(ref, desk.card)
    await desk.post("C0PAYOUTS")
    assert len(desk.slack.messages(two.payouts)) == 1
    assert [each.suspended for each in await desk.workspaces.all()] == ["token_revoked", None]
    said = [record.getMessage() for record in caplog.records if "suspended" in record.getMessage()]
    assert said == ["slack workspace T0ACME is suspended: token_revoked"]
    assert token not in caplog.text


async def test_without_another_workspace_a_suspended_one_is_waited_for(desk: Desk) -> None:
    await desk.post()
    await desk.slack.revoke(desk.acme)
    desk.clock.move(seconds=5)
    with pytest.raises(Unavailable):
        await desk.post()
    assert [each.suspended for each in await desk.workspaces.all()] == ["token_revoked"]


async def test_the_whole_runs_on_one_session_that_close_ends(desk: Desk) -> None:
    await desk.post()
    assert isinstance(desk.workspaces, Workspaces)
    await desk.workspaces.close()
    await desk.workspaces.close()
