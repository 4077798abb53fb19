"""Live: a stream of server-sent events that says which requests changed, so that open pages fetch themselves again.

Nothing of a request is in the stream but the ids of those that this person may see.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from aiohttp import web

from adapters.desk.workroom import VISITOR, WORKROOM, Visitor, Workroom
from bot.pausing import LEDGER
from bot.ports import Committed
from bot.receiving import may_see
from bot.recording import stream_of

HEARTBEAT_SECONDS = 15.0
"""Below the idle time after which common proxies close a connection (60 s)."""
GATHER_SECONDS = 0.25
"""Changes that come together are told together."""
RETRY_MILLISECONDS = 2000
PAUSES = stream_of("ledger", LEDGER)
BYE = b"event: bye\ndata: -\n\n"

Queue = asyncio.Queue[Committed | None]


async def events(request: web.Request) -> web.StreamResponse:
    """``GET /desk/events``: ``changed`` with ids (``*`` for any), heartbeats, ``bye`` when the session is over."""
    room, visitor = request.app[WORKROOM], request[VISITOR]
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    )
    async with room.waiting.watch() as queue:
        with suppress(ConnectionResetError):  # whoever left, even before it began, is not missed
            await response.prepare(request)
            await response.write(f"retry: {RETRY_MILLISECONDS}\nevent: hello\ndata: -\n\n".encode())
            told = b""
            while told != BYE and not room.stopping.is_set():
                told = await _next(room, visitor, queue)
                await response.write(told)
    return response


async def _next(room: Workroom, visitor: Visitor, queue: Queue) -> bytes:
    """What to send next: changes, a heartbeat, or the end."""
    heard = await _heard(room, queue, HEARTBEAT_SECONDS)
    if await room.store.sessions.session(visitor.session.id, room.clock.now()) is None:
        return BYE
    if not heard:
        return b": still here\n\n"
    await _heard_meanwhile(room, queue, heard)
    if any(change is None or change.stream == PAUSES for change in heard):
        await room.pausing.standing()  # who fetches the page because of this sees what is paused by now
    names = _names(heard, visitor)
    return f"event: changed\ndata: {' '.join(names)}\n\n".encode() if names else b": nothing of yours\n\n"


async def _heard(room: Workroom, queue: Queue, seconds: float) -> list[Committed | None]:
    """The first change within some seconds, unless the server stops before."""
    hearing = asyncio.ensure_future(queue.get())
    stopping = asyncio.ensure_future(room.stopping.wait())
    try:
        await asyncio.wait({hearing, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return [hearing.result()] if hearing.done() else []
    finally:
        for task in (hearing, stopping):
            task.cancel()
        await asyncio.gather(hearing, stopping, return_exceptions=True)


async def _heard_meanwhile(room: Workroom, queue: Queue, heard: list[Committed | None]) -> None:
    with suppress(asyncio.TimeoutError):
        await asyncio.wait_for(room.stopping.wait(), GATHER_SECONDS)
    while not queue.empty():
        heard.append(queue.get_nowait())


def _names(heard: list[Committed | None], visitor: Visitor) -> list[str]:
    names: dict[str, None] = {}
    for change in heard:
        if change is None:
            return ["*"]
        if change.stream == PAUSES:
            return ["*"]
        kind, _, id_ = change.stream.partition(":")
        if kind == "request" and (change.request is None or may_see(change.request, visitor.person)):
            names[id_ if change.request is not None else "*"] = None
    return list(names)
