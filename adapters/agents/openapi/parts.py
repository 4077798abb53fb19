"""Parameters and answers that many operations share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_HEADERS = {
    "X-Request-ID": {
        "required": True,
        "description": "Identifies this exchange; the request_id of an error.",
        "schema": {"$ref": "#/components/schemas/Identifier"},
    }
}
_RETRY = {"Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "string"}}}

PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Names one attempt; the same key with the same input is the same answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    },
    "Id": {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"$ref": "#/components/schemas/Identifier"},
    },
    "Wait": {
        "name": "wait",
        "in": "query",
        "description": "How long to hold the answer for a decision, at most 30 s; longer is cut to that.",
        "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,8}[smh]$"},
        "example": "30s",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "Act only if it still is what was read: its ETag.",
        "schema": {"type": "string"},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "Answer 304 without a body if it still has this ETag.",
        "schema": {"type": "string"},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    },
    "After": {
        "name": "after",
        "in": "query",
        "description": "The `next` of the page before.",
        "schema": {"type": "string"},
    },
    "Agent": {
        "name": "agent",
        "in": "path",
        "required": True,
        "description": "The id or the name of the token's own agent.",
        "schema": {"type": "string", "minLength": 1},
    },
    "Question": {
        "name": "question",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{1,64}$"},
    },
}

_MEANINGS = {
    400: "A field, header or parameter can't be used; the error names it.",
    401: "The credential is missing, unknown, expired or revoked.",
    403: "This kind of credential may not do this.",
    404: "Unknown, or not visible to this credential.",
    409: "It conflicts with what is there: a key used otherwise, a request that has ended, an approval that was spent.",
    412: "It is not what If-Match says any more.",
    413: "The body is too large or nests too deep.",
    415: "The body is not plain JSON.",
    422: "The webhook's receiver could not be verified; nothing was created or changed.",
    429: "Too many calls of this agent.",
    503: "The database can't be reached; nothing was decided.",
}


def _error(meaning: str, status: int, content_type: str, schema: str) -> dict[str, Any]:
    headers = {**_HEADERS, **_RETRY} if status in {429, 503} else _HEADERS
    content = {content_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": meaning, "headers": headers, "content": content}


RESPONSES: dict[str, Any] = {
    **{f"Aap{status}": _error(said, status, "application/json", "ErrorResponse") for status, said in _MEANINGS.items()},
    **{
        f"V1{status}": _error(said, status, "application/problem+json", "Problem") for status, said in _MEANINGS.items()
    },
}

_ALWAYS = (401, 403, 429, 503)


def errors(api: str, *statuses: int) -> dict[str, Any]:
    """The errors of an operation of ``Aap`` or ``V1``, those that any may give included."""
    return {str(status): {"$ref": f"#/components/responses/{api}{status}"} for status in sorted({*statuses, *_ALWAYS})}


def parameters(*names: str) -> list[dict[str, str]]:
    """References to shared parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]


def named(name: str, said: str) -> dict[str, Any]:
    """A parameter of the query that is a short text."""
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return {"name": name, "in": "query", "description": said, "schema": schema}


def body(schema: str) -> dict[str, Any]:
    """A required JSON body."""
    return {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def gives(meaning: str, schema: str, *, tagged: bool = False) -> dict[str, Any]:
    """An answer with a JSON object, with its entity tag where it has one."""
    headers: dict[str, Any] = dict(_HEADERS)
    if tagged:
        headers["ETag"] = {"schema": {"type": "string"}}
    return {
        "description": meaning,
        "headers": headers,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def empty(meaning: str) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": meaning, "headers": _HEADERS}


def operation(
    id_: str,
    tag: str,
    summary: str,
    *,
    answers: dict[str, Any],
    takes: Iterable[dict[str, str]] = (),
    sends: str | None = None,
    wants: str | None = "InstanceCredential",
) -> dict[str, Any]:
    """One operation; ``wants`` names the credentials that do, with blanks between."""
    found: dict[str, Any] = {"operationId": id_, "tags": [tag], "summary": summary, "responses": answers}
    found["security"] = [] if wants is None else [{name: []} for name in wants.split()]
    if takes := list(takes):
        found["parameters"] = takes
    if sends is not None:
        found["requestBody"] = body(sends)
    return found
