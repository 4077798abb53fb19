"""What only a risk owner may see is seen by nobody else, on whatever surface."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.slack.cards import limits
from adapters.slack.cards.friction import friction_message
from adapters.teams.cards.friction import friction_card
from bot.answering import Answering
from bot.digesting import Digested, DigestedFriction, Due
from bot.domain.requests import MessageRef
from bot.friction import Frictions, Measured
from bot.policy.document import Policy
from bot.ports import Posting
from bot.sending.digests import Digests
from tests.fakes.slack.blocks.checking import check_blocks, too_long
from tests.rigs.hostile import HOSTILE
from tests.rigs.house import House, new_house
from tests.rigs.quick_hands import approve_in_seconds
from tests.rigs.six_weeks import six_weeks
from tests.unit.teams_cards.schema_check import problems

MARK = "For you alone"


@pytest.fixture
async def house() -> House:
    found = await new_house()
    await approve_in_seconds(found)
    return found


def frictions(house: House) -> Frictions:
    return Frictions(house.store, house.clock, lambda: house.policy)


async def test_the_risk_owner_is_told_with_care_and_nobody_else_is(house: House) -> None:
    found = await frictions(house).measured(reader="rosa")
    assert found.hints is not None
    (one,) = found.hints.hurried
    assert (one.person, one.decisions, one.median_seconds) == ("dana", 40, 3)
    for reader in (None, "dana", "vera", "lee", "nobody"):
        assert (await frictions(house).measured(reader=reader)).hints is None


def words(drawn: Any) -> str:
    return json.dumps(drawn, ensure_ascii=False)


async def test_both_chats_draw_it_for_the_risk_owner_and_leave_it_out_else(house: House) -> None:
    theirs, others = await frictions(house).measured(reader="rosa"), await frictions(house).measured(reader="vera")
    drawings: list[Callable[[Measured], Any]] = [
        lambda found: friction_message(found.friction, found.hints, desk_url="https://desk.test/desk"),
        lambda found: friction_card(found.friction, found.hints, desk_url="https://desk.test/desk"),
    ]
    for draw in drawings:
        assert MARK in words(draw(theirs))
        assert "a hint to look, not a finding" in words(draw(theirs))
        assert MARK not in words(draw(others))
        assert "approved unchanged" not in words(draw(others))


class Posts:
    """A surface that keeps what it is given."""

    def __init__(self) -> None:
        self.given: dict[str, DigestedFriction] = {}

    async def publish(self, place: str, digested: Digested, posting: Posting) -> MessageRef:
        raise AssertionError("this is no summary")

    async def publish_friction(self, place: str, digested: DigestedFriction, posting: Posting) -> MessageRef:
        self.given[place] = digested
        return MessageRef("slack", place, posting.id)


async def test_a_digest_in_a_channel_never_holds_it(house: House) -> None:
    posts = Posts()

    def policy() -> Policy:
        return house.policy

    digests = Digests(house.store, policy, Answering(house.store, house.clock, policy), frictions(house), posts)
    due = Due("refunds", "weekly", house.clock.now(), "week", {}, kind="friction")
    for place in ("C0REFUNDS", "person:rosa", "person:vera", "person:dana", "19:rosa@thread.tacv2", "rosa"):
        await (await digests._published(due, place, Posting("p-1", again=False)))
    assert {place for place, digested in posts.given.items() if digested.hints is not None} == {"person:rosa"}
    assert posts.given["C0REFUNDS"].friction == posts.given["person:rosa"].friction


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_names_stay_within_every_limit_and_are_inert(hostile: str) -> None:
    house = await new_house()
    name = (hostile.strip() or "x")[:400]
    for _ in range(25):
        house.clock.move(minutes=20)
        context = {"customer": "c", "build": name, "answer": {"question": name, "stance": name}}
        await house.propose(20, context=context)
    found = await frictions(house).measured(reader="rosa")
    message = friction_message(found.friction, found.hints, desk_url="https://desk.test/desk")
    assert check_blocks(message["blocks"]) == []
    assert not too_long(message["blocks"])
    assert len(message["text"]) <= limits.FALLBACK_TEXT
    card = friction_card(found.friction, found.hints, desk_url="https://desk.test/desk")
    assert problems(card) == []


async def test_a_busy_house_fits_too() -> None:
    house = (await six_weeks(2, requests=2400)).house
    for reader in (None, "rosa", "omar"):
        found = await frictions(house).measured(None, "4w", reader=reader)
        message = friction_message(found.friction, found.hints, desk_url="https://desk.test/desk")
        assert len(json.dumps(message["blocks"], separators=(",", ":"))) < 13_000
        assert check_blocks(message["blocks"]) == []
        card = friction_card(found.friction, found.hints, desk_url="https://desk.test/desk")
        assert problems(card) == []
        assert (MARK in words(card)) == (reader is not None)
