"""Lessons: what is learned of a request afterwards, from a correction or from a look at a sample."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from bot.domain.people import Actor


class Lesson(StrEnum):
    """What a correction asks for: each opens one feedback item of that kind."""

    REGRESSION_CASE = "regression_case"
    KNOWLEDGE_FIX = "knowledge_fix"
    THRESHOLD = "threshold"


class FeedbackState(StrEnum):
    """How far a feedback item has come; the last two end it, until somebody opens it again."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DONE = "done"
    DECLINED = "declined"

    @property
    def unfinished(self) -> bool:
        """Whether somebody still has to do something."""
        return self in {FeedbackState.OPEN, FeedbackState.ACCEPTED}


class FeedbackStep(msgspec.Struct, frozen=True, gc=False):
    """One change of a feedback item by its author; None is left as it was."""

    by: Actor
    at: datetime
    state: FeedbackState | None = None
    kind: Lesson | None = None
    assignee: str | None = None
    due_at: datetime | None = None
    note: str | None = None


class Proposed(msgspec.Struct, frozen=True, gc=False):
    """A change of the policy that an item proposes, and what the record says of it."""

    diff: str
    """A unified diff of the policy file; empty where none could be made, and ``told`` says why."""
    told: str
    """What it does, in a sentence."""
    against: str
    """The version of the policy that it changes."""
    judged: int = 0
    """Recorded requests that were judged again."""
    held: int = 0
    """Those that it holds or blocks, and that ran without a person."""
    caught: int = 0
    """Overrides among those that it treats more strictly."""
    overrides: int = 0
    """Overrides among all that were judged."""


class FeedbackItem(msgspec.Struct, frozen=True, gc=False):
    """What is to be learned of one request: a regression case, a knowledge fix or a tightened threshold."""

    kind: Lesson
    suggested: Lesson
    """What the policy's rules suggested."""
    rule: str
    """The rule that suggested it, or ``default``."""
    opened_by: Actor
    opened_at: datetime
    due_at: datetime
    remind_at: tuple[datetime, ...] = ()
    """When whoever has it is reminded, while it is unfinished."""
    assignee: str | None = None
    """The id of the person who has it; None is whoever answers for the request's owner."""
    state: FeedbackState = FeedbackState.OPEN
    note: str | None = None
    reminded: int = 0
    """How many of ``remind_at`` were given."""
    steps: tuple[FeedbackStep, ...] = ()
    proposal: Proposed | None = None


class Grade(StrEnum):
    """What a reviewer says of a sample."""

    GOOD = "good"
    NEEDS_WORK = "needs_work"


class Because(StrEnum):
    """Why a request was taken as a sample."""

    SHARE = "share"
    NEW_BUILD = "new_build"


class Sample(msgspec.Struct, frozen=True, gc=False):
    """A draft or recommendation that a person looks at afterwards; nothing waits for it."""

    to: str
    """The id of the person who is asked."""
    because: Because
    day: str
    """The date, in the policy's time zone, whose share of that person's time it takes."""
    at: datetime
    grade: Grade | None = None
    by: Actor | None = None
    graded_at: datetime | None = None
    note: str | None = None
