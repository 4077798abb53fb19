"""Friction, in the document: ``GET /api/v1/friction``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.parts import empty, errors, gives, named, operation, parameters
from adapters.agents.openapi.schemas import ref, strict_object
from adapters.agents.openapi.summaries import SUMMARY_SCHEMAS

_TEXT = {"type": "string"}
_COUNT = {"type": ["integer", "null"]}
_VALUE = {"type": ["number", "null"], "description": "Null where the sample is smaller than `least`."}

FRICTION_SCHEMAS: dict[str, Any] = {
    "FrictionLine": strict_object(
        ["section", "name", "title", "value", "unit", "subject", "key", "sample", "least", "before", "note", "means"],
        section=_TEXT,
        name=_TEXT | {"description": "Stable; with `key` it names the figure."},
        title=_TEXT,
        value=_VALUE,
        unit=_TEXT
        | {"description": "`share` (0 to 1), `count`, `a day`, `p`, `distance`, `times`, or a currency's code."},
        subject=_TEXT,
        key=_TEXT,
        sample=_COUNT,
        least=_COUNT | {"description": "The smallest sample of which anything is said."},
        before={"type": ["number", "null"], "description": "Of the time before, or the four weeks before."},
        note=_TEXT,
        means=_TEXT | {"description": "The definition."},
    ),
    "Friction": strict_object(
        ["owner", "owner_title", "period", "policy_version", "headline", "opened", "lines"],
        owner={"type": ["string", "null"]},
        owner_title=_TEXT,
        period=SUMMARY_SCHEMAS["Summary"]["properties"]["period"],
        policy_version=_TEXT,
        headline=_TEXT,
        opened={"type": "integer", "minimum": 0},
        lines={"type": "array", "items": ref("FrictionLine")},
    ),
}


FRICTION_PATHS: dict[str, Any] = {
    "/api/v1/friction": {
        "get": operation(
            "readFriction",
            "Figures",
            "Read what automation costs: overrides, repeat contact, releases, contradictions, load, drift",
            takes=[
                named("owner", "An owner's id or title; without it, all owners together."),
                named("period", "`week` (the default), `month`, `7d`, two days ...: 31 days at most."),
                *parameters("IfNoneMatch"),
            ],
            answers={
                "200": gives("The signals.", "Friction", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400, 403),
            },
        )
    },
}
FRICTION_PATHS["/api/v1/friction"]["get"]["responses"]["200"]["content"]["text/csv"] = {"schema": _TEXT}
