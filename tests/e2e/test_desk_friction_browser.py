"""Friction on the desk in a real browser: it fits every shape and can be read by everybody."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.e2e.test_desk_dashboard_browser import drawn
from tests.rigs.desk import served
from tests.rigs.quick_hands import approve_in_seconds
from tests.rigs.reading import Look, Shape, reader, sign_in
from tests.rigs.six_weeks import POLICY, SixWeeks


async def test_every_signal_fits_and_can_be_read(browser: Browser, shape: Shape, look: Look) -> None:
    async with served(policy=POLICY) as desk:
        await SixWeeks(desk.house, 2, requests=500).live()
        await approve_in_seconds(desk.house, count=60)
        async with reader(browser, **shape.options) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            for name, path in {
                "friction": "",
                "friction-empty": "?period=2026-01-05",
                "friction-refused": "?period=soon",
            }.items():
                await page.goto(f"{desk.url}/desk/friction{path}")
                await drawn(page)
                await look(page, f"desk-{name}")
