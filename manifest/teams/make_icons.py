"""Draws the two icons of the Teams app beside itself: ``python manifest/teams/make_icons.py``.

Sizes and colours as Teams asks for them: color.png of 192 x 192 fills its square, outline.png of 32 x 32 is white on
nothing. https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""  # noqa: INP001 - run by path

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
GREEN, WHITE = (0x17, 0x60, 0x4A), (0xFF, 0xFF, 0xFF)
# The desk's mark, in units of its 32 x 32 drawing.
TICK = ((7.5, 17.0), (13.5, 23.0), (25.0, 10.0))
FINE = 4
"""Each pixel is looked at in FINE x FINE places."""

Ink = Callable[[float, float], tuple[int, int, int, int]]


def from_tick(x: float, y: float) -> float:
    """How far a place is from the tick's line."""

    def from_stroke(start: tuple[float, float], end: tuple[float, float]) -> float:
        along_x, along_y = end[0] - start[0], end[1] - start[1]
        share = ((x - start[0]) * along_x + (y - start[1]) * along_y) / (along_x**2 + along_y**2)
        share = min(max(share, 0.0), 1.0)
        return math.hypot(x - start[0] - share * along_x, y - start[1] - share * along_y)

    return min(from_stroke(TICK[0], TICK[1]), from_stroke(TICK[1], TICK[2]))


def from_edge(x: float, y: float) -> float:
    """How far a place is outside of a rounded square of 28 units, negative within."""
    half, corner = 14.0, 7.0
    over_x, over_y = abs(x - 16) - (half - corner), abs(y - 16) - (half - corner)
    return math.hypot(max(over_x, 0.0), max(over_y, 0.0)) + min(max(over_x, over_y), 0.0) - corner


def color(x: float, y: float) -> tuple[int, int, int, int]:
    """A white tick within the middle two thirds, on green from edge to edge: Teams rounds the corners itself."""
    x, y = 16 + (x - 16) * 1.25, 16 + (y - 16) * 1.25
    return (*WHITE, 255) if from_tick(x, y) <= 1.9 else (*GREEN, 255)  # noqa: PLR2004 - half the stroke


def outline(x: float, y: float) -> tuple[int, int, int, int]:
    """The rounded square's line and a smaller tick in it."""
    inner_x, inner_y = 16 + (x - 16) * 1.3, 16 + (y - 16) * 1.3
    drawn = abs(from_edge(x, y) + 1) <= 1 or from_tick(inner_x, inner_y) <= 1.6  # noqa: PLR2004 - half the stroke
    return (*WHITE, 255 if drawn else 0)


def png(size: int, ink: Ink) -> bytes:
    """A picture of ``size`` x ``size`` pixels, red, green, blue and opacity."""
    rows = bytearray()
    for row in range(size):
        rows.append(0)  # no filter
        for column in range(size):
            rows += pixel(size, column, row, ink)
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def pixel(size: int, column: int, row: int, ink: Ink) -> bytes:
    """The mean of what is in a pixel; its colour is that of what is drawn there, its opacity how much is."""
    unit = 32 / size / FINE
    places = [(column * FINE + i + 0.5, row * FINE + j + 0.5) for i in range(FINE) for j in range(FINE)]
    seen = [ink(x * unit, y * unit) for x, y in places]
    return bytes(round(sum(values) / len(seen)) for values in zip(*seen, strict=True))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    (HERE / "color.png").write_bytes(png(192, color))
    (HERE / "outline.png").write_bytes(png(32, outline))
