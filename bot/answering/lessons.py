"""Lessons: the feedback items of the requests that were counted, as they stand."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.answering.figures import Feedback
from bot.domain.requests import Request


class Lessons:
    """Counts items as of ``at``."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._counts: Counter[str] = Counter()

    def add(self, request: Request) -> None:
        """Count the item of one request, where it has one."""
        item = request.feedback
        if item is None:
            return
        self._counts["opened"] += 1
        self._counts[item.state.value] += 1
        if item.state.unfinished:
            self._counts[item.kind.value] += 1
            self._counts["overdue"] += item.due_at <= self._at

    def figures(self) -> Feedback:
        """What was counted so far."""
        return Feedback(**self._counts)
