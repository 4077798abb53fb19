"""A fake platform as a program of its own, for somebody who drives it by hand."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

PEOPLE = ("dana", "lee", "omar", "rosa", "vera")
"""Who is there."""
BUTTON = '{"user": "dana", "channel": "refunds", "action": "approve"}'


async def stay(platform: str, url: str, facts: Mapping[str, str]) -> None:
    """Print where the platform is, with what a bot needs to know of it, and wait until stopped."""
    lines = {**facts, "drive": f"POST {url}/_drive/click {BUTTON}", "see": f"GET {url}/_show"}
    told = "".join(f"  {name:<15} {what}\n" for name, what in lines.items())
    sys.stdout.write(f"{platform} for tests on {url}\n{told}")
    sys.stdout.flush()
    await asyncio.Event().wait()


def serve(module: str, platform: str, port: int, run: Callable[[int, str], Coroutine[Any, Any, None]]) -> None:
    """Read the arguments and serve until interrupted.

    Args:
        module: What stands behind `python -m`.
        port: Where to listen unless told otherwise.
        run: Serves on a port, for the bot at an address.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=f"A {platform} to test a bot against.")
    parser.add_argument("--port", type=int, default=port, help="where to listen on 127.0.0.1 (0: a free port)")
    parser.add_argument("--app", default="http://127.0.0.1:8080", help="where the bot listens")
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(arguments.port, arguments.app))
