"""Loads: how many unfinished feedback items each person has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bot.domain.lessons import FeedbackState
from bot.ports import Library, RequestQuery

UNFINISHED = tuple(state.value for state in FeedbackState if state.unfinished)
_PAGE = 500


async def loads_of(library: Library) -> Mapping[str, int]:
    """By person's id; whoever has none is absent. Items that are opened at the same moment are not counted yet."""
    found: Counter[str] = Counter()
    after: str | None = None
    while True:
        page = await library.requests(RequestQuery(feedback=UNFINISHED, limit=_PAGE, after=after))
        found.update(
            one.feedback.assignee
            for one in page.items
            if one.feedback is not None and one.feedback.assignee is not None
        )
        after = page.next
        if after is None:
            return found
