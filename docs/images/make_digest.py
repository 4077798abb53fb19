# ruff: noqa: INP001 - a script, no package
"""Make the pictures of a digest anew: `python docs/images/make_digest.py [folder]`.

The chart as it is sent, drawn by what the server draws it with; the message in Slack and the card in Teams at the width
of a phone, light and dark. Needs Chromium on PATH, npm, the fonts Lato and Noto Color Emoji, and the development
environment. Writes beside itself, each below 200 kB: two made-up weeks through the real flows, the same each time.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from pathlib import Path
from random import Random
from typing import Any

from playwright.async_api import Browser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]  # run as a file, so neither is on the path yet

from make_slack_summary import REASONS, week  # noqa: E402 - after the path

from adapters.charts import Charts  # noqa: E402 - after the path
from adapters.slack.cards.summary import summary_message  # noqa: E402 - after the path
from adapters.slack.client.publishing import files_of  # noqa: E402 - after the path
from adapters.teams.client import TeamsPublishing  # noqa: E402 - after the path
from bot.answering import Answering, Summary, sheet_name  # noqa: E402 - after the path
from tests.rigs.house import POLICY, House, new_house  # noqa: E402 - after the path
from tests.rigs.slack_pictures import Reader, page_of  # noqa: E402 - after the path
from tests.rigs.teams_pictures import chromium, drawn, renderer  # noqa: E402 - after the path

MAX_BYTES = 200_000
PHONE = 390
DESK = "https://signoff.acme.test/desk"


async def slack(browser: Browser, house: House, summary: Summary, png: bytes, path: Path, *, dark: bool) -> None:
    """The beginning of the message, and the files below it."""
    message = summary_message(summary, desk_url=DESK)
    first = {"text": message["text"], "blocks": message["blocks"][:5]}
    page = await browser.new_page(viewport={"width": PHONE, "height": 400}, device_scale_factor=1)
    image = f'<img style="width:100%;border-radius:8px" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
    box = f'{image}<p style="font-size:13px">📄 {sheet_name(summary)}</p>'
    html = page_of(first, Reader(now=house.clock.now()), dark=dark)
    await page.set_content(html.replace("</div></main>", f"{box}</div></main>"))
    await page.locator("#shown").screenshot(path=path)
    await page.close()


async def teams(browser: Browser, modules: Path, card: Any, path: Path, *, dark: bool) -> None:  # noqa: ANN401 - JSON
    """The card as Microsoft's renderer draws it."""
    page = await browser.new_page(
        viewport={"width": PHONE, "height": 400}, device_scale_factor=1, timezone_id="America/New_York", locale="en-US"
    )
    complaints = await drawn(page, modules, card, dark=dark)
    if complaints:
        sys.exit(str(complaints))
    await page.evaluate("document.querySelector('#shown').style.width = '390px'")
    await page.locator("#shown").screenshot(path=path)
    await page.close()


async def main() -> None:
    """Every picture."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    house = await new_house(policy=POLICY.replace("[wrong_amount, not_eligible]", REASONS))
    chance = Random(7)  # noqa: S311 - the same picture each time
    await week(house, chance, 96)
    await week(house, chance, 118)
    summary = await Answering(house.store, house.clock, lambda: house.policy).summary("refunds")
    draw = Charts().draw
    files, _ = await files_of(summary, draw)
    png = files[0].content
    (folder / "digest-chart.png").write_bytes(png)
    given: dict[str, Any] = {"shelf": house.store.shelf, "clock": house.clock, "policy": lambda: house.policy}
    nowhere: Any = None
    card = await TeamsPublishing(nowhere, draw, desk_url=DESK, **given).drawn(summary)
    modules = renderer(ROOT / ".pytest_cache" / "d" / "teams-renderer")
    async with chromium() as browser:
        for dark in (False, True):
            ending = "-dark.png" if dark else ".png"
            await slack(browser, house, summary, png, folder / f"digest-slack{ending}", dark=dark)
            await teams(browser, modules, card, folder / f"digest-teams{ending}", dark=dark)
    for path in folder.glob("digest-*.png"):
        if path.stat().st_size >= MAX_BYTES:
            sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUTF8", "1")
    asyncio.run(main())
