"""Pictures of what Teams shows: the exact JSON of a card or a dialog, drawn by Microsoft's renderer in a real browser.

The renderer and the markdown parser that it is used with come from npm, as locked in ``teams_renderer``; Teams' looks
are Microsoft's host configurations. The frame around a card is our own drawing.
"""

from __future__ import annotations

import html
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.rigs import npm
from tests.rigs.browser import ARGUMENTS, find_chromium

Json = Mapping[str, Any]
HOME = Path(__file__).with_name("teams_renderer")
STYLE = Path(__file__).with_name("teams_pictures.css")
FONT = '"Segoe UI", Lato, "Noto Sans", sans-serif'
ZONE = "America/New_York"
_NO_FAULT = "Maximum number of actions exceeded"
"""It counts the actions of the menu behind three dots as well, which are drawn all the same."""
_DRAW = """
([card, config]) => {
  const marks = new Set(((card.msteams || {}).entities || []).map((each) => each.text));
  const markdown = window.markdownit({html: false, linkify: true, breaks: true});
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text).replace(/&lt;at&gt;(.*?)&lt;\\/at&gt;/g, (whole, name) =>
      marks.size ? `<span class="mention">${name}</span>` : whole);
    result.didProcess = true;
  };
  const drawn = new AdaptiveCards.AdaptiveCard();
  drawn.hostConfig = new AdaptiveCards.HostConfig(config);
  drawn.parse(card, context = new AdaptiveCards.SerializationContext());
  window.sent = [];
  drawn.onExecuteAction = (action) => window.sent.push({verb: action.verb, data: action.data});
  document.querySelector(".card").appendChild(drawn.render());
  const told = [...Array(context.eventCount).keys()].map((number) => context.getEventAt(number).message);
  return told.concat(drawn.validateProperties().validationEvents.map((each) => each.message));
}
"""


def renderer(place: Path) -> Path:
    """A folder with the renderer in it, as locked; fetched once."""
    return npm.modules(HOME, place)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser. Needs Chromium on PATH."""
    found = find_chromium()
    if found is None:
        raise RuntimeError("no Chromium on PATH")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, *sandbox])
        try:
            yield started
        finally:
            await started.close()


async def render(browser: Browser, modules: Path, shown: Json, path: Path, *, dark: bool = False) -> list[str]:
    """Write a PNG of a card, or of a dialog (what has ``card`` and ``title``); give the renderer's complaints."""
    page = await browser.new_page(device_scale_factor=1.5, timezone_id=ZONE, locale="en-US")
    try:
        told = await drawn(page, modules, shown, dark=dark)
        await page.locator("#shown").screenshot(path=path)
    finally:
        await page.close()
    return told


async def drawn(page: Page, modules: Path, shown: Json, *, dark: bool = False) -> list[str]:
    """Draw it on a page; give what the renderer complained of. What is pressed is collected in ``window.sent``."""
    theme = "dark" if dark else "light"
    await page.set_content(page_of(shown, theme))
    for script in ("adaptivecards/dist/adaptivecards.min.js", "markdown-it/dist/markdown-it.min.js"):
        await page.add_script_tag(path=modules / script)
    await page.add_style_tag(path=modules / "adaptivecards/dist/adaptivecards.css")
    await page.add_style_tag(path=STYLE)
    config = json.loads((HOME / f"host-config-{theme}.json").read_text(encoding="utf-8"))
    config["fontTypes"]["default"]["fontFamily"] = FONT
    config["fontTypes"]["default"]["fontWeights"]["bolder"] = 700
    card = shown["card"]["content"] if "card" in shown else shown
    told: list[str] = await page.evaluate(_DRAW, [card, config])
    return [each for each in told if not each.startswith(_NO_FAULT)]


def page_of(shown: Json, theme: str) -> str:
    """The frame around a card."""
    title = html.escape(str(shown.get("title", "")))
    above = (
        f'<div class="title"><span>{title}</span><span>✕</span></div>'
        if "card" in shown
        else '<div class="from"><span class="avatar">S</span><b>Signoff</b><span>10:00 AM</span></div>'
    )
    kind = "dialog" if "card" in shown else "message"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<body class="{theme}"><main id="shown" class="{kind}">{above}<div class="card"></div></main></body></html>'
    )
