"""The demonstration's tables: complete at every width, and hostile text stays text."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console

from bot.deciding import Approve
from bot.demo.ledger import Row, totals
from bot.demo.screen import closing_table, live_view, totals_line
from tests.rigs.house import START, House, new_house


def shown(*what: object, width: int, height: int = 60) -> str:
    console = Console(width=width, height=height, record=True, force_terminal=False, file=io.StringIO())
    for one in what:
        console.print(one)
    return console.export_text()


async def some_rows(house: House, count: int) -> list[Row]:
    rows = []
    for number in range(count):
        name = f"[bold]Cara[/bold]\x1b[2J {number}"
        held = await house.held(100 + number, context={"customer": f"c{number}", "customer_name": name})
        rows.append(Row(await house.say(held, Approve()) if number % 2 else held))
    return rows


@pytest.mark.parametrize("width", [80, 120, 160])
async def test_every_line_fits_and_every_row_is_there(width: int) -> None:
    house = await new_house()
    rows = await some_rows(house, 6)
    console = Console(width=width, height=60)
    now = START + timedelta(seconds=75)
    text = shown(live_view(rows, house.policy, now, console), closing_table(rows, house.policy, width), width=width)
    assert max(map(len, text.splitlines())) <= width
    for number in range(6):
        assert text.count(f"{100 + number}.00 USD") == 2
    assert "3 of 6 wait for a human" in text
    assert "1:15 min" in text
    assert "[bold]" in text, "what a customer is called is no markup"
    assert "\x1b" not in text


async def test_a_low_terminal_keeps_what_waits() -> None:
    house = await new_house()
    rows = await some_rows(house, 6)
    text = shown(live_view(rows, house.policy, START, Console(width=100, height=10)), width=100)
    assert text.count("waiting") == 3
    assert "approved" not in text
    assert "3 decided ones are not shown" in text


async def test_the_totals_stand_on_one_line() -> None:
    house = await new_house()
    rows = await some_rows(house, 2)
    assert totals_line(totals(rows)).plain == (
        "On record: 2 proposed, 0 allowed, 1 approved, 0 edited, 0 rejected, 0 blocked, 1 waiting, 0 ran, 0 failed."
    )
