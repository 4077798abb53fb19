"""Opening a feedback item: what is to be learned of a correction, by whom and until when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from bot.domain.events import FeedbackOpened, Graded
from bot.domain.lessons import Grade, Lesson
from bot.domain.people import ActorKind
from bot.domain.requests import Decision, DecisionKind, Request
from bot.learning.suggesting import Suggestion, of_edit, of_rejection
from bot.policy.document import Policy
from bot.policy.feedback import Feedback, Pick, Task

Loads = Callable[[], Mapping[str, int]]
"""How many unfinished items each person has, by id."""


class Around(msgspec.Struct, frozen=True):
    """What opening an item has to know besides the request: the policy, who owns the agent, and who has how much."""

    policy: Policy
    agents_owner: str | None = None
    """The address of the agent's owner."""
    loads: Loads = dict[str, int]


def of_decision(request: Request, decision: Decision, at: datetime, around: Around) -> FeedbackOpened | None:
    """The item that a decision opens: one of each edit and each rejection by a person, none of any other.

    ``request`` is as it was before. The reviewer's choice wins over what the rules suggest; both are recorded.
    """
    suggestion = suggestion_of(request, decision, around.policy)
    if suggestion is None or request.feedback is not None:
        return None
    return opened(request, decision.lesson or suggestion.learn, suggestion, at, around)


def of_grade(request: Request, graded: Graded, at: datetime, around: Around) -> FeedbackOpened | None:
    """The item that a sample opens which needs work: suggested as for a rejection without a reason."""
    if graded.grade is not Grade.NEEDS_WORK or request.feedback is not None:
        return None
    suggestion = of_rejection(request, None, around.policy)
    return opened(request, graded.lesson or suggestion.learn, suggestion, at, around, graded.note)


def suggestion_of(request: Request, decision: Decision, policy: Policy) -> Suggestion | None:
    """What the rules suggest to learn of a decision; None where it corrects nothing."""
    if decision.by.kind is not ActorKind.PERSON:
        return None
    if decision.kind is DecisionKind.REJECTED:
        return of_rejection(request, decision.reason_code, policy)
    if decision.kind is DecisionKind.APPROVED_WITH_EDITS and decision.arguments is not None:
        return of_edit(request, decision.arguments, policy)
    return None


def opened(
    request: Request,
    kind: Lesson,
    suggestion: Suggestion,
    at: datetime,
    around: Around,
    note: str | None = None,
) -> FeedbackOpened:
    """The item of a request, of this kind: whose it is and when it is due, by what the policy says now."""
    task = task_of(request, kind, around.policy)
    return FeedbackOpened(
        kind,
        suggestion.learn,
        suggestion.rule,
        at + timedelta(seconds=task.due),
        tuple(at + timedelta(seconds=after) for after in task.remind),
        assignee_of(request, kind, around),
        note,
        channels_of(request, kind, around.policy),
    )


def channels_of(request: Request, kind: Lesson, policy: Policy) -> dict[str, str]:
    """By surface, where an item of this kind is shown besides: knowledge fixes, where their owner says so."""
    owner = policy.owners.get(request.routing.owner)
    return {} if owner is None or kind is not Lesson.KNOWLEDGE_FIX else dict(owner.knowledge_channels)


def task_of(request: Request, kind: Lesson, policy: Policy) -> Task:
    """What counts for items of a kind with the request's owner."""
    owner = policy.owners.get(request.routing.owner)
    return (Feedback() if owner is None else owner.feedback).task(kind)


def assignee_of(request: Request, kind: Lesson, around: Around) -> str | None:
    """The id of whoever gets it: whom the policy names for this kind, else whoever answers for such."""
    policy = around.policy
    task = task_of(request, kind, policy)
    named = [id_ for id_ in task.assign if id_ in policy.people]
    if named and task.pick is Pick.LEAST_LOADED:
        loads = around.loads()
        return min(named, key=lambda id_: (loads.get(id_, 0), named.index(id_)))
    owner = policy.owners.get(request.routing.owner)
    risk_owner = request.routing.risk_owner if owner is None else owner.risk_owner
    asked = [*named, _by_kind(request, kind, around), risk_owner, request.routing.accountable]
    return next((id_ for id_ in asked if id_ in policy.people), None)


def _by_kind(request: Request, kind: Lesson, around: Around) -> str | None:
    if kind is Lesson.KNOWLEDGE_FIX:
        owner = around.policy.owners.get(request.routing.owner)
        return None if owner is None else owner.knowledge_owner
    if kind is Lesson.REGRESSION_CASE and around.agents_owner is not None:
        person = around.policy.person_by_email(around.agents_owner)
        return None if person is None else person.id
    return None


def picks_by_load(request: Request, policy: Policy) -> bool:
    """Whether it has to be known who has how much before an item of this request is opened."""
    owner = policy.owners.get(request.routing.owner)
    return owner is not None and any(task.pick is Pick.LEAST_LOADED for task in owner.feedback.tasks.values())
