# ruff: noqa: INP001 - a script, no package
"""Make the pictures of Teams' cards and dialogs anew, from the JSON that would be sent, by Microsoft's renderer.

`python docs/images/make_teams_cards.py [folder]`; needs Chromium on PATH, npm, the fonts Lato and Noto Color Emoji,
and the development environment. Writes beside itself, each below 200 kB and a dark one too; into a folder it writes
everything, to look at.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))  # run as a file, so the tree's root is not on the path yet

from tests.rigs.teams_pictures import chromium, render, renderer  # noqa: E402 - after the path
from tests.rigs.teams_scenes import shown  # noqa: E402 - after the path

MAX_BYTES = 200_000
PUBLISHED = {
    "card-held",
    "card-two-signatures",
    "card-stages",
    "card-decided",
    "card-expired",
    "reject",
    "edit",
}


async def main() -> None:
    """The published pictures, or all of them into a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    modules = renderer(ROOT / ".pytest_cache" / "d" / "teams-renderer")
    everything: dict[str, Any] = await shown()
    async with chromium() as browser:
        for name, card in everything.items():
            if folder is None and name not in PUBLISHED:
                continue
            for dark in (False, True):
                path = (folder or HERE) / f"teams-{name}{'-dark' if dark else ''}.png"
                complaints = await render(browser, modules, card, path, dark=dark)
                if complaints:
                    sys.exit(f"{name}: {complaints}")
                if folder is None and path.stat().st_size >= MAX_BYTES:
                    sys.exit(f"{path.name} has {path.stat().st_size} bytes; make it smaller")


if __name__ == "__main__":
    asyncio.run(main())
