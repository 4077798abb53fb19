"""People with browsers at the desk: signed in, watched for complaints, with pictures for whoever wants to look."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
Look = Callable[[Page, str], Awaitable[None]]


class Shape(NamedTuple):
    """How a page is read: the options of a ``reader`` under a name."""

    name: str
    options: dict[str, Any]


SHAPES = [
    Shape(f"{scheme}-{width}", {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"})
    for scheme in ("light", "dark")
    for width, viewport in (("desktop", DESKTOP), ("phone", PHONE))
]


def _complaint(message: ConsoleMessage) -> str | None:
    """Errors of the console, but for the browser's remark that an answer was a refusal, which pages here may be."""
    refused = "the server responded with a status of 4" in message.text
    return message.text if message.type == "error" and not refused else None


@asynccontextmanager
async def reader(browser: Browser, **context: Any) -> AsyncIterator[Page]:
    """A page of somebody's own; it fails if a script throws, is refused, or anything leaves this server."""
    complaints: list[str] = []
    made = await browser.new_context(
        **{"viewport": DESKTOP, "timezone_id": "America/New_York", "locale": "en-US"} | context
    )
    made.set_default_timeout(15_000)
    page = await made.new_page()
    page.on("pageerror", lambda error: complaints.append(f"uncaught: {error}"))
    page.on("console", lambda message: complaints.append(text) if (text := _complaint(message)) else None)
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    try:
        yield page
    finally:
        await made.close()
    assert not complaints, "the page complained: " + "; ".join(complaints)


async def sign_in(page: Page, link: str) -> None:
    """Open a link and press its button."""
    await page.goto(link)
    await page.get_by_role("button", name="Sign in as").click()
    await page.wait_for_url("**/desk/")


async def picture(page: Page, name: str, folder: Path, *, whole: bool = True) -> None:
    """A screenshot into ``SIGNOFF_SCREENSHOTS``, else into the test's own folder."""
    place = Path(os.environ.get("SIGNOFF_SCREENSHOTS") or folder)
    await asyncio.to_thread(place.mkdir, parents=True, exist_ok=True)
    await page.screenshot(path=place / f"{name}.png", full_page=whole)


async def require_accessible(page: Page, where: str) -> None:
    """No serious or critical finding of axe-core."""
    results = await Axe().run(page)
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}; {node['html'][:200]}"
        for violation in results.response["violations"]
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
    assert not found, f"{where}:\n" + "\n".join(found)


async def require_no_overflow(page: Page, where: str) -> None:
    """Nothing is wider than the window."""
    wide = await page.evaluate(
        """() => {
            const far = (one) => one.getBoundingClientRect().right > window.innerWidth + 1;
            if (document.documentElement.scrollWidth <= window.innerWidth) return null;
            const found = [...document.querySelectorAll('body *')].filter(far).slice(0, 5);
            return ['the page', ...found.map((one) => one.outerHTML.slice(0, 120))];
        }"""
    )
    assert not wide, f"{where} is wider than its window: {wide}"


def looking(shape: Shape, folder: Path) -> Look:
    """Holds a page to what every page must be, and takes its picture, named after the page and the shape."""

    async def look(page: Page, name: str) -> None:
        await require_accessible(page, name)
        await require_no_overflow(page, name)
        await picture(page, f"{name}-{shape.name}", folder)

    return look
