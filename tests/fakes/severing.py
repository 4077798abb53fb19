"""An answer that never comes, because the connection breaks."""

from __future__ import annotations

import socket
import struct

from aiohttp import web


def severed(request: web.Request) -> web.Response:
    """Tear the connection down so that the caller sees a reset, not an answer."""
    transport = request.transport
    if transport is not None:
        handle = transport.get_extra_info("socket")
        if handle is not None:
            handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
