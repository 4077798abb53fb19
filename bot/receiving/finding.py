"""Finding a request by what somebody types of its id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.domain.requests import Request
from bot.errors import BadInput
from bot.ports import Library, RequestQuery

SHORTEST = 6
"""Characters of an id's beginning or end."""
_MATCHES = 50


async def find_named(library: Library, typed: str, visible: Callable[[Request], Awaitable[bool]]) -> Request:
    """The one request that is visible there and has this id, or so many characters of its beginning or end.

    Raises:
        BadInput: when too little was typed, or none or several are like that.
    """
    wanted = typed.strip().lower()
    if len(wanted) < SHORTEST:
        remedy = f"write the id, or {SHORTEST} or more of its first or last characters"
        raise BadInput("the request's id is missing", remedy=remedy)
    page = await library.requests(RequestQuery(text=wanted, limit=_MATCHES))
    found = [one for one in page.items if one.id.startswith(wanted) or one.id.endswith(wanted)]
    found = [one for one in found if await visible(one)]
    if not found:
        raise BadInput("there is no such request", remedy="its id stands under Details of its card")
    if len(found) > 1:
        raise BadInput("several requests have an id like that", remedy="write more of it, or the whole")
    return found[0]
