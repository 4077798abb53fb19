"""Deeds: what a button does to a feedback item at once."""

from __future__ import annotations

from bot.deciding import ChangeFeedback
from bot.domain.lessons import FeedbackState


def accept() -> ChangeFeedback:
    """I have it now."""
    return ChangeFeedback(FeedbackState.ACCEPTED)


def finish() -> ChangeFeedback:
    """It is learned."""
    return ChangeFeedback(FeedbackState.DONE)
