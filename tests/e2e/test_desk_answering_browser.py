"""What the desk answers, in a real browser: every shape, by keyboard, with and without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.rigs.desk import Desk, served
from tests.rigs.house import POLICY
from tests.rigs.reading import (
    Look,
    Shape,
    reader,
    sign_in,
)
from tests.rigs.week import Week


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with served(policy=POLICY) as desk:
        week = Week(desk.house)
        await week.before()
        await week.now()
        yield desk


async def test_every_answer_fits_and_can_be_read(desk: Desk, browser: Browser, shape: Shape, look: Look) -> None:
    request = await desk.house.held()
    pages = {
        "summary": "summary",
        "summary-empty": "summary?from=2026-01-05",
        "summary-refused": "summary?period=soon",
        "search": "search",
        "search-found": "search?q=cust&since=2026-01-01",
        "search-refused": "search?least=much&since=2026-03-02&until=2026-03-01",
        "samples": "samples",
        "who": "who",
        "explain": f"requests/{request.id}/explain",
        "request": f"requests/{request.id}",
        "queue": "",
    }
    async with reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("dana")).url)
        for name, path in pages.items():
            await page.goto(f"{desk.url}/desk/{path}")
            await look(page, f"desk-{name}")


async def test_team_and_time_are_chosen_and_stay_chosen(desk: Desk, browser: Browser) -> None:
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.get_by_role("link", name="Summary").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("All owners, the last 7 days")
        await expect(page.get_by_role("link", name="Summary")).to_have_attribute("aria-current", "page")
        await page.get_by_label("Team").select_option("refunds")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Refunds, the last 7 days")
        await page.get_by_role("link", name="Today").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Refunds, today")
        await page.get_by_label("From", exact=True).fill("2026-03-02")
        await page.get_by_label("To", exact=True).fill("2026-03-03")
        await page.get_by_role("button", name="Show these days").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Refunds, 2 Mar 2026 to 3 Mar 2026")
        await expect(page.get_by_label("From", exact=True)).to_have_value("2026-03-02")


async def test_a_reader_of_the_screen_hears_each_figure(desk: Desk, browser: Browser) -> None:
    async with reader(browser, java_script_enabled=False) as page:
        await sign_in(page, (await desk.link("vera")).url)
        await page.goto(f"{desk.url}/desk/summary")
        chart = page.get_by_role("table").first
        await expect(chart.get_by_role("row", name="Approved 4", exact=True)).to_be_visible()
        await expect(chart.get_by_role("cell")).to_have_count(6)  # numbers alone: drawn bars are for the eye


async def test_a_request_is_found_by_its_id_with_the_keyboard(desk: Desk, browser: Browser) -> None:
    request = await desk.house.held()
    async with reader(browser) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.get_by_label("Find a request by its id").fill(request.id[-8:])
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Explain").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Why it was held")
        await expect(page.locator("main")).to_contain_text("Of the agent's hour")
        await page.locator("#menu > summary").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Who").click()
        await expect(page.get_by_role("heading", name="Refunds")).to_be_visible()
