"""Pictures of figures: drawn when a page asks for them, by whichever server it asks, and never before it is shown."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
from aiohttp import web

from adapters.desk.workroom import WORKROOM, Workroom
from bot.answering.boards import Plates

PATH = r"/pictures/{digest:[0-9a-f]{32}}/{number:\d{1,2}}-{scheme:light|dark}.svg"
_ROOM = "plates"
_KEPT = timedelta(hours=1)
"""How long a page's pictures can be asked for."""


async def shelve(room: Workroom, plates: Plates) -> str:
    """Keep what is to be drawn where every process finds it; the beginning of its pictures' address."""
    body = msgspec.json.encode(plates)
    digest = hashlib.sha256(body).hexdigest()[:32]
    if plates:
        await room.store.shelf.put(_ROOM, digest, body, expires_at=room.clock.now() + _KEPT)
    return f"/desk/pictures/{digest}"


async def picture(request: web.Request) -> web.StreamResponse:
    """``GET /desk/pictures/{digest}/{number}-{scheme}.svg``: one picture of a page that was looked at."""
    room, info = request.app[WORKROOM], request.match_info
    kept = await room.store.shelf.get(_ROOM, info["digest"], room.clock.now())
    if kept is None:
        raise web.HTTPNotFound
    drawn = await room.draw(msgspec.json.decode(kept, type=Plates))
    if drawn is None or int(info["number"]) >= len(drawn):
        raise web.HTTPNotFound
    return web.Response(
        text=drawn[int(info["number"])][info["scheme"] == "dark"],
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )
