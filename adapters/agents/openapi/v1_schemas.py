"""The objects of our own API."""

from __future__ import annotations

from typing import Any

from adapters.agents.limits import MAX_NAME, MAX_NOTE, MAX_REASONING
from adapters.agents.openapi.schemas import OPEN, ref, strict_object
from adapters.agents.v1_bodies import DEFAULT_TIMEOUT, STATUSES
from bot.friction import MOST_CONTACTS

_TEXT = {"type": "string"}
_NAME = {"type": ["string", "integer"], "minLength": 1, "maxLength": 500}
_NAMES = {"oneOf": [{"type": "array", "items": {"type": ["string", "object"]}}, {"type": "string", "minLength": 1}]}
_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LEVELS = {"enum": ["draft", "recommend", "commit"]}
_COUNT = {"type": "integer", "minimum": 0}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_WHEN = {"type": "string", "format": "date-time"}
_CONTACT: dict[str, Any] = {
    "customer": {**_NAME, "description": "As `customer` in the context of requests names them."},
    "at": {**_WHEN, "description": "When they were in contact."},
    "channel": {"type": "string", "minLength": 1, "maxLength": MAX_NAME, "examples": ["chat", "phone", "email"]},
    "topic": {"type": "string", "minLength": 1, "maxLength": 500},
}
_CONTEXT: dict[str, Any] = {
    "customer": _NAME,
    "customer_name": _NAME,
    "session": _NAME,
    "on_behalf_of": _NAME,
    "model": _NAME,
    "build": _NAME,
    "language": _NAME,
    "region": _NAME,
    "segment": _NAME,
    "currency": _NAME,
    "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    "level": {**_LEVELS, "description": "How far the agent thinks it reaches; the policy's own word counts."},
    "citations": _NAMES,
    "evidence": _NAMES,
    "mismatches": _NAMES,
    "signals": {"type": "object", "description": "By name: match or mismatch, true or false, expected and observed."},
    "transcript": {"description": "The customer's words: texts, or messages with role and content."},
    "answer": strict_object(["question", "stance"], question=_NAME, stance=_NAME, policy_version=_NAME),
    "vulnerable": {"type": "boolean"},
    "regulated_complaint": {"type": "boolean"},
}

V1_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "code": _TEXT,
            "field": _TEXT,
            "remedy": _TEXT,
            "request_id": ref("Identifier"),
        },
    },
    "Proposal": strict_object(
        ["tool", "arguments"],
        tool=ref("ToolName"),
        server=ref("ToolName"),
        arguments=OPEN,
        timeout={**ref("Duration"), "default": DEFAULT_TIMEOUT},
        agent_reasoning={"type": "string", "maxLength": MAX_REASONING},
        context={**OPEN, "description": "More of what was observed; the fields beside it are merged into it."},
        **_CONTEXT,
    ),
    "Redemption": strict_object(
        ["digest"],
        digest={**_DIGEST, "description": "SHA-256 of the RFC 8785 canonical JSON of the arguments that run."},
    ),
    "Answer": strict_object(["answer"], answer={"type": "string", "minLength": 1, "maxLength": MAX_NOTE}),
    "Author": strict_object(
        ["kind", "name"],
        kind={"enum": ["person", "agent", "policy", "clock", "operator"]},
        name=_TEXT,
        surface=_TEXT,
    ),
    "Reason": strict_object(
        ["rule", "kind", "text", "compared"],
        rule=_TEXT,
        kind={"enum": ["allow", "hold", "block"]},
        text=_TEXT,
        compared=OPEN,
    ),
    "Request": strict_object(
        ["id", "status", "tool", "arguments", "digest", "timeout", "verdict", "created_at", "deadline_at"],
        id=ref("Identifier"),
        status={"enum": list(STATUSES)},
        tool=_TEXT,
        server=_TEXT,
        arguments=OPEN,
        digest=_DIGEST,
        timeout=ref("Duration"),
        agent_reasoning=_TEXT,
        context=OPEN,
        action_type=_TEXT,
        title=_TEXT,
        level=_LEVELS,
        amount=strict_object(["amount", "currency"], amount=_TEXT, currency=_TEXT),
        verdict=strict_object(
            ["kind", "policy_version", "reasons"],
            kind={"enum": ["allow", "hold", "block"]},
            policy_version=_TEXT,
            reasons=_list(ref("Reason")),
        ),
        owner=strict_object(["id", "title"], id=_TEXT, title=_TEXT),
        approvals=strict_object(["needed", "given"], needed=_COUNT, given=_COUNT),
        created_at=ref("Timestamp"),
        due_at=ref("Timestamp"),
        deadline_at=ref("Timestamp"),
        claimed_by=ref("Author"),
        questions=_list(ref("Question")),
        decision=ref("V1Decision"),
        grant=ref("Grant"),
        outcome=ref("Outcome"),
        erased={"type": "boolean"},
        **{"class": {"enum": ["money", "identity", "access", "complaint", "other"]}},
    ),
    "NewContact": strict_object(["customer", "at"], **_CONTACT),
    "ContactReport": {
        "oneOf": [
            ref("NewContact"),
            strict_object(
                ["contacts"],
                contacts={**_list(ref("NewContact")), "minItems": 1, "maxItems": MOST_CONTACTS},
            ),
        ]
    },
    "Contact": strict_object(
        ["id", "at", "reported_at"],
        id=ref("Identifier"),
        customer=_TEXT,
        at=ref("Timestamp"),
        reported_at=ref("Timestamp"),
        channel=_TEXT,
        topic=_TEXT,
        erased={"type": "boolean"},
    ),
    "ContactList": strict_object(["contacts"], contacts=_list(ref("Contact"))),
    "Release": strict_object(
        ["build", "released_at"],
        build=_NAME,
        released_at={**_WHEN, "description": "When it went live."},
        note={"type": "string", "minLength": 1, "maxLength": MAX_NOTE},
    ),
    "Question": strict_object(
        ["id", "by", "asked_at", "text"],
        id=_TEXT,
        by=ref("Author"),
        asked_at=ref("Timestamp"),
        text=_TEXT,
        answer=_TEXT,
        answered_at=ref("Timestamp"),
    ),
    "V1Decision": strict_object(
        ["kind", "by", "decided_at"],
        kind={"enum": list(STATUSES[1:])},
        by=ref("Author"),
        decided_at=ref("Timestamp"),
        reason_code=_TEXT,
        note=_TEXT,
        arguments={**OPEN, "description": "The signed arguments, where they were edited: run these."},
        digest={**_DIGEST, "description": "Of the signed arguments: redeem against it."},
        signatures=_list(ref("Author")),
        origin=ref("Identifier"),
    ),
    "Grant": strict_object(
        ["status", "digest", "expires_at"],
        status={"enum": ["waiting", "redeemed", "lapsed", "revoked", "moved"]},
        digest=_DIGEST,
        expires_at=ref("Timestamp"),
        ended_at=ref("Timestamp"),
        moved_to=ref("Identifier"),
    ),
    "RequestPage": strict_object(["requests"], requests=_list(ref("Request")), next=_TEXT),
    "AuditEvent": strict_object(
        ["seq", "type", "at", "actor", "surface", "digest", "prev", "hash"],
        seq={"type": "integer", "minimum": 1},
        type=_TEXT,
        at=ref("Timestamp"),
        actor=_TEXT,
        surface=_TEXT,
        payload=OPEN,
        salt=_TEXT,
        digest=_DIGEST,
        prev=_DIGEST,
        hash=_DIGEST,
    ),
    "Record": strict_object(["stream", "events"], stream=_TEXT, events=_list(ref("AuditEvent"))),
    "DecisionFile": {
        "type": "object",
        "description": "The file of one decision, as docs/record.md says it.",
        "required": ["kind", "version", "request", "made_at", "masked", "says", "proof", "others", "withheld"],
        "properties": {
            "kind": {"const": "signoff.file"},
            "version": {"const": 1},
            "request": ref("Identifier"),
            "made_at": _TEXT,
            "masked": _list(_TEXT),
            "says": OPEN,
            "proof": OPEN,
            "others": _list(OPEN),
            "withheld": _list(OPEN),
            "signature": OPEN,
        },
    },
    "Cap": strict_object([], amount=_TEXT, actions=_COUNT),
    "ActionType": strict_object(
        ["id", "title", "level", "tools", "currency", "caps"],
        id=_TEXT,
        title=_TEXT,
        level=_LEVELS,
        tools=_list(_TEXT),
        currency=_TEXT,
        caps=strict_object([], per_action=_TEXT, per_customer_day=ref("Cap"), per_agent_hour=ref("Cap")),
        **{"class": {"enum": ["money", "identity", "access", "complaint", "other"]}},
    ),
    "Me": strict_object(
        ["agent", "credential"],
        agent=strict_object(
            ["id", "name", "owner", "action_types"],
            id=ref("Identifier"),
            name=_TEXT,
            owner=_TEXT,
            expires_at=ref("Timestamp"),
            action_types=_list(ref("ActionType")),
            reads=_list(_TEXT),
        ),
        instance=ref("Instance"),
        credential=strict_object(
            ["kind", "prefix", "issued_at"],
            kind={"enum": ["instance", "provisioner"]},
            prefix=_TEXT,
            issued_at=ref("Timestamp"),
            expires_at=ref("Timestamp"),
        ),
    ),
    "PolicyVersion": strict_object(["version"], version=_TEXT),
}
