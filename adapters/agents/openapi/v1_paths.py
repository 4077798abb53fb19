"""The operations of our own API below ``/api/v1``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.aap_paths import instance_paths
from adapters.agents.openapi.parts import empty, errors, gives, operation, parameters
from adapters.agents.openapi.schemas import ref
from adapters.agents.v1_bodies import STATUSES

_ANY = "InstanceCredential ProvisionerToken"
_TIME = {"type": "string", "format": "date-time"}


def _filter(name: str, schema: dict[str, Any], said: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": said, "schema": schema}


_FILTERS: list[dict[str, Any]] = [
    _filter("status", {"type": "array", "items": {"enum": list(STATUSES)}}, "Any of these."),
    _filter("action_type", {"type": "string", "minLength": 1, "maxLength": 500}, "This action type."),
    _filter("customer", {"type": "string", "minLength": 1, "maxLength": 500}, "This customer."),
    _filter("opened_from", _TIME, "Opened at this time or later."),
    _filter("opened_before", _TIME, "Opened before this time."),
    _filter("order", {"enum": ["newest", "due"], "default": "newest"}, "Opened last first, or least time left first."),
]

_FORM = _filter(
    "form",
    {"enum": ["events", "file", "html", "pdf"], "default": "events"},
    "Its events, or the file of its decision with statements and proof: as JSON, a page or paper. "
    "Without it, `Accept: application/pdf` or `text/html` asks for that form of the file. A token that reads the "
    "owner gets files of other agents' requests too, with sensitive values masked.",
)
_RECORD = gives("Its events, in order; or the file.", "Record", tagged=True)
_RECORD["content"] = {
    "application/json": {"schema": {"oneOf": [ref("Record"), ref("DecisionFile")]}},
    "text/html": {"schema": {"type": "string"}},
    "application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}},
}


def _changes(id_: str, summary: str, sends: str, *takes: str) -> dict[str, Any]:
    return operation(
        id_,
        "Requests",
        summary,
        takes=parameters("Id", *takes),
        sends=sends,
        answers={
            "200": gives("The request as it is now.", "Request", tagged=True),
            **errors("V1", 400, 404, 409, 413, 415),
        },
    )


V1_PATHS: dict[str, Any] = {
    "/api/v1/requests": {
        "post": operation(
            "openRequest",
            "Requests",
            "Propose an action",
            takes=parameters("IdempotencyKey"),
            sends="Proposal",
            answers={
                "201": gives("The new request, perhaps decided already.", "Request", tagged=True),
                "200": gives("The request that an earlier call with this key opened.", "Request", tagged=True),
                **errors("V1", 400, 409, 413, 415),
            },
        ),
        "get": operation(
            "listRequests",
            "Requests",
            "List this instance's requests",
            takes=[*_FILTERS, *parameters("Limit", "After", "IfNoneMatch")],
            answers={
                "200": gives("A page.", "RequestPage", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400),
            },
        ),
    },
    "/api/v1/requests/{id}": {
        "get": operation(
            "readRequest",
            "Requests",
            "Read a request, waiting for its decision if asked to",
            takes=parameters("Id", "Wait", "IfNoneMatch"),
            answers={
                "200": gives("The request as it is.", "Request", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400, 404),
            },
        ),
        "delete": operation(
            "withdrawRequest",
            "Requests",
            "Withdraw a pending request",
            takes=parameters("Id", "IfMatch"),
            answers={
                "200": gives("The cancelled request.", "Request", tagged=True),
                **errors("V1", 404, 409, 412),
            },
        ),
    },
    "/api/v1/requests/{id}/redeem": {
        "post": _changes("redeemGrant", "Spend the grant: these arguments run now", "Redemption", "IdempotencyKey")
    },
    "/api/v1/requests/{id}/outcome": {"post": _changes("reportRun", "Say what happened", "OutcomeReport")},
    "/api/v1/requests/{id}/questions/{question}/answer": {
        "post": _changes("answerQuestion", "Answer a reviewer's question", "Answer", "Question")
    },
    "/api/v1/requests/{id}/record": {
        "get": operation(
            "readRecord",
            "Requests",
            "Read the audit events of a request, or the file of its decision",
            takes=[_FORM, *parameters("Id", "IfNoneMatch")],
            answers={
                "200": _RECORD,
                "304": empty("Not changed."),
                **errors("V1", 400, 404),
            },
        )
    },
    "/api/v1/events": {
        "get": operation(
            "followRequests",
            "Requests",
            "Follow this instance's requests as server-sent events",
            answers={
                "200": {
                    "description": "`event: request` with the types of what happened and the request as it is now; "
                    "`event: reload` when some may have been missed.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}}},
                },
                **errors("V1"),
            },
        )
    },
    "/api/v1/contacts": {
        "post": operation(
            "reportContacts",
            "Reports",
            "Report that a customer was in contact, or up to 500 of them at once",
            takes=parameters("IdempotencyKey"),
            sends="ContactReport",
            answers={
                "201": gives("The contacts, all of them kept.", "ContactList"),
                "200": gives("Those that an earlier call with this key reported.", "ContactList"),
                **errors("V1", 400, 409, 413, 415),
            },
        )
    },
    "/api/v1/releases": {
        "post": operation(
            "reportRelease",
            "Reports",
            "Report that a build of the token's agent went live",
            sends="Release",
            answers={
                "201": gives("The release.", "Release"),
                "200": gives("The release; it was reported before.", "Release"),
                **errors("V1", 400, 409, 413, 415),
            },
        )
    },
    "/api/v1/me": {
        "get": operation(
            "readMe",
            "Agent",
            "Who the token is, and what it may propose within which caps",
            wants=_ANY,
            takes=parameters("IfNoneMatch"),
            answers={
                "200": gives("The agent.", "Me", tagged=True),
                "304": empty("Not changed."),
                **errors("V1"),
            },
        )
    },
    "/api/v1/policy/version": {
        "get": operation(
            "readPolicyVersion",
            "Agent",
            "Which policy judges now",
            wants=_ANY,
            answers={"200": gives("Its version.", "PolicyVersion"), **errors("V1")},
        )
    },
    "/api/v1/openapi.json": {
        "get": operation(
            "readDocument",
            "Agent",
            "This document",
            wants=None,
            answers={
                "200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}
            },
        )
    },
    **instance_paths("/api/v1/agents/{agent}/instances", "V1", "v1", "Agent"),
}
