# ruff: noqa: INP001 - a script, no package
"""Make the pictures of the documentation anew, from a real desk in a real browser: `python docs/images/make.py`.

Needs Chromium on PATH and the development environment. Writes beside itself: desk-card.png, desk-queue.png,
desk-edit.png, desk-summary.png, desk-search.png, desk-dashboard.png, desk-feedback.png, desk-audit.png, desk-phone.png;
each below 200 kB.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright, expect

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a file, so the tree's root is not on the path yet

from tests.e2e.test_desk_dashboard_browser import drawn  # noqa: E402 - after the path
from tests.e2e.test_desk_feedback_browser import filled  # noqa: E402 - after the path
from tests.rigs.browser import ARGUMENTS, find_chromium  # noqa: E402 - after the path
from tests.rigs.desk import Desk, served  # noqa: E402 - after the path
from tests.rigs.filed import sealed  # noqa: E402 - after the path
from tests.rigs.house import POLICY  # noqa: E402 - after the path
from tests.rigs.morning import a_mornings_queue  # noqa: E402 - after the path
from tests.rigs.reading import PHONE, reader, sign_in  # noqa: E402 - after the path
from tests.rigs.week import Week  # noqa: E402 - after the path

WINDOW = {"width": 1120, "height": 720}
MAX_BYTES = 200_000


async def take(page: Page, name: str, height: float | None = None, *, live: bool = True) -> None:
    """The top of the page, down to ``height``; ``live`` unless it does not follow what happens."""
    if live:
        await expect(page.locator("#live")).to_contain_text("Live")
    await page.evaluate("document.activeElement?.blur()")
    size = page.viewport_size or WINDOW
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]}
    path = HERE / f"{name}.png"
    await page.screenshot(path=path, clip=clip, full_page=True)  # type: ignore[arg-type]  # a dict of this shape
    if path.stat().st_size >= MAX_BYTES:
        sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


async def take_all(desk: Desk, browser: Browser) -> None:
    """Every picture."""
    request = await a_mornings_queue(desk)
    address = f"{desk.url}/desk/requests/{request.id}"
    async with reader(browser, viewport=WINDOW, device_scale_factor=1.25) as page:
        await sign_in(page, (await desk.link("dana")).url)
        await take(page, "desk-queue", 760)
        await page.goto(address)
        await take(page, "desk-card", 905)
        await page.goto(f"{address}/edit")
        await page.get_by_label("Amount").fill("80")
        await page.get_by_label("Note to the agent").fill("The cake was eaten; two thirds is fair.")
        await page.get_by_role("button", name="See before and after").click()
        await take(page, "desk-edit", 700)
    async with reader(browser, viewport=PHONE, device_scale_factor=2, color_scheme="dark") as page:
        await sign_in(page, (await desk.link("dana")).url)
        await page.goto(address)
        await take(page, "desk-phone")


async def take_summary(browser: Browser) -> None:
    """The summary of a week in which everything happens."""
    async with served(policy=POLICY) as desk, reader(browser, viewport=WINDOW, device_scale_factor=1.25) as page:
        week = Week(desk.house)
        await week.before()
        await week.now()
        await sign_in(page, (await desk.link("rosa")).url)
        await page.goto(f"{desk.url}/desk/summary")
        await take(page, "desk-summary", 960, live=False)


async def take_records(browser: Browser) -> None:
    """What is for whoever answers: a search, the dashboard, the feedback board, the audit page."""
    async with served(policy=POLICY) as desk:
        await filled(desk)
        week = Week(desk.house)
        await week.before()
        await week.now()
        await sealed(desk.house)
        async with reader(browser, viewport=WINDOW, device_scale_factor=1) as page:
            await sign_in(page, (await desk.link("rosa")).url)
            await page.goto(f"{desk.url}/desk/search?q=refund&state=approved")
            await take(page, "desk-search", 760)
            await page.goto(f"{desk.url}/desk/dashboard?owner=refunds")
            await drawn(page)
            await take(page, "desk-dashboard", 1040, live=False)
            await page.goto(f"{desk.url}/desk/feedback")
            await take(page, "desk-feedback", 900)
            await page.goto(f"{desk.url}/desk/audit")
            await page.get_by_role("button", name="Verify now").click()
            await expect(page.get_by_text("Nothing was changed, removed")).to_be_visible(timeout=30_000)
            await take(page, "desk-audit", 900)


async def main() -> None:
    """Serve a desk, open a browser, take the pictures."""
    path = find_chromium()
    if path is None:
        sys.exit("no Chromium on PATH; .ci/browser installs one")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with served() as desk, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *sandbox])
        await take_all(desk, browser)
        await take_summary(browser)
        await take_records(browser)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
