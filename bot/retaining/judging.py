"""For how long one request is kept, from when, and what keeps it although its time is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from bot.domain.holds import Hold
from bot.domain.requests import GrantStatus, Request
from bot.holding import keeping
from bot.policy.document import Policy
from bot.policy.retention import Keeping


class Kept(StrEnum):
    """What keeps a request although its time is over."""

    HOLD = "hold"
    FEEDBACK = "feedback"
    STATUTORY = "statutory"
    OPEN = "open"


class Due(msgspec.Struct, frozen=True):
    """When a request goes, by which rule, and what keeps it where something does."""

    request: Request
    rule: str
    seconds: int
    at: datetime
    kept: Kept | None = None
    hold: Hold | None = None


def rule_for(policy: Policy, action_type: str, owner: str, request: Request | None) -> Keeping | None:
    """What the policy says of a request; its class is what the policy calls its action now, else what it was.

    None where only the request itself can say its class.
    """
    action = policy.actions.get(action_type)
    if action is not None:
        action_class = action.action_class
    elif request is not None:
        action_class = request.assessment.action_class
    else:
        return None
    return policy.retention.of(action_type=action_type, owner=owner, action_class=action_class)


def over_at(request: Request) -> datetime | None:
    """When everything about a request was over: its decision, its approval, its run; None while something is open."""
    decision, grant = request.decision, request.grant
    if decision is None or (grant is not None and grant.status is GrantStatus.WAITING):
        return None
    times = [decision.at, None if grant is None else grant.ended_at]
    times.append(None if request.outcome is None else request.outcome.at)
    return max(at for at in times if at is not None)


def judged(request: Request, policy: Policy, holds: Iterable[Hold], now: datetime) -> Due | None:
    """When it goes; None where it is kept until somebody erases it, or everything of it went already."""
    keeping_rule = rule_for(policy, request.assessment.action_type, request.routing.owner, request)
    if request.erased or request.decision is None or keeping_rule is None or keeping_rule.seconds is None:
        return None
    over = over_at(request)
    at = (over or request.decision.at) + timedelta(seconds=keeping_rule.seconds)
    hold = keeping(holds, request, policy.veil)
    kept: Kept | None = None
    if hold is not None:
        kept = Kept.HOLD
    elif over is None:
        kept = Kept.OPEN
    elif request.feedback is not None and request.feedback.state.unfinished:
        kept = Kept.FEEDBACK
    elif request.routing.statutory_at is not None and request.routing.statutory_at > now:
        kept = Kept.STATUTORY
    return Due(request, keeping_rule.rule, keeping_rule.seconds, at, kept, hold)
