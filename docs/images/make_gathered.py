# ruff: noqa: INP001 - a script, no package
"""Make the pictures of an escalation's ping and of a gathered list anew: `python docs/images/make_gathered.py`.

In Slack and Teams, light and dark, from what would be sent. Needs what `make_slack_cards.py` and `make_teams_cards.py`
need. Writes beside itself, each below 200 kB.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # run as a file, so the tree's root is not on the path yet

from adapters.slack.cards.card import card_message  # noqa: E402 - after the path
from adapters.slack.cards.gathered import gathered_message  # noqa: E402 - after the path
from adapters.teams.cards import card_attachment  # noqa: E402 - after the path
from adapters.teams.cards.gathered import gathered_card  # noqa: E402 - after the path
from tests.rigs.late_scenes import morning  # noqa: E402 - after the path
from tests.rigs.slack_pictures import Reader, render_blocks  # noqa: E402 - after the path
from tests.rigs.slack_scenes import NAMES  # noqa: E402 - after the path
from tests.rigs.teams_pictures import chromium, render, renderer  # noqa: E402 - after the path

MAX_BYTES = 200_000
DESK = "https://signoff.acme.test/desk"


async def main() -> None:
    """Every picture."""
    late = await morning()
    card, lead = late.ping
    page = f"{DESK}/requests/{card.request_id}"
    slack = {
        "ping": card_message(card, lead=lead, desk_url=page),
        "gathered": gathered_message(late.gathered, desk_url=DESK),
    }
    teams = {
        "ping": card_attachment(card, lead=lead, desk_url=page, viewer=True),
        "gathered": gathered_card(late.gathered, desk_url=DESK),
    }
    modules = renderer(ROOT / ".pytest_cache" / "d" / "teams-renderer")
    async with chromium() as browser:
        for dark in (False, True):
            for name, drawn in slack.items():
                path = HERE / f"slack-{name}{'-dark' if dark else ''}.png"
                await render_blocks(drawn, path, dark=dark, reader=Reader(now=late.now, names=NAMES))
                require_small(path)
            for name, shown in teams.items():
                path = HERE / f"teams-{name}{'-dark' if dark else ''}.png"
                if complaints := await render(browser, modules, shown, path, dark=dark):
                    sys.exit(f"{name}: {complaints}")
                require_small(path)


def require_small(path: Path) -> None:
    """A picture that is too large ends it."""
    if path.stat().st_size >= MAX_BYTES:
        sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


if __name__ == "__main__":
    asyncio.run(main())
