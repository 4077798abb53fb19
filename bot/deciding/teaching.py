"""Teaching: what a person does with a request's feedback item becomes an event, or a refusal that says why. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.deciding.commands import ChangeFeedback
from bot.deciding.notes import optional_text
from bot.domain import events as e
from bot.domain.lessons import FeedbackItem, FeedbackState, FeedbackStep
from bot.domain.people import Actor, ActorKind
from bot.domain.requests import Request
from bot.errors import BadInput, Conflict, NotAllowed
from bot.learning.opening import channels_of, task_of
from bot.policy.document import Policy

LONGEST = timedelta(days=366)
"""How far away an item may be due."""
SO_ALREADY = "feedback_so_already"
"""What was asked for is so, and whoever asks made it so."""
_DID = {
    FeedbackState.OPEN: "opened it again",
    FeedbackState.ACCEPTED: "accepted it",
    FeedbackState.DONE: "said that it is done",
    FeedbackState.DECLINED: "declined it",
}


def teachers(request: Request, policy: Policy) -> tuple[str, ...]:
    """The ids of those who may change its item: whoever has it, the approvers, and those who answer for its owner."""
    routing, item = request.routing, request.feedback
    owner = policy.owners.get(routing.owner)
    now = () if owner is None else (*owner.approvers, owner.risk_owner, owner.accountable, owner.knowledge_owner)
    asked = (None if item is None else item.assignee, *routing.approvers, routing.risk_owner, routing.accountable, *now)
    return tuple(id_ for id_ in dict.fromkeys(asked) if id_ is not None and id_ in policy.people)


def change(request: Request, command: ChangeFeedback, by: Actor, policy: Policy, now: datetime) -> list[e.Event]:
    """The event of a change of its feedback item.

    Whoever comes second is told who was first: a state that it has already, an item that was ended, or one that was
    changed since ``command.seen`` changes. Who accepts it has it from then on. An operator needs no leave.

    Raises:
        Conflict: as said, and where there is no item.
        NotAllowed: saying who may.
        BadInput: naming ``note`` (declining needs one), ``kind``, ``assignee`` or ``due_at``.
    """
    item = request.feedback
    if item is None:
        raise Conflict("it has no feedback item: nobody corrected it", code="no_feedback")
    _require_leave(request, by, policy)
    _require_first(item, command, by, policy)
    note = optional_text(command.note, "note")
    if command.state is FeedbackState.DECLINED and note is None:
        raise BadInput("is needed", field="note", remedy="say why nothing is learned of it; it stays on record")
    due_at = None if command.due_at == item.due_at else _due(command.due_at, now)
    kind = None if command.kind is item.kind else command.kind
    changed = e.FeedbackChanged(
        command.state,
        kind,
        _assignee(item, command, by, policy),
        due_at,
        () if due_at is None else _reminders(request, command, item, due_at, now, policy),
        note,
        {} if kind is None else channels_of(request, kind, policy),
    )
    if changed == e.FeedbackChanged():
        raise BadInput("nothing was changed", field="note", remedy="change something, or write a note")
    return [changed]


def _require_leave(request: Request, by: Actor, policy: Policy) -> None:
    able = teachers(request, policy)
    if by.kind is ActorKind.OPERATOR or (by.kind is ActorKind.PERSON and by.id in able):
        return
    names = ", ".join(policy.people[id_].name for id_ in able) or "whoever keeps the policy file"
    raise NotAllowed("this feedback item is not yours to change", remedy=f"ask {names}")


def _require_first(item: FeedbackItem, command: ChangeFeedback, by: Actor, policy: Policy) -> None:
    last = item.steps[-1] if item.steps else None
    if command.seen is not None and command.seen != len(item.steps) and last is not None:
        raise Conflict(f"{_said(last, policy)}: it has changed since you looked", code="feedback_changed")
    ended = None if item.state.unfinished else _last(item, item.state)
    if command.state is item.state:
        step = _last(item, item.state)
        theirs = step is not None and step.by.id == by.id
        said = "it is open already" if step is None else f"{_said(step, policy)} already"
        raise Conflict(said, code=SO_ALREADY if theirs else f"feedback_{item.state.value}")
    if ended is not None and command.state is not FeedbackState.OPEN:
        raise Conflict(_said(ended, policy), code=f"feedback_{item.state.value}", remedy="open it again first")


def _last(item: FeedbackItem, state: FeedbackState) -> FeedbackStep | None:
    return next((step for step in reversed(item.steps) if step.state is state), None)


def _said(step: FeedbackStep, policy: Policy) -> str:
    person = policy.people.get(step.by.id)
    name = person.name if person is not None else step.by.id
    did = "changed it" if step.state is None else _DID[step.state]
    return f"{name} {did} at {step.at:%Y-%m-%d %H:%M:%S} UTC"


def _assignee(item: FeedbackItem, command: ChangeFeedback, by: Actor, policy: Policy) -> str | None:
    wanted = command.assignee
    if wanted is None and command.state is FeedbackState.ACCEPTED and by.kind is ActorKind.PERSON:
        wanted = by.id
    if wanted is not None and wanted not in policy.people:
        raise BadInput("is nobody of the policy", field="assignee", remedy="choose one of its people")
    return None if wanted == item.assignee else wanted


def _due(due_at: datetime | None, now: datetime) -> datetime | None:
    if due_at is not None and not now < due_at <= now + LONGEST:
        raise BadInput("is no day within a year from now", field="due_at", remedy="write a day such as 2026-03-31")
    return due_at


def _reminders(
    request: Request, command: ChangeFeedback, item: FeedbackItem, due_at: datetime, now: datetime, policy: Policy
) -> tuple[datetime, ...]:
    """At the same shares of the time that is left now."""
    task = task_of(request, command.kind or item.kind, policy)
    left = (due_at - now).total_seconds() / task.due
    return tuple(now + timedelta(seconds=round(after * left)) for after in task.remind)
