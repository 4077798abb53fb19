"""Concerning: whom an event is told to in person, and whether they were."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import events as e
from bot.domain.events import EventRecord
from bot.domain.requests import Request
from bot.recording.telling import LEARNED
from bot.sending.scene import PERSON


def concerned(records: Sequence[EventRecord], seq: int, surface: str) -> list[str]:
    """The places where an event is to be told: people, and the channel that a step posts to."""
    record = records[seq - 1] if 0 < seq <= len(records) else None
    if record is None or record.payload is None:
        return []
    event = e.event_of(record)
    if isinstance(event, e.Reassigned):
        return [PERSON + event.to] if record.actor != f"person:{event.to}" else []
    if isinstance(event, e.Woken | e.Sampled):
        return [PERSON + (event.person if isinstance(event, e.Woken) else event.to)]
    if isinstance(event, e.Warned):
        return [PERSON + id_ for id_ in event.to]
    if isinstance(event, e.Escalated):
        posted = event.post_to.get(surface)
        people = [PERSON + id_ for id_ in event.to]
        return people if posted is None else [*people, posted]
    return _learning(records[:seq], event, surface)


def _learning(records: Sequence[EventRecord], event: e.Event, surface: str) -> list[str]:
    """Whoever got a feedback item from somebody else, or is reminded of it; and the channel that shows it besides."""
    if isinstance(event, e.FeedbackReminded):
        holder = _holder(records)
        return [] if holder is None else [PERSON + holder]
    if not isinstance(event, e.FeedbackOpened | e.FeedbackChanged):
        return []
    by = records[-1].actor
    people = [PERSON + event.assignee] if event.assignee is not None and by != f"person:{event.assignee}" else []
    posted = event.post_to.get(surface)
    return people if posted is None else [*people, posted]


def _holder(records: Sequence[EventRecord]) -> str | None:
    """Who has the feedback item by then."""
    holder: str | None = None
    for record in records:
        if record.type in LEARNED and record.payload is not None:
            event = e.event_of(record)
            if isinstance(event, e.FeedbackOpened | e.FeedbackChanged) and event.assignee is not None:
                holder = event.assignee
    return holder


def gathered_for(request: Request, records: Sequence[EventRecord], seq: int) -> int:
    """For how many seconds what somebody is told because of an event is gathered with more of the kind; 0: it is not.

    What time and the policy do may come in crowds. What one person hands to another, or put off themselves, is theirs.
    """
    record = records[seq - 1] if 0 < seq <= len(records) else None
    if record is not None and record.type in LEARNED:
        return request.routing.gather_seconds
    by_a_person = record is None or record.actor.startswith("person:")
    if by_a_person or record is None or record.type == "request.woken":
        return 0
    return request.routing.gather_seconds


def settled(request: Request, records: Sequence[EventRecord], seq: int, surface: str, place: str) -> bool:
    """Whether a place was shown it because of this event, or turned out since to be out of reach.

    Who was shown it because of a later event need not be told of an earlier one.
    """
    for ref in request.messages:
        if (
            (ref.surface, ref.place) == (surface, place)
            and ref.kind in {"ping", "gathered", "told"}
            and ref.upto >= seq
        ):
            return True
    later = (e.event_of(record) for record in records[seq:] if record.payload is not None)
    return any(isinstance(event, e.Unshown) and (event.surface, event.place) == (surface, place) for event in later)
