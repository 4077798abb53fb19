"""Paging: cursors that name a place in an order, so that a page follows the one before whatever was added meanwhile."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.events import micros
from bot.errors import BadInput

MOST = 1000
"""Rows of a page, at most."""
_MICROS = re.compile(r"-?[0-9]{1,18}")


def cursor(at: datetime, id_: str) -> str:
    """The place of a row in an order by time and id."""
    return f"{micros(at)}:{id_}"


def place(text: str) -> tuple[int, str]:
    """Microseconds and id of a cursor.

    Raises:
        BadInput: when this is no cursor.
    """
    head, colon, id_ = text.partition(":")
    if not colon or not _MICROS.fullmatch(head):
        raise BadInput("is not a cursor", field="after", remedy="use the cursor of the page before")
    return int(head), id_


def size(limit: int) -> int:
    """A page's size within bounds."""
    return max(1, min(limit, MOST))
