"""Channels that are archived and cards that are deleted: what waits is shown elsewhere, and its owner told once."""

from __future__ import annotations

import pytest

from tests.fakes.slack import Message
from tests.rigs.slack_server import Town, eventually, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


def notices(acme: Town, about: str) -> list[Message]:
    """What Vera was told in private of a place, cards aside."""
    return [each for each in acme.slack.dms(acme.users["vera"]) if about in words(each) and not acme_card(each)]


def acme_card(message: Message) -> bool:
    return str(message.blocks[0].get("block_id", "")).startswith("request|")


async def test_an_archived_channel_gives_way_to_the_second_until_it_is_back(acme: Town) -> None:
    dana, refunds = acme.users["dana"], acme.channels["refunds"]
    before, card = await acme.held()
    told = len(notices(acme, "C0REFUNDS"))
    await acme.slack.archive(refunds)
    first, second = await acme.agent.propose(), await acme.agent.propose(130)
    there = [await acme.card(each.id, "second") for each in (first, second)]
    assert acme.slack.notified(there[0], 0).users >= {dana.id}
    await acme.until(lambda: len(notices(acme, "C0REFUNDS")) > told or None, "Vera is told")
    await acme.slack.click(dana, there[0], "approve")
    await acme.says(first.id, "Approved", "by Dana on Slack")

    await acme.slack.click(dana, card, "approve")
    assert (await acme.agent.aap.get(before, wait=10)).status == "approved", "what stood there already"
    refunds.archived = False
    third, _ = await acme.held(140)
    await acme.says(third, "140.00")
    assert [each.channel.name for each in acme.cards(third)] == ["refunds"]
    assert len(notices(acme, "C0REFUNDS")) == told + 1, "once, not once a request"
    assert (await acme.types(first.id)).count("request.unshown") == 1


async def test_the_accountable_person_is_next_and_then_the_desk_alone(acme: Town) -> None:
    vera = acme.users["vera"]
    for name in ("refunds", "second"):
        await acme.slack.archive(acme.channels[name])
    opened = await acme.agent.propose()
    (card,) = await acme.says(opened.id, "120.00")
    assert card in acme.slack.dms(vera)
    async with acme.server.reviewer("dana") as dana:
        await dana.approve(opened.id)
    await acme.says(opened.id, "Approved", "by Dana on desk")
    for name in ("refunds", "second"):
        acme.channels[name].archived = False


async def test_where_nobody_can_be_reached_the_desk_is_left(acme: Town) -> None:
    alone = await acme.agent.propose(150, tool="refund_lost")

    async def given_up() -> bool:
        return (await acme.types(alone.id)).count("request.unshown") == 3

    await eventually(given_up, "none of the three places takes it")
    assert acme.cards(alone.id) == []
    async with acme.server.reviewer("dana") as dana:
        await dana.approve(alone.id)
    assert (await acme.agent.aap.get(alone.id)).status == "approved"
    assert "on the desk only" in acme.log


async def test_a_deleted_card_is_posted_again_elsewhere(acme: Town) -> None:
    lee = acme.users["lee"]
    id_, card = await acme.held()
    form = await acme.opens(acme.users["dana"], card, "reassign", "Reassign")
    await acme.slack.submit(form, {"to": "lee"})
    _, ping = await acme.says(id_, "Claimed by Lee", cards=2)
    acme.slack.delete(card)
    await acme.more(lee, ping, "release")
    again = await acme.card(id_, "second")
    assert {"approve", "reject"} <= set(acme.slack.offers(again))
    (told,) = await acme.until(lambda: notices(acme, "was deleted") or None, "Vera is told")
    assert "C0REFUNDS" in words(told)
    await acme.slack.click(lee, again, "approve")
    await acme.says(id_, "Approved", "by Lee on Slack", cards=2)
    await acme.thread(again, "Lee approved it")
