"""A digest of friction in Slack: signals as a message, the sheet below it; what is for one alone to them alone."""

from __future__ import annotations

import json

import pytest

from adapters.slack.client import SlackPublishing
from bot.answering.charting import Chart
from bot.digesting import DigestedFriction
from bot.friction import Frictions
from tests.fakes.slack import Fault, Message
from tests.rigs.quick_hands import approve_in_seconds
from tests.unit.slack_client.conftest import Desk

MARK = "For you alone"


async def draw_nothing(_chart: Chart, _dpi: int) -> bytes | None:
    return None


def publishing(desk: Desk) -> SlackPublishing:
    return SlackPublishing(desk.chat, desk.workspaces, draw_nothing, desk_url="https://signoff.acme.test/desk")


async def digested(desk: Desk, reader: str | None) -> DigestedFriction:
    await approve_in_seconds(desk.house)
    measured = await Frictions(desk.house.store, desk.clock, lambda: desk.policy).measured("refunds", reader=reader)
    return DigestedFriction(measured.friction, desk.clock.now(), "It comes late.", measured.hints)


def whole(message: Message) -> str:
    return f"{message.text} {json.dumps(message.blocks)}"


async def test_the_signals_and_their_sheet_stand_together(desk: Desk) -> None:
    posts, made = publishing(desk), await digested(desk, None)
    ref = await posts.publish_friction("C0REFUNDS", made, desk.posting("digest-1"))
    desk.clock.move(seconds=5)
    again = await posts.publish_friction("C0REFUNDS", made, desk.posting("digest-1", again=True))
    assert again.message == ref.message
    (message,) = desk.slack.messages(desk.refunds)
    assert "Overridden: 0% (0 of 40)" in whole(message)
    assert "It comes late." in whole(message)
    assert MARK not in whole(message)
    (reply,) = message.replies
    (sheet,) = reply.files
    assert sheet["name"] == "friction.csv"
    assert b"edited or rejected" in (desk.slack.world.uploads[sheet["id"]].content or b"")


async def test_what_is_for_the_risk_owner_comes_to_them_and_nowhere_else(desk: Desk) -> None:
    made = await digested(desk, "rosa")
    assert made.hints is not None
    for place in ("C0REFUNDS", "person:dana"):
        with pytest.raises(ValueError, match="one person's eyes"):
            await publishing(desk).publish_friction(place, made, desk.posting())
    await publishing(desk).publish_friction("person:rosa", made, desk.posting())
    assert desk.slack.messages(desk.refunds) == []
    (channel,) = [one for one in desk.acme.channels.values() if one.messages and one is not desk.refunds]
    (message,) = desk.slack.messages(channel)
    assert MARK in whole(message)
    (file,) = [each for reply in message.replies for each in reply.files]
    assert b"For the risk owner" not in (desk.slack.world.uploads[file["id"]].content or b"")


async def test_a_file_that_can_t_be_attached_is_told_to_be_missing(desk: Desk) -> None:
    made = await digested(desk, None)
    desk.slack.faults.next("files.getUploadURLExternal", Fault.SERVER_ERROR, times=9)
    await publishing(desk).publish_friction("C0REFUNDS", made, desk.posting("digest-1"))
    (message,) = desk.slack.messages(desk.refunds)
    assert "The file with every signal could not be attached" in whole(message)
