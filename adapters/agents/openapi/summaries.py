"""Summaries, in the document: ``GET /api/v1/summaries``."""

from __future__ import annotations

from typing import Any

from adapters.agents.openapi.parts import empty, errors, gives, named, operation, parameters
from adapters.agents.openapi.schemas import ref, strict_object

_TEXT = {"type": "string"}
_COUNT = {"type": ["integer", "null"]}
_VALUE = {"type": ["string", "number", "null"], "description": "Money as a decimal text; null where there is none."}
_TIME = ref("Timestamp")

SUMMARY_SCHEMAS: dict[str, Any] = {
    "SummaryLine": strict_object(
        ["section", "name", "title", "value", "unit", "subject", "key", "sample", "before", "means"],
        section=_TEXT,
        name=_TEXT | {"description": "Stable; with `key` it names the figure."},
        title=_TEXT,
        value=_VALUE,
        unit=_TEXT | {"description": "`requests`, `seconds`, `share` (0 to 1) or a currency's code."},
        subject=_TEXT,
        key=_TEXT,
        sample=_COUNT,
        before=_VALUE,
        means=_TEXT,
    ),
    "Summary": strict_object(
        ["owner_title", "period", "policy_version", "headline", "lines"],
        owner=_TEXT,
        owner_title=_TEXT,
        period=strict_object(
            ["name", "title", "start", "end", "as_of", "timezone"],
            name=_TEXT,
            title=_TEXT,
            start=_TIME,
            end=_TIME,
            as_of=_TIME,
            timezone=_TEXT,
        ),
        compared_with=strict_object(["start", "end"], start=_TIME, end=_TIME),
        policy_version=_TEXT,
        headline=_TEXT,
        cut=strict_object(["counted", "since"], counted={"type": "integer"}, since=_TIME),
        lines={"type": "array", "items": ref("SummaryLine")},
    ),
}


SUMMARY_PATHS: dict[str, Any] = {
    "/api/v1/summaries": {
        "get": operation(
            "readSummary",
            "Figures",
            "Read every figure of a period, against the period before; with `Accept: text/csv` as a sheet",
            takes=[
                named("owner", "An owner's id or title; without it, all owners together."),
                named("period", "`today`, `yesterday`, `week` (the default), `month`, `24h`, `7d`, two days ..."),
                *parameters("IfNoneMatch"),
            ],
            answers={
                "200": gives("The figures.", "Summary", tagged=True),
                "304": empty("Not changed."),
                **errors("V1", 400, 403),
            },
        )
    },
}
SUMMARY_PATHS["/api/v1/summaries"]["get"]["responses"]["200"]["content"]["text/csv"] = {"schema": _TEXT}
