"""A digest in Teams: one card with the chart in it, the figures below, and the way to the file on the desk."""

from __future__ import annotations

import base64
import json

import pytest

from adapters.teams.client import TeamsPublishing
from bot.answering import Answering, Summary
from bot.answering.charting import Chart
from bot.digesting import Digested
from bot.errors import Uncertain
from tests.fakes.teams import Fault
from tests.fakes.teams.cards.reading import texts
from tests.rigs.week import Week
from tests.unit.teams_cards.schema_check import problems
from tests.unit.teams_client.conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n and a picture"
LIMIT = 28 * 1024


class Drawing:
    """Gives pictures of these sizes, one after the other; the last for good."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = [*sizes]
        self.asked: list[tuple[int, int]] = []

    async def __call__(self, chart: Chart, dpi: int) -> bytes | None:
        self.asked.append((len(chart.panels), dpi))
        size = self.sizes.pop(0) if len(self.sizes) > 1 else self.sizes[0]
        return PNG.ljust(size, b".") if size else None


async def a_week(desk: Desk) -> Summary:
    week = Week(desk.house)
    await week.before()
    await week.now()
    return await Answering(desk.house.store, desk.clock, lambda: desk.policy).summary("refunds")


def publishing(desk: Desk, drawing: Drawing) -> TeamsPublishing:
    given = {"shelf": desk.house.store.shelf, "clock": desk.clock, "policy": lambda: desk.policy}
    return TeamsPublishing(desk.chat, drawing, desk_url="https://signoff.acme.test/desk", **given)  # type: ignore[arg-type]  # a dict of several


async def test_the_chart_the_figures_and_the_file_are_on_one_card(desk: Desk) -> None:
    made = Digested(await a_week(desk), desk.clock.now(), "It comes late.")
    ref = await publishing(desk, Drawing(8_000)).publish(desk.refunds.id, made, desk.posting())
    (message,) = desk.teams.messages(desk.refunds)
    assert ref.message == message.id
    assert message.card is not None
    assert problems(message.card) == []
    assert len(json.dumps(message.card)) < LIMIT
    (image,) = [each for each in message.card["body"] if each["type"] == "Image"]
    data = image["url"].removeprefix("data:image/png;base64,")
    assert base64.b64decode(data).startswith(PNG)
    assert "how they ended: Approved" in image["altText"]
    said = " ".join(texts(message.card))
    assert "It comes late." in said
    assert "proposed actions waited for a person" in said
    (sheet,) = [each["url"] for each in message.card["actions"] if "CSV" in each["title"]]
    assert sheet.startswith("https://signoff.acme.test/desk/summary.csv?period=week&at=")
    assert "owner=refunds" in sheet


async def test_a_picture_that_is_too_large_is_drawn_smaller_and_then_left_out(desk: Desk) -> None:
    summary = await a_week(desk)
    drawing = Drawing(20_000, 8_000)
    assert "data:image/png" in str(await publishing(desk, drawing).drawn(summary))
    assert [dpi for _, dpi in drawing.asked] == [160, 130]
    card = await publishing(desk, Drawing(20_000)).drawn(summary)
    assert "data:image/png" not in str(card)
    assert "too large for a card" in " ".join(texts(card))
    without = await publishing(desk, Drawing(0)).drawn(summary)
    assert "data:image/png" not in str(without)
    assert "proposed actions waited" in " ".join(texts(without))


async def test_to_one_person_it_comes_in_their_chat(desk: Desk) -> None:
    await publishing(desk, Drawing(100)).publish(
        "person:dana", Digested(await a_week(desk), desk.clock.now()), desk.posting()
    )
    assert desk.teams.messages(desk.refunds) == []
    assert len(desk.teams.chat(desk.users["dana"])) == 1


async def test_one_whose_answer_was_lost_tells_of_itself_and_stands_once(desk: Desk) -> None:
    made, posts = Digested(await a_week(desk), desk.clock.now()), publishing(desk, Drawing(100))
    desk.teams.faults.next("createConversation", Fault.LOST)
    with pytest.raises(Uncertain):
        await posts.publish(desk.refunds.id, made, desk.posting("11111111-1111-5111-8111-111111111111"))
    (message,) = desk.teams.messages(desk.refunds)
    await desk.teams.refresh(desk.users["dana"], message)
    again = desk.posting("11111111-1111-5111-8111-111111111111", again=True)
    assert (await posts.publish(desk.refunds.id, made, again)).message == message.id
    assert len(desk.teams.messages(desk.refunds)) == 1
    assert await posts.again("11111111-1111-5111-8111-111111111111", "dana") is not None
