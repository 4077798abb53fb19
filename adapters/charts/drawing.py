"""Drawing: a chart becomes a PNG in a process that lives as long as that takes, so that the server never waits for it.

matplotlib takes a second to import, holds the interpreter while it draws and keeps what it allocates: none of that is
the server's.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress

import msgspec

from bot.answering.charting import Chart

log = logging.getLogger("signoff.charts")

SECONDS = 30.0
"""How long a drawing may take."""
MOST_BYTES = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"


class Charts:
    """Draws one chart at a time; the next waits."""

    def __init__(self, *, python: str = sys.executable, seconds: float = SECONDS) -> None:
        self._python = python
        self._seconds = seconds
        self._turn = asyncio.Lock()

    async def draw(self, chart: Chart, dpi: int) -> bytes | None:
        """The picture as a PNG, 3.6 inches wide; None, and a line in the log, when it can't be drawn."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._draw(msgspec.json.encode(chart), dpi)
            except TimeoutError:
                log.warning("a chart took longer than %s s and was left out", self._seconds)
            except OSError as error:
                log.warning("a chart can't be drawn: %s", type(error).__name__)
        return None

    async def _draw(self, body: bytes, dpi: int) -> bytes | None:
        process = await asyncio.create_subprocess_exec(
            self._python,
            "-I",
            "-m",
            "adapters.charts.painting",
            str(dpi),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            png, _ = await process.communicate(body)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode or not png.startswith(_PNG) or len(png) > MOST_BYTES:
            log.warning("a chart can't be drawn: the process ended with %s", process.returncode)
            return None
        return png
