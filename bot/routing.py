"""Routing: whose request it is, who may sign it and by when. All of it is frozen onto the request when it opens."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.agents import Agent
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
    policy: Policy,
    proposal: Proposal,
    assessment: Assessment,
    now: datetime,
    surfaces: tuple[str, ...] = (),
    *,
    agent: Agent | None = None,
) -> Routing:
    """Where the request goes: the first routing rule that is true, else the action's owner, else the default owner.

    ``now`` is when the request opens. The promise is counted in the owner's working time. The deadline is the agent's
    timeout or the policy's default timeout, in elapsed time, or the owner's ``expire_after``, whichever is first.
    ``surfaces`` are the chat surfaces that are connected; ``agent`` is whose owner may be barred from signing.

    Raises:
        BadInput: naming ``timeout``, when the proposal's timeout is no duration.
    """
    asked = parse_timeout(proposal.timeout)
    action = policy.actions.get(assessment.action_type)
    owner = _owner(policy, action, proposal, assessment)
    allowed = parse_timeout(policy.defaults.timeout) if policy.defaults.timeout else asked
    promise = Promise(owner, now, lasts=min(asked, allowed), stages=action.stages if action else ())
    statutory = action.statutory if action else None
    if statutory is not None:
        zone = policy.zone if owner.hours is None else ZoneInfo(owner.hours.timezone)
        promise.bind(ends_at(statutory, proposal, zone, now), warn_before=statutory.warn_before)
    first = promise.stages[0] if promise.stages else None
    times = promise.times
    return Routing(
        owner=owner.id,
        owner_title=owner.title,
        accountable=owner.accountable,
        risk_owner=owner.risk_owner,
        channels=dict(owner.channels),
        approvers=first.approvers if first else owner.approvers,
        approvals_needed=first.approvals_needed if first else (action.approvals if action else 1),
        due_at=times.due_at,
        deadline_at=promise.deadline_at,
        grant_seconds=action.grant_seconds if action else policy.defaults.grant_seconds,
        reject_reasons=(action.reject_reasons if action else ()) or owner.reasons,
        fields=action.fields if action else (),
        extra_fields=action.extra_arguments if action else True,
        remind_at=times.remind_at,
        escalation=times.escalation,
        surfaces=surfaces,
        second_channels=dict(owner.second_channels),
        high_class=assessment.level is Level.COMMIT and assessment.action_class in _HIGH,
        working_zone=promise.zone,
        statutory_at=promise.statutory_at,
        warn_at=promise.warn_at,
        stages=promise.stages,
        hours=promise.hours if promise.stages or owner.sla.stops_while_asked else None,
        latest_at=promise.latest_at if owner.sla.stops_while_asked else None,
        stops_while_asked=owner.sla.stops_while_asked,
        over_limit=owner.over_limit,
        barred=_barred(policy, owner, agent),
        claim_seconds=owner.sla.claim_seconds,
        gather_seconds=0 if action is not None and action.urgent else owner.sla.gather_seconds,
    )


def _barred(policy: Policy, owner: Owner, agent: Agent | None) -> tuple[str, ...]:
    """The person who owns the agent, where its own people must not sign what it proposes."""
    if agent is None or not owner.bars_agents_owner:
        return ()
    person = policy.person_by_email(agent.owner_email)
    return () if person is None else (person.id,)


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
