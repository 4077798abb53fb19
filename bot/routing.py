"""Routing: whose request it is, who may sign it and by when. All of it is frozen onto the request when it opens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.requests import Assessment, Proposal
from bot.domain.routing import Routing
from bot.domain.verdicts import ActionClass, Level
from bot.policy.document import Action, Owner, Policy
from bot.policy.durations import parse_timeout
from bot.policy.expressions import ExpressionFailed, Values
from bot.policy.promise import Promise
from bot.policy.statutory import ends_at
from bot.policy.variables import too_large, variables_of

_HIGH = {ActionClass.IDENTITY, ActionClass.ACCESS}
"""Classes whose approval asks once more: an account that somebody took over is not put right by paying back. Money has
its limits and caps instead, and is approved in one click."""


def route(
    policy: Policy, proposal: Proposal, assessment: Assessment, now: datetime, surfaces: tuple[str, ...] = ()
) -> Routing:
    """Where the request goes: the first routing rule that is true, else the action's owner, else the default owner.

    ``now`` is when the request opens. The promise is counted in the owner's working time. The deadline is the agent's
    timeout or the policy's default timeout, in elapsed time, or the owner's ``expire_after``, whichever is first.
    ``surfaces`` are the chat surfaces that are connected.

    Raises:
        BadInput: naming ``timeout``, when the proposal's timeout is no duration.
    """
    asked = parse_timeout(proposal.timeout)
    action = policy.actions.get(assessment.action_type)
    owner = _owner(policy, action, proposal, assessment)
    allowed = parse_timeout(policy.defaults.timeout) if policy.defaults.timeout else asked
    promise = Promise(owner, now, lasts=min(asked, allowed))
    statutory = action.statutory if action else None
    if statutory is not None:
        zone = policy.zone if owner.hours is None else ZoneInfo(owner.hours.timezone)
        promise.bind(ends_at(statutory, proposal, zone, now), warn_before=statutory.warn_before)
    return Routing(
        owner=owner.id,
        owner_title=owner.title,
        accountable=owner.accountable,
        risk_owner=owner.risk_owner,
        channels=dict(owner.channels),
        approvers=owner.approvers,
        approvals_needed=action.approvals if action else 1,
        due_at=promise.due_at,
        deadline_at=promise.deadline_at,
        grant_seconds=action.grant_seconds if action else policy.defaults.grant_seconds,
        reject_reasons=(action.reject_reasons if action else ()) or owner.reasons,
        fields=action.fields if action else (),
        extra_fields=action.extra_arguments if action else True,
        remind_at=promise.remind_at(),
        escalation=promise.escalation(),
        surfaces=surfaces,
        second_channels=dict(owner.second_channels),
        high_class=assessment.level is Level.COMMIT and assessment.action_class in _HIGH,
        working_zone=promise.zone,
        statutory_at=promise.statutory_at,
    )


def _owner(policy: Policy, action: Action | None, proposal: Proposal, assessment: Assessment) -> Owner:
    if action is None:
        return policy.owners[policy.defaults.owner]
    if action.routes and not too_large(proposal):
        values = Values(variables_of(action, proposal, assessment.context, assessment.amount))
        for rule in action.routes:
            try:
                if rule.when.holds(values):
                    return policy.owners[rule.owner]
            except ExpressionFailed:
                continue  # a rule that can't be asked routes nowhere; the action's own owner takes it
    return policy.owners[action.owner]
