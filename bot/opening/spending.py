"""What a human signed by editing an earlier request is let through at once, when it is asked for exactly."""

from __future__ import annotations

from msgspec.structs import replace

from bot.domain import people
from bot.domain.events import Decided, GrantMoved
from bot.domain.ids import uuid7
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus, Request
from bot.domain.verdicts import Reason, VerdictKind
from bot.gating import Judgement
from bot.opening.calling import Call
from bot.opening.entering import decide_by_policy, record_opened, unless_paused
from bot.policy.case import Case
from bot.policy.reading import read_context
from bot.recording import View


def same_case(call: Call, origin: Request) -> bool:
    """Whether what is asked is what the human saw and signed on ``origin``, beyond its arguments.

    The action, the amount as the gate reads it, the customer and whom it is done for are the same, and there is no
    sign of danger now that the human did not see then. Only then does the signature cover it.
    """
    asked = Case(call.policy, call.proposal, call.agent, {}, call.at)
    shown = Case(call.policy, replace(origin.proposal, arguments=call.proposal.arguments), call.agent, {}, call.at)
    if asked.action is None or asked.action.id != origin.assessment.action_type or asked.amount != shown.amount:
        return False
    now, then = read_context(call.proposal.context), read_context(origin.proposal.context)
    return (
        all(getattr(now, name) == getattr(then, name) for name in ("customer", "currency", "on_behalf_of"))
        and asked.context.customer == shown.context.customer
        and then.vulnerable >= now.vulnerable
        and then.regulated_complaint >= now.regulated_complaint
        and {*now.mismatches, *now.problems} <= {*then.mismatches, *then.problems}
    )


def spend(view: View, call: Call, origin: Request, signed: Decision, granted: Grant) -> Request:
    """Approve at once what a human signed by editing ``origin``, unless the gate blocks it by now.

    What the signature holds of the caps goes over as it is, so that nothing in between changes what is counted.
    """
    tallies = view.tallies(call.prepared.keys)
    for reservation in origin.reserved:
        if reservation.key in tallies:
            tallies[reservation.key] = tallies[reservation.key].reserve(reservation, -1)
    judgement = unless_paused(call.prepared.judge(tallies), call, view, signed=True)
    if judgement.assessment.verdict.kind is VerdictKind.BLOCK:
        request_id = record_opened(view, call, judgement)
        decide_by_policy(view, request_id, judgement.assessment.verdict)
        return view.recorded(request_id)
    judgement = _signed_before(judgement, origin, signed)
    request_id = uuid7(call.at, call.random)
    author = people.agent(call.agent.id)
    view.record("request", origin.id, GrantMoved(request_id), author)
    record_opened(view, call, judgement)
    decision = replace(signed, kind=DecisionKind.APPROVED, at=view.now, arguments=None, origin=origin.id)
    grant = Grant(call.digest, granted.expires_at, GrantStatus.WAITING)
    view.record("request", request_id, Decided(decision, grant, judgement.assessment.reserved), signed.by)
    return view.recorded(request_id)


def _signed_before(judgement: Judgement, origin: Request, signed: Decision) -> Judgement:
    reason = Reason(
        "signed_before",
        VerdictKind.ALLOW,
        f"{signed.by.id} signed exactly these arguments on request {origin.id}",
        {"origin": origin.id},
    )
    verdict = replace(judgement.assessment.verdict, kind=VerdictKind.ALLOW, reasons=(reason,))
    assessment = replace(judgement.assessment, verdict=verdict, reserved=origin.reserved)
    return Judgement(assessment=assessment, observed=judgement.observed, tried=judgement.tried)
