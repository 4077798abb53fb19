"""Sorts: what somebody is told of in person, and whether that still matters. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot.domain.events import EventRecord
from bot.domain.requests import Request
from bot.recording.telling import LEARNED, SAMPLED


class Sort(StrEnum):
    """What somebody is told of; what is gathered into one text is of one sort."""

    DECISION = "decision"
    LESSON = "lesson"
    SAMPLE = "sample"

    def matters(self, request: Request, now: datetime) -> bool:
        """Whether anybody need still be told: it can be decided, its lesson is unfinished, nobody has looked at it."""
        if self is Sort.LESSON:
            return request.feedback is not None and request.feedback.state.unfinished
        if self is Sort.SAMPLE:
            return request.sample is not None and request.sample.grade is None
        return request.pending and now < request.deadline_at


def sort_of(records: Sequence[EventRecord], seq: int) -> Sort:
    """What an event tells of."""
    type_ = records[seq - 1].type if 0 < seq <= len(records) else ""
    if type_ == SAMPLED:
        return Sort.SAMPLE
    return Sort.LESSON if type_ in LEARNED else Sort.DECISION
