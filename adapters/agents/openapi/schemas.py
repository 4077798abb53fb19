"""The Agent Approval Protocol's objects (agentapprovalprotocol.io, version 1)."""

from __future__ import annotations

from typing import Any

from adapters.agents.limits import MAX_NAME, MAX_NOTE, MAX_REASONING, MAX_TOOL
from bot.domain.jsontext import Json


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def strict_object(required: list[str], **properties: Json) -> dict[str, Any]:
    """An object that has no other fields."""
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        found["required"] = required
    return found


_TEXT = {"type": "string"}
_LINE = "^[^\\x00-\\x1f\\x7f\\u2028\\u2029]*$"
OPEN = {"type": "object", "additionalProperties": True}
_DECIDED = ["approved", "denied", "expired", "cancelled"]

SCHEMAS: dict[str, Any] = {
    "Identifier": {"type": "string", "format": "uuid"},
    "Timestamp": {"type": "string", "format": "date-time", "pattern": "Z$"},
    "Duration": {"type": "string", "pattern": "^[1-9][0-9]{0,8}[smh]$", "examples": ["30s", "30m", "24h"]},
    "ToolName": {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_TOOL,
        "pattern": _LINE,
        "examples": ["issue_refund"],
    },
    "CreateApprovalRequest": strict_object(
        ["tool", "arguments", "timeout"],
        tool=ref("ToolName"),
        server=ref("ToolName"),
        arguments=OPEN,
        timeout=ref("Duration"),
        agent_reasoning={"type": "string", "maxLength": MAX_REASONING},
        context=OPEN,
    ),
    "ApprovalRequest": strict_object(
        ["id", "tool", "arguments", "timeout", "status", "created_at", "deadline_at"],
        id=ref("Identifier"),
        tool=ref("ToolName"),
        server=ref("ToolName"),
        arguments=OPEN,
        timeout=ref("Duration"),
        agent_reasoning=_TEXT,
        context=OPEN,
        status={"enum": ["pending", *_DECIDED]},
        created_at=ref("Timestamp"),
        deadline_at=ref("Timestamp"),
        decision=ref("Decision"),
        consumption=ref("Consumption"),
    ),
    "Decision": {
        **strict_object(
            ["status", "decided_at"],
            status={"enum": _DECIDED},
            note=_TEXT,
            decided_at=ref("Timestamp"),
            expires_at={**ref("Timestamp"), "description": "Of an approval, always; of nothing else."},
        ),
        "description": "Edited arguments reach the agent as a denial whose note holds them: see docs/agents.md.",
    },
    "Consumption": strict_object(["consumed_at"], consumed_at=ref("Timestamp"), outcome=ref("Outcome")),
    "Outcome": strict_object(
        ["status", "reported_at"], status=ref("OutcomeStatus"), note=_TEXT, reported_at=ref("Timestamp")
    ),
    "OutcomeStatus": {"enum": ["succeeded", "failed"]},
    "OutcomeReport": strict_object(
        ["status"], status=ref("OutcomeStatus"), note={"type": "string", "minLength": 1, "maxLength": MAX_NOTE}
    ),
    "InstanceName": {"type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": _LINE},
    "WebhookURL": {
        "type": "string",
        "format": "uri",
        "maxLength": 2048,
        "description": "HTTPS, a public address, no user information, no fragment.",
    },
    "WebhookDeliveryInput": strict_object(
        ["type", "url", "registration_id", "signing_secret"],
        type={"const": "webhook"},
        url=ref("WebhookURL"),
        registration_id=ref("Identifier"),
        signing_secret={
            "type": "string",
            "writeOnly": True,
            "pattern": "^whsec_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$",
            "description": "32 random bytes; kept encrypted and never returned.",
        },
    ),
    "WebhookDelivery": strict_object(
        ["type", "url", "registration_id"],
        type={"const": "webhook"},
        url=ref("WebhookURL"),
        registration_id=ref("Identifier"),
    ),
    "ProvisionInstanceRequest": strict_object(
        [], instance_name=ref("InstanceName"), delivery=ref("WebhookDeliveryInput")
    ),
    "UpdateInstanceRequest": {
        **strict_object(
            [],
            instance_name=ref("InstanceName"),
            delivery={"oneOf": [ref("WebhookDeliveryInput"), {"type": "null"}]},
        ),
        "minProperties": 1,
    },
    "Instance": strict_object(["id", "name"], id=ref("Identifier"), name=_TEXT, delivery=ref("WebhookDelivery")),
    "InstancePage": strict_object(
        ["instances"], instances={"type": "array", "items": ref("Instance")}, next=ref("Identifier")
    ),
    "IssuedCredential": strict_object(["token"], token=_TEXT, expires_at=ref("Timestamp")),
    "ProvisionInstanceResponse": strict_object(
        ["instance", "credential"], instance=ref("Instance"), credential=ref("IssuedCredential")
    ),
    "ErrorResponse": strict_object(
        ["error"],
        error=strict_object(
            ["type", "code", "message", "request_id"],
            type={
                "enum": [
                    "invalid_request",
                    "authentication",
                    "authorization",
                    "not_found",
                    "conflict",
                    "rate_limit",
                    "dependency",
                    "internal",
                ]
            },
            code={"type": "string", "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$"},
            message={"type": "string", "minLength": 1},
            param={"type": "string", "minLength": 1},
            request_id=ref("Identifier"),
        ),
    ),
}
