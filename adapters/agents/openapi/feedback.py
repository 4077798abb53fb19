"""Feedback items, in the document: ``GET /api/v1/feedback``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.parts import empty, errors, gives, operation, parameters
from adapters.agents.openapi.schemas import ref, strict_object
from bot.domain.lessons import FeedbackState, Lesson

_TEXT = {"type": "string"}
_MAYBE = {"type": ["string", "null"]}
_KIND = {"enum": [kind.value for kind in Lesson]}
_STATE = {"enum": [state.value for state in FeedbackState]}
_TIME = ref("Timestamp")
_OBJECT = {"type": "object"}
_NOTHING = {"type": "null"}

_ITEM: dict[str, Any] = {
    "request": _TEXT | {"description": "The id of the request that was corrected, and of its item."},
    "title": _TEXT,
    "action_type": _TEXT,
    "owner": _TEXT,
    "kind": _KIND,
    "suggested": _KIND,
    "rule": _TEXT | {"description": "The rule of the policy that suggested it."},
    "state": _STATE,
    "assignee": _MAYBE,
    "opened_by": _TEXT,
    "opened_at": _TIME,
    "due_at": _TIME,
    "overdue": {"type": "boolean"},
    "reason_code": _MAYBE,
    "note": _MAYBE,
    "steps": {"type": "array", "items": ref("FeedbackStep")},
    "proposal": {"anyOf": [ref("FeedbackProposal"), _NOTHING]},
}
_STEP: dict[str, Any] = {
    "by": _TEXT,
    "surface": _TEXT,
    "at": _TIME,
    "state": {"anyOf": [_STATE, _NOTHING]},
    "kind": {"anyOf": [_KIND, _NOTHING]},
    "assignee": _MAYBE,
    "due_at": {"anyOf": [_TIME, _NOTHING]},
    "note": _MAYBE,
}
_PROPOSAL: dict[str, Any] = {
    "diff": _TEXT | {"description": "A unified diff of the policy file; empty where none could be made."},
    "told": _TEXT,
    "against": _TEXT | {"description": "The version of the policy that it changes."},
    **{key: {"type": "integer"} for key in ("judged", "held", "caught", "overrides")},
}

FEEDBACK_SCHEMAS: dict[str, Any] = {
    "FeedbackStep": strict_object([*_STEP], **_STEP),
    "FeedbackProposal": strict_object([*_PROPOSAL], **_PROPOSAL),
    "FeedbackItem": strict_object(
        [*_ITEM],
        **_ITEM,
        case=_OBJECT | {"description": "The test case, sensitive values masked; not there once it was erased."},
    ),
    "FeedbackPage": strict_object(["items"], items={"type": "array", "items": ref("FeedbackItem")}, next=_TEXT),
}


def _several(name: str, said: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": said, "schema": {"type": "array", "items": schema}}


FEEDBACK_PATHS: dict[str, Any] = {
    "/api/v1/feedback": {
        "get": operation(
            "listFeedback",
            "Figures",
            "List feedback items: of the owners that the token may read, else of its own agent",
            takes=[
                _several("state", "Any of these.", _STATE),
                _several("owner", "Of these owners.", _TEXT),
                *parameters("Limit", "After", "IfNoneMatch"),
            ],
            answers={
                "200": gives("A page.", "FeedbackPage", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400, 403),
            },
        )
    },
    "/api/v1/feedback/{id}": {
        "get": operation(
            "readFeedback",
            "Figures",
            "Read one feedback item with its test case",
            takes=parameters("Id", "IfMatch", "IfNoneMatch"),
            answers={
                "200": gives("The item.", "FeedbackItem", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 403, 404, 412),
            },
        )
    },
}
