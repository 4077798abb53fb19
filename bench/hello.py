"""The floor of HTTP: an aiohttp server that answers a POST with a few bytes of JSON. ``python -m bench.hello``."""

from __future__ import annotations

import asyncio
import signal

from aiohttp import web


async def hello(request: web.Request) -> web.Response:
    """Read the body and say hello."""
    await request.read()
    return web.json_response({"hello": "world"}, status=201)


async def main() -> None:
    """Serve on a free port of loopback, print the address, end with SIGTERM."""
    app = web.Application()
    app.router.add_post("/hello", hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
