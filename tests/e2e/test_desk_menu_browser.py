"""The desk's pages in its head: the daily ones in sight, the others in a menu, for hands, keys and without scripts."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.rigs.desk import served
from tests.rigs.house import POLICY
from tests.rigs.reading import Look, Shape, reader, sign_in


async def test_the_menu_fits_and_can_be_read(browser: Browser, shape: Shape, look: Look) -> None:
    async with served(policy=POLICY) as desk, reader(browser, **shape.options) as page:
        await sign_in(page, (await desk.link("rosa")).url)
        pages = page.get_by_role("navigation", name="Pages")
        tops = await pages.locator("> a, summary").evaluate_all(
            "all => all.map(one => one.getBoundingClientRect()).filter(one => one.width).map(one => one.top)"
        )
        assert max(tops) - min(tops) < 8, "the pages stand in more than one row"
        await page.locator("#menu > summary").click()
        await expect(pages.get_by_role("link", name="Kept")).to_be_visible()
        await look(page, "desk-menu")
        await pages.get_by_role("link", name="Kept").click()
        await expect(page.locator("#menu > summary")).to_contain_text("Kept")
        await look(page, "desk-menu-within")


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_menu_is_opened_and_left_by_keys(browser: Browser, *, scripts: bool) -> None:
    async with served(policy=POLICY) as desk, reader(browser, java_script_enabled=scripts) as page:
        await sign_in(page, (await desk.link("vera")).url)
        await page.locator("#menu > summary").focus()
        await page.keyboard.press("Enter")
        link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Dashboard")
        await expect(link).to_be_visible()
        if scripts:
            await page.keyboard.press("Escape")
            await expect(link).to_be_hidden()
            await expect(page.locator("#menu > summary")).to_be_focused()
            await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/desk/dashboard")
