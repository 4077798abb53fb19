"""Catching up: what is new or changed goes into the index that searching goes by, behind whoever writes."""

from __future__ import annotations

import asyncio

from bot.ports import Store

PIECE = 200
"""Requests taken in one transaction, so that other writers hardly wait."""
PIECES = 500
"""Of one run; what is more is left to the next."""
REST = 0.01
"""Seconds left to others between two pieces."""


async def catch_up_pending(store: Store) -> int:
    """Take what waits into the index, in pieces; returns how many requests. Safe to call anywhere at any time."""
    taken = 0
    for _ in range(PIECES):
        piece = await store.catch_up(PIECE)
        taken += piece
        if piece < PIECE:
            break
        await asyncio.sleep(REST)
    return taken
