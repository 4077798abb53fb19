"""Our own API's objects. What is not there is left out; texts from agents and people are data, inert as JSON."""

from __future__ import annotations

from typing import Any

import orjson

from adapters.agents.exchange import clean
from bot.deciding import display_name
from bot.domain.agents import Agent
from bot.domain.events import EventRecord
from bot.domain.jsontext import digest
from bot.domain.people import Actor
from bot.domain.requests import Decision, Grant, Outcome, Question, Request
from bot.errors import SignoffError
from bot.policy.document import Action, Cap, Policy
from bot.recording import timestamp

_TITLES = {
    400: "The request can't be used",
    401: "The credential was refused",
    403: "Not allowed",
    404: "Not found",
    405: "This address takes other methods",
    409: "The state has moved on",
    412: "It has changed since you read it",
    413: "Too large",
    415: "Not JSON",
    422: "The webhook could not be verified",
    429: "Too many calls",
    503: "Unavailable for now",
}


def problem_form(error: SignoffError, status: int, exchange: str) -> tuple[bytes, str]:
    """A problem (RFC 9457): a stable ``code``, a sentence, ``field`` and ``remedy`` where they are known."""
    found: dict[str, Any] = {
        "type": f"urn:signoff:problem:{error.code}",
        "title": _TITLES.get(status, "Something went wrong here"),
        "status": status,
        "detail": clean(error.message),
        "code": error.code,
        "request_id": exchange,
    }
    if error.field:
        found["field"] = clean(error.field)
    if error.remedy:
        found["remedy"] = clean(error.remedy)
    return orjson.dumps(found), "application/problem+json"


def request_view(request: Request, policy: Policy) -> dict[str, Any]:
    """Everything about a request that concerns its agent."""
    proposal, assessment, routing = request.proposal, request.assessment, request.routing
    return _present(
        {
            "id": request.id,
            "status": request.status,
            "tool": proposal.tool,
            "server": proposal.server,
            "arguments": proposal.arguments,
            "digest": request.digest,
            "timeout": proposal.timeout,
            "agent_reasoning": proposal.agent_reasoning,
            "context": proposal.context,
            "action_type": assessment.action_type,
            "title": assessment.title,
            "class": assessment.action_class.value,
            "level": assessment.level.value,
            "amount": assessment.amount
            and {"amount": str(assessment.amount.amount), "currency": assessment.amount.currency},
            "verdict": _verdict(request),
            "owner": {"id": routing.owner, "title": routing.owner_title},
            "approvals": {"needed": routing.approvals_needed, "given": len(request.signatures)},
            "created_at": timestamp(request.opened_at),
            "due_at": timestamp(routing.due_at),
            "deadline_at": timestamp(request.deadline_at),
            "claimed_by": request.claim and author(request.claim.by, policy),
            "questions": [_question(asked, policy) for asked in request.questions] or None,
            "decision": request.decision and _decision(request.decision, policy),
            "grant": request.grant and _grant(request.grant),
            "outcome": request.outcome and _outcome(request.outcome),
            "erased": request.erased or None,
        }
    )


def _verdict(request: Request) -> dict[str, Any]:
    verdict = request.assessment.verdict
    reasons = [
        {"rule": reason.rule, "kind": reason.kind.value, "text": reason.text, "compared": reason.compared}
        for reason in verdict.reasons
    ]
    return {"kind": verdict.kind.value, "policy_version": verdict.policy_version, "reasons": reasons}


def author(actor: Actor, policy: Policy) -> dict[str, str]:
    """Who did something, by the name that people use."""
    return _present({"kind": actor.kind.value, "name": display_name(actor, policy), "surface": actor.surface or None})


def _decision(decision: Decision, policy: Policy) -> dict[str, Any]:
    edited = decision.arguments
    return _present(
        {
            "kind": decision.kind.value,
            "by": author(decision.by, policy),
            "decided_at": timestamp(decision.at),
            "reason_code": decision.reason_code,
            "note": decision.note,
            "arguments": edited,
            "digest": None if edited is None else digest(edited),
            "signatures": [author(actor, policy) for actor in decision.signatures] or None,
            "origin": decision.origin,
        }
    )


def _grant(grant: Grant) -> dict[str, Any]:
    return _present(
        {
            "status": grant.status.value,
            "digest": grant.digest,
            "expires_at": timestamp(grant.expires_at),
            "ended_at": grant.ended_at and timestamp(grant.ended_at),
            "moved_to": grant.moved_to,
        }
    )


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return _present({"status": outcome.status.value, "note": outcome.note, "reported_at": timestamp(outcome.at)})


def _question(asked: Question, policy: Policy) -> dict[str, Any]:
    return _present(
        {
            "id": asked.id,
            "by": author(asked.by, policy),
            "asked_at": timestamp(asked.at),
            "text": asked.text,
            "answer": asked.answer,
            "answered_at": asked.answered_at and timestamp(asked.answered_at),
        }
    )


def event_view(record: EventRecord) -> dict[str, Any]:
    """One audit event with what binds it: SHA-256 over salt and payload, and the chain (docs/architecture.md)."""
    return _present(
        {
            "seq": record.seq,
            "type": record.type,
            "at": timestamp(record.at),
            "actor": record.actor,
            "surface": record.surface,
            "payload": None if record.payload is None else orjson.Fragment(record.payload),
            "salt": record.salt and record.salt.hex(),
            "digest": record.digest.hex(),
            "prev": record.prev.hex(),
            "hash": record.hash.hex(),
        }
    )


def agent_view(agent: Agent, policy: Policy) -> dict[str, Any]:
    """An agent as it may see itself, with what the policy lets it propose."""
    return _present(
        {
            "id": agent.id,
            "name": agent.name,
            "owner": agent.owner_email,
            "expires_at": agent.expires_at and timestamp(agent.expires_at),
            "action_types": [_action(action) for action in policy.actions.values() if agent.may_propose(action.id)],
            "reads": list(agent.reads) or None,
        }
    )


def _action(action: Action) -> dict[str, Any]:
    caps = action.caps
    return _present(
        {
            "id": action.id,
            "title": action.title,
            "class": action.action_class.value,
            "level": action.level.value,
            "tools": list(action.tools),
            "currency": action.currency,
            "caps": _present(
                {
                    "per_action": None if caps.per_action is None else str(caps.per_action),
                    "per_customer_day": _cap(caps.per_customer_day),
                    "per_agent_hour": _cap(caps.per_agent_hour),
                }
            ),
        }
    )


def _cap(cap: Cap | None) -> dict[str, Any] | None:
    if cap is None:
        return None
    return _present({"amount": None if cap.amount is None else str(cap.amount), "actions": cap.actions})


def _present(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}
