"""Pictures of what Slack would show: the exact JSON of a message, a modal or a Home tab, drawn in a real browser.

Our own drawing, for looks alone: `slack-blocks-to-jsx` shows markup unread in texts that are `verbatim`, reads it in
those that are `plain_text`, and brings a hundred packages. Whether Slack takes a block is judged by the fake.
"""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.rigs.browser import ARGUMENTS, find_chromium
from tests.rigs.slack_drawing import blocks, words
from tests.rigs.slack_markup import MONDAY, Reader

__all__ = ["MONDAY", "Reader", "page_of", "render_blocks"]

Json = Mapping[str, Any]
STYLE = Path(__file__).with_name("slack_pictures.css")
WIDTHS = {"message": 700, "modal": 560, "home": 860}


async def render_blocks(
    shown: Json,
    path: Path,
    *,
    dark: bool = False,
    reader: Reader | None = None,
    thread: Json | None = None,
    browser: Browser | None = None,
) -> Path:
    """Write a PNG of a message (``{"text", "blocks"}``) or a view (``{"type": "modal" or "home", ...}``).

    ``reader`` says in whose zone and when it is looked at, and what ids are called; ``thread`` is a message in its
    thread, drawn below. Needs Chromium on PATH, unless a ``browser`` is given.
    """
    if browser is not None:
        return await _take(browser, shown, path, dark, reader or Reader(), thread)
    found = find_chromium()
    if found is None:
        raise RuntimeError("no Chromium on PATH")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, *sandbox])
        try:
            return await _take(started, shown, path, dark, reader or Reader(), thread)
        finally:
            await started.close()


async def _take(browser: Browser, shown: Json, path: Path, dark: bool, reader: Reader, thread: Json | None) -> Path:
    width = WIDTHS[shown.get("type", "message")]
    page = await browser.new_page(viewport={"width": width, "height": 400}, device_scale_factor=1.5)
    try:
        await page.set_content(page_of(shown, reader, dark=dark, thread=thread))
        await page.locator("#shown").screenshot(path=path)
    finally:
        await page.close()
    return path


def page_of(shown: Json, reader: Reader, *, dark: bool = False, thread: Json | None = None) -> str:
    """The page that the picture is taken of."""
    kind = shown.get("type", "message")
    inside = {"message": _message, "modal": _modal, "home": _home}[kind](shown, reader)
    below = f'<div class="thread">{_message(thread, reader)}</div>' if thread is not None else ""
    theme = "dark" if dark else "light"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{STYLE.read_text()}</style>'
        f'<body class="{theme}"><main id="shown" class="{kind}">{inside}{below}</main></body></html>'
    )


def _message(shown: Json, reader: Reader) -> str:
    at = reader.moment(int(reader.now.timestamp()), "{time}")
    name = f'<div class="from"><b>Signoff</b><span class="app">APP</span><span class="small">{at}</span></div>'
    body = blocks(shown["blocks"], reader) if shown.get("blocks") else html.escape(shown["text"])
    return f'<div class="avatar">S</div><div class="body">{name}{body}</div>'


def _modal(shown: Json, reader: Reader) -> str:
    submit = f'<button class="primary">{words(shown["submit"], reader)}</button>' if "submit" in shown else ""
    close = words(shown["close"], reader) if "close" in shown else "Close"
    title = (
        f'<div class="title"><span class="icon">S</span>{words(shown["title"], reader)}<span class="x">✕</span></div>'
    )
    footer = f'<div class="footer"><button>{close}</button>{submit}</div>'
    return f'{title}<div class="body">{blocks(shown["blocks"], reader)}</div>{footer}'


def _home(shown: Json, reader: Reader) -> str:
    tabs = '<div class="tabs"><b>Home</b><span>Messages</span><span>About</span></div>'
    return f'{tabs}<div class="body">{blocks(shown["blocks"], reader)}</div>'
