"""From a proposal to its request: judged, recorded, and decided, sampled or given to somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from bot.deciding import claimed_until
from bot.domain import people
from bot.domain.agents import Agent, Instance
from bot.domain.events import Reassigned
from bot.domain.ids import uuid7
from bot.domain.jsontext import digest
from bot.domain.pauses import PAUSES
from bot.domain.requests import Proposal, Request
from bot.domain.veiling import veiled_submission, veiled_use
from bot.domain.verdicts import VerdictKind
from bot.errors import Conflict, CredentialRefused
from bot.gating import Prepared
from bot.opening.calling import CALM, Call, Situation
from bot.opening.entering import decide_by_policy, record_opened, unless_paused
from bot.opening.spending import same_case, spend
from bot.policy.document import Policy
from bot.ports import Clock, Recorder
from bot.recording import KeyUse, Needs, View, waiting_key
from bot.rostering import Roster
from bot.sampling import Draw


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request as opened, or as an earlier call with the same key opened it (``replayed``)."""

    request: Request
    replayed: bool


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
    call = Call(policy, agent, instance_id, proposal, key, submission, signed, at, random, prepared, situation, draw)
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


def _open(view: View, call: Call, waiting: str) -> OpenedRequest:
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
        if not same_case(call, origin):
            continue
        return OpenedRequest(spend(view, call, origin, origin.decision, origin.grant), replayed=False)
    judgement = unless_paused(call.prepared.judge(view.tallies(call.prepared.keys)), call, view)
    request_id = record_opened(view, call, judgement)
    verdict = judgement.assessment.verdict
    if verdict.kind is not VerdictKind.HOLD:
        decide_by_policy(view, request_id, verdict)
        _sample(view, request_id, call)
    else:
        _assign(view, request_id, call)
    return OpenedRequest(view.recorded(request_id), replayed=False)


def _used(view: View, call: Call) -> KeyUse | None:
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


def _sample(view: View, request_id: str, call: Call) -> None:
    """Ask somebody to look at what the policy let through, where its lot falls on it."""
    request, policy = view.recorded(request_id), call.policy
    if request.assessment.verdict.kind is not VerdictKind.ALLOW:
        return
    tallies = view.tallies((*call.prepared.keys, *call.draw.keys))
    sampled = call.draw.taken(request, tallies, call.situation.roster or Roster(policy))
    if sampled is not None:
        view.record("request", request_id, sampled, people.policy(policy.version))


def _assign(view: View, request_id: str, call: Call) -> None:
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
