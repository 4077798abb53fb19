"""Listing: the feedback items of one person, or of all whose requests they may see; what is due first comes first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from bot.domain.people import Person
from bot.domain.requests import Request
from bot.learning.loads import UNFINISHED
from bot.ports import Library, RequestQuery

SCANNED = 2000
"""Items that are looked at; what was opened before those is on the desk's further pages and in the export."""
_PAGE = 500


class Items(msgspec.Struct, frozen=True):
    """Requests with a feedback item, those that are due first at the beginning, and how many there are beside them."""

    requests: Sequence[Request]
    more: int = 0
    cut: bool = False
    """Whether there are so many that not all were looked at."""


async def items(
    library: Library,
    fits: Callable[[Request], Awaitable[bool]],
    *,
    states: Sequence[str] = UNFINISHED,
    owners: Sequence[str] | None = None,
    limit: int = 100,
    scanned: int = SCANNED,
) -> Items:
    """Those in one of these states that fit, of the ``scanned`` newest requests that have one.

    Raises:
        Unavailable: when the database can't be read.
    """
    found: list[Request] = []
    after, looked_at = None, 0
    while looked_at < scanned:
        query = RequestQuery(
            feedback=tuple(states), owners=None if owners is None else tuple(owners), limit=_PAGE, after=after
        )
        page = await library.requests(query)
        looked_at += len(page.items)
        found += [one for one in page.items if await fits(one)]
        after = page.next
        if after is None:
            break
    found.sort(key=_due)
    return Items(found[:limit], max(0, len(found) - limit), after is not None)


def has(request: Request, person: Person) -> bool:
    """Whether an item is this person's."""
    return request.feedback is not None and request.feedback.assignee == person.id


def _due(request: Request) -> tuple[str, str]:
    return ("" if request.feedback is None else request.feedback.due_at.isoformat(), request.id)
