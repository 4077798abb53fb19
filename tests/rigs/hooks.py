"""A webhook receiver of the protocol's own package, served by uvicorn as a harness would serve it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from agentapprovalprotocol.receiver import Receiver
from starlette.applications import Starlette
from starlette.routing import Route


@asynccontextmanager
async def receiving(receiver: Receiver) -> AsyncIterator[str]:
    """The URL at which a receiver takes webhooks, until the block ends; what it woke has ended by then too."""
    app = Starlette(routes=[Route("/hooks", receiver.asgi(), methods=["POST"])])
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(20):
            while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/hooks"
    finally:
        server.should_exit = True
        await serving
        while receiver._tasks:
            await asyncio.gather(*receiver._tasks)
        if receiver.client is not None:
            await receiver.client.aclose()
