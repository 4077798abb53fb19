"""The dashboard in a real browser: every shape, with its pictures drawn."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.e2e.test_desk_feedback import rejected
from tests.rigs.desk import served
from tests.rigs.house import POLICY
from tests.rigs.reading import Look, Shape, reader, sign_in
from tests.rigs.week import Week

_DRAWN = "all => all.every(one => one.complete && one.naturalWidth > 0)"


async def drawn(page: Page) -> None:
    """Wait until every picture of the page is there."""
    await page.evaluate("() => document.querySelectorAll('img.plate').forEach(one => { one.loading = 'eager'; })")
    await page.wait_for_function(f"() => ({_DRAWN})([...document.querySelectorAll('img.plate')])", timeout=30_000)


async def test_the_dashboard_fits_and_can_be_read(browser: Browser, shape: Shape, look: Look) -> None:
    async with served(policy=POLICY) as desk:
        async with reader(browser, **shape.options) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            await page.goto(f"{desk.url}/desk/dashboard")
            await look(page, "desk-dashboard-empty")
        await rejected(desk, 210)
        desk.house.clock.move(days=40)
        week = Week(desk.house)
        await week.before()
        await week.now()
        async with reader(browser, **shape.options) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            await page.goto(f"{desk.url}/desk/dashboard?owner=refunds")
            await drawn(page)
            await look(page, "desk-dashboard")


async def test_the_same_figures_can_be_had_without_scripts_or_pictures(browser: Browser) -> None:
    async with served(policy=POLICY) as desk:
        week = Week(desk.house)
        await week.before()
        await week.now()
        async with reader(browser, java_script_enabled=False) as page:
            await sign_in(page, (await desk.link("vera")).url)
            await page.goto(f"{desk.url}/desk/dashboard")
            await page.get_by_text("The same as a table").click()
            hours = page.get_by_role("table", name="Decisions, by person and hour")
            await expect(hours.get_by_role("columnheader")).to_have_count(25)
            await expect(page.get_by_role("table", name="Promises kept and missed")).to_contain_text("In time")
