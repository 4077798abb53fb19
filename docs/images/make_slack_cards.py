# ruff: noqa: INP001 - a script, no package
"""Make the pictures of Slack's cards anew, from the JSON that would be sent: `python docs/images/make_slack_cards.py`.

Needs Chromium on PATH, the fonts Lato and Noto Color Emoji, and the development environment. Writes beside itself, each
below 200 kB.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # run as a file, so the tree's root is not on the path yet

from adapters.slack.cards.card import Mentions, card_message  # noqa: E402 - after the path
from adapters.slack.cards.lines import thread_lines  # noqa: E402 - after the path
from bot.cards import history  # noqa: E402 - after the path
from tests.rigs.slack_pictures import Reader, render_blocks  # noqa: E402 - after the path
from tests.rigs.slack_scenes import AGENT, NAMES, scene  # noqa: E402 - after the path

MAX_BYTES = 200_000
DESK = "https://signoff.acme.test/desk/requests/"
PICTURES = {
    "slack-card-held": ("held", Mentions(groups=("S0SUPER",))),
    "slack-card-two-signatures": ("two_signatures", Mentions(groups=("S0IDENT",), users=("U0DANA",))),
    "slack-card-stages": ("stage_two", Mentions()),
    "slack-card-decided": ("ran", Mentions()),
    "slack-card-expired": ("expired", Mentions()),
}
WITH_THREAD = {"slack-card-decided"}


async def take(picture: str, dark: bool = False) -> None:  # noqa: FBT001, FBT002 - a script
    """One picture, a little after the last thing that happened."""
    name, mentions = PICTURES[picture]
    house, request, card = await scene(name)
    drawn = card_message(card, mentions=mentions, desk_url=DESK + request.id)
    thread = None
    if picture in WITH_THREAD:
        records = await house.store.events(f"request:{request.id}")
        thread = thread_lines(history(records[1:], request, house.policy, agent=AGENT))
    path = HERE / f"{picture}{'-dark' if dark else ''}.png"
    await render_blocks(drawn, path, dark=dark, reader=Reader(now=house.clock.now(), names=NAMES), thread=thread)
    if path.stat().st_size >= MAX_BYTES:
        sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


async def main() -> None:
    """Every picture."""
    for picture in PICTURES:
        await take(picture)


if __name__ == "__main__":
    asyncio.run(main())
