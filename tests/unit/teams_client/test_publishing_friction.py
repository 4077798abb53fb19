"""A digest of friction in Teams: signals as a card; what is for one person alone to them alone, asking or not."""

from __future__ import annotations

import json

import pytest

from bot.digesting import DigestedFriction
from bot.friction import Frictions
from tests.rigs.quick_hands import approve_in_seconds
from tests.unit.teams_cards.schema_check import problems
from tests.unit.teams_client.conftest import Desk
from tests.unit.teams_client.test_publishing import Drawing, publishing

MARK = "For you alone"


async def digested(desk: Desk, reader: str | None) -> DigestedFriction:
    await approve_in_seconds(desk.house)
    measured = await Frictions(desk.house.store, desk.clock, lambda: desk.policy).measured("refunds", reader=reader)
    return DigestedFriction(measured.friction, desk.clock.now(), None, measured.hints)


async def test_the_signals_stand_in_the_channel(desk: Desk) -> None:
    posting = desk.posting()
    posts = publishing(desk, Drawing(0))
    ref = await posts.publish_friction(desk.refunds.id, await digested(desk, None), posting)
    (message,) = desk.teams.messages(desk.refunds)
    assert ref.message == message.id
    assert message.card is not None
    assert problems(message.card) == []
    assert "Overridden: 0% (0 of 40)" in json.dumps(message.card)
    assert MARK not in json.dumps(message.card)
    assert await posts.again(posting.id, "dana") is not None


async def test_what_is_for_the_risk_owner_comes_to_them_and_nowhere_else(desk: Desk) -> None:
    posts, made, posting = publishing(desk, Drawing(0)), await digested(desk, "rosa"), desk.posting()
    assert made.hints is not None
    for place in (desk.refunds.id, "person:dana"):
        with pytest.raises(ValueError, match="one person's eyes"):
            await posts.publish_friction(place, made, desk.posting())
    await posts.publish_friction("person:rosa", made, posting)
    assert desk.teams.messages(desk.refunds) == []
    (message,) = desk.teams.chat(desk.users["rosa"])
    assert MARK in json.dumps(message.card)
    assert MARK in json.dumps(await posts.again(posting.id, "rosa"))
    assert await posts.again(posting.id, "dana") is None
