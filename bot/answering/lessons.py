"""Lessons: the feedback items of the requests that were counted, as they stand."""

from __future__ import annotations

from datetime import datetime

from bot.answering.figures import Feedback
from bot.domain.facts import Counted


class Lessons:
    """Counts items as of ``at``."""

    def __init__(self, at: datetime, into: dict[str, int]) -> None:
        self._at = at
        self._into = into

    def add(self, request: Counted) -> None:
        """Count the item of one request, where it has one."""
        item = request.feedback
        if item is None:
            return
        names = ["opened", item.state.value]
        if item.state.unfinished:
            names += [item.kind.value, *(["overdue"] if item.due_at <= self._at else ())]
        for name in names:
            self._into[name] = self._into.get(name, 0) + 1


def feedback_of(counts: dict[str, int]) -> Feedback:
    """What was counted."""
    return Feedback(**counts)
