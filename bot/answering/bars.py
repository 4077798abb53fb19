"""Charts in text: even letters, the number before its bar, so that nothing shifts where a font draws bars otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards.cutting import cut

BAR = "▇"
LONGEST_BAR = 12
"""Characters; with a label and a number that is a line of a phone."""
LONGEST_LABEL = 14


def chart(rows: Sequence[tuple[str, int]]) -> str:
    """A line a row. Bars are in proportion to the largest, and never vanish while there is something."""
    labels = [cut(label, LONGEST_LABEL) for label, _ in rows]
    numbers = [f"{count:,}" for _, count in rows]
    most = max((count for _, count in rows), default=0)
    wide, digits = max(map(len, labels), default=0), max(map(len, numbers), default=0)
    return "\n".join(
        f"{label:<{wide}} {number:>{digits}} {bar(count, most)}".rstrip()
        for label, number, (_, count) in zip(labels, numbers, rows, strict=True)
    )


def columns(rows: Sequence[tuple[str, str]]) -> str:
    """Names at the left, values at the right."""
    wide = max((len(name) for name, _ in rows), default=0)
    far = max((len(value) for _, value in rows), default=0)
    return "\n".join(f"{name:<{wide}} {value:>{far}}" for name, value in rows)


def bar(count: int, most: int) -> str:
    """The bar of ``count`` in a chart whose longest stands for ``most``; nothing where there is nothing."""
    return BAR * max(1, count * LONGEST_BAR // most) if count else ""
