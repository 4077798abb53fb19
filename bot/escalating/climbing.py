"""Climbing: which rungs of a request's ladder have come, and which events each of them makes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from msgspec.structs import replace

from bot.domain import events as e
from bot.domain.people import CLOCK
from bot.domain.requests import Request
from bot.domain.routing import Routing, Step
from bot.escalating.lateness import seconds_late
from bot.policy.document import Policy
from bot.recording import View
from bot.rostering import Roster, Told, told_by

Rung = tuple[datetime, Callable[[int], list[e.Event]]]
"""When, and the events that it makes, given how many seconds late (0: never mind)."""


def climb(view: View, id_: str, roster: Roster | None = None) -> int:
    """Record every reminder, step, end of a claim or a snooze whose time has come, each once, in order of their times.

    Returns how many. A request whose deadline has passed as well expires instead: nobody is called to what can't be
    decided any more. A step that comes to nobody lets the next one come at once. Without a roster a step comes to those
    whom it names as people.
    """
    done, hurried = 0, False
    while True:
        request, now = view.recorded(id_), view.time("request", id_)
        if not request.pending or request.deadline_at <= now:
            return done
        rungs = _rungs(request, roster, now, hurried=hurried)
        at, events_of = min(rungs, key=lambda rung: rung[0], default=(None, None))
        if at is None or events_of is None or at > now:
            return done
        events = events_of(seconds_late(at, now))
        for event in events:
            view.record("request", id_, event, CLOCK)
        hurried = any(isinstance(event, e.Escalated) for event in events) and all(map(_in_vain, events))
        done += 1


def _in_vain(event: e.Event) -> bool:
    """Whether it is a step of which nobody heard."""
    return isinstance(event, e.Escalated) and not event.to and not event.post_to


def _rungs(request: Request, roster: Roster | None, now: datetime, *, hurried: bool) -> list[Rung]:
    """What is next of each kind; while ``hurried``, the next step is due now."""
    routing, rungs = request.routing, list[Rung]()
    if routing.warn_at is not None and not request.warned:
        told = tuple(dict.fromkeys((routing.accountable, routing.risk_owner)))
        rungs.append((routing.warn_at, lambda late: [e.Warned(told, late)]))
    if request.claim is not None and request.claim.until is not None:
        rungs.append((request.claim.until, lambda late: [e.Unclaimed(late)]))
    rungs += [(snooze.until, partial(_woken, snooze.by.id)) for snooze in request.snoozes]
    if request.stopped_at is not None:
        return rungs  # the promise stands still; what the law says does not
    if reminders := routing.remind_at[request.reminded :]:
        rungs.append((reminders[0], lambda late: [e.Reminded(request.reminded + 1, late)]))
    if steps := routing.escalation[request.escalated :]:
        at = min(steps[0].at, now) if hurried else steps[0].at
        rungs.append((at, lambda late: _step(request, steps[0], roster, now, 0 if hurried else late)))
    return rungs


def _woken(person: str, late: int) -> list[e.Event]:
    return [e.Woken(person, late)]


def _step(request: Request, step: Step, roster: Roster | None, now: datetime, late: int) -> list[e.Event]:
    told = Told(step.to) if roster is None else told_by(roster, request, step, now)
    escalated = e.Escalated(
        request.escalated + 1,
        told.to,
        step.post_to,
        late,
        tuple(id_ for id_ in told.to if id_ not in request.routing.barred) if step.widen else (),
        told.instead_of,
        told.on_call,
        told.nobody,
    )
    owner = None if roster is None else roster.policy.owners.get(step.move_to or "")
    if roster is None or owner is None or owner.id == request.routing.owner:
        return [escalated]
    return [escalated, e.Moved(request.routing.owner, _moved(request, owner.id, roster.policy))]


def _moved(request: Request, owner_id: str, policy: Policy) -> Routing:
    """The request as another owner's: its people, channels and reasons; every time stays as it is."""
    routing, owner = request.routing, policy.owners[owner_id]
    action = policy.actions.get(request.assessment.action_type)
    stages = routing.stages
    if stages:
        here = replace(stages[request.stage], approvers=owner.approvers)
        stages = (*stages[: request.stage], here, *stages[request.stage + 1 :])
    return replace(
        routing,
        owner=owner.id,
        owner_title=owner.title,
        accountable=owner.accountable,
        risk_owner=owner.risk_owner,
        channels=dict(owner.channels),
        second_channels=dict(owner.second_channels),
        approvers=owner.approvers,
        approvals_needed=min(routing.approvals_needed, len(owner.approvers)),
        reject_reasons=(action.reject_reasons if action else ()) or owner.reasons,
        over_limit=owner.over_limit,
        stages=stages,
    )
