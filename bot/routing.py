"""Routing: whose request it is, who may sign it and by when. All of it is frozen onto the request when it opens."""

from __future__ import annotations

from datetime import datetime

from bot.domain.requests import Assessment, Proposal, Routing, Step
from bot.domain.verdicts import ActionClass, Level
from bot.policy.document import Action, Owner, Policy
from bot.policy.durations import later, parse_timeout
from bot.policy.expressions import ExpressionFailed, Values
from bot.policy.variables import too_large, variables_of

_HIGH = {ActionClass.IDENTITY, ActionClass.ACCESS}
"""Classes whose approval asks once more: an account that somebody took over is not put right by paying back. Money has
its limits and caps instead, and is approved in one click."""


def route(
    policy: Policy, proposal: Proposal, assessment: Assessment, now: datetime, surfaces: tuple[str, ...] = ()
) -> Routing:
    """Where the request goes: the first routing rule that is true, else the action's owner, else the default owner.

    ``now`` is when the request opens. The deadline is the agent's timeout, the policy's default timeout or the owner's
    ``expire_after``, whichever is first. ``surfaces`` are the chat surfaces that are connected.

    Raises:
        BadInput: naming ``timeout``, when the proposal's timeout is no duration.
    """
    asked = parse_timeout(proposal.timeout)
    action = policy.actions.get(assessment.action_type)
    owner = _owner(policy, action, proposal, assessment)
    allowed = parse_timeout(policy.defaults.timeout) if policy.defaults.timeout else asked
    sla = owner.sla
    lasts = min(asked, allowed, sla.expire_after)
    return Routing(
        owner=owner.id,
        owner_title=owner.title,
        accountable=owner.accountable,
        risk_owner=owner.risk_owner,
        channels=dict(owner.channels),
        approvers=owner.approvers,
        approvals_needed=action.approvals if action else 1,
        due_at=later(now, min(sla.respond_within, lasts)),
        deadline_at=later(now, lasts),
        grant_seconds=action.grant_seconds if action else policy.defaults.grant_seconds,
        reject_reasons=(action.reject_reasons if action else ()) or owner.reasons,
        fields=action.fields if action else (),
        extra_fields=action.extra_arguments if action else True,
        remind_at=tuple(later(now, reminder.seconds) for reminder in sla.remind_at if reminder.seconds < lasts),
        escalation=tuple(
            Step(later(now, step.after), step.to, dict(step.post_to)) for step in sla.escalate if step.after < lasts
        ),
        surfaces=surfaces,
        second_channels=dict(owner.second_channels),
        high_class=assessment.level is Level.COMMIT and assessment.action_class in _HIGH,
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
