"""Deeds: what a button does to a feedback item or a sample at once."""

from __future__ import annotations

from bot.deciding import ChangeFeedback, GradeSample
from bot.domain.lessons import FeedbackState, Grade


def accept() -> ChangeFeedback:
    """I have it now."""
    return ChangeFeedback(FeedbackState.ACCEPTED)


def finish() -> ChangeFeedback:
    """It is learned."""
    return ChangeFeedback(FeedbackState.DONE)


def good() -> GradeSample:
    """I looked at it, and it is good."""
    return GradeSample(Grade.GOOD)
