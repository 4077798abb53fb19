"""What a pause means for one request: asked inside the transaction that would open, approve or spend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain import events as e
from bot.domain.pauses import EVERYTHING, Pause
from bot.domain.requests import DecisionKind, Request
from bot.errors import Conflict
from bot.policy.document import Policy
from bot.recording import View

PAUSED = "paused"
"""The code of every refusal because of a pause, and the rule of the reason that blocks what is proposed."""
_APPROVING = frozenset({DecisionKind.APPROVED, DecisionKind.APPROVED_WITH_EDITS})


def freezing(pauses: Iterable[Pause], request: Request, now: datetime) -> Pause | None:
    """What freezes a request at ``now``, the oldest first; None while nothing does."""
    return next((pause for pause in pauses if pause.freeze and covers(pause, request, now)), None)


def covers(pause: Pause, request: Request, now: datetime) -> bool:
    """Whether it stops what this request is about."""
    return pause.covers(
        action_type=request.assessment.action_type,
        agent_id=request.agent_id,
        owner=request.routing.owner,
        now=now,
    )


def refuse_frozen_approval(view: View, request: Request, events: Sequence[e.Event], policy: Policy) -> None:
    """Refuse a signature on what is frozen; ``events`` are what the command would record.

    Raises:
        Conflict: ``paused``, saying who stopped it, when, why and until when.
    """
    if not any(_approves(event) for event in events):
        return
    pause = freezing(view.pauses(), request, view.now)
    if pause is not None:
        raise frozen(pause, policy)


def frozen(pause: Pause, policy: Policy) -> Conflict:
    """What to tell somebody who would approve what is frozen."""
    return Conflict(f"it is frozen: {said(pause, policy)}", code=PAUSED, remedy=f"reject it, or wait {end(pause)}")


def refuse_frozen_grant(view: View, request: Request, policy: Policy | None) -> None:
    """Refuse to spend an approval of what is frozen.

    Raises:
        Conflict: ``paused``, saying who stopped it, when, why and until when.
    """
    pause = freezing(view.pauses(), request, view.now)
    if pause is None or request.grant is None:
        return
    expires = f"{request.grant.expires_at:%Y-%m-%d %H:%M} UTC"
    remedy = f"wait {end(pause)}; the approval can be used then, if that is before {expires}"
    raise Conflict(f"the approval is frozen: {said(pause, policy)}", code=PAUSED, remedy=remedy)


def said(pause: Pause, policy: Policy | None) -> str:
    """``The action refund was paused by Vera Holm at 2026-03-02 15:00 UTC: wrong refunds since noon``."""
    what = "Everything" if pause.scope == EVERYTHING else f"The {pause.scope.replace(':', ' ')}"
    return f"{what} was paused by {by(pause, policy)} at {pause.at:%Y-%m-%d %H:%M} UTC: {pause.reason}"


def by(pause: Pause, policy: Policy | None) -> str:
    """Who stopped it, as people call them."""
    if pause.alarm is not None:
        return f"the policy's alarm {pause.alarm}"
    person = policy.people.get(pause.by) if policy is not None else None
    return pause.by if person is None else person.name


def end(pause: Pause) -> str:
    """``until 2026-03-02 16:00 UTC`` or ``until it is resumed``."""
    return "until it is resumed" if pause.until is None else f"until {pause.until:%Y-%m-%d %H:%M} UTC"


def _approves(event: e.Event) -> bool:
    if isinstance(event, e.Decided):
        return event.decision.kind in _APPROVING
    return isinstance(event, e.Signed)
