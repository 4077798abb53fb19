"""Searching, in the document: ``GET /api/v1/search``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.parts import empty, errors, gives, operation, parameters
from adapters.agents.openapi.schemas import ref, strict_object
from bot.answering.finding import LONGEST, STATUSES

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_SHORT = _TEXT | {"minLength": 1, "maxLength": LONGEST}
_TIME = {"type": "string", "format": "date-time"}
_AMOUNT = {"type": "string", "pattern": r"^[+-]?([0-9]{1,15}(\.[0-9]{0,15})?)$", "maxLength": 16}
_FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "text": (
        _SHORT,
        "Words. With each begins something that the request is about: id, customer, tool, arguments not masked.",
    ),
    "person": (_SHORT, "The id of a person who decided, signed or claimed it, or was told of it in person."),
    "customer": (_SHORT, "This customer, exactly."),
    "agent": (_SHORT, "This agent, by its id."),
    "action": (_SHORT, "This action type."),
    "status": ({"type": "array", "items": {"enum": list(STATUSES)}}, "Any of these."),
    "owner": ({"type": "array", "items": _SHORT}, "Any of these owners; without it, all that the token may read."),
    "amount_from": (_AMOUNT, "At least this amount was asked for."),
    "amount_to": (_AMOUNT, "At most this amount was asked for."),
    "currency": (_TEXT | {"minLength": 3, "maxLength": 3}, "In this currency."),
    "opened_from": (_TIME, "Opened at this time or later."),
    "opened_before": (_TIME, "Opened before this time."),
    "decided_from": (_TIME, "Decided at this time or later."),
    "decided_before": (_TIME, "Decided before this time."),
}
_TAKES: list[dict[str, Any]] = [
    {"name": name, "in": "query", "description": said, "schema": schema} for name, (schema, said) in _FILTERS.items()
]
_FOUND = ("id", "status", "owner", "action_type", "title", "agent_id", "opened_at")
_PERHAPS = ("customer", "amount", "currency", "decided_at", "decided_by")

SEARCH_SCHEMAS: dict[str, Any] = {
    "Found": strict_object([*_FOUND, *_PERHAPS], **dict.fromkeys(_FOUND, _TEXT), **dict.fromkeys(_PERHAPS, _MAYBE)),
    "FoundPage": strict_object(
        ["requests"],
        requests={"type": "array", "items": ref("Found")},
        next=_TEXT | {"description": "The cursor of the next page, where there is one."},
    ),
}
SEARCH_PATHS: dict[str, Any] = {
    "/api/v1/search": {
        "get": operation(
            "searchRequests",
            "Figures",
            "Find requests of the owners that the token may read, the newest first",
            takes=[*_TAKES, *parameters("Limit", "After", "IfNoneMatch")],
            answers={
                "200": gives("A page.", "FoundPage", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400, 403),
            },
        )
    },
}
