"""What a person may ask of a request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from bot.domain.lessons import FeedbackState, Grade, Lesson

MAX_NOTE = 4000
"""Characters of a note or a question."""


class Approve(msgspec.Struct, frozen=True):
    """Sign it as proposed."""

    note: str | None = None


class ApproveWithEdits(msgspec.Struct, frozen=True):
    """Sign other arguments: ``arguments`` is the whole of them."""

    arguments: dict[str, Any]
    note: str | None = None
    lesson: Lesson | None = None


class Reject(msgspec.Struct, frozen=True):
    """Refuse it; code and note both reach the agent."""

    reason_code: str
    note: str
    lesson: Lesson | None = None


class Claim(msgspec.Struct, frozen=True):
    """I am on it."""


class Unclaim(msgspec.Struct, frozen=True):
    """I am not, after all."""


class Ask(msgspec.Struct, frozen=True):
    """Ask the agent."""

    text: str


class Reveal(msgspec.Struct, frozen=True):
    """Show me a masked field."""

    field: str


class Revoke(msgspec.Struct, frozen=True):
    """Take an approval back, while it has not run."""

    note: str


class Withdraw(msgspec.Struct, frozen=True):
    """Take one's signature back, while others are still missing."""

    note: str | None = None


class Reassign(msgspec.Struct, frozen=True):
    """Let another of its approvers have it; ``to`` is a person's id."""

    to: str
    note: str | None = None


class Snooze(msgspec.Struct, frozen=True):
    """Bring it back to me at ``until`` (aware UTC); its promise and its deadline go on."""

    until: datetime


class ChangeFeedback(msgspec.Struct, frozen=True):
    """Accept, finish, decline or reopen its feedback item, hand it on, or change what it asks; None is as it was."""

    state: FeedbackState | None = None
    kind: Lesson | None = None
    assignee: str | None = None
    """A person's id."""
    due_at: datetime | None = None
    note: str | None = None
    seen: int | None = None
    """How many changes it had when it was looked at; where it has others by now, nothing is done."""


class GradeSample(msgspec.Struct, frozen=True):
    """Say of a sample whether it is good; what needs work has a note, and opens a feedback item."""

    grade: Grade
    note: str | None = None
    lesson: Lesson | None = None


Command = (
    Approve
    | ApproveWithEdits
    | Reject
    | Claim
    | Unclaim
    | Ask
    | Reveal
    | Revoke
    | Reassign
    | Snooze
    | Withdraw
    | ChangeFeedback
    | GradeSample
)
