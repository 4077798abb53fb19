"""What the policy says of feedback: which lesson a correction suggests, who gets it, and until when."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from bot.domain.lessons import Lesson

_DAY = 86_400
DEFAULT = "default"
"""The name of the rule that speaks where no other does."""


class Kind(StrEnum):
    """How somebody corrected an agent."""

    REJECTED = "rejected"
    LOWERED = "lowered"
    """Signed for a smaller amount."""
    RAISED = "raised"
    """Signed for a larger amount."""
    CHANGED = "changed"
    """Signed with other arguments, for the same amount or none."""


class Pick(StrEnum):
    """Which of several people gets an item."""

    FIRST = "first"
    LEAST_LOADED = "least_loaded"


class FeedbackRule(msgspec.Struct, frozen=True):
    """The first rule that fits a correction suggests what is learned of it; what it does not name, it fits."""

    name: str
    learn: Lesson
    reasons: tuple[str, ...] = ()
    """Codes of a rejection."""
    corrections: tuple[Kind, ...] = ()


class Task(msgspec.Struct, frozen=True):
    """Who gets items of one kind, and by when, in seconds of elapsed time after it was opened."""

    due: int
    remind: tuple[int, ...]
    assign: tuple[str, ...] = ()
    """Person ids; none is whoever answers for that kind."""
    pick: Pick = Pick.FIRST


TASKS = {
    Lesson.REGRESSION_CASE: Task(7 * _DAY, (5 * _DAY, 7 * _DAY, 14 * _DAY)),
    Lesson.KNOWLEDGE_FIX: Task(3 * _DAY, (2 * _DAY, 3 * _DAY, 7 * _DAY)),
    Lesson.THRESHOLD: Task(5 * _DAY, (3 * _DAY, 5 * _DAY, 10 * _DAY)),
}
"""Where the file says nothing."""
DEFAULT_RULES = (
    FeedbackRule("policy_unclear", Lesson.KNOWLEDGE_FIX, reasons=("policy_unclear",)),
    FeedbackRule("fraud_suspected", Lesson.THRESHOLD, reasons=("fraud_suspected",)),
    FeedbackRule("amount_lowered", Lesson.THRESHOLD, corrections=(Kind.LOWERED,)),
    FeedbackRule(DEFAULT, Lesson.REGRESSION_CASE),
)
"""Tried after those of the file."""


class Feedback(msgspec.Struct, frozen=True):
    """What an owner says of the lessons of its requests."""

    rules: tuple[FeedbackRule, ...] = ()
    tasks: dict[Lesson, Task] = {}
    """Those that the file changes."""

    def task(self, kind: Lesson) -> Task:
        """What counts for items of a kind."""
        return self.tasks.get(kind) or TASKS[kind]
