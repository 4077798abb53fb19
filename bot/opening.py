"""Opening: a proposal becomes a request with its verdict, in one transaction with the caps that it reserves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from bot.assigning import Loads
from bot.deciding import claimed_until
from bot.domain import people
from bot.domain.agents import Agent, Instance
from bot.domain.events import Decided, GrantMoved, Opened, Reassigned
from bot.domain.ids import uuid7
from bot.domain.jsontext import digest
from bot.domain.pauses import PAUSES
from bot.domain.requests import (
    Decision,
    DecisionKind,
    Grant,
    GrantStatus,
    Proposal,
    Request,
)
from bot.domain.veiling import veiled_submission, veiled_use
from bot.domain.verdicts import Reason, Verdict, VerdictKind
from bot.errors import Conflict, CredentialRefused
from bot.gating import Judgement, Prepared
from bot.pausing import PAUSED, said
from bot.policy.case import Case
from bot.policy.document import Policy
from bot.policy.reading import read_context
from bot.ports import Clock, Recorder
from bot.recording import KeyUse, Needs, View, waiting_key
from bot.rostering import Roster
from bot.routing import route
from bot.sampling import Draw


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request as opened, or as an earlier call with the same key opened it (``replayed``)."""

    request: Request
    replayed: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so at the moment beside the policy and the record: connected surfaces, who has how much, who is away."""

    surfaces: tuple[str, ...] = ()
    loads: Loads | None = None
    """Who has how much; nothing is given to anybody where that is not known."""
    roster: Roster | None = None
    """Who is away; nobody, where that is not known."""


CALM = Situation()


@dataclass(frozen=True, slots=True)
class _Call:
    policy: Policy
    agent: Agent
    instance_id: str
    proposal: Proposal
    key: str
    submission: str
    digest: str
    at: datetime
    random: bytes
    prepared: Prepared
    situation: Situation
    draw: Draw


def submission_digest(proposal: Proposal) -> str:
    """What tells a replayed idempotency key from a conflicting one: the fields as sent, in any order and spacing."""
    return digest({name: value for name, value in msgspec.to_builtins(proposal).items() if value is not None})


async def open_request(  # noqa: PLR0913 - each is a fact of its own, given by name
    store: Recorder,
    clock: Clock,
    policy: Policy,
    *,
    agent: Agent,
    instance_id: str,
    proposal: Proposal,
    key: str,
    random: bytes,
    situation: Situation = CALM,
) -> OpenedRequest:
    """Judge a proposal, record it with its verdict and route it; safe to repeat with the same ``key``.

    ``random`` is ten random bytes for the new id. An allowed request comes back approved, a blocked one rejected, a
    held one pending; one that asks for exactly what a human signed by editing an earlier request comes back approved.

    Raises:
        BadInput: when the proposal can't be used (naming the field).
        Conflict: ``idempotency_conflict`` when the key was used for another submission.
        CredentialRefused: when the agent or the instance was revoked meanwhile.
    """
    at = clock.now()
    prepared = Prepared(policy, proposal, agent, at)
    submission, signed = submission_digest(proposal), digest(proposal.arguments)
    draw = Draw(policy, agent, proposal.tool, random, at)
    call = _Call(policy, agent, instance_id, proposal, key, submission, signed, at, random, prepared, situation, draw)
    waiting = waiting_key(agent.id, proposal.tool, proposal.server, call.digest)
    needs = Needs(
        agents=(agent.id,),
        instances=(instance_id,),
        tallies=(*prepared.keys, *draw.keys),
        ledgers=(PAUSES,),
        keys=((instance_id, key), (instance_id, veiled_use(instance_id, key, policy.veil))),
        waiting=(waiting,),
    )
    try:
        return await store.transact(needs, lambda view: _open(view, call, waiting))
    finally:
        if situation.loads is not None:
            situation.loads.done(uuid7(at, random))


def _open(view: View, call: _Call, waiting: str) -> OpenedRequest:
    used = _used(view, call)
    if used is not None:
        if used.submission not in {call.submission, veiled_submission(call.submission, call.policy.veil)}:
            raise Conflict(
                "this Idempotency-Key was used for another request",
                code="idempotency_conflict",
                field="Idempotency-Key",
                remedy="use a new key for a new request",
            )
        return OpenedRequest(view.recorded(used.subject), replayed=True)
    require_live(view.agent(call.agent.id), view.instance(call.instance_id), view.now)
    for origin_id in view.waiting(waiting):
        origin = view.request(origin_id)
        if origin is None or origin.grant is None or origin.decision is None or origin.grant.expires_at <= view.now:
            continue
        if not _same_case(call, origin):
            continue
        return OpenedRequest(_spend(view, call, origin, origin.decision, origin.grant), replayed=False)
    judgement = _unless_paused(call.prepared.judge(view.tallies(call.prepared.keys)), call, view)
    request_id = _record_opened(view, call, judgement)
    verdict = judgement.assessment.verdict
    if verdict.kind is not VerdictKind.HOLD:
        _decide_by_policy(view, request_id, verdict)
        _sample(view, request_id, call)
    else:
        _assign(view, request_id, call)
    return OpenedRequest(view.recorded(request_id), replayed=False)


def _used(view: View, call: _Call) -> KeyUse | None:
    """What the key was used for, also where that was erased since."""
    veiled = veiled_use(call.instance_id, call.key, call.policy.veil)
    return view.key_use(call.instance_id, call.key) or view.key_use(call.instance_id, veiled)


def require_live(agent: Agent | None, instance: Instance | None, now: datetime) -> None:
    """Refuse an agent or instance that was revoked, deleted or has expired.

    Raises:
        CredentialRefused: saying which.
    """
    if agent is None or instance is None:
        raise CredentialRefused("the credential is unknown")
    if agent.revoked_at is not None:
        raise CredentialRefused(f"the agent {agent.name} was revoked")
    if agent.expires_at is not None and agent.expires_at <= now:
        raise CredentialRefused(f"the agent {agent.name} expired", remedy=f"ask its owner, {agent.owner_email}")
    if instance.deleted_at is not None:
        raise CredentialRefused("the instance was deleted")


def _record_opened(view: View, call: _Call, judgement: Judgement) -> str:
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


def _unless_paused(judgement: Judgement, call: _Call, view: View, *, signed: bool = False) -> Judgement:
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


def _decide_by_policy(view: View, request_id: str, verdict: Verdict) -> None:
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


def _sample(view: View, request_id: str, call: _Call) -> None:
    """Ask somebody to look at what the policy let through, where its lot falls on it."""
    request, policy = view.recorded(request_id), call.policy
    if request.assessment.verdict.kind is not VerdictKind.ALLOW:
        return
    tallies = view.tallies((*call.prepared.keys, *call.draw.keys))
    sampled = call.draw.taken(request, tallies, call.situation.roster or Roster(policy))
    if sampled is not None:
        view.record("request", request_id, sampled, people.policy(policy.version))


def _assign(view: View, request_id: str, call: _Call) -> None:
    """Hand what is held to the least loaded of those who may sign it, where its owner's requests are given out."""
    policy, loads = call.policy, call.situation.loads
    request = view.recorded(request_id)
    owner = policy.owners.get(request.routing.owner)
    if loads is None or owner is None or not owner.assigns:
        return
    person = loads.give(request, policy, call.situation.roster or Roster(policy), view.now)
    if person is not None:
        event = Reassigned(person, None, claimed_until(request, view.now))
        view.record("request", request_id, event, people.policy(policy.version))


def _same_case(call: _Call, origin: Request) -> bool:
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


def _spend(view: View, call: _Call, origin: Request, signed: Decision, granted: Grant) -> Request:
    """Approve at once what a human signed by editing ``origin``, unless the gate blocks it by now.

    What the signature holds of the caps goes over as it is, so that nothing in between changes what is counted.
    """
    tallies = view.tallies(call.prepared.keys)
    for reservation in origin.reserved:
        if reservation.key in tallies:
            tallies[reservation.key] = tallies[reservation.key].reserve(reservation, -1)
    judgement = _unless_paused(call.prepared.judge(tallies), call, view, signed=True)
    if judgement.assessment.verdict.kind is VerdictKind.BLOCK:
        request_id = _record_opened(view, call, judgement)
        _decide_by_policy(view, request_id, judgement.assessment.verdict)
        return view.recorded(request_id)
    judgement = _signed_before(judgement, origin, signed)
    request_id = uuid7(call.at, call.random)
    author = people.agent(call.agent.id)
    view.record("request", origin.id, GrantMoved(request_id), author)
    _record_opened(view, call, judgement)
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
