"""What each event of feedback and samples makes of a request's state: pure, as ``bot.domain.lifecycle`` is."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.lessons import FeedbackItem, FeedbackStep, Sample
from bot.domain.people import Actor
from bot.domain.requests import Request

LessonEvent = e.FeedbackOpened | e.FeedbackChanged | e.FeedbackReminded | e.Sampled | e.Graded


def apply_lesson(state: Request, event: LessonEvent, at: datetime, actor: Actor) -> Request:
    """The request after somebody looked at it afterwards, or learned from it.

    Raises:
        ValueError: when the event needs an item or a sample that is not there.
    """
    if isinstance(event, e.Sampled):
        return replace(state, sample=Sample(event.to, event.because, event.day, at))
    if isinstance(event, e.Graded):
        if state.sample is None:
            raise ValueError(f"request {state.id} is no sample")
        graded = replace(state.sample, grade=event.grade, by=actor, graded_at=at, note=event.note)
        return replace(state, sample=graded)
    if isinstance(event, e.FeedbackOpened):
        item = FeedbackItem(
            kind=event.kind,
            suggested=event.suggested,
            rule=event.rule,
            opened_by=actor,
            opened_at=at,
            due_at=event.due_at,
            remind_at=event.remind_at,
            assignee=event.assignee,
            note=event.note,
        )
        return replace(state, feedback=item)
    if state.feedback is None:
        raise ValueError(f"request {state.id} has no feedback item")
    if isinstance(event, e.FeedbackReminded):
        return replace(state, feedback=replace(state.feedback, reminded=event.number))
    return replace(state, feedback=_changed(state.feedback, event, at, actor))


def _changed(item: FeedbackItem, event: e.FeedbackChanged, at: datetime, actor: Actor) -> FeedbackItem:
    if event.proposal is not None:  # worked out by Signoff: nobody's step
        return replace(item, proposal=event.proposal)
    step = FeedbackStep(actor, at, event.state, event.kind, event.assignee, event.due_at, event.note)
    moved = event.due_at is not None
    return replace(
        item,
        state=event.state or item.state,
        kind=event.kind or item.kind,
        assignee=event.assignee or item.assignee,
        due_at=event.due_at or item.due_at,
        remind_at=event.remind_at if moved else item.remind_at,
        reminded=0 if moved else item.reminded,
        steps=(*item.steps, step),
    )
