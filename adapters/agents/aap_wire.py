"""The Agent Approval Protocol's objects, written exactly as its clients demand.

Source: agentapprovalprotocol.io, version 1, and what its published client checks of every answer.
"""

from __future__ import annotations

from typing import Any

import orjson

from adapters.agents.exchange import clean
from bot.deciding import display_name
from bot.domain.agents import Instance
from bot.domain.requests import Decision, DecisionKind, Grant, GrantStatus, Request
from bot.errors import SignoffError
from bot.policy.document import Policy
from bot.provisioning import Provisioned
from bot.recording import timestamp
from bot.signed_note import note_of

STATUS = {
    DecisionKind.APPROVED: "approved",
    DecisionKind.APPROVED_WITH_EDITS: "denied",
    DecisionKind.REJECTED: "denied",
    DecisionKind.EXPIRED: "expired",
    DecisionKind.CANCELLED: "cancelled",
}
"""The protocol's word for each way to end. It knows no edits: those are a denial that says what was signed."""

_ERROR_TYPES = {
    400: "invalid_request",
    401: "authentication",
    403: "authorization",
    404: "not_found",
    409: "conflict",
    412: "conflict",
    422: "invalid_request",
    429: "rate_limit",
    503: "dependency",
}


def request_object(request: Request, policy: Policy) -> dict[str, Any]:
    """An ``ApprovalRequest``: what was submitted, as it was, and what became of it."""
    proposal, decision = request.proposal, request.decision
    found: dict[str, Any] = {
        "id": request.id,
        "tool": proposal.tool,
        "arguments": proposal.arguments,
        "timeout": proposal.timeout,
        "status": "pending" if decision is None else STATUS[decision.kind],
        "created_at": timestamp(request.opened_at),
        "deadline_at": timestamp(request.deadline_at),
    }
    if proposal.server is not None:
        found["server"] = proposal.server
    if proposal.agent_reasoning is not None:
        found["agent_reasoning"] = proposal.agent_reasoning
    if proposal.context is not None:
        found["context"] = proposal.context
    if decision is not None:
        found["decision"] = _decision(request, decision, policy)
    grant = request.grant
    if grant is not None and grant.status is GrantStatus.REDEEMED:
        found["consumption"] = _consumption(request, grant)
    return found


def _decision(request: Request, decision: Decision, policy: Policy) -> dict[str, Any]:
    found: dict[str, Any] = {"status": STATUS[decision.kind], "decided_at": timestamp(decision.at)}
    note = decision_note(request, decision, policy)
    if note:
        found["note"] = note
    if decision.kind is DecisionKind.APPROVED and request.grant is not None:
        found["expires_at"] = timestamp(request.grant.expires_at)
    return found


def decision_note(request: Request, decision: Decision, policy: Policy) -> str | None:
    """What the agent is told: reason code and note of a rejection, the signed arguments of an edit, or the note alone.

    It stands on what never changes after the decision, so that every read gives the same note.
    """
    if decision.kind is DecisionKind.REJECTED and decision.reason_code:
        return f"{decision.reason_code}: {decision.note}" if decision.note else decision.reason_code
    if decision.kind is DecisionKind.APPROVED_WITH_EDITS and decision.arguments is not None:
        who = display_name(decision.by, policy)
        until = "" if request.grant is None else f", before {timestamp(request.grant.expires_at)}"
        words = f"Signed by {who}. The same call with exactly these arguments is approved at once, once{until}."
        return note_of(decision.arguments, f"{words}\n{decision.note}" if decision.note else words)
    return decision.note


def _consumption(request: Request, grant: Grant) -> dict[str, Any]:
    found: dict[str, Any] = {"consumed_at": timestamp(grant.ended_at or request.opened_at)}
    if request.outcome is not None:
        outcome = {"status": request.outcome.status.value, "reported_at": timestamp(request.outcome.at)}
        if request.outcome.note:
            outcome["note"] = request.outcome.note
        found["outcome"] = outcome
    return found


def instance_object(instance: Instance) -> dict[str, Any]:
    """An ``Instance``, never with a credential or a signing secret."""
    found: dict[str, Any] = {"id": instance.id, "name": instance.name}
    delivery = instance.delivery
    if delivery is not None:
        found["delivery"] = {"type": "webhook", "url": delivery.url, "registration_id": delivery.registration_id}
    return found


def provisioned_object(made: Provisioned) -> dict[str, Any]:
    """A ``ProvisionInstanceResponse``: the only answer that ever holds a token."""
    credential = {"token": made.token}
    if made.expires_at is not None:
        credential["expires_at"] = timestamp(made.expires_at)
    return {"instance": instance_object(made.instance), "credential": credential}


def error_form(error: SignoffError, status: int, exchange: str) -> tuple[bytes, str]:
    """An ``ErrorResponse``; the message says what to do, ``param`` names the field at fault."""
    default = "internal" if status >= 500 else "invalid_request"  # noqa: PLR2004 - HTTP's own line between them and us
    found = {
        "type": _ERROR_TYPES.get(status, default),
        "code": error.code,
        "message": clean(str(error)),
        "request_id": exchange,
    }
    if error.field:
        found["param"] = clean(error.field)
    return orjson.dumps({"error": found}), "application/json"
