"""A judged proposal goes on record: as a request, and as decided where the policy decides."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from bot.domain import people
from bot.domain.events import Decided, Opened
from bot.domain.ids import uuid7
from bot.domain.requests import Decision, DecisionKind, Grant
from bot.domain.verdicts import Reason, Verdict, VerdictKind
from bot.gating import Judgement
from bot.opening.calling import Call
from bot.pausing import PAUSED, said
from bot.recording import View
from bot.routing import route


def record_opened(view: View, call: Call, judgement: Judgement) -> str:
    """Record the request as judged and routed; its id."""
    request_id = uuid7(call.at, call.random)
    assessment = judgement.assessment
    routing = route(call.policy, call.proposal, assessment, call.at, call.situation.surfaces, agent=call.agent)
    event = Opened(
        agent_id=call.agent.id,
        instance_id=call.instance_id,
        key=call.key,
        submission=call.submission,
        proposal=call.proposal,
        digest=call.digest,
        assessment=assessment,
        routing=routing,
        deadline_at=max(routing.deadline_at, view.now + timedelta(seconds=1)),
        reserved=assessment.reserved,
        observed=judgement.observed,
    )
    view.record("request", request_id, event, people.agent(call.agent.id))
    return request_id


def unless_paused(judgement: Judgement, call: Call, view: View, *, signed: bool = False) -> Judgement:
    """Blocked, where automation is stopped for it; what a human has ``signed`` already only by a pause that freezes."""
    pauses = [pause for pause in view.pauses() if pause.freeze or not signed]
    if not pauses:
        return judgement
    assessment = judgement.assessment
    owner = route(call.policy, call.proposal, assessment, call.at).owner
    for pause in pauses:
        if not pause.covers(action_type=assessment.action_type, agent_id=call.agent.id, owner=owner, now=view.now):
            continue
        reason = Reason(PAUSED, VerdictKind.BLOCK, said(pause, call.policy), {"scope": pause.scope})
        verdict = replace(assessment.verdict, kind=VerdictKind.BLOCK, reasons=(reason, *assessment.verdict.reasons))
        tries = tuple(seen for seen in judgement.observed if seen.amount is None)
        return replace(judgement, assessment=replace(assessment, verdict=verdict, reserved=()), observed=tries)
    return judgement


def decide_by_policy(view: View, request_id: str, verdict: Verdict) -> None:
    """Record what the policy decides of what it allows or blocks."""
    request = view.recorded(request_id)
    author = people.policy(verdict.policy_version)
    note = "; ".join(reason.text for reason in verdict.reasons if reason.kind is verdict.kind)
    if verdict.kind is VerdictKind.ALLOW:
        decision = Decision(DecisionKind.APPROVED, author, view.now, note=note or None)
        grant = Grant(request.digest, view.now + timedelta(seconds=request.routing.grant_seconds))
        view.record("request", request_id, Decided(decision, grant, request.reserved), author)
    else:
        decision = Decision(DecisionKind.REJECTED, author, view.now, reason_code="blocked", note=note or "blocked")
        view.record("request", request_id, Decided(decision), author)
