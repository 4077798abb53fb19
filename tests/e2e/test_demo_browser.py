"""The demonstration as a newcomer sees it: a link from the terminal, clicks on the desk, and the terminal follows."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from playwright.async_api import Page

from tests.rigs.terminal import in_terminal


async def test_clicks_on_the_desk_show_in_the_terminal(page: Page, tmp_path: Path) -> None:
    async with in_terminal("-m", "bot.cli", "demo", "--keep", str(tmp_path)) as shown:
        await shown.until("14 of 22 wait for a human")
        link = re.search(r"Dana Ortiz: .*\s+(http://\S+/desk/in/[\w-]{43})", shown.words)
        assert link is not None
        await page.goto(link[1])
        await page.get_by_role("button", name="Sign in as Dana Ortiz").click()

        await page.get_by_role("link", name="129.00 USD").click()
        await page.get_by_role("button", name="Approve", exact=True).click()
        await shown.until("refunded 0.00 → 129.00")

        await page.get_by_role("link", name="Queue").first.click()
        await page.get_by_role("link", name="340.00 USD").click()
        await page.get_by_role("link", name="Edit before approving…").click()
        await page.get_by_label("Amount").fill("85")
        await page.get_by_role("button", name="See before and after").click()
        await page.get_by_role("button", name="Approve with these edits").click()
        await shown.until("refunded 0.00 → 85.00")

        await shown.until("Dana Ortiz, another link")
        await shown.until("12 of 22 wait for a human")
        await page.goto("about:blank")
        shown.process.send_signal(signal.SIGINT)
        assert await shown.ended() == 0
    assert "22 proposed, 7 allowed, 1 approved, 1 edited, 0 rejected, 1 blocked, 12 waiting, 9 ran" in " ".join(
        shown.words.split()
    )
