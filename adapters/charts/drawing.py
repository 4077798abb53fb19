"""Drawing: a chart becomes a PNG in a process that lives as long as that takes, so that the server never waits for it.

matplotlib takes a second to import, holds the interpreter while it draws and keeps what it allocates: none of that is
the server's.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from hashlib import sha256

import msgspec

from bot.answering.boards import Plates
from bot.answering.charting import Chart

log = logging.getLogger("signoff.charts")

SECONDS = 30.0
"""How long a drawing may take."""
MOST_BYTES = 1_000_000
_KEPT = 64
"""Pages whose pictures are at hand."""
_PNG = b"\x89PNG\r\n\x1a\n"


class Charts:
    """Draws one chart at a time; the next waits."""

    def __init__(self, *, python: str = sys.executable, seconds: float = SECONDS) -> None:
        self._python = python
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._kept: dict[bytes, list[tuple[str, str]]] = {}

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

    async def plates(self, plates: Plates) -> list[tuple[str, str]] | None:
        """Each as two SVGs, for a light ground and a dark one; what was drawn lately is at hand."""
        body = msgspec.json.encode(plates)
        key = sha256(body).digest()
        async with self._turn:
            if key not in self._kept:
                try:
                    async with asyncio.timeout(self._seconds):
                        drawn = await self._ask(body, "adapters.charts.vectors")
                except TimeoutError:
                    log.warning("pictures took longer than %s s and were left out", self._seconds)
                    return None
                except OSError as error:
                    log.warning("pictures can't be drawn: %s", type(error).__name__)
                    return None
                if drawn is None:
                    return None
                self._kept[key] = msgspec.json.decode(drawn, type=list[tuple[str, str]])
                while len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
            return self._kept[key]

    async def _draw(self, body: bytes, dpi: int) -> bytes | None:
        png = await self._ask(body, "adapters.charts.painting", str(dpi))
        if png is not None and (not png.startswith(_PNG) or len(png) > MOST_BYTES):
            log.warning("a chart can't be drawn: what came of it is no picture")
            return None
        return png

    async def _ask(self, body: bytes, *words: str) -> bytes | None:
        """What a process of its own makes of it; None, and a line in the log, when it ends badly."""
        process = await asyncio.create_subprocess_exec(
            self._python,
            "-I",
            "-m",
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            made, _ = await process.communicate(body)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            log.warning("a chart can't be drawn: the process ended with %s", process.returncode)
            return None
        return made
