"""A summary's chart as a picture: everything it shows is said in words too, nothing in it breaks the drawing."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from decimal import Decimal

import pytest
from PIL import Image

from adapters.charts import Charts
from bot.answering import Amounts, Answering, Decisions, Figures, Part, Summary
from bot.answering.charting import Chart, Panel, Row, alt_text, chart_of
from bot.answering.figures import Overrides, Volumes
from tests.rigs.house import House, new_house
from tests.rigs.week import Week

HOSTILE = "$\\frac{1}{0}$ <!channel> \x00\u202e😀 " + "long " * 40


@pytest.fixture
async def house() -> House:
    return await new_house()


async def a_week(house: House) -> Summary:
    week = Week(house)
    await week.before()
    await week.now()
    return await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")


def opened(png: bytes | None) -> Image.Image:
    assert png is not None
    return Image.open(io.BytesIO(png))


async def test_a_week_is_drawn_for_a_phone_on_a_ground_of_its_own(house: House) -> None:
    chart = chart_of(await a_week(house))
    assert chart is not None
    picture = opened(await Charts().draw(chart, 200))
    assert picture.width == 720
    assert 600 < picture.height < 2200
    whole = picture.convert("RGBA")
    assert whole.getchannel("A").getextrema() == (255, 255)  # legible on a light page and on a dark one
    pixels = picture.convert("RGB").tobytes()
    assert pixels[:3] == bytes.fromhex("f7f8fa")
    colours = {pixels[place : place + 3].hex() for place in range(0, len(pixels), 3)}
    assert {"2f6fb2", "1c2530", "c2571a"} <= colours  # bars, ink, the time before


async def test_the_words_say_every_number_of_the_picture(house: House) -> None:
    chart = chart_of(await a_week(house))
    assert chart is not None
    said = alt_text(chart)
    for panel in chart.panels:
        assert panel.title in said
        for row in panel.rows:
            assert f"{row.label} {row.text}" in said
    assert "Decisions by hour of the day (America/New_York): 11:00 5, 12:00 2." in said


def test_nothing_is_drawn_of_nothing(house: House) -> None:
    summary = Summary(None, "All", None, Figures(), None, "p-1")  # type: ignore[arg-type]  # the period is not looked at
    assert chart_of(summary) is None


@pytest.mark.parametrize("text", [HOSTILE, "مرحبا بالعالم", "", "a" * 500])
async def test_whatever_things_are_called_it_is_drawn(house: House, text: str) -> None:
    summary = await a_week(house)
    figures = Figures(
        volumes=Volumes(opened=3, held=3),
        decisions=Decisions(approved=3),
        overrides=Overrides(decided=3, edited=2, by_reason=(Part(text, text, 2, 2),)),
        amounts=(Amounts("USD", 1, Decimal("123456789012.34"), Decimal("123456789012.34")),),
        hours=(3,) + (0,) * 23,
    )
    odd = Summary(None, text or "x", summary.period, figures, None, "p-1")
    chart = chart_of(odd)
    assert chart is not None
    assert opened(await Charts().draw(chart, 60)).width == 216


async def test_one_that_can_t_be_drawn_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    chart = Chart("A secret name", "", (Panel("x", (Row("a", 1, "1"),)),))
    with caplog.at_level(logging.WARNING):
        assert await Charts(python="/nonexistent/python").draw(chart, 100) is None
        assert await Charts(python="/bin/false").draw(chart, 100) is None
        assert await Charts(seconds=0.01).draw(chart, 100) is None
    assert len(caplog.records) == 3
    assert "secret" not in caplog.text


def test_the_server_does_not_load_what_draws() -> None:
    code = "import sys, bot.app.works, bot.app.slack, bot.app.teams; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
